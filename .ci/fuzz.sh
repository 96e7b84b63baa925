#!/usr/bin/env bash
# Runs every fuzz target for a while: 10 seconds from its seeds alone, or, where
# FUZZTIME says how long (a Go duration), so long and from all that earlier such
# runs found worth keeping. A crasher stays in the package's testdata/fuzz and
# fails every run of its tests from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/lib.sh

# "go test -fuzz" has the compiler count branches in nearly every package that
# the tests are built from: of SQLite, C turned into Go, that takes it nine
# minutes. Here it counts them in our own code and in the reader of YAML, and
# the programs of the tests are then asked to do the same as by "go test -fuzz".
counted=(-gcflags=github.com/vantelle/vantelle/...=-d=libfuzzer -gcflags=go.yaml.in/yaml/...=-d=libfuzzer)

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
each=${FUZZTIME:-10s}
kept=$built/kept
[ -z "${FUZZTIME:-}" ] || kept=$(go env GOCACHE)/fuzz

# fuzz DIR NAME feeds one target. Inputs that reach something new are made
# smaller for a second at most: Go's minute would be all that a short run does.
fuzz() {
	local how=(-test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$each" -test.fuzzminimizetime 1s)
	(cd "$1" && "$built/$1/test" "${how[@]}" -test.fuzzcachedir "$kept/$(go list)") </dev/null 2>&1 | tee "$built/said" || return 1
	grep -q 'now fuzzing' "$built/said" || die "$2 had no time to change anything: give it more with FUZZTIME"
	! grep -q 'without coverage guidance' "$built/said" || die "$2 was built without counting branches"
}

count=0
while IFS=: read -r file line; do
	dir=$(dirname "$file")
	name=$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' <<<"$line")
	[ -x "$built/$dir/test" ] || step "build the tests of $dir" go test -c "${counted[@]}" -o "$built/$dir/test" "./$dir"
	step "fuzz $name for $each" fuzz "$dir" "$name"
	count=$((count + 1))
done < <(grep -r --include='*_test.go' '^func Fuzz' . | sed 's|^\./||' | sort)
[ "$count" -gt 0 ] || die "no fuzz target was found"
say "figure fuzz.targets $count targets target 8"

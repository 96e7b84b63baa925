#!/usr/bin/env bash
# Runs every fuzz target for a while: 5 seconds, or as long as FUZZTIME says (a
# Go duration). A crasher stays in the package's testdata/fuzz and fails every
# run of its tests from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/lib.sh

each=${FUZZTIME:-5s}
count=0
while IFS=: read -r file line; do
	name=$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' <<<"$line")
	step "fuzz $name for $each" go test -run '^$' -fuzz "^$name\$" -fuzztime "$each" "./$(dirname "$file")" </dev/null
	count=$((count + 1))
done < <(grep -r --include='*_test.go' '^func Fuzz' . | sed 's|^\./||' | sort)
[ "$count" -gt 0 ] || die "no fuzz target was found"
say "figure fuzz.targets $count targets target 8"

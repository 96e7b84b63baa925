#!/usr/bin/env bash
# Everything that must hold before a change goes in: looks at the code, starts
# the servers that tests need, runs all tests with the race detector, and feeds
# every fuzz target for a few seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/lib.sh
. .ci/services.sh

start_postgres
start_mariadb
find_sqlserver
find_chromium
find_node
find_php
find_wine
find_buildah
.ci/lint.sh

# The race detector also checks pointers, which makes SQLite (C turned into Go)
# twice as slow again and finds nothing there.
race=(-race "-gcflags=modernc.org/...=-d=checkptr=0")
if [ "$(go env CGO_ENABLED)" != 1 ] || ! command -v "$(go env CC)" >/dev/null; then
	skip "the race detector: it needs cgo and a C compiler (gcc)"
	race=()
fi
step "tests" go test "${race[@]}" -p 2 -timeout 30m ./...
if [ "${#race[@]}" -gt 0 ]; then
	step "tests that the race detector makes too slow" go test -timeout 30m ./internal/demo/ ./internal/oracle/
fi
(unset FUZZTIME && .ci/fuzz.sh)
if [ -n "${LONG:-}" ]; then
	step "300 kills of the program over each directory" go test -timeout 2h -run TestKilledAtAnyMoment ./cmd/vantelle -kills 300
fi
say "everything holds"

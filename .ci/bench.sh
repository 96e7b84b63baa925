#!/usr/bin/env bash
# Measures: starts a private PostgreSQL where VANTELLE_TEST_POSTGRES names none,
# and prints the figures. Arguments go to the measuring program (-help lists them).
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/lib.sh
. .ci/services.sh

start_postgres >&2
go build -o "$scratch/bench" ./internal/bench
"$scratch/bench" "$@"

#!/usr/bin/env bash
# Looks at the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/lib.sh

formatted() {
	local files
	files=$(gofmt -l .) || return 1
	[ -z "$files" ] && return
	printf 'run gofmt -w on:\n%s\n' "$files"
	return 1
}

step "formatting" formatted
step "go vet" go vet ./...
step "go vet for Windows" env GOOS=windows go vet ./...
step "staticcheck" go tool staticcheck ./...
step "go.mod is tidy" go mod tidy -diff

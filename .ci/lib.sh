# Shared by the scripts of this folder: how they speak, and a Go that does not
# depend on who runs it. To be sourced by bash, from the root of the checkout.

say() { printf '==> %s\n' "$*"; }
skip() { printf '==> SKIPPED: %s\n' "$*"; }
die() {
	printf '==> FAILED: %s\n' "$*" >&2
	exit 1
}

# step WHAT COMMAND… says what it does, does it, and stops everything when that
# fails.
step() {
	local what=$1
	shift
	say "$what: $*"
	"$@" || die "$what"
}

# Settings in somebody's home, and a checkout that belongs to another user, must
# not change what is tested.
export GOENV=off GIT_CONFIG_GLOBAL=/dev/null
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"
if [ -z "${HOME:-}" ]; then
	HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
	export HOME
fi

command -v go >/dev/null || die "go is not installed: get it from https://go.dev/dl/ (the version is in go.mod)"

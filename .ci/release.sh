#!/usr/bin/env bash
# Builds what people install: an archive for each platform in dist/, its bill of
# materials and the sums of all. The same commit and the same Go give the same
# bytes, whoever builds.
#
#   VERSION   the version; what the tags say otherwise
#   TARGETS   the platforms; linux/amd64 linux/arm64 windows/amd64 otherwise
#   DIST      the folder; dist otherwise. Earlier archives in it go
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/lib.sh

targets=${TARGETS:-linux/amd64 linux/arm64 windows/amd64}
dist=${DIST:-dist}
version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || true)}
[ -n "$version" ] || die "there is no version: set VERSION, or release from a checkout"
# Entries have the time of the commit. Without one: 1980, where zip begins.
time=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$dist"
rm -f "$dist"/vantelle-* "$dist"/SHA256SUMS

step "build the packer" go build -o "$scratch/release" ./internal/site/release
for target in $targets; do
	# timetzdata: schedules run in time zones that Windows has no files of.
	step "build for $target" env CGO_ENABLED=0 GOOS="${target%/*}" GOARCH="${target#*/}" GOAMD64=v1 \
		go build -trimpath -tags timetzdata -ldflags "-s -w -buildid= -X main.version=$version" -o "$scratch/vantelle" ./cmd/vantelle
	step "pack" "$scratch/release" -version "$version" -target "$target" -program "$scratch/vantelle" -time "$time" -out "$dist"
done
step "sums" "$scratch/release" -sums -out "$dist"
say "made:" && (cd "$dist" && ls -l)

#!/usr/bin/env bash
# Builds the OPA that the tests compare with, once, into a cache outside the tree; prints the path of the program.
set -euo pipefail
version="1.22.2"
folder="${SPENDGATE_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/spendgate-ci}/bin"
program="$folder/opa-$version"
if ! { [ -x "$program" ] && "$program" version 2>/dev/null | grep -qx "Version: $version"; }; then
  if ! command -v go >/dev/null 2>&1; then
    echo "OPA $version is not there and Go, which would build it, is not installed" >&2
    exit 1
  fi
  mkdir -p "$folder"
  building="$(mktemp -d "$folder/building.XXXXXX")"
  trap 'rm -rf "$building"' EXIT
  GOBIN="$building" go install "github.com/open-policy-agent/opa@v$version" >&2
  mv -f "$building/opa" "$program"
fi
echo "$program"

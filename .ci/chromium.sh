#!/usr/bin/env bash
# Sees to it that there is a browser for the tests of the HTML report: Debian's Chromium, where the machine can install it.
set -euo pipefail
for program in chromium chromium-browser google-chrome; do
  command -v "$program" && exit 0
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "no Chromium, and it cannot be installed from here" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2
apt-get install -y -q --no-install-recommends chromium >&2
command -v chromium

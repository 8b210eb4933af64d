#!/usr/bin/env bash
# Sees to it that there is a Prometheus for the tests of measured use: Debian's package, where the machine can install it.
set -euo pipefail
command -v prometheus && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "no Prometheus, and it cannot be installed from here" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2
apt-get install -y -q --no-install-recommends prometheus >&2
command -v prometheus

#!/bin/sh
# Installs a Debian package for the tests where a command is missing and that can be done; says so where not.
# Usage: debian.sh PACKAGE COMMAND...
set -eu
package=$1
shift
for command; do
    command -v "$command" >/dev/null || missing=$command
done
[ -n "${missing:-}" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "$package is missing, and only root on Debian can install it here: its tests are skipped." >&2
elif ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    "$package"; } >/dev/null; then
    echo "$package cannot be installed: its tests are skipped." >&2
fi

#!/usr/bin/env bash
# Checks the dependencies against `deny.toml`; builds cargo-deny first, once per machine.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
tools=${OPCX_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/opcx/tools}
home=$tools/cargo-deny-$version
deny=$home/bin/cargo-deny

if [ ! -x "$deny" ]; then
  echo "building cargo-deny $version into $home (a few minutes, once per machine)"
  # It runs for a second, so that building it fast matters more than a fast program.
  CARGO_TARGET_DIR=$home/build \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --quiet --locked --root "$home" "cargo-deny@$version"
  rm -rf "$home/build"
fi

"$deny" --locked check --deny warnings bans licenses sources

# The advisories are kept in a Git repository, which not every machine can reach.
if timeout 60 "$deny" --locked fetch db >/dev/null 2>&1; then
  "$deny" --locked check --disable-fetch advisories
else
  echo "SKIPPED: advisories (the database cannot be reached)"
fi

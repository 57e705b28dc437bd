#!/usr/bin/env bash
# The main job on data made here. Run by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/needs.sh
need_all demo

target=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/opcx/target}
echo "== building opcx (a few minutes the first time)"
CARGO_TARGET_DIR=$target cargo build --release --locked --package opcx

opcx=$target/release/opcx

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "== a company"
"$opcx" init "$folder/acme"
"$opcx" check "$folder/acme"

stop "this version has no \`opcx import\` yet, which would take the company's history in"

#!/usr/bin/env bash
# The pages in a real browser, against an opcx of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/needs.sh

OPCX_CHROMIUM=$(browser) || stop "a Chromium is missing; install chromium, or say where one is in OPCX_CHROMIUM"
export OPCX_CHROMIUM
CARGO_TARGET_DIR=$(realpath "${CARGO_TARGET_DIR:-target}")
export CARGO_TARGET_DIR
# As the tests are built, so that after them nothing is left to do.
cargo test --quiet --locked --workspace --no-run
cd web
npm run --silent browser

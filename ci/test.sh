#!/usr/bin/env bash
# Everything that must hold before a change lands. Run by `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/needs.sh
need_all test

# Everything is built anew on such machines; bookkeeping for small changes would only cost.
if [ -n "${CI:-}" ]; then export CARGO_INCREMENTAL=0; fi

output=$(mktemp)
trap 'rm -f "$output"' EXIT
took=()

# Runs one step, says its name before and its time after.
step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if ! "$@"; then
    printf '\nFAILED: %s\n' "$name" >&2
    exit 1
  fi
  took+=("$(printf '%5d s  %s' $((SECONDS - began)) "$name")")
}

run_tests() {
  cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$output"
}

# Three seconds for each of the twenty-one targets; `make fuzz` takes hours.
make_inputs_up() {
  cargo run --quiet --locked --package xtask -- fuzz --seconds 3
}

document() {
  RUSTDOCFLAGS="-D warnings" cargo doc --workspace --locked --no-deps --document-private-items
}

step "formatting" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets --locked -- -D warnings
step "pages" ci/web.sh
step "tests" run_tests
step "pages in a browser" ci/browser.sh
step "inputs made up" make_inputs_up
step "questions made up" ci/api.sh 5
step "documentation" document
step "dependencies" ci/deny.sh

printf '\n== all passed\n'
printf '%s\n' "${took[@]}"
awk '/^test result: / { passed += $4; failed += $6; ignored += $8 }
     /SKIPPED: / { skipped++ }
     END { printf "tests: %d passed, %d failed, %d ignored, %d skipped (see SKIPPED above)\n",
                  passed, failed, ignored, skipped }' "$output"

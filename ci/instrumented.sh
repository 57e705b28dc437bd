#!/usr/bin/env bash
# A compiler that makes our own crates tell libFuzzer which code an input reaches. `cargo xtask fuzz` puts it
# between cargo and rustc for the crates of this workspace; what they depend on is built, and shared, as always.
# These are options of the stable compiler; the same as cargo-fuzz gives.
set -euo pipefail
# What only builds is no part of what is tried, and is linked without libFuzzer.
case " $* " in *' --crate-name build_script_build '*) exec "$@" ;; esac
exec "$@" \
  -Cpasses=sancov-module \
  -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares \
  -Copt-level=2

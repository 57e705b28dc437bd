#!/usr/bin/env bash
# Everything that must hold of the pages but what a browser shows: types, lints, formatting, unit tests, size.
set -euo pipefail
cd "$(dirname "$0")/../web"

# What `build.rs` does as well: installed anew only when the lock file changed.
if ! cmp -s package-lock.json node_modules/.installed-lock; then
  npm ci --loglevel=error
  cp package-lock.json node_modules/.installed-lock
fi
npm run --silent check
npm run --silent lint
npm run --silent test

# shellcheck shell=bash
# What the machine must have. To be sourced.

# The Rust that `Cargo.toml` asks for.
rust_needed() {
  sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml
}

# Stops with a word on what is missing, after trying to install what Debian has, where that is allowed.
need_all() {
  if ! command -v cargo >/dev/null; then
    stop "cargo is missing; install Rust $(rust_needed) or newer (https://rustup.rs)"
  fi
  local have
  have=$(rustc --version | cut -d ' ' -f 2)
  if [ "$(printf '%s\n' "$(rust_needed)" "$have" | sort -V | head -n 1)" != "$(rust_needed)" ]; then
    stop "rustc is $have, needed is $(rust_needed) or newer; run: rustup update stable"
  fi

  local packages=()
  command -v cc >/dev/null || packages+=(build-essential)
  if [ "$1" = test ]; then
    cargo fmt --version >/dev/null 2>&1 || stop "cargo fmt is missing; run: rustup component add rustfmt"
    cargo clippy --version >/dev/null 2>&1 || stop "cargo clippy is missing; run: rustup component add clippy"
    # libFuzzer is C++.
    command -v c++ >/dev/null || packages+=(g++)
    # The tests run the packages that receivers and senders use in Python and JavaScript.
    python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3 python3-venv)
    # The pages are looked at in a browser.
    browser >/dev/null || packages+=(chromium)
  fi
  # The pages are built by it.
  command -v npm >/dev/null || stop "npm is missing; install Node.js 20.19 or newer (https://nodejs.org)"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    stop "node is $(node --version), needed is v20.19 or newer (https://nodejs.org)"
  [ ${#packages[@]} -eq 0 ] && return
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "== installing ${packages[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}"
  else
    stop "missing: ${packages[*]}; run: sudo apt-get install ${packages[*]}"
  fi
}

# A Chromium of the system; `npx playwright install` would fetch another of its own.
browser() {
  command -v "${OPCX_CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome
}

stop() {
  echo "cannot go on: $*" >&2
  exit 1
}

#!/usr/bin/env bash
# The main job on data made here. Run by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/needs.sh
need_all demo

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/opcx/target}
echo "== building opcx (a few minutes the first time)"
cargo build --release --locked --package opcx --package xtask
opcx=$(realpath "$CARGO_TARGET_DIR/release/opcx")
xtask=$(realpath "$CARGO_TARGET_DIR/release/xtask")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r examples/shop "$folder/shop"
cd "$folder"
# What somebody took into the example before is no part of the demonstration.
rm -rf shop/*.opcx-data

# Says what comes next, then what a person would type for it, then does it.
show() {
  local what=$1
  shift
  printf '\n== %s\n$ opcx %s\n\n' "$what" "$*"
  # 1 says that something was found, here lines that could not be read; 2 is a failure.
  "$opcx" "$@" || [ $? -eq 1 ]
}

printf '\n== four weeks of a shop that sells coffee gear, made up on this machine\n'
"$xtask" demo-data events.jsonl
show "the shop in a folder: its map, promises, playbooks" check shop
show "its history, through all five steps" import shop events.jsonl --mapping events
show "lines that could not be understood, and why" rejected shop
show "how customers fare, the worst moment first" show shop pulse
show "who brings parcels late" show shop moment at-the-door
show "what we promised" show shop promises
show "whose trust broke" show shop trust --most 8
show "one customer who trusted us, and why no longer" show shop customer mara
show "what was decided, what was refused, and why" show shop decisions --most 12

printf '\nThat was opcx on a made-up shop. The folder is examples/shop; examples/airline does the same with what people really said.\n'

#!/usr/bin/env bash
# The demo, with a few views of it. Run by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
source ci/needs.sh
need_all demo

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/opcx/target}
echo "== building opcx (a few minutes the first time)"
cargo build --release --locked --package opcx
opcx=$(realpath "$CARGO_TARGET_DIR/release/opcx")

folder=$(mktemp -d)
company=$folder/copper-and-bean
demo=
finish() {
  # Whoever pressed Ctrl-C stopped both already.
  [ -z "$demo" ] || { kill -TERM "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; }
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 0' INT TERM

printf '\n== a company that sells coffee, simulated on this machine\n$ opcx demo\n\n'
"$opcx" demo --keep "$company" >"$folder/said" 2>"$folder/log" &
demo=$!
until grep -q 'In another terminal' "$folder/said"; do
  kill -0 "$demo" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.2
done
cat "$folder/said"
OPCX_VIEWER_KEY=$(sed -n 's/.*OPCX_VIEWER_KEY=//p' "$folder/said")
export OPCX_VIEWER_KEY

# Says what comes next, then what a person would type for it, then does it.
show() {
  local what=$1
  shift
  printf '\n== %s\n$ opcx show copper-and-bean %s\n\n' "$what" "$*"
  "$opcx" show "$company" "$@"
}

show "how customers fare, the worst moment first" pulse
show "who brings parcels late" moment at-the-door
show "what we promised" promises --most 8
show "whose trust broke" trust --most 8
show "what was decided, what was refused, and why" decisions --most 8

if [ -t 1 ]; then
  printf '\nIt goes on live. Look again, or press Ctrl-C.\n'
  wait "$demo"
else
  printf '\nThat was opcx on a made-up company; `opcx demo` goes on live until Ctrl-C.\n'
fi

#!/usr/bin/env bash
# Serves the starter company and asks it what its OpenAPI document allows, and much that it does not: no
# server error, no answer that the document does not describe, no route open without its key.
#
#   ci/api.sh [EXAMPLES]    so many made-up requests for each operation, 300 if not told otherwise
set -euo pipefail
cd "$(dirname "$0")/.."

version=4.32.5
examples=${1:-300}
tools=${OPCX_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/opcx/tools}
home=$tools/schemathesis-$version

if [ ! -x "$home/bin/schemathesis" ]; then
  if ! { python3 -m venv "$home" && "$home/bin/pip" install --quiet "schemathesis==$version"; }; then
    rm -rf "$home"
    [ -n "${CI:-}" ] && exit 1
    echo "SKIPPED: schemathesis cannot be had here"
    exit 0
  fi
fi

# As the tests are built, so that after them nothing is left to do.
cargo test --quiet --locked --workspace --no-run
room=$(mktemp -d)
opcx=
finish() {
  if [ -n "$opcx" ]; then kill "$opcx" 2>/dev/null && wait "$opcx" || true; fi
  rm -rf "$room"
}
trap finish EXIT

export OPCX_WRITE_KEY=write-key-of-the-trial OPCX_VIEWER_KEY=viewer-key-of-the-trial
export OPCX_AGENT_KEY=agent-key-of-the-trial OPCX_OPERATOR_KEY=operator-key-of-the-trial OPCX_ADMIN_KEY=admin-key-of-the-trial
program=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/opcx
"$program" init "$room/acme" >"$room/said" 2>&1
mkfifo "$room/says"
"$program" serve "$room/acme" --listen 127.0.0.1:0 2>"$room/says" &
opcx=$!
address=
exec 3<"$room/says"
while read -r line <&3; do
  case $line in "opcx listens on "*)
    address=${line#opcx listens on }
    address=${address%% *}
    break
    ;;
  esac
done
[ -n "$address" ] || { echo "opcx does not start" >&2; exit 1; }
cat <&3 >"$room/said" &

# Somebody to ask about.
python3 - "$address" "$OPCX_WRITE_KEY" <<'PYTHON'
import json, sys, urllib.request
batch = {"batch": [
    {"type": "track", "messageId": "1", "userId": "ada", "event": "Order Completed",
     "properties": {"order_id": "o1", "order_value": 250, "carrier": "dhl"}},
    {"type": "track", "messageId": "2", "userId": "ada", "event": "Message Received",
     "properties": {"message": "where is my parcel, this is terrible"}},
]}
request = urllib.request.Request(sys.argv[1] + "/v1/batch", json.dumps(batch).encode(),
                                 {"Authorization": "Bearer " + sys.argv[2]})
urllib.request.urlopen(request).close()
PYTHON

# Whether odd values are taken or refused is told by the document's words, not by its schemas, so the two
# checks that compare these are left out.
# It leaves notes where it runs.
config=$PWD/ci/schemathesis.toml
cd "$room"
"$home/bin/schemathesis" --config-file "$config" run "$address/v1/openapi.json" \
  --max-examples "$examples" --phases coverage,fuzzing --warnings off --no-color \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth

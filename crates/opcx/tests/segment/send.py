"""Sends one of every call and some more with Segment's SDK, and fails if it says that any was lost.

Usage: send.py HOST WRITE_KEY plain|gzip
"""

import sys

from segment.analytics.client import Client

host, write_key, encoding = sys.argv[1:]
failures = []
client = Client(
    write_key,
    host=host,
    gzip=encoding == "gzip",
    upload_size=5,
    upload_interval=0.05,
    on_error=lambda error, items: failures.append(error),
)
client.identify("u-1", {"email": "ada@example.org"})
client.page("u-1", "Docs", "Home")
client.screen("u-1", "Main", "Start")
client.group("u-1", "g-1", {"name": "Acme"})
client.alias("a-1", "u-1")
for n in range(20):
    client.track("u-1", "Counted", {"n": n, "comment": "Grüße 🙂"})
client.shutdown()
for failure in failures:
    print(failure)
sys.exit(1 if failures else 0)

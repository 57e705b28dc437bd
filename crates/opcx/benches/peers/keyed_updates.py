"""Keyed updates with Bytewax, beside `opcx import`: a customer's events, counted and dated.

    pip install bytewax==0.21.1
    python keyed_updates.py EVENTS.jsonl

The file is one that `opcx bench` writes for its measure `whole`. Of each event the customer, the kind, the time and the
order's value are read; per customer the number of events, the first and last time and the sum are kept in memory.
Nothing is written to disk, no duplicate is looked for, no rule is asked: it is the part of the work that a stream
processor for Python does for everybody.
"""

import json
import resource
import sys
import time
from datetime import datetime

import bytewax.operators as op
from bytewax.connectors.files import FileSource
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, run_main


def keyed(line):
    event = json.loads(line)
    return event["user"], (datetime.fromisoformat(event["time"]).timestamp(), event["order_value"])


def update(state, event):
    at, value = event
    count, first, last, total = state or (0, at, at, 0.0)
    return (count + 1, min(first, at), max(last, at), total + value), None


def main(path):
    flow = Dataflow("keyed-updates")
    lines = op.input("lines", flow, FileSource(path, batch_size=1000))
    events = op.map("read", lines, keyed)
    op.output("nothing", op.filter("drop", op.stateful_map("update", events, update), lambda _: False), TestingSink([]))
    began = time.monotonic()
    run_main(flow)
    took = time.monotonic() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    processor = usage.ru_utime + usage.ru_stime
    with open(path, "rb") as file:
        count = sum(1 for _ in file)
    print(f"bytewax keyed updates: {count / took:,.0f} events/s, {count / processor:,.0f} per CPU-second ({count} events)")


if __name__ == "__main__":
    main(sys.argv[1])

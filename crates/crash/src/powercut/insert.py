"""Inserts numbers into a SQLite database, and says each once it is committed."""

import sqlite3
import sys

database, synchronous = sys.argv[1:]
connection = sqlite3.connect(database, isolation_level=None)
connection.execute("pragma journal_mode = wal")
connection.execute(f"pragma synchronous = {synchronous}")
connection.execute("create table if not exists numbers (number integer primary key)")
(number,) = connection.execute("select coalesce(max(number), 0) from numbers").fetchone()
while True:
    number += 1
    connection.execute("insert into numbers values (?)", (number,))
    print(number, flush=True)

"""Says up to which number a SQLite database holds all; 0 if it holds none."""

import sqlite3
import sys

connection = sqlite3.connect(sys.argv[1])
try:
    last, count = connection.execute("select max(number), count(*) from numbers").fetchone()
    print(last if last == count else -1)
except sqlite3.OperationalError:
    print(0)  # not even the table is there

"""How long DuckDB takes to write finished tables: the arguments are the database that has them, a new one and how often.

The tables are in memory before, so that nothing is measured but what every load into a DuckDB file has to do. Prints the
shortest time in seconds, on one thread or on all.
"""

import os
import sys
import time

import duckdb

made, written, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])

connection = duckdb.connect(":memory:")
connection.execute(f"ATTACH '{made}' AS made (READ_ONLY)")
tables = [
    name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'made'").fetchall()
]
for table in tables:
    connection.execute(f'CREATE TABLE memory.main."{table}" AS FROM made.main."{table}"')
connection.execute("DETACH made")


def write():
    """Writes all tables to a new file, in one transaction; the time it takes."""
    begin = time.perf_counter()
    connection.execute(f"ATTACH '{written}' AS written")
    connection.execute("BEGIN")
    for table in tables:
        connection.execute(f'CREATE TABLE written.main."{table}" AS FROM memory.main."{table}"')
    connection.execute("COMMIT")
    connection.execute("DETACH written")
    seconds = time.perf_counter() - begin
    os.remove(written)
    return seconds


seconds = []
for threads in [1, os.cpu_count()] * rounds:
    connection.execute(f"SET threads = {threads}")
    seconds.append(write())
print(min(seconds))

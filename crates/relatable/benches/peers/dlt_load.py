"""Files to a database by dlt with its fastest settings: the arguments are the two files, the database and a folder.

The database is a DuckDB file, or the address of a PostgreSQL server, where the schema is named by DATASET.
"""

import os
import sys

conversations, contacts, database, folder = sys.argv[1:]
os.environ["NORMALIZE__WORKERS"] = str(os.cpu_count())
os.environ["NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS"] = "20000"
os.environ["EXTRACT__DATA_WRITER__FILE_MAX_ITEMS"] = "20000"
os.environ["EXTRACT__DATA_WRITER__BUFFER_MAX_ITEMS"] = "20000"
os.environ["NORMALIZE__DATA_WRITER__BUFFER_MAX_ITEMS"] = "20000"
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt  # noqa: E402  (it reads its settings when it is imported)
import orjson  # noqa: E402


def documents(file):
    """The documents of a file, a few thousand at a time."""
    batch = []
    with open(file, "rb") as lines:
        for line in lines:
            batch.append(orjson.loads(line))
            if len(batch) == 5_000:
                yield batch
                batch = []
    yield batch


if __name__ == "__main__":
    if database.startswith("postgres://"):
        # dlt asks for a password, whether the server does or not.
        address = database.replace("postgres://", "postgresql://").replace("@", ":none@")
        destination, file_format = dlt.destinations.postgres(address), "csv"
    else:
        destination, file_format = dlt.destinations.duckdb(database), "parquet"
    dataset = os.environ.get("DATASET", "loaded")
    pipeline = dlt.pipeline("peer", pipelines_dir=folder, destination=destination, dataset_name=dataset)
    pipeline.run(
        [
            dlt.resource(documents(conversations), name="conversations", primary_key="id"),
            dlt.resource(documents(contacts), name="contacts", primary_key="id"),
        ],
        loader_file_format=file_format,
    )

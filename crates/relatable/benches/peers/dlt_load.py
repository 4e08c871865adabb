"""Files to a DuckDB file by dlt with its fastest settings: the arguments are the two files, the database and a folder."""

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
    pipeline = dlt.pipeline(
        "peer", pipelines_dir=folder, destination=dlt.destinations.duckdb(database), dataset_name="loaded"
    )
    pipeline.run(
        [
            dlt.resource(documents(conversations), name="conversations", primary_key="id"),
            dlt.resource(documents(contacts), name="contacts", primary_key="id"),
        ],
        loader_file_format="parquet",
    )

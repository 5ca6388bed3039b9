"""Reads Delta tables with delta-rs and with DuckDB, as other people's tools do: one JSON request a line, one reply a line.

Values come back as text, so that nothing is rounded on the way. A request on object storage says in `s3` where the bucket
is and who reads it (shared/objects, S3Access).
"""

import json
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import duckdb_extension_delta
import pyarrow.dataset
from deltalake import DeltaTable

EXTENSION = next(Path(duckdb_extension_delta.__file__).parent.glob("extensions/*/delta.duckdb_extension"))


def connect():
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    connection.execute(f"load '{EXTENSION}'")
    connection.execute("set timezone = 'UTC'")
    return connection


CONNECTION = connect()


def open_bucket(s3):
    """Has DuckDB read the bucket as a build does. @returns delta-rs' options for it"""
    sys.path.insert(0, str(Path(__file__).parents[2] / "dbt" / "plugins"))
    import offline_delta

    offline_delta.s3 = s3
    offline_delta.open_lake(CONNECTION)
    return {
        "AWS_ENDPOINT_URL": s3["endpoint"],
        "AWS_REGION": s3["region"],
        "AWS_ACCESS_KEY_ID": s3["accessKeyId"],
        "AWS_SECRET_ACCESS_KEY": s3["secretAccessKey"],
        "AWS_ALLOW_HTTP": "true",
    }


def text(value):
    if value is None:
        return None
    if isinstance(value, datetime):
        zone = "" if value.tzinfo is None else "Z"
        return value.replace(tzinfo=None).isoformat(timespec="microseconds") + zone
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def rows_of(names, rows, order):
    keyed = [dict(zip(names, (text(value) for value in row))) for row in rows]
    return sorted(keyed, key=lambda row: tuple(str(row[name]) for name in order))


def scan(request):
    version = f", version={request['version']}" if "version" in request else ""
    return f"delta_scan('{request['path']}'{version})"


def delta_rs(request):
    table = DeltaTable(request["path"], version=request.get("version"), storage_options=request.get("options"))
    dataset = table.to_pyarrow_table()
    rows = zip(*(column.to_pylist() for column in dataset.columns))
    return rows_of(dataset.column_names, rows, request["order"])


def duck(request):
    result = CONNECTION.execute(f"select * from {scan(request)}")
    names = [column[0] for column in result.description]
    return rows_of(names, result.fetchall(), request["order"])


def files_read(request):
    """How many files each engine opens for a filter: statistics and partitions rule out the others."""
    table = DeltaTable(request["path"])
    dataset = table.to_pyarrow_dataset()
    expression = eval(request["arrow"], {"field": pyarrow.dataset.field, "datetime": datetime, "decimal": Decimal})
    fragments = list(dataset.get_fragments(filter=expression))
    sql = f"select * from {scan(request)} where {request['sql']}"
    plan = json.loads(CONNECTION.execute(f"explain (analyze, format json) {sql}").fetchall()[0][1])
    return {
        "files": len(table.file_uris()),
        "deltaRs": len(fragments),
        "deltaRsRows": dataset.to_table(filter=expression).num_rows,
        "duckdb": scanned_files(plan),
        "duckdbRows": len(CONNECTION.execute(sql).fetchall()),
    }


def scanned_files(node):
    extra = node.get("extra_info") or {}
    for name, value in extra.items() if isinstance(extra, dict) else ():
        if name in ("Scanning Files", "Total Files Read"):
            return int(str(value).split("/")[0])
    counts = (scanned_files(child) for child in node.get("children", []))
    return next((count for count in counts if count is not None), None)


def column(request):
    table = DeltaTable(request["path"], storage_options=request.get("options"))
    return {
        "version": table.version(),
        "deltaRs": table.to_pyarrow_table(columns=[request["column"]]).column(0).to_pylist(),
        "duckdb": [row[0] for row in CONNECTION.execute(f"select {request['column']} from {scan(request)}").fetchall()],
    }


def checkpoint(request):
    table = DeltaTable(request["path"])
    table.create_checkpoint()
    return table.version()


COMMANDS = {"deltaRs": delta_rs, "duckdb": duck, "filesRead": files_read, "column": column, "checkpoint": checkpoint}

for line in sys.stdin:
    request = json.loads(line)
    try:
        if request.get("s3"):
            request["options"] = open_bucket(request["s3"])
        reply = {"reply": COMMANDS[request["command"]](request)}
    except Exception as error:  # the test shows it
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)

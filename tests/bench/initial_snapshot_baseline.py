"""DuckDB copies every table of a Postgres' schema dbo to Parquet: rows, seconds, and seconds of processor time."""

import json
import pathlib
import resource
import sys
import time

import duckdb
import duckdb_extension_postgres_scanner

url, folder = sys.argv[1:]
pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
db = duckdb.connect()
extension = pathlib.Path(duckdb_extension_postgres_scanner.__file__).parent / f"extensions/v{duckdb.__version__}/postgres_scanner.duckdb_extension"
db.execute(f"load '{extension}'")
db.execute(f"attach '{url}' as shop (type postgres, read_only)")
tables = [name for (name,) in db.execute("select table_name from duckdb_tables() where database_name = 'shop' and schema_name = 'dbo'").fetchall()]
started, before, rows = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF), 0
for table in tables:
    rows += db.execute(f"copy (select * from shop.dbo.\"{table}\") to '{folder}/{table}.parquet' (format parquet)").fetchone()[0]
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"rows": rows, "seconds": time.monotonic() - started, "cpu": cpu}))

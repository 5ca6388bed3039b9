"""The same landing as a Python loop with json and delta-rs: events a second, as one number on stdout.

Rows with the same types and partitions, one application transaction per bus partition, and the same filter, event by
event, against what has landed; without the checks of envelope and values.
"""

import json
import sys
import time
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, Transaction, write_deltalake

STRINGS = {"SaleID": pa.int64(), "SaleDate": pa.date32(), "ModifiedDate": pa.timestamp("us")}
SCHEMA = {
    "SaleID": pa.string(),
    "OrderID": pa.int32(),
    "SaleDate": pa.string(),
    "ProductID": pa.int32(),
    "ClientID": pa.int32(),
    "Quantity": pa.int32(),
    "Amount": pa.decimal128(19, 4),
    "Comment": pa.string(),
    "ModifiedDate": pa.string(),
}


def table_of(events):
    rows = [event["data"]["after"] for event in events]
    columns = {}
    for name, type_ in SCHEMA.items():
        values = [row.get(name) for row in rows]
        if name == "Amount":
            values = [Decimal(value) for value in values]
        column = pa.array(values, type=type_)
        columns[name] = pc.cast(column, STRINGS[name]) if name in STRINGS else column
    columns["_op"] = pa.array([event["data"]["op"] for event in events])
    columns["_position"] = pa.array([event["position"] for event in events])
    columns["_partition"] = pa.array([event["partition"] for event in events], type=pa.int32())
    columns["_offset"] = pc.cast(pa.array([event["offset"] for event in events]), pa.int64())
    changed = [event["time"] for event in events]
    columns["_changed_at"] = pc.cast(pa.array(changed), pa.timestamp("us", tz="UTC"))
    columns["_landed_at"] = pa.array([time.time_ns() // 1000] * len(events), type=pa.timestamp("us", tz="UTC"))
    columns["_schema_version"] = pa.array([1] * len(events), type=pa.int32())
    columns["year"] = pa.array([int(text[:4]) for text in changed], type=pa.int32())
    columns["month"] = pa.array([int(text[5:7]) for text in changed], type=pa.int32())
    return pa.table(columns)


NOTHING = (-1, "")


def write(path, table, landed):
    transactions = [Transaction(f"land/{partition}", offset) for partition, (offset, _) in landed.items()]
    write_deltalake(
        path,
        table,
        mode="append",
        partition_by=["year", "month"],
        commit_properties=CommitProperties(app_transactions=transactions),
    )


def land(path, batches):
    landed = {}
    for batch in batches:
        events = json.loads(batch)
        fresh = []
        for event in events:
            partition, offset, position = event["partition"], int(event["offset"]), event["position"]
            landed_offset, landed_position = landed.get(partition, NOTHING)
            if offset > landed_offset and position > landed_position:
                landed[partition] = (offset, position)
                fresh.append(event)
        write(path, table_of(fresh), landed)


def main(file, path):
    with open(file) as lines:
        batches = lines.read().split("\n")
    land(path + "-warm-up", batches[:4])
    start = time.perf_counter()
    land(path, batches)
    events = sum(batch.count('"specversion"') for batch in batches)
    print(events / (time.perf_counter() - start))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

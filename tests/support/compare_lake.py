"""Reads every table of a lake with delta-rs and compares it with what tests/support/equality.ts expects.

    compare_lake.py LAKE EXPECTED

EXPECTED holds `<table>.rows` (the source's rows after policy) and, where each change must be there exactly once,
`<table>.ledger` (the changes after policy), as JSON lines. LAKE may be an s3:// URL; delta-rs takes the rest from the
environment. Prints {"tables": ..., "differences": [...]}.
"""

import json
import os
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from deltalake import DeltaTable

LAKE, EXPECTED = sys.argv[1], Path(sys.argv[2])
SHOWN = 5


def canonical(value):
    """A value of the lake as the text that the expected one must have."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, bool) or value is None:
        return value
    return str(value)


def canonical_expected(value, like):
    if value is None or isinstance(value, bool):
        return value
    if like == "decimal":
        return format(Decimal(str(value)).normalize(), "f")
    return str(value)


def kinds(table):
    return {field.name: "decimal" if str(field.type.type).startswith("decimal") else "" for field in table.schema().fields}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def completed_epoch(table, topic):
    """The last snapshot whose end every partition has landed; partitions are counted from 0 without gaps."""
    epochs = []
    while (epoch := table.transaction_version(f"epoch/{topic}/{len(epochs)}")) is not None:
        epochs.append(epoch)
    return min(epochs, default=0)


def latest_rows(rows, key, epoch):
    """The newest row of each key; what was not seen since the last complete snapshot is gone at the source."""
    latest = {}
    for row in rows:
        if int(row["_position"][:4], 16) < epoch:
            continue
        place = tuple(canonical(row[name]) for name in key)
        if place not in latest or row["_position"] > latest[place]["_position"]:
            latest[place] = row
    return [row for row in latest.values() if row["_op"] != "d"]


def as_items(row, names):
    return tuple((name, canonical(row[name])) for name in names)


def compare(what, found, expected, differences):
    for row, count in (expected - found).items():
        differences.append(f"{what}: {count} missing: {row}")
    for row, count in (found - expected).items():
        differences.append(f"{what}: {count} too many: {row}")


def main():
    report, differences = {}, []
    for rows_file in sorted(EXPECTED.glob("*.rows")):
        name = rows_file.stem
        table = DeltaTable(f"{LAKE}/{name}")
        kind = kinds(table)
        rows = table.to_pyarrow_table().to_pylist()
        expected = lines(rows_file)
        keys = json.loads((EXPECTED / "keys.json").read_text())[name]
        found_differences = []

        columns = sorted(column for column in kind if not column.startswith("_") and column not in ("year", "month"))
        want = Counter(tuple((c, canonical_expected(row.get(c), kind[c])) for c in columns) for row in expected)
        compare(f"{name}, latest rows", Counter(as_items(row, columns) for row in latest_rows(rows, keys, completed_epoch(table, f"cdc.adventureworks.{name}"))), want, found_differences)

        changes = [row for row in rows if row["_op"] in "cud"]
        positions = Counter((row["_position"]) for row in changes)
        found_differences += [f"{name}: position {p} is there {n} times" for p, n in positions.items() if n > 1]
        ledger_file = EXPECTED / f"{name}.ledger"
        if ledger_file.exists():
            want = Counter(
                (change["op"], tuple((c, canonical_expected(change["row"].get(c), kind[c])) for c in columns if c in change["row"]))
                for change in lines(ledger_file)
            )
            found = Counter((row["_op"], as_items(row, [c for c in columns if row["_op"] != "d" or c in keys])) for row in changes)
            compare(f"{name}, changes", found, want, found_differences)
        differences += found_differences[:SHOWN] + ([f"{name}: and {len(found_differences) - SHOWN} more"] if len(found_differences) > SHOWN else [])
        report[name] = {"rows": len(expected), "changes": len(changes)}
    json.dump({"tables": report, "differences": differences}, sys.stdout, default=str)


main()
# The reader's threads can abort the interpreter while it ends; there is nothing left to clean up.
sys.stdout.flush()
os._exit(0)

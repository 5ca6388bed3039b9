"""Writes a raw lake from the demo's CSV files with delta-rs, as if capture, bus and land-changes had run.

    raw_lake.py LAKE [--tables Product,Sale] [--changes CHANGES.json]

A snapshot of epoch 1 becomes `r` rows under LAKE/cdc_<system>/<table>/, closed by the `txn` actions
`epoch/<topic>/<partition>`. `--changes` appends instead: a list of {table, op, position, changedAt, row}, and of
{table, epoch} for the end of a snapshot. Another reader's writer: what the warehouse reads here, we did not write.
"""

import argparse
import csv
import datetime as dt
import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import yaml
from deltalake import CommitProperties, Transaction, write_deltalake

ROOT = Path(__file__).parents[2]
SYSTEM = "adventureworks"
SNAPSHOT_AT = dt.datetime(2017, 7, 1, 6, 0, tzinfo=dt.timezone.utc)
SNAPSHOT_COMMIT = "0001-0000000000001000-"
PARTITIONS = 4

ARROW = {
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestampNtz": pa.timestamp("us"),
}


def lake_type(column):
    """The column's type after its policy; None where it is dropped (shared/config, lakeType)."""
    policy = column.get("policy")
    if policy == "drop":
        return None
    if policy in ("hash", "encrypt"):
        return pa.string()
    if policy == "generalise":
        return pa.int32()
    declared = column["type"]
    if declared.startswith("decimal"):
        precision, scale = declared[len("decimal(") : -1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return ARROW[declared]


def value(text, type_):
    """A CSV or JSON value as Arrow wants it; an empty field is null."""
    if text is None or text == "":
        return None
    if pa.types.is_decimal(type_):
        return Decimal(str(text)).quantize(Decimal(1).scaleb(-type_.scale))
    if pa.types.is_integer(type_):
        return int(text)
    if pa.types.is_boolean(type_):
        return text in (True, "Y")
    if pa.types.is_date(type_):
        return dt.date.fromisoformat(text)
    if pa.types.is_timestamp(type_):
        return dt.datetime.fromisoformat(text)
    return str(text)


def secret(text):
    return hashlib.sha256(text.encode()).hexdigest()


def read_csv(name):
    with open(ROOT / "stacks/demo/data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def demo_rows():
    """Each table's rows by the source's column names, personal values already treated."""
    products = read_csv("product")
    list_price = {row["product_id"]: Decimal(row["list_price"]) for row in products}
    lines = read_csv("order_line")
    orders = {}
    for line in lines:
        orders.setdefault(line["order_number"], line)
    order_id = {number: int(number.removeprefix("SO")) for number in orders}
    return {
        "Product": [
            {
                "ProductID": row["product_id"], "ProductNumber": row["sku"], "Name": row["name"],
                "Model": row["model"], "Description": row["description"], "Color": row["color"],
                "StandardCost": row["cost"], "ListPrice": row["list_price"],
                "Subcategory": row["subcategory"], "Category": row["category"],
                "ModifiedDate": "2017-06-30 12:00:00",
            }
            for row in products
        ],
        "ProductDescription": [
            {"Model": row["model"], "Culture": row["culture"], "Description": row["description"]}
            for row in read_csv("product_description")
        ],
        "Client": [
            {
                "ClientID": row["client_id"], "FirstName": secret(row["first_name"]),
                "LastName": secret(row["last_name"]), "BirthDate": row["birth_date"][:4],
                "MaritalStatus": row["marital_status"], "Gender": row["gender"], "Email": secret(row["email"]),
                "AnnualIncome": row["annual_income"], "TotalChildren": row["total_children"],
                "Education": row["education"], "Occupation": row["occupation"], "HomeOwner": row["home_owner"],
            }
            for row in read_csv("client")
        ],
        "Order": [
            {
                "OrderID": order_id[number], "OrderNumber": number, "OrderDate": f"{line['order_date']} 12:00:00",
                "ClientID": line["client_id"], "TerritoryID": line["territory_id"],
                "TransporterID": order_id[number] % 5 + 1, "Status": "shipped",
            }
            for number, line in orders.items()
        ],
        "OrderItem": [
            {
                "OrderID": order_id[line["order_number"]], "LineNumber": line["line_number"],
                "ProductID": line["product_id"], "Quantity": line["quantity"],
                "UnitPrice": list_price[line["product_id"]],
            }
            for line in lines
        ],
        "Sale": [
            {
                "SaleID": number, "OrderID": order_id[line["order_number"]], "LineNumber": line["line_number"],
                "SaleDate": line["order_date"], "ProductID": line["product_id"], "ClientID": line["client_id"],
                "TerritoryID": line["territory_id"], "Quantity": line["quantity"],
                "Amount": int(line["quantity"]) * list_price[line["product_id"]],
            }
            for number, line in enumerate(lines, start=1)
        ],
        "Return": [
            {
                "ReturnID": number, "ReturnDate": row["return_date"], "TerritoryID": row["territory_id"],
                "ProductID": row["product_id"], "Quantity": row["quantity"],
            }
            for number, row in enumerate(read_csv("return"), start=1)
        ],
        "Inventory": [
            {"ProductID": row["product_id"], "Location": row["location"], "Quantity": row["quantity"]}
            for row in read_csv("inventory")
        ],
        "Transporter": [
            {
                "TransporterID": row["transporter_id"], "Name": row["name"], "ShipBase": row["ship_base"],
                "ShipRate": row["ship_rate"],
            }
            for row in read_csv("transporter")
        ],
        "Territory": [
            {
                "TerritoryID": row["territory_id"], "Region": row["region"], "Country": row["country"],
                "Continent": row["continent"],
            }
            for row in read_csv("territory")
        ],
    }


def to_arrow(table, changes):
    """Changes as (op, position, changed_at, row) in raw columns."""
    offsets = defaultdict(int)
    envelope = {name: [] for name in ("_partition", "_offset")}
    for _, _, _, row in changes:
        partition = hash(tuple(str(row.get(key)) for key in table["key"])) % PARTITIONS if row else 0
        envelope["_partition"].append(partition)
        envelope["_offset"].append(offsets[partition])
        offsets[partition] += 1
    columns, fields = [], []
    for name, column in table["columns"].items():
        type_ = lake_type(column)
        if type_ is None:
            continue
        fields.append(pa.field(name, type_))
        columns.append(pa.array([value(row.get(name), type_) for _, _, _, row in changes], type_))
    times = [changed_at for _, _, changed_at, _ in changes]
    instant = pa.timestamp("us", "UTC")
    for name, type_, values in [
        ("_op", pa.string(), [op for op, _, _, _ in changes]),
        ("_position", pa.string(), [position for _, position, _, _ in changes]),
        ("_partition", pa.int32(), envelope["_partition"]),
        ("_offset", pa.int64(), envelope["_offset"]),
        ("_changed_at", instant, times),
        ("_landed_at", instant, times),
        ("_schema_version", pa.int32(), [1] * len(changes)),
        ("year", pa.int32(), [time.year for time in times]),
        ("month", pa.int32(), [time.month for time in times]),
    ]:
        fields.append(pa.field(name, type_))
        columns.append(pa.array(values, type_))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def epoch_transactions(name, table, epoch):
    partitions = range(table.get("partitions", PARTITIONS))
    return CommitProperties(
        app_transactions=[Transaction(f"epoch/cdc.{SYSTEM}.{name}/{partition}", epoch) for partition in partitions]
    )


def write(lake, name, table, changes, epoch=None):
    write_deltalake(
        lake / f"cdc_{SYSTEM}" / name,
        to_arrow(table, changes),
        mode="append",
        partition_by=["year", "month"],
        commit_properties=epoch_transactions(name, table, epoch) if epoch else None,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lake", type=Path)
    parser.add_argument("--tables", help="comma-separated; default: every table that the demo has rows for")
    parser.add_argument("--changes", type=Path, help="JSON file of changes to append")
    given = parser.parse_args()
    tables = yaml.safe_load((ROOT / "sources" / f"{SYSTEM}.yml").read_text())["tables"]
    if given.changes:
        rows = defaultdict(list)
        for change in json.loads(given.changes.read_text()):
            if "epoch" in change:
                write(given.lake, change["table"], tables[change["table"]], [], change["epoch"])
            else:
                changed_at = dt.datetime.fromisoformat(change["changedAt"]).astimezone(dt.timezone.utc)
                rows[change["table"]].append((change["op"], change["position"], changed_at, change["row"]))
        for name, changes in rows.items():
            write(given.lake, name, tables[name], changes)
        return
    wanted = given.tables.split(",") if given.tables else None
    for name, rows in demo_rows().items():
        if wanted is None or name in wanted:
            changes = [("r", f"{SNAPSHOT_COMMIT}{number:08x}", SNAPSHOT_AT, row) for number, row in enumerate(rows)]
            write(given.lake, name, tables[name], changes, epoch=1)


if __name__ == "__main__":
    main()

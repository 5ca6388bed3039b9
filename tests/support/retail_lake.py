"""Writes the lines of UCI Online Retail into a raw lake with delta-rs, as the snapshot of the system `retail`.

    retail_lake.py LAKE [COPIES]

Copies are the same lines under other numbers. Prints, as JSON, the totals that SQL finds in the file itself: by month and
country, in cents of a hundredth.
"""

import datetime as dt
import json
import sys
from pathlib import Path

import duckdb
from deltalake import CommitProperties, Transaction, write_deltalake

FILE = Path(__file__).parents[1] / "data/online-retail/online_retail_541909.parquet"
PARTITIONS = 4
SNAPSHOT_AT = dt.datetime(2011, 12, 10, 6, 0, tzinfo=dt.timezone.utc)

TABLES = {
    "Product": 'select ProductID as "ProductID", any_value(Description) as "Description" from lines where ProductID is not null group by 1',
    "Client": 'select distinct CustomerID as "CustomerID" from lines where CustomerID is not null',
    "Territory": 'select TerritoryID as "TerritoryID", any_value(Country) as "Country" from lines group by 1',
    "Order": 'select OrderID + copy * 1000000 as "OrderID", any_value(InvoiceDate) as "InvoiceDate", any_value(CustomerID) as "CustomerID", any_value(TerritoryID) as "TerritoryID" from lines, copies group by 1',
    "Sale": 'select SaleID + copy * 1000000 as "SaleID", OrderID + copy * 1000000 as "OrderID", InvoiceDate as "InvoiceDate", ProductID as "ProductID", CustomerID as "CustomerID", TerritoryID as "TerritoryID", Quantity as "Quantity", Amount as "Amount" from lines, copies',
}
TYPES = {"SaleID": "bigint", "InvoiceDate": "timestamp", "Description": "varchar", "Country": "varchar", "Amount": "decimal(19,4)"}


def main():
    lake, copies = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    connection = duckdb.connect()
    connection.execute(f"create table copies as select unnest(range({copies})) as copy")
    connection.execute(
        f"""create table lines as select
            row_number() over () as SaleID,
            dense_rank() over (order by CustomerID, InvoiceDate, Country) as OrderID,
            InvoiceDate, cast(CustomerID as integer) as CustomerID, Country, Description, Quantity,
            case when Description is not null then dense_rank() over (order by Description) end as ProductID,
            dense_rank() over (order by Country) as TerritoryID,
            cast(cast(UnitPrice as decimal(19,4)) * Quantity as decimal(19,4)) as Amount
            from read_parquet('{FILE}')"""
    )
    for name, sql in TABLES.items():
        given = connection.execute(f"describe {sql}").fetchall()
        columns = ", ".join(f'cast("{column}" as {TYPES.get(column, "integer")}) as "{column}"' for column, *_ in given)
        numbered = f"""select {columns}, 'r' as _op,
            '0001-0000000000001000-' || lower(lpad(to_hex(row_number() over () - 1), 8, '0')) as _position,
            cast((row_number() over ()) % {PARTITIONS} as integer) as _partition,
            cast((row_number() over ()) // {PARTITIONS} as bigint) as _offset,
            cast('{SNAPSHOT_AT.isoformat()}' as timestamptz) as _changed_at,
            cast('{SNAPSHOT_AT.isoformat()}' as timestamptz) as _landed_at,
            cast(1 as integer) as _schema_version, cast(2011 as integer) as year, cast(12 as integer) as month
            from ({sql})"""
        epochs = [Transaction(f"epoch/cdc.retail.{name}/{partition}", 1) for partition in range(PARTITIONS)]
        write_deltalake(
            lake / "cdc_retail" / name,
            connection.execute(numbered).to_arrow_reader(200_000),
            mode="append",
            partition_by=["year", "month"],
            commit_properties=CommitProperties(app_transactions=epochs),
        )
    totals = connection.execute(
        f"""select strftime(InvoiceDate, '%Y-%m'), Country, cast(sum(cast(UnitPrice as decimal(19,4)) * Quantity) * {copies} as varchar)
            from read_parquet('{FILE}') group by 1, 2 order by 1, 2"""
    ).fetchall()
    print(json.dumps(totals))


if __name__ == "__main__":
    main()

"""A panel of sales: what every model here is trained on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from tabular import DataError, check_columns, read_dates, read_flags, read_numbers, read_table, read_text, refuse

REQUIRED = ("series_id", "date", "quantity")
#: Plans: known for coming days.
PLANS = ("price", "promo", "closed")
OPTIONAL = (*PLANS, "stock", "category")
DAY = np.timedelta64(1, "D")
#: A date far from all others is a typing error, and would make a panel of millions of days.
MOST_DAYS = 40 * 366


@dataclass(frozen=True)
class Panel:
    """
    Series by days, without gaps. Arrays of days are [series, days].

    quantity: units sold on a day, returns netted; NaN before a series' first row.
    price: of a unit, the last one that was known; NaN where there was none.
    promo: whether a promotion is on. closed: whether nothing is sold, for all alike.
    censored: whether the stock ran out, so that demand may have been higher than the quantity.
    category: of each series, a number; -1 where there is none.
    """

    series: list[str]
    start: np.datetime64
    quantity: np.ndarray
    price: np.ndarray | None = None
    promo: np.ndarray | None = None
    closed: np.ndarray | None = None
    censored: np.ndarray | None = None
    category: np.ndarray | None = None
    categories: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return self.quantity.shape[1]

    @property
    def dates(self) -> np.ndarray:
        return self.start + np.arange(self.days) * DAY

    def day_of(self, date: np.datetime64) -> int:
        return int((date - self.start) / DAY)


def weekdays(start: np.datetime64, days: int) -> np.ndarray:
    """[days], Monday is 0."""
    return (start.astype("datetime64[D]").astype(np.int64) + 3 + np.arange(days)) % 7


def read_panel(path: str | Path) -> Panel:
    """
    Rows of a Parquet or CSV file, in any order. Several rows of a day are added up; a day without a row after a series' first
    is a day without sales.
    @throws DataError that names the column, and the row where one is wrong
    """
    return make_panel(read_table(Path(path)))




def make_panel(table: pa.Table) -> Panel:
    """@throws DataError"""
    columns = read_columns(table)
    dates = columns["date"]
    start, end = dates.min(), dates.max()
    days = int((end - start) / DAY) + 1
    if days > MOST_DAYS:
        raise DataError(f"column date goes from {start} to {end}: is one of them a typing error?")
    at_day = ((dates - start) / DAY).astype(np.int64)
    series, at_series = np.unique(columns["series_id"], return_inverse=True)
    shape = (len(series), days)
    cells = at_series.astype(np.int64) * days + at_day

    quantity = np.bincount(cells, columns["quantity"], shape[0] * days).reshape(shape)
    first = np.full(len(series), days)
    np.minimum.at(first, at_series, at_day)
    # More came back on a day than was sold: no demand.
    quantity = np.maximum(quantity, 0).astype(np.float32)
    quantity[np.arange(days) < first[:, None]] = np.nan
    categories, category = (), None
    if "category" in columns:
        names, codes = np.unique(columns["category"], return_inverse=True)
        categories, category = tuple(str(name) for name in names), np.full(len(series), -1)
        category[at_series] = codes
    return Panel(
        series=[str(name) for name in series],
        start=start,
        quantity=quantity,
        price=carried(means(columns, "price", cells, shape)),
        promo=flags(columns, "promo", cells, shape),
        closed=closed_days(columns, at_day, days),
        censored=flags({"stock": columns["stock"] <= 0}, "stock", cells, shape) if "stock" in columns else None,
        category=category,
        categories=categories,
    )


def read_columns(table: pa.Table) -> dict[str, np.ndarray]:
    """@throws DataError"""
    check_columns(table, REQUIRED, OPTIONAL)
    columns = {"series_id": read_text(table, "series_id"), "date": read_dates(table)}
    columns["quantity"] = read_numbers(table, "quantity")
    for name in OPTIONAL:
        if name not in table.column_names or table.column(name).null_count == table.num_rows:
            continue
        if name == "category":
            columns[name] = read_text(table, name, or_null="")
        elif name in ("promo", "closed"):
            columns[name] = read_flags(table, name)
        else:
            columns[name] = read_numbers(table, name, may_be_null=True)
            refuse(columns[name] < 0, name, "is negative", columns[name])
    return columns









def means(columns: dict, name: str, cells: np.ndarray, shape: tuple) -> np.ndarray | None:
    if name not in columns:
        return None
    known = np.isfinite(columns[name])
    size = shape[0] * shape[1]
    rows = np.bincount(cells[known], minlength=size)
    sums = np.bincount(cells[known], columns[name][known], size)
    return np.where(rows > 0, sums / np.maximum(rows, 1), np.nan).reshape(shape)


def carried(values: np.ndarray | None) -> np.ndarray | None:
    """Each day has the last value that was known on it."""
    if values is None:
        return None
    last = np.where(np.isfinite(values), np.arange(values.shape[1]), 0)
    np.maximum.accumulate(last, axis=1, out=last)
    return np.take_along_axis(values, last, axis=1).astype(np.float32)


def flags(columns: dict, name: str, cells: np.ndarray, shape: tuple) -> np.ndarray | None:
    if name not in columns:
        return None
    flagged = np.zeros(shape[0] * shape[1], bool)
    flagged[cells[columns[name]]] = True
    return flagged.reshape(shape)


def closed_days(columns: dict, at_day: np.ndarray, days: int) -> np.ndarray | None:
    """[days]: a day is closed where every row of it says so."""
    if "closed" not in columns:
        return None
    rows = np.bincount(at_day, minlength=days)
    return (rows > 0) & (np.bincount(at_day, columns["closed"], days) == rows)

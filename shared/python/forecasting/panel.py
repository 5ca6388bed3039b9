"""A panel of sales: what every model here is trained on."""

from csv import reader as csv_lines
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

REQUIRED = ("series_id", "date", "quantity")
#: Plans: known for coming days.
PLANS = ("price", "promo", "closed")
OPTIONAL = (*PLANS, "stock", "category")
DAY = np.timedelta64(1, "D")
#: A date far from all others is a typing error, and would make a panel of millions of days.
MOST_DAYS = 40 * 366


class PanelError(ValueError):
    """What is wrong with a panel, and where, in one line."""


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
    @throws PanelError that names the column, and the row where one is wrong
    """
    return make_panel(read_table(Path(path)))


def read_table(path: Path) -> pa.Table:
    if not path.is_file():
        raise PanelError(f"there is no file {path}")
    try:
        if path.suffix.lower() == ".csv":
            return read_csv(path)
        return parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        raise PanelError(f"{path} cannot be read as {'CSV' if path.suffix.lower() == '.csv' else 'Parquet'}: {first}") from error


def read_csv(path: Path) -> pa.Table:
    """All as text: what is no number is told with its row, and an id keeps its zeros."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header, is_alone = file.readline(), not file.read(1)
    delimiter = max(",;\t", key=header.count)
    [names] = list(csv_lines([header], delimiter=delimiter)) or [[]]
    if is_alone:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    return csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=names, skip_rows=1),
        parse_options=csv.ParseOptions(delimiter=delimiter),
        convert_options=csv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=True),
    )


def make_panel(table: pa.Table) -> Panel:
    """@throws PanelError"""
    columns = read_columns(table)
    dates = columns["date"]
    start, end = dates.min(), dates.max()
    days = int((end - start) / DAY) + 1
    if days > MOST_DAYS:
        raise PanelError(f"column date goes from {start} to {end}: is one of them a typing error?")
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
    """@throws PanelError"""
    missing = [name for name in REQUIRED if name not in table.column_names]
    if missing:
        raise PanelError(f"column {missing[0]} is missing; there are: {', '.join(table.column_names) or 'none'}")
    double = [name for name in (*REQUIRED, *OPTIONAL) if table.column_names.count(name) > 1]
    if double:
        raise PanelError(f"column {double[0]} is there twice")
    if table.num_rows == 0:
        raise PanelError("there are no rows")
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


def refuse(wrong: np.ndarray, column: str, what: str, values=None) -> None:
    """@throws PanelError that names the first wrong row, counted from 1"""
    rows = np.flatnonzero(wrong)
    if len(rows) == 0:
        return
    value = "" if values is None else f" ({values[rows[0]]})"
    others = f"; {len(rows) - 1} other rows too" if len(rows) > 1 else ""
    raise PanelError(f"row {rows[0] + 1}: {column} {what}{value}{others}")


def is_null(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).is_null().to_numpy()


def read_text(table: pa.Table, name: str, or_null: str | None = None) -> np.ndarray:
    column = table.column(name).cast(pa.string())
    if or_null is None:
        refuse(is_null(table, name), name, "is missing")
    return column.fill_null(or_null or "").to_numpy()


def read_dates(table: pa.Table) -> np.ndarray:
    column = table.column("date")
    refuse(is_null(table, "date"), "date", "is missing")
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        well_formed = pc.match_substring_regex(column, r"^\d{4}-\d{2}-\d{2}([T ].*)?$")
        refuse(~well_formed.to_numpy(), "date", "is not as 2026-01-31", column.to_pylist())
        days, at = np.unique(pc.utf8_slice_codeunits(column, 0, 10).to_numpy().astype("U10"), return_inverse=True)
        parsed = np.array([parse_day(day) for day in days])
        refuse(np.isnat(parsed)[at], "date", "is no day of the calendar", column.to_pylist())
        return parsed[at]
    if not (pa.types.is_date(column.type) or pa.types.is_timestamp(column.type)):
        raise PanelError(f"column date has the type {column.type}, and is no date")
    return column.cast(pa.date32(), safe=False).to_numpy().astype("datetime64[D]")


def parse_day(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except ValueError:
        return np.datetime64("NaT", "D")


def read_numbers(table: pa.Table, name: str, may_be_null=False) -> np.ndarray:
    column = table.column(name)
    if not may_be_null:
        refuse(is_null(table, name), name, "is missing")
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        fits = pc.match_substring_regex(column.fill_null("0"), r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$").to_numpy()
        refuse(~fits, name, "is not a number", column.to_pylist())
        column = pc.utf8_trim_whitespace(column)
    try:
        numbers = column.cast(pa.float64(), safe=False).to_numpy()
    except pa.ArrowException as error:
        raise PanelError(f"column {name} has the type {column.type}, and holds no numbers") from error
    refuse(~np.isfinite(numbers) & ~is_null(table, name), name, "is not a number", numbers)
    return numbers


def read_flags(table: pa.Table, name: str) -> np.ndarray:
    """Yes or no, as true and false, or 1 and 0; nothing is no."""
    column = table.column(name)
    if pa.types.is_boolean(column.type):
        return column.fill_null(False).to_numpy()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        known = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
        texts = [known.get(str(text).strip().lower()) if text is not None else False for text in column.to_pylist()]
        refuse(np.array([text is None for text in texts]), name, "is neither true nor false", column.to_pylist())
        return np.array(texts, bool)
    numbers = np.nan_to_num(read_numbers(table, name, may_be_null=True))
    refuse(~np.isin(numbers, (0, 1)), name, "is neither 1 nor 0", numbers)
    return numbers == 1


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

"""Reads anybody's Parquet and CSV files, and says what is wrong with them: the column, and the row counted from 1."""

import json
from csv import reader as csv_lines
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet


class DataError(ValueError):
    """What is wrong with a file's rows, and where, in one line."""


def read_table(path: Path, columns: tuple[str, ...] | None = None) -> pa.Table:
    """@param columns of a Parquet file those of these that it has, to spare memory; all where it is left out"""
    if not path.is_file():
        raise DataError(f"there is no file {path}")
    try:
        if path.suffix.lower() == ".csv":
            return read_csv(path)
        there = None if columns is None else [name for name in parquet.read_schema(path).names if name in columns]
        return parquet.read_table(path, columns=there or None)
    except (pa.ArrowException, OSError) as error:
        first = str(error).splitlines()[0]
        raise DataError(f"{path} cannot be read as {'CSV' if path.suffix.lower() == '.csv' else 'Parquet'}: {first}") from error


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


def check_columns(table: pa.Table, required: tuple[str, ...], optional: tuple[str, ...], may_be_empty=False) -> None:
    """@throws DataError"""
    missing = [name for name in required if name not in table.column_names]
    if missing:
        raise DataError(f"column {missing[0]} is missing; there are: {', '.join(table.column_names) or 'none'}")
    double = [name for name in (*required, *optional) if table.column_names.count(name) > 1]
    if double:
        raise DataError(f"column {double[0]} is there twice")
    if table.num_rows == 0 and not may_be_empty:
        raise DataError("there are no rows")


def refuse(wrong: np.ndarray, column: str, what: str, values=None) -> None:
    """@throws DataError that names the first wrong row, counted from 1"""
    rows = np.flatnonzero(wrong)
    if len(rows) == 0:
        return
    value = "" if values is None else f" ({values[rows[0]]})"
    others = f"; {len(rows) - 1} other rows too" if len(rows) > 1 else ""
    raise DataError(f"row {rows[0] + 1}: {column} {what}{value}{others}")


def is_null(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).is_null().to_numpy()


def read_text(table: pa.Table, name: str, or_null: str | None = None) -> np.ndarray:
    try:
        column = table.column(name).cast(pa.string())
    except pa.ArrowException as error:
        raise DataError(f"column {name} has the type {table.column(name).type}, and holds no text") from error
    if or_null is None:
        refuse(is_null(table, name), name, "is missing")
    return column.fill_null(or_null or "").to_numpy()


def read_ids(table: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """The ids in order, and [rows] the number of each row's: a file of millions of rows has few of them. @throws DataError"""
    column = table.column(name)
    refuse(is_null(table, name), name, "is missing")
    try:
        encoded = pa.chunked_array([column.cast(pa.string()).dictionary_encode().combine_chunks()]).combine_chunks()
    except pa.ArrowException as error:
        raise DataError(f"column {name} has the type {column.type}, and holds no ids") from error
    found, code = np.array(encoded.dictionary.to_pylist(), dtype=object), encoded.indices.to_numpy()
    refuse((found == "")[code], name, "is empty")
    order = np.argsort(found, kind="stable")
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return found[order], number[code]


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
        raise DataError(f"column date has the type {column.type}, and is no date")
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
        raise DataError(f"column {name} has the type {column.type}, and holds no numbers") from error
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


def write_report(folder: Path, name: str, rows: pa.Table, report: dict) -> None:
    """Rows, and report.json beside them: both files appear whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.part"
    parquet.write_table(rows, partial)
    partial.replace(folder / name)
    partial = folder / "report.json.part"
    partial.write_text(json.dumps(report, indent=2) + "\n")
    partial.replace(folder / "report.json")

"""Reads dbt/metrics/*.yml, what people call the numbers, and holds it against the marts of a build.

`marts` is {name: {"key": [column], "columns": [column]}}. What is wrong raises ValueError, with the file and the name.
"""

import re
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent / "metrics"
MEASURE = re.compile(r"(sum|average)\((\w+)\)|count\((?:distinct (\w+))?\)")
UNITS = ("currency", "quantity", "count", "days", "ratio")
METRIC = {"name", "label", "description", "mart", "measure", "date", "at", "numerator", "denominator", "unit", "synonyms", "labels"}
DIMENSION = {"name", "label", "mart", "join", "column", "synonyms", "labels", "values"}
LANGUAGES = ("en", "de", "fr", "es")


def read_metrics(marts, folder=FOLDER):
    """@returns metrics, each with the dimensions that it can be split by: [{"name", ..., "dimensions": [...]}]"""
    metrics, dimensions = {}, {}
    for file in sorted(folder.glob("*.yml")):
        given = load(file)
        for metric in given.pop("metrics", []):
            add(metrics, metric, METRIC, f"{file.name}: metric")
        for dimension in given.pop("dimensions", []):
            add(dimensions, dimension, DIMENSION, f"{file.name}: dimension")
        if given:
            raise ValueError(f"{file.name}: unknown key {next(iter(given))}: there are metrics and dimensions")
    for place, dimension in dimensions.values():
        check_dimension(place, dimension, marts)
    for place, metric in metrics.values():
        check_metric(place, metric, metrics, marts)
    return [resolve(metric, metrics, dimensions, marts) for _, metric in metrics.values()]


def load(file):
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{file.name}: {' '.join(str(error).split())}") from error
    if not isinstance(given, dict):
        raise ValueError(f"{file.name}: must hold metrics or dimensions")
    return given


def add(found, entry, known, place):
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{place} {name}: needs a name of small letters, digits and _")
    for key in entry:
        if key not in known:
            raise ValueError(f"{place} {name}: unknown key {key}: there are {', '.join(sorted(known))}")
    if name in found:
        raise ValueError(f"{place} {name}: there is another one of that name, in {found[name][0]}")
    if not isinstance(entry.get("label"), str):
        raise ValueError(f"{place} {name}: needs a label")
    synonyms = entry.setdefault("synonyms", [])
    if not is_words(synonyms):
        raise ValueError(f"{place} {name}: synonyms must be a list of words")
    labels = entry.get("labels", {})
    if not isinstance(labels, dict) or any(key not in LANGUAGES or not isinstance(label, str) for key, label in labels.items()):
        raise ValueError(f"{place} {name}: labels must have a text for each of {', '.join(LANGUAGES)}, or for some")
    values = entry.get("values", {})
    if not isinstance(values, dict) or any(not isinstance(value, str) or not is_words(words) for value, words in values.items()):
        raise ValueError(f"{place} {name}: values must have a list of words for each value")
    found[name] = (f"{place} {name}", entry)


def is_words(given):
    return isinstance(given, list) and all(isinstance(word, str) for word in given)


def check_dimension(place, dimension, marts):
    if "column" not in dimension:
        raise ValueError(f"{place}: needs a column")
    if "mart" not in dimension:
        return
    mart = mart_of(place, dimension["mart"], marts)
    need_column(place, dimension["mart"], mart, dimension["column"])
    if mart["key"] != [dimension.get("join")]:
        raise ValueError(f"{place}: join must be the key of {dimension['mart']}, which is {', '.join(mart['key'])}")


def check_metric(place, metric, metrics, marts):
    if metric.get("unit") not in UNITS:
        raise ValueError(f"{place}: unit must be one of {', '.join(UNITS)}")
    if "numerator" in metric or "denominator" in metric:
        for part in ("numerator", "denominator"):
            of = metric.get(part)
            if of not in metrics or "mart" not in metrics[of][1]:
                raise ValueError(f"{place}: {part} must be another metric with a measure, not {of}")
        parts = [metrics[metric[part]][1] for part in ("numerator", "denominator")]
        if parts[0]["mart"] != parts[1]["mart"]:
            raise ValueError(f"{place}: numerator and denominator must be of one mart")
        return
    mart = mart_of(place, metric.get("mart"), marts)
    measured = MEASURE.fullmatch(str(metric.get("measure", "")))
    if not measured:
        raise ValueError(f"{place}: measure must be sum(column), average(column), count() or count(distinct column)")
    for column in [*filter(None, [measured[2], measured[3], metric.get("date")]), *(["currency"] if metric["unit"] == "currency" else [])]:
        need_column(place, metric["mart"], mart, column)
    if metric.get("at") not in (None, "end") or ("at" in metric and "date" not in metric):
        raise ValueError(f"{place}: at must be end, with a date")


def mart_of(place, name, marts):
    if name not in marts:
        raise ValueError(f"{place}: no mart {name}: there are {', '.join(sorted(marts))}")
    return marts[name]


def need_column(place, name, mart, column):
    if column not in mart["columns"]:
        raise ValueError(f"{place}: {name} has no column {column}: there are {', '.join(mart['columns'])}")


def resolve(metric, metrics, dimensions, marts):
    """A quotient with its two metrics, and every metric with its dimensions: a reader needs nothing else."""
    if "numerator" in metric:
        parts = {part: metrics[metric[part]][1] for part in ("numerator", "denominator")}
        of = parts["numerator"]
        metric = {**metric, "mart": of["mart"], "date": of.get("date"), "at": of.get("at"), **{part: each["measure"] for part, each in parts.items()}}
    columns = marts[metric["mart"]]["columns"]
    own = [each for _, each in dimensions.values() if each.get("join", each["column"]) in columns]
    return {**{key: value for key, value in metric.items() if value is not None}, "dimensions": own}

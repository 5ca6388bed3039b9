"""Runs the checks of each model in one batch, and those that failed a second time for the rows."""

import logging
import re

from cordage_job import progress

from .suites import Check

# Rows that a result names.
SHOWN_ROWS = 20
MAX_SAID_CHARS = 600
# What may be shown of a failing row: what identifies it, when it was, and counts. Never a value of a person.
SHOWABLE = re.compile(
    r"id|.*_(id|key|number|date|day|start|count|days|table|column|system)|day|date|sku|reason|what|topic|location|entity|op"
    r"|category|currency|missing|usual|was|is|median|share|value|total|their_total"
)
REASONS_OF_AN_ENGINE = re.compile(r"\(Background on this error.*|\[SQL.*", re.DOTALL)

logging.getLogger("great_expectations").setLevel(logging.ERROR)


def run_checks(source, checks_by_model):
    """@returns a result for each check: {check, model, column, severity, state, observed, expected, failing, keys, description}"""
    results = []
    total = sum(len(checks) for checks in checks_by_model.values())
    for model, checks in checks_by_model.items():
        batch = source.add_table_asset(model, table_name=model).add_batch_definition_whole_table("all").get_batch()
        outcomes = validate(batch, checks, "BOOLEAN_ONLY")
        failed = [check for check, outcome in zip(checks, outcomes) if not outcome.success and not broke(outcome)]
        details = dict(zip((check.name for check in failed), explain(batch, failed)))
        results += [to_result(check, details.get(check.name, outcome)) for check, outcome in zip(checks, outcomes)]
        progress(node=model, done=len(results), total=total)
    return results


def explain(batch, checks):
    """Each by itself: the columns that name a row are those of a check."""
    for check in checks:
        form = {
            "result_format": "COMPLETE",
            "unexpected_index_column_names": check.key,
            "include_unexpected_rows": False,
            "exclude_unexpected_values": True,
        }
        yield validate(batch, [check], form if check.key else "COMPLETE")[0]


def validate(batch, checks, result_format):
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="checks", expectations=[check.expectation.copy(deep=True) for check in checks])
    found = batch.validate(suite, result_format=result_format).results
    by_name = {outcome.expectation_config.meta["name"]: outcome for outcome in found}
    return [by_name[check.name] for check in checks]


def broke(outcome):
    """@returns what an engine said of a check that could not run"""
    info = outcome.exception_info or {}
    said = info if "raised_exception" in info else next(iter(info.values()), {})
    if not said.get("raised_exception"):
        return None
    text = REASONS_OF_AN_ENGINE.sub("", str(said.get("exception_message")))
    return " ".join(text.split())[:MAX_SAID_CHARS]


def to_result(check: Check, outcome):
    config = outcome.expectation_config
    column = config.kwargs.get("column") or ", ".join(config.kwargs.get("column_list") or config.kwargs.get("columns") or [])
    about = {
        "check": check.name,
        "model": check.model,
        "column": column or None,
        "severity": check.severity,
        "description": check.description,
    }
    if said := broke(outcome):
        return {**about, "state": "broken", "observed": said, "expected": check.expected, "failing": 0, "keys": []}
    if outcome.success:
        return {**about, "state": "passed", "observed": "", "expected": check.expected, "failing": 0, "keys": []}
    result = outcome.result
    details = result.get("details") or {}
    rows = details.get("unexpected_rows") or rows_of_index(result.get("unexpected_index_list"))
    keys = [showable(row, check.key) for row in rows]
    failing = details.get("unexpected_count", result.get("unexpected_count"))
    if failing is None:
        failing = result.get("observed_value") if config.type == "unexpected_rows_expectation" else 1
    return {
        **about,
        "state": "failed",
        "observed": say_observed(result, failing),
        "expected": details.get("expected", check.expected),
        "failing": int(failing),
        "keys": sorted(keys, key=lambda row: [str(value) for value in row.values()])[:SHOWN_ROWS],
    }


def say_observed(result, failing):
    if isinstance(result.get("observed_value"), str):
        return result["observed_value"][:MAX_SAID_CHARS]
    if result.get("element_count"):
        return f"{failing} of {result['element_count']} rows"
    return "1 row" if failing == 1 else f"{failing} rows"


def rows_of_index(index):
    """Great Expectations has a list of values for each key column, or a list of rows."""
    rows = []
    for entry in index or []:
        lists = {name: values for name, values in entry.items() if isinstance(values, list)}
        if lists:
            rows += [dict(zip(lists, values)) for values in zip(*lists.values())]
        else:
            rows.append(entry)
    return rows


def showable(row, key):
    return {name: plain(value) for name, value in row.items() if name in key or SHOWABLE.fullmatch(name)}


def plain(value):
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)[:200]

"""Reads the suites beside the models: <model>.suite.yml, in Great Expectations' words."""

import re
from dataclasses import dataclass

from cordage_job import JobError
from ruamel.yaml import YAML, YAMLError

NAME = re.compile(r"[a-z][a-z0-9_]*")
SEVERITIES = ("critical", "warning")
# Beside what an expectation takes itself.
ABOUT = ("name", "type", "severity", "description")
# Parameters that name columns: one, or a list.
COLUMNS = ("column", "column_A", "column_B", "column_list", "columns", "day", "hour", "by", "key")


@dataclass
class Check:
    """An expectation about a model, by its name."""

    name: str
    model: str
    severity: str
    description: str
    key: list
    expectation: object
    # Readable, from the suite; empty where the expectation itself says it.
    expected: str


@dataclass
class Suite:
    file: str
    model: str
    key: list
    entries: list


def read_suites(project):
    """@returns the suites of the models, without looking at any table. @throws JobError for the first that is malformed"""
    suites, names = [], {}
    for path in sorted(project.glob("models/**/*.suite.yml")):
        file = path.relative_to(project).as_posix()
        suite = parse(file, path.name.removesuffix(".suite.yml"), path.read_text(encoding="utf-8"))
        for entry in suite.entries:
            if other := names.get(entry["name"]):
                raise bad(file, f"check {entry['name']} has the name of one in {other}: a name is that of one check only")
            names[entry["name"]] = file
        suites.append(suite)
    if not suites:
        raise JobError(f"no suite is in {project}/models: nothing can be checked", "bad_suite")
    return suites


def bad(file, what):
    return JobError(f"{file}: {what}", "bad_suite")


def parse(file, model, text):
    try:
        content = YAML(typ="safe").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise bad(file, f"no YAML{line}: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(content, dict) or set(content) - {"key", "expectations"} or not is_list(content.get("expectations"), dict):
        raise bad(file, "a suite has a list of `expectations` and, for the columns that name a row, `key`")
    key = content.get("key", [])
    if not is_list(key, str):
        raise bad(file, "key: a list of columns")
    for at, entry in enumerate(content["expectations"], start=1):
        name = entry.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise bad(file, f"check {at} has no name in snake_case, but {name!r}")
        for field in ABOUT[1:]:
            if not isinstance(entry.get(field), str):
                raise bad(file, f"check {name} has no {field}")
        if entry["severity"] not in SEVERITIES:
            raise bad(file, f"check {name}: severity is critical or warning, not {entry['severity']}")
    return Suite(file, model, key, content["expectations"])


def is_list(value, kind):
    return isinstance(value, list) and all(isinstance(each, kind) for each in value)


def make_checks(suite, columns, context):
    """
    @param columns of the suite's model, by name; None where the build has no such model
    @param context what some expectations ask for beside their table: {"published", "parked"}
    @throws JobError for the first check that cannot be made
    """
    if columns is None:
        raise bad(suite.file, f"the build has no model {suite.model}")
    return [make_check(suite, entry, columns, context) for entry in suite.entries]


def make_check(suite, entry, columns, context):
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    from . import expectations as _  # registers ours

    name = entry["name"]
    given = {field: value for field, value in entry.items() if field not in ABOUT}
    try:
        kind = get_expectation_impl(entry["type"])
    except ExpectationNotFoundError as error:
        raise bad(suite.file, f"check {name}: there is no expectation {entry['type']}") from error
    key = given.get("key", suite.key)
    for field in COLUMNS:
        for column in wanted_columns(given.get(field)):
            if column not in columns:
                raise bad(suite.file, f"check {name}: {suite.model} has no column {column}")
    own = {"table": suite.model, "key": key, **context}
    given |= {field: value for field, value in own.items() if field in kind.__fields__ and field not in ABOUT and field not in given}
    if "key" not in kind.__fields__:
        given.pop("key", None)
    # Ours allow an expression where a column is meant; the suite's author is not to see pydantic.
    try:
        expectation = kind(**given, severity=entry["severity"], description=entry["description"], meta={"name": name})
    except ValueError as error:
        raise bad(suite.file, f"check {name}: {explain(error)}") from error
    return Check(name, suite.model, entry["severity"], entry["description"], key, expectation, say_expected(entry))


def wanted_columns(value):
    """Names of columns; what is no plain name is SQL, which the engine checks."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and NAME.fullmatch(each)]


def explain(error):
    """What pydantic says, on one line: fields and what is wrong with each."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return " ".join(str(error).split())
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in errors())


def say_expected(entry):
    """What a suite sets by hand, in words."""
    parts = []
    low, high = entry.get("min_value"), entry.get("max_value")
    if low is not None or high is not None:
        parts.append(f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}")
    if "value_set" in entry:
        parts.append(f"one of {', '.join(str(value) for value in entry['value_set'])}")
    if "mostly" in entry:
        parts.append(f"in {entry['mostly']:.2%} of rows at least")
    return ", ".join(parts)

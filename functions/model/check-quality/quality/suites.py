"""Reads the suites beside the models: <model>.suite.yml, in Great Expectations' words."""

import re
from dataclasses import dataclass

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


class BadSuite(Exception):
    """What is wrong with a suite, on one line that names the file and the check."""


def read_suites(project):
    """
    Reads the suites of the models, without looking at any table.
    @returns them, and what is wrong with others
    """
    suites, problems, names = [], [], {}
    for path in sorted(project.glob("models/**/*.suite.yml")):
        file = path.relative_to(project).as_posix()
        try:
            suite = parse(file, path.name.removesuffix(".suite.yml"), path.read_text(encoding="utf-8"))
        except BadSuite as error:
            problems.append(str(error))
            continue
        for entry in suite.entries:
            if other := names.get(entry["name"]):
                problems.append(f"{file}: check {entry['name']}: {other} has a check of that name too")
            names[entry["name"]] = file
        suites.append(suite)
    if not suites and not problems:
        problems.append(f"{project}/models has no suite: nothing can be checked")
    return suites, problems


def parse(file, model, text):
    def wrong(what):
        return BadSuite(f"{file}: {what}")

    try:
        content = YAML(typ="safe").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise wrong(f"no YAML{line}: {getattr(error, 'problem', None) or error}") from error
    if not isinstance(content, dict) or set(content) - {"key", "expectations"} or not is_list(content.get("expectations"), dict):
        raise wrong("a suite has a list of `expectations` and, for the columns that name a row, `key`")
    key = content.get("key", [])
    if not is_list(key, str):
        raise wrong("key: a list of columns")
    for at, entry in enumerate(content["expectations"], start=1):
        name = entry.get("name")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise wrong(f"check {at} has no name in snake_case, but {name!r}")
        for field in ABOUT[1:]:
            if not isinstance(entry.get(field), str):
                raise wrong(f"check {name} has no {field}")
        if entry["severity"] not in SEVERITIES:
            raise wrong(f"check {name}: severity is critical or warning, not {entry['severity']}")
    return Suite(file, model, key, content["expectations"])


def is_list(value, kind):
    return isinstance(value, list) and all(isinstance(each, kind) for each in value)


def make_checks(suite, columns, context):
    """
    @param columns of the suite's model, by name; None where the build has no such model
    @param context what some expectations ask for beside their table: {"published", "parked"}
    @returns its checks, and what is wrong with others
    """
    if columns is None:
        return [], [f"{suite.file}: the build has no model {suite.model}"]
    checks, problems = [], []
    for entry in suite.entries:
        try:
            checks.append(make_check(suite, entry, columns, context))
        except BadSuite as error:
            problems.append(f"{suite.file}: check {entry['name']}: {error}")
    return checks, problems


def make_check(suite, entry, columns, context):
    from great_expectations.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.registry import get_expectation_impl

    from . import expectations as _  # registers ours

    name = entry["name"]
    given = {field: value for field, value in entry.items() if field not in ABOUT}
    try:
        kind = get_expectation_impl(entry["type"])
    except ExpectationNotFoundError as error:
        raise BadSuite(f"there is no expectation {entry['type']}") from error
    key = given.get("key", suite.key)
    for field in COLUMNS:
        for column in wanted_columns(given.get(field)):
            if column not in columns:
                raise BadSuite(f"{suite.model} has no column {column}")
    own = {"table": suite.model, "key": key, **context}
    given |= {field: value for field, value in own.items() if field in kind.__fields__ and field not in ABOUT and field not in given}
    if "key" not in kind.__fields__:
        given.pop("key", None)
    # Ours allow an expression where a column is meant; the suite's author is not to see pydantic.
    try:
        expectation = kind(**given, severity=entry["severity"], description=entry["description"], meta={"name": name})
    except ValueError as error:
        raise BadSuite(explain(error)) from error
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
    said = []
    for each in errors():
        field = ".".join(str(part) for part in each["loc"] if part != "__root__")
        said.append(f"{field}: {each['msg']}" if field else each["msg"])
    return ", ".join(said)


def say_expected(entry):
    """What a suite sets by hand, in words."""
    parts = []
    low, high = entry.get("min_value"), entry.get("max_value")
    if low is not None or high is not None:
        parts.append(f"at least {low}" if high is None else f"at most {high}" if low is None else f"{low} to {high}")
    if "value_set" in entry:
        which = "none of" if "not_be_in" in entry["type"] else "one of"
        parts.append(f"{which} {', '.join(str(value) for value in entry['value_set'])}")
    if "mostly" in entry:
        parts.append(f"in {entry['mostly']:.2%} of rows at least")
    return ", ".join(parts)

"""Compiles the dbt project for Trino, without one, and parses every statement as Trino does.

    trino_sql_test.py WORK_FOLDER < systems.json

Standard input is the dbt variable `systems`. What is wrong is printed, one line each; the exit status says whether
anything was.
"""

import json
import os
import re
import sys
from pathlib import Path

os.environ.update(DO_NOT_TRACK="1")

import sqlglot
from dbt.cli.main import dbtRunner
from sqlglot import exp

PROJECT = Path(__file__).parents[2] / "dbt"

# Functions that both engines have, and the four that are Trino's own. Another one belongs
# here once Trino's documentation lists it with the same arguments; else it needs a dispatched macro.
KNOWN = set(
    "and or case cast coalesce concat_ws count current_timestamp date_diff date_trunc exists extract first_value json_parse lag lead max min"
    " abs array_position exp floor greatest lower nullif rank replace round row_number split sqrt strpos substr sum timestamp_trunc trim try try_cast unnest upper at_timezone with_timezone".split()
)
# sqlglot reads these in Trino's name; Trino does not.
FORBIDDEN = {
    "qualify": r"\bqualify\b",
    "::": r"::",
    "group by all": r"\bgroup\s+by\s+all\b",
    "* exclude or replace": r"\*\s*(exclude|replace)\b",
}


def compile_project(work, systems):
    os.chdir(PROJECT)
    outcome = dbtRunner().invoke([
        "--quiet", "--no-use-colors", "--no-version-check", "--no-send-anonymous-usage-stats",
        "--log-path", str(work / "logs"), "compile", "--no-introspect", "--no-populate-cache",
        "--profiles-dir", ".", "--target", "trino", "--target-path", str(work / "target"),
        "--vars", json.dumps({"systems": systems}),
    ])
    if not outcome.success:
        sys.exit(f"the project does not compile for Trino: {outcome.exception}")
    return sorted((work / "target" / "compiled").rglob("*.sql"))


def problems(sql):
    for name, pattern in FORBIDDEN.items():
        if re.search(pattern, sql, re.IGNORECASE):
            yield f"{name} is not in Trino's SQL"
    try:
        statement = sqlglot.parse_one(sql, dialect="trino")
    except sqlglot.ParseError as error:
        yield f"does not parse as Trino: {error.errors[0]['description']} at line {error.errors[0]['line']}"
        return
    for function in statement.find_all(exp.Func):
        # As it was written: sqlglot gives one name to what engines call differently.
        place = function.meta
        name = (sql[place["start"] : place["end"] + 1] if "start" in place else function.sql_name()).lower()
        if name not in KNOWN and not isinstance(function.parent, exp.Case):
            yield f"function {name} is not known to be Trino's"


def main():
    files = compile_project(Path(sys.argv[1]), json.load(sys.stdin))
    found = [f"{file.name}: {problem}" for file in files for problem in problems(file.read_text())]
    print("\n".join(found) if found else f"{len(files)} statements")
    sys.exit(1 if found or not files else 0)


main()

"""Checks a build by the suites beside its models (quality/, docs/quality.md).

Request:
    {"projectDir", "target", "published": [{month_start, category, currency, amount}], "parked": [{topic, reason, count}]}
`target` is the finished build: {"engine": "duckdb", "file"}, or {"engine": "trino", ..., "schema"}. `published` are the
monthly sales that the marts have now.
Progress is {"node", "done", "total"} for each model. The result is {"builtAt", "changedAt", "results"}: which build it was,
and a result for each check (quality/run.py).
"""

from datetime import timezone
from pathlib import Path

from cordage_job import JobError, run


def check(request):
    from quality.suites import make_checks, read_suites

    suites, problems = read_suites(Path(request["projectDir"]))
    # What is malformed is told before the seconds that Great Expectations takes to load.
    refuse(problems)

    from quality.run import run_checks
    from quality.warehouse import Warehouse, open_build

    source = open_build(request["target"])
    warehouse = Warehouse(source.get_execution_engine())
    columns = columns_of(warehouse, request["target"])
    context = {"published": request["published"], "parked": request["parked"]}
    checks = {}
    for suite in suites:
        checks[suite.model], wrong = make_checks(suite, columns.get(suite.model), context)
        problems += wrong
    refuse(problems)
    results = run_checks(source, checks)
    files = {suite.model: suite.file for suite in suites}
    refuse(
        f"{files[each['model']]}: check {each['check']}: {each['observed']}" for each in results if each["state"] == "broken"
    )
    [build] = warehouse.rows("select built_at, changed_at from build")
    return {"builtAt": iso(build["built_at"]), "changedAt": iso(build["changed_at"]), "results": results}


def refuse(problems):
    """@throws JobError where there are any: a check that cannot run has not passed"""
    if problems := list(problems):
        raise JobError(f"{len(problems)} {'suite or check is' if len(problems) == 1 else 'suites or checks are'} wrong", "bad_suite", problems)


def iso(instant):
    return instant and instant.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def columns_of(warehouse, target):
    """The build's tables, each with its columns."""
    schema = "main" if target["engine"] == "duckdb" else target["schema"]
    tables = {}
    for row in warehouse.rows(
        f"select table_name, column_name from information_schema.columns where table_schema = '{schema}'"
    ):
        tables.setdefault(row["table_name"], set()).add(row["column_name"])
    return tables


run(check)

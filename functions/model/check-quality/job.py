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

    # What is malformed is told before the seconds that Great Expectations takes to load.
    suites = read_suites(Path(request["projectDir"]))

    from quality.run import run_checks
    from quality.warehouse import Warehouse, open_build

    source = open_build(request["target"])
    warehouse = Warehouse(source.get_execution_engine())
    columns = columns_of(warehouse, request["target"])
    context = {"published": request["published"], "parked": request["parked"]}
    checks = {suite.model: make_checks(suite, columns.get(suite.model), context) for suite in suites}
    results = run_checks(source, checks)
    if broken := [result for result in results if result["state"] == "broken"]:
        files = {suite.model: suite.file for suite in suites}
        details = [f"{files[each['model']]}: check {each['check']}: {each['observed']}" for each in broken]
        raise JobError(f"{len(broken)} of {len(results)} checks cannot run", "bad_suite", details)
    [build] = warehouse.rows("select built_at, changed_at from build")
    return {"builtAt": iso(build["built_at"]), "changedAt": iso(build["changed_at"]), "results": results}


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

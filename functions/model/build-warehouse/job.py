"""Builds the warehouse: runs dbt into a new DuckDB file or a new schema of Trino, and records in it what it holds.

Request:
    {"projectDir", "covered": {...} or null, "versions": {...}} and what dbt/run_dbt.py asks for
Progress is {"node", "done", "total"} for each finished model and test.
"""

import json
import sys
from pathlib import Path

from cordage_job import JobError, progress, run

# How much an answer shows of a test's rows and of an engine's error.
SHOWN_ROWS = 3
MAX_SAID_CHARS = 1000
# Columns that identify a row, besides ids and keys.
TELLING = set(
    "source_system source_table unique_field from_field n_records occurrences currency total their_total week_start"
    " month_start category version".split()
)


def build(request):
    target = request["target"]
    if target["engine"] == "duckdb":
        file = Path(target["file"])
        for leftover in (file, file.with_name(file.name + ".wal")):
            leftover.unlink(missing_ok=True)
    models, counts = build_models(request)
    describe(target, models, request["covered"], request["versions"])
    lineage = read_lineage(request, models)
    return {**counts, "setAside": summarize_set_aside(target), "lineage": lineage}


def read_lineage(request, models):
    from column_lineage import describe_models

    return describe_models(
        [{"name": node.name, "sql": node.compiled_code, "reads": node.depends_on.nodes} for node in models],
        request["systems"]["pinned"],
        request["target"]["engine"],
        Path(request["stateDir"]) / "column-lineage.json",
    )


def build_models(request):
    sys.path.insert(0, request["projectDir"])
    from run_dbt import run_dbt

    done = 0

    def report(event):
        nonlocal done
        # A model's event has all of them as its total, a test's only the tests.
        totals = {"LogModelResult": "total", "LogTestResult": "num_models"}
        if event.info.name in totals:
            done += 1
            progress(node=event.data.node_info.node_name, done=done, total=getattr(event.data, totals[event.info.name]))

    # Unit tests say something about the code, not about the data: `make test` runs them.
    outcome = run_dbt(request, ["build", "--exclude-resource-type", "unit_test"], callbacks=[report])
    if request["target"]["engine"] == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        # Closing folds the write-ahead log into the file, which is renamed alone.
        DuckDBConnectionManager.close_all_connections()
    if outcome.exception:
        raise JobError(f"dbt could not run: {shorten(outcome.exception)}", "dbt_error")
    failed = [result for result in outcome.result if result.status in ("error", "fail", "runtime error")]
    if failed:
        tests_only = all(result.status == "fail" for result in failed)
        raise JobError(
            f"{len(failed)} of {len(outcome.result)} failed",
            "failed_checks" if tests_only else "dbt_error",
            [explain(result, request["target"]) for result in failed],
        )
    models = [result.node for result in outcome.result if result.node.resource_type == "model"]
    warnings = sorted(result.node.name for result in outcome.result if result.status == "warn")
    return models, {"models": len(models), "tests": len(outcome.result) - len(models), "warnings": warnings}


def shorten(said):
    return " ".join(str(said).split())[:MAX_SAID_CHARS]


def explain(result, target):
    """What failed, and of a test the rows that it found: their keys, which hold no value of a person."""
    node = result.node
    if result.status != "fail":
        said = shorten(result.message or result.status)
        return f"model {node.name}: {said}" if node.resource_type == "model" else f"test {node.name}: {said}"
    names, rows = ask(target, f"select * from ({node.compiled_code}) as found limit {SHOWN_ROWS}")
    shown = [
        ", ".join(f"{name} {value}" for name, value in zip(names, row) if name in TELLING or name.endswith(("_id", "_key")))
        for row in rows
    ]
    return f"test {node.name}: {result.failures} rows, such as {'; '.join(f'({row})' for row in shown)}"


def summarize_set_aside(target):
    """Per table, column and reason how many rows were set aside, with the first keys."""
    groups = "source_system, source_table, column_name, what, reason"
    _, rows = ask(
        target,
        f"select {groups}, rows, row_key from (select *, count(*) over (partition by {groups}) as rows,"
        f" row_number() over (partition by {groups} order by row_key) as place from set_aside) as counted"
        f" where place <= {SHOWN_ROWS} order by {groups}, place",
    )
    found = {}
    for *group, count, key in rows:
        named = dict(zip(("system", "table", "column", "what", "reason"), group), rows=count, keys=[])
        found.setdefault(tuple(group), named)["keys"].append(key)
    return list(found.values())


def ask(target, sql):
    """@returns the names of an answer's columns, and its rows"""
    if target["engine"] == "duckdb":
        import duckdb

        with duckdb.connect(target["file"], read_only=True) as connection:
            answer = connection.execute(sql)
            return [column[0] for column in answer.description], answer.fetchall()
    cursor = connect_trino(target).cursor()
    cursor.execute(sql)
    rows = cursor.fetchall()
    return [column[0] for column in cursor.description], rows


def describe(target, models, covered, versions):
    """Writes into the warehouse what it holds and which of its tables are for everybody (shared/warehouse reads it)."""
    marts = [
        [
            node.name,
            node.description,
            json.dumps(meta["key"]),
            json.dumps(meta.get("indexes", [])),
            meta.get("access", "user"),
            json.dumps(meta.get("row_rules", {})),
        ]
        for node in models
        if (meta := node.config.meta).get("key")
    ]
    build = [covered and covered["position"], covered and covered["changedAt"], json.dumps(versions)]
    if target["engine"] == "duckdb":
        describe_duckdb(target["file"], build, marts)
    else:
        describe_trino(target, build, marts)


def describe_duckdb(file, build, marts):
    import duckdb

    with duckdb.connect(file) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table build as select now() as built_at, cast(? as varchar) as position,"
            " cast(? as timestamp with time zone) as changed_at, cast(? as varchar) as versions",
            build,
        )
        connection.execute("create table mart (name varchar, description varchar, key varchar, indexes varchar, access varchar, row_rules varchar)")
        connection.executemany("insert into mart values (?, ?, ?, ?, ?, ?)", marts)


def connect_trino(target):
    import trino

    password = target.get("password")
    return trino.dbapi.connect(
        host=target["host"],
        port=target["port"],
        user=target["user"],
        http_scheme=target["scheme"],
        auth=password and trino.auth.BasicAuthentication(target["user"], password),
        verify=target.get("ca") or True,
        catalog=target["catalog"],
        schema=target["schema"],
        timezone="UTC",
    )


def describe_trino(target, build, marts):
    connection = connect_trino(target)

    def run(sql, values):
        cursor = connection.cursor()
        cursor.execute(sql, values)
        cursor.fetchall()

    run(
        "create table build as select cast(current_timestamp as timestamp(3) with time zone) as built_at,"
        " cast(? as varchar) as position,"
        " cast(from_iso8601_timestamp(cast(? as varchar)) as timestamp(3) with time zone) as changed_at,"
        " cast(? as varchar) as versions",
        build,
    )
    row = f"({', '.join(['cast(? as varchar)'] * 6)})"
    run(
        "create table mart as select * from (values " + ", ".join([row] * len(marts)) + ')'
        ' as marts (name, description, "key", indexes, access, row_rules)',
        [value for mart in marts for value in mart],
    )


run(build)

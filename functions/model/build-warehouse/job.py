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
    "source_system source_table unique_field from_field n_records occurrences currency total their_total missing week_start"
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


# Unit tests say something about the code, not about the data: `make test` runs them. Exposures are not run.
BUILD = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure"]
FAILED = ("error", "fail", "runtime error")


def build_models(request):
    """@returns the models, and what the answer says of them"""
    results = run_nodes(request, [])
    # An engine's bad moment takes one model, not the build: that one is tried again, with what waited for it.
    again = [result.node.name for result in results.values() if result.status in ("error", "runtime error", "skipped")]
    if again:
        results |= run_nodes(request, ["--select", *again])
    failed = [result for result in results.values() if result.status in FAILED]
    if failed:
        tests_only = all(result.status == "fail" for result in failed)
        raise JobError(
            f"{len(failed)} of {len(results)} failed",
            "failed_checks" if tests_only else "dbt_error",
            [explain(result, request["target"]) for result in failed],
        )
    models = [result.node for result in results.values() if result.node.resource_type == "model"]
    return models, {
        "models": len(models),
        "tests": len(results) - len(models),
        "warnings": sorted(result.node.name for result in results.values() if result.status == "warn"),
        "triedAgain": sorted(again),
        "took": [{"node": result.node.name, "ms": round(1000 * result.execution_time)} for result in results.values()],
    }


def run_nodes(request, selected):
    """@returns what became of each model and test, by its id"""
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

    outcome = run_dbt(request, [*BUILD, *selected], callbacks=[report])
    if request["target"]["engine"] == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        # Closing folds the write-ahead log into the file, which is renamed alone.
        DuckDBConnectionManager.close_all_connections()
    if outcome.exception:
        raise JobError(f"dbt could not run: {shorten(outcome.exception)}", "dbt_error")
    return {result.node.unique_id: result for result in outcome.result}


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
    """Writes into the warehouse what it holds: of a build, of the tables that are for everybody, and of how each was made
    (shared/warehouse reads it)."""
    build = {"position": covered and covered["position"], "changed_at": covered and covered["changedAt"], "versions": json.dumps(versions)}
    marts = [
        {
            "name": node.name,
            "description": node.description,
            "key": json.dumps(meta["key"]),
            "indexes": json.dumps(meta.get("indexes", [])),
            "access": meta.get("access", "user"),
            "row_rules": json.dumps(meta.get("row_rules", {})),
            "trace": json.dumps(meta.get("trace", [])),
            "columns": json.dumps({name: column.description for name, column in node.columns.items()}),
        }
        for node in models
        if (meta := node.config.meta).get("key")
    ]
    names = {node.unique_id: node.name for node in models}
    made = [
        {
            "name": node.name,
            # By the names that people use: of the schema there is only one.
            "sql": node.compiled_code.replace(f'"{node.database}"."{node.schema}".', ""),
            "parents": json.dumps([names[parent] for parent in node.depends_on.nodes if parent in names]),
        }
        for node in models
    ]
    metrics = [{"name": metric["name"], "definition": json.dumps(metric)} for metric in name_numbers(target, marts)]
    write_table = describe_duckdb if target["engine"] == "duckdb" else describe_trino
    write_table(target, build, {"mart": marts, "model": made, "metric": metrics})


def name_numbers(target, marts):
    """What people call the numbers of these marts (dbt/metrics)."""
    from read_metrics import read_metrics

    _, rows = ask(
        target,
        "select table_name, column_name from information_schema.columns"
        f" where table_schema = '{target.get('schema', 'main')}' order by ordinal_position",
    )
    columns = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    try:
        return read_metrics({mart["name"]: {"key": json.loads(mart["key"]), "columns": columns[mart["name"]]} for mart in marts})
    except ValueError as error:
        raise JobError(f"dbt/metrics/{error}", "bad_metric") from error


def describe_duckdb(target, build, tables):
    import duckdb

    with duckdb.connect(target["file"]) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            "create table build as select now() as built_at, cast(? as varchar) as position,"
            " cast(? as timestamp with time zone) as changed_at, cast(? as varchar) as versions",
            list(build.values()),
        )
        for table, rows in tables.items():
            columns = [f'"{name}" varchar' for name in rows[0]]
            connection.execute(f"create table {table} ({', '.join(columns)})")
            values = [list(row.values()) for row in rows]
            connection.executemany(f"insert into {table} values ({', '.join('?' * len(columns))})", values)


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


def describe_trino(target, build, tables):
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
        list(build.values()),
    )
    for table, rows in tables.items():
        names = ", ".join(f'"{name}"' for name in rows[0])
        row = f"({', '.join(['cast(? as varchar)'] * len(rows[0]))})"
        run(
            f"create table {table} as select * from (values {', '.join([row] * len(rows))}) as described ({names})",
            [value for described in rows for value in described.values()],
        )


run(build)

"""Builds the warehouse: runs dbt into a new DuckDB file or a new schema of Trino, and notes in it what it holds.

Request:
    {"projectDir", "stateDir", "target", "threads", "systems": {...}, "covered": {...} or null, "lakeDir", "s3"}
`target` is {"engine": "duckdb", "file"}, for which the tables under `lakeDir` are pinned here, read as `s3` says, or {"engine": "trino",
"host", "port", "scheme", "user", "password", "ca", "catalog", "schema"}, for which `systems` has them pinned already.
Its progress is {"node", "done", "total"} for each finished model and test.
"""

import json
import os
import sys
from pathlib import Path

from cordage_job import JobError, progress, run

# dbt asks its home for news unless told not to; a build never reaches for a network.
os.environ.update(DO_NOT_TRACK="1", DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_VERSION_CHECK="false")

# Of the rows that a test found, and of an engine's error, what an answer shows.
SHOWN_ROWS = 3
MAX_SAID_CHARS = 1000
# Columns that say which row it is, besides ids and keys.
TELLING = set(
    "source_system source_table unique_field from_field n_records occurrences currency total their_total week_start"
    " month_start category version".split()
)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def pin(systems, lake_dir, open_lake):
    """Adds to each table its path, version, columns there, and last completed epoch.

    The epochs are read before the version: an older epoch takes fewer rows for deleted, a newer one than the rows' own
    would take too many.
    """
    import duckdb

    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    open_lake(connection)
    for system, source in systems.items():
        for name, table in source["tables"].items():
            path = f"{lake_dir}/cdc_{system}/{table['folder']}"
            table.update(path=path, version=None, epoch=0, landed=[])
            log = f"{path}/_delta_log"
            if not connection.execute("select count(*) from glob(?)", [f"{log}/*.json"]).fetchone()[0]:
                continue
            connection.execute(f"attach {quoted(path)} as pinned (type delta)")
            epochs = [
                connection.execute(
                    "select * from delta_get_transaction_version('pinned', ?)", [f"epoch/{table['topic']}/{partition}"]
                ).fetchone()[0]
                for partition in range(table["partitions"])
            ]
            connection.execute("detach pinned")
            epoch = min(epoch or 0 for epoch in epochs)
            if source["through"]:
                epoch = min(epoch, int(source["through"].split("-")[0], 16))
            newest = connection.execute("select max(file) from glob(?)", [f"{log}/{'[0-9]' * 20}.json"]).fetchone()[0]
            version = int(Path(newest).stem)
            scan = f"delta_scan({quoted(path)}, version => {version})"
            columns = [row[0] for row in connection.execute(f"describe select * from {scan}").fetchall()]
            table.update(version=version, epoch=epoch, landed=[name for name in table["columns"] if name in columns])
    connection.close()
    return systems


def point_dbt_at(target):
    """Has dbt/profiles.yml name the place. @returns dbt's name for it"""
    if target["engine"] == "duckdb":
        os.environ["CORDAGE_WAREHOUSE_FILE"] = target["file"]
        return "duckdb"
    os.environ.update(
        TRINO_HOST=target["host"],
        TRINO_PORT=str(target["port"]),
        TRINO_SCHEME=target["scheme"],
        TRINO_USER=target["user"],
        TRINO_CATALOG=target["catalog"],
        TRINO_SCHEMA=target["schema"],
    )
    if target.get("ca"):
        # The machine's own choice of authorities would go before the one that the URL names.
        os.environ.update(TRINO_CA=target["ca"], REQUESTS_CA_BUNDLE=target["ca"])
    if target.get("password") is None:
        return "trino"
    # dbt keeps what is so named out of its logs.
    os.environ["DBT_ENV_SECRET_TRINO_PASSWORD"] = target["password"]
    return "trino_password"


def run_dbt(request):
    from dbt.cli.main import dbtRunner

    target = point_dbt_at(request["target"])
    os.environ["CORDAGE_DBT_THREADS"] = str(request["threads"])
    os.chdir(request["projectDir"])

    done = 0

    def report(event):
        nonlocal done
        # A model's event counts all of them as its total, a test's as its models.
        totals = {"LogModelResult": "total", "LogTestResult": "num_models"}
        if event.info.name in totals:
            done += 1
            progress(node=event.data.node_info.node_name, done=done, total=getattr(event.data, totals[event.info.name]))

    state = Path(request["stateDir"])
    flags = [
        "--no-use-colors", "--no-version-check", "--no-send-anonymous-usage-stats", "--log-level", "warn",
        "--log-path", str(state / "logs"),
    ]
    places = ["--profiles-dir", ".", "--target", target, "--target-path", str(state / "target")]
    # Parsed without the pins, since other variables than last time would have dbt parse everything anew.
    parsed = dbtRunner().invoke([*flags, "parse", *places])
    if not parsed.success:
        raise JobError(f"the project cannot be parsed: {shorten(parsed.exception)}", "dbt_error")
    # Unit tests say something about the code, not about the data: `make test` runs them.
    build = [*flags, "build", *places, "--exclude-resource-type", "unit_test"]
    # Not as an argument, which dbt reads as YAML: a name may hold what that refuses.
    pins = {"systems": request["systems"]}
    outcome = dbtRunner(manifest=parsed.result, callbacks=[report]).invoke(build, vars=pins)
    if target == "duckdb":
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


def build(request):
    target = request["target"]
    if target["engine"] == "duckdb":
        file = Path(target["file"])
        for leftover in (file, file.with_name(file.name + ".wal")):
            leftover.unlink(missing_ok=True)
        # The module that dbt loads as its plugin, in this process.
        sys.path.insert(0, str(Path(request["projectDir"]) / "plugins"))
        import offline_delta

        offline_delta.s3 = request["s3"]
        request["systems"] = pin(request["systems"], request["lakeDir"], offline_delta.open_lake)
    versions = {
        f"{system}.{name}": table["version"]
        for system, source in request["systems"].items()
        for name, table in source["tables"].items()
        if table["version"] is not None
    }
    progress(pinned=versions)
    models, counts = run_dbt(request)
    describe(target, models, request["covered"], versions)
    return {"versions": versions, **counts, "setAside": summarize_set_aside(target)}


run(build)

"""Runs dbt on this project as a build does, with the tables that the last build has pinned.

    run_dbt.py source freshness

Request, one line on standard input:
    {"stateDir", "systems": {"declared", "pinned"}, "reportingCurrency", "target", "threads", "s3"}
`stateDir` holds sources/sources.yml (functions/model/build-warehouse/project-state.ts) and dbt's own state. `systems` is the
variable of that name: as the project is parsed with it, and as it is built with it. `reportingCurrency` is ISO 4217, or empty. `target` is {"engine": "duckdb", "file"},
for which the lake is read as `s3` says, or {"engine": "trino", "host", "port", "scheme", "user", "password", "ca",
"catalog", "schema"}.
"""

import json
import os
import sys
from pathlib import Path

# dbt asks its home for news unless told not to; a build never reaches for a network.
os.environ.update(DO_NOT_TRACK="1", DBT_SEND_ANONYMOUS_USAGE_STATS="false", DBT_VERSION_CHECK="false")

PROJECT = Path(__file__).resolve().parent


def run_dbt(request, command, target_path="target", log_level="warn", callbacks=()):
    """@returns dbt's outcome of the command, or of parsing the project where that failed"""
    from dbt.cli.main import dbtRunner

    state = Path(request["stateDir"])
    variables = {
        name: {"systems": systems, "reporting_currency": request["reportingCurrency"]}
        for name, systems in request["systems"].items()
    }
    output = point_dbt_at(request["target"], request["s3"])
    os.environ.update(CORDAGE_DBT_THREADS=str(request["threads"]), CORDAGE_DBT_SOURCES=str(state / "sources"))
    os.chdir(PROJECT)
    flags = ["--no-use-colors", "--no-version-check", "--no-send-anonymous-usage-stats", "--log-path", str(state / "logs")]
    places = ["--profiles-dir", ".", "--target", output, "--target-path", str(state / target_path)]
    # Parsed without the pins, since other variables than last time would have dbt parse everything again. What was parsed is
    # written down by the command.
    parsed = dbtRunner().invoke(
        [*flags, "--log-level", "warn", "parse", "--no-write-json", *places], vars=variables["declared"]
    )
    if not parsed.success:
        return parsed
    # Not as an argument, which dbt reads as YAML: a name may hold what that refuses.
    return dbtRunner(manifest=parsed.result, callbacks=list(callbacks)).invoke(
        [*flags, "--log-level", log_level, *command, *places], vars=variables["pinned"]
    )


def point_dbt_at(target, s3):
    """Has profiles.yml name the place. @returns dbt's name for it"""
    if target["engine"] == "duckdb":
        # The module that dbt loads as its plugin, in this process.
        sys.path.insert(0, str(PROJECT / "plugins"))
        import offline_delta

        offline_delta.s3 = s3
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


def main():
    request = json.loads(sys.stdin.readline())
    # In a folder of its own: a build may be running beside it.
    outcome = run_dbt(request, sys.argv[1:], target_path="by-hand", log_level="info")
    if outcome.exception:
        print(outcome.exception, file=sys.stderr)
    sys.exit(0 if outcome.success else 1)


if __name__ == "__main__":
    main()

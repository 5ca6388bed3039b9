"""The build that is checked, as Great Expectations reaches it and as learned expectations ask it."""

import os
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cached_property
from urllib.parse import quote

# Nobody is told that checks run, and no file is written for them.
os.environ.update(GX_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")

import great_expectations as gx
import sqlalchemy as sa
from great_expectations.execution_engine import sqlalchemy_execution_engine

# Great Expectations reads an answer after it has given the connection back, when DuckDB has dropped the answer: for such
# engines it keeps the connection. The name is private, and so the version is pinned.
sqlalchemy_execution_engine._PERSISTED_CONNECTION_DIALECTS += tuple(Enum("Kept", {"DUCKDB": "duckdb"}, type=str))


def open_build(target):
    """@returns Great Expectations' data source for the build's tables"""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    url, arguments = locate(target)
    return context.data_sources.add_sql("build", connection_string=url, kwargs={"connect_args": arguments})


def locate(target):
    """@returns SQLAlchemy's URL of a build, and what it connects with"""
    if target["engine"] == "duckdb":
        options = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, "threads": 2}
        return f"duckdb:///{target['file']}", {"read_only": True, "config": options}
    import trino

    if ca := target.get("ca"):
        # The machine's own choice of authorities would go before the one that the URL names.
        os.environ["REQUESTS_CA_BUNDLE"] = ca

    user, password = target["user"], target.get("password")
    auth = password and trino.auth.BasicAuthentication(user, password)
    place = f"{target['host']}:{target['port']}/{target['catalog']}/{target['schema']}"
    return f"trino://{quote(user)}@{place}", {
        "http_scheme": target["scheme"],
        "auth": auth,
        "verify": ca or True,
        "timezone": "UTC",
    }


@dataclass(frozen=True)
class System:
    """A source system in the build."""

    name: str
    # The last business day that is over, by the system's clocks.
    whole_through: date
    # When it was read for the first time: what is older came with that.
    read_on: date


class Warehouse:
    """Answers SQL that DuckDB and Trino both take."""

    def __init__(self, engine):
        self._engine = engine

    def rows(self, sql):
        """@returns the answer's rows as dicts"""
        text = sa.text(sql.replace(":", "\\:"))
        return [dict(row) for row in self._engine.execute_query(text).mappings()]

    def quantile(self, column, share):
        name = "approx_percentile" if self._engine.dialect_name == "trino" else "quantile_cont"
        return f"{name}(cast({column} as double), {share})"

    @cached_property
    def systems(self):
        """Those of which it is known how far they are in the build, by name."""
        found = self.rows(
            "select source_system, min(whole_through) as whole_through, min(cast(first_read_at as date)) as read_on"
            " from source_table group by source_system order by source_system"
        )
        return {
            row["source_system"]: System(row["source_system"], row["whole_through"], row["read_on"])
            for row in found
            if row["whole_through"] is not None and row["read_on"] is not None
        }

    def by_day(self, table, day, values="count(*) as row_count", where="true", days=400):
        """
        Whole business days of each system, the last `days` of them.
        @returns by system, its rows by day: those of `values`, SQL of aggregates
        """
        found = {}
        for name, system in self.systems.items():
            rows = self.rows(
                f"select {day} as day, {values} from {table} where source_system = {literal(name)} and ({where})"
                f" and {day} <= {of_date(system.whole_through)}"
                f" and {day} > {of_date(system.whole_through)} - interval '{days}' day group by {day}"
            )
            found[system] = {row["day"]: row for row in rows}
        return found


def literal(text):
    return "'" + text.replace("'", "''") + "'"


def of_date(day):
    return f"date '{day.isoformat()}'"

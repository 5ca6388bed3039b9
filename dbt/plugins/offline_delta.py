"""Loads DuckDB's Delta extension from the locked wheel `duckdb-extension-delta`: a build never reaches for a network."""

from pathlib import Path

import duckdb_extension_delta
from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    def configure_connection(self, conn):
        [extension] = Path(duckdb_extension_delta.__path__[0]).rglob("delta.duckdb_extension")
        conn.load_extension(str(extension))

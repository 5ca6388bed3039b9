"""Has DuckDB read the lake with extensions from the locked wheels: a build uses no network but the lake's own."""

import os
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile

import certifi
from dbt.adapters.duckdb.plugins import BasePlugin

# Where the bucket is and as whom it is read (shared/objects, S3Access): what starts dbt in its own process sets it, so
# that a secret is on no command line and in no environment. None where the lake is in files.
s3 = None


def load(connection, name):
    [extension] = Path(import_module(f"duckdb_extension_{name}").__path__[0]).rglob(f"{name}.duckdb_extension")
    connection.load_extension(str(extension))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def open_lake(connection):
    if s3:
        load(connection, "httpfs")
        if extra := os.environ.get("NODE_EXTRA_CA_CERTS"):
            trusted = bundle_of(extra).name
            connection.execute(f"set ca_cert_file = {quoted(trusted)}")
            # The Delta extension has a client of its own.
            os.environ["SSL_CERT_FILE"] = trusted
        connection.execute(secret())
    load(connection, "delta")


@cache
def bundle_of(extra):
    """The usual authorities and those that the rest of Cordage trusts as well, in a file that goes with this process."""
    bundle = NamedTemporaryFile(suffix=".pem")
    bundle.write(Path(certifi.where()).read_bytes() + b"\n" + Path(extra).read_bytes())
    bundle.flush()
    return bundle


def secret():
    fields = {
        "key_id": s3["accessKeyId"],
        "secret": s3["secretAccessKey"],
        "session_token": s3.get("sessionToken"),
        "region": s3["region"],
        "url_style": "path" if s3["pathStyle"] else "vhost",
    }
    if endpoint := s3.get("endpoint"):
        scheme, host = endpoint.rstrip("/").split("://")
        fields |= {"endpoint": host, "use_ssl": str(scheme == "https").lower()}
    given = "".join(f", {name} {quoted(value)}" for name, value in fields.items() if value)
    return f"create or replace secret lake (type s3{given}, scope {quoted('s3://' + s3['bucket'])})"


class Plugin(BasePlugin):
    def configure_connection(self, conn):
        open_lake(conn)

"""Reads a double of SQL Server with two clients that have nothing in common with it: python-tds and pymssql (FreeTDS).

Usage: read_sqlserver_double.py PORT USER PASSWORD DATABASE tls|clear STATEMENT...
Prints, for each client, the rows of each statement, each value as its type and its text.
"""

import json
import sys
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pymssql
import pytds


def plain(value):
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, time):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value).upper()
    if isinstance(value, (bool, float, str)):
        return value
    return str(value)


def read(connection, statements):
    answers = []
    for statement in statements:
        cursor = connection.cursor()
        try:
            if "%s" in statement:
                cursor.execute(statement, ("O'Brien",))
            else:
                cursor.execute(statement)
            answers.append([[plain(value) for value in row] for row in cursor.fetchall()])
        except (pytds.Error, pymssql.Error) as error:
            answers.append({"error": str(error)})
    connection.close()
    return answers


def main():
    port, user, password, database, tls, *statements = sys.argv[1:]
    encrypted = tls == "tls"
    answers = {}
    # python-tds encrypts through pyOpenSSL, which the tests' environment does without.
    if not encrypted:
        with_pytds = pytds.connect("127.0.0.1", database, user, password, port=int(port), autocommit=True)
        answers["pytds"] = read(with_pytds, statements)
    with_pymssql = pymssql.connect(
        "127.0.0.1",
        user,
        password,
        database,
        port=int(port),
        tds_version="7.4",
        autocommit=True,
        encryption="require" if encrypted else "off",
    )
    answers["pymssql"] = read(with_pymssql, statements)
    json.dump(answers, sys.stdout)


main()

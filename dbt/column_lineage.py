"""What each model is built from: tables and models, and of each column those that its value is made of."""

import json
import re
from hashlib import sha256

from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

# Columns of every table of the lake that models read (macros/raw.sql).
OF_EVERY_TABLE = ["_op", "_position", "_changed_at"]
# What differs from build to build in a model's SQL and says nothing about columns: versions, epochs and positions.
PINS = re.compile(r"(version (?:=>|as of)) \d+|'[0-9a-f]{4}(?:-[0-9a-f]+-[0-9a-f]+)?'")


def describe_models(models, systems, engine, memory):
    """
    models: {"name", "sql", "reads": dbt's ids of what it depends on}, each after those that it reads.
    systems: the dbt variable of that name, as the models were compiled with it.
    memory: a file that keeps what was found, since most models are the same in the next build.
    @returns [{"model", "reads", "columns"}] with our names of datasets (shared/lineage/flow.ts); "columns" is None where the
    SQL was not understood
    """
    lake = {
        (system, table["folder"]): (f"lake.{system}.{name}", table)
        for system, source in systems.items()
        for name, table in source["tables"].items()
    }
    columns_of = {name: [*table["columns"], *OF_EVERY_TABLE] for name, table in lake.values()}
    by_path = {table["path"]: name for name, table in lake.values() if table["path"]}
    by_relation = {
        (f"cdc_{system}".lower(), folder.lower()): name for (system, folder), (name, _) in lake.items()
    }
    built = {model["name"] for model in models}

    def dataset_of(node):
        kind, _, *name = node.split(".")
        if kind == "source":
            system, folder = name[0], ".".join(name[1:])
            return lake[system, folder][0]
        return f"warehouse.{name[-1]}" if kind == "model" else None

    def table_of(table):
        if isinstance(table.this, exp.Anonymous) and table.this.name.lower() == "delta_scan":
            return by_path.get(table.this.expressions[0].name)
        if (table.db.lower(), table.name.lower()) in by_relation:
            return by_relation[table.db.lower(), table.name.lower()]
        return f"warehouse.{table.name}" if table.db and table.name in built else None

    described = []
    before = json.loads(memory.read_text()) if memory.exists() else {}
    found = {}
    for model in models:
        reads = sorted({dataset for node in model["reads"] if (dataset := dataset_of(node))})
        given = [engine, PINS.sub(r"\1", model["sql"]), {name: columns_of[name] for name in reads}]
        key = sha256(json.dumps(given).encode()).hexdigest()
        try:
            columns = before.get(key) or find_edges(model["sql"], engine, columns_of, table_of)
            found[key] = columns
        except Exception:
            # A build does not fail because of what is told about it: it may have SQL that sqlglot does not know.
            columns = None
        columns_of[f"warehouse.{model['name']}"] = list(columns or {})
        described.append({"model": model["name"], "reads": reads, "columns": columns})
    memory.write_text(json.dumps(found))
    return described


def find_edges(sql, dialect, columns_of, table_of):
    """
    Of each column of a select those of tables that its value comes from. What only decides about it counts where nothing else
    does: a condition, the rows of a window and their order.

    table_of(table): the name of a table of the statement, an expression of sqlglot's; None for a name that it gives itself.
    columns_of: the columns of each of these tables, by name.
    @returns {column: [[table, column], ...]}. @raise Exception if the statement is not understood
    """
    statement = parse_one(sql, dialect=dialect)
    # Under names without dots and upper case, which an engine would not keep apart.
    found = {}
    for table in list(statement.find_all(exp.Table)):
        name = table_of(table)
        if name is not None:
            short = found.setdefault(name, f"t{len(found)}_")
            table.replace(exp.table_(short, alias=table.alias or table.name or None))
    schema = {short: {column.lower(): "varchar" for column in columns_of[name]} for name, short in found.items()}
    statement = qualify(statement, dialect=dialect, schema=schema, validate_qualify_columns=False, identify=False)
    scope = build_scope(statement)
    places = {
        (short, column.lower()): [name, column] for name, short in found.items() for column in columns_of[name]
    }
    known = {}
    return {
        name: sorted(places[place] for place in trace(scope, name, known) if place in places)
        for name in scope.expression.named_selects
    }


def trace(scope, column, known):
    """@returns the (table, column) pairs that a column of a scope comes from"""
    place = (id(scope), column)
    if place not in known:
        known[place] = set()
        known[place] = set(find_origins(scope, column, known))
    return known[place]


def find_origins(scope, column, known):
    if scope.set_operation_scopes:
        at = scope.expression.named_selects.index(column)
        for part in scope.set_operation_scopes:
            yield from trace(part, part.expression.named_selects[at], known)
        return
    selects = {select.alias_or_name: select for select in scope.expression.selects}
    select = selects.get(column)
    if select is None:
        return
    columns = [each for each in select.find_all(exp.Column)]
    telling = [each for each in columns if not only_decides(each, select)]
    for each in telling or columns:
        yield from resolve(scope, each, known)
    for query in select.find_all(exp.Subquery):
        # A value that another select looks up.
        inner = next((sub for sub in scope.subquery_scopes if sub.expression is query.this), None)
        for name in inner.expression.named_selects if inner else ():
            yield from trace(inner, name, known)


def resolve(scope, column, known):
    source = scope.sources.get(column.table)
    if isinstance(source, Scope):
        yield from trace(source, column.name, known)
    elif isinstance(source, exp.Table):
        yield source.name, column.name.lower()


def only_decides(column, select):
    """Whether a column is in a condition, or says which rows of a window there are and in what order."""
    child, parent = column, column.parent
    while child is not select and parent is not None:
        if isinstance(parent, exp.If) and child.arg_key == "this":
            return True
        if isinstance(parent, exp.Window) and child.arg_key in ("partition_by", "order"):
            return True
        child, parent = parent, parent.parent
    return False

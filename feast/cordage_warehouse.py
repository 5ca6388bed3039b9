"""Feast's offline store over the warehouse of Cordage, a DuckDB file: tables are read where they are, of the last build.

Feast's own store for DuckDB reads Parquet and Delta files only. Joins, also those at a point in time, are Feast's.
"""

import json
import os
from functools import lru_cache
from typing import Literal

import ibis
from feast.data_source import DataSource
from feast.infra.offline_stores.ibis import (
    get_historical_features_ibis,
    pull_all_from_table_or_query_ibis,
    pull_latest_from_table_or_query_ibis,
)
from feast.infra.offline_stores.offline_store import OfflineStore
from feast.protos.feast.core.DataSource_pb2 import DataSource as DataSourceProto
from feast.repo_config import FeastConfigBaseModel
from feast.value_type import ValueType

VALUE_TYPES = {
    "string": ValueType.STRING,
    "boolean": ValueType.BOOL,
    "int32": ValueType.INT32,
    "int64": ValueType.INT64,
    "float64": ValueType.DOUBLE,
    "date": ValueType.UNIX_TIMESTAMP,
}


class WarehouseSource(DataSource):
    """Rows of a table of the warehouse whose moment, `timestamp_field`, is over at the source: `complete_field` says so."""

    def __init__(self, *, name, table, timestamp_field, complete_field, description="", tags=None, owner=""):
        super().__init__(name=name, timestamp_field=timestamp_field, description=description, tags=tags, owner=owner)
        self.table = table
        self.complete_field = complete_field

    def __eq__(self, other):
        return isinstance(other, WarehouseSource) and super().__eq__(other) and self._place() == other._place()

    def __hash__(self):
        return super().__hash__()

    def _place(self):
        return {"table": self.table, "complete_field": self.complete_field}

    @staticmethod
    def from_proto(data_source):
        return WarehouseSource(
            name=data_source.name,
            timestamp_field=data_source.timestamp_field,
            description=data_source.description,
            tags=dict(data_source.tags),
            owner=data_source.owner,
            **json.loads(data_source.custom_options.configuration),
        )

    def _to_proto_impl(self):
        return DataSourceProto(
            name=self.name,
            type=DataSourceProto.CUSTOM_SOURCE,
            data_source_class_type="cordage_warehouse.WarehouseSource",
            custom_options=DataSourceProto.CustomSourceOptions(configuration=json.dumps(self._place()).encode()),
            timestamp_field=self.timestamp_field,
            description=self.description,
            tags=self.tags,
            owner=self.owner,
        )

    def source_type(self):
        return DataSourceProto.CUSTOM_SOURCE

    @staticmethod
    def source_datatype_to_feast_value_type():
        return lambda name: VALUE_TYPES.get(name, ValueType.UNKNOWN)

    def get_table_column_names_and_types(self, config):
        return [(name, str(kind).rstrip("!").lower()) for name, kind in read_table(self, config).schema().items()]

    def get_table_query_string(self):
        return f'"{self.table}"'

    def validate(self, config):
        """@raises ValueError where the warehouse has no such table, or the table no such columns"""
        columns = read_table(self, config, is_whole=True).columns
        for column in (self.timestamp_field, self.complete_field):
            if column not in columns:
                raise ValueError(f"{self.table} of the warehouse has no column {column}")


def read_table(source, config, is_whole=False):
    """The source's rows as Feast takes them, which has no decimals. `is_whole`: those whose moment is to come too."""
    connection = open_warehouse(config.offline_store.file)
    if source.table not in connection.list_tables():
        raise ValueError(f"the warehouse {config.offline_store.file} has no table {source.table}: it was built before there was one")
    table = connection.table(source.table)
    if is_whole:
        return table
    decimals = [name for name, kind in table.schema().items() if kind.is_decimal()]
    return table.filter(table[source.complete_field]).mutate(**{name: table[name].cast("float64") for name in decimals})


def open_warehouse(file):
    """@raises FileNotFoundError before the first build"""
    if not os.path.exists(file):
        raise FileNotFoundError(f"the warehouse {file} is not there: build it first")
    found = os.stat(file)
    return _connect(file, found.st_ino, found.st_mtime_ns)


# All views of one question are joined in one connection. A build renames its file over the one before it, which stays
# readable to who has it open.
@lru_cache(maxsize=1)
def _connect(file, _inode, _changed):
    connection = ibis.duckdb.connect(file, read_only=True, autoinstall_known_extensions=False)
    connection.raw_sql("set TimeZone = 'UTC'")
    return connection


class WarehouseOfflineStoreConfig(FeastConfigBaseModel):
    type: Literal["cordage_warehouse.WarehouseOfflineStore"] = "cordage_warehouse.WarehouseOfflineStore"
    file: str
    """The warehouse's file, warehouse.duckdb"""


def refuse_write(*_, **__):
    raise NotImplementedError("the warehouse is built by build-warehouse alone")


class WarehouseOfflineStore(OfflineStore):
    """Reads only."""

    @staticmethod
    def pull_latest_from_table_or_query(config, **asked):
        return pull_latest_from_table_or_query_ibis(config=config, **_reading(config), **asked)

    @staticmethod
    def pull_all_from_table_or_query(config, **asked):
        return pull_all_from_table_or_query_ibis(config=config, **_reading(config), **asked)

    @staticmethod
    def get_historical_features(config, feature_views, feature_refs, entity_df, registry, project, full_feature_names=False):
        return get_historical_features_ibis(
            config=config,
            feature_views=feature_views,
            feature_refs=feature_refs,
            entity_df=entity_df,
            registry=registry,
            project=project,
            full_feature_names=full_feature_names,
            **_reading(config),
        )


def _reading(config):
    return {"data_source_reader": lambda source, _: read_table(source, config), "data_source_writer": refuse_write}

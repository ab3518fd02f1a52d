"""Two engines for one set of queries: DuckDB on this machine, Spark SQL on as many as the master URL names."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from reference.lab.threshold_model import sql
from reference.twitter.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PARAMETER = re.compile(r"\$(\w+)")
SPARK = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
SPARK_LOCAL = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.sql.shuffle.partitions": "4"}
COMMENT = re.compile(r"(?m)^--.*\n")


class Engine(Protocol):
    """Named tables, made from columns or by one of our queries; `ask` brings an answer to Python."""

    def put(self, name: str, columns: Any) -> None: ...

    def make(self, name: str, query: str, **parameters: float) -> None: ...

    def ask(self, query: str, **parameters: float) -> pd.DataFrame: ...

    def rows(self, table: str) -> pd.DataFrame: ...

    def drop(self, name: str) -> None: ...

    def close(self) -> None: ...


def query_text(name: str, parameters: Mapping[str, float]) -> tuple[str, dict[str, float]]:
    """The query `sql/scale_<name>.sql` without its comments, and those of the parameters that it names."""
    text = COMMENT.sub("", sql(f"scale_{name}"))
    return text, {found: parameters[found] for found in sorted(set(PARAMETER.findall(text)))}


def _arrow(columns: Any) -> pa.Table:
    """Columns by name, or a frame, as the table that both engines read without a look at its values."""
    import pyarrow as pa

    return pa.table(dict(columns)) if isinstance(columns, Mapping) else pa.Table.from_pandas(columns, preserve_index=False)


class DuckEngine:
    """DuckDB in memory, bounded: beyond `memory_mb` it writes to a temporary folder, which `close` removes."""

    def __init__(self, memory_mb: int, threads: int | None = None) -> None:
        import duckdb

        self._folder = tempfile.TemporaryDirectory(prefix="scale-")
        config: dict[str, Any] = {"memory_limit": f"{memory_mb}MB", "temp_directory": self._folder.name, "preserve_insertion_order": False}
        if threads is not None:
            config |= {"threads": threads, "preserve_insertion_order": True}
        self._db = duckdb.connect(":memory:", config=config)

    def put(self, name: str, columns: Any) -> None:
        self._db.register("given", _arrow(columns))
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS FROM given")
        self._db.unregister("given")

    def make(self, name: str, query: str, **parameters: float) -> None:
        text, named = query_text(query, parameters)
        self._db.execute(f"CREATE OR REPLACE TABLE {name} AS {text}", named)

    def ask(self, query: str, **parameters: float) -> pd.DataFrame:
        return self._db.execute(*query_text(query, parameters)).df()

    def rows(self, table: str) -> pd.DataFrame:
        return self._db.execute(f"FROM {table}").df()

    def drop(self, name: str) -> None:
        self._db.execute(f"DROP TABLE IF EXISTS {name}")

    def close(self) -> None:
        self._db.close()
        self._folder.cleanup()


class SparkEngine:
    """Spark SQL. `master`: local[2], or the URL of a cluster. Needs pyspark (requirements-spark.lock) and a Java runtime."""

    def __init__(self, master: str = "local[2]") -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise Unavailable("engine='spark' needs pyspark: install requirements-spark.lock beside the other packages") from error
        self._folder = tempfile.TemporaryDirectory(prefix="scale-spark-")
        builder = SparkSession.builder.master(master).appName("scale")
        local = SPARK_LOCAL if master.startswith("local") else {}
        for key, value in {**SPARK, **local, "spark.sql.warehouse.dir": self._folder.name}.items():
            builder = builder.config(key, value)
        self._spark = builder.getOrCreate()

    def put(self, name: str, columns: Any) -> None:
        self._spark.createDataFrame(_arrow(columns)).createOrReplaceTempView(name)

    def make(self, name: str, query: str, **parameters: float) -> None:
        text, named = query_text(query, parameters)
        self._keep(name, self._spark.sql(PARAMETER.sub(r":\1", text), args=named))

    def _keep(self, name: str, frame: Any) -> None:
        """Computed here and now, its history cut: a cached plan that holds WITH is not recognised inside another, and would run again."""
        frame.localCheckpoint().createOrReplaceTempView(name)

    def ask(self, query: str, **parameters: float) -> pd.DataFrame:
        text, named = query_text(query, parameters)
        return self._spark.sql(PARAMETER.sub(r":\1", text), args=named).toArrow().to_pandas()

    def rows(self, table: str) -> pd.DataFrame:
        return self._spark.table(table).toArrow().to_pandas()

    def drop(self, name: str) -> None:
        self._spark.catalog.dropTempView(name)

    def close(self) -> None:
        self._spark.stop()
        self._folder.cleanup()


def open_engine(engine: str, memory_mb: int, master: str = "local[2]") -> Engine:
    """The engine by its name, "duckdb" or "spark"; InvalidInput for another, Unavailable without pyspark."""
    if engine == "duckdb":
        return DuckEngine(memory_mb)
    if engine == "spark":
        return SparkEngine(master)
    raise InvalidInput(f"engine must be 'duckdb' or 'spark', not {engine!r}")

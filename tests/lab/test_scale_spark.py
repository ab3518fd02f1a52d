"""Every query of the scale model on DuckDB and on Spark SQL: the same counts, sums that differ in the last digits at most."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pandas as pd
import pytest

from reference.lab import scale_engines
from reference.lab.large_graph import lognormal_levels
from reference.lab.scale import Activity
from reference.lab.scale_aggregate import GENERATED, LEVELS, Aggregate, aggregate
from reference.lab.scale_engines import DuckEngine, Engine, SparkEngine, query_text
from reference.lab.scale_graph import ScaleGraph
from reference.lab.scale_questions import Questions
from tests.servers import missing, require_program

pytestmark = pytest.mark.slow
GRAPH = ScaleGraph(users=50_000, edges=1_000_000)
ACTIVITY = Activity(dormant_share=0.73, rate_correlation=0.2)
THRESHOLDS = [0.0, 30.0, 300.0, 1_000.0, float("inf")]
COUNTS = ["place", "celebrities", "pulled_authors", "pulls_per_read_p99"]
asked: dict[str, set[str]] = {}


def count_edges(engine: Engine) -> Aggregate:
    for name, columns in GRAPH.tables().items():
        engine.put(name, columns)
    engine.put("accounts", {"id": np.arange(GRAPH.users, dtype=np.int32)})
    return aggregate(engine, GENERATED, {**GRAPH.parameters(), "every": 5}, shown=False)


def answers(engine: Engine, found: Aggregate) -> dict[str, pd.DataFrame]:
    levels = {side: lognormal_levels(sigma, LEVELS)[1] for side, sigma in (("author", 0.9), ("reader", 0.7))}
    questions = Questions(found, levels, engine)
    return {
        "hybrid": questions.thresholds(THRESHOLDS, THRESHOLDS, ACTIVITY),
        "tiered": questions.thresholds(THRESHOLDS, [threshold * 0.1 for threshold in THRESHOLDS], ACTIVITY),
        "per_edge": questions.per_edge(1.0, 0.4, ACTIVITY),
        "rates": engine.rows("rates").sort_values("author_class", ignore_index=True),
    }


@pytest.fixture(scope="module")
def both() -> dict[str, tuple[Aggregate, dict[str, pd.DataFrame]]]:
    """What each engine found and answered."""
    require_program("java")
    try:
        import pyspark  # noqa: F401
    except ImportError:
        missing("pyspark")
    found = {}
    patch = pytest.MonkeyPatch()
    for name, make in (("duckdb", lambda: DuckEngine(500)), ("spark", lambda: SparkEngine("local[2]"))):
        asked[name] = set()
        patch.setattr(scale_engines, "query_text", lambda query, given, name=name: asked[name].add(query) or query_text(query, given))
        engine = make()
        try:
            counted = count_edges(engine)
            found[name] = (counted, answers(engine, counted))
        finally:
            engine.close()
            patch.undo()
    return found


def test_spark_counts_every_edge_as_duckdb_does(both):
    (duck, _), (spark, _) = both["duckdb"], both["spark"]
    assert (duck.users, duck.edges) == (spark.users, spark.edges) and abs(duck.edges / GRAPH.edges - 1) < 0.02
    for name in ("authors", "readers", "page_readers", "page_edges"):
        pd.testing.assert_frame_equal(getattr(duck, name), getattr(spark, name), check_dtype=False, check_exact=True)
    for name, column in duck.slices.items():
        assert np.array_equal(column, spark.slices[name]), name


@pytest.mark.parametrize("policy", ["hybrid", "tiered", "per_edge", "rates"])
def test_spark_answers_as_duckdb_does(both, policy: str):
    duck, spark = (both[name][1][policy] for name in ("duckdb", "spark"))
    assert len(duck) and list(duck.columns) == list(spark.columns)
    for name in duck.columns:
        if name in COUNTS:
            assert duck[name].tolist() == spark[name].tolist(), name
        else:
            assert np.allclose(duck[name].to_numpy(dtype=float), spark[name].to_numpy(dtype=float), rtol=1e-9, atol=0), name


def test_every_query_of_ours_runs_on_both(both):
    files = {path.name for path in resources.files("reference.lab").joinpath("sql").iterdir() if path.name.startswith("scale_")}
    assert asked["duckdb"] == asked["spark"] == {name.removeprefix("scale_").removesuffix(".sql") for name in files}

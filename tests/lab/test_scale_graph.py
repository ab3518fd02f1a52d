"""The generated follow graph: no edge twice, none to oneself, and the shape that real graphs have."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.lab.scale import ScaleModel
from reference.lab.scale_aggregate import AGGREGATED, GENERATED, LEVELS, PERCENTILES, aggregate
from reference.lab.scale_engines import DuckEngine
from reference.lab.scale_graph import ScaleGraph
from reference.twitter.errors import InvalidInput, Unavailable


def edges_of(graph: ScaleGraph) -> np.ndarray:
    """(edges, 2): follower, followee."""
    engine = DuckEngine(500)
    try:
        for name, columns in graph.tables().items():
            engine.put(name, columns)
        for name in ("drawn", "edges"):
            engine.make(name, name, **graph.parameters())
        return engine.rows("edges").to_numpy()
    finally:
        engine.close()


def reciprocity(edges: np.ndarray, users: int) -> float:
    keys = edges[:, 0].astype(np.int64) * users + edges[:, 1]
    return float(np.isin(edges[:, 1].astype(np.int64) * users + edges[:, 0], keys).mean())


@settings(max_examples=10, deadline=None)
@given(users=st.integers(1_000, 6_000), mean=st.floats(2, 14), tail=st.floats(1.5, 4), back=st.floats(0, 1), seed=st.integers(0, 2**31 - 2))
def test_no_edge_is_drawn_twice_and_none_leads_to_oneself(users: int, mean: float, tail: float, back: float, seed: int):
    graph = ScaleGraph(users, int(users * mean), tail, back, seed)
    edges = edges_of(graph)
    assert len(np.unique(edges, axis=0)) == len(edges) and (edges[:, 0] != edges[:, 1]).all()
    assert edges.min() >= 0 and edges.max() < users
    assert len(edges) == pytest.approx(graph.edges, rel=0.1)
    assert reciprocity(edges, users) == pytest.approx(back, abs=0.06)


@pytest.mark.parametrize("back", [0.0, 0.25, 1.0])
def test_as_many_edges_are_returned_as_asked(back: float):
    edges = edges_of(ScaleGraph(20_000, 400_000, reciprocity=back))
    assert len(edges) == pytest.approx(400_000, rel=0.02)
    assert reciprocity(edges, 20_000) == pytest.approx(back, abs=0.01)


@pytest.mark.parametrize("tail", [2.05, 2.3, 2.8])
def test_followers_are_spread_as_in_real_graphs(tail: float):
    model = ScaleModel.generate(users=50_000, edges=1_000_000, tail_exponent=tail)
    shape = model.shape()
    assert shape["tail_exponent"] == pytest.approx(tail, abs=0.25)
    assert 0.1 < shape["top_1_percent_share"] < 0.35 and (tail > 2.5 or shape["top_1_percent_share"] > 0.15)
    assert 0 < shape["without_followers"] < 0.1 * model.users


def test_readers_differ_in_whom_they_follow_as_people_do():
    edges = edges_of(ScaleGraph(20_000, 400_000))
    followees = np.sort(np.bincount(edges[:, 0], minlength=20_000))
    assert followees[-200] > 3 * followees.mean() > 5 * followees[2_000]


def test_the_popular_return_a_smaller_share():
    users, graph = 20_000, ScaleGraph(20_000, 400_000)
    edges = edges_of(graph)
    followers = np.bincount(edges[:, 1], minlength=users)
    keys = edges[:, 0].astype(np.int64) * users + edges[:, 1]
    returned = np.isin(edges[:, 1].astype(np.int64) * users + edges[:, 0], keys)
    famous = followers[edges[:, 1]] > 200
    assert returned[famous].mean() < 0.5 * returned[~famous].mean()


def test_equal_arguments_make_equal_graphs_and_a_seed_another():
    first, again, other = (edges_of(ScaleGraph(2_000, 20_000, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(np.unique(first, axis=0), np.unique(again, axis=0))
    assert not np.array_equal(np.unique(first, axis=0), np.unique(other, axis=0))


def test_the_aggregate_holds_every_edge_once():
    graph = ScaleGraph(3_000, 40_000)
    edges = edges_of(graph)
    engine = DuckEngine(500)
    for name, columns in {**graph.tables(), "accounts": {"id": np.arange(3_000)}}.items():
        engine.put(name, columns)
    found = aggregate(engine, GENERATED, {**graph.parameters(), "every": 1}, shown=False)
    engine.close()
    followers = np.bincount(edges[:, 1], minlength=3_000)
    assert found.edges == len(edges) == len(found.page_edges) and found.users == 3_000
    assert sorted(np.repeat(found.authors["followers"], found.authors["accounts"])) == sorted(followers)
    for asleep in (0, 7, PERCENTILES):
        at = found.slices["asleep"] == asleep
        both = found.slices["dormant_edges"][at] + found.slices["active_edges"][at]
        assert both.sum() == len(edges) and found.slices["dormant_edges"][at].sum() == pytest.approx(len(edges) * asleep / 20, rel=0.1)
    # More accounts than classes of readers: each class has its share of them.
    assert len(found.readers) == LEVELS * PERCENTILES < 3_000
    assert found.readers["accounts"].min() > 0.2 * 3_000 / len(found.readers)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"users": 10}, "users must be 1000"), ({"users": 1.5}, "users must be a whole number"), ({"edges": 0}, "edges must be >= 1"),
        ({"edges": 2_000 * 1_999 + 1}, r"users \* \(users - 1\) = 3,998,000"), ({"edges": 2_000_000}, "a heavy tail needs room"),
        ({"tail_exponent": 1.4}, "tail_exponent must be 1.5"), ({"tail_exponent": 4.1}, "tail_exponent"),
        ({"reciprocity": 1.1}, "reciprocity"),
        ({"reciprocity": -0.1}, "reciprocity"), ({"seed": -1}, "seed"), ({"max_followers": 1_900}, "max_followers"),
    ],
)  # fmt: skip
def test_a_graph_that_cannot_be_drawn_is_refused(change: dict, words: str):
    with pytest.raises(InvalidInput, match=words):
        ScaleGraph(**{"users": 2_000, "edges": 20_000, **change})


def test_what_does_not_fit_memory_goes_to_a_folder_that_is_removed():
    engine = DuckEngine(memory_mb=30)
    folder = engine._folder.name
    engine.put("accounts", {"id": np.arange(4_000_000)})
    engine.put("others", {"id": np.arange(4_000_000)})
    assert len(engine.rows("accounts")) == 4_000_000 == len(engine.rows("others"))
    engine.close()
    assert not Path(folder).exists()


def test_an_engine_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InvalidInput, match="'duckdb' or 'spark', not 'sqlite'"):
        ScaleModel.generate(users=1_000, edges=2_000, engine="sqlite")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(Unavailable, match=r"requirements-spark\.lock"):
        ScaleModel.generate(users=1_000, edges=2_000, engine="spark")


def test_a_bar_shows_on_stderr_what_takes_longer(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch):
    import tqdm

    delays = []
    monkeypatch.setattr(tqdm, "tqdm", lambda names, **how: delays.append(how) or names)
    ScaleModel.generate(users=1_000, edges=2_000, progress=True)
    assert delays[0]["delay"] == 2 and delays[0]["disable"] is False
    assert set(AGGREGATED) and capsys.readouterr().out == ""


def test_queries_are_plain_sql_without_functions_of_one_engine():
    from importlib import resources

    files = [file for file in resources.files("reference.lab").joinpath("sql").iterdir() if file.name.startswith("scale_")]
    texts = {file.name: file.read_text() for file in files}
    foreign = ("::", "unnest", "explode", "range(", "md5", "random", "//", "FILTER", "GROUP BY ALL")
    assert len(texts) >= 15
    for name, text in texts.items():
        body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        assert not [word for word in foreign if word in body], name
        duckdb.extract_statements(body)

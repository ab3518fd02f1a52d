"""A learner's own follow graph: what is read, what is dropped, and errors that name the line."""

from __future__ import annotations

import gzip
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.lab import workload
from reference.twitter.errors import InvalidInput

EDGES = [(1, 2), (3, 2), (2, 1)]


def write(tmp_path, content: str | bytes, name: str = "edges.txt"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def pairs(graph: workload.FollowGraph) -> list[tuple[int, int]]:
    return list(graph.follows.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "content",
    [
        "1\t2\n3\t2\n2\t1\n",
        "1 2\n3   2\n 2 1 ",
        "1,2\n3, 2\n2 ,1\n",
        "1,2\r\n3,2\r\n2,1\r\n",
        "1 2\r3 2\r2 1",
        "\ufeff1 2\n3 2\n2 1\n",
        "# a comment, with commas,, in it\n1 2\n\n% another\n  # and one more\n3 2\n\n2 1\n",
        "src\ttrg\n1\t2\n3\t2\n2\t1\n",
        "Follower,Followee\n1,2\n3,2\n2,1\n",
        '"a","b"\n"1","2"\n"3","2"\n"2","1"\n',
        "# FromNodeId\tToNodeId\n1\t2\n3\t2\n2\t1\n",
    ],
    ids=["tabs", "blanks", "commas", "windows", "old-mac", "bom", "comments", "header", "csv-header", "quoted", "snap"],
)
def test_every_common_form_reads_alike(tmp_path, content):
    graph = workload.load_edges(write(tmp_path, content))
    assert pairs(graph) == EDGES
    assert (graph.duplicates, graph.self_follows, graph.names) == (0, 0, None)
    assert set(graph.follows.dtypes) == {np.dtype("int64")}
    assert graph.users.tolist() == [1, 2, 3]


@pytest.mark.parametrize("name", ["edges.txt.gz", "named_otherwise.tsv"])
def test_gzip_is_recognised_by_its_content(tmp_path, name):
    assert pairs(workload.load_edges(write(tmp_path, gzip.compress(b"1 2\n3 2\n2 1\n"), name))) == EDGES


def test_duplicates_and_self_follows_are_dropped_and_counted(tmp_path):
    graph = workload.load_edges(write(tmp_path, "1 2\n1 2\n3 3\n2 1\n1 2\n"))
    assert pairs(graph) == [(1, 2), (2, 1)]
    assert (graph.duplicates, graph.self_follows) == (2, 1)
    assert "2 duplicates, 1 self-follows" in str(graph)


def test_names_become_ids_in_order_of_appearance(tmp_path):
    graph = workload.load_edges(write(tmp_path, "follower followee\nana bo\nbo ana\n葵 ana\n42 bo\n"))
    assert pairs(graph) == [(1, 2), (2, 1), (3, 1), (4, 2)]
    assert graph.names == {1: "ana", 2: "bo", 3: "葵", 4: "42"}
    assert "by name" in str(graph)


def test_the_line_taken_for_a_header_is_told(tmp_path):
    assert workload.load_edges(write(tmp_path, "who whom\n1 2\n")).header == "who whom"
    assert "header 'who whom'" in str(workload.load_edges(write(tmp_path, "who whom\n1 2\n")))
    assert workload.load_edges(write(tmp_path, "1 2\n")).header is None


def test_ids_keep_every_bit_up_to_the_largest_bigint(tmp_path):
    big = 2**63 - 1
    assert pairs(workload.load_edges(write(tmp_path, f"{big} {big - 1}\n0 {big}\n"))) == [(big, big - 1), (0, big)]


@pytest.mark.parametrize(
    "content, line, found",
    [
        ("1 2\n3\n", 2, "1 value: '3'"),
        ("1 2\n\n# note\n3 4 5\n", 4, "3 values: '3 4 5'"),
        ("a b c\n", 1, "3 values"),
        ("1 2\n3\n4 5 6\n", 2, "1 value"),
        ("1 2\n3 x7\n", 2, "'x7'"),
        ("src trg\n1 2\n-3 4\n", 3, "'-3'"),
        ("1 2\n3 4.5\n", 2, "'4.5'"),
        ("1 2\n1_0 3\n", 2, "'1_0'"),
        ("1 2\n٣ 4\n", 2, "'٣'"),
        (f"1 2\n1 {2**63}\n", 2, str(2**63)),
        ("1,2\n3,\n", 2, "an empty field: '3,'"),
        ("1,2\r\n3,,4\r\n", 2, "an empty field: '3,,4'"),
        (",src,trg\n0,1,2\n", 1, "an empty field"),
        (b"ana bo\nana b\xff\n", 2, "not UTF-8"),
        ("1 2\n" * 1000 + "3 4 # five\n", 1001, "4 values"),
    ],
)
def test_a_bad_line_is_named_with_what_was_found(tmp_path, content, line, found):
    with pytest.raises(InvalidInput) as error:
        workload.load_edges(write(tmp_path, content, "mine.tsv"))
    assert f"mine.tsv, line {line}: " in str(error.value) and found in str(error.value)


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "follower followee\n"])
def test_a_file_without_edges_is_refused(tmp_path, content):
    with pytest.raises(InvalidInput, match=r"edges\.txt holds no edges"):
        workload.load_edges(write(tmp_path, content))


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"nowhere\.txt: No such file"):
        workload.load_edges(tmp_path / "nowhere.txt")
    with pytest.raises(InvalidInput, match=r"damaged gzip"):
        workload.load_edges(write(tmp_path, gzip.compress(b"1 2\n" * 1000)[:-9]))


@settings(max_examples=60, deadline=None)
@given(
    edges=st.lists(st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1)), min_size=1, max_size=30),
    separator=st.sampled_from(["\t", " ", ",", " , ", "\t\t"]),
    noise=st.sampled_from(["", "\n", "# x\n", "%,,\n"]),
)
def test_what_is_written_is_read(tmp_path_factory, edges, separator, noise):
    path = tmp_path_factory.mktemp("edges") / "e.txt"
    path.write_text("".join(f"{a}{separator}{b}\n{noise}" for a, b in edges))
    graph = workload.load_edges(path)
    assert pairs(graph) == list(dict.fromkeys((a, b) for a, b in edges if a != b))
    assert graph.duplicates + graph.self_follows + len(graph.follows) == len(edges)


def ring(users: int, first_id: int = 1) -> pd.DataFrame:
    ids = np.arange(users) + first_id
    return pd.DataFrame({"follower_id": np.tile(ids, 2), "followee_id": np.concatenate([np.roll(ids, 1), np.roll(ids, -2)])})


def test_a_graph_of_ones_own_comes_to_life_with_its_ids_and_edges():
    edges = ring(300, first_id=10**15)
    made = workload.from_edges(pd.concat([edges, edges.iloc[:5]]), seed=4)
    expected = edges.sort_values(["follower_id", "followee_id"], ignore_index=True)
    pd.testing.assert_frame_equal(made.follows[["follower_id", "followee_id"]], expected)
    assert made.users["id"].tolist() == sorted(edges["follower_id"].unique())
    assert made.users["username"].str.fullmatch(r"[A-Za-z0-9_]{1,15}").all()
    assert all(len(frame) for _, frame in made.tables())
    assert made.tweets["author_id"].isin(made.users["id"]).all()


def test_equal_graphs_and_seeds_live_alike():
    first, second, third = (workload.from_edges(ring(50), seed) for seed in (1, 1, 2))
    assert first.tweets.equals(second.tweets) and not first.tweets.equals(third.tweets)


def test_names_of_a_loaded_graph_become_display_names(tmp_path):
    path = write(tmp_path, "".join(f"user{i} user{(i + 1) % 40}\n" for i in range(40)))
    made = workload.from_edges(workload.load_edges(path), seed=1)
    assert made.users["display_name"].tolist() == [f"user{i}" for i in range(40)]


def test_communities_of_a_graph_without_labels_are_those_of_the_nearest_hub():
    star_a = [(i, 0) for i in range(1, 20)]
    star_b = [(i, 30) for i in range(31, 45)]
    alone = [(50, 51)]
    frame = pd.DataFrame(star_a + star_b + alone, columns=["follower_id", "followee_id"])
    made = workload.from_edges(frame, seed=1).users.set_index("id")["community"]
    assert made[range(20)].nunique() == 1 and made[range(30, 45)].nunique() == 1
    assert made[0] != made[30] and made[50] == made[51]


@pytest.mark.parametrize(
    "frame, named",
    [
        (pd.DataFrame({"follower_id": [1], "followee_id": [2]}), "at least 20 users, these edges have 2"),
        (pd.DataFrame({"src": [1], "followee_id": [2]}), "follower_id"),
        (pd.DataFrame({"follower_id": ["a"], "followee_id": [2]}), "follower_id"),
    ],
)
def test_frames_that_are_no_graph_are_refused(frame, named):
    with pytest.raises(InvalidInput, match=named):
        workload.from_edges(frame, seed=1)


@pytest.mark.slow
@pytest.mark.timed
def test_a_million_lines_take_a_few_seconds(tmp_path):
    rng = np.random.default_rng(1)
    path = write(tmp_path, "\n".join(f"{a}\t{b}" for a, b in rng.integers(0, 10**6, (1_000_000, 2)).tolist()))
    start = time.perf_counter()
    assert len(workload.load_edges(path).follows) > 990_000
    assert time.perf_counter() - start < 6

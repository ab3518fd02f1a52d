from __future__ import annotations

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from reference.estimation.claims import designs, find_claim
from reference.lab import start_lessons as start
from reference.lab.fanout_model import FanoutModel
from reference.twitter.errors import InvalidInput
from reference.twitter.fanout import FanoutOnWrite, Hybrid
from reference.twitter.platform import Platform

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
FANS = 10


def rows(app: Platform) -> int:
    """Rows of tweets and of the outbox."""
    with app.store.reading() as connection:
        tables = (app.store.tables.tweets, app.store.tables.outbox)
        return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


def entries(app: Platform, people: list[int]) -> int:
    """Entries in home timelines and in authors' own lists."""
    return sum(timelines.size(owner) for timelines in (app.homes, app.authors) for owner in people)


@pytest.mark.parametrize(("policy", "threshold"), [(Hybrid(FANS), FANS), (Hybrid(FANS + 1), FANS + 1), (FanoutOnWrite(), math.inf)])
def test_the_dial_counts_what_the_platform_writes(policy, threshold):
    app = Platform.open(redis_url="fakeredis://", fanout=policy)
    try:
        star, *fans = people = [app.accounts.register(f"user{n}").id for n in range(FANS + 1)]
        for fan in fans:
            app.graph.follow(fan, star)
        app.tweets.post(star, "the first")
        app.drain()
        for reader in people:
            app.timelines.home(reader)
        before = rows(app) + entries(app, people)
        app.tweets.post(star, "the one that counts")
        stored = rows(app)  # the outbox is trimmed once its events are in the log
        app.drain()
        assert stored + entries(app, people) - before == start.POST_WRITES + start.deliveries_of_a_tweet(FANS, threshold)
    finally:
        app.close()


def test_the_dial_agrees_with_the_large_model():
    curve = FanoutModel().curve(start.POSITIONS.values())
    for (position, threshold), row in zip(start.POSITIONS.items(), curve.itertuples(), strict=True):
        dial = start.turn(position)
        assert row.threshold == threshold
        assert dial.slowest_s == pytest.approx(row.largest_fanout / start.DELIVERIES_PER_S)
        assert dial.lists_per_read == pytest.approx(row.pulled_per_read, abs=1e-9)


def test_the_celebrity_is_pushed_only_without_a_threshold():
    writes = {position: start.turn(position).writes for position in start.POSITIONS}
    assert writes.pop("push to all") == 30_000_003
    assert set(writes.values()) == {start.celebrity_writes()} == {3}
    assert start.turn("push to all").celebrity_s == 300


def test_turning_right_slows_the_slowest_tweet_and_relieves_the_reader():
    dials = [start.turn(position) for position in start.POSITIONS]
    for left, right in pairwise(dials):
        assert left.slowest_s < right.slowest_s and left.lists_per_read > right.lists_per_read


def test_the_marked_positions_are_the_published_thresholds():
    marked = {letter: at for name, at in start.POSITIONS.items() if "(" in name for letter in re.findall("[A-E]", name.split("(")[1])}
    assert marked == {letter: design.celebrity_threshold for letter, design in designs().items()}
    assert find_claim("C-6.1-implied-push-rate").computed() == start.DELIVERIES_PER_S


@pytest.mark.parametrize("position", list(start.POSITIONS))
def test_the_chart_shows_where_the_dial_stands(position):
    dial = start.turn(position)
    figure = start.draw(dial)
    stands = [trace for trace in figure.data if trace.name == "the dial"]
    assert [trace.x for trace in stands] == [(position,), (position,)]
    assert [trace.y[0] for trace in stands] == [dial.slowest_s, dial.lists_per_read]
    assert f"{dial.writes:,} writes" in figure.layout.title.text


def test_an_unknown_position_names_those_there_are():
    with pytest.raises(InvalidInput, match=r"push to all, not '7 K'"):
        start.turn("7 K")


WEIGHTS = st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1, max_size=9).filter(lambda weights: sum(weights.values()))


@given(WEIGHTS, st.integers(0, 240))
def test_shared_minutes_sum_to_the_total_and_stay_within_one_of_their_share(weights, total):
    shares = start.share_minutes(weights, total)
    assert sum(shares.values()) == total
    assert all(abs(shares[name] - weights[name] * total / sum(weights.values())) < 1 for name in weights)


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_minutes_are_not_shared_among_nothing(weights):
    with pytest.raises(InvalidInput):
        start.share_minutes(weights, 45)


def sources(name: str, kind: str) -> str:
    cells = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == kind)


def links() -> dict[str, int | None]:
    """Notebook → minutes that the map of 00 gives it."""
    prose = sources("00_start_here.ipynb", "markdown")
    stated = dict(re.findall(r"\| \[[^\]]+\]\((\w+\.ipynb)\) \| (\d+) \|", prose))
    return {name: int(stated[name]) if name in stated else None for name in re.findall(r"\]\((\w+\.ipynb)\)", prose)}


def test_the_map_links_to_all_that_exists_and_to_nothing_else():
    assert set(links()) == {path.name for path in NOTEBOOKS.glob("*.ipynb")} - {"00_start_here.ipynb"}


def test_the_map_gives_the_minutes_that_each_notebook_gives_itself():
    own = {name: int(re.search(r"core_min=(\d+)", sources(name, "code"))[1]) for name in links() if (NOTEBOOKS / name).exists()}
    assert own == {name: minutes for name, minutes in links().items() if name in own}

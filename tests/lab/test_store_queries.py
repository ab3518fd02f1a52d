"""The store's queries are counted exactly, and only inside the block."""

from __future__ import annotations

from reference.lab import timeline_lessons as lessons
from reference.lab.store_queries import store_queries
from reference.twitter.clock import ManualClock
from reference.twitter.fanout import Hybrid
from reference.twitter.platform import Platform


def test_a_rebuilt_timeline_costs_two_more_queries_and_counting_ends_with_the_block() -> None:
    with Platform.open("fakeredis://", clock=ManualClock(1_768_219_200), fanout=Hybrid(3), partitions=1) as app:
        reader, _, _ = lessons.settle(app, pushed=5, celebrity=2)
        app.timelines.home(reader)
        app.homes.drop([reader])
        with store_queries() as rebuilt:
            app.timelines.home(reader)
        with store_queries() as again:
            app.timelines.home(reader)
        app.timelines.home(reader)
    assert (len(rebuilt), len(again)) == (4, 2)

"""The naive join's rows, counted a second time by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reference.lab import naive_join, workload
from reference.twitter.errors import InvalidInput


@pytest.fixture(scope="module")
def village() -> workload.Workload:
    return workload.generate(300, seed=4)


def test_the_busiest_reader_is_active_and_follows_most(village: workload.Workload):
    reader = naive_join.busiest_reader(village)
    active = set(village.users.loc[~village.users["dormant"], "id"])
    counts = {user: (village.follows["follower_id"] == user).sum() for user in active}
    assert reader in active and counts[reader] == max(counts.values())


def test_rows_of_the_naive_join_are_those_counted_by_hand(village: workload.Workload):
    reader = naive_join.busiest_reader(village)
    followees = set(village.follows.loc[village.follows["follower_id"] == reader, "followee_id"])
    per_author = village.tweets.loc[village.tweets["author_id"].isin(followees), "author_id"].value_counts()
    rows = naive_join.naive_join_rows(village, reader, (2, 4, 8))
    for row, periods in zip(rows.itertuples(index=False), (1, 2, 4), strict=True):
        whole, newest = periods * int(per_author.sum()), int(np.minimum(periods * per_author, 20).sum())
        assert tuple(row) == (2 * periods, periods * len(village.tweets), periods * len(village.tweets), whole, newest)


def test_only_the_newest_twenty_of_each_followee_stay_bounded(village: workload.Workload):
    reader = naive_join.busiest_reader(village)
    followees = (village.follows["follower_id"] == reader).sum()
    rows = naive_join.naive_join_rows(village, reader, (2, 32))
    assert rows["index on author"].iloc[1] == 16 * rows["index on author"].iloc[0]
    assert rows["newest 20 of each"].iloc[1] <= 20 * followees


@pytest.mark.parametrize("days", [(), (3,), (2, 5)])
def test_days_that_the_dataset_cannot_fill_are_refused(village: workload.Workload, days: tuple[int, ...]):
    with pytest.raises(InvalidInput, match="days"):
        naive_join.naive_join_rows(village, 1, days)

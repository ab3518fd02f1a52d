"""`datasets/small/` is what the generator makes, loads from anywhere, is small, and its card tells the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reference
from reference.lab import measures, workload
from reference.twitter.errors import InvalidInput

DATASETS = Path(reference.__file__).parent.parent / "datasets"
RATE_STEP = 0.001  # rates are rounded to it; another processor may round the last digit otherwise


@pytest.fixture(scope="module")
def small() -> workload.Workload:
    return workload.load("small")


@pytest.fixture(scope="module")
def card() -> str:
    return (DATASETS / "README.md").read_text(encoding="utf-8")


def assert_same_tables(first: workload.Workload, second: workload.Workload) -> None:
    for (name, one), (_, other) in zip(first.tables(), second.tables(), strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=0, atol=1.1 * RATE_STEP, obj=name)


def test_the_shipped_dataset_is_what_the_generator_makes(small):
    assert_same_tables(small, workload.generate(workload.SMALL_USERS, workload.SMALL_SEED))


def test_what_is_saved_is_loaded(tmp_path, monkeypatch):
    made = workload.generate(50, 1)
    workload.save(made, tmp_path / "tiny")
    monkeypatch.setattr(workload, "_datasets_home", lambda: tmp_path)
    assert_same_tables(workload.load("tiny"), made)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    made = workload.generate(50, 1)
    for folder in ("one", "two"):
        workload.save(made, tmp_path / folder)
    for name, _ in made.tables():
        assert (tmp_path / "one" / f"{name}.parquet").read_bytes() == (tmp_path / "two" / f"{name}.parquet").read_bytes()


def test_the_dataset_takes_less_than_five_megabytes():
    files = list((DATASETS / "small").iterdir())
    assert sorted(path.name for path in files) == sorted(f"{name}.parquet" for name in workload.Workload.__dataclass_fields__)
    assert sum(path.stat().st_size for path in files) < 5_000_000


def test_it_loads_wherever_the_notebook_runs(tmp_path, monkeypatch, small):
    monkeypatch.chdir(tmp_path)
    assert workload.load().tweets.equals(small.tweets)


def test_a_wheel_may_carry_the_datasets_inside_the_package(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "reference"
    workload.save(workload.generate(20, 1), package / "_datasets" / "tiny")
    monkeypatch.setattr(reference, "__file__", str(package / "__init__.py"))
    assert len(workload.load("tiny").users) == 20


@pytest.mark.parametrize("name", ["large", "", "../datasets/small"])
def test_an_unknown_dataset_is_refused_and_the_known_ones_are_named(name):
    with pytest.raises(InvalidInput, match="there is small"):
        workload.load(name)


def test_the_card_describes_every_column(small, card):
    for name, frame in small.tables():
        described = next(line for line in card.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"| {len(frame):,} |" in described
        missing = [column for column in frame.columns if f"`{column}`" not in described]
        assert not missing, f"{name}: {missing}"


def measured(small: workload.Workload) -> dict[str, str]:
    """The statistics of the card, as they are written there."""
    users, follows = small.users.set_index("id"), small.follows
    counts = small.follower_counts()
    follower, followee = follows["follower_id"].to_numpy(), follows["followee_id"].to_numpy()
    exponent, k_min = measures.tail_exponent(counts.to_numpy())
    tags = small.tweets["hashtags"].str.split().explode().dropna().value_counts()
    slope = -np.polyfit(np.log(np.arange(1, 101)), np.log(tags.to_numpy()[:100]), 1)[0]
    deliveries = counts[small.tweets["author_id"]]
    active = follows[~users["dormant"][follower].to_numpy()]["followee_id"].value_counts().reindex(counts.index, fill_value=0)
    same = users["community"][follower].to_numpy() == users["community"][followee].to_numpy()
    author_rate, reader_rate = users["tweets_per_day"][followee].to_numpy(), users["reads_per_day"][follower].to_numpy()
    per_edge = np.minimum(author_rate, reader_rate).sum() / author_rate.sum()
    per_hour = np.bincount(small.tweets["created_ms"] // 3_600_000 % 24)
    return {
        "follower-count tail exponent": f"{exponent:.2f} (from {k_min} followers on)",
        "followers held by the top 1 % of accounts": f"{measures.top_share(counts.to_numpy(), len(users)):.1%}",
        "reciprocity": f"{measures.reciprocity(follower, followee):.3f}",
        "follows inside a community": f"{same.mean():.1%}",
        "most followers": f"{counts.max():,}",
        "accounts with ≥ 100 / 300 / 1,000 followers": " / ".join(f"{(counts >= bound).sum()}" for bound in (100, 300, 1000)),
        "followers, mean / median": f"{counts.mean():.1f} / {counts.median():.0f}",
        "dormant readers": f"{users['dormant'].mean():.0%}",
        "deliveries if every tweet is pushed to all followers": f"{deliveries.sum():,}",
        "of these, to active readers": f"{active[small.tweets['author_id']].sum() / deliveries.sum():.1%}",
        "pull only, against push only (H = L, stated rates)": f"{reader_rate.sum() / author_rate.sum():.2f}",
        "the best choice per edge, against push only (H = L)": f"{per_edge:.2f}",
        "tweets in the busiest hour of the day / the quietest": f"{per_hour.max() / per_hour.min():.1f}",
        "tweets with a hashtag": f"{(small.tweets['hashtags'] != '').mean():.1%}",
        "hashtags that occur once (of 48 h)": f"{(tags == 1).mean():.1%}",
        "Zipf slope of the top 100 hashtags (of 48 h)": f"{slope:.2f}",
        "ids whose low 12 bits are 0": f"{((small.tweets['id'] & 4095) == 0).mean():.1%}",
    }


def test_the_card_quotes_what_is_measured(small, card):
    missing = [row for name, value in measured(small).items() if (row := f"| {name} | {value} |") not in card]
    assert not missing, missing

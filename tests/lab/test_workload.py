"""The generated Twitter has the shape of the real one, for every seed."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import regex

from reference.lab import follow_graph, measures, workload
from reference.lab.hashtags import casefolded
from reference.twitter.errors import InvalidInput
from reference.twitter.ids import TWITTER
from reference.twitter.model import normalize_text

TAG = regex.compile(r"(?<![\p{L}\p{M}\p{N}&/_])#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)")
DIGEST = """
import hashlib, pandas as pd
from reference.lab import workload
for name, frame in workload.generate(300, 5).tables():
    print(name, hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest())
"""


@cache
def generated(users: int, seed: int) -> workload.Workload:
    return workload.generate(users, seed)


@pytest.fixture(scope="module", params=[(2_000, 1), (2_000, 2), (10_000, 3)], ids=lambda param: f"{param[0]}-users-seed-{param[1]}")
def made(request: pytest.FixtureRequest) -> workload.Workload:
    return generated(*request.param)


@pytest.fixture(scope="module")
def small() -> workload.Workload:
    return generated(2_000, 1)


@pytest.fixture(scope="module")
def large() -> workload.Workload:
    return generated(10_000, 3)


def ranks_correlate(a: pd.Series, b: pd.Series) -> float:
    return float(a.rank().corr(b.rank()))


def test_follower_counts_have_the_tail_of_real_ones(made):
    exponent, k_min = measures.tail_exponent(made.follower_counts().to_numpy())
    assert 2.0 <= exponent <= 2.9
    assert k_min < made.follower_counts().max() / 10


def test_the_top_percent_holds_15_to_30_percent_of_followers():
    for users, seed in ((10_000, 3), (10_000, 4), (30_000, 5)):
        rng = np.random.default_rng(seed)
        _, followee = follow_graph.draw_edges(follow_graph.draw_communities(users, rng), rng)
        assert 0.15 <= measures.top_share(np.bincount(followee, minlength=users), users) <= 0.30


def test_a_fifth_to_three_tenths_of_follows_are_returned(made):
    share = measures.reciprocity(made.follows["follower_id"].to_numpy(), made.follows["followee_id"].to_numpy())
    assert 0.2 <= share <= 0.3


def test_most_follows_stay_inside_a_community_and_far_more_than_by_chance(made):
    community = made.users.set_index("id")["community"]
    same = community[made.follows["follower_id"]].to_numpy() == community[made.follows["followee_id"]].to_numpy()
    by_chance = (community.value_counts(normalize=True) ** 2).sum()
    assert same.mean() > 0.55
    assert same.mean() > 3 * by_chance


def test_celebrity_thresholds_bite_at_ten_thousand_users(large):
    counts = large.follower_counts()
    assert 1_000 <= counts.max() <= 3_000
    assert (counts >= 100).sum() > (counts >= 300).sum() > (counts >= 1_000).sum() >= 3


def test_the_follow_graph_has_no_self_follows_no_duplicates_and_no_strangers(made):
    follows, ids = made.follows, made.users["id"]
    assert (follows["follower_id"] != follows["followee_id"]).all()
    assert not follows.duplicated(["follower_id", "followee_id"]).any()
    assert follows["follower_id"].isin(ids).all() and follows["followee_id"].isin(ids).all()
    assert 18 <= len(follows) / len(ids) <= 24


def test_follows_come_after_both_accounts_and_before_the_activity(made):
    joined = made.users.set_index("id")["created_ms"]
    for side in ("follower_id", "followee_id"):
        assert (made.follows["created_ms"].to_numpy() > joined[made.follows[side]].to_numpy()).all()
    assert made.follows["created_ms"].max() <= workload.START_MS


def test_three_quarters_of_the_readers_are_dormant_and_pushing_to_the_others_costs_about_a_quarter(made):
    users = made.users.set_index("id")
    assert users["dormant"].mean() == 0.75
    active = made.follows[~users["dormant"][made.follows["follower_id"]].to_numpy()]["followee_id"].value_counts()
    all_followers = made.follower_counts()
    authors = made.tweets["author_id"]
    push_to_active = active.reindex(all_followers.index, fill_value=0)[authors].sum()
    assert 0.2 <= push_to_active / all_followers[authors].sum() <= 0.33


def test_dormant_readers_seldom_read_but_some_come_back(made):
    dormant = set(made.users.loc[made.users["dormant"], "id"])
    returned = made.reads["user_id"].isin(dormant)
    assert 0 < returned.sum() < 0.01 * len(made.reads)
    assert made.users.loc[made.users["dormant"], "reads_per_day"].max() < made.users.loc[~made.users["dormant"], "reads_per_day"].min()


def test_who_has_more_followers_tweets_and_reads_more(made):
    users, followers = made.users.set_index("id"), made.follower_counts()
    active = ~users["dormant"]
    for rate in ("tweets_per_day", "reads_per_day"):
        assert ranks_correlate(users[rate], followers) > 0.25
        assert ranks_correlate(users.loc[active, rate], followers[active]) > 0.2


def test_the_tables_follow_the_stated_rates(made):
    rates = made.users.set_index("id")
    for events, who, rate in ((made.tweets, "author_id", "tweets_per_day"), (made.reads, "user_id", "reads_per_day")):
        expected = rates[rate].sum() * workload.ACTIVE_DAYS
        assert 0.95 * expected <= len(events) <= 1.15 * expected  # bursts add to the tweets
        counted = events[who].value_counts().reindex(rates.index, fill_value=0)
        assert counted.corr(rates[rate]) > 0.9


def test_days_have_nights(made):
    for place in (0, 3):  # a community on either side of the globe
        members = made.users.loc[made.users["community"] == place, "id"]
        hour = made.reads.loc[made.reads["user_id"].isin(members), "at_ms"] // 3_600_000 % 24
        by_hour = np.bincount(hour, minlength=24)
        assert by_hour.max() > 4 * max(1, by_hour.min())
    by_hour = np.bincount(made.tweets["created_ms"] // 3_600_000 % 24, minlength=24)
    assert by_hour.max() > 1.5 * by_hour.min()


def test_tweet_ids_are_snowflakes_unique_increasing_and_true_to_their_time(made):
    ids, created = made.tweets["id"].to_numpy(), made.tweets["created_ms"].to_numpy()
    assert (np.diff(ids) > 0).all() and (np.diff(created) >= 0).all()
    assert ((ids >> TWITTER.timestamp_shift) + TWITTER.epoch_ms == created).all()
    for i in (0, len(ids) // 2, len(ids) - 1):
        assert TWITTER.decode(int(ids[i])).unix_ms == created[i]


def test_low_bits_of_tweet_ids_are_mostly_zero_as_in_real_ones(made):
    zero = (made.tweets["id"] & TWITTER.max_sequence) == 0
    assert 0.63 <= zero.mean() <= 0.73


def test_everything_happens_within_the_48_hours(made):
    for moments in (made.tweets["created_ms"], made.reads["at_ms"], made.likes["at_ms"]):
        assert moments.min() >= workload.START_MS and moments.max() < workload.END_MS
    assert workload.END_MS - workload.START_MS == 48 * 3_600_000
    assert pd.Timestamp(workload.START_MS, unit="ms", tz="UTC").day_name() == "Monday"


def test_texts_are_storable_as_they_stand(made):
    assert all(normalize_text(text) == text for text in made.tweets["text"])
    assert made.tweets["text"].str.len().max() > 240


def test_texts_come_in_several_scripts(made):
    joined = " ".join(made.tweets["text"])
    for script in ("Latin", "Hiragana", "Katakana", "Han", "Devanagari", "Arabic"):
        assert len(regex.findall(rf"\p{{Script={script}}}", joined)) > 500, script
    assert len(regex.findall(r"\p{Emoji_Presentation}", joined)) > 100
    assert "ñ" in joined and "ã" in joined and "👨‍👩‍👧‍👦" in joined
    assert set(made.tweets["lang"]) == {"en", "es", "pt", "ja", "hi", "ar"}


def test_the_hashtag_column_says_what_stands_in_the_text(made):
    for text, tags in zip(made.tweets["text"], made.tweets["hashtags"], strict=True):
        assert sorted(casefolded(tag) for tag in TAG.findall(text)) == sorted(tags.split()), text
    assert 0.3 <= (made.tweets["hashtags"] != "").mean() <= 0.5


def test_mentions_address_followees_of_the_author(small):
    id_of = small.users.set_index("username")["id"]
    mentioned = small.tweets["text"].str.extract(r"@([A-Za-z0-9_]+)")[0].dropna()
    edges = set(zip(small.follows["follower_id"], small.follows["followee_id"], strict=True))
    assert 0.1 <= len(mentioned) / len(small.tweets) <= 0.2
    assert all((small.tweets["author_id"][i], id_of[name]) in edges for i, name in mentioned.items())


def test_usernames_are_unique_and_legal(made):
    assert made.users["username"].is_unique
    assert made.users["username"].str.fullmatch(r"[A-Za-z0-9_]{1,15}").all()


def test_most_hashtags_occur_once_and_the_popular_follow_zipf(large):
    counts = large.tweets["hashtags"].str.split().explode().dropna().value_counts()
    slope = np.polyfit(np.log(np.arange(1, 101)), np.log(counts.to_numpy()[:100]), 1)[0]
    assert 0.70 <= (counts == 1).mean() <= 0.82
    assert 0.9 <= -slope <= 1.2


def test_hashtag_hours_cover_eight_days_and_agree_with_the_tweets(made):
    hours = made.hashtag_hours
    assert hours["hour_ms"].nunique() == 8 * 24 and hours["hour_ms"].max() == workload.END_MS - 3_600_000
    uses = made.tweets.assign(hour_ms=made.tweets["created_ms"] // 3_600_000 * 3_600_000, tag=made.tweets["hashtags"].str.split())
    uses = uses[uses["hashtags"] != ""].explode("tag").groupby(["hour_ms", "tag"])["author_id"]
    expected = pd.DataFrame({"count": uses.size(), "unique_users": uses.nunique()})
    found = hours[hours["hour_ms"] >= workload.START_MS].set_index(["hour_ms", "tag"])
    pd.testing.assert_frame_equal(found.sort_index(), expected.sort_index(), check_index_type=False)
    assert (hours["unique_users"] <= hours["count"]).all() and (hours["unique_users"] >= 1).all()


def test_real_bursts_have_many_users_and_bots_few(made):
    per_user = (made.bursts["tweets"] / made.bursts["unique_users"]).groupby(made.bursts["kind"])
    assert per_user.max()["real"] < 2 and per_user.min()["bot"] > 5
    assert set(made.bursts["kind"]) == {"real", "bot"}
    in_window = made.bursts[made.bursts["start_ms"] >= workload.START_MS]["kind"].value_counts()
    assert in_window["real"] >= 4 and in_window["bot"] >= 2


def test_bursts_are_what_their_labels_say(made):
    for burst in made.bursts.itertuples():
        hours = made.hashtag_hours[made.hashtag_hours["tag"] == burst.tag]
        assert hours["count"].sum() == burst.tweets
        assert hours["hour_ms"].min() + 3_600_000 > burst.start_ms and hours["hour_ms"].max() < burst.end_ms
        if burst.start_ms >= workload.START_MS:
            tweets = made.tweets[made.tweets["hashtags"].str.split().map(lambda tags, tag=burst.tag: tag in tags)]
            assert (len(tweets), tweets["author_id"].nunique()) == (burst.tweets, burst.unique_users)
            assert tweets["created_ms"].between(burst.start_ms, burst.end_ms).all()


def test_a_burst_stands_out_from_its_own_past(made):
    hourly = made.hashtag_hours.groupby("tag")["count"]
    ordinary_peak = hourly.max().drop(made.bursts["tag"]).median()
    for burst in made.bursts.itertuples():
        assert hourly.max()[burst.tag] >= 4 * ordinary_peak


def test_likes_come_from_active_followers_after_the_tweet_and_once(made):
    likes = made.likes.merge(made.tweets, left_on="tweet_id", right_on="id", validate="many_to_one")
    assert len(likes) == len(made.likes) > len(made.tweets)
    assert (likes["at_ms"] > likes["created_ms"]).all()
    assert not made.likes.duplicated(["user_id", "tweet_id"]).any()
    edges = pd.MultiIndex.from_frame(made.follows[["follower_id", "followee_id"]])
    assert pd.MultiIndex.from_frame(likes[["user_id", "author_id"]]).isin(edges).all()
    assert not made.users.set_index("id")["dormant"][likes["user_id"]].any()


def test_rows_stand_in_the_stated_order(small):
    for table, key in (("users", "id"), ("follows", "follower_id"), ("tweets", "id"), ("likes", "tweet_id"), ("reads", "at_ms")):
        assert getattr(small, table)[key].is_monotonic_increasing, table
    starts = small.bursts["start_ms"].tolist()
    assert all(a <= b for a, b in pairwise(starts))


def test_equal_arguments_make_equal_tables_and_another_seed_others(small):
    for (name, first), (_, second) in zip(small.tables(), workload.generate(2_000, 1).tables(), strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True, obj=name)
    assert not workload.generate(2_000, 2).follows.equals(small.follows)


def test_nothing_depends_on_the_hash_seed_of_the_process():
    def digest(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True, timeout=60)
        return run.stdout

    first = digest("1")
    assert first.count("\n") == 7 and first == digest("4242")


def test_the_smallest_workload_has_all_tables():
    assert all(len(frame) for _, frame in workload.generate(workload.MIN_USERS, 0).tables())


@pytest.mark.parametrize(
    "users, seed, named", [(19, 1, "20 … 5000000"), (5_000_001, 1, "5000001"), (100, -1, "seed"), (100.5, 1, "users"), (100, None, "seed")]
)
def test_arguments_out_of_range_are_named(users, seed, named):
    with pytest.raises(InvalidInput, match=named):
        workload.generate(users, seed)


def test_a_workload_cannot_be_changed_by_accident(small):
    with pytest.raises(dataclasses.FrozenInstanceError):
        small.users = None


def test_the_tail_exponent_of_a_known_power_law_is_found():
    uniform = (np.arange(50_000) + 0.5) / 50_000
    for exponent in (2.1, 2.5, 2.9):
        pareto = np.floor(10 * uniform ** (-1 / (exponent - 1))).astype(np.int64)
        assert measures.tail_exponent(pareto)[0] == pytest.approx(exponent, abs=0.05)


def test_measures_of_a_graph_worked_out_by_hand():
    follower, followee = np.array([1, 2, 1, 3]), np.array([2, 1, 3, 4])
    assert measures.reciprocity(follower, followee) == 0.5
    assert measures.top_share(np.array([6, 2, 1, 1]), users=4, share=0.25) == 0.6


def test_shapes_that_cannot_be_are_refused():
    for wrong in ({"mean_followees": 0}, {"pareto_exponent": 2.0}, {"inside": 1.2}, {"reciprocity": 1.0}):
        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            follow_graph.GraphShape(**wrong)


@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("users, limit_s", [(2_000, 1.0), (10_000, 4.0)])
def test_generation_is_quick(users, limit_s):
    workload.generate(100, 0)  # imports

    def seconds() -> float:
        start = time.perf_counter()
        workload.generate(users, 1)
        return time.perf_counter() - start

    assert np.median([seconds() for _ in range(3)]) < limit_s

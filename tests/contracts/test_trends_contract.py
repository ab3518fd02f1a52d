"""The contract of trends over ours (every backend and way of running it), a sound one, and known wrong ones."""

from __future__ import annotations

import itertools
import secrets
from typing import Any

import pytest

from reference.contracts import trends
from reference.twitter.backend import connect, delete_namespace
from reference.twitter.trends import HeavyHitters, TrendPolicy, TrendTracker
from tests.contracts import wrong_trends as wrong

SUDDEN = "what many people suddenly tweet trends"
EXACT = "counts are exact"
ONCE = "a user counts once however often they tweet"
FEW = "a few accounts make no trend however loud they are"
ALWAYS = "what is always used does not lead"
SPELLINGS = "spellings that differ in case are one tag"
SHOWN = "a tag is shown as most often written"
REGIONS = "regions are apart and together the world"
BEST = "the list has at most n best first"
BANNED = "a banned tag is not shown"
LEAVES = "a tag leaves when its window has passed"
SLIDES = "the window slides over the edge of an hour"
YESTERDAY = "yesterday at this hour is not now"
LATE = "a late use lands in its own minute"
ORDER = "the order of arrival does not matter"
NEXT = "what comes late is in the next answer"
LONGER = "longer windows see further back"
FRESHER = "of two equal bursts the fresher one leads"
INPUT = "wrong input is refused"
ANY = "any tag comes back as it went in"
THREADS = "threads lose no use"

# tracker, the law that names its mistake, a word of the hint, further laws that it breaks by that
KNOWN_WRONG = [
    (wrong.CountsForEver, LEAVES, "when reading", (ALWAYS, YESTERDAY, LATE, LONGER)),
    (wrong.HourOfTheClock, SLIDES, "sixty buckets", (ALWAYS, LATE, FRESHER)),
    (wrong.LatecomersAreNow, LATE, "time of the event", (LONGER, FRESHER)),
    (wrong.CountsSpellingsApart, SPELLINGS, "casefold", (BANNED,)),
    (wrong.LowerIsNotCasefold, SPELLINGS, "lower() is not enough", ()),
    (wrong.ShowsTheFoldedForm, SHOWN, "most frequent", ()),
    (wrong.RanksByCount, ALWAYS, "the one before", (FRESHER,)),
    (wrong.CountsTweetsAsUsers, ONCE, "HyperLogLog", (FEW, NEXT)),
    (wrong.AddsUpUsersOfMinutes, ONCE, "across its buckets", ()),
    (wrong.IgnoresRegions, REGIONS, "in its region", ()),
    (wrong.RegionsAreNotInTheWorld, REGIONS, "in the world", ()),
    (wrong.WorstFirst, BEST, "falling", (ALWAYS, FRESHER)),
    (wrong.OneTooMany, BEST, "cut after n", ()),
    (wrong.OneWindowForAll, LONGER, "as many buckets", (NEXT,)),
    (wrong.NoDecay, FRESHER, "half-life", ()),
    (wrong.ForgetsBans, BANNED, "folded", ()),
    (wrong.DropsWhatComesLate, ORDER, "current bucket", ()),
    (wrong.ReadsAndWritesBack, THREADS, "atomic", ()),
    (wrong.RefusesNothing, INPUT, "names the value", ()),
    (wrong.SplitsItsKeys, ANY, "never split", ()),
]


def ours(redis: Any, namespace: str, **options: Any) -> Any:
    """A factory of trackers, each with keys of its own."""
    runs = itertools.count()
    return lambda clock: TrendTracker(redis, clock, TrendPolicy(min_unique_users=5), namespace=f"{namespace}:{next(runs)}", **options)


@pytest.fixture
def namespace() -> str:
    return f"contract-{secrets.token_hex(4)}"


def test_the_reference_shows_every_behaviour(redis: Any, namespace: str) -> None:
    report = trends.check(ours(redis, namespace))
    delete_namespace(redis, namespace)
    assert report.ok, str(report)
    assert len(report.passed) == len(trends.contract.behaviours) == 25


def test_the_reference_in_several_shards_shows_every_behaviour(namespace: str) -> None:
    report = trends.check(ours(connect("fakeredis://"), namespace, shards=3))
    assert report.ok, str(report)


def test_the_reference_behind_heavy_hitters_shows_every_behaviour_when_they_ask_for_one_use(namespace: str) -> None:
    report = trends.check(ours(connect("fakeredis://"), namespace, front=HeavyHitters(least=1)))
    assert report.ok, str(report)


@pytest.mark.slow
def test_the_reference_on_a_cluster_shows_every_behaviour(cluster_url: str, namespace: str) -> None:
    cluster = connect(cluster_url)
    for shards in (1, 4):
        report = trends.check(ours(cluster, f"{namespace}-{shards}", shards=shards))
        delete_namespace(cluster, f"{namespace}-{shards}")
        assert report.ok, str(report)


def test_the_sound_tracker_from_which_the_wrong_ones_derive_shows_every_behaviour() -> None:
    report = trends.check(wrong.Sound)
    assert report.ok, str(report)


@pytest.mark.parametrize(("tracker", "law", "word", "also"), KNOWN_WRONG, ids=[case[0].__name__ for case in KNOWN_WRONG])
def test_a_known_wrong_tracker_is_rejected_by_the_law_that_names_its_mistake(tracker: Any, law: str, word: str, also: tuple) -> None:
    report = trends.check(tracker)
    assert set(report.failed) == {law, *also}, str(report)
    named = next(failure for failure in report.failures if failure.behaviour == law)
    assert word in named.hint
    assert named.why and named.expected and named.got


def test_almost_every_law_rejects_some_known_wrong_tracker() -> None:
    kept_by_all = {"reading changes nothing", "an empty tracker answers an empty list", "a use stays for the whole window"}
    in_batches = {"many at once are what as many calls would give"}
    named = {law for _, law, _, also in KNOWN_WRONG for law in (law, *also)}
    assert {each.name for each in trends.contract} - named == kept_by_all | in_batches | {SUDDEN, EXACT}


def test_the_laws_left_over_reject_what_they_are_for() -> None:
    class Consumes(wrong.Sound):
        def top(self, n: int = 10, window_s: int = 3600, region: str | None = None) -> list[Any]:
            answer = super().top(n, window_s, region)
            self.uses = self.uses[1:]
            return answer

    class Batches(wrong.Sound):
        def record_many(self, tags: list, users: list, at: list) -> None:
            for tag, user in zip(tags, users, strict=True):
                self.record(tag, user)

    class NoneWhenEmpty(wrong.Sound):
        def top(self, *args: Any, **where: Any) -> Any:
            return super().top(*args, **where) or [None]

    class ExpiresTooEarly(wrong.Sound):
        def span(self, window_s: int) -> tuple[int, int]:
            return super().span(window_s // 2)

    class LosesEveryTenth(wrong.Sound):
        def count(self, uses: list) -> int:
            return len(uses) - len(uses) // 10

    for tracker, law in (
        (Consumes, "reading changes nothing"),
        (Batches, "many at once are what as many calls would give"),
        (NoneWhenEmpty, "an empty tracker answers an empty list"),
        (ExpiresTooEarly, "a use stays for the whole window"),
        (LosesEveryTenth, EXACT),
    ):
        assert law in trends.check(tracker).failed, tracker.__name__


def test_design_c_adds_one_to_a_text() -> None:
    report = trends.check(wrong.DesignC)
    assert {SUDDEN, EXACT, ONCE} <= set(report.failed)
    assert "'2:2'" in str(report) or "invalid literal for int" in str(report)
    assert "no number" in next(each.hint for each in report.failures if each.behaviour == EXACT)


def test_design_d_counts_tweets_of_the_workers_minute() -> None:
    assert {ONCE, FEW, ALWAYS, SPELLINGS, LATE} <= set(trends.check(wrong.DesignD).failed)
    assert {EXACT, SLIDES, YESTERDAY} <= set(trends.check(wrong.DesignD).passed)


def test_design_e_mixes_today_with_yesterday_and_forgets_nothing() -> None:
    report = trends.check(wrong.DesignE)
    assert {YESTERDAY, LEAVES, SLIDES, FEW, ALWAYS} <= set(report.failed)
    assert "from the epoch" in next(each.hint for each in report.failures if each.behaviour == YESTERDAY)


def test_the_lost_update_is_found_every_time() -> None:
    promise = trends.Promise(wrong.ReadsAndWritesBack, 5)
    assert all(trends.contract.run(promise, only=[THREADS]).failed == (THREADS,) for _ in range(10))

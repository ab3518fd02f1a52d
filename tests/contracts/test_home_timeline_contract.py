"""The contract of home timelines accepts the reference, under every policy and on every Redis, and names the mistake of each wrong one."""

from __future__ import annotations

import pytest

from reference.contracts import home_timeline
from reference.twitter.fanout import FanoutPolicy
from tests.contracts import wrong_timelines as wrong
from tests.contracts.platform_system import POLICIES, judge

OWN = "ones own tweet is shown at once"
SECOND = "tweets of one second keep their order"
LIMIT = "a page holds limit tweets"
NEW = "new tweets do not shift the pages"
DELETIONS = "deletions do not shift the pages"
SKIP = "pages neither skip nor repeat"
BURST = "a burst of one millisecond is paged without loss"
FRESH = "a new tweet is shown although the page was read before"
TRIM = "the newest cap tweets are served and then the pages end"
UNKNOWN = "an unknown user is an error"
BAD_LIMIT = "a limit below one is an error"
BAD_CURSOR = "a cursor that no page returned is an error"
SCRIPTS = "text of any script arrives unchanged"
MERGE = "a follow merges recent tweets"
UNFOLLOW = "an unfollow takes the tweets away"
MOVE_UP = "older tweets move up after an unfollow"
AGAIN = "a second follow brings the tweets back once"
LAST = "only the last of several changes counts"
DELETED = "a deleted tweet is not shown"
FULL = "a page stays full although tweets were deleted"
RISE = "an author who becomes a celebrity neither vanishes nor appears twice"
FALL = "an author who ceases to be a celebrity neither vanishes nor appears twice"
TWICE = "an event that comes twice changes nothing"
REBUILT = "a timeline that was dropped is rebuilt"
THREADS = "eight threads at once lose nothing and double nothing"

# timeline, the law that names its mistake, words of the hint, further laws that it breaks by that
KNOWN_WRONG = [
    (wrong.FloatScores, BURST, "score 0 and page by ZREVRANGEBYLEX", ()),
    (wrong.OffByOne, LIMIT, "include the stop index", (FULL,)),
    (wrong.PageOffsets, NEW, "not by an offset", (DELETIONS, UNFOLLOW)),
    (wrong.NoDedupeAtTheThreshold, RISE, "keep each id once", ()),
    (wrong.VanishesOnDemotion, FALL, "before the record turns to push", ()),
    (wrong.NoTrim, TRIM, "ZREMRANGEBYRANK", ()),
    (wrong.UnfollowLeavesTweets, UNFOLLOW, "take the author's tweets out", (MOVE_UP, AGAIN, LAST, TWICE)),
    (wrong.UnfollowOnlyFilters, MOVE_UP, "drop or refill", ()),
    (wrong.DeletedStillShown, DELETED, "when the page is read", (DELETIONS, FULL, REBUILT)),
    (wrong.ShortPages, FULL, "Filter, then fill", ()),
    (wrong.FollowDoesNotMerge, MERGE, "merge the author's recent tweets", (AGAIN, LAST)),
    (wrong.OwnTweetsByFanout, OWN, "Read your own writes", ()),
    (wrong.CachedPages, FRESH, "dropped when a tweet arrives, for followers too", (LIMIT, SKIP, AGAIN, RISE, FALL, REBUILT, THREADS)),
    (wrong.SecondScores, SECOND, "whole seconds", ()),
    (wrong.ListsNotSets, TWICE, "idempotent", (THREADS,)),
    (wrong.AbsentMeansEmpty, REBUILT, "rebuild it from the store", ()),
    (wrong.DeliversToFollowersOfThen, LAST, "the graph as it is now", (TWICE,)),
    (wrong.UnknownUserIsEmpty, UNKNOWN, "NotFound", ()),
    (wrong.AnyLimit, BAD_LIMIT, "before reading", ()),
    (wrong.AnyCursor, BAD_CURSOR, "strictly", ()),
    (wrong.CutsBytes, SCRIPTS, "count characters, not bytes", ()),
]


@pytest.mark.parametrize(("timeline", "law", "words", "also"), KNOWN_WRONG, ids=lambda case: getattr(case, "__name__", ""))
def test_a_known_wrong_timeline_is_rejected_by_the_law_that_names_its_mistake(timeline, law, words, also) -> None:
    report = home_timeline.check(timeline, cap=wrong.CAP, crowd=wrong.CROWD)
    failures = {failure.behaviour: failure for failure in report.failures}
    assert law in failures, report
    assert words in failures[law].hint
    assert set(failures) <= {law, *also}, report


def test_a_sound_timeline_in_plain_python_passes() -> None:
    report = home_timeline.check(wrong.Sound, cap=wrong.CAP, crowd=wrong.CROWD)
    assert report.ok, report


def test_most_laws_are_the_first_to_be_broken_by_somebody() -> None:
    """A law that no known mistake breaks may be unable to fail."""
    broken = {law for _, law, _, _ in KNOWN_WRONG}
    assert len(broken) == len(KNOWN_WRONG)
    assert broken <= {behaviour.name for behaviour in home_timeline.contract}


class Nothing:
    """Answers None to everything."""

    def __init__(self, clock: object) -> None:
        pass

    def __getattr__(self, name: str):
        return lambda *args: None


def test_an_empty_stub_fails_every_law_and_crashes_nothing() -> None:
    report = home_timeline.check(Nothing)
    assert not report.passed


class NeverEnds(wrong.Sound):
    def page(self, tweet_ids: list[int], limit: int, position: int | None) -> wrong.Page:
        return wrong.Page(super().page(tweet_ids, limit, None).items, "1")


def test_pages_that_never_end_are_named_instead_of_followed_for_ever() -> None:
    report = home_timeline.check(NeverEnds, cap=wrong.CAP, crowd=wrong.CROWD)
    assert "pages that end" in {failure.expected for failure in report.failures}


# Pushing, pulling, both, and a real server are in the quick suite; every policy on every kind of Redis in the slow one.
QUICK = {("Hybrid", "fakeredis"), ("FanoutOnWrite", "redis-server"), ("FanoutOnRead", "fakeredis")}
BACKENDS = ("fakeredis", "redis-server", "cluster")
ALL_PAIRS = [
    pytest.param(policy, backend, marks=() if (type(policy).__name__, backend) in QUICK else pytest.mark.slow)
    for policy in POLICIES
    for backend in BACKENDS
]


def url_of(backend: str, request: pytest.FixtureRequest) -> str:
    fixtures = {"redis-server": "redis_url", "cluster": "cluster_url"}
    return request.getfixturevalue(fixtures[backend]) if backend in fixtures else "fakeredis://"


@pytest.mark.parametrize(("policy", "backend"), ALL_PAIRS, ids=str)
def test_the_reference_shows_every_behaviour(policy: FanoutPolicy, backend: str, request: pytest.FixtureRequest) -> None:
    report = judge(policy, url_of(backend, request))
    assert report.ok, report


@pytest.mark.slow
@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_burst_of_620_ids_of_one_millisecond_is_paged_at_the_real_cap(policy: FanoutPolicy, redis_url: str) -> None:
    report = judge(policy, redis_url, cap=800)
    assert report.ok, report

"""What a tracker of trending topics must show, whoever wrote it.

    report = trends.check(lambda clock: MyTracker(clock))

The object made must have `record(tag, user_id, at=None, region=None)` and `top(n, window_s=3600, region=None)`, which answers items
with `tag`, `count`, `unique_users`, best first; windows of 3,600, 21,600 and 86,400 seconds. `record_many(tags, user_ids, at)` and
`ban(tag)` are judged if they are there. `clock` is a `reference.twitter.clock.Clock`; `at` is an aware datetime.
Unique users may err as a HyperLogLog does, counts may not.
"""

from __future__ import annotations

from reference.contracts import trends_in_time, trends_in_trouble
from reference.contracts.report import Broken, Contract, Report
from reference.contracts.trends_promise import DAY_S, HOUR_S, MINUTE_S, Promise, TrackerFactory, close, equal

contract: Contract[Promise] = Contract("trends")


def check(factory: TrackerFactory, *, people: int = 5, deadline_s: float = 20.0) -> Report:
    """Judge the trackers that `factory(clock)` makes. `people`: distinct users that its policy asks of a trend, at least.
    At most `deadline_s` for each behaviour."""
    return contract.run(Promise(factory, people), deadline_s=deadline_s)


@contract.behaviour(
    why="This is what it is for.",
    hint="Count a use in the bucket of its minute; the window is the union of its buckets.",
)
def what_many_people_suddenly_tweet_trends(promise: Promise) -> None:
    judged = promise.begin()
    size = judged.burst("earthquake")
    trend = judged.find("earthquake")
    equal("count", size, trend.count)
    close("unique users", size, trend.unique_users)


@contract.behaviour(
    why="Counts are what everything else is computed from; a tag that is counted twice, or not at all, trends by mistake.",
    hint="Add exactly one for each use, in one atomic step: read, add, write back loses uses; a value like 'count:users' is no number.",
)
def counts_are_exact(promise: Promise) -> None:
    judged = promise.begin()
    for _ in range(3):
        judged.burst("music")
        judged.clock.advance(7 * MINUTE_S)
    judged.burst("film", judged.crowd + 3)
    equal("count of the one", 3 * judged.crowd, judged.find("music").count)
    equal("count of the other", judged.crowd + 3, judged.find("film").count)


@contract.behaviour(
    why="One account can tweet a tag a thousand times; only people make a trend.",
    hint="Keep a set or a HyperLogLog of users beside the count, and count each user of the window once, across its buckets too.",
)
def a_user_counts_once_however_often_they_tweet(promise: Promise) -> None:
    judged = promise.begin()
    for _ in range(3):
        size = judged.burst("music")
        judged.clock.advance(10 * MINUTE_S)
    trend = judged.find("music")
    close("unique users", size, trend.unique_users)
    equal("count", 3 * size, trend.count)


@contract.behaviour(
    why="Campaigns are cheap: a dozen accounts, a thousand tweets. Ranked by tweets, they own the list.",
    hint="Ask for a minimum of unique users and rank by people, not by tweets.",
)
def a_few_accounts_make_no_trend_however_loud_they_are(promise: Promise) -> None:
    judged = promise.begin()
    few = max(1, promise.people - 1)
    for _ in range(40):
        judged.use("winaphone", range(1, few + 1))
    judged.burst("earthquake")
    judged.absent("winaphone", f"{few} accounts tweeted it {40 * few} times")
    judged.find("earthquake")


@contract.behaviour(
    why="Ranked by volume, the list shows the same five tags for ever, and nobody opens it again.",
    hint="Compare the window with the one before it (or with what is usual at this hour): score what is above it.",
)
def what_is_always_used_does_not_lead(promise: Promise) -> None:
    judged = promise.begin(into_hour_s=0)
    often = 3 * judged.crowd
    for _ in range(3):
        judged.burst("love", often)
        judged.clock.advance(HOUR_S)
    judged.burst("love", often)
    judged.burst("earthquake")
    if judged.tags()[:1] != ["earthquake"]:
        raise Broken("the new tag first: the other is used as ever", f"{judged.tags()}")


@contract.behaviour(
    why="#NBA, #Nba and #nba are one topic; counted apart, none of them trends.",
    hint="Count under one form: NFC, then casefold (lower() is not enough: ß).",
)
def spellings_that_differ_in_case_are_one_tag(promise: Promise) -> None:
    for spellings in (("NBA", "Nba", "nba"), ("Straße", "STRASSE", "strasse"), ("Caf\u00e9", "cafe\u0301", "CAFÉ")):
        judged = promise.begin()
        for number, spelling in enumerate(spellings):
            judged.use(spelling, range(number * judged.crowd, (number + 1) * judged.crowd))
        listed = judged.top()
        equal(f"trends for {spellings}", 1, len(listed))
        equal("count", 3 * judged.crowd, listed[0].count)


@contract.behaviour(
    why="People look for the tag that they know: #BlackLivesMatter, not #blacklivesmatter.",
    hint="Count folded, and remember how often each spelling was used; show the most frequent one.",
)
def a_tag_is_shown_as_most_often_written(promise: Promise) -> None:
    judged = promise.begin()
    judged.use("worldcup", range(1, judged.crowd + 1))
    judged.use("WorldCup", range(1, 2 * judged.crowd + 1))
    equal("shown as", "WorldCup", judged.top()[0].tag)


@contract.behaviour(
    why="What trends in São Paulo is nothing to Osaka; and what trends everywhere a little trends in the world.",
    hint="Count each use twice: in its region and in the world.",
)
def regions_are_apart_and_together_the_world(promise: Promise) -> None:
    judged = promise.begin()
    judged.burst("carnaval", region="BR")
    judged.burst("hanami", region="JP")
    judged.use("comet", range(100, 100 + judged.crowd), region="BR")
    judged.use("comet", range(200, 200 + judged.crowd), region="JP")
    equal("trends in BR", {"carnaval", "comet"}, set(judged.tags(region="BR")))
    equal("trends in JP", {"hanami", "comet"}, set(judged.tags(region="JP")))
    equal("trends in the world", {"carnaval", "hanami", "comet"}, set(judged.tags()))
    equal("the world's count", 2 * judged.crowd, judged.find("comet").count)
    equal("count in BR", judged.crowd, judged.find("comet", region="BR").count)


@contract.behaviour(
    why="A list of ten that holds eleven, or the worst first, breaks every page that shows it.",
    hint="Sort by score, falling, and cut after n.",
)
def the_list_has_at_most_n_best_first(promise: Promise) -> None:
    judged = promise.begin()
    for number in range(6):
        judged.burst(f"tag{number}", judged.crowd + 4 * number)
    equal("the first three of six that differ in size only", ["tag5", "tag4", "tag3"], judged.tags(n=3))
    equal("length of the list when there are fewer", 6, len(judged.top()))


@contract.behaviour(
    why="Somebody has to be able to take a tag off the list at once.",
    hint="Keep a set of banned tags, folded, and leave them out when reading, also from what was computed before.",
)
def a_banned_tag_is_not_shown(promise: Promise) -> None:
    judged = promise.begin()
    if not hasattr(judged.tracker, "ban"):
        return
    judged.burst("slur")
    judged.burst("music")
    judged.top()
    judged.tracker.ban("SLUR")
    equal("trends", ["music"], judged.tags())


@contract.behaviour(
    why="A busy worker hands in thousands of uses at once; they are the same uses.",
    hint="Aggregate by minute, tag and user, then add the sums: not one use may be lost or land in another minute.",
)
def many_at_once_are_what_as_many_calls_would_give(promise: Promise) -> None:
    one, many = promise.begin(), promise.begin()
    if not hasattr(many.tracker, "record_many"):
        return
    uses = [(f"tag{i % 7}", i % 31, one.ago(i % 50 * MINUTE_S)) for i in range(600)]
    for tag, user, at in uses:
        one.tracker.record(tag, user, at=at)
    many.tracker.record_many([tag for tag, _, _ in uses], [user for _, user, _ in uses], [at for _, _, at in uses])
    for window_s in (HOUR_S, DAY_S):
        expected, got = one.top(window_s=window_s), many.top(window_s=window_s)
        equal("trends", [(t.tag, t.count, t.unique_users) for t in expected], [(t.tag, t.count, t.unique_users) for t in got])


contract.behaviours.extend([*trends_in_time.contract, *trends_in_trouble.contract])

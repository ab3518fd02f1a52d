"""Laws of trends about time: windows slide, pass and do not repeat; what comes late still belongs to its own minute."""

from __future__ import annotations

from reference.contracts.report import Broken, Contract
from reference.contracts.trends_promise import DAY_S, HOUR_S, MINUTE_S, Promise, equal

contract: Contract[Promise] = Contract("trends in time")


@contract.behaviour(
    why="A trend of the last hour that is two hours old is news from the archive.",
    hint="Leave out buckets older than the window when reading; an expiry alone, renewed with each use, forgets nothing.",
)
def a_tag_leaves_when_its_window_has_passed(promise: Promise) -> None:
    judged = promise.begin()
    judged.burst("earthquake")
    judged.clock.advance(HOUR_S + 2 * MINUTE_S)
    judged.absent("earthquake", "its uses are older than an hour")


@contract.behaviour(
    why="With one bucket for each hour of the clock the list is empty at two minutes past, every hour.",
    hint="The last 60 minutes are sixty buckets of a minute, not the hour of the clock.",
)
def the_window_slides_over_the_edge_of_an_hour(promise: Promise) -> None:
    judged = promise.begin(into_hour_s=HOUR_S - 5 * MINUTE_S)
    size = judged.burst("earthquake")
    judged.clock.advance(10 * MINUTE_S)
    judged.burst("earthquake")
    equal("count", 2 * size, judged.find("earthquake").count)


@contract.behaviour(
    why="What was counted ten minutes ago must not vanish before its time.",
    hint="Keep each bucket for the whole window and a little longer; the expiry of the first one must not be the window itself.",
)
def a_use_stays_for_the_whole_window(promise: Promise) -> None:
    judged = promise.begin(into_hour_s=30)
    size = judged.burst("earthquake")
    for _ in range(3):
        judged.clock.advance(HOUR_S / 4)
        equal("count", size, judged.find("earthquake").count)


@contract.behaviour(
    why="A key that bears the hour of the day, 0 to 23, is the same tomorrow: yesterday's users trend again.",
    hint="Number buckets from the epoch: minutes since 1970, not the hour of the clock.",
)
def yesterday_at_this_hour_is_not_now(promise: Promise) -> None:
    judged = promise.begin()
    judged.burst("earthquake")
    judged.clock.advance(DAY_S)
    judged.burst("music")
    judged.absent("earthquake", "it was used yesterday at this hour")
    size = judged.burst("earthquake", judged.crowd + 5)
    equal("count today", size, judged.find("earthquake").count)


@contract.behaviour(
    why="Queues back up. A use of 50 minutes ago that is counted now trends 50 minutes too long, and a backlog looks like a burst.",
    hint="Take the bucket from the time of the event (`at`), not from the clock of the worker.",
)
def a_late_use_lands_in_its_own_minute(promise: Promise) -> None:
    judged = promise.begin()
    size = judged.burst("earthquake", at=judged.ago(50 * MINUTE_S))
    judged.burst("yesterday", at=judged.ago(3 * HOUR_S))
    equal("count", size, judged.find("earthquake").count)
    judged.absent("yesterday", "it came late and is older than the window")
    judged.clock.advance(15 * MINUTE_S)
    judged.absent("earthquake", "it is 65 minutes old by now")


@contract.behaviour(
    why="Partitions run at different speeds, so events of one minute arrive before and after those of the next.",
    hint="Do not keep one 'current bucket' that an older event closes or resets.",
)
def the_order_of_arrival_does_not_matter(promise: Promise) -> None:
    in_order, mixed = promise.begin(), promise.begin()
    uses = [(f"tag{i % 4}", i % 29, i % 45) for i in range(160)]
    for judged, order in ((in_order, sorted(uses, key=lambda use: -use[2])), (mixed, uses)):
        for tag, user, minutes in order:
            judged.tracker.record(tag, user, at=judged.ago(minutes * MINUTE_S))
    answers = [sorted((t.tag, t.count, t.unique_users) for t in judged.top()) for judged in (in_order, mixed)]
    equal("trends", answers[0], answers[1])


@contract.behaviour(
    why="A use that comes after its hour was read must count in the next answer, also in windows that are put together from hours.",
    hint="When minutes have been merged into an hour, add what comes late to both.",
)
def what_comes_late_is_in_the_next_answer(promise: Promise) -> None:
    judged = promise.begin()
    at = judged.ago(4 * HOUR_S)
    for _ in range(2):
        size = judged.burst("earthquake", at=at)
    judged.find("earthquake", window_s=6 * HOUR_S)
    judged.use("earthquake", range(1000, 1000 + size), at=at)
    judged.clock.advance(MINUTE_S)
    for window_s in (6 * HOUR_S, DAY_S):
        trend = judged.find("earthquake", window_s=window_s)
        equal(f"count in {window_s // HOUR_S} h", 3 * size, trend.count)
        equal(f"unique users in {window_s // HOUR_S} h", 2 * size, trend.unique_users)


@contract.behaviour(
    why="Six hours and a day are other questions than an hour; they are asked of the same counters.",
    hint="Unite as many buckets as the window has, and keep them long enough for the longest one.",
)
def longer_windows_see_further_back(promise: Promise) -> None:
    judged = promise.begin()
    for hours, tag in ((20, "morning"), (3, "noon"), (0, "now")):
        judged.burst(tag, at=judged.ago(hours * HOUR_S + MINUTE_S))
    for window_s, expected in ((HOUR_S, {"now"}), (6 * HOUR_S, {"now", "noon"}), (DAY_S, {"now", "noon", "morning"})):
        equal(f"trends of {window_s // HOUR_S} h", expected, set(judged.tags(window_s=window_s)))


@contract.behaviour(
    why="A burst that is over should make room for the one that has begun.",
    hint="Let older uses weigh less: 0.5 ** (age / half-life), bucket by bucket.",
)
def of_two_equal_bursts_the_fresher_one_leads(promise: Promise) -> None:
    judged = promise.begin()
    judged.burst("fading", at=judged.ago(50 * MINUTE_S))
    judged.burst("rising", at=judged.ago(2 * MINUTE_S))
    equal("order", ["rising", "fading"], judged.tags())


@contract.behaviour(
    why="Reading is done a thousand times as often as writing: it must change nothing.",
    hint="A union for reading goes to a key of its own, under a name that no bucket has.",
)
def reading_changes_nothing(promise: Promise) -> None:
    judged = promise.begin()
    judged.burst("earthquake")
    answers = [judged.find("earthquake", window_s=window_s).count for window_s in (HOUR_S, DAY_S, HOUR_S, HOUR_S)]
    if len(set(answers)) > 1:
        raise Broken(f"the count {answers[0]} each time", f"{answers}")

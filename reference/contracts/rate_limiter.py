"""What a rate limiter must show, whoever wrote it: how much it admits, and how what was spent comes back.

    report = rate_limiter.check(lambda capacity, per_s, clock: MyLimiter(capacity, per_s, clock))

The object made has `acquire(key, cost=1, peek=False)`, which answers a decision with `allowed`, `remaining`, `retry_after_s` and
`reset_after_s` (or, if it offers none of these, a bool). Time is `clock`'s. Limiters of one factory share their store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from reference.contracts import rate_limiter_answers, rate_limiter_trouble
from reference.contracts.rate_limiter_promise import APPLIES, KINDS, MS, OFFERS, Law, LimiterFactory, Promise, law_of
from reference.contracts.report import Broken, Contract, Report
from reference.twitter.clock import ManualClock
from reference.twitter.errors import require

contract: Contract[Promise] = Contract("rate limiter")


def check(
    factory: LimiterFactory,
    *,
    kind: str = "bucket",
    offers: Collection[str] = OFFERS,
    clock: ManualClock | None = None,
    stored: Callable[[], int] | None = None,
    deadline_s: float = 20.0,
) -> Report:
    """Judge what `factory(capacity, per_s, clock)` makes, for `capacity` at once and `per_s` in the long run.

    `kind`, what is promised for any interval of t seconds, with the window w = capacity / per_s:
      "bucket"  at most capacity + rate·t; comes back continuously
      "log"     at most capacity in any interval shorter than w
      "counter" at most capacity + rate·t, but approximate: nearly 2·capacity in some window
      "window"  at most 2·capacity + rate·t: it bursts at the edge of a window
    `offers`: laws about anything else are left out: "cost" and "peek" as arguments; "remaining", "retry_after", "reset_after" in
    the answer; "shared": several clients on one store; "subsecond": windows below a second; "checked": wrong parameters are errors.
    `stored()`: the number of keys in the store; without it nobody can tell whether state expires. `clock`: None: a new ManualClock;
    a store with a clock of its own must follow it. At most `deadline_s` for each behaviour.
    """
    require(kind in KINDS, f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    require(set(offers) <= OFFERS, f"offers must be among {', '.join(sorted(OFFERS))}, not {sorted(offers)}")
    promise = Promise(factory, kind, frozenset(offers), clock or ManualClock(), stored)
    return contract.run(promise, deadline_s=deadline_s, only=laws_for(kind, offers, stored is not None))


def laws_for(kind: str, offers: Collection[str] = OFFERS, stored: bool = False) -> list[str]:
    """Names of the laws that hold for this kind, given what is offered, in the contract's order."""
    having = {*offers, *(["stored"] if stored else [])}
    return [each.name for each in contract if kind in APPLIES[each.name][0] and APPLIES[each.name][1] <= having]


def law(why: str, hint: str, kinds: Collection[str] = KINDS, needs: Collection[str] = ()) -> Callable[[Law], Law]:
    return law_of(contract, why, hint, kinds, needs)


@law(
    why="It is what a rate limiter is for.",
    hint="Count what was admitted under the key and refuse beyond the capacity.",
)
def a_fresh_key_admits_its_capacity_and_then_refuses(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.expect("of 8 calls a millisecond apart admitted", 5, judged.admitted_of(8, MS))


@law(
    why="Two calls in the same instant are two calls; a script makes hundreds in a millisecond.",
    hint="A sorted set holds each member once: with the time as member, calls of one instant overwrite each other. Make members unique.",
)
def calls_of_the_same_instant_all_count(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.expect("of 12 calls in one instant admitted", 5, judged.admitted_of(12, 0.0))


@law(
    why="The limit is what the service behind was sized for. Whoever finds the interval that sees more will use it.",
    hint="Check every way in which budget comes back: each may return at most rate·t, up to the capacity.",
)
def no_interval_sees_more_than_was_promised(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    rng = np.random.default_rng(7)
    for pause_ms in rng.exponential(250, 120).astype(int).tolist():
        judged.wait(pause_ms / 1000)
        judged.admitted_of(int(rng.integers(1, 4)))
    judged.stays_within(lambda t_s: promise.most(5, 1, t_s))


@law(
    why="Half the world's clients wake at the full minute: the burst at the edge is the rule and not the exception.",
    hint="A counter that drops to 0 lets two bursts meet at the edge of two windows: refill continuously, or weigh the window before.",
    kinds=("bucket", "log", "counter"),
)
def no_double_burst_at_the_edge_of_a_window(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    for moment_s in (4.9, 0.2, 4.7, 0.2):  # right before and right after 5 s, again at 10 s
        judged.wait(moment_s)
        judged.admitted_of(6)
    judged.stays_within(lambda t_s: promise.most(5, 1, t_s))


@law(
    why="Who promises 'at most 5 in any 5 seconds' is taken at his word.",
    hint="A bucket that refills, or an average over two windows, lets up to twice the limit into some window: keep the times.",
    kinds=("log",),
)
def no_window_wherever_it_begins_sees_more_than_the_limit(promise: Promise) -> None:
    for late_s in (0.0, 2.0, 4.9):  # where in a fixed window the first burst falls
        judged = promise.begin(5, 1)
        judged.wait(late_s)
        judged.spend()
        for _ in range(24):
            judged.wait(0.4)
            judged.admitted_of(2)
        judged.stays_within(lambda t_s: promise.most(5, 1, t_s))


@law(
    why="A limit of 4 a second that refills in whole seconds is four calls in a burst and then silence.",
    hint="Keep time in fractions of a second (microseconds of TIME) and tokens as a fraction: elapsed · rate, without floor.",
    kinds=("bucket",),
)
def a_token_comes_back_after_one_over_the_rate(promise: Promise) -> None:
    judged = promise.begin(8, 4)
    judged.spend()
    for _ in range(3):
        judged.wait(0.25)
        judged.expect("admitted 0.25 s later at 4/s", 1, int(judged.admits()))
    judged.wait(0.125)
    judged.expect("admitted after half of that time", 0, int(judged.admits()))
    judged.wait(0.125)
    judged.expect("admitted when the other half has passed too", 1, int(judged.admits()))


@law(
    why="Time that is credited with every call is credited without end: the limit is gone as soon as one token has come back.",
    hint="Store with the tokens up to which moment they are refilled, and move that moment whenever you credit.",
)
def elapsed_time_is_credited_once(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.spend()
    judged.wait(1.0 if promise.kind == "bucket" else judged.window_s)
    first = judged.admitted_of(12)
    judged.expect("more in that instant, which has been credited", 0, judged.admitted_of(3))
    most = 1 if promise.kind == "bucket" else 5
    if first > most:
        judged.expect("of 12 calls admitted after the wait", most, first)


@law(
    why="Clients poll. If every refused call sets the clock back, who asks most often never gets anything.",
    hint="A refused call must not move the moment of the last refill while what it would have credited is rounded away, nor be counted.",
)
def frequent_calls_do_not_starve(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.spend()
    admitted = judged.admitted_of(101, 0.3)  # 30 s at 1/s
    if admitted < 15:
        raise Broken("about 30 (at the very least 15) admitted within 30 s, at 1/s", str(admitted))


@law(
    why="A quiet night must not buy a flood in the morning.",
    hint="Cap what has come back at the capacity: min(capacity, tokens + elapsed · rate).",
)
def an_idle_key_saves_up_no_more_than_its_capacity(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.spend()
    judged.wait(60)
    judged.expect("of 20 calls admitted after a minute's rest", 5, judged.admitted_of(20))


@law(
    why="One loud customer must not close the shop for the others.",
    hint="The key is part of the state's name.",
)
def keys_are_independent(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.spend()
    judged.expect("admitted under a second key", 5, judged.admitted_of(8, key=judged.new_key()))
    judged.expect("more under the first", 0, judged.admitted_of(2))


contract.behaviours.extend(rate_limiter_answers.contract)
contract.behaviours.extend(rate_limiter_trouble.contract)

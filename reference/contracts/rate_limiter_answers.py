"""Laws about the answers of a rate limiter: what a call costs, and what it tells. `rate_limiter` joins them to the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from functools import partial

from reference.contracts.rate_limiter_promise import KINDS, MS, Judged, Law, Promise, law_of, refuses, said_yes, told
from reference.contracts.report import Broken, Contract

contract: Contract[Promise] = Contract("rate limiter, answers")


def law(why: str, hint: str, kinds: Collection[str] = KINDS, needs: Collection[str] = ()) -> Callable[[Law], Law]:
    return law_of(contract, why, hint, kinds, needs)


@law(
    why="Who retries while refused would push his own release further away, for ever.",
    hint="Decide first, then write: a refused call leaves the state as it was. No INCR before the comparison, no ZADD of refused calls.",
)
def a_refused_call_consumes_nothing(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    judged.spend()
    judged.wait(0.5)
    judged.expect("of 10 calls admitted too early", 0, judged.admitted_of(10))
    if "cost" in promise.offers:
        other = promise.begin(5, 1)
        other.expect("call of cost 3 admitted", 1, int(other.admits(3)))
        other.expect("call of cost 4 admitted where 2 are left", 0, int(other.admits(4)))
        other.expect("call of cost 2 admitted after it", 1, int(other.admits(2)))
    else:
        judged.wait(2 * judged.window_s - 0.5)
        judged.expect("admitted two windows later", 5, judged.admitted_of(8))


@law(
    why="A search over a million tweets is not a like. Costs are how one budget serves both.",
    hint="Compare with the cost and take the cost; all of it or nothing.",
    needs=["cost"],
)
def a_call_of_cost_n_takes_n(promise: Promise) -> None:
    judged = promise.begin(7, 1)
    judged.expect("call of cost 4 admitted", 1, int(judged.admits(4)))
    judged.expect("of 8 further calls admitted, 3 being left", 3, judged.admitted_of(8))


@law(
    why="What can never be admitted must be said at once; admitted on credit, it blocks everybody for as long as the debt lasts.",
    hint="Refuse a cost above the capacity, with an error or a decision, before anything is written.",
    needs=["cost"],
)
def a_cost_above_the_capacity_is_refused_and_takes_nothing(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    for wait_s in (0.0, 60.0):
        judged.wait(wait_s)
        if not refuses(partial(judged.call, 6)):
            raise Broken("cost 6 of a capacity of 5 refused", "admitted")
    judged.expect("of 8 calls admitted afterwards", 5, judged.admitted_of(8))


@law(
    why="A client that wants to know how much is left should not pay for the question.",
    hint="With peek, answer and write nothing.",
    needs=["peek"],
)
def a_look_takes_nothing(promise: Promise) -> None:
    judged = promise.begin(5, 1)
    for _ in range(8):
        judged.expect("look at a full budget allowed", 1, int(said_yes(judged.call(peek=True))))
    judged.spend()
    judged.expect("look at an empty budget allowed", 0, int(said_yes(judged.call(peek=True))))


@law(
    why="Clients plan by X-Rate-Limit-Remaining: a number that is too high makes them run into refusals.",
    hint="`remaining` is what is left after this call, in whole units, rounded down.",
    needs=["remaining"],
)
def remaining_is_true(promise: Promise) -> None:
    for calls, pause_s in ((1, 0.0), (3, 0.7), (5, 0.3), (4, 1.9)):
        judged = promise.begin(5, 1)
        judged.admitted_of(calls)
        judged.wait(pause_s)
        left = told(judged.call(), "remaining")
        judged.expect(f"of 8 calls admitted, since `remaining` said {left:g}", int(left), judged.admitted_of(8))


@law(
    why="Clients sleep for Retry-After. Too short wakes them for nothing, all together; too long wastes what they may have.",
    hint="Compute when this cost fits: (cost - tokens) / rate for a bucket, the end of the window for a counter. Do not round.",
    needs=["retry_after"],
)
def waiting_retry_after_succeeds_and_a_millisecond_less_does_not(promise: Promise) -> None:
    for late_s, pause_s, cost in ((0.0, 0.0, 1), (0.0, 0.437, 1), (3.1, 0.25, 1), (0.0, 1.3, 3), (4.5, 0.9, 2), (2.0, 3.001, 5)):
        if cost == 1 or "cost" in promise.offers:
            _wait_as_told(promise.begin(5, 1), late_s, pause_s, cost)


def _wait_as_told(judged: Judged, late_s: float, pause_s: float, cost: int) -> None:
    judged.wait(late_s)
    judged.spend()
    judged.wait(pause_s)
    answer = judged.call(cost)
    if said_yes(answer):
        return  # where a window ended meanwhile
    retry_s = told(answer, "retry_after_s")
    words = f"cost {cost} {pause_s:g} s after the budget was spent: `retry_after_s` is {retry_s:g}, and"
    if retry_s <= 0:
        raise Broken("a wait above 0 with a refusal", f"{retry_s:g}")
    if retry_s > MS:
        judged.wait(retry_s - MS)
        judged.expect(f"admitted 1 ms earlier ({words})", 0, int(judged.admits(cost)))
    judged.wait(min(retry_s, MS))
    judged.expect(f"admitted at that moment ({words})", 1, int(judged.admits(cost)))


@law(
    why="X-Rate-Limit-Reset is a promise too: from then on everything is there again.",
    hint="Answer the time until the state equals that of a fresh key: (capacity - tokens) / rate, or until the last entry has left.",
    needs=["reset_after"],
)
def after_reset_after_the_whole_capacity_is_back(promise: Promise) -> None:
    for calls, late_s in ((1, 0.0), (5, 1.3), (3, 4.2)):
        judged = promise.begin(5, 1)
        judged.wait(late_s)
        judged.admitted_of(calls - 1)
        reset_s = told(judged.call(), "reset_after_s")
        if not 0 < reset_s <= 2 * judged.window_s + MS:
            raise Broken(f"a reset after 0 to {2 * judged.window_s:g} s, {calls} being spent", f"{reset_s:g}")
        judged.wait(reset_s)
        judged.expect(f"of 8 calls admitted {reset_s:g} s later, as `reset_after_s` said", 5, judged.admitted_of(8))


@law(
    why="A rate of 0 divides by zero at the first refusal, a NaN compares false with everything, an empty key is everybody's.",
    hint="Check in the constructor: capacity >= 1, rate finite and > 0; in acquire: key not empty, cost >= 0. Name the value.",
    needs=["checked"],
)
def wrong_parameters_are_errors(promise: Promise) -> None:
    for capacity, per_s in ((0, 1.0), (-1, 1.0), (5, 0.0), (5, -1.0), (5, math.nan), (5, math.inf)):
        _raises(f"capacity {capacity} and rate {per_s}", partial(_first_call, promise, capacity, per_s))
    judged = promise.begin(5, 1)
    _raises("an empty key", partial(judged.call, key=""))
    if "cost" in promise.offers:
        _raises("cost -1", partial(judged.call, -1))


def _first_call(promise: Promise, capacity: int, per_s: float) -> object:
    return promise.factory(capacity, per_s, promise.clock).acquire(f"judged-{next(promise.numbers)}")


def _raises(what: str, attempt: Callable[[], object]) -> None:
    try:
        answer = attempt()
    except Exception:
        return
    raise Broken(f"an error for {what}", f"the answer {answer!r}")

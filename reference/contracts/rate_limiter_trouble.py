"""Laws about a rate limiter in the world: expiring state, clocks that disagree, threads. `rate_limiter` joins them to the others."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection
from typing import Any

from reference.contracts.rate_limiter_promise import KINDS, Judged, Law, Promise, SkewedClock, law_of, said_yes
from reference.contracts.report import Broken, Contract, describe

contract: Contract[Promise] = Contract("rate limiter, trouble")
THREADS, CALLS, ROUNDS = 8, 8, 6


def law(why: str, hint: str, kinds: Collection[str] = KINDS, needs: Collection[str] = ()) -> Callable[[Law], Law]:
    return law_of(contract, why, hint, kinds, needs)


@law(
    why="State that expires before the budget is back forgets a debt: 4 a day become 4 an hour.",
    hint="Let state live until the budget is whole again (capacity / rate), rounded up, with a margin. A fixed hour is not a day.",
)
def a_spent_budget_stays_spent_while_the_key_rests(promise: Promise) -> None:
    judged = promise.begin(4, 4 / 86_400)
    judged.spend()
    for hours in (1.01, 1.01, 2.02):
        judged.wait(hours * 3600)
        judged.expect(f"admitted after another {hours:g} h, at 4 a day", 0, int(judged.admits()))


@law(
    why="An expiry of 0 seconds deletes what it should keep: every call then meets a fresh key, and nothing is limited at all.",
    hint="Round the expiry up and add a margin: floor(2 · capacity / rate) is 0 for a small burst of a fast limit.",
    needs=["subsecond"],
)
def a_small_burst_of_a_fast_limit_is_limited_too(promise: Promise) -> None:
    judged = promise.begin(2, 100)
    judged.expect("of 12 calls in one instant admitted, at 2 and 100/s", 2, judged.admitted_of(12))


@law(
    why="Every user who ever came would stay in memory.",
    hint="Set an expiry with every write; state equal to that of a fresh key need not be kept.",
    needs=["stored"],
)
def idle_state_expires(promise: Promise) -> None:
    assert promise.stored is not None
    judged = promise.begin(5, 1)
    before = promise.stored()
    for _ in range(6):
        judged.admitted_of(7, key=judged.new_key())
    held = promise.stored()
    if held <= before:
        raise Broken("state in the store for 6 busy keys", f"{held - before} keys more", "Judge the store that the limiter really uses.")
    judged.wait(7200)
    judged.expect("keys more than before, two hours later", 0, max(0, promise.stored() - before))


@law(
    why="No two machines agree about the time. A limiter that believes its clients can be spent twice, once by each clock.",
    hint="Ask the store for the time (TIME in Lua); at least let time only move forward: max(now, what is stored).",
    needs=["shared"],
)
def clients_whose_clocks_disagree_do_not_widen_the_limit(promise: Promise) -> None:
    capacity, per_s, skew_s, steps = 20, 4, 1.0, 40
    judged = promise.begin(capacity, per_s)
    behind = promise.factory(capacity, per_s, SkewedClock(promise.clock, -skew_s))
    judged.wait(2)
    admitted = 0
    for _ in range(steps):
        judged.wait(0.05)
        admitted += sum(said_yes(limiter.acquire(judged.key)) for limiter in (judged.limiter, behind, judged.limiter, behind))
    most = promise.most(capacity, per_s, steps * 0.05 + skew_s)
    if admitted > most:
        raise Broken(f"at most {most} admitted by two clients, one a second behind", str(admitted))


@law(
    why="A web server has threads and processes. Between one's reading and writing the others read the same budget and spend it again.",
    hint="Read, decide and write in one step: a Lua script (or a lock, in one process). MULTI alone does not help, it cannot decide.",
)
def threads_together_get_no_more_than_the_capacity(promise: Promise) -> None:
    for _ in range(ROUNDS):
        judged = promise.begin(10, 0.01)
        answers = _rush(judged)
        for answer in answers:
            if isinstance(answer, Exception):
                raise Broken("an answer for every thread", describe(answer))
        judged.expect(f"of {THREADS * CALLS} calls by {THREADS} threads admitted", 10, sum(map(said_yes, answers)))


def _rush(judged: Judged) -> list[Any]:
    """Answers, or exceptions, of THREADS threads that call at once."""
    answers: list[Any] = []
    together = threading.Barrier(THREADS)

    def call() -> None:
        together.wait(5)
        for _ in range(CALLS):
            try:
                answers.append(judged.call())
            except Exception as error:
                answers.append(error)

    threads = [threading.Thread(target=call, daemon=True) for _ in range(THREADS)]
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # another thread's turn between any two steps, as between two machines
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    finally:
        sys.setswitchinterval(usual_s)
    if len(answers) < THREADS * CALLS:
        raise Broken(f"{THREADS * CALLS} answers", f"{len(answers)}: a thread is stuck")
    return answers

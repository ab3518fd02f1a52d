"""Design E's sum of percentiles, mended: whole requests from all servers, their critical path, one percentile at the end."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call
from reference.study.task import Trial
from reference.study.tasks.near_values import near

DEADLINE_S, PATIENCE_S = 2.0, 0.4
Trace = dict[str, Any]


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "percent": (90, 95, 99)[int(rng.integers(3))],
        "cut_ms": 10 * int(rng.integers(20, 36)),
        "timeout_ms": 500 * int(rng.integers(4, 9)),
    }


def trace(own: int | None, celebrities: int | None = None, hydrate: int | None = 40) -> Trace:
    """A request that was answered. celebrities: None where the reader follows none."""
    return {"own": own, "celebrities": celebrities, "hydrate": hydrate, "timed_out": False}


def answered(own: int, celebrities: int, hydrate: int) -> str:
    """The one request of these spans, in words."""
    return f"one request: own {own}, celebrities {celebrities}, hydrate {hydrate} ms"


def timed_out(own: int | None = None, celebrities: int | None = None) -> Trace:
    """A request that the server gave up; what had not come by then is None."""
    return {"own": own, "celebrities": celebrities, "hydrate": None, "timed_out": True}


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    @property
    def percent(self) -> int:
        return int(self.trial.variant.percent)

    @property
    def cut_ms(self) -> int:
        return int(self.trial.variant.cut_ms)

    @property
    def timeout_ms(self) -> int:
        return int(self.trial.variant.timeout_ms)

    def took(self, request: Trace) -> int:
        if request["timed_out"]:
            return self.timeout_ms
        celebrities = 0 if request["celebrities"] is None else min(request["celebrities"], self.cut_ms)
        return int(max(request["own"], celebrities) + request["hydrate"])

    def rank(self, totals: Sequence[float]) -> float:
        """The smallest of `totals` that at least `percent` % stay within."""
        return sorted(totals)[math.ceil(len(totals) * self.percent / 100) - 1]

    def right(self, servers: Sequence[Sequence[Trace]]) -> float:
        return self.rank([self.took(request) for server in servers for request in server])

    def expect(self, servers: list[list[Trace]], says: str, slips: Mapping[str, float] | None = None) -> None:
        """The percentile of `servers`, which `says` describes."""
        given = f"p{self.percent} of {says}"
        lent = copy.deepcopy(servers)
        try:
            got = call(self.answer, lent)
        except Exception as error:
            error.__notes__ = [given]
            raise
        near(self.right(servers), got, given, slips, "ms")
        if lent != servers:
            raise Broken("the traces as they were", "traces that the function has changed", "Compute beside them: others read them.", given)


traces: Contract[Asked] = Contract("percentile of whole requests")


@traces.behaviour(
    why="E's own code fetches both parts at once; its arithmetic then adds them. The critical path is what a reader waits for.",
    hint="Home and celebrities side by side: the later one. Then hydration, added.",
)
def what_runs_side_by_side_counts_once(asked: Asked) -> None:
    for own, celebrities, hydrate in ((50, 150, 60), (90, 30, 20)):
        slips = {"waits-added": own + celebrities + hydrate, "step-forgotten": max(own, celebrities)}
        asked.expect(
            [[trace(own, celebrities, hydrate)]], f"one request: own {own}, celebrities {celebrities}, hydrate {hydrate} ms", slips
        )


@traces.behaviour(
    why="Most readers follow nobody famous: `None` is the usual case, not the error.",
    hint="`None` for celebrities: nothing to wait for. Decide before you compare; `max` of a number and `None` is an error.",
)
def without_celebrities_the_own_home_is_the_path(asked: Asked) -> None:
    asked.expect([[trace(70, None, 25)]], "one request: own 70, no celebrities, hydrate 25 ms")
    asked.expect([[trace(70, 0, 25)]], "one request: own 70, celebrities 0, hydrate 25 ms")


@traces.behaviour(
    why="The trace shows what the query took, the reader felt what the page waited. Reports that mix them blame the wrong part.",
    hint="From the cut on the page went on without the celebrities: they count with the cut at most. The other steps are never cut.",
)
def celebrities_count_until_the_cut_and_no_longer(asked: Asked) -> None:
    cut = asked.cut_ms
    for own, celebrities, hydrate in ((50, 3 * cut, 60), (50, cut, 60), (50, cut - 1, 60), (2 * cut, 3 * cut, 60), (2 * cut, 5, 2 * cut)):
        slips = {
            "**The query ran on, the page did not wait for it.** *Take the smaller of its time and the cut.*": max(own, celebrities)
            + hydrate,
            "**Only the celebrities are cut.** The own home is waited for, however long. *Cut first, then compare.*": min(cut, own)
            + hydrate,
        }
        asked.expect(
            [[trace(own, celebrities, hydrate)]], f"one request: own {own}, celebrities {celebrities}, hydrate {hydrate} ms", slips
        )


@traces.behaviour(
    why="Dropping failed requests makes the report better the worse the day is: the slowest are exactly those without a number.",
    hint="A request that timed out took its timeout, whatever spans it has. It is counted, not skipped.",
)
def a_request_that_timed_out_counts_with_its_timeout(asked: Asked) -> None:
    quick, lost = [trace(20, None, 10)] * 80, [timed_out()] * 20
    skipped = {"**You left out those that timed out.** They are the slowest of all. *Count each with the timeout.*": 30}
    asked.expect([quick + lost], "80 requests of 30 ms and 20 that timed out", skipped)
    asked.expect([[timed_out(own=30)]], "one request: timed out, own 30 ms, the rest missing")
    asked.expect([[timed_out(own=30, celebrities=9)]], "one request: timed out after own 30 and celebrities 9 ms")


@traces.behaviour(
    why="This is the sum that was published. It is right only if the slowest home, the slowest query and the slowest hydration meet.",
    hint="One total for each request, then one percentile, of the totals.",
)
def the_percentile_is_that_of_whole_requests(asked: Asked) -> None:
    beyond = 2 * (100 - asked.percent)  # of 200 requests so many may be slower
    for slow, added in ((beyond + 1, 1000), (beyond // 2 + 1, 20)):
        homes, ends = [trace(500, None, 10)] * slow, [trace(10, None, 500)] * slow
        says = f"200 requests of 20 ms but for {slow} with a home and {slow} others with a hydration of 500 ms"
        asked.expect([homes + ends + [trace(10, None, 10)] * (200 - 2 * slow)], says, {"added-percentiles": added})


@traces.behaviour(
    why="A mean of percentiles weighs a server that nobody asks like one that everybody asks. Dashboards show it all the same.",
    hint="First all requests of all servers into one list, then the percentile. Percentiles neither add nor average.",
)
def all_servers_requests_are_one_heap(asked: Asked) -> None:
    quick, slow = [trace(10, None, 10)] * 900, [trace(400, None, 10)] * 4
    mean = {"**You averaged the servers' percentiles.** *One heap of requests, one percentile.*": (20 + 410) / 2}
    worst = {"**That is the worst server.** Four requests of 904 went there. *One heap of requests, one percentile.*": 410}
    asked.expect([quick, slow], "a server with 900 requests of 20 ms and one with 4 of 410 ms", mean | worst)
    asked.expect([slow, [], slow * 3, quick[:2]], "four servers: 4, none, 12 of 410 ms, and 2 of 20 ms")


@traces.behaviour(
    why="Interpolated, p99 of ten requests is a latency that nobody had; off by one, it is the maximum or misses the outlier.",
    hint="Sort; of n the place is n × percent ÷ 100, rounded *up*, counted from one. No interpolation.",
)
def the_percentile_is_the_smallest_total_that_enough_stay_within(asked: Asked) -> None:
    for count in (1, 2, 10, 19, 20, 21, 99, 100, 101, 200):
        totals = [40 + 7 * place * place for place in range(count)]
        order = asked.trial.rng.permutation(count).tolist()
        place = count * asked.percent // 100
        slips = {
            "**One place too far.** Counted from nought, the place is one less. *⌈n × percent ÷ 100⌉ − 1.*": totals[min(place, count - 1)],
            "**That lies between two requests.** *Take one that was measured: no interpolation.*": float(
                np.percentile(totals, asked.percent)
            ),
        }
        shown = f"{count} requests, in any order, of 40, 47, 68, … ms (the k-th: 40 + 7 · (k − 1)²)"
        asked.expect([[trace(totals[each] - 40) for each in order]], shown, slips)


@traces.behaviour(
    why="A new region has no traffic in its first minute. A report that dies there, or says 0 ms, has woken somebody for nothing.",
    hint="No request at all: return `None`.",
)
def without_a_request_there_is_no_percentile(asked: Asked) -> None:
    nobody: list[list[list[Trace]]] = [[], [[]], [[], []]]
    for servers in nobody:
        got = call(asked.answer, servers)
        if got is not None:
            raise Broken("None", repr(got)[:160], given=f"`{servers!r}`: no request")


@traces.behaviour(
    why="Real days mix all of it.",
    hint="For each request: timed out? Else the later of home and cut celebrities, plus hydration. Then sort, then one place.",
)
def any_day_gives_the_percentile_of_its_requests(asked: Asked) -> None:
    rng = asked.trial.rng
    for day in range(40 if asked.trial.hidden else 15):
        servers = [[some_trace(asked, rng) for _ in range(int(rng.integers(0, 40)))] for _ in range(int(rng.integers(1, 5)))]
        if any(servers):
            asked.expect(servers, f"a day of {sum(map(len, servers))} requests on {len(servers)} servers, number {day + 1}")


def some_trace(asked: Asked, rng: np.random.Generator) -> Trace:
    own, celebrities, hydrate = (int(ms) for ms in rng.lognormal(4, 1, 3) * (1, asked.cut_ms / 60, 1))
    if rng.random() < 0.04:
        return timed_out(own if rng.random() < 0.5 else None)
    return trace(own, celebrities if rng.random() < 0.4 else None, hydrate)


def judge_mend(answer: Any, trial: Trial) -> Report:
    return traces.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

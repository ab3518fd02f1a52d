"""One edge at a time: what pushing or pulling costs over a day's history, when a flag spares lookups that would find nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, called
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_edge(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"flag_share": (4, 5, 8, 10)[int(rng.integers(4))], "tie": ("push", "pull")[int(rng.integers(2))]}


def costs(history: str, push_cost: float, pull_cost: int, flag_share: int) -> tuple[float, float]:
    """(pushed, pulled), each times `flag_share`, so that both are whole numbers if the prices are."""
    news = pulled = 0
    for event in history:
        if event == "r":
            pulled += pull_cost * (flag_share if news else 1)
        news = event == "t"
    return history.count("t") * push_cost * flag_share, pulled


@dataclass(frozen=True)
class Edge:
    """The answer, and what it was asked."""

    answer: Any
    trial: Trial

    @property
    def share(self) -> int:
        return self.trial.variant.flag_share

    def decides(self, history: str, push_cost: float, pull_cost: int, hint: str | None = None) -> None:
        pushed, pulled = (cost / self.share for cost in costs(history, push_cost, pull_cost, self.share))
        right = self.trial.variant.tie if pushed == pulled else "push" if pushed < pulled else "pull"
        got = call(self.answer, history, push_cost, pull_cost)
        if got != right or type(got) is not str:
            wanted = f"{right!r}: pushed it costs {pushed:g}, pulled {pulled:g}"
            raise Broken(wanted, f"{got!r}", hint, called(self.answer, history, push_cost, pull_cost))


edges: Contract[Edge] = Contract("deciding an edge")


@edges.behaviour(
    why="In the course's dataset three of four accounts are dormant: what is pushed to them is work for nobody.",
    hint="Pulled costs nothing where nobody reads; pushed costs each tweet.",
)
def who_never_reads_is_pulled(edge: Edge) -> None:
    edge.decides("t", 1, 50 * edge.share)
    edge.decides("tttt", 1, 50 * edge.share)


@edges.behaviour(
    why="It is the other end of the same scale: an author who says nothing costs nothing to push, and each look for news costs a little.",
    hint="No tweet, no delivery. Reads that find nothing new cost a share of a lookup each, and at the start of the day nothing is new.",
)
def an_author_who_is_silent_is_pushed(edge: Edge) -> None:
    edge.decides("r", 100, edge.share)
    edge.decides("rrrrr", 100, edge.share)


@edges.behaviour(
    why="Where each tweet is read at once, the price of a delivery against that of a lookup is all that counts.",
    hint="Pushed: `push_cost` for each tweet. Pulled: `pull_cost` for each read that finds something new.",
)
def when_each_tweet_is_read_at_once_the_prices_decide(edge: Edge) -> None:
    for push_cost, pull_cost in ((edge.share - 1, edge.share), (edge.share + 1, edge.share), (3 * edge.share, edge.share)):
        edge.decides("trtrtr", push_cost, pull_cost)


@edges.behaviour(
    why="A bot that posts ten times between two of your visits is looked up once: that is what pull buys.",
    hint="Several tweets before one read are one lookup: remember whether there is news, and forget it when it is read.",
)
def a_burst_between_two_reads_is_one_lookup(edge: Edge) -> None:
    n = edge.share
    edge.decides("ttttr", n, 4 * n + 1)
    edge.decides("ttttr", n, 4 * n - 1)
    edge.decides("ttrttr", n, 2 * n - 1)
    edge.decides("trtttttt", n, 6 * n)  # the last six are never read


@edges.behaviour(
    why="People refresh. Counted as lookups, those reads make pulling look several times dearer than it is.",
    hint="A read with no tweet since the read before finds the flag down: a share of a lookup. So walk through the day in order; "
    "the numbers of tweets and reads do not suffice.",
)
def reads_that_find_nothing_new_cost_a_share(edge: Edge) -> None:
    n = edge.share
    edge.decides("t" * 4 + "r" * n, n, 2 * n)  # 4n against 2n + (n - 1) · 2
    edge.decides("tr" + "r" * (2 * n), n, n)  # dearer by the flag alone: n against n + 2n
    edge.decides("t" + "r" * (n + 1), 2 * n + 1, n)  # 2n + 1 against n + n
    edge.decides("t" + "r" * (n + 1), 2 * n - 1, n)
    edge.decides("t" + "r" * (2 * n + 2), 3 + 1 / (2 * n), 1)  # against 3 + 1/n: a share of 1 is a fraction
    edge.decides("tttrr" + "tttrr", n, 2 * n)  # 6n against 4n + 4


@edges.behaviour(
    why="It is a convention, and all edges must share it: what nobody saw yesterday is yesterday's cost.",
    hint="The flag is down in the morning: at the start of the day nothing is new, and the first reads cost a share until a tweet comes.",
)
def at_the_start_of_the_day_nothing_is_new(edge: Edge) -> None:
    edge.decides("rt", 2, edge.share)  # 2 against 1
    edge.decides("rrt", 3, edge.share)


@edges.behaviour(
    why="At a tie either is right, but writer and reader must take the same, or a tweet comes by both ways or by none.",
    hint="Compare so that equal costs fall on the side that is asked: `<` or `<=`.",
)
def equal_costs_fall_on_the_side_that_is_asked(edge: Edge) -> None:
    edge.decides("", 1, edge.share)
    edge.decides("tr", edge.share, edge.share)
    edge.decides("ttrttr", edge.share, 2 * edge.share)


@edges.behaviour(
    why="The rule is the optimum edge by edge, hence in sum. One wrong kind of edge among millions is a bill.",
    hint="Compute both costs of the day as the question defines them, in a loop over the events, and compare.",
)
def any_day_is_decided_by_its_costs(edge: Edge) -> None:
    rng = edge.trial.rng
    for _ in range(900 if edge.trial.hidden else 300):
        likely = float(rng.uniform(0.1, 0.9))
        day = "".join(np.where(rng.random(int(rng.integers(1, 25))) < likely, "t", "r").tolist())
        edge.decides(day, int(rng.integers(1, 40)), edge.share * int(rng.integers(1, 8)))


def judge_edge(answer: Any, trial: Trial) -> Report:
    return edges.run(Edge(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

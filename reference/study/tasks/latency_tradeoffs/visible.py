"""Fanout workers that take batches in order of arrival, with a bound on how many of them one tweet may hold: its model and its laws."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, called, plain
from reference.study.task import Trial

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_visible(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "batch": (100, 200, 250, 500)[int(rng.integers(4))],
        "batch_ms": int(rng.integers(3, 10)),
        "most": int(rng.integers(3, 7)),
    }


Tweets = Sequence[tuple[int, int]]


def model(tweets: Tweets, workers: int, batch: int, batch_ms: int, most: int | None) -> list[int]:
    """ms from each tweet (arrived_ms, followers) to its last follower. most: None without a bound."""
    left = [-(-followers // batch) for _, followers in tweets]
    held, visible, free = [0] * len(tweets), [0] * len(tweets), workers
    events = [(arrived_ms, place, 0) for place, (arrived_ms, _) in enumerate(tweets)]
    while events:
        now_ms, place, ended = heapq.heappop(events)
        free, held[place] = free + ended, held[place] - ended
        if ended:
            visible[place] = now_ms - tweets[place][0]
        for each, (arrived_ms, _) in enumerate(tweets):
            if not free or arrived_ms > now_ms:
                break
            taken = min(free, left[each], workers if most is None else most - held[each])
            free, left[each], held[each] = free - taken, left[each] - taken, held[each] + taken
            for _ in range(taken):
                heapq.heappush(events, (now_ms + batch_ms, each, 1))
    return visible


UNBOUNDED = (
    "**That is plain order of arrival.** The earliest tweet takes every free worker, and whoever comes behind it waits for its last batch. "
    "*Count the batches of each tweet that are being delivered, and pass by a tweet that is at the bound.*"
)


def _ms(found: Any) -> str:
    """Times as the answer gives them."""
    return f"{list(found) if isinstance(found, tuple | list) else found!r} ms"[:160]


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    @property
    def batch(self) -> int:
        return int(self.trial.variant.batch)

    @property
    def batch_ms(self) -> int:
        return int(self.trial.variant.batch_ms)

    @property
    def most(self) -> int:
        return int(self.trial.variant.most)

    def expect(self, tweets: Tweets, workers: int) -> None:
        """The answer must be the model's; a known other order is named."""
        right = tuple(self.by(tweets, workers, self.most))
        found = plain(call(self.answer, list(tweets), workers))
        if found != right:
            hint = UNBOUNDED if found == tuple(self.by(tweets, workers, None)) else None
            raise Broken(_ms(right), _ms(found), hint, self.said(tweets, workers))

    def by(self, tweets: Tweets, workers: int, most: int | None) -> list[int]:
        return model(tweets, workers, self.batch, self.batch_ms, most)

    def followers(self, batches: float) -> int:
        return round(batches * self.batch)

    def said(self, tweets: Tweets, workers: int) -> str:
        return called(self.answer, list(tweets), workers)


line: Contract[Asked] = Contract("fanout in line")


@line.behaviour(
    why="The first number of every push design, and published ones forget that the last batch is one, too.",
    hint="⌈followers ÷ batch⌉ batches; as many at a time as there are workers; each lot takes the time of one batch.",
)
def batches_go_out_in_lots_as_large_as_the_workers(asked: Asked) -> None:
    workers = asked.most - 1
    for batches in (1, workers, workers + 1, 5 * workers - 1):
        asked.expect([(0, asked.followers(batches))], workers)


@line.behaviour(
    why="An insert of 500 or of 3 is one round trip. Followers are counted in batches, and the last one is rarely full.",
    hint="Round the number of batches up: `-(-followers // batch)`.",
)
def a_batch_that_is_not_full_takes_as_long(asked: Asked) -> None:
    for followers in (1, asked.batch - 1, asked.batch, asked.batch + 1, 3 * asked.batch - 1):
        asked.expect([(0, followers)], 1)


@line.behaviour(
    why="“Visible after” is what the follower feels: from the tweet on, not from midnight on, nor from when a worker had time.",
    hint="End of the last batch minus the tweet's own arrival. The wait in line is part of it.",
)
def the_time_counts_from_each_tweets_own_arrival(asked: Asked) -> None:
    asked.expect([(30_000, asked.followers(4)), (30_001, asked.followers(4))], 1)


@line.behaviour(
    why="Workers idle at night. Whoever starts a batch before its tweet is written has built a time machine, and a wrong chart.",
    hint="Go from moment to moment: the next arrival or the next end of a batch, whichever is earlier. A batch that has begun is finished.",
)
def nothing_is_delivered_before_it_is_posted(asked: Asked) -> None:
    gap_ms = 100 * asked.batch_ms
    asked.expect([(0, asked.batch), (gap_ms, asked.followers(3)), (3 * gap_ms, 1)], 2)
    asked.expect([(5, 1), (5 + asked.batch_ms - 1, 1), (5 + asked.batch_ms, 1)], 1)


@line.behaviour(
    why="Most accounts are new, and have nobody yet.",
    hint="No followers, no batch: nothing to wait for, whatever the line is.",
)
def without_followers_a_tweet_is_visible_at_once(asked: Asked) -> None:
    asked.expect([(0, 0)], 1)
    asked.expect([(0, asked.followers(9)), (1, 0), (2, asked.followers(9))], 1)
    asked.expect([], 3)


@line.behaviour(
    why="It is the price of the bound: alone, a celebrity could have all the workers, and gets a part of them while the others idle.",
    hint="Count how many batches of a tweet are being delivered; at the bound a worker looks at the next tweet, or waits.",
)
def alone_a_tweet_holds_no_more_workers_than_allowed(asked: Asked) -> None:
    tweets, workers = [(0, asked.followers(10 * asked.most))], 3 * asked.most
    asked.expect(tweets, workers)
    asked.expect([(0, asked.followers(asked.most + 1))], asked.most + 1)


@line.behaviour(
    why="This is what the bound buys. In plain order of arrival, the friend's lunch waits for the celebrity's last follower.",
    hint="A free worker takes the *earliest* tweet that has batches left **and** is below the bound: pass by those that are at it.",
)
def a_small_tweet_passes_a_celebrity_who_has_his_share(asked: Asked) -> None:
    celebrity = (0, asked.followers(50 * asked.most))
    asked.expect([celebrity, (1, 7), (1 + asked.batch_ms, 7)], asked.most + 1)


@line.behaviour(
    why="Any order that lets later tweets pass for ever is a way to starve somebody; here the earlier one goes first, up to its bound.",
    hint="Go through the tweets in the order of the list each time that a worker is free; do not rotate, and do not sort by size.",
)
def below_the_bound_who_came_first_is_served_first(asked: Asked) -> None:
    large = asked.followers(6 * asked.most)
    asked.expect([(0, large), (1, large), (2, asked.batch), (3, asked.batch)], asked.most)
    asked.expect([(0, large), (1, large), (1, asked.batch), (2, asked.batch)], asked.most + 1)
    asked.expect([(0, asked.followers(1)), (0, large), (1, asked.batch)], asked.most)
    asked.expect([(0, large), *((2, asked.followers(2)) for _ in range(4))], asked.most + 2)


@line.behaviour(
    why="A bound is not a reservation. Workers that idle beside a line are paid for twice: in machines and in seconds.",
    hint="After each end, and after each arrival, give work to *all* free workers, tweet by tweet, as long as there is any.",
)
def no_worker_idles_beside_a_line(asked: Asked) -> None:
    asked.expect([(0, asked.followers(4 * asked.most)), (0, asked.followers(3 * asked.most))], 2 * asked.most)
    asked.expect([(0, asked.followers(asked.most + 1)), (1, asked.followers(5 * asked.most)), (2, asked.followers(3))], asked.most + 2)
    asked.expect([(0, asked.followers(1)), (0, asked.followers(2)), (0, asked.followers(9 * asked.most))], asked.most)


@line.behaviour(
    why="What is asked twice is answered twice: a chart over ten numbers of workers calls this ten times with one list.",
    hint="Copy what you count down: a list of your own for what is left. The tweets belong to the caller.",
)
def the_tweets_are_left_as_they_are(asked: Asked) -> None:
    tweets = [(0, asked.followers(3)), (2, asked.followers(2))]
    before = list(tweets)
    for _ in range(2):
        found = plain(call(asked.answer, tweets, 2))
        if tweets != before:
            raise Broken(repr(before), repr(tweets)[:160], given=asked.said(before, 2))
        if found != tuple(asked.by(before, 2, asked.most)):
            raise Broken(_ms(asked.by(before, 2, asked.most)), _ms(found), given=asked.said(before, 2))


@line.behaviour(
    why="Afternoons come in orders that nobody thinks of, and each of them is somebody's tweet.",
    hint="Play the smallest failing case with pencil and paper: who is free, who is below the bound, who came first?",
)
def any_afternoon_ends_as_it_should(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(60 if asked.trial.hidden else 25):
        count = int(rng.integers(2, 9))
        arrived = np.cumsum(rng.integers(0, 3 * asked.batch_ms, count)).tolist()
        batches = np.where(rng.random(count) < 0.3, rng.integers(1, 8 * asked.most, count), rng.random(count) * 2)
        tweets = [(at_ms, asked.followers(each)) for at_ms, each in zip(arrived, batches.tolist(), strict=True)]
        asked.expect(tweets, int(rng.integers(1, 3 * asked.most)))


def judge_visible(answer: Any, trial: Trial) -> Report:
    return line.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

"""Follow and unfollow, on a stored timeline: events that come late, twice or to nobody, and the hole that an unfollow leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Contract, Report
from reference.study.task import Trial
from reference.study.tasks.home_timelines.follow_world import READER, World, names

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_follow(rng: np.random.Generator) -> Mapping[str, Any]:
    merge = int(rng.integers(3, 6))
    return {"merge": merge, "cap": merge + int(rng.integers(5, 9))}


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def world(self, *followees: str) -> World:
        world = World(self.answer, self.trial.variant)
        for author in followees:
            world.follow(author)
        return world


changes: Contract[Asked] = Contract("follow and unfollow")


@changes.behaviour(
    why="Who follows somebody wants to see something now, not after the next tweet.",
    hint="On a follow put the author's newest `merge` tweets (`store.newest`) into the reader's timeline.",
)
def a_follow_merges_recent_tweets(asked: Asked) -> None:
    world = asked.world("bo")
    world.post("bo", 2)
    world.post("cy", 2)
    world.post("bo")
    world.follow("cy")
    world.holds_what_it_should()


@changes.behaviour(
    why="One new followee who writes all day would otherwise push everybody else out of a full timeline.",
    hint="The newest `merge` of the author, no more; the rest is on the author's profile.",
)
def a_follow_merges_no_more_than_asked(asked: Asked) -> None:
    world = asked.world("bo")
    world.post("bo")
    world.post("cy", world.v.merge + 3)
    world.follow("cy")
    world.holds_what_it_should()


@changes.behaviour(
    why="Memory is bounded by the cap, and a merge is where it is forgotten.",
    hint="After a merge keep the newest `cap` ids: what is oldest goes, whoever wrote it.",
)
def the_newest_cap_ids_stay(asked: Asked) -> None:
    for first, second in (("cy", "bo"), ("bo", "cy")):
        world = asked.world("bo")
        for author in (first, second):
            world.post(author, world.v.cap)
        world.follow("cy")
        world.holds_what_it_should()


@changes.behaviour(
    why="Whom one has just stopped following is the last person one wants to read.",
    hint="On an unfollow take every id of this author out of the reader's timeline, and nobody else's.",
)
def an_unfollow_takes_the_tweets_away(asked: Asked) -> None:
    world = asked.world("bo", "cy")
    for _ in range(2):
        world.post("bo")
        world.post("cy")
    world.unfollow("cy")
    world.holds_what_it_should()
    world.follow("cy")
    world.holds_what_it_should("Following again is a follow: merge again.")


@changes.behaviour(
    why="What a full timeline trimmed away comes back in nobody's event: after the unfollow it looks as if the others had been silent.",
    hint="Was the timeline full? Then refill it from the store (`newest_of_all`), or delete it: the next read rebuilds what is not there.",
)
def older_tweets_move_up_after_an_unfollow(asked: Asked) -> None:
    world = asked.world("bo", "cy")
    world.post("bo", 4)
    world.post("cy", world.v.cap - 1)
    world.unfollow("cy")
    world.holds_what_it_should()


@changes.behaviour(
    why="A refill reads every followee. Done at each unfollow it is the dearest thing that a worker does, for nothing.",
    hint="A timeline below the cap was never trimmed: nothing is missing behind it. Take the ids out, and leave the rest as it is.",
)
def a_timeline_that_was_not_full_is_not_refilled(asked: Asked) -> None:
    world = asked.world("bo", "cy")
    world.post("bo", world.v.cap - 3)
    world.post("cy", 2)
    world.store.asked.clear()
    world.unfollow("cy")
    if world.store.asked["newest_of_all"] or READER not in world.homes:
        raise world.broken("the timeline kept, the store not asked for all followees", "a refill, or a timeline that is gone")


@changes.behaviour(
    why="Events arrive late, and a worker that slept believes what it read an hour ago.",
    hint="Compare the event's version with the edge's *as the store holds it now*: any other version is stale, and changes nothing.",
)
def a_late_event_changes_nothing(asked: Asked) -> None:
    world = asked.world("bo")
    world.post("bo")
    world.post("cy", 2)
    follow, unfollow = world.follow("cy"), world.unfollow("cy")
    world.handle(follow)
    world.holds_what_it_should()
    world.follow("cy")
    world.handle(unfollow)
    world.holds_what_it_should()


@changes.behaviour(
    why="Two partitions, two workers: the unfollow may arrive before the follow that it takes back.",
    hint="Handle an event only if it is the newest of its edge; the store knows, the order of arrival does not.",
)
def events_in_the_wrong_order_end_right(asked: Asked) -> None:
    world = asked.world("bo")
    world.post("cy", 2)
    follow, unfollow = world.change("followed", "cy"), world.change("unfollowed", "cy")
    world.handle(unfollow)
    world.handle(follow)
    world.holds_what_it_should()


@changes.behaviour(
    why="A worker is restarted each week, and the event that was late is still on its way.",
    hint="What the worker remembers of versions dies with it. The edge in the store keeps its version: ask there, each time.",
)
def a_new_worker_knows_a_late_event_too(asked: Asked) -> None:
    world = asked.world("bo")
    world.post("cy", 2)
    follow, _ = world.follow("cy"), world.unfollow("cy")
    world.restart()
    world.handle(follow)
    world.holds_what_it_should()


@changes.behaviour(
    why="Queues deliver at least once: a worker that dies between its work and its receipt leaves the event for another.",
    hint="Make each step idempotent: the same id put in twice stands there once.",
)
def an_event_that_comes_twice_changes_nothing(asked: Asked) -> None:
    world = asked.world("bo", "cy")
    world.post("bo", 2)
    world.post("dee", 2)
    for event in (world.follow("dee"), world.unfollow("cy")):
        world.handle(event)
    world.holds_what_it_should()


@changes.behaviour(
    why="A timeline of three tweets that was made for somebody who is away looks complete when they return, and is never rebuilt.",
    hint="No timeline, no work: absent means that the next read rebuilds it. Look whether the reader is in `homes` first.",
)
def an_absent_timeline_stays_absent(asked: Asked) -> None:
    world = asked.world("bo")
    world.post("bo", 2)
    world.post("cy", world.v.merge)
    del world.homes[READER]
    for change in (world.follow, world.unfollow):
        change("cy")
        if READER in world.homes:
            raise world.broken("no timeline for a reader who has none", f"{names(world.homes[READER])}")


@changes.behaviour(
    why="Graphs change in every order while people post; the timeline has to be right after each step.",
    hint="Follow the story event by event: stale? absent? full before the unfollow? above the cap after the merge?",
)
def any_history_ends_right(asked: Asked) -> None:
    for _ in range(30 if asked.trial.hidden else 10):
        world = asked.world("bo")
        for _ in range(20):
            world.step(asked.trial.rng)
            world.holds_what_it_should()


def judge_follow(answer: Any, trial: Trial) -> Report:
    return changes.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

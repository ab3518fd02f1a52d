"""Design B's hybrid, to be mended: the laws of an author's rise and fall, in the small world of `fanout_world`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Contract, Report
from reference.study.task import Trial
from reference.study.tasks.timeline_fanout.world import World

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    up = int(rng.integers(10, 15))
    return {"up": up, "down": up - int(rng.integers(3, 6)), "recent": int(rng.integers(6, 10))}


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def world(self) -> World:
        return World(self.answer, self.trial.variant)


fame: Contract[Asked] = Contract("a hybrid through fame")
RECORD = "Write the author's class into `flags` when they post, and read it from there: `flags` is Redis, which writer and reader share."


@fame.behaviour(
    why="Most accounts are ordinary: their tweets are brought to the reader, who then looks nobody up.",
    hint="Below the threshold: one `homes.add` for each follower; the read takes `homes.newest` and asks the store for nobody's tweets.",
)
def an_ordinary_tweet_is_pushed(asked: Asked) -> None:
    world = asked.world()
    for count in (4, world.v.up - 1):
        world.fame(count)
        world.made(world.post(), count)
        world.shows_all_once()
        world.looked_up("star", False)


@fame.behaviour(
    why="In the published code nobody sets the flag: a celebrity's tweets reach no one, and no error is raised.",
    hint=RECORD,
)
def what_a_celebrity_posts_is_pulled(asked: Asked) -> None:
    world = asked.world()
    for count in (world.v.up + 1, world.v.up + 40):
        world.fame(count)
        world.made(
            world.post(), 0, "From `up` followers on nothing is delivered: those deliveries are what the threshold is there to save."
        )
        world.shows_all_once()
        world.looked_up("star", True)


@fame.behaviour(
    why='B pushes "below", and pulls "above": at exactly the threshold one reaches nobody. A has the opposite, and shows it twice.',
    hint="One comparison in one place decides: at exactly `up` followers an author is a celebrity. " + RECORD,
)
def exactly_at_the_threshold_a_tweet_comes_by_one_way(asked: Asked) -> None:
    world = asked.world()
    world.fame(world.v.up)
    world.made(world.post(), 0, "At exactly `up` followers an author is a celebrity already: `>=`, in one place.")
    world.shows_all_once()


@fame.behaviour(
    why="Fame comes during a tweet storm. What was pushed before and is pulled now must not stand there twice, nor go.",
    hint="Merge what is stored and what is pulled by id, each once, and only then sort and cut.",
)
def who_becomes_famous_neither_vanishes_nor_appears_twice(asked: Asked) -> None:
    world = asked.world()
    for count in range(world.v.up - 2, world.v.up + 3):
        world.fame(count)
        world.post()
        world.post("friend")
        world.shows_all_once()


@fame.behaviour(
    why="If today's count decides at each read, the crowd that goes takes with it what was never pushed, before anybody could push it.",
    hint="The read asks for the *recorded* class, not for today's count: the record changes only when the author posts.",
)
def until_the_next_post_the_record_counts(asked: Asked) -> None:
    world = asked.world()
    world.fame(world.v.up + 2)
    world.post(times=3)
    world.fame(world.v.down - 1)
    world.shows_all_once()
    world.post("friend")
    world.shows_all_once()


@fame.behaviour(
    why="Tweets that were only ever pulled are in nobody's timeline on the day when pulling ends.",
    hint="At the post that finds them below `down`: put their newest tweets (`store.newest`) into every follower's home, and record push.",
)
def who_is_forgotten_neither_vanishes_nor_appears_twice(asked: Asked) -> None:
    world = asked.world()
    world.fame(world.v.up)
    world.post(times=3)
    world.fame(world.v.down - 1)
    world.post()
    world.shows_all_once()
    world.looked_up("star", False)
    world.made(world.post(), world.v.down - 1)
    world.shows_all_once()


@fame.behaviour(
    why="Readers come in every moment. Between a switch and a fill they find neither the pulled tweets nor the pushed ones.",
    hint="Fill, then switch: change the record after the last follower has the tweets. In between they come by both ways, and show once.",
)
def a_read_in_the_middle_of_the_fill_loses_nothing(asked: Asked) -> None:
    world = asked.world()
    world.fame(world.v.up)
    world.post(times=3)
    world.fame(world.v.down - 1)
    world.homes.on_delivery = world.shows_all_once
    world.post()


@fame.behaviour(
    why="A fill is a fanout of many tweets at once. Without a bound, an author of ten years stops the queue for everybody.",
    hint="Fill the newest `recent` tweets (the new one is among them), not all that the author ever wrote.",
)
def a_fill_brings_the_recent_tweets_and_no_more(asked: Asked) -> None:
    world = asked.world()
    world.fame(world.v.up)
    world.post(times=world.v.recent + 4)
    world.fame(world.v.down - 1)
    world.post()
    for reader in world.FAITHFUL:
        right = set(world.store.posts["star"][-world.v.recent :])
        got = world.homes.ids.get(reader, set())
        if got != right:
            raise world.broken(f"the newest {world.v.recent} in the home of {reader}: {sorted(right)}", f"{sorted(got)}")


@fame.behaviour(
    why="An author who hovers at a single threshold is filled again and again, each time into every follower's timeline.",
    hint="Two thresholds: a celebrity from `up` on stays one until they have *fewer than* `down`; in between the record stands as it is.",
)
def between_the_two_thresholds_nothing_changes(asked: Asked) -> None:
    world = asked.world()
    world.fame(world.v.up)
    world.post()
    for count in (world.v.up - 1, world.v.down, world.v.up - 1):
        world.fame(count)
        world.made(
            world.post(), 0, "Still a celebrity, until there are *fewer than* `down`: two thresholds, and in between the record stands."
        )
    world.fame(world.v.down - 1)
    world.post()
    for count in (world.v.down, world.v.up - 1):
        world.fame(count)
        world.made(world.post(), count, "An ordinary account again, until it reaches `up`.")
    world.shows_all_once()


@fame.behaviour(
    why="Crowds come and go in orders that nobody thinks of; each page is right all the same.",
    hint="Follow the story step by step: what does the record say, what lies in the homes, what is pulled?",
)
def through_any_rise_and_fall_every_page_is_right(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(12 if asked.trial.hidden else 4):
        world = asked.world()
        for _ in range(25):
            author = ("star", "friend")[int(rng.integers(2))]
            world.fame(int(rng.integers(world.v.down - 3, world.v.up + 3)), author)
            world.post(author, int(rng.integers(0, 3)))
            world.shows_all_once()


def judge_mend(answer: Any, trial: Trial) -> Report:
    return fame.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

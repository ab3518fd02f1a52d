"""Design E's trends, to be mended: an embedded Redis whose keys expire in virtual time, what is right, and the laws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import plain
from reference.study.task import Trial
from reference.twitter.clock import ManualClock

DEADLINE_S, PATIENCE_S = 2.0, 0.4
MINUTE_S = 60
NOON_S = 1_768_219_200
GONE = "There is no key in Redis any more. Expire by a span (`EXPIRE`), not at a moment: Redis's own clock does not follow `clock`."


def draw_mend(rng: np.random.Generator) -> Mapping[str, Any]:
    slot_min = (10, 15, 20)[int(rng.integers(3))]
    slots = int(rng.integers(3, 6))
    return {"slot_min": slot_min, "slots": slots, "before": slots - 1, "window_min": slot_min * slots, "people": int(rng.integers(4, 8))}


class World:
    """Two workers of the judged class on one Redis, and the uses that they were told of. The clock stands two minutes into a slot."""

    def __init__(self, answer: Any, v: SimpleNamespace) -> None:
        import fakeredis

        self.v, self.slot_s = v, v.slot_min * MINUTE_S
        self.clock, self.now_s = ManualClock(NOON_S + 2 * MINUTE_S), NOON_S + 2 * MINUTE_S
        self.redis = fakeredis.FakeRedis(server=fakeredis.FakeServer(), decode_responses=True)
        self.worker = lambda: answer(self.redis, self.clock)
        self.one, self.other = self.worker(), self.worker()
        self.uses: list[tuple[str, int, int]] = []
        self.story: list[str] = []

    def use(self, tag: str, users: Iterable[int], slots_ago: int = 0, worker: Any = None) -> None:
        """One use by each user, now or so many slots ago: in turn in the slot's first second and in its last."""
        users, start_s = list(users), (self.now_s // self.slot_s - slots_ago) * self.slot_s
        for place, user in enumerate(users):
            at_s = self.now_s if slots_ago == 0 else start_s + place % 2 * (self.slot_s - 1)
            (worker or self.one).process(tag, user, at_s)
            self.uses.append((tag, user, at_s))
        when = "" if slots_ago == 0 else f" in the slot {slots_ago} before" if slots_ago > 0 else " in the next slot"
        self.story.append(f"{tag!r} by {len(users)} people{when}")

    def wait(self, minutes: float) -> None:
        """Let time pass; what Redis would have dropped meanwhile is gone."""
        passed_ms = round(minutes * MINUTE_S * 1000)
        for key in list(self.redis.scan_iter()):
            left_ms = self.redis.pttl(key)
            if left_ms > passed_ms:
                self.redis.pexpire(key, left_ms - passed_ms)
            elif left_ms != -1:
                self.redis.delete(key)
        self.clock.advance(passed_ms / 1000)
        self.now_s += passed_ms // 1000
        self.story.append(f"{minutes:g} min pass")

    def shows(self, limit: int = 10, hint: str | None = None, worker: Any = None) -> None:
        right, got = self.right(limit), plain((worker or self.one).trending(limit))
        if got != plain(right):
            hint = hint or (GONE if self.uses and not self.redis.keys() else None)
            raise Broken(f"trending({limit}): {right}", f"{list(got) if isinstance(got, tuple) else got!r}", hint, self.given())

    def right(self, limit: int) -> list[tuple[str, int]]:
        people, slot = defaultdict(set), self.now_s // self.slot_s
        for tag, user, at_s in self.uses:
            if slot - self.v.slots < at_s // self.slot_s <= slot:
                people[tag].add(user)
        listed = [(tag, len(users)) for tag, users in people.items() if len(users) >= self.v.people]
        return sorted(listed, key=lambda each: (-each[1], each[0]))[:limit]

    def given(self) -> str:
        shown = self.story if len(self.story) <= 8 else ["…", *self.story[-8:]]
        return f"{self.v.slots} slots of {self.v.slot_min} min, from {self.v.people} people on; 2 min into a slot: {', '.join(shown)}"


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def world(self) -> World:
        return World(self.answer, self.trial.variant)


mended: Contract[Asked] = Contract("E's trends, mended")


@mended.behaviour(
    why="It is what this is for: which tags, and how many people.",
    hint="`trending` answers (tag, people) for the tags with at least `people` distinct users in the window.",
)
def a_tag_of_enough_people_trends(asked: Asked) -> None:
    world = asked.world()
    world.shows()
    world.use("quake", range(world.v.people + 2))
    world.use("just", range(world.v.people))
    world.use("few", range(world.v.people - 1))
    world.shows()


@mended.behaviour(
    why="E's key bears the hour of the day, 0 to 23, and never expires: tomorrow at this hour today's crowd is still in it.",
    hint="Number the slots from the epoch, at_s // (slot_min · 60), never 0 … 23.",
)
def yesterday_at_this_hour_is_not_now(asked: Asked) -> None:
    world = asked.world()
    world.use("quake", range(world.v.people + 5))
    world.wait(24 * 60)
    world.use("quake", range(100, 101 + world.v.people))
    world.shows()


@mended.behaviour(
    why="E writes a tag's score only when the tag is used. Yesterday's final keeps its place until somebody tweets it again.",
    hint="Compute the list when it is read, from the slots of the window; or rank each window under a key of its own.",
)
def a_tag_that_nobody_uses_any_more_leaves(asked: Asked) -> None:
    world = asked.world()
    world.use("quake", range(world.v.people + 5))
    world.wait(world.v.window_min + world.v.slot_min + 5)
    world.shows(hint="Its window has passed, and nobody has used it since: who takes it off the list?")
    world.use("music", range(world.v.people))
    world.shows()


@mended.behaviour(
    why="At the full hour E's list is empty, every hour; a burst that crosses the edge is cut in two.",
    hint="The slot under way and the ones before it, `slots` in all: PFCOUNT takes several keys and counts who is in any of them.",
)
def the_window_slides_over_the_edges(asked: Asked) -> None:
    world = asked.world()
    world.use("quake", range(world.v.people))
    for _ in range(world.v.slots - 1):
        world.wait(world.v.slot_min)
        world.shows(hint="It was used within the window. Is its slot counted? Did its key expire too early?")
    world.wait(world.v.slot_min)
    world.shows()
    world = asked.world()
    world.wait(world.v.slot_min - 2)
    world.use("first", range(world.v.people))  # in the first second of a slot
    world.wait(world.v.window_min - 1 / MINUTE_S)
    world.shows(hint="Its slot is still in the window, for one second more. Did its key expire too early?")


@mended.behaviour(
    why="A person who tweets in three slots is one person; added up, an account that tweets all day becomes a crowd.",
    hint="Unite the slots (PFCOUNT of several keys); do not add up their counts.",
)
def a_person_counts_once_in_a_window(asked: Asked) -> None:
    world = asked.world()
    for slots_ago in range(world.v.slots):
        world.use("winaphone", range(world.v.people - 1), slots_ago)
        world.use("music", range(world.v.people + 1), slots_ago)
    world.shows()


@mended.behaviour(
    why="E asks the worker's clock. After an hour of a stopped queue, the backlog is a burst that has never been.",
    hint="The slot follows from at_s, the moment of the tweet. And what is older than the window need not be kept at all.",
)
def a_late_use_lands_in_its_own_slot(asked: Asked) -> None:
    world = asked.world()
    world.use("late", range(world.v.people), world.v.slots - 1)
    world.use("old", range(world.v.people + 9), world.v.slots)
    world.shows()
    ahead = asked.world()
    ahead.use("ahead", range(world.v.people), -1)
    ahead.shows(hint="A phone's clock is ahead: what comes from the next slot is not in this window.")
    world.wait(world.v.slot_min)
    world.shows(hint="The late tag's slot has left the window by now.")


@mended.behaviour(
    why="What many people do comes first; and of equals always the same one, or the list jumps with every reload.",
    hint="Most people first, then by the alphabet; cut after `limit`. (ZREVRANGE puts equals in the *falling* order of their names.)",
)
def most_people_first_then_the_alphabet(asked: Asked) -> None:
    world = asked.world()
    for tag, more in (("b", 0), ("d", 3), ("a", 0), ("c", 0), ("e", 1)):
        world.use(tag, range(world.v.people + more))
    for limit in (1, 4, 10):
        world.shows(limit=limit)


@mended.behaviour(
    why="Each tag of each day leaves a key: memory that only grows ends as an outage.",
    hint="EXPIRE with every write to a slot's key: the window, and a slot more.",
)
def what_no_window_needs_is_gone(asked: Asked) -> None:
    world = asked.world()
    for tag in ("quake", "music"):
        world.use(tag, range(world.v.people))
    world.shows()
    world.wait(24 * 60 + world.v.window_min)
    if keys := sorted(map(str, world.redis.keys())):
        raise Broken("no key in Redis a day later", f"{len(keys)}: {', '.join(keys[:4])}", given=world.given())


@mended.behaviour(
    why="A service has many workers. What one of them keeps to itself, the others do not show, and a restart forgets.",
    hint="All state in Redis, none in the object.",
)
def workers_share_what_they_count(asked: Asked) -> None:
    world = asked.world()
    half = world.v.people // 2
    world.use("quake", range(half))
    world.use("quake", range(half, world.v.people), worker=world.other)
    for worker in (world.one, world.other, world.worker()):
        world.shows(worker=worker)


@mended.behaviour(
    why="Tags come in every script, and one may hold what separates parts of a key.",
    hint="Let the tag be the last part of a key, or a member; never split a key to get it back.",
)
def any_tag_comes_back_as_it_went_in(asked: Asked) -> None:
    world = asked.world()
    for tag in ("उत्तरप्रदेश", "a:b:7", "{x}", "*"):
        world.use(tag, range(world.v.people))
    world.shows()


@mended.behaviour(
    why="Crowds come and go in orders that nobody thinks of.",
    hint="Follow the story with pencil and paper: which slots does the window have, and who is in them?",
)
def any_story_ends_as_it_should(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(4 if asked.trial.hidden else 1):
        world = asked.world()
        for _ in range(12):
            users = rng.integers(0, 12, int(rng.integers(1, 9))).tolist()
            world.use("abc"[int(rng.integers(3))], users, int(rng.integers(0, world.v.slots + 2)))
            world.wait(float(rng.integers(0, world.v.slot_min)))
            world.shows()


def judge_mend(answer: Any, trial: Trial) -> Report:
    return mended.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

"""Laws of a sliding window of minutes: people instead of tweets, growth over the window before, and a rule for ties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.task import Trial
from reference.study.tasks.trending_topics.world import TIES, World, held

DEADLINE_S, PATIENCE_S = 2.0, 0.4


def draw_window(rng: np.random.Generator) -> Mapping[str, Any]:
    return {
        "window_min": int(rng.integers(8, 16)),
        "people": int(rng.integers(4, 8)),
        "times": int(rng.integers(2, 4)),
        "add": int(rng.integers(2, 5)),
        "tie": TIES[int(rng.integers(2))],
    }


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def world(self) -> World:
        return World(self.answer, self.trial.variant)


window: Contract[Asked] = Contract("trends of a sliding window")


@window.behaviour(
    why="It is what this is for.",
    hint="A set of users for each minute and tag; the window is the union of its minutes.",
)
def what_many_people_suddenly_use_trends(asked: Asked) -> None:
    world = asked.world()
    world.shows()
    world.use("quake", range(world.bar(0)))
    world.use("quiet", range(world.bar(0) - 1))
    world.shows("quake")


@window.behaviour(
    why="Campaigns are cheap: a dozen accounts, a thousand tweets. Ranked by tweets, they own the list.",
    hint="Count each user of the window once, also across its minutes: unite the sets, do not add up their sizes.",
)
def a_few_accounts_make_no_trend_however_loud_they_are(asked: Asked) -> None:
    world = asked.world()
    few = range(world.bar(0) - 1)
    for minute in range(4):
        world.use("winaphone", [*few] * 3, minute)
    world.use("quake", range(world.bar(0)))
    world.shows("quake")


@window.behaviour(
    why="With one bucket for each window of the clock the list is empty at its edge, and cuts every burst in two.",
    hint="The minute of now and the ones before it, `window_min` in all. A use belongs to its whole minute: at_s // 60.",
)
def the_window_slides_by_the_minute(asked: Asked) -> None:
    world = asked.world()
    world.use("quake", range(world.bar(0)))
    for _ in range(world.v.window_min - 1):
        world.wait(1)
        world.shows("quake")
    world.wait(1)
    world.shows(hint=f"{world.v.window_min} minutes later it has left the window.")
    world = asked.world()
    world.use("before", range(world.bar(0)), world.v.window_min - 0.25)
    world.use("first", range(world.bar(0)), world.v.window_min - 0.75)
    world.shows("first", hint="Now is 30 s into a minute, and a window has whole ones: compare at_s // 60 with now_s // 60.")


@window.behaviour(
    why="Popular is a level, trending is a change. Without the comparison the list shows the same five tags for ever.",
    hint="people + add >= times · (people of the window before + add): whole windows, distinct people, both sides smoothed.",
)
def what_is_used_as_ever_does_not_trend(asked: Asked) -> None:
    for before in (1, 6, 15):
        world = asked.world()
        world.use("coffee", range(before), world.v.window_min + 2)
        world.use("coffee", range(50, 50 + world.bar(before) - 1))
        world.shows(hint=f"{before} people before, so {world.bar(before)} are needed now: one is missing.")
        world.use("coffee", [999])
        world.shows("coffee", hint=f"{before} people before, so {world.bar(before)} are needed now, and they are there: `>=`.")


@window.behaviour(
    why="Three accounts that shouted all hour must not keep a crowd off the list: people are compared with people.",
    hint="In the window before count distinct people as well, not uses.",
)
def the_window_before_counts_people_too(asked: Asked) -> None:
    world = asked.world()
    world.use("coffee", [*range(3)] * 9, world.v.window_min + 2)
    world.use("coffee", range(50, 50 + world.bar(3)))
    world.shows("coffee")


@window.behaviour(
    why="The window before must be as long, and end where this one begins. A gap or an overlap makes trends of habits, or none at all.",
    hint="The `window_min` minutes right before the window: neither one more nor one less.",
)
def the_window_before_ends_where_this_one_begins(asked: Asked) -> None:
    v = asked.trial.variant
    for minutes_ago, counts in ((v.window_min, True), (2 * v.window_min - 1, True), (2 * v.window_min, False)):
        world = asked.world()
        world.use("coffee", range(8), minutes_ago)
        world.use("coffee", range(world.bar(0), 2 * world.bar(0)))
        world.shows(*([] if counts and world.bar(8) > world.bar(0) else ["coffee"]))


@window.behaviour(
    why="Queues back up, and partitions differ. A use of ten minutes ago that is counted now is a burst that has never been.",
    hint="Take the minute from at_s, not from the call's order; keep no current bucket that an older event closes.",
)
def a_late_use_lands_in_its_own_minute(asked: Asked) -> None:
    world = asked.world()
    world.use("fresh", range(world.bar(0)))
    world.use("late", range(world.bar(0)), world.v.window_min - 1)
    world.use("old", range(world.bar(0)), world.v.window_min)
    world.use("fresh", range(100, 103), 1)
    world.shows("fresh", "late")
    world.use("fresh", range(200, 230), world.v.window_min + 2)
    world.shows("late", hint="A late use also counts for the window *before*, if it belongs there.")


@window.behaviour(
    why="What many people do comes first; and of equals always the same one, or the list jumps with every reload.",
    hint="Sort by people, falling; then by uses, as asked; then by the tag itself.",
)
def most_people_first_and_ties_by_the_rule(asked: Asked) -> None:
    world = asked.world()
    crowd = world.bar(0)
    world.use("most", range(crowd + 2))
    world.use("loud", [*range(crowd), *range(crowd)])
    world.use("once", range(crowd))
    world.use("alike", range(crowd))
    order = ["alike", "once", "loud"] if world.v.tie == TIES[0] else ["loud", "alike", "once"]
    world.shows("most", *order, hint=f"Of equal people the one with {world.v.tie} leads; of equal uses, the alphabet.")
    world = asked.world()
    world.use("older", range(crowd + 1), world.v.window_min - 1)
    world.use("fresh", range(crowd))
    world.shows("older", "fresh", hint="More people lead, however long ago within the window.")


@window.behaviour(
    why="A list of three that holds four breaks every page that shows it, and reading must change nothing.",
    hint="Cut after n, and keep nothing of a reading.",
)
def the_list_has_at_most_n_and_reading_changes_nothing(asked: Asked) -> None:
    world = asked.world()
    names = [f"tag{n}" for n in range(5)]
    for more, name in enumerate(names):
        world.use(name, range(world.bar(0) + 5 - more))
    for n in (1, 3, 10, 1):
        world.shows(*names[:n], n=n)


@window.behaviour(
    why="Every minute of every tag of every day: memory that only grows ends as an outage, some night in spring.",
    hint="Two windows are all that is ever asked about: drop older minutes, when recording or when reading.",
)
def what_no_window_needs_is_forgotten(asked: Asked) -> None:
    world = asked.world()
    kept = []
    for windows in (4, 12):
        for _ in range(windows * world.v.window_min):
            world.wait(1)
            world.use("coffee", range(len(world.uses), len(world.uses) + 4))
            world.use(f"tag{len(world.uses)}", [1])
        world.top()
        kept.append(held(world.trends))
    world.story[:] = [f"{len(world.uses)} uses in {16 * world.v.window_min} minutes"]
    if kept[1] > 1.5 * kept[0]:
        raise Broken("about as much kept after four times the time", f"{kept[0]} entries, then {kept[1]}", given=world.given())


@window.behaviour(
    why="Crowds come and go in orders that nobody thinks of.",
    hint="Follow the story with pencil and paper: who is in the window, who was in the one before?",
)
def any_story_ends_as_it_should(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(12 if asked.trial.hidden else 4):
        world = asked.world()
        for _ in range(30):
            tag = "abcde"[int(rng.integers(5))]
            users = rng.integers(0, 25, int(rng.integers(1, 3 * world.v.people))).tolist()
            world.use(tag, users, float(rng.integers(0, 2 * world.v.window_min)) * int(rng.integers(2)))
            world.wait(float(rng.integers(0, 3)))
            n = int(rng.integers(1, 6))
            world.shows(*world.right(n), n=n)


def judge_window(answer: Any, trial: Trial) -> Report:
    return window.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

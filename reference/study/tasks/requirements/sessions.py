"""A session over replicas that lag, as laws: nobody goes back, and the primary is asked only when it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, same
from reference.study.task import Trial
from reference.study.tasks.requirements.replicas import Copy, Primary, cluster

DEADLINE_S, PATIENCE_S = 2.0, 0.4
LONGEST_TOKEN = 64
NAMES = ("nearest", "middle", "farthest")
THROWN_AWAY = (
    "You read a copy and threw its answer away. A read is a trip; `version` and `lag_s` are known without one, and say beforehand whether "
    "the copy will do."
)


def draw_session(rng: np.random.Generator) -> Mapping[str, Any]:
    nearest_last = bool(rng.integers(2))
    return {
        "most_lag_s": int(rng.integers(2, 9)),
        "nearest_last": nearest_last,
        "order": "farthest first, the nearest **last**" if nearest_last else "the nearest **first**",
    }


@dataclass(frozen=True)
class Town:
    """The learner's class, three replicas in the variant's order, and what was done so far, in words."""

    answer: Any
    trial: Trial
    primary: Primary
    near: tuple[Copy, ...]
    done: list[str]

    def session(self, token: Any = None) -> Any:
        copies = list(reversed(self.near)) if self.trial.variant.nearest_last else list(self.near)
        return self.answer(self.primary, copies) if token is None else self.answer(self.primary, copies, token)

    def stand(self, *versions: int) -> None:
        """The replicas, from the nearest on, have applied so many writes."""
        for copy, version in zip(self.near, versions, strict=True):
            copy.version = version
        self.done.append("replicas at versions " + ", ".join(f"{version} ({name})" for version, name in zip(versions, NAMES, strict=True)))

    def write(self, session: Any, value: str) -> None:
        call(session.write, "bio", value)
        self.done.append(f'`write("bio", "{value}")`')

    def elsewhere(self, value: str) -> None:
        self.primary.write("bio", value)
        self.done.append(f'somebody else writes "{value}"')

    def read(self, session: Any, expected: str | None, hint: str | None = None) -> None:
        self.done.append('`read("bio")`')
        same(expected, call(session.read, "bio"), self.given, hint)

    @property
    def given(self) -> str:
        return ", then ".join(self.done)

    def asked(self) -> list[str]:
        """Who was read from, since the last time this was asked for."""
        copies = {"the primary": self.primary, **{f"the {name} replica": copy for name, copy in zip(NAMES, self.near, strict=True)}}
        found = [name for name, copy in copies.items() for _ in range(copy.reads)]
        for copy in copies.values():
            copy.reads = 0
        return found

    def was_asked(self, copy: str) -> None:
        """That copy was read from, once, and no other."""
        copies = self.asked()
        if copies != [copy]:
            hint = THROWN_AWAY if copy in copies else None
            raise Broken(f"a read from {copy} alone", f"reads from {' and '.join(copies) or 'no copy'}", hint, self.given)


sessions: Contract[tuple[Any, Trial]] = Contract("a session")


def town(asked: tuple[Any, Trial]) -> Town:
    primary, copies = cluster(3)
    return Town(*asked, primary, tuple(copies), [])


@sessions.behaviour(
    why="Who posts and does not see it posts again. The writer is the only person who knows that the text exists.",
    hint="`write` returns a version: keep the largest seen, and read only from a copy whose `version` has reached it.",
)
def ones_own_write_is_read_at_once(asked: tuple[Any, Trial]) -> None:
    place = town(asked)
    session = place.session()
    place.write(session, "I like rain")
    place.stand(0, 0, 0)
    place.read(session, "I like rain")
    place.write(session, "I like sun")
    place.stand(1, 1, 1)
    place.read(session, "I like sun")


@sessions.behaviour(
    why="The next request lands on another web server. What only one process remembers is a promise kept every third time.",
    hint="`token` has to hold the largest version seen, and `__init__` has to take it up again.",
)
def the_token_carries_the_promise_to_another_server(asked: tuple[Any, Trial]) -> None:
    place = town(asked)
    session = place.session()
    place.write(session, "I like rain")
    place.write(session, "I like sun")
    place.stand(1, 1, 1)
    place.done.append("a new object with the `token` of the first")
    place.read(place.session(session.token), "I like sun")
    token = session.token
    if type(token) not in (int, str) or len(repr(token)) > LONGEST_TOKEN:
        raise Broken(f"a whole number or a text of at most {LONGEST_TOKEN} characters", repr(token)[:160], "A token travels in a cookie.")


@sessions.behaviour(
    why='A text that changes back and forth looks like a fault, and it is one. The promise is called "monotonic reads".',
    hint="Not only writes count: whatever version you have *read* at, never read an earlier one. That holds for the primary's answer, too.",
)
def what_was_read_is_never_taken_back(asked: tuple[Any, Trial]) -> None:
    place = town(asked)
    session = place.session()
    place.elsewhere("old")
    place.elsewhere("new")
    place.stand(2, 2, 2)
    place.read(session, "new")
    place.stand(1, 1, 2)
    place.read(session, "new")
    place.stand(1, 1, 1)
    place.read(session, "new")
    place.elsewhere("newest")
    place.read(session, "newest", hint="No replica suffices, so the primary answers: with what it has now.")
    place.stand(2, 2, 2)
    place.read(session, "newest")


@sessions.behaviour(
    why="Between asking for the version and reading, a replica moves on. What counts is what the reader was shown.",
    hint="`read` returns the version at which it read: keep that one, not the one that you looked at before.",
)
def the_version_of_the_answer_counts(asked: tuple[Any, Trial]) -> None:
    place = town(asked)
    session = place.session()
    place.elsewhere("old")
    place.elsewhere("new")
    place.stand(1, 1, 1)
    for copy in place.near:
        copy.before_read = partial(setattr, copy, "version", 2)
    place.done.append("they move on to version 2 just as they are read")
    place.read(session, "new")
    for copy in place.near:
        copy.before_read = None
    place.stand(1, 1, 1)
    place.read(session, "new")


@sessions.behaviour(
    why="If everybody reads from the primary, replicas are backups, and the promise to one is paid by all.",
    hint="Go through the replicas from the nearest on, and take the first that is recent enough. The primary comes last.",
)
def the_nearest_copy_that_suffices_is_asked(asked: tuple[Any, Trial]) -> None:
    place = town(asked)
    place.elsewhere("an older text")
    place.stand(0, 0, 0)
    place.read(place.session(), None, hint="Who has seen nothing may be shown a copy that has nothing yet: the nearest will do.")
    place.was_asked("the nearest replica")
    writer, stranger = place.session(), place.session()
    for number in range(4):
        place.write(writer, f"text {number}")
    for versions, expected in (((4, 5, 5), "the middle replica"), ((3, 4, 5), "the farthest replica"), ((2, 3, 4), "the primary")):
        place.stand(*versions)
        place.asked()
        place.read(writer, "text 3")
        place.was_asked(expected)
    place.done.append("somebody who has neither written nor read")
    place.read(stranger, "text 0", hint="Who has seen nothing may be shown an older version: the nearest replica will do.")
    place.was_asked("the nearest replica")


@sessions.behaviour(
    why="A replica that hangs an hour behind satisfies whoever has seen nothing, and breaks the promise on staleness.",
    hint="Leave out replicas whose `lag_s` is above the limit of the card, whatever their version. Exactly the limit is fine.",
)
def a_replica_that_lags_too_far_is_left_out(asked: tuple[Any, Trial]) -> None:
    most_s = asked[1].variant.most_lag_s
    for lags_s, expected in (
        ((most_s + 0.5, most_s, 0.0), "the middle replica"),
        ((most_s + 60.0, most_s + 1.0, 0.5), "the farthest replica"),
        ((most_s * 2.0,) * 3, "the primary"),
    ):
        place = town(asked)
        place.elsewhere("old")
        place.elsewhere("new")
        place.stand(1, 1, 1)
        for copy, lag_s in zip(place.near, lags_s, strict=True):
            copy.lag_s = lag_s
        place.done.append("lags of " + ", ".join(f"{lag_s:g} s" for lag_s in lags_s))
        place.read(place.session(), "new" if expected == "the primary" else "old")
        place.was_asked(expected)


@sessions.behaviour(
    why="Promises to one reader have to hold for every order of writes, reads and replays, on every server.",
    hint="Take the maximum of what you had and what you got, after every write and after every read.",
)
def over_any_history_nobody_goes_back(asked: tuple[Any, Trial]) -> None:
    place, rng = town(asked), asked[1].rng
    tokens: list[Any] = [None, None, None]
    floors = [0, 0, 0]
    for step in range(600 if asked[1].hidden else 150):
        who, move = int(rng.integers(3)), float(rng.random())
        if move < 0.3:
            session = place.session(tokens[who])
            session.write("bio", step)
            floors[who], tokens[who] = place.primary.version, session.token
        elif move < 0.55:
            copy = place.near[int(rng.integers(3))]
            copy.version = int(rng.integers(copy.version, len(place.primary.log) + 1))
        else:
            session = place.session(tokens[who])
            value = session.read("bio")
            tokens[who] = session.token
            version = next((number + 1 for number, (_, each) in enumerate(place.primary.log) if each == value and each is not None), 0)
            if version < floors[who]:
                raise Broken(f"version {floors[who]} or later", f"version {version}", given=f"step {step} of a history by dice")
            floors[who] = version
    if not 0 < place.primary.reads < sum(copy.reads for copy in (place.primary, *place.near)):
        raise Broken("reads from replicas, and some from the primary", f"{place.primary.reads} reads from the primary")


def judge_session(answer: Any, trial: Trial) -> Report:
    return sessions.run((answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

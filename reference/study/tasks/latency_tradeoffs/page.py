"""A page made of measured steps, played many times: what its percentiles are, and which rule says when it stops waiting."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reference.contracts import Broken, Contract, Report
from reference.study.answers import call, plain
from reference.study.task import Trial
from reference.study.tasks.near_values import near

DEADLINE_S, PATIENCE_S = 4.0, 0.4  # who plays page by page in a loop is right, too
PLAYS, FEW_PLAYS = 2_000, 100  # the few: where chance has no say
MEASURED = 400  # latencies of a step
OFF_PERCENT = 6.0  # how far a percentile of PLAYS pages may be from what it is called; chance alone moves it by about 1


def draw_page(rng: np.random.Generator) -> Mapping[str, Any]:
    return {"cut_ms": 10 * int(rng.integers(8, 16)), "missing": int(rng.integers(2, 5))}


@dataclass(frozen=True)
class Step:
    """Measured latencies of one step, and what they are in words."""

    says: str
    ms: tuple[float, ...]


Steps = tuple[Step, Step, Step]  # own home, one celebrity, hydration


def always(ms: float) -> Step:
    return Step(f"always {ms:g} ms", (float(ms),) * MEASURED)


def either(usual_ms: float, other_ms: float, percent: float) -> Step:
    """`other_ms` in `percent` of measurements (whole quarters of a percent), those at the end."""
    others = round(MEASURED * percent / 100)
    return Step(
        f"{usual_ms:g} ms, in {percent:g} % {other_ms:g} ms", (float(usual_ms),) * (MEASURED - others) + (float(other_ms),) * others
    )


def as_measured(usual_ms: Sequence[float], rng: np.random.Generator) -> Steps:
    """Three steps whose latencies scatter around these."""
    own, pull, hydrate = (Step("as measured", tuple((each * rng.lognormal(0, 0.7, MEASURED)).tolist())) for each in usual_ms)
    return own, pull, hydrate


@dataclass(frozen=True)
class Asked:
    answer: Any
    trial: Trial

    def found(self, steps: Steps, reads: int, percent: float, seed: int | None = None) -> tuple[Any, str]:
        """(what the answer says, the question in words). Measurements that were changed are an error. seed: None for the trial's dice."""
        own, pull, hydrate = steps
        plays = PLAYS if any(len(set(step.ms)) > 1 for step in steps) else FEW_PLAYS
        arrays = [np.array(step.ms) for step in steps]
        given = f"own home {own.says}; {reads} celebrities, each {pull.says}; hydration {hydrate.says}; p{percent:g} of {plays:,} pages"
        dice = np.random.default_rng(self.trial.rng.integers(2**32) if seed is None else seed)
        try:
            got = call(self.answer, *arrays, reads, percent, plays, dice)
        except Exception as error:
            error.__notes__ = [given]
            raise
        if any(array.tolist() != list(step.ms) for array, step in zip(arrays, steps, strict=True)):
            raise Broken("measurements as they were", "an array that the function has changed", "Work on what you drew.", given)
        return got, given

    def expect(
        self, right: float, own: Step, pull: Step, hydrate: Step, reads: int, percent: float, slips: Mapping[str, float] | None = None
    ) -> None:
        got, given = self.found((own, pull, hydrate), reads, percent)
        near(right, got, given, slips, "ms")

    @property
    def cut_ms(self) -> float:
        return float(self.trial.variant.cut_ms)

    @property
    def missing(self) -> int:
        return int(self.trial.variant.missing)


def pages(asked: Asked, steps: Steps, reads: int, plays: int, rng: np.random.Generator) -> np.ndarray:
    """(plays,) latencies of pages by the rule of the question."""
    own, pull, hydrate = steps
    pulls = np.sort(rng.choice(pull.ms, (plays, reads)), axis=1)
    enough = pulls[:, reads - asked.missing - 1] if reads > asked.missing else np.zeros(plays)
    waited = np.minimum(pulls[:, -1], np.maximum(asked.cut_ms, enough))
    return np.maximum(rng.choice(own.ms, plays), waited) + rng.choice(hydrate.ms, plays)


page: Contract[Asked] = Contract("percentiles of a page")
FAST = always(5)
ONE_READ = "**The tail of one read.** A page waits for the slowest of all its reads. *Draw `plays × reads` latencies, sort page by page.*"
TOO_LONG = "**You wait until the cut though all are there.** *Never longer than the slowest.*"


@page.behaviour(
    why="Before chance comes in, the drawing must be right: which steps wait for each other, and which run side by side.",
    hint="Home and celebrities start together: the later one counts. Hydration begins then, and is added.",
)
def steps_side_by_side_count_once_and_the_last_is_added(asked: Asked) -> None:
    for own, pull, hydrate in ((30, 45, 20), (70, 37, 10)):
        together = {"waits-added": own + pull + hydrate, "step-forgotten": max(own, pull), TOO_LONG: asked.cut_ms + hydrate}
        asked.expect(max(own, pull) + hydrate, always(own), always(pull), always(hydrate), 10, 50, together)
        in_a_row = {"waits-added": own + 10 * pull + hydrate}
        asked.expect(max(own, pull) + hydrate, always(own), always(pull), always(hydrate), 10, 99, in_a_row)


@page.behaviour(
    why="Most people follow no celebrity at all. A page that breaks on them is the first thing that everybody sees.",
    hint="With `reads = 0` there is nothing to wait for but the own home. What is the largest of no numbers?",
)
def without_celebrities_the_page_waits_for_its_own_home(asked: Asked) -> None:
    asked.expect(50, always(30), always(500), always(20), 0, 90)


@page.behaviour(
    why="“In parallel it takes as long as one” is the sentence that this exercise is about: it takes as long as the slowest.",
    hint="Each read is drawn by itself: `plays × reads` numbers, and each page has its own slowest.",
)
def each_read_has_its_own_dice(asked: Asked) -> None:
    pull, slow = either(10, asked.cut_ms - 10, 20), asked.cut_ms - 10  # nearly every page meets one, and more than may be missing
    asked.expect(slow + 20, FAST, pull, always(20), 50, 50, {ONE_READ: 10 + 20})


@page.behaviour(
    why="Added percentiles are the usual error of latency budgets. Where slow steps are rare they promise too much, and where they are "
    "not, too little.",
    hint="Add and compare latencies page by page; take one percentile, at the end. And draw each step by itself, not all at one index.",
)
def the_percentile_is_taken_of_whole_pages(asked: Asked) -> None:
    for percent, added in ((7.5, 10 + 5), (12.5, 60 + 55)):  # either slow: 14.4 % and 23.4 % of pages; both: 0.6 % and 1.6 %
        own, hydrate = either(10, 60, percent), either(5, 55, percent)
        asked.expect(65, own, FAST, hydrate, 3, 90, {"added-percentiles": added})
    asked.expect(15, either(10, 60, 4), FAST, either(5, 55, 4), 3, 90)


@page.behaviour(
    why="A page that waits for all waits for the one that is stuck. From the cut on, a timeline that is missing is better than a late "
    "page.",
    hint="All are in before the cut: no longer than the slowest. Else not before the cut, and then with what is there.",
)
def from_the_cut_on_it_goes_on_with_what_is_there(asked: Asked) -> None:
    cut, slow = asked.cut_ms, 5 * asked.cut_ms
    pull = either(10, slow, 0.5)  # 20 reads: none slow on 90 % of pages, more than one on 0.4 %
    slips = {
        "**You wait for the last one, however late.** From the cut on the page goes on without it. *min of the slowest and the cut, "
        "first.*": (slow + 20),
        "**You do not wait for the cut.** Until then a late one may still come, and the page has promised to wait. *The later of the cut "
        "and the moment at which enough are there.*": 10 + 20,
    }
    asked.expect(cut + 20, FAST, pull, always(20), 20, 97, slips)
    asked.expect(10 + 20, FAST, pull, always(20), 20, 80, {TOO_LONG: cut + 20})


@page.behaviour(
    why="Without this bound a store that is down makes quick, empty pages, and no alarm rings.",
    hint="With the reads of a page in order of time, which place is the one after which no more than the allowed number are missing?",
)
def it_waits_on_until_no_more_than_allowed_are_missing(asked: Asked) -> None:
    cut, late = asked.cut_ms, 3 * asked.cut_ms
    goes_on = {"**You go on at the cut whatever is missing.** *Wait on until enough are there.*": cut + 20}
    asked.expect(late + 20, FAST, either(10, late, 50), always(20), 60, 50, goes_on)
    waits = {"**You wait for all once too many are missing.** *Only until no more than allowed are.*": 9 * cut + 20}
    asked.expect(late + 20, FAST, either(late, 9 * cut, 0.5), always(20), 20, 97, waits)


@page.behaviour(
    why="One more or one less is the difference that reviews find, and tests of round numbers do not.",
    hint="Allowed are up to so many, that number included. Of reads in order of time, the last `missing` places may be late.",
)
def exactly_so_many_may_be_missing_as_are_allowed(asked: Asked) -> None:
    cut, late, allowed, reads = asked.cut_ms, 3 * asked.cut_ms, asked.missing, 30
    share = round(4 * 100 * (allowed + 0.7) / reads) / 400
    at_most = [sum(math.comb(reads, k) * share**k * (1 - share) ** (reads - k) for k in range(most + 1)) for most in range(allowed + 2)]
    below, above = (50 * (at_most[place] + at_most[place + 1]) for place in (allowed - 1, allowed))
    pull = either(10, late, 100 * share)
    asked.expect(cut + 20, FAST, pull, always(20), reads, round(below), {"**One more may be missing.**": late + 20})
    asked.expect(late + 20, FAST, pull, always(20), reads, round(above), {"**One too many is missing.**": cut + 20})
    for few in range(1, allowed + 1):
        asked.expect(cut + 20, FAST, always(late), always(20), few, 50)
    asked.expect(late + 20, FAST, always(late), always(20), allowed + 1, 50)


@page.behaviour(
    why="The rule is for what the page can do without. Nobody opens a home that is empty, and ids without tweets are no page.",
    hint="Only the celebrities are cut. Home and hydration take as long as they take.",
)
def the_own_home_and_the_hydration_are_never_cut(asked: Asked) -> None:
    asked.expect(4 * asked.cut_ms + 20, always(4 * asked.cut_ms), always(10), always(20), 10, 50)
    asked.expect(4 * asked.cut_ms + 10, FAST, always(10), always(4 * asked.cut_ms), 10, 50)


@page.behaviour(
    why="A simulation that nobody can repeat convinces nobody, least of all the one who gets another number from it.",
    hint="Draw with the `rng` that is given, `rng.choice(…)` or `rng.integers(…)`; no generator of your own, no `np.random.…`.",
)
def the_same_dice_give_the_same_answer(asked: Asked) -> None:
    steps = as_measured((8, 8, 8), asked.trial.rng)
    for reads in (0, 5):
        (one, given), (other, _) = (asked.found(steps, reads, 90, seed=3) for _ in range(2))
        if plain(one) != plain(other):
            raise Broken("one answer from a generator of one seed, twice", f"{one!r}, then {other!r}", given=given)


@page.behaviour(
    why="Measured latencies are neither fixed nor of two kinds; the function has to hold for what comes out of a log.",
    hint="Draw with replacement from each step's measurements, apply the rule page by page, and take the percentile of the pages. "
    "Too slow? Draw whole arrays, not number by number.",
)
def any_measurements_give_the_percentile_of_their_pages(asked: Asked) -> None:
    rng = asked.trial.rng
    for _ in range(5 if asked.trial.hidden else 3):
        steps = as_measured((asked.cut_ms * rng.uniform(0.1, 0.5, 3)).tolist(), rng)
        reads, percent = int(rng.integers(1, 25)), int(rng.integers(25, 96))
        got, given = asked.found(steps, reads, percent)
        right = pages(asked, steps, reads, 3 * PLAYS, rng)
        if isinstance(got, bool) or not isinstance(got, numbers.Real):
            raise Broken("a number of ms", repr(got)[:160], given=given)
        within = 100 * float((right <= float(got)).mean())
        if abs(within - percent) > OFF_PERCENT:
            raise Broken(f"a latency that {percent} % of pages stay within", f"{float(got):,.4g} ms, which {within:.0f} % do", given=given)


def judge_page(answer: Any, trial: Trial) -> Report:
    return page.run(Asked(answer, trial), deadline_s=DEADLINE_S, patience_s=PATIENCE_S)

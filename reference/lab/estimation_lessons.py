"""What the notebook on estimation draws: loads, bytes and costs by kind, decisions in doubt, a histogram, flashcards."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference import notebook
from reference.estimation.decisions import decisions
from reference.estimation.estimate import Estimate, estimate, solve_rows
from reference.estimation.formulas import names
from reference.estimation.scenario import Scenario, assumptions
from reference.estimation.tables import Table
from reference.estimation.uncertainty import Spread, uncertain
from reference.estimation.units import in_unit, quantity, said, scaled, solve
from reference.lab import charts

if TYPE_CHECKING:
    import pandas as pd

DOUBT_PERCENT = 5
DAYS_S = {"86,400 s": 86_400, "10⁵ s": 100_000, "10⁶ s, the slip": 1_000_000}
KINDS = {"media": "media_store_bytes", "tweets": "tweet_store_bytes", "indexes": "index_store_bytes", "likes": "like_store_bytes"}
KINDS |= {"follows": "follow_store_bytes"}
COSTS = {"media": "cost_media", "traffic": "cost_traffic", "cache": "cost_cache", "servers": "cost_servers", "rows": "cost_rows"}


def inputs(scenario: Scenario, names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    """Rows for the table of assumptions: what it says, value and unit in words, and where it comes from."""
    listed = []
    for name in names:
        about = assumptions()[name]
        listed.append((str(about["says"]), *scaled(getattr(scenario, name), str(about["unit"])), scenario.source(name)))
    return listed


class Listed(Table):
    """Rows of text below a header of its own."""

    def __init__(self, header: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        self.header, self._rows = tuple(header), list(rows)  # type: ignore[misc]

    def cells(self) -> list[tuple[str, ...]]:
        return self._rows


def pick(found: Estimate, *rows: str) -> Listed:
    """These rows as a table: what it is, how much, from which formula, what it decides."""
    chosen = [found[row] for row in rows]
    cells = [(row.name, row.says, row.text, row.formula, row.decision) for row in chosen]
    return Listed(("row", "what it is", "value", "formula", "what it decides"), cells)


def days(scenario: Scenario) -> pd.DataFrame:
    """What a rounded day does: tweets a second, API servers and how they connect, for a day of 86,400, 10⁵ and 10⁶ seconds."""
    import pandas as pd

    connect, listed = decisions()["connections"], {}
    cores = float(estimate(scenario)["busy_cores"].value)
    for name, day_s in DAYS_S.items():
        servers = math.ceil(cores * 86_400 / day_s / scenario.server_cores / (scenario.utilisation / 100))
        choice = connect.choose(servers * scenario.server_connections)
        listed[name] = {"tweets a second": round(scenario.tweets_per_day / day_s), "API servers": servers, "stores are reached": choice}
    return pd.DataFrame(listed).T.rename_axis("a day has")


# — one chart a beat —


def load_figure(scenario: Scenario) -> Any:
    """Deliveries of push and lookups of pull a second over the accounts that one follows: two lines that keep their distance."""
    follows = [25, 50, 100, 200, 400, 800]
    found = [estimate(scenario.but(follows_per_user=each)) for each in follows]
    title = f"Whatever the number of followees, pull does {found[0]['push_advantage'].value:.3g}× the work of push"
    series = {name: (follows, [each[row].value for each in found]) for name, row in (("pull", "pulls_avg"), ("push", "deliveries_avg"))}
    figure = charts.lines(series, title=title, x="accounts that a user follows", y="a second, average", log_x=True, log_y=True)
    return figure.update_xaxes(tickvals=follows, ticktext=[str(each) for each in follows])


def storage_figure(scenario: Scenario) -> Any:
    """Stored bytes by kind, copies included; the largest kind and its share in the title."""
    found = estimate(scenario)
    return _kinds(found, KINDS, "bytes stored", "of the {} stored, copies included")


def cost_figure(scenario: Scenario) -> Any:
    """The monthly bill by kind; the largest kind and its share in the title."""
    found = estimate(scenario)
    return _kinds(found, COSTS, "USD a month", "of {} USD a month")


def _kinds(found: Estimate, rows: Mapping[str, str], unit: str, of: str) -> Any:
    values = dict(sorted(((kind, float(found[row].value)) for kind, row in rows.items()), key=lambda pair: -pair[1]))
    whole, largest = sum(values.values()), next(iter(values))
    total = said(whole, "bytes") if unit.startswith("bytes") else scaled(whole, "")[0]
    title = f"{largest.capitalize()}: {100 * values[largest] / whole:.0f} % {of.format(total)}"
    figure = _plain(charts.bars(values, title=title, unit=unit, log=True, roles={largest: "threshold"}))
    return figure.update_traces(text=[found[rows[kind]].text.removesuffix(f" {found[rows[kind]].unit}") for kind in values])


def cache_table(scenario: Scenario) -> dict[str, Scenario]:
    """Ways to count the timelines of this scenario's readers: what is counted → the scenario that counts so."""
    ids = scenario.but(entry_bytes=8, packed_entry_bytes=8)
    ways = {f"{entries} ids of 8 bytes": ids.but(timeline_entries=entries) for entries in (20, 100, 800)}
    ways |= {f"{entries} entries in Redis": scenario.but(timeline_entries=entries) for entries in (100, 128, 129, 800)}
    return dict(sorted(ways.items(), key=lambda pair: (pair[1].timeline_entries, pair[1].entry_bytes)))


def cache_figure(scenario: Scenario) -> Any:
    """Memory of the timelines, one copy, counted by ids and as Redis keeps them, short and long."""
    found = {way: estimate(each)["timeline_cache_bytes"] for way, each in cache_table(scenario).items()}
    values = {way: float(row.value) for way, row in found.items()}
    step = values["129 entries in Redis"] / values["128 entries in Redis"]
    times = values["800 entries in Redis"] / values["800 ids of 8 bytes"]
    title = f"800 entries take {times:.0f}× the bytes of their ids; one entry more than 128 makes it {step:.0f}×"
    roles = {way: "threshold" if "Redis" in way else "naive" for way in values}
    figure = _plain(charts.bars(values, title=title, unit="bytes of memory, one copy", log=True, roles=roles))
    return figure.update_traces(text=[row.text for row in found.values()])


def _plain(figure: Any) -> Any:
    """Bars without hatching: each is named at its side."""
    return figure.update_traces(marker_pattern_shape="")


# — what may be wrong —


def doubts(scenario: Scenario, n: int = 4_000) -> dict[str, float]:
    """For each decision the chance in % that its number, over the ranges of all assumptions, makes it another; largest first."""
    found = {}
    for name, choice in estimate(scenario).decided().items():
        found[name] = 100 * (1 - uncertain(scenario, decisions()[name].row, n=n).choices[choice])
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def doubt_figure(scenario: Scenario) -> Any:
    """The decisions in doubt, and how much."""
    found = doubts(scenario)
    grave = sum(chance >= DOUBT_PERCENT for chance in found.values())
    shown = {name.replace("_", " "): round(chance, 1) for name, chance in found.items() if chance >= 0.1}
    title = f"{grave} of {len(found)} decisions are in doubt by {DOUBT_PERCENT} % or more; {len(found) - len(shown)} hardly ever move"
    return _plain(charts.bars(shown, title=title, unit="chance of another choice, %", roles=dict.fromkeys(shown, "threshold")))


# — uncertainty —


def spread_figure(spread: Spread, title: str) -> Any:
    """A histogram of the draws on a log axis, with the 5th and the 95th percentile and the limits of the decision that hangs on them."""
    import numpy as np

    counts, edges = np.histogram(np.log10(spread.draws), bins=40)
    middles = 10 ** ((edges[1:] + edges[:-1]) / 2)
    figure = charts.lines(
        {"": (middles, 100 * counts / counts.sum())},
        title=title,
        x=spread.unit or spread.row,
        y="% of draws",
        log_x=True,
        step=True,
        markers=False,
        roles={"": "push"},
    )
    for row, percent in enumerate((5, 95)):
        charts.mark(
            figure, spread.percentile(percent), f"{percent} %: {said(spread.percentile(percent), spread.unit)}", role_name="naive", row=row
        )
    for decision in decisions().values():
        if decision.row == spread.row:
            for limit in decision.limits():
                if edges[0] <= math.log10(limit) <= edges[-1]:
                    charts.mark(figure, limit, f"limit {limit:g}", row=3)
    return figure


# — numbers to know —


@dataclass(frozen=True, slots=True)
class Card:
    """A flashcard: what is asked, the number as one says it (computed from `formula`), and what to remember with it."""

    front: str
    back: str
    note: str


@cache
def flashcards() -> tuple[Card, ...]:
    """The cards of flashcards.toml, their numbers computed from assumptions and rows of design A, and units."""
    listed = tomllib.loads(Path(__file__).with_name("flashcards.toml").read_text(encoding="utf-8"))["card"]
    known = solve_rows(Scenario.load("A").quantities())
    return tuple(Card(each["front"], _back(each["formula"], each["unit"], known), each["note"]) for each in listed)


def _back(formula: str, unit: str, known: Mapping[str, Any]) -> str:
    units = {name: quantity(1, name) for name in names(formula) - set(known)}
    return said(float(in_unit(solve(formula, {**known, **units}), unit)), unit)


def show_flashcards() -> None:
    """The cards, each folded: say the number, then open."""
    folds = "".join(_fold(card) for card in flashcards())
    notebook.publish(folds, text="\n".join(f"{card.front} {card.back}. {card.note}" for card in flashcards()))


def _fold(card: Card) -> str:
    back = f"<b>{notebook.escape(card.back)}</b>. {notebook.inline(card.note)}"
    front = f"<summary>{notebook.inline(card.front)}</summary>"
    return f'<details style="margin:.2em 0">{front}<p style="margin:.1em 0 .5em 1.2em">{back}</p></details>'

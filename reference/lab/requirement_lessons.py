"""What the notebook on requirements runs: a late timeline, one's own tweet, a month of minutes, five scopes, the sheet."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from reference.estimation.availability import downtime
from reference.estimation.decisions import decisions
from reference.estimation.estimate import estimate
from reference.estimation.numbers import human
from reference.estimation.scenario import Scenario, assumptions
from reference.lab import charts
from reference.twitter.platform import Platform

if TYPE_CHECKING:
    import pandas as pd

    from reference.twitter.model import Tweet

DAY_S = 86_400


# — what is left out —


def price_of(scenario: Scenario, features: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """For each feature {name: assumptions without it}: what the month costs less (M USD, %), and the decisions that come out otherwise."""
    import pandas as pd

    whole = estimate(scenario)
    cost, decided = float(whole["cost_total"].value), whole.decided()
    rows = {}
    for name, without in features.items():
        less = estimate(scenario.but(scenario.name, **without))
        saved = cost - float(less["cost_total"].value)
        gone = [decisions()[key].asks for key, choice in less.decided().items() if choice != decided[key]]
        rows[name] = (round(saved / 1e6, 2), round(100 * saved / cost, 1), " ".join(gone) or "none")
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["saves, M USD a month", "% of the bill", "decided otherwise without it"])
    return frame.rename_axis("left out")


# — a timeline that is late —


def audience(app: Platform, followers: int = 8) -> tuple[int, list[int]]:
    """An author and followers with live home timelines; returns their ids."""
    author, *fans = (app.accounts.register(name).id for name in ("author", *(f"fan_{number}" for number in range(followers))))
    for fan in fans:
        app.graph.follow(fan, author)
    app.drain()
    app.timelines.warm(fans)
    return author, fans


def old_pages(app: Platform, author: int, fans: Sequence[int], lag_s: float, pages_per_s: int = 2, seconds: int = 10) -> int:
    """Post once; the fans load home in turn, `pages_per_s` of them, and the worker runs after `lag_s`: pages without the tweet.

    The platform's clock must be one that can be advanced: no real time passes.
    """
    tweet, waiting, old = app.tweets.post(author, f"late by {lag_s} s"), True, 0
    for number in range(pages_per_s * seconds):
        if waiting and number >= lag_s * pages_per_s:
            app.drain()
            waiting = False
        old += not shows(app, fans[number % len(fans)], tweet)
        app.clock.advance(1 / pages_per_s)  # type: ignore[attr-defined]
    return old


@dataclass(frozen=True)
class Lateness:
    """What a lag means. old_pages: loads by an average author's followers while one tweet is under way; largest_old_pages: by those of
    the largest account, if it is pushed; missing: tweets that a page lacks on average; share: % of pages that lack one."""

    lag_s: float
    old_pages: float
    largest_old_pages: float
    missing: float
    share: float


def lateness(scenario: Scenario, lag_s: float | None = None) -> Lateness:
    """Loads and tweets spread evenly over the day, authors independent (Poisson). lag_s: default `visible_within` of the scenario."""
    lag = scenario.visible_within if lag_s is None else lag_s
    loads = scenario.timelines_per_user * scenario.daily_users / scenario.users / DAY_S  # of one account, a second
    missing = scenario.follows_per_user * scenario.tweets_per_day / scenario.users / DAY_S * lag
    old = {"old_pages": scenario.follows_per_user * loads * lag, "largest_old_pages": scenario.largest_following * loads * lag}
    return Lateness(lag, **old, missing=missing, share=100 * (1 - math.exp(-missing)))


LAGS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600)


def lateness_at(lag_s: float, follows: int) -> tuple[Lateness, list[Lateness]]:
    """Design A with other numbers of followees: the lateness at `lag_s`, and the whole curve."""
    scenario = _following(follows)
    return lateness(scenario, lag_s), [lateness(scenario, each) for each in LAGS_S]


@cache
def _following(follows: int) -> Scenario:
    """Design A with other numbers of followees, read once: a slider has no time to read files."""
    return Scenario.load("A").but(follows_per_user=follows)


def lateness_figure(result: tuple[Lateness, list[Lateness]]) -> Any:
    """The share of pages that lack a tweet over the lag, and where the slider stands on it."""
    here, curve = result
    roles = {"pages that lack a tweet": "push", "the slider": "threshold"}
    title = f"A lag of {here.lag_s:,g} s: {here.share:.3g} % of home pages lack a tweet"
    series = {
        "pages that lack a tweet": ([each.lag_s for each in curve], [each.share for each in curve]),
        "the slider": ([here.lag_s], [here.share]),
    }
    marks = {"A: 1 s": 1, "C: 5 s": 5, "A's cached page: 1 h": 3_600}
    x, y = "lag of the timeline, s", "% of home pages"
    figure = charts.lines(series, title=title, x=x, y=y, log_x=True, log_y=True, markers=False, roles=roles, thresholds=marks)
    figure.data[1].update(mode="markers", marker={"size": 15, "symbol": "diamond"})
    figure.update_xaxes(tickformat="~g").update_yaxes(tickformat="~g", range=[-2, 2.3])
    for label in figure.layout.annotations[:2]:  # the labels at the ends: the title says what the curve is
        label.visible = False
    figure.layout.annotations[-1].update(xanchor="right", xshift=-4)
    return figure.update_layout(margin_r=40)


# — one's own tweet —


def shows(app: Platform, reader: int, tweet: Tweet) -> bool:
    """Whether the reader's home has the tweet on its first page, as the platform serves it."""
    return any(each.id == tweet.id for each in app.timelines.home(reader).items)


def shows_pushed_only(app: Platform, reader: int, tweet: Tweet) -> bool:
    """The same for a home that is nothing but what was pushed into it: one's own tweets are not merged in."""
    app.timelines.warm([reader])
    page = app.homes.redis.zrange(app.homes.key(reader), 0, -1)
    return any(int(entry) == tweet.id for entry in page if entry.isdecimal())


# — nines —


def month_figure(promises: Mapping[str, float]) -> Any:
    """A month, a row for each day: each of `promises` {name: share of time up} takes its minutes down on a day of its own."""
    import plotly.graph_objects as go

    minutes = {name: downtime(share) for name, share in promises.items()}
    worst = max(minutes, key=lambda name: minutes[name])
    figure = charts.house(go.Figure())
    up = {"name": "up, hours", "marker_color": charts.COLOURS["fast"], "opacity": 0.35}
    figure.add_trace(go.Bar(x=[24] * 30, y=list(range(1, 31)), orientation="h", **up))
    colour = charts.COLOURS["threshold"]
    for place, (name, down) in enumerate(minutes.items()):
        day, start = 3 + place * 27 // len(minutes), 20 - down / 60
        marker = {"color": colour, "line": {"color": colour, "width": 1}}
        figure.add_trace(go.Bar(x=[down / 60], y=[day], base=[start], orientation="h", name=f"{name}: down, hours", marker=marker))
        text = f'<span style="color:#222">{name}: {down:.3g} min</span>'
        figure.add_annotation(text=text, x=start - 0.2, y=day, xanchor="right", showarrow=False, bgcolor="rgba(255,255,255,.85)")
    title = f"A month: “{worst}” may be down for {minutes[worst]:.0f} minutes of it"
    figure.update_layout(barmode="overlay", bargap=0.12, height=520, title=title)
    figure.update_xaxes(title="hour of the day", range=[0, 24], dtick=4, showgrid=False)
    return figure.update_yaxes(title="day of the month", range=[30.7, 0.3], dtick=5, showgrid=False)


# — five scopes —

IN, LATER = "in", "later"
SCOPES: dict[str, Mapping[str, str]] = {  # the requirement sections of A to E; what is not listed is not mentioned there
    "post a tweet": dict.fromkeys("ABCDE", IN),
    "follow and unfollow": dict.fromkeys("ABCDE", IN),
    "home timeline": dict.fromkeys("ABCDE", IN),
    "search": {"A": LATER, "B": IN, "C": IN, "D": LATER, "E": IN},
    "likes, retweets": dict.fromkeys("ACDE", IN),
    "media": {"A": LATER, "B": IN, "D": IN, "E": IN},
    "trends": {"A": LATER, "B": IN, "C": IN, "E": IN},
    "profile with its tweets": dict.fromkeys("ACD", IN),
    "notifications": {"A": LATER, "B": IN, "E": IN},
    "replies, quotes": dict.fromkeys("CE", IN),
    "direct messages": {"A": LATER, "C": LATER, "E": IN},
    "hashtags": {"A": LATER, "C": IN, "E": IN},
    "polls": {"C": LATER, "E": IN},
    "register and edit a profile": {"C": IN},
    "timeline of mentions": {"A": LATER, "C": IN},
    "delete a tweet": {"C": IN},
    "block and mute": {"C": IN},
    "ranked timeline": {"C": IN},
    "suggested accounts": {"C": IN},
    "edit a tweet, threads, lists, bookmarks, audio rooms, a paid plan": {"C": LATER},
}


def scope_table() -> pd.DataFrame:
    """Features × designs: "in", "later" or "" where a design does not mention it; `designs`: how many have it in."""
    import pandas as pd

    frame = pd.DataFrame({letter: {feature: row.get(letter, "") for feature, row in SCOPES.items()} for letter in "ABCDE"})
    return frame.assign(designs=(frame == IN).sum(axis=1)).rename_axis("feature")


# — the sheet —


def stated_table(scenario: Scenario, say: Callable[[str, float], str]) -> pd.DataFrame:
    """What a design states of a scenario's assumptions: value, the house's default, where it says so. say(name, value) -> words."""
    import pandas as pd

    rows = {}
    for name, value in scenario.stated().items():
        rows[assumptions()[name]["says"]] = (say(name, value), say(name, getattr(Scenario(), name)), scenario.source(name))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["stated", "house default", "where"]).rename_axis("requirement")


def in_numbers(scenario: Scenario) -> pd.DataFrame:
    """Requirements said as pages, minutes, people and money."""
    import pandas as pd

    late, promise = lateness(scenario), scenario.slo / 100
    loads = scenario.daily_users * scenario.timelines_per_user
    media = price_of(scenario, {"media": {"media_share": 0}})["% of the bill"].iloc[0]
    rows = [
        (f"a tweet is visible within {human(scenario.visible_within)} s", f"{late.share:.3g} % of home pages lack a tweet"),
        ("the same, for a tweet to the average number of followers", f"{human(late.old_pages)} pages are loaded before it arrives"),
        (f"{scenario.slo:.7g} % available", f"{downtime(promise):.3g} min down a month, {downtime(promise, 'year'):.3g} min a year"),
        (f"the same, of {scenario.parts:.0f} parts in a row", f"each part needs {100 * promise ** (1 / scenario.parts):.4f} %"),
        ("a p99 of the home timeline", f"{human(loads / 100)} of {human(loads)} loads a day may be slower"),
        ("no media", f"{media:.1f} % of the bill saved"),
    ]
    return pd.DataFrame(rows, columns=["requirement", "in numbers"]).set_index("requirement")

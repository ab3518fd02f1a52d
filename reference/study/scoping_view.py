"""The scoping game as a learner plays it in JupyterLab, and as a headless run shows it.

CSS classes that a browser test may rely on: course-scoping, course-question (one button each), course-asked, course-again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reference import notebook
from reference.estimation.decisions import decisions
from reference.estimation.errors import EstimationError
from reference.notebook import escape
from reference.study import progress
from reference.study.gate_view import display_widget
from reference.study.panel import PANEL_STYLE, button, error_line, framed, live
from reference.study.scoping import Asked, Game, Turn, bank, good_picks, question, rules
from reference.study.style import card
from reference.twitter.clock import Clock, SystemClock

KEPT = "scoping"


def scoping_game() -> None:
    """Play: the vague prompt, a bank of questions, six of them in five minutes; each pick shows what it set and which decisions flipped.

    A headless run shows the bank as a table and the play of a fixed six. The last play is kept and shown again on a re-run.
    """
    if notebook.interactive():
        display_widget(GameView(kept_game()).box, "The scoping game: run this cell to play.")
        return
    game = Game(rules()["example"])
    notebook.publish(card(bank_html(), label="The bank of questions"), text=f"{len(bank())} questions that one might ask")
    play = "".join(f"<li>{turn_html(turn)}</li>" for turn in game.turns)
    html = f"<h4>“{escape(rules()['prompt'])}” One play</h4><ol>{play}</ol>{score_html(game, 'These')}"
    notebook.publish(card(html, label="One play of the scoping game"), text=str(game.score()))


def kept_game() -> Game:
    """The learner's last play; a fresh one where there is none, or where the bank has changed since."""
    picks = progress.current().kept(KEPT)
    try:
        return Game(picks if isinstance(picks, list) else ())
    except (EstimationError, TypeError):
        return Game()


class GameView:
    """The widgets of a play. `questions`: name → button; `latest`, `earlier`, `status`: HTML; `again`: the button at the end."""

    def __init__(self, game: Game, clock: Clock | None = None) -> None:
        import ipywidgets as widgets

        self.game, self._clock = game, clock or SystemClock()
        self._started_s: float | None = None
        good_picks()  # found once, a quarter of a second: not while somebody waits for the last answer
        self.status, self.latest, self.earlier = (widgets.HTML() for _ in range(3))
        self.questions = {each.name: self._button(each) for each in bank()}
        columns = {"grid_template_columns": "repeat(auto-fill, minmax(24em, 1fr))"}
        self.bank = widgets.GridBox(list(self.questions.values()), layout=columns).add_class("course-bank")
        self.again = button("Play again", "course-again", self.play_again)
        self.ending = widgets.HBox([self.again])
        title = f"{PANEL_STYLE}<h4>“{escape(rules()['prompt'])}”</h4>"
        self.title = widgets.HTML(f"{title}<p>Ask {rules()['questions']} questions. You have {rules()['minutes']} minutes.</p>")
        self.box = framed().add_class("course-scoping")
        self.refresh()

    def _button(self, asked: Asked) -> Any:
        return button(asked.asks, "course-question", lambda: self.pick(asked.name))

    def pick(self, name: str) -> None:
        """Ask one question, show what it changed, keep the play."""
        self._started_s = self._clock.now() if self._started_s is None else self._started_s
        try:
            self.game.pick(name)
        except EstimationError as error:
            self.latest.value = live(error_line(escape(error)))
            return
        progress.current().keep(KEPT, list(self.game.picks))
        self.refresh()
        if self.game.left == 0:
            self.again.focus()  # the buttons that had the keyboard are gone

    def play_again(self) -> None:
        """Forget this play and start another."""
        self.game, self._started_s = Game(), None
        progress.current().keep(KEPT, [])
        self.refresh()
        next(iter(self.questions.values())).focus()

    def refresh(self) -> None:
        """Bring the widgets in line with the game."""
        for name, each in self.questions.items():
            self._mark(name, each)
        self.status.value = f"<b>{self._asked()}</b>"
        turns = self.game.turns
        self.latest.value = live(turn_html(turns[-1]) if turns else "")
        self.earlier.value = _folded("Asked before", "".join(turn_html(turn) for turn in turns[-2::-1])) if len(turns) > 1 else ""
        if self.game.left:
            self.box.children = [self.title, self.status, self.bank, self.latest, self.earlier]
            return
        self.latest.value = live(turn_html(turns[-1]) + score_html(self.game, "Your"))
        self.box.children = [self.title, self.status, self.latest, self.earlier, self.ending]

    def _mark(self, name: str, made: Any) -> None:
        """What has been asked stays a button: a disabled one would drop the keyboard into Lab's own shortcuts."""
        asked = name in self.game.picks
        made.description = ("✓ " if asked else "") + question(name).asks
        (made.add_class if asked else made.remove_class)("course-asked")

    def _asked(self) -> str:
        counted = f"Asked {len(self.game.turns)} of {rules()['questions']}"
        if self._started_s is None:
            return counted
        minutes, seconds = divmod(int(self._clock.now() - self._started_s), 60)
        return f"{counted} · {minutes} min {seconds:02d} s of {rules()['minutes']} min"


def turn_html(turn: Turn) -> str:
    """One card: the question, the answer, what it set (before → after), the decisions that flipped, why."""
    asked = turn.question
    moved = _list(f"{change.says}: {change.before} → <b>{change.after}</b>" for change in turn.changes)
    flips = _list(f"{escape(decisions()[f.decision].asks)} {escape(f.before)} → <b>{escape(f.after)}</b>" for f in turn.flips)
    told = f"It sets{moved}" if turn.changes else "<p>It sets no assumption.</p>"
    count = len(turn.flips)
    effect = f"<b>{count} decision{'s' if count > 1 else ''} flipped</b>{flips}" if count else "<p><b>No decision flipped.</b></p>"
    head = f"<p><b>{escape(asked.asks)}</b> “{escape(asked.answer)}”</p>"
    return f'<div class="course-turn">{head}{told}{effect}<p><i>{escape(asked.because)}</i></p></div>'


def score_html(game: Game, whose: str) -> str:
    """How many decisions the play settles, a good six beside it, what changed nothing, and what stays open. whose: "Your", "These"."""
    score, number = game.score(), _number(len(game.turns))
    known = f"{score.before} came out so before any question."
    head = f"<p><b>{whose} {number} settle {score.settled} of {score.total} decisions as full knowledge would</b>; {known}</p>"
    better = "A good six" if score.good_settled > score.settled else "It is hard to do better. The code, greedily,"
    settles = f"settles {score.good_settled}, asking each time what settles most:"
    good = f"<p>{better} {settles}</p>{_list((escape(each.asks) for each in score.good), 'ol')}"
    return f'<div class="course-score">{head}{good}{_idle_html(score.idle)}{_open_html(game)}</div>'


def _idle_html(idle: Iterable[Turn]) -> str:
    items = _list(f"{escape(turn.question.asks)} <i>{escape(turn.question.because)}</i>" for turn in idle)
    return f"<p>Asked, and no decision flipped:</p>{items}" if items else "<p>Every question flipped a decision.</p>"


def _open_html(game: Game) -> str:
    rows = [(decisions()[flip.decision].asks, flip.before, flip.after) for flip in game.open_questions()]
    header = ("decision", "as it stands", "with everything known")
    return _folded(f"What is still open: {len(rows)} decisions", notebook.table(header, rows)) if rows else ""


def bank_html() -> str:
    """Every question with its answer, what it sets, and how many decisions it flips when asked first."""
    header = ("question", "the interviewer says", "sets", "flips, asked first")
    rows = [(each.asks, each.answer, ", ".join(each.sets) or "nothing", str(len(_first(each)))) for each in bank()]
    return f"<h4>The bank</h4>{notebook.table(header, rows)}"


def _first(asked: Asked) -> tuple[Any, ...]:
    return Game([asked.name]).turns[0].flips if asked.sets else ()


def _list(items: Iterable[str], tag: str = "ul") -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<{tag}>{listed}</{tag}>" if listed else ""


def _folded(title: str, html: str) -> str:
    return f"<details><summary>{title}</summary>{html}</details>"


def _number(count: int) -> str:
    return ("none", "one", "two", "three", "four", "five", "six")[count] if count <= 6 else str(count)

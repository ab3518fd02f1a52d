"""What the learner has guessed so far, in one local JSON file beside the copies in `my/`. Headless runs read and write nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from reference import notebook
from reference.estimation.misconceptions import misconceptions
from reference.study.attempts import KEPT_AS as EXERCISES
from reference.study.calibration import calibration_on_the_board
from reference.study.exercise_board import exercises_on_the_board
from reference.study.rungs import KEPT as LADDERS
from reference.study.rungs import ladders_on_the_board
from reference.twitter.clock import Clock, SystemClock

VERSION = 1


class Progress:
    """The progress file at `path` (None: kept in memory only). Every write is atomic and leaves the version before it as `.bak`.

    `notice`: what went wrong with the file, in words for the learner; empty when all is well.
    """

    def __init__(self, path: Path | None = None, clock: Clock | None = None) -> None:
        self.path, self.notice = path, ""
        self._clock: Clock = clock or SystemClock()
        self._memory: dict[str, Any] = _empty()

    def prediction(self, prediction_id: str) -> dict[str, Any] | None:
        """What was guessed: {guess, answer, verdict, close, shown, at_ms}, or None."""
        return self._load()["predictions"].get(prediction_id)

    def predictions(self) -> dict[str, dict[str, Any]]:
        return dict(self._load()["predictions"])

    def record(self, prediction_id: str, **facts: Any) -> None:
        """Merge `facts` into the prediction's record; the time of the first guess stays."""
        state = self._load()
        entry = state["predictions"].setdefault(prediction_id, {"at_ms": self._clock.now_ns() // 1_000_000})
        entry.update(facts)
        self._save(state)

    def forget(self, prediction_id: str) -> None:
        """Drop one guess, so that it can be made again."""
        state = self._load()
        if state["predictions"].pop(prediction_id, None) is not None:
            self._save(state)

    def record_drill(self, drill_id: str, *, ok: bool, misconception: str = "") -> None:
        """Remember a checked drill: whether the *first* answer was right, and every misconception that its answers showed."""
        state = self._load()
        entry = state.setdefault("drills", {}).setdefault(drill_id, {"ok": ok, "misconceptions": []})
        if misconception and misconception not in entry["misconceptions"]:
            entry["misconceptions"].append(misconception)
        self._save(state)

    def drills(self) -> dict[str, dict[str, Any]]:
        """Drills tried: id → {ok, misconceptions}."""
        return dict(self._load().get("drills", {}))

    def kept(self, name: str) -> Any:
        """What was kept under `name`: "scenario", "scoping", "features"; None if nothing was."""
        kept = self._load().get("kept")
        return kept.get(name) if isinstance(kept, dict) else None

    def keep(self, name: str, value: Any) -> None:
        """Keep `value` (what JSON can hold) under `name` in place of what was there."""
        state = self._load()
        kept = state.get("kept")
        state["kept"] = {**(kept if isinstance(kept, dict) else {}), name: value}
        self._save(state)

    def reset(self) -> None:
        """Forget everything (the version before stays as `.bak`)."""
        self._save(_empty())

    def _load(self) -> dict[str, Any]:
        if self.path is None or not self.path.exists():
            return self._memory if self.path is None else _empty()
        try:
            return _read(self.path)
        except (ValueError, OSError) as error:
            return self._recover(error)

    def _recover(self, error: Exception) -> dict[str, Any]:
        """A broken file is set aside, never thrown away; the last good version takes its place."""
        assert self.path is not None
        broken = self.path.with_suffix(".broken.json")
        shutil.copyfile(self.path, broken)
        try:
            state, source = _read(_backup(self.path)), "The last good version took its place"
        except (ValueError, OSError):
            state, source = _empty(), "There was no good older version, so the board starts afresh"
        self.notice = f"{self.path.name} could not be read ({error}). {source}; the broken file is kept as {broken.name}."
        self._save(state, keep_old=False)
        return state

    def _save(self, state: dict[str, Any], *, keep_old: bool = True) -> None:
        if self.path is None:
            self._memory = state
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if keep_old and self.path.exists():
                shutil.copyfile(self.path, _backup(self.path))
            _write_atomically(self.path, json.dumps(state, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        except OSError as error:
            self.notice = f"Your guess counts, but {self.path} cannot be written ({error.strerror}), so it will not be remembered."


def _empty() -> dict[str, Any]:
    return {"version": VERSION, "predictions": {}}


def _read(path: Path) -> dict[str, Any]:
    state = json.loads(path.read_text(encoding="utf-8"))
    predictions = state.get("predictions") if isinstance(state, dict) else None
    if not isinstance(predictions, dict) or not all(isinstance(entry, dict) for entry in predictions.values()):
        raise ValueError("it is JSON, but not a progress file")
    if not _are_drills(state.get("drills", {})):
        raise ValueError("its drills are not a tally")
    return state


def _are_drills(drills: Any) -> bool:
    entries = drills.values() if isinstance(drills, dict) else [None]
    return all(isinstance(entry, dict) and isinstance(entry.get("misconceptions"), list) for entry in entries)


def _backup(path: Path) -> Path:
    return path.with_suffix(path.suffix + ".bak")


def _write_atomically(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def progress_path(start: Path | None = None) -> Path | None:
    """COURSE_PROGRESS if set, else `my/progress.json` for the nearest folder named `my` at or above `start`; None outside of one."""
    if os.environ.get("COURSE_PROGRESS"):
        return Path(os.environ["COURSE_PROGRESS"])
    here = (start or Path.cwd()).resolve()
    return next((folder / "progress.json" for folder in (here, *here.parents) if folder.name == "my"), None)


def current() -> Progress:
    """The learner's progress; in a headless run an empty one that lives in memory and forgets at once."""
    return _at(progress_path()) if notebook.interactive() else Progress(None)


@cache
def _at(path: Path | None) -> Progress:
    return Progress(path)


def reset_progress() -> str:
    """Start the course afresh: forgets all guesses (the file before stays as `.bak`). Returns a sentence saying so."""
    current().reset()
    return "Progress is reset: every prediction is open again after its cell is run."


_PREDICT_CALL = re.compile(r"""predict\(\s*\\?["']([^"'\\]+)""")


def predictions_in(folder: Path) -> dict[str, list[str]]:
    """Notebook name → ids of its predictions, read from the sources in `folder`, sorted by name."""
    found = {path.stem: list(_ids(path)) for path in sorted(folder.glob("*.ipynb"))}
    return {name: ids for name, ids in found.items() if ids}


def _ids(path: Path) -> Iterator[str]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8")).get("cells", [])
    except (ValueError, OSError):
        return
    for cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get("source", "")
            yield from _PREDICT_CALL.findall("".join(source))


def board(folder: Path | None = None) -> None:
    """Show the progress board: notebooks × predictions made and close. `folder`: where the notebooks are (default: here).

    A headless run shows the empty frame, the same each time.
    """
    header = ("notebook", "predictions made", "close (within 2×)", "shown without a guess")
    progress = current()
    rows = _board_rows(progress, predictions_in(folder or Path.cwd())) if notebook.interactive() else []
    notice = f'<p role="alert">{notebook.escape(progress.notice)}</p>' if progress.notice else ""
    empty = "" if rows else "<p>No guesses yet. They appear here as you make them; run this cell again to refresh.</p>"
    drills = _drills_line(progress.drills())
    practised = f"<p>{notebook.escape(drills)}</p>" if drills else ""
    # (HTML, text) of each further part; both empty while there is nothing to say
    parts = [(practised, drills), exercises_on_the_board(progress.kept(EXERCISES))]
    parts += [calibration_on_the_board(progress.predictions()), ladders_on_the_board(progress.kept(LADDERS))]
    text = "Your progress\n" + "\n".join([*(" · ".join(row) for row in [header, *rows]), *filter(None, (said for _, said in parts))])
    further = "".join(html for html, _ in parts)
    notebook.publish(f"<h4>Your progress</h4>{notice}{notebook.table(header, rows)}{empty}{further}", text=text)


def _drills_line(drills: dict[str, dict[str, Any]]) -> str:
    """ "Drills: 5 tried, 3 right at once. Misconceptions met: bits for bytes (2)"; empty before the first drill."""
    if not drills:
        return ""
    met = Counter(name for entry in drills.values() for name in entry["misconceptions"])
    named = "; ".join(f"{_title(name)} ({count})" for name, count in sorted(met.items(), key=lambda item: (-item[1], item[0])))
    right = sum(1 for entry in drills.values() if entry.get("ok"))
    return f"Drills: {len(drills)} tried, {right} right at once." + (f" Misconceptions met: {named}." if named else "")


def _title(name: str) -> str:
    """The title of a misconception; one of an older version keeps its name."""
    known = misconceptions().get(name)
    return known.title if known else name


def _board_rows(progress: Progress, notebooks: dict[str, list[str]]) -> list[tuple[str, str, str, str]]:
    made = progress.predictions()
    return [
        (
            name,
            f"{sum(1 for i in ids if made.get(i, {}).get('guess') is not None)} of {len(ids)}",
            str(sum(1 for i in ids if made.get(i, {}).get("close"))),
            str(sum(1 for i in ids if made.get(i, {}).get("shown"))),
        )
        for name, ids in notebooks.items()
    ]

"""The environment check of the first notebook: what is wrong, in words, and how to mend it."""

from __future__ import annotations

import os
import platform
import re
import socket
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from reference import notebook
from reference.study import progress

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ((3, 11), (3, 12), (3, 13))
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)\s*(?:;\s*(.*?))?\s*\\?$")

Problem = str | None


def environment_check() -> None:
    """Show what is well and what is not; the text is the same wherever all is well (no versions in it)."""
    found = [(name, check()) for name, check in _CHECKS.items()]
    rows = [("✓" if problem is None else "✗", name, problem or "fine") for name, problem in found]
    wrong = sum(problem is not None for _, problem in found)
    verdict = (
        "Everything is in place." if not wrong else f"{wrong} of {len(rows)} checks found something; the last column says how to mend it."
    )
    text = "\n".join([verdict, *(" ".join(row) for row in rows)])
    notebook.publish(f"<p><b>{verdict}</b></p>{notebook.table(('', 'what', 'result'), rows, render=notebook.inline)}", text=text)


def check_python(version: tuple[int, int] | None = None) -> Problem:
    """None for a proved Python."""
    have = version or sys.version_info[:2]
    if have in PYTHONS:
        return None
    names = ", ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    here = platform.python_version()
    return f"This is Python {here}; the course is proved on {names}. Delete `.venv` and run `make lab`: it fetches one that fits."


def check_packages(lock: Path = ROOT / "requirements.lock") -> Problem:
    """None when what is installed is what the lock names (packages for other platforms are passed over)."""
    if not lock.exists():
        return None
    wanted = [match for match in map(_PINNED.match, lock.read_text(encoding="utf-8").splitlines()) if match]
    wrong = [f"{name} {_installed(name) or 'is missing'} (wanted {version})" for name, version, marker in (m.groups() for m in wanted)
             if _applies(marker) and _installed(name) != version]  # fmt: skip
    if not wrong:
        return None
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    return f"{'; '.join(wrong[:3])}{more}. Run `make lab` again (or `python start.py`): it brings the environment in line with the lock."


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _applies(marker: str | None) -> bool:
    if not marker:
        return True
    try:
        from packaging.markers import Marker
    except ImportError:
        return False
    return bool(Marker(marker.strip()).evaluate())


def check_widgets() -> Problem:
    """None when the sliders' packages are there; whether the page shows them is seen at the first slider."""
    missing = [name for name in ("ipywidgets", "anywidget", "plotly", "jupyterlab_widgets") if _installed(name) is None]
    if not missing:
        return None
    return f"{', '.join(missing)} missing: sliders and gates will not show. Run `make lab`, then reload the page."


def check_my_folder() -> Problem:
    """None when the progress file can be written, or when this notebook is no learner's copy."""
    path = progress.progress_path()
    if path is None:
        return None
    folder = path.parent if path.parent.exists() else path.parent.parent
    if os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK)):
        return None
    mend = f"Give yourself write access to `{folder}`, or set COURSE_PROGRESS to another file."
    return f"`{path}` cannot be written, so guesses will not be remembered. {mend}"


def check_url(variable: str, default_port: int) -> Problem:
    """None when the variable is unset or something listens where it points."""
    url = os.environ.get(variable, "")
    parts = urlsplit(url.replace("redis+cluster://", "redis://", 1))
    if not url or not parts.hostname:
        return None
    try:
        with socket.create_connection((parts.hostname, parts.port or default_port), timeout=2):
            return None
    except (OSError, ValueError) as error:
        where = f"{parts.hostname}:{parts.port or default_port}"
        return f"{variable} points to {where}, where nothing answers ({error}). Start it, or unset {variable}: the course runs without."


_CHECKS: dict[str, Callable[[], Problem]] = {
    "Python": check_python,
    "packages": check_packages,
    "widgets": check_widgets,
    "your folder": check_my_folder,
    "Redis": lambda: check_url("REDIS_URL", 6379),
    "PostgreSQL": lambda: check_url("DATABASE_URL", 5432),
}

"""Imports point one way: the floors of DESIGN §1, read from the sources."""

from __future__ import annotations

import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.house import house

FLOORS = [
    {"clock", "errors", "model", "backend", "lease", "schema", "engines", "store", "bulk", "snowflake_layout", "worker_lease"}
    | {"hashtags", "hyperloglog", "heavy_hitters", "trend_policy", "trend_window", "trend_batch", "trend_baseline"}
    | {"trend_counters", "trends_exact"},
    {"ids", "accounts", "graph", "tweet_store", "outbox", "fanout", "homes", "events", "activity", "trends", "ratelimit"},
    {"consumer", "delivery", "dataset", "trend_feed"},
    {"tweets", "timelines"},
    {"platform"},
    {"workers"},
]
"""Modules of `reference.twitter`, lowest first. On the ground floor they may use each other, above it they ignore their neighbours."""

MAY_IMPORT = {
    "estimation": {"estimation"},
    "twitter": {"twitter"},
    "contracts": {"contracts", "twitter.clock", "twitter.errors"},
    "lab": {"lab", "twitter", "estimation", "notebook"},
    "study": {"study", "contracts", "estimation", "notebook", "twitter.clock", "twitter.errors"},
    "notebook": {"notebook"},  # a single module: whether a person is watching
}
ENGINES = {"duckdb", "duckdb_engine", "sqlalchemy", "fakeredis", "pandas", "pyarrow", "plotly", "ipywidgets", "IPython", "redis"}


def short(name: str) -> str:
    return name.removeprefix("reference.")


def own_imports(name: str, path: Path, at_run_time: bool = False) -> set[str]:
    """Modules of ours that `path` imports, without the `reference.` in front."""
    known = set(house.modules("reference")) - {"reference", name}
    return {short(found) for found in house.imports(name, path, at_run_time=at_run_time) & known}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_import_only_what_they_may(package: str) -> None:
    inside = {name: path for name, path in house.modules("reference").items() if f"{name}.".startswith(f"reference.{package}.")}
    pairs = [(name, found) for name, path in inside.items() for found in own_imports(name, path)]
    assert inside and not [f"{name} imports {found}" for name, found in pairs if not allowed(found, MAY_IMPORT[package])]


def allowed(found: str, rooms: set[str]) -> bool:
    """`found` is one of `rooms`, inside one, or the package on the way to one."""
    return any(f"{found}.".startswith(f"{room}.") or room.startswith(f"{found}.") for room in rooms)


def test_every_package_has_a_rule() -> None:
    packages = {name.split(".")[1] for name in house.modules("reference") if name != "reference"}
    assert packages <= set(MAY_IMPORT)


def test_the_reference_knows_neither_tools_nor_tests() -> None:
    wrong = {
        f"{name} imports {found}"
        for name, path in house.modules("reference").items()
        for found in house.imports(name, path)
        if found.split(".")[0] in ("tools", "tests", "start")
    }
    assert not wrong


def floor(module: str) -> int | None:
    return next((number for number, names in enumerate(FLOORS, start=1) if module in names), None)


def test_every_module_of_the_system_lives_on_a_floor() -> None:
    homeless = {name for name in house.modules("reference.twitter") if name != "reference.twitter" and floor(name.split(".")[2]) is None}
    assert not homeless, "say in FLOORS where they live"


def test_the_system_imports_only_from_floors_below() -> None:
    wrong = set()
    for name, path in house.modules("reference.twitter").items():
        if name == "reference.twitter":
            continue
        mine = floor(name.split(".")[2]) or 0
        for found in own_imports(name, path):
            other = floor(found.split(".")[1]) if "." in found else None
            if other is not None and (other > mine or (other == mine > 1 and found.split(".")[1] != name.split(".")[2])):
                wrong.add(f"{name} (floor {mine}) imports {found} (floor {other})")
    assert not wrong


def test_no_imports_go_in_circles() -> None:
    graph = {short(name): own_imports(name, path, at_run_time=True) for name, path in house.modules("reference").items()}
    for module, found in graph.items():  # a package's own front door names its rooms
        found -= {other for other in found if module.startswith(f"{other}.")}
    TopologicalSorter(graph).prepare()


def test_engines_are_imported_where_they_are_opened() -> None:
    code = f"import sys, reference.twitter; print(sorted({ENGINES!r} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, cwd=house.ROOT).stdout
    eager = {
        f"{name} imports {found}"
        for name, path in house.modules("reference.twitter").items()
        for found in house.imports(name, path, top_level_only=True)
        if found.split(".")[0] in ENGINES
    }
    assert (loaded.strip(), eager) == ("[]", set())

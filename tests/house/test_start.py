"""`start.py`: one command from a fresh clone, on any machine, that costs nothing the second time."""

from __future__ import annotations

import ast
import importlib.util
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.house import house

FILES = ("start.py", "pyproject.toml", "requirements.lock", "requirements-test.lock")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A fresh clone in `tmp_path` whose start.py writes down the processes it would have started (`start.calls`)."""
    for name in FILES:
        shutil.copy(house.ROOT / name, tmp_path)
    for name in ("tests", "tools"):
        (tmp_path / name).mkdir()
    (tmp_path / "tools" / "lab.py").touch()
    spec = importlib.util.spec_from_file_location("start", tmp_path / "start.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.calls = []

    def call(command: list[str], **_: object) -> int:
        module.calls.append([str(word) for word in command])
        if "venv" in command:
            make_hollow_venv(module)
        return 0 if Path(command[0]).exists() or not Path(command[0]).is_absolute() else 1

    monkeypatch.setattr(module.subprocess, "call", call)
    return module


def make_hollow_venv(start: ModuleType) -> None:
    shutil.rmtree(start.VENV, ignore_errors=True)
    start.venv_python().parent.mkdir(parents=True)
    start.venv_python().symlink_to(sys.executable)
    (start.VENV / "pyvenv.cfg").write_text("home = somewhere\nversion = {}.{}.{}\n".format(*sys.version_info[:3]))


def installs(start: ModuleType) -> list[str]:
    """The locks that were installed, in order."""
    return [word for call in start.calls if "sync" in call for word in call if word.endswith(".lock")]


def test_pythons_too_old_for_the_course_can_read_it() -> None:
    source = (house.ROOT / "start.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    assert not [name for name in house.imports("start", house.ROOT / "start.py") if name.split(".")[0] not in sys.stdlib_module_names]


def test_the_first_run_makes_the_environment_from_the_hashed_lock(start: ModuleType) -> None:
    start.ensure_environment("learner")
    assert "venv" in start.calls[0]
    [sync] = [call for call in start.calls if "sync" in call]
    assert "--require-hashes" in sync and sync[-1] == "requirements.lock"
    assert start.calls[-1][-5:] == ["--quiet", "--no-deps", "--no-build-isolation", "-e", "."]


def test_the_second_run_starts_no_process(start: ModuleType) -> None:
    start.ensure_environment("learner")
    start.calls.clear()
    start.ensure_environment("learner")
    assert start.calls == []


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_is_installed_into_the_same_environment(start: ModuleType, changed: str) -> None:
    start.ensure_environment("learner")
    start.calls.clear()
    with (start.ROOT / changed).open("a") as file:
        file.write("\n# changed\n")
    start.ensure_environment("learner")
    assert installs(start) == ["requirements.lock"] and not [call for call in start.calls if "venv" in call]


def test_opening_the_course_keeps_an_environment_that_tests_have_grown(start: ModuleType) -> None:
    start.ensure_environment("learner")
    start.ensure_environment("test")
    start.ensure_environment("learner")
    assert installs(start) == ["requirements.lock", "requirements-test.lock"]


def test_an_interrupted_installation_starts_over(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(lock: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(start, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            start.ensure_environment("learner")
    start.calls.clear()
    start.ensure_environment("learner")
    assert "venv" in start.calls[0] and installs(start) == ["requirements.lock"]


def test_an_environment_whose_python_is_gone_is_made_anew(start: ModuleType) -> None:
    start.ensure_environment("learner")
    start.venv_python().unlink()
    start.calls.clear()
    start.ensure_environment("learner")
    assert [call for call in start.calls if "venv" in call] and start.venv_python().exists()


def test_an_environment_of_ones_own_is_kept(start: ModuleType) -> None:
    make_hollow_venv(start)
    start.ensure_environment("learner")
    assert not [call for call in start.calls if "venv" in call] and installs(start) == ["requirements.lock"]


def test_pip_does_it_where_uv_cannot_be_had(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "get_uv", lambda: None)
    start.ensure_environment("learner")
    first, second = start.calls[-2:]
    assert first[1:5] == ["-m", "pip", "install", "--require-hashes"] and first[-1] == "requirements.lock"
    assert second[-2:] == ["-e", "."] and "--no-build-isolation" in second


def test_uv_is_installed_by_its_hash_from_the_lock(start: ModuleType) -> None:
    pin = start.uv_pin()
    assert pin.startswith("uv==") and pin.count("--hash=sha256:") > 1 and pin.count("==") == 1


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_an_unsupported_python_is_told_what_to_do(start: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int]) -> None:
    monkeypatch.setattr(start.sys, "version_info", (*version, 1))
    monkeypatch.setattr(start, "other_pythons", list)
    monkeypatch.setattr(start, "fetch_python", lambda: False)
    with pytest.raises(SystemExit) as stop:
        start.ensure_environment("learner")
    assert "needs Python 3.11, 3.12 or 3.13, and this is {}.{}: install one".format(*version) in str(stop.value)
    assert "run `python3.12 start.py`" in str(stop.value)


def test_an_unsupported_python_uses_a_supported_one_of_the_machine(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 10, 1))
    monkeypatch.setattr(start, "other_pythons", lambda: ["python3.13"])
    start.ensure_environment("learner")
    assert start.calls[0][:3] == ["python3.13", "-m", "venv"]


def test_an_unsupported_python_lets_uv_fetch_one(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start.sys, "version_info", (3, 14, 0))
    monkeypatch.setattr(start, "other_pythons", list)
    monkeypatch.setattr(start.shutil, "which", lambda name, **_: "uv" if name == "uv" else None)
    start.ensure_environment("learner")
    assert start.calls[0][:2] == ["uv", "venv"] and ">=3.11,<3.14" in start.calls[0]


def test_windows_keeps_its_python_elsewhere(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "os", SimpleNamespace(name="nt"))
    assert start.venv_python() == start.VENV / "Scripts" / "python.exe"


def handed_over(start: ModuleType, monkeypatch: pytest.MonkeyPatch, *argv: str) -> list[str]:
    taken: list[list[str]] = []
    monkeypatch.setattr(start, "ensure_environment", lambda kind: None)
    monkeypatch.setattr(start, "hand_over", lambda command: taken.append(command) or 0)
    start.main(list(argv))
    return taken[0][1:]


def test_lab_is_the_default_and_arguments_are_passed_on(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert handed_over(start, monkeypatch) == ["-m", "tools.lab"]
    assert handed_over(start, monkeypatch, "--no-browser", "--port", "8899") == ["-m", "tools.lab", "--no-browser", "--port", "8899"]
    assert handed_over(start, monkeypatch, "lab", "--no-browser") == ["-m", "tools.lab", "--no-browser"]


def test_tests_that_one_names_replace_all_tests(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert handed_over(start, monkeypatch, "test", "-x")[-4:] == ["tests", "notebooks", "solutions", "-x"]
    (start.ROOT / "a_test.py").write_text("")
    named = handed_over(start, monkeypatch, "test", "a_test.py::test_it")
    assert named[-1] == "a_test.py::test_it" and "notebooks" not in named


def test_a_command_that_does_not_exist_is_refused(start: ModuleType) -> None:
    with pytest.raises(SystemExit, match="there is no command 'tset'"):
        start.main(["tset"])


def test_a_copy_without_tests_and_instructors_tools_neither_lists_nor_starts_them(tmp_path: Path) -> None:
    shutil.copy(house.ROOT / "start.py", tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "lab.py").touch()
    told = {
        word: subprocess.run([sys.executable, str(tmp_path / "start.py"), word], capture_output=True, text=True, check=False, timeout=30)
        for word in ("help", "grade", "test")
    }
    assert [line.split()[0] for line in told["help"].stdout.splitlines()[2:]] == ["lab", "env"]
    assert all(f"there is no command '{word}'" in told[word].stderr for word in ("grade", "test"))
    assert not (tmp_path / ".venv").exists()


def test_make_has_the_same_commands(start: ModuleType) -> None:
    [line] = [line for line in (house.ROOT / "Makefile").read_text().splitlines() if line.startswith("COMMANDS :=")]
    assert set(line.split()[2:]) == {*start.COMMANDS, "help"}


@pytest.mark.slow
@pytest.mark.timed
def test_the_second_run_adds_less_than_half_a_second(start: ModuleType) -> None:
    start.ensure_environment("learner")
    times = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run([sys.executable, "start.py", "env"], cwd=start.ROOT, check=True, capture_output=True, timeout=60)
        times.append(time.perf_counter() - started)
    assert statistics.median(times) < 0.5

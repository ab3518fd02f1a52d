"""The sandbox: what a student's code cannot do in it, each tried; and the kernel in it, which outlives one bad cell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
import pytest

from tools import course, overlay, sandbox
from tools.sandbox_kernel import TAMPERED, SandboxedExecute
from tools.sandbox_watch import Watch

pytestmark = pytest.mark.usefixtures("sandboxed")


def inside(code: str, shared: Path, limits: sandbox.Limits | None = None, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    """Run `code` as a kernel would be run, without the kernel."""
    bounds = limits or sandbox.Limits()
    os.chown(shared, sandbox.user() or -1, -1)
    line = sandbox.command([sys.executable, "-c", sandbox.LAUNCHER], shared, bounds)
    with sandbox.instructions(sandbox.Secrets({"COURSE_HIDDEN_SEED": "987654"}), bounds, code) as told:
        return subprocess.run(line, stdin=told, env=sandbox.environment(), capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


def test_there_is_no_network(shared: Path) -> None:
    tried = inside("import socket; socket.create_connection(('192.0.2.1', 80), 3)", shared)
    assert "Network is unreachable" in tried.stderr
    assert inside("import socket; print(sorted(name for _, name in socket.if_nameindex()))", shared).stdout in ("['lo']\n", "[]\n")


@pytest.mark.parametrize("name", ["solutions", "tests", "tools", "exercises", "grading", ".git", "notebooks", "INSTRUCTORS.md"])
def test_the_instructors_files_do_not_exist_there(shared: Path, name: str) -> None:
    assert inside(f"import os; print(os.path.exists({str(course.ROOT / name)!r}))", shared).stdout == "False\n"


def test_only_the_public_package_of_the_course_is_there(shared: Path) -> None:
    listed = inside(f"import os; print(sorted(os.listdir({str(course.ROOT)!r})))", shared).stdout
    assert set(eval(listed)) <= {"reference", "datasets", ".venv"}


def test_homes_other_submissions_and_temporary_files_do_not_exist_there(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "other.ipynb").write_text("of another student")
    assert (
        inside(f"import os; print(os.path.exists({str(tmp_path / 'other.ipynb')!r}), os.listdir('/tmp/scratch'))", shared).stdout
        == "False []\n"
    )
    assert inside("import os; print(os.path.exists('/etc/passwd'), os.path.exists('/home'))", shared).stdout == "False False\n"


def test_no_process_of_ours_is_seen(shared: Path) -> None:
    found = inside("import os; print(sum(name.isdigit() for name in os.listdir('/proc')))", shared)
    assert int(found.stdout) <= 3


def test_the_hidden_seed_stands_in_no_file_and_no_initial_environment(shared: Path) -> None:
    code = """
import os
def held(name):
    try:
        return b'987654' in open(name, 'rb').read()
    except PermissionError:
        return False
print(os.environ['COURSE_HIDDEN_SEED'], [held(f'/proc/self/{name}') for name in ('environ', 'cmdline', 'fd/0')])
"""
    assert inside(code, shared).stdout == "987654 [False, False, False]\n"


def test_nothing_of_the_instructors_environment_is_there(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_OVERLAY", "/private")
    monkeypatch.setenv("SOME_TOKEN", "secret")
    names = inside("import os; print(sorted(os.environ))", shared).stdout
    assert "TOKEN" not in names and "OVERLAY" not in names


@pytest.mark.parametrize("place", ["/x", "/usr/x", "/dev/x", f"{course.ROOT}/reference/x", f"{sys.prefix}/x", "/proc/sys/kernel/hostname"])
def test_nothing_can_be_written_outside_of_the_scratch(shared: Path, place: str) -> None:
    tried = inside(f"open({place!r}, 'w').write('x')", shared)
    assert tried.returncode == 1 and any(word in tried.stderr for word in ("Read-only", "Permission denied", "No such file"))
    assert inside("open('/tmp/scratch/mine', 'w').write('x'); print(open('/tmp/scratch/mine').read())", shared).stdout == "x\n"


def test_one_file_and_all_files_together_are_bounded(shared: Path) -> None:
    assert "File too large" in inside("open('/tmp/scratch/a', 'wb').write(b'x' * (17 << 20))", shared).stderr
    many = "for n in range(6): open(f'/dev/shm/{n}', 'wb').write(b'x' * (15 << 20))"
    assert "No space left" in inside(many, shared).stderr


def test_memory_is_bounded(shared: Path) -> None:
    assert "MemoryError" in inside("bytearray(9 << 30)", shared).stderr


def test_cpu_time_is_bounded(shared: Path) -> None:
    assert inside("while True: pass", shared, sandbox.Limits(cpu_s=1), timeout=20).returncode not in (0, None)


def test_a_fork_bomb_is_bounded(shared: Path) -> None:
    code = """
import os, signal
made = []
try:
    while len(made) < 5000:
        child = os.fork()
        if child == 0:
            signal.pause()
        made.append(child)
except OSError as error:
    print(len(made), error.strerror)
"""
    said = inside(code, shared, sandbox.Limits(threads=40)).stdout.split(maxsplit=1)
    assert said[1] == "Resource temporarily unavailable\n" and int(said[0]) < 5000


def test_there_is_no_way_back_to_another_user(shared: Path) -> None:
    code = "import os\ntry:\n  os.setuid(0)\nexcept OSError as error: print(error.strerror)\nprint(os.getuid())"
    lines = inside(code, shared).stdout.splitlines()
    if os.geteuid() == 0:
        assert lines[0] == "Operation not permitted" and int(lines[1]) >= sandbox.FIRST_USER
    else:
        assert lines[-1] == str(os.getuid())


def test_without_bubblewrap_it_refuses_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(sandbox.NoSandbox, match=r"apt-get install bubblewrap.*--unsafe"):
        sandbox.require()


def test_the_private_folders_laws_and_seeds_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "small-sum.py").write_text("def laws(contract): ...")
    (tmp_path / "seeds.toml").write_text("variant_seed = 5\nhidden_seeds = [6, 7]\n")
    monkeypatch.setenv("COURSE_OVERLAY", str(tmp_path))
    told = overlay.secrets()
    assert told.environment == {"COURSE_VARIANT_SEED": "5", "COURSE_HIDDEN_SEED": "6,7"}
    assert told.laws == {"small-sum": "def laws(contract): ..."}


def test_the_watch_sees_memory_processes_and_what_is_left_outside(shared: Path) -> None:
    def excess(**limits: int) -> str:
        return Watch(os.getpid(), shared, sandbox.Limits(**limits)).excess()

    assert excess() == ""
    assert excess(memory_bytes=1 << 20) == "it used more than 0.0 GB of memory"
    assert excess(processes=0) == "it started more than 0 processes"
    (shared / "file").write_bytes(b"x" * 1000)
    assert excess(file_bytes=999) == "it filled the folder of the kernel's sockets"
    for name in range(10):
        (shared / str(name)).touch()
    assert excess(file_bytes=30_000) == "it filled the folder of the kernel's sockets"


# -- the kernel in it --------------------------------------------------------------------------------------------------------------------


def run(*sources: str, **limits: Any) -> Any:
    """The notebook of these cells, executed as a submission's; the last one is a grade cell."""
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    notebook.cells[-1].metadata["nbgrader"] = {"grade": True, "grade_id": "x", "points": 1}
    execute = SandboxedExecute()
    execute.limits = sandbox.Limits(**{"cell_s": 4, **limits})
    execute.timeout = execute.limits.cell_s
    return execute.preprocess(notebook, {"metadata": {"path": str(course.ROOT)}})[0]


def test_a_notebook_runs_and_a_warning_in_a_grade_cell_is_no_error() -> None:
    ran = run("x = 20", "import sys; print(x + 1, file=sys.stderr)")
    [output] = ran.cells[1].outputs
    assert (output.name, output.text) == ("stdout", "21\n")


STOPPED = "CellTimeoutError|did not stop within 4 s"
BAD = {
    "an endless loop": ("while True: pass", STOPPED),
    "a loop that ignores interrupts": ("while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt: pass", STOPPED),
    "a computation that cannot be interrupted": ("10 ** 10 ** 9", STOPPED),
    "the end of the kernel": ("import os; os._exit(1)", "ended the kernel"),
    "a fork bomb": ("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "more than 16 processes"),
    "endless output": ("while True: print('x' * 10_000)", "printed more than 1 MB"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BAD)
def test_one_bad_cell_is_set_aside_and_the_others_run(name: str) -> None:
    source, says = BAD[name]
    ran = run(source, "print('next')")
    errors = [f"{output.ename} {output.evalue}" for output in ran.cells[0].outputs if output.output_type == "error"]
    assert any(re.search(says, error) for error in errors)
    assert ran.cells[1].outputs[0].text == "next\n"


SETUP = "from reference.study import ask, check, grade"
TRICKS = {
    "another check": "match (lambda *a: None):\n    case check:\n        pass",
    "another check, by text": "globals()['grade'] = print",
    "a law without its rule": "import reference.contracts.ids_promise as p\np.unique = lambda ids: None",
    "a law with other code": "import reference.contracts.ids_promise as p\np.unique.__code__ = (lambda ids: None).__code__",
    "no laws": "from reference.contracts import ids\nids.contract.behaviours.clear()",
    "the clock's class": "from reference.contracts.contract_clock import ContractClock\nContractClock.at_ms = lambda *a: None",
    "a task without a judge": "from reference.study.task import task\nobject.__setattr__(task('snowflake-ids'), 'judge', print)",
    "a builtin": "import builtins\nbuiltins.sum = lambda *a: 0",
    "a library": "import math\nmath.isclose = lambda *a, **k: True",
    "another module": "import sys\nsys.modules['reference.study.check'] = sys",
    "a frame": "import sys\nsys._getframe()",
    "a frame of a generator": "(x for x in ()).gi_frame",
    "text that runs": "import typing\ntyping.get_type_hints(type('A', (), {'__annotations__': {'x': 'print(1)'}}))",
    "text that runs in numpy": "from numpy.testing import runstring\nrunstring('x = 1', {})",
    "a trace": "import threading\nthreading.settrace(print)\nt = threading.Thread(target=print)\nt.start()\nt.join()",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRICKS)
def test_who_reaches_for_the_judge_past_the_gate_is_noticed_before_the_next_cell(name: str) -> None:
    ran = run(SETUP, f"try:\n    {TRICKS[name].replace(chr(10), chr(10) + '    ')}\nexcept Exception: pass", "print('judged')")
    assert [output.get("ename") for output in ran.cells[-1].outputs] == [TAMPERED]


def test_who_reaches_for_the_judge_in_the_last_cell_is_noticed_too() -> None:
    ran = run(SETUP, "def answer():\n    import math\n    math.isclose = print", "x = answer(), print('judged')")
    assert [output.get("ename") for output in ran.cells[-1].outputs] == [None, TAMPERED] and len(ran.cells) == 3


HONEST = """
import copy, enum, re, threading, typing
from collections import namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, wraps
import numpy as np
P = namedtuple("P", "x y")
class N(typing.NamedTuple):
    x: int = 0
class Colour(enum.Enum):
    RED = 1
@dataclass(frozen=True, order=True)
class D:
    x: list = field(default_factory=list)
@lru_cache
def f(x: int) -> "int":
    return x + 1
@contextmanager
def held():
    with threading.Lock():
        yield
with held():
    copy.deepcopy(D([P(f(1), N())]))
np.vectorize(f)(np.arange(3))
try:
    1 / 0
except ZeroDivisionError as error:
    print(error, re.sub("a", "b", "a"), sorted([D()]), Colour.RED)
"""


def test_honest_code_is_not_taken_for_tampering() -> None:
    ran = run(SETUP, HONEST, "ask('snowflake-ids')", "print('judged')")
    assert ran.cells[-1].outputs[0].text == "judged\n" and not any(o.output_type == "error" for cell in ran.cells for o in cell.outputs)


def test_outputs_are_kept_as_text_since_an_instructors_browser_shows_them() -> None:
    shown = "display({'text/html': '<script>', 'application/javascript': 'x', 'image/png': 'y', 'text/plain': 'words'}, raw=True)"
    [output] = run("display(1)", shown).cells[1].outputs
    assert output.data == {"text/plain": "words"} and output.metadata == {}


@pytest.mark.slow
def test_memory_in_files_without_a_name_counts() -> None:
    hog = "import os, time\nheld = [os.memfd_create('x') for _ in range(150)]\nfor f in held: os.write(f, b'x' * (15 << 20))\ntime.sleep(3)"
    ran = run(hog, "print('next')", cell_s=20)
    assert "GB of memory" in str(ran.cells[0].outputs) and ran.cells[1].outputs[0].text == "next\n"


@pytest.mark.slow
def test_a_memory_hog_is_ended_before_the_machine_is() -> None:
    hog = "held = []\nwhile True: held.append(b'x' * (64 << 20))"
    ran = run(hog, "print('next')", memory_bytes=1 << 30, cell_s=30)
    assert "GB of memory" in str(ran.cells[0].outputs) or "MemoryError" in str(ran.cells[0].outputs)
    assert ran.cells[1].outputs[0].text == "next\n"


@pytest.mark.slow
def test_a_notebook_as_a_whole_is_bounded() -> None:
    ran = run("import time; time.sleep(3)", "print('late')", notebook_s=1)
    assert "the whole notebook took more than 1 s" in ran.cells[1].outputs[0].evalue

"""One command from a fresh clone to the course: `python start.py` (the same as `make lab`). `python start.py help` lists the others.

Standard library only, and readable by Pythons that are too old for the course, so that they can say so.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "course-stamp.json"  # says what the environment holds; its key is empty while that is not yet true
LOCKS = {"learner": ["requirements.lock"], "test": ["requirements.lock", "requirements-test.lock"]}  # the last one is installed
SIZES = {"learner": "about 190 MB to download, 670 MB on disk", "test": "about 320 MB to download, 1.1 GB on disk"}
PYTEST = ["-m", "pytest", "-q"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120", "--nbval-sanitize-with=tests/notebooks/sanitize.cfg"]

# name: (environment, arguments for its Python, arguments unless the caller names files, what it does)
COMMANDS = {
    "lab": ("learner", ["-m", "tools.lab"], [], "open the course in JupyterLab, on your own copies in my/"),
    "env": ("learner", None, [], "make .venv, and nothing else (`env test`: with what tests need)"),
    "test": ("test", [*PYTEST, "-n", "2", "--dist", "loadfile", *NBVAL], ["tests", "notebooks", "solutions"], "all tests and notebooks"),
    "test-slow": ("test", ["-m", "tools.slow"], ["tests"], "browser, crash and endurance tests"),
    "notebooks": ("test", ["-m", "tools.notebooks"], [], "re-execute notebooks/ and normalise the stored outputs; names select"),
    "bench": ("test", ["-m", "tests.benchmarks"], [], "the measurements, each as a ratio"),
    "exercises": ("test", ["-m", "tools.exercises"], [], "write exercises/ from solutions/, by nbgrader; names select"),
    "release": ("test", ["-m", "tools.release"], [], "the students' bundle, without solutions, hidden tests and history"),
    "grade": ("test", ["-m", "tools.grade"], [], "SUBMISSIONS=dir: grade each student's notebooks in a sandbox"),
    "marks": ("test", ["-m", "tools.marks"], [], "the gradebook as CSV for Canvas and Moodle; ROSTER=file joins names"),
    "viva": ("test", ["-m", "tools.viva"], [], "SUBMISSIONS=dir: five questions for each student, from their own scenario"),
    "tasks": ("test", ["-m", "tools.tasks"], [], "every exercise: checks, hints, misconceptions, mutants and survivors"),
    "mutants": ("test", ["-m", "tools.mutants"], [], "are the graders sharp? changes to the solutions that they let pass"),
    "lint": ("test", ["-m", "tools.lint"], [], "ruff and mypy"),
    "lock": ("test", ["-m", "tools.lock"], [], "compile the locks from pyproject.toml"),
}
PLACES = {name: words[1].replace("pytest", "tests").replace(".", "/") for name, (_, words, _, _) in COMMANDS.items() if words}
HERE = [name for name in COMMANDS if name not in PLACES or any(ROOT.glob(PLACES[name] + "*"))]  # students get neither tests nor graders


def main(argv: list[str]) -> int:
    """Run one command, `lab` unless named; everything after the name is passed on."""
    command, *rest = argv if argv and argv[0] in HERE else ["lab", *argv]
    if argv and argv[0] in ("help", "-h", "--help"):
        return show_help()
    if argv and command == "lab" and argv[0] != "lab" and not argv[0].startswith("-"):
        raise SystemExit(f"there is no command '{argv[0]}'; python start.py help lists them")
    kind, arguments, default, _ = COMMANDS[command]
    ensure_environment("test" if command == "env" and rest == ["test"] else kind)
    if arguments is None:
        print(f"{VENV} is ready")
        return 0
    named_files = any(not word.startswith("-") and (ROOT / word.split("::")[0]).exists() for word in rest)
    return hand_over([str(venv_python()), *arguments, *([] if named_files else default), *rest])


def show_help() -> int:
    print('python start.py [command] [arguments], or make command ARGS="arguments"\n')
    for name in HERE:
        print(f"  {name:<10} {COMMANDS[name][3]}")
    return 0


def hand_over(command: list[str]) -> int:
    """Become `command` where the system can do that, so that nothing of us stays in memory or between it and Ctrl-C."""
    environment = dict(os.environ, PYTHONHASHSEED="0", VIRTUAL_ENV=str(VENV))
    environment.pop("PYTHONHOME", None)
    environment["PATH"] = str(venv_python().parent) + os.pathsep + environment.get("PATH", "")
    os.chdir(str(ROOT))
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Windows sends Ctrl-C to both; the child decides
            continue


# -- the environment ---------------------------------------------------------------------------------------------------------------------


def ensure_environment(kind: str) -> None:
    """Make .venv hold what `kind` needs. When it already does, this reads four small files and starts no process."""
    stamp = read_stamp()
    if "test" in (kind, stamp.get("kind")):
        kind = "test"  # the test lock holds the learner's, so an environment never shrinks
    if stamp.get("key") == stamp_key(kind) and venv_python().exists():
        return
    print(f"Preparing .venv ({kind}): {SIZES[kind]}. This happens once, and again when the locks change.", flush=True)
    interrupted = stamp.get("key") == ""
    if interrupted or not (supported(venv_version()) and runs(venv_python())):
        make_venv()
    write_stamp(kind, "")
    install(LOCKS[kind][-1])
    write_stamp(kind, stamp_key(kind))


def read_stamp() -> dict:
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def write_stamp(kind: str, key: str) -> None:
    STAMP.write_text(json.dumps({"kind": kind, "key": key}), encoding="utf-8")


def stamp_key(kind: str) -> str:
    """Hash of all that decides what is installed: place, Python, project and locks."""
    digest = hashlib.sha256(f"{ROOT} {kind} {venv_version()}".encode())
    for name in ["pyproject.toml", *LOCKS[kind]]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def venv_python() -> Path:
    return VENV / "Scripts" / "python.exe" if os.name == "nt" else VENV / "bin" / "python"


def venv_version() -> tuple:
    """(major, minor) of the environment's Python, read and not asked; () when there is none."""
    try:
        found = re.search(r"(?m)^version(?:_info)?\s*=\s*(\d+)\.(\d+)", (VENV / "pyvenv.cfg").read_text(encoding="utf-8"))
    except OSError:
        return ()
    return (int(found.group(1)), int(found.group(2))) if found else ()


def supported_versions() -> list:
    """[(3, 11), …] from requires-python in pyproject.toml, the one place that states them."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', text)
    assert found, "pyproject.toml states no requires-python"
    return [(3, minor) for minor in range(int(found.group(1)), int(found.group(2)))]


def supported(version: tuple) -> bool:
    return tuple(version[:2]) in supported_versions()


def runs(python: Path | str, code: str = "") -> bool:
    """Whether this interpreter starts (pyenv and Windows leave stubs that do not)."""
    try:
        return subprocess.call([str(python), "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


# -- making it ---------------------------------------------------------------------------------------------------------------------------


def make_venv() -> None:
    """A new .venv by a supported Python: this one, another of this machine, or one that uv fetches."""
    for python in [sys.executable] if supported(sys.version_info) else other_pythons():
        if subprocess.call([python, "-m", "venv", "--clear", "--without-pip", str(VENV)]) == 0:
            return
    if not fetch_python():
        raise SystemExit(no_python_sentence())


def other_pythons() -> list:
    """Supported Pythons on the PATH, the newest first."""
    found = []
    for version in reversed(supported_versions()):
        name = "python{}.{}".format(*version)
        path = shutil.which(name)
        if path and runs(path, f"import sys, venv; assert sys.version_info[:2] == {version}"):
            found.append(path)
    return found


def fetch_python() -> bool:
    """Let uv make .venv; it finds Pythons that are not on the PATH and downloads one when there is none."""
    low, high = supported_versions()[0][1], supported_versions()[-1][1] + 1
    with tempfile.TemporaryDirectory() as scratch:
        uv = shutil.which("uv") or uv_in(Path(scratch))
        if uv is None:
            return False
        print("Python {}.{} is not supported: asking uv for one that is.".format(*sys.version_info[:2]), flush=True)
        return subprocess.call([uv, "venv", "--clear", "--seed", "--python", f">=3.{low},<3.{high}", str(VENV)]) == 0


def uv_in(scratch: Path) -> str | None:
    """uv, installed into `scratch` by whatever Python runs this; None where that fails."""
    pin = scratch / "uv.lock"
    pin.write_text(uv_pin(), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", str(scratch / "uv"), "-r", str(pin)]
    failed = subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return None if failed else shutil.which("uv", path=str(scratch / "uv" / "bin"))


def no_python_sentence() -> str:
    names = ["{}.{}".format(*version) for version in supported_versions()]
    mine = "{}.{}".format(*sys.version_info[:2])
    return (
        f"This course needs Python {', '.join(names[:-1])} or {names[-1]}, and this is {mine}: "
        f"install one from python.org (or your package manager), then run `python{names[-2]} start.py`."
    )


def install(lock: str) -> None:
    """The lock, hashes checked, then this project itself; by uv where it can be had (10 s instead of 90), else by pip."""
    python = str(venv_python())
    uv = get_uv()
    if uv:
        # Compiled once here, by all cores, and not by the first notebook while somebody waits for it.
        run([*uv, "pip", "sync", "--python", python, "--require-hashes", "--compile-bytecode", lock])
        run([*uv, "pip", "install", "--python", python, "--quiet", "--no-deps", "--no-build-isolation", "-e", "."])
        return
    print("uv cannot be had here; pip does it too, in a minute or two more.", flush=True)
    run([python, "-m", "pip", "install", "--require-hashes", "-r", lock])
    run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", "."])


def get_uv() -> list | None:
    """How to call uv inside .venv, installing it by its hash from the lock if need be; None where that fails."""
    python = str(venv_python())
    if runs(python, "import uv; uv.find_uv_bin()"):
        return [python, "-m", "uv"]
    if not runs(python, "import pip") and subprocess.call([python, "-m", "ensurepip", "--default-pip"], stdout=subprocess.DEVNULL):
        return [shutil.which("uv")] if shutil.which("uv") else give_up("python3-venv is missing (on Debian: apt-get install python3-venv)")
    with tempfile.TemporaryDirectory() as scratch:
        pin = Path(scratch, "uv.lock")
        pin.write_text(uv_pin(), encoding="utf-8")
        failed = subprocess.call([python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(pin)])
    return None if failed else [python, "-m", "uv"]


def uv_pin() -> str:
    """uv's own lines of the lock, hashes included."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(r"(?ms)^uv==.*?(?=^\w|\Z)", text)
    assert found, "requirements.lock pins no uv"
    return found.group(0)


def run(command: list) -> None:
    if subprocess.call(command, cwd=str(ROOT)) != 0:
        give_up("this did not work: {}\nIs the network there? What was downloaded is kept".format(" ".join(command)))


def give_up(reason: str) -> list:
    raise SystemExit(f"The environment could not be made: {reason}. Then run the same command again.")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. Run it again: it continues where it stopped.")

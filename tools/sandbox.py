"""Where a student's code runs: inside bubblewrap, with nothing in sight but Python, the course's public package and a scratch folder.

No network, no process of ours, no solutions, gradebook or other submissions: what is not bound does not exist there. CPU time, memory,
processes, file sizes are limited from within before the kernel starts; `tools/sandbox_watch.py` watches from without.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = ("reference", "datasets")
"""What a student's copy of the course holds too, and a kernel needs."""
SCRATCH = "/tmp/scratch"
FIRST_USER = 60_000
"""An instructor who is root becomes this user and up inside: root itself escapes the limit on processes."""
UNSAFE = "COURSE_UNSAFE"


@dataclass(frozen=True)
class Limits:
    """What one student's notebook may use. The kernel itself needs about 0.2 GB of memory, a second of CPU and a dozen threads."""

    cpu_s: int = 180
    memory_bytes: int = 2 << 30
    address_bytes: int = 8 << 30  # reserved, not used: numpy and duckdb reserve a lot
    threads: int = 256  # a process is a thread, too
    processes: int = 16
    file_bytes: int = 16 << 20
    open_files: int = 512
    scratch_bytes: int = 64 << 20
    output_bytes: int = 1_000_000
    cell_s: int = 30
    notebook_s: int = 240


@dataclass(frozen=True)
class Secrets:
    """What the hidden checks need: `environment` (seeds), set inside the process, and `laws`, grade id → Python source."""

    environment: dict[str, str] = field(default_factory=dict)
    laws: dict[str, str] = field(default_factory=dict)


LAUNCHER = """
import json, os, sys
told = json.load(sys.stdin)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
try:
    import resource
except ImportError:  # Windows
    resource = None
for name, value in told["limits"].items() if resource else ():
    try:
        resource.setrlimit(getattr(resource, name), (value, value))
    except (AttributeError, ValueError, OSError):
        if told["strict"]:
            raise
if told["user"]:
    os.setgroups([])
    os.setgid(told["user"])
    os.setuid(told["user"])
if told["strict"]:
    os.environ.pop("JPY_PARENT_PID", None)  # a number of the world outside; bubblewrap ends us with our parent
os.environ.update(told["environment"])
if sys.path[0] == "":
    del sys.path[0]
exec(told["code"])
"""
SEAL = ROOT / "tools" / "sandbox_seal.py"
KERNEL = """
if told["laws"]:
    from reference.study import hidden_laws
    hidden_laws.SOURCES.update(told["laws"])
if told["seal"]:
    names = {"__name__": "seal"}
    exec(told["seal"], names)
    names["seal"]()
    del names
del told
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


class NoSandbox(Exception):
    """There is no bubblewrap that works here; the message says what to do."""


def require() -> None:
    """Raises NoSandbox unless bubblewrap works on this machine."""
    program = shutil.which("bwrap")
    advice = "Grade on Linux with bubblewrap 0.7 or newer, or in a virtual machine of its own with --unsafe."
    if program is None:
        raise NoSandbox(f"bubblewrap is not installed (Debian, Ubuntu: apt-get install bubblewrap). {advice}")
    with tempfile.TemporaryDirectory(prefix="course") as folder:
        tried = subprocess.run(command(["/usr/bin/true"], Path(folder)), capture_output=True, text=True, timeout=30, check=False)
    if tried.returncode:
        raise NoSandbox(f"bubblewrap does not work here: {tried.stderr.strip() or tried.returncode}. {advice}")


def unsafe() -> bool:
    return os.environ.get(UNSAFE) == "1"


def user() -> int:
    """The user to become inside; 0: stay who you are. Root takes one per process, so that graders do not share a limit."""
    return FIRST_USER + os.getpid() % 5_000 if hasattr(os, "geteuid") and os.geteuid() == 0 and not unsafe() else 0


def command(inner: list[str], shared: Path, limits: Limits | None = None) -> list[str]:
    """`inner` inside bubblewrap. `shared` is the one folder that both sides may write to (for the kernel's sockets)."""
    limits = limits or Limits()
    small = ["--size", str(limits.scratch_bytes), "--perms", "1777", "--tmpfs"]
    line = ["bwrap", "--die-with-parent", "--new-session", *_namespaces(), "--proc", "/proc", "--dev", "/dev", *small, "/dev/shm"]
    line += [*small, "/tmp", "--perms", "1777", "--dir", SCRATCH]
    for path in _system():
        line += ["--symlink", os.readlink(path), str(path)] if path.is_symlink() else ["--ro-bind", str(path), str(path)]
    for folder in sorted({parent for path in [*readable(), shared] for parent in path.parents} - {Path("/"), Path("/tmp")}):
        line += ["--perms", "0755", "--dir", str(folder)]  # else they would be open to their owner only
    for path in readable():
        line += ["--ro-bind", str(path), str(path)]
    line += ["--bind", str(shared), str(shared), "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", SCRATCH]
    return [*line, "--", *inner]


def _namespaces() -> list[str]:
    if os.geteuid() != 0:
        return ["--unshare-all"]
    kept = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # to become somebody else, and no more
    return ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try", *kept]


def _system() -> Iterator[Path]:
    names = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
    return (path for path in map(Path, names) if path.exists())


def readable() -> list[Path]:
    """Python, its packages, and the public part of the course; outer folders first."""
    course = [ROOT / name for name in PUBLIC]
    python = {Path(place) for place in (sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix))}
    return sorted(path for path in {*course, *python} if path.exists() and path.parts[:2] != ("/", "usr"))


def environment() -> dict[str, str]:
    """What a kernel inherits: nothing of the instructor's."""
    home = SCRATCH if not unsafe() else tempfile.gettempdir()
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    fixed = {"PYTHONHASHSEED": "0", "COURSE_HEADLESS": "1", "LANG": "C.UTF-8", "USER": "student", "MALLOC_ARENA_MAX": "2", **threads}
    paths = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}", "HOME": home, "IPYTHONDIR": home, "TMPDIR": home}
    return {**fixed, **paths, "PYTHONDONTWRITEBYTECODE": "1", "JUPYTER_PLATFORM_DIRS": "1"}


def instructions(secrets: Secrets, limits: Limits, code: str = KERNEL) -> IO[bytes]:
    """What the launcher reads from its standard input: limits, and secrets that so stand in no file, argument or initial environment."""
    most = {
        "RLIMIT_CPU": limits.cpu_s,
        "RLIMIT_AS": limits.address_bytes,
        "RLIMIT_NPROC": limits.threads + (0 if user() else _threads_of_mine()),
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
    }
    told: dict[str, Any] = {"limits": most, "strict": not unsafe(), "user": user(), "code": code}
    told |= {"environment": secrets.environment, "laws": secrets.laws, "seal": SEAL.read_text(encoding="utf-8")}
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it, once the kernel has it)
    file.write(json.dumps(told).encode())
    file.seek(0)
    return file


def _threads_of_mine() -> int:
    """Older kernels count a user's threads everywhere, so those that run already must be allowed for."""
    import psutil

    found = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        if process.info["uids"] and process.info["uids"].real == os.getuid():
            found += process.info["num_threads"] or 0
    return found

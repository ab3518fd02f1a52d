"""What the limits of one process cannot see: the memory of a sandbox's processes together, their number, what they leave outside."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

from tools.sandbox import Limits

EVERY_S = 0.25
PAGE = 4096


class Watch:
    """Ends the process `pid` and all its children when together they use too much; `reason` then says what it was."""

    def __init__(self, pid: int, shared: Path, limits: Limits) -> None:
        self.pid, self.shared, self.limits, self.reason = pid, shared, limits, ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox watch", daemon=True)

    def start(self) -> Watch:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.reason = self.excess()
            if self.reason:
                end_tree(self.pid)
                return

    def excess(self) -> str:
        """What is too much just now, in words; "" when all is well or the process is gone."""
        import psutil

        try:
            family = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
        except psutil.NoSuchProcess:
            return ""
        if len(family) > self.limits.processes:
            return f"it started more than {self.limits.processes} processes"
        if sum(map(_memory, family)) > self.limits.memory_bytes:
            return f"it used more than {self.limits.memory_bytes / (1 << 30):.1f} GB of memory"
        if _size(self.shared) > self.limits.file_bytes:
            return "it filled the folder of the kernel's sockets"
        return ""


def _memory(process: object) -> int:
    """Bytes that the process holds: its pages, and files without a name (memfd), which are memory that no process's size shows."""
    import psutil

    try:
        return int(process.memory_info().rss) + _nameless(process.pid)  # type: ignore[attr-defined]
    except psutil.Error:
        return 0


def _nameless(pid: int) -> int:
    held: dict[tuple[int, int], int] = {}
    for path in _listed(Path(f"/proc/{pid}/fd")):
        try:
            about = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(about.st_mode) and about.st_nlink == 0:
            held[about.st_dev, about.st_ino] = about.st_blocks * 512
    return sum(held.values())


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _size(folder: Path) -> int:
    """Bytes in the folder; an entry counts as a page, since many empty files fill a disk, too."""
    try:
        return sum(max(path.lstat().st_size, PAGE) for path in folder.rglob("*"))
    except OSError:
        return 0


def end_tree(pid: int) -> None:
    """Kill a process and its children; those in a namespace of their own go when its first process does."""
    import psutil

    try:
        family = [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.Error:
            continue

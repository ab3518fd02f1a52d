"""nbgrader's Execute with its kernel inside the sandbox, and with a way on when one cell does not stop.

A cell that hangs, dies or floods its output is set aside with the reason as its error, and the notebook starts again without it:
the other answers keep their marks. A grade cell's stderr is shown as plain output: nbgrader would give 0 for a mere warning.
Outputs are kept as text: nbgrader's formgrader shows them in the instructor's browser, where a script would have the instructor's rights.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat.v4 import new_code_cell, new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute

from tools import overlay, sandbox
from tools.sandbox_watch import Watch, end_tree

SKIP = "skip-execution"  # nbclient's own tag
TAMPERED = "Tampered"
"""What a cell raises after an answer has reached for the judge (tools/sandbox_seal.py)."""


class SandboxedKernelManager(AsyncKernelManager):
    """Starts the kernel through the sandbox's launcher; its sockets are files in a folder that both sides see."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.shared = Path(tempfile.mkdtemp(prefix="course-"))
        self.limits = sandbox.Limits()
        self.watch: Watch | None = None
        self.transport, self.connection_file = "ipc", str(self.shared / "kernel.json")
        self.ip = str(self.shared / "k")

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """The launcher with the kernel's arguments, inside bubblewrap unless told otherwise. The connection file stands by now."""
        assert self.kernel_spec is not None
        self.kernel_spec.interrupt_mode = "message"  # a signal would reach bubblewrap and not the kernel
        inner = [os.path.abspath(sys.executable), "-c", sandbox.LAUNCHER, "-f", self.connection_file, *(extra_arguments or [])]
        if sandbox.unsafe():
            return inner
        for path in (self.shared, *self.shared.iterdir()):
            os.chown(path, sandbox.user() or -1, -1)
        return sandbox.command(inner, self.shared, self.limits)

    async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
        with sandbox.instructions(overlay.secrets(), self.limits) as told:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}  # a student's code does not write on our terminal
            await super().start_kernel(**{**options, **quiet, "stdin": told, "env": sandbox.environment(), "cwd": str(self.shared)})
        pid = getattr(self.provisioner, "pid", None)
        assert pid is not None
        self.watch = Watch(pid, self.shared, self.limits).start()

    def put_away(self) -> None:
        """End whatever is left and remove the folder."""
        if self.watch is not None:
            self.watch.stop()
            end_tree(self.watch.pid)
        shutil.rmtree(self.shared, ignore_errors=True)


class Stopped(Exception):
    """The cell at `index` cannot be run to its end; `reason` in words for the student."""

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index, self.reason = index, reason


class TooMuchOutput(Exception):
    """A cell printed more than the limit."""


class SandboxedExecute(Execute):
    """Use in place of nbgrader's Execute among `Autograde.autograde_preprocessors`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options, kernel_manager_class=SandboxedKernelManager)
        self.limits = sandbox.Limits()
        self.timeout, self.startup_timeout, self.raise_on_iopub_timeout = self.limits.cell_s, 60, True

    def preprocess(self, nb: Any, resources: Any = None, km: Any = None) -> Any:
        """Run all cells, as often as it takes to set aside those that do not stop. Raises: NoSandbox."""
        if not sandbox.unsafe():
            sandbox.require()
        deadline = time.monotonic() + self.limits.notebook_s
        while True:
            try:
                return self._sealed(nb, resources, deadline)
            except Stopped as stopped:
                set_aside(nb.cells[stopped.index], stopped.reason)

    def _sealed(self, nb: Any, resources: Any, deadline: float) -> Any:
        """Once, with a cell more at the end, so that what the last check's answer did to the judge is seen, too."""
        nb.cells.append(new_code_cell("pass", id="seal"))
        try:
            return self._once(nb, resources, deadline)
        except Stopped as stopped:
            if stopped.index == len(nb.cells) - 1:
                return nb, resources
            raise
        finally:
            last = [output for output in nb.cells.pop().outputs if output.get("ename") == TAMPERED]
            noticed = any(output.get("ename") == TAMPERED for cell in nb.cells for output in cell.get("outputs", []))
            graded = [cell for cell in nb.cells if utils.is_grade(cell)]
            if last and graded and not noticed:
                graded[-1].outputs.extend(last)

    def _once(self, nb: Any, resources: Any, deadline: float) -> Any:
        self.deadline, self.printed = deadline, 0
        manager = None
        try:
            manager = SandboxedKernelManager(kernel_name="python3")
            return super().preprocess(nb, resources, manager)
        finally:
            if manager is not None:
                manager.put_away()

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        """One cell; whatever keeps it from ending becomes Stopped."""
        if cell.cell_type == "code" and time.monotonic() > self.deadline and SKIP not in cell.metadata.get("tags", []):
            set_aside(cell, f"the whole notebook took more than {self.limits.notebook_s} s, so this cell was not run")
        self.printed = 0
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except TooMuchOutput:
            raise Stopped(index, f"it printed more than {self.limits.output_bytes / 1e6:.0f} MB") from None
        except DeadKernelError:
            raise Stopped(index, self._why_dead()) from None
        except (CellControlSignal, TimeoutError):
            raise Stopped(index, f"it did not stop within {self.limits.cell_s} s") from None
        if utils.is_grade(cell):
            warn_aloud(cell)
        if cell.cell_type == "code":
            as_text(cell)
        return cell, resources

    def _why_dead(self) -> str:
        watch = getattr(self.km, "watch", None)
        if watch is not None:
            watch.stop()
        return watch.reason if watch is not None and watch.reason else "it ended the kernel, or used more CPU time than there was"

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        self.printed += sum(map(len, map(str, [*msg["content"].values(), msg.get("metadata", ""), *map(bytes, msg.get("buffers", []))])))
        if self.printed > self.limits.output_bytes:
            raise TooMuchOutput
        return super().process_message(msg, cell, cell_index)


def set_aside(cell: Any, reason: str) -> None:
    """The cell as one that failed for `reason` and is not run any more."""
    cell.outputs = [new_output("error", ename="NotRun", evalue=reason, traceback=[f"Not run: {reason}."])]
    cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), SKIP})


def as_text(cell: Any) -> None:
    """Leave of the cell's outputs what a page can show as text: no HTML, no scripts, no pictures, no widgets."""
    for output in cell.outputs:
        if output.output_type in ("display_data", "execute_result"):
            output.data, output.metadata = {"text/plain": str(output.data.get("text/plain", "(not shown)"))}, {}
        elif output.output_type == "stream":
            output.name = "stderr" if output.name == "stderr" else "stdout"
    for each in (cell, *cell.outputs):
        if not isinstance(each.get("execution_count"), int | None):
            each.execution_count = None


def warn_aloud(cell: Any) -> None:
    """Show what a grade cell wrote to stderr as plain output: the check decides, not a warning of numpy's."""
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"

"""JupyterLab as a learner meets it: started by `make lab`, driven through a real Chromium."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.house import house
from tests.servers import free_port

START_LIMIT_S = 90
RUN_LIMIT_MS = 180_000
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
CHROMIUM += ("--disable-component-update", "--disable-sync")

RUN_ALL = f"""async () => {{
  const done = window.jupyterapp.commands.execute('notebook:run-all-cells');
  const limit = new Promise((_, no) => setTimeout(() => no(new Error('Run All took too long')), {RUN_LIMIT_MS}));
  await Promise.race([done, limit]);
}}"""
OUTPUTS = """() => {
  const cells = Array.from(window.jupyterapp.shell.currentWidget.content.model.cells);
  return cells.filter(cell => cell.type === 'code').map(cell => ({
    id: cell.id, count: cell.executionCount, source: cell.sharedModel.getSource(), outputs: cell.outputs.toJSON(),
    tags: cell.getMetadata('tags') || []
  }));
}"""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: `url` of its server, `my` its learner's folder."""

    url: str
    token: str
    my: Path
    log: Path

    def open(self, page: Any, name: str, folder: str = "notebooks") -> None:
        """Show my/`folder`/`name` and wait for its kernel: what is clicked earlier is lost."""
        page.goto(f"{self.url}/lab/tree/my/{folder}/{name}?token={self.token}&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.wait_until_idle(page)

    def wait_until_idle(self, page: Any) -> None:
        page.wait_for_function("() => document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')", timeout=60_000)

    def run_all(self, page: Any) -> list[dict[str, Any]]:
        """Run all cells; returns the code cells with their outputs."""
        page.evaluate(RUN_ALL)
        self.wait_until_idle(page)
        return list(page.evaluate(OUTPUTS))


def errors(cells: list[dict[str, Any]]) -> list[str]:
    """What went wrong in executed cells: errors that no tag announces, anything on stderr, cells that did not run."""
    found = []
    for cell in cells:
        if cell["source"].strip() and cell["count"] is None and "nbval-skip" not in cell["tags"]:
            found.append(f"{cell['id']} did not run")
        for output in cell["outputs"]:
            if output["output_type"] == "error" and not {"raises-exception", "nbval-raises-exception"} & set(cell["tags"]):
                found.append(f"{cell['id']}: {output['ename']}: {output['evalue']}")
            if output.get("name") == "stderr":
                found.append(f"{cell['id']} on stderr: {output['text']}")
    return found


def command() -> list[str]:
    """`make lab`; the part of it behind the environment where that would first change the environment these tests run in."""
    spec = importlib.util.spec_from_file_location("start", house.ROOT / "start.py")
    assert spec and spec.loader
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    ready = start.read_stamp().get("key") == start.stamp_key("test")
    if not ready:
        return [sys.executable, "-m", "tools.lab"]
    return ["make", "lab"] if shutil.which("make") else [sys.executable, "start.py", "lab"]


@contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """A JupyterLab on a free port whose learner's folder, settings and workspaces are in `folder`; stopped with its kernels at the end."""
    port, token, my, log = free_port(), secrets.token_hex(8), folder / "my", folder / "lab.log"
    options = ["--no-browser", "--port", str(port), "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={token}", "--expose-app-in-browser"]
    environment = os.environ | {"COURSE_MY": str(my)}
    environment |= {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    words = command()
    words += [f"ARGS={' '.join(options)}"] if words[0] == "make" else options
    with log.open("w") as output:
        process = subprocess.Popen(words, cwd=house.ROOT, env=environment, stdout=output, stderr=output, start_new_session=True)
    lab = Lab(f"http://127.0.0.1:{port}", token, my, log)
    try:
        _wait(lab, process)
        yield lab
    finally:
        _stop(process)


def _wait(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not answer within {START_LIMIT_S} s:\n{lab.log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """The process group is ours alone: make, JupyterLab and its kernels."""
    for kind, limit_s in ((signal.SIGTERM, 15), (signal.SIGKILL, 10)):
        try:
            os.killpg(process.pid, kind)
            process.wait(limit_s)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue

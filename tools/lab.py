"""`make lab`: refresh the learner's copies, then become JupyterLab with the house's settings. Arguments go to JupyterLab."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tools import learner

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = Path(__file__).resolve().parent / "jupyter"
FIRST = "notebooks/00_start_here.ipynb"


def my_folder() -> Path:
    """The learner's folder: `COURSE_MY`, else `my/` in the house."""
    return Path(os.environ.get("COURSE_MY") or ROOT / "my").resolve()


def lab_arguments(my: Path, extra: list[str]) -> list[str]:
    """JupyterLab's arguments; `extra` comes last and so wins."""
    first = f"/lab/tree/{my.name}/{FIRST}" if (my / FIRST).exists() else "/lab"
    arguments = [f"--ServerApp.root_dir={my.parent}", f"--LabApp.default_url={first}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    return [*arguments, *extra]


def prepare_environment(my: Path) -> None:
    """What Lab and its kernels inherit: the house's settings before the user's, and word that a person is watching."""
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(path for path in paths if path)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # our kernel before a "python3" kernel that the user once installed
    os.environ["COURSE_LAB"] = "1"
    os.environ["COURSE_MY"] = str(my)


def main(argv: list[str]) -> int:
    my = my_folder()
    for sentence in learner.refresh(ROOT, my).sentences():
        print(sentence, flush=True)
    prepare_environment(my)
    from jupyterlab.labapp import main as lab

    return lab(lab_arguments(my, argv)) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

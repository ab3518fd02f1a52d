"""`make lint`: ruff and mypy, both always, so that one run shows everything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = [["ruff", "check", "."], ["mypy"]]


def main(argv: list[str]) -> int:
    return max(subprocess.call([sys.executable, "-m", *check, *argv], cwd=ROOT) for check in CHECKS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make test-slow`: the tests that take minutes. pyspark is installed beside the test lock first: 480 MB that no learner needs."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from importlib import metadata

from tools.lock import ROOT, SPARK_LOCK, pins

NOTHING_FOUND = 5  # pytest's exit status when no test was selected


def spark_is_there() -> bool:
    """Whether what the lock pins is installed, in these versions."""
    for pin in pins((ROOT / SPARK_LOCK).read_text(encoding="utf-8")):
        name, version = pin.split("==")
        try:
            if metadata.version(name) != version:
                return False
        except metadata.PackageNotFoundError:
            return False
    return True


def ensure_spark() -> None:
    """Install the lock, hashes checked, unless it is there. On a laptop without Java it would be of no use; CI lacks neither."""
    if spark_is_there() or not (shutil.which("java") or os.environ.get("CI") == "true"):
        return
    command = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, "--no-deps", "--require-hashes", "-r", SPARK_LOCK]
    subprocess.run(command, cwd=ROOT, check=True)
    importlib.invalidate_caches()


def main(argv: list[str]) -> int:
    """Browsers and what is timed first, one at a time: a test beside them would be in their time. Then the rest, a file to a worker."""
    ensure_spark()
    runs = [["-m", "slow and (browser or timed)"], ["-m", "slow and not browser and not timed", "-n", "2", "--dist", "loadfile"]]
    codes = [subprocess.call([sys.executable, "-m", "pytest", "-q", *run, *argv], cwd=ROOT) for run in runs]
    found = [code for code in codes if code != NOTHING_FOUND]
    return max(found, default=NOTHING_FOUND)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`make test-slow`: the tests that take minutes. pyspark is installed beside the test lock first: 480 MB that no learner needs."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from importlib import metadata

from tools.lock import ROOT, SPARK_LOCK, pins


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
    ensure_spark()
    return subprocess.call([sys.executable, "-m", "pytest", "-q", "-m", "slow", *argv], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

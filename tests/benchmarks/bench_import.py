"""How long `import reference.twitter.platform` takes in a fresh interpreter: engines are imported where they are opened."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.harness import Row, report

LIMIT_S = 1.0
CODE = "import time; t = time.perf_counter(); import reference.twitter.platform; print(time.perf_counter() - t)"


def run(rounds: int = 5) -> list[Row]:
    """Median of fresh processes, in seconds."""
    times = [float(subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout) for _ in range(rounds)]
    median = sorted(times)[rounds // 2]
    return [Row("import reference.twitter.platform", median, "s", target=f"≤ {LIMIT_S:g} s", ok=median <= LIMIT_S)]


def main() -> int:
    return report(run(), "Import")


if __name__ == "__main__":
    sys.exit(main())

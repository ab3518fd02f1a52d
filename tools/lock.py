"""`make lock`: compiles the locks from pyproject.toml, for every platform and supported Python, with hashes and without host names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS: dict[str, list[str]] = {"requirements.lock": ["setup"], "requirements-test.lock": ["setup", "test"]}
"""Lock file to the dependency groups it holds beside the project's own dependencies."""
SPARK_LOCK = "requirements-spark.lock"  # the group "spark" and nothing else: installed beside the test lock


def compile_lock(name: str, groups: list[str], extra: list[str]) -> None:
    """Write one lock. The test lock is constrained by the learner's, so that both agree on every version they share."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--no-header", "--generate-hashes", "pyproject.toml", "--output-file", name]
    for group in groups:
        command += ["--group", group]
    if name != "requirements.lock":
        command += ["--constraints", "requirements.lock"]
    subprocess.run([*command, *extra], cwd=ROOT, check=True)


def compile_spark_lock(extra: list[str]) -> None:
    """pyspark and what it cannot do without."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--no-header"]
    subprocess.run([*command, "--generate-hashes", "--group", "spark", "--output-file", SPARK_LOCK, *extra], cwd=ROOT, check=True)


def pins(text: str) -> dict[str, str]:
    """Pinned requirement (name, version and marker as written) to its block of lines."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    return {block.split("\\\n", 1)[0].strip(): block for block in blocks if "==" in block}


def main(argv: list[str]) -> int:
    for name, groups in LOCKS.items():
        compile_lock(name, groups, argv)
    compile_spark_lock(argv)
    for name in [*LOCKS, SPARK_LOCK]:
        print(f"{name}: {len(pins((ROOT / name).read_text(encoding='utf-8')))} pins")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The scale model at full size: a graph made and looked at once, eleven thresholds, then one more; seconds, CPU seconds, peak memory.

Each size runs in a process of its own, whose peak is what the system says of it. Times are wall clock against a target for an idle machine
with two cores: the load is printed beside them, and the CPU seconds, which it moves less.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time

from tests.benchmarks.harness import Row, report

# users, edges, most seconds of the sweep with its graph, most GB
SIZES = ((1_000_000, 50_000_000, 15.0, 1.0), (5_000_000, 200_000_000, 120.0, 4.0))
ANOTHER_MS = 100.0


def measure(users: int, edges: int) -> dict[str, float]:
    """In this process: generate, sweep eleven thresholds, then ask for another one, with another share of dormant readers, and per edge."""
    import resource

    from reference.lab.scale import SWEEP, ScaleModel

    started = time.perf_counter()
    model = ScaleModel.generate(users=users, edges=edges)
    model.sweep(SWEEP)
    found = {"seconds": time.perf_counter() - started, "cpu_s": time.process_time(), "edges": float(model.edges)}
    found["another_ms"] = median_ms(lambda step: model.sweep([777 + step]))
    found["another_share_ms"] = median_ms(lambda step: model.sweep([1_000], dormant_share=0.3 + step / 50))
    found["another_sweep_ms"] = median_ms(lambda step: model.sweep(SWEEP, pull_cost=0.1 + step / 50))
    found["per_edge_ms"] = median_ms(lambda step: model.policy("per_edge", pull_cost=0.1 + step / 50))
    unit = 1e9 if sys.platform == "darwin" else 1e6  # bytes there, kilobytes elsewhere
    return {**found, "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}


def median_ms(ask) -> float:
    times = []
    for step in range(9):
        started = time.perf_counter()
        ask(step)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def in_a_process(users: int, edges: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.bench_scale", str(users), str(edges)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=1800).stdout
    return json.loads(output.splitlines()[-1])


def rows(users: int, edges: int, seconds: float, peak_gb: float, found: dict[str, float]) -> list[Row]:
    name = f"{users / 1e6:g} M users, {edges / 1e6:g} M edges"
    limits = [
        ("graph and 11 thresholds", "seconds", "s", seconds), ("peak memory", "peak_gb", "GB", peak_gb),
        ("another threshold", "another_ms", "ms", ANOTHER_MS), ("another dormant share", "another_share_ms", "ms", ANOTHER_MS),
        ("11 thresholds, another price", "another_sweep_ms", "ms", ANOTHER_MS), ("per-edge optimum", "per_edge_ms", "ms", ANOTHER_MS),
    ]  # fmt: skip
    checked = [
        Row(f"{name}: {what}", found[key], unit, target=f"≤ {most:g} {unit}", ok=found[key] <= most) for what, key, unit, most in limits
    ]
    return [*checked, Row(f"{name}: CPU time of that", found["cpu_s"], "s")]


def run() -> list[Row]:
    return [line for size in SIZES for line in rows(*size, in_a_process(*size[:2]))]


def main() -> int:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return report(run(), f"Scale model on {os.cpu_count()} cores; load before it began: {load:.1f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
    else:
        sys.exit(main())

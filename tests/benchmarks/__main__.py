"""`make bench`: every measurement, each as a ratio within one interleaved run. Exit status 1 when a target is missed."""

from __future__ import annotations

import sys

from tests.benchmarks import bench_check, bench_fanout, bench_ids, bench_import, bench_latency, bench_ratelimit, bench_scale, bench_trends

BENCHES = {
    "ids": bench_ids,
    "fanout": bench_fanout,
    "ratelimit": bench_ratelimit,
    "trends": bench_trends,
    "import": bench_import,
    "check": bench_check,
    "latency": bench_latency,
    "scale": bench_scale,
}


def main(names: list[str]) -> int:
    """Run the named benches (all when none is named)."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        print(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    missed = 0
    for name in names or list(BENCHES):
        missed += BENCHES[name].main()
        print(flush=True)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

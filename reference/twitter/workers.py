"""Workers in processes of their own: `python -m reference.twitter.workers fanout --namespace N --redis-url … --database …`.

Each worker relays the outbox and consumes one group; any number may run, partitions are shared by lease. A worker that is
killed loses nothing: what it had not acknowledged is handled by whoever takes its partitions over.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

from reference.twitter.errors import TwitterError
from reference.twitter.fanout import policy_from_text
from reference.twitter.platform import GROUPS, TRENDS_GROUP, Platform, is_transient

IDLE_S = 0.02
TRIM_EVERY_S = 60.0
LONGEST_PAUSE_S = 5.0


class Worker:
    """A loop around one platform: relay, consume, trim now and then; backs off while a backend is down.

    `idle_s`: pause when there was nothing to do; `stop()` may be called from a signal handler or another thread.
    """

    def __init__(self, app: Platform, idle_s: float = IDLE_S, trim_every_s: float = TRIM_EVERY_S) -> None:
        self.app, self.idle_s, self.trim_every_s = app, idle_s, trim_every_s
        self._stopped = False
        self._trim_due_ns = self._refresh_due_ns = app.clock.monotonic_ns()

    def stop(self, *_: Any) -> None:
        """Finish the pass at hand, then return from `run`."""
        self._stopped = True

    def run(self, until: Callable[[], bool] = lambda: False) -> int:
        """Work until stopped or `until()`; the number of events handled."""
        handled, pause_s = 0, self.idle_s
        while not self._stopped and not until():
            try:
                done = self.run_once()
            except Exception as error:
                if not is_transient(error):
                    raise
                print(f"worker: {type(error).__name__}: {error}; next try in {pause_s:.2f} s", file=sys.stderr, flush=True)
                self.app.clock.sleep(pause_s)
                pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
                continue
            handled, pause_s = handled + done, self.idle_s
            if not done:
                self.app.clock.sleep(self.idle_s)
        return handled

    def run_once(self) -> int:
        """One pass; the number of events handled."""
        self.app.relay.run_once()
        done = sum(self.app.consume().values())
        self._refresh_trends()
        if self.app.clock.monotonic_ns() >= self._trim_due_ns:
            self._trim_due_ns = self.app.clock.monotonic_ns() + round(self.trim_every_s * 1e9)
            self.app.trim()
            self.app.timelines.sweep()
        return done

    def _refresh_trends(self) -> None:
        """Readers are served what a trends worker computed, so it does so on an interval, whether anything happened or not."""
        trends = self.app.trends
        if TRENDS_GROUP in self.app.groups and self.app.clock.monotonic_ns() >= self._refresh_due_ns:
            self._refresh_due_ns = self.app.clock.monotonic_ns() + round(trends.policy.refresh_s * 1e9 / 2)
            for window_s in trends.policy.windows_s:
                trends.refresh(window_s)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: run one worker until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m reference.twitter.workers", description=__doc__)
    parser.add_argument("group", choices=GROUPS, help="which consumer group to work for")
    parser.add_argument("--namespace", required=True, help="the namespace that the API processes opened")
    parser.add_argument("--redis-url", help="default: REDIS_URL")
    parser.add_argument("--database", help="default: DATABASE_URL; several processes need PostgreSQL")
    parser.add_argument("--policy", type=policy_from_text, help="for example Hybrid:10000; default: the one recorded in the namespace")
    parser.add_argument("--lease-ms", type=int, default=10_000, help="after so long others take a dead worker's place (default: 10000)")
    options = parser.parse_args(arguments)
    if not (options.database or os.environ.get("DATABASE_URL")):
        parser.error("a worker reads the database that the API processes write: --database postgresql://… or DATABASE_URL")
    try:
        where = (options.redis_url, options.database, options.namespace)
        app = Platform.open(*where, fanout=options.policy, lease_ttl_ms=options.lease_ms, groups=[options.group])
    except TwitterError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 1
    with app:
        worker = Worker(app)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, worker.stop)
        print(f"worker: {options.group} of {options.namespace} is ready", flush=True)
        print(f"worker: {worker.run()} events handled", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

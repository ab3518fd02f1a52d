"""Many calls of one function, each in a process of its own, on all cores, none longer than it may: what one does cannot stop the others."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from tools.sandbox_watch import end_tree

Job = TypeVar("Job")


@dataclass(frozen=True)
class Answer(Generic[Job]):
    """What came of one call: its `value`, or the `error` in words; `seconds` of wall clock."""

    job: Job
    value: Any
    error: str
    seconds: float


@dataclass
class _Running(Generic[Job]):
    job: Job
    process: Any
    inbox: Connection
    began: float


def each(function: Callable[[Job], Any], jobs: Sequence[Job], *, limit_s: float, workers: int | None = None) -> Iterator[Answer[Job]]:
    """Yield an Answer per job, in the order in which they end. A call that raises, dies or overruns `limit_s` has an error."""
    context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting, running = list(reversed(jobs)), list[_Running[Job]]()
    try:
        while waiting or running:
            while waiting and len(running) < (workers or os.cpu_count() or 1):
                running.append(_start(context, function, waiting.pop()))
            wait([each.inbox for each in running], timeout=0.2)
            for call in list(running):
                answer = _finished(call, limit_s)
                if answer is not None:
                    running.remove(call)
                    yield answer
    finally:
        for call in running:
            end_tree(call.process.pid)


def _start(context: Any, function: Callable[[Job], Any], job: Job) -> _Running[Job]:
    inbox, outbox = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(function, job, outbox))
    process.start()
    outbox.close()
    return _Running(job, process, inbox, time.perf_counter())


def _run(function: Callable[[Job], Any], job: Job, outbox: Connection) -> None:
    try:
        outbox.send((function(job), ""))
    except BaseException as error:
        outbox.send((None, "".join(traceback.format_exception_only(error)).strip()))


def _finished(call: _Running[Job], limit_s: float) -> Answer[Job] | None:
    """The call's answer, None while it may still run."""
    seconds = time.perf_counter() - call.began
    value, error = None, ""
    if call.inbox.poll():
        try:
            value, error = call.inbox.recv()
        except EOFError:
            error = f"its process ended without a word (exit code {_code(call)})"
    elif seconds < limit_s:
        return None
    else:
        error = f"it took more than {limit_s:g} s and was ended"
    end_tree(call.process.pid)
    call.process.join(5)
    call.inbox.close()
    return Answer(call.job, value, error, seconds)


def _code(call: _Running[Job]) -> int | None:
    call.process.join(5)
    code: int | None = call.process.exitcode
    return code

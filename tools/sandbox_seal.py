"""Runs in a grading kernel before any answer, given as text: an audit hook, which Python code cannot take off again.

The judge lives in the answer's process, so what it is made of is remembered at the first cell and compared before every other. An
answer that reaches for frames, code objects or tracing, or that lets a library run text, is stopped there. Either way the notebook's
next cell raises Tampered, which a grader takes for "look at it" and not for a mark.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

HOUSE = "reference"
LIBRARIES = ("math", "operator", "numbers", "functools", "itertools", "dataclasses", "contextlib", "copy", "numpy")
REPLACED = {"input", "exit", "quit", "print", "display", "get_ipython", "_"}
"""Builtins that the kernel itself exchanges from cell to cell."""
NEVER = ("sys.settrace", "sys.setprofile", "gc.get_objects", "gc.get_referrers", "gc.get_referents", "cpython._PySys_ClearAuditHooks")
FROM_AN_ANSWER = ("sys._", "object.__getattr__", "object.__setattr__", "code.__new__", "function.__new__", "ctypes.", "marshal.", "pickle.")
MAY_RUN_TEXT = ("/dataclasses.py", "/collections/__init__.py", "/IPython/", "/ipykernel/", "<frozen importlib")


Part = tuple[Callable[[str], Any], str, Any, str]
"""How to ask for it by name, its name, what it was, and where, in words."""


class Tampered(Exception):
    """An answer reached for what judges it; the message says where."""


def seal() -> None:
    """Install the hook in this process."""
    sys.addaudithook(_hook(_theirs()))


def _theirs() -> Callable[[str], bool]:
    import sysconfig

    from reference.contracts.report import NOT_THEIRS

    known = (*NOT_THEIRS, sysconfig.get_path("stdlib"), "<frozen ")
    return lambda filename: not filename.startswith(known)


def _hook(theirs: Callable[[str], bool]) -> Callable[[str, tuple[Any, ...]], None]:
    """All that it knows is in closures, which nothing but the interpreter holds; an object's class could be found and changed."""
    import threading

    frame_at, me = sys._getframe, threading.get_ident
    inside: set[int] = set()
    look = _look(theirs)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if (event != "exec" and event not in NEVER and not event.startswith(FROM_AN_ANSWER)) or me() in inside:
            return
        inside.add(me())
        try:
            look(event, frame_at(1))
        finally:
            inside.discard(me())

    return hook


def _look(theirs: Callable[[str], bool]) -> Callable[[str, Any], None]:
    """What to do about an event that `frame` raised. Raises: Tampered."""
    held: list[Part] = []
    found: list[str] = []

    def look(event: str, frame: Any) -> None:
        if event == "exec" and frame.f_code.co_name == "run_code" and "/IPython/" in frame.f_code.co_filename:
            if not held:
                held.extend(_parts())
            stop(next((f"changes {place}.{name}" for get, name, value, place in held if get(name) is not value), ""))
        elif held and event == "exec":
            stop("lets a library run text" if _runs_text(frame, theirs) else "", at_once=True)
        elif held and (event in NEVER or theirs(frame.f_code.co_filename)):
            stop(f"reaches for {event}")

    def stop(what: str, at_once: bool = False) -> None:
        if what:
            found.append(f"an answer {what}")
        if what or (found and not at_once):
            raise Tampered(found[0])

    return look


def _runs_text(frame: Any, theirs: Callable[[str], bool]) -> bool:
    """Whether an answer's frame is behind this one, and none of those between them belongs to what may run text."""
    while frame is not None:
        name = frame.f_code.co_filename
        if any(part in name for part in MAY_RUN_TEXT):
            return False
        if theirs(name):
            return frame.f_back is not None
        frame = frame.f_back
    return False


def _parts() -> Iterator[Part]:
    """What judges: functions and classes of the house and of what it computes with, tasks, the notebook's three calls."""
    import builtins

    import reference.study as study
    from reference.study.task import tasks

    notebook = vars(sys.modules["__main__"])
    for name in ("ask", "check", "grade"):
        yield _unless(notebook, getattr(study, name)), name, getattr(study, name), "the notebook"
    for each in tasks().values():
        yield from ((vars(each).get, name, value, f"the task {each.grade_id}") for name, value in list(vars(each).items()))
    modules = {name: module for name, module in sys.modules.items() if name.split(".")[0] == HOUSE or name in LIBRARIES}
    yield from ((sys.modules.get, name, module, "sys.modules") for name, module in modules.items())
    yield from ((vars(builtins).get, name, value, "builtins") for name, value in list(vars(builtins).items()) if name not in REPLACED)
    for name, module in modules.items():
        yield from _of_module(name, vars(module))


def _of_module(module: str, names: Mapping[str, Any]) -> Iterator[Part]:
    from types import FunctionType

    for name, value in list(names.items()):
        if callable(value):
            yield names.get, name, value, module
        if type(value).__name__ == "Contract":
            laws = tuple(value.behaviours)
            yield _laws(value, laws), "behaviours", laws, f"{module}.{name}"
        if getattr(value, "__module__", None) != module or not module.startswith(HOUSE):
            continue
        if isinstance(value, type):
            for inner, each in list(vars(value).items()):
                if inner not in ("__abstractmethods__", "_abc_impl", "__annotations__", "__doc__"):
                    yield vars(value).get, inner, each, f"{module}.{name}"
                if isinstance(each, FunctionType):
                    yield _code(each), "", each.__code__, f"{module}.{name}.{inner}"
        elif isinstance(value, FunctionType):
            yield _code(value), "", value.__code__, f"{module}.{name}"


def _unless(notebook: Mapping[str, Any], ours: Any) -> Callable[[str], Any]:
    """A name of a notebook that need not be bound, but to nothing else than `ours`."""
    return lambda name: notebook.get(name, ours)


def _code(function: Any) -> Callable[[str], Any]:
    """A function's code, asked anew each time."""
    return lambda _: function.__code__


def _laws(contract: Any, known: tuple[Any, ...]) -> Callable[[str], Any]:
    """`known`, as long as the contract's laws are the same."""
    return lambda _: known if tuple(contract.behaviours) == known else None

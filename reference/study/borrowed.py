"""What of the course's own an answer rests on, found by following it: bases, closures, defaults, and the globals that its code names."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from reference.contracts.report import NOT_THEIRS

HOUSE = "reference"
MOST_STEPS = 5_000
MOST_OF_A_COLLECTION = 100


def borrowed(answer: Any, allowed: Collection[str] = ()) -> str:
    """In words, the first thing of `reference` that `answer` is, subclasses, wraps or calls; "" when it is all their own.

    `allowed`: modules of the course that the task lets one use. Follows at most MOST_STEPS things.
    """
    queue, seen = [answer], {id(answer)}
    for _ in range(MOST_STEPS):
        if not queue:
            break
        thing = queue.pop(0)
        if says := _of_the_house(thing, allowed):
            return says
        for other in _reached(thing):
            if id(other) not in seen:
                seen.add(id(other))
                queue.append(other)
    return ""


def _of_the_house(thing: Any, allowed: Collection[str]) -> str:
    if isinstance(thing, ModuleType):
        home, says = thing.__name__, f"the module `{thing.__name__}`"
    elif isinstance(thing, type | FunctionType):
        home, says = str(thing.__module__), f"`{thing.__qualname__}` of `{thing.__module__}`"
    else:
        home = str(type(thing).__module__)
        says = f"a `{type(thing).__qualname__}` of `{home}`"
    ours = home.split(".")[0] == HOUSE and not any(f"{home}.".startswith(f"{each}.") for each in allowed)
    return says if ours else ""


def _reached(thing: Any) -> Iterator[Any]:
    """What `thing` leads to, one step on. Only what the learner wrote is followed; libraries are taken as they are."""
    if isinstance(thing, FunctionType):
        yield from _of_function(thing)
    elif isinstance(thing, MethodType):
        yield from (thing.__func__, thing.__self__)
    elif isinstance(thing, functools.partial):
        yield from (thing.func, *thing.args, *thing.keywords.values())
    elif isinstance(thing, property):
        yield from (each for each in (thing.fget, thing.fset) if each is not None)
    elif isinstance(thing, classmethod | staticmethod):
        yield thing.__func__
    elif isinstance(thing, type):
        yield from itertools.chain(thing.__mro__[1:], list(vars(thing).values()) if _theirs(thing) else ())
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from itertools.islice(thing, MOST_OF_A_COLLECTION)
    elif isinstance(thing, dict):
        yield from itertools.islice(dict.values(thing), MOST_OF_A_COLLECTION)
    elif not isinstance(thing, ModuleType | int | float | str | bytes | None):
        yield type(thing)
        if _theirs(type(thing)):
            yield from list(getattr(thing, "__dict__", {}).values())


def _of_function(function: FunctionType) -> Iterator[Any]:
    if function.__code__.co_filename.startswith(NOT_THEIRS):
        return
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    yield from vars(function).values()
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not bound yet
            continue
    yield from (function.__globals__[name] for name in _names(function.__code__) if name in function.__globals__)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _theirs(kind: type) -> bool:
    """Whether the class was written in the notebook (or a file of the learner's): its methods are, or its module is."""
    codes = [each.__code__ for each in vars(kind).values() if isinstance(each, FunctionType)]
    return kind.__module__ == "__main__" or any(not code.co_filename.startswith((*NOT_THEIRS, "<")) for code in codes)

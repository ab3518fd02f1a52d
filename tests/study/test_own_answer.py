"""An answer of one's own: what comes from the reference is refused, by its source and by what it made; honest code is let in."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import reference.twitter.ids as ids_module
from reference.study.borrowed import borrowed
from reference.study.own_answer import refusals
from reference.study.task import ALLOWED
from reference.twitter.errors import InvalidInput
from reference.twitter.ids import TWITTER, SnowflakeGenerator
from tests.study.small_task import ran

REFUSED = {
    "import reference.twitter.ids": "the course's own",
    "from reference.twitter import ids as i": "the course's own",
    "def f():\n    from reference import twitter": "the course's own",
    "import os": "imports `os`",
    "from .ids import x": "imports `.ids`",
    "from math import *": "everything with `*`",
    "__import__('reference')": "`__import__`",
    "eval('1')": "`eval`",
    "open('x')": "`open`",
    "x = globals()": "`globals`",
    "run = exec": "`exec`",
    "().__class__": "`.__class__`",
    "def f(): pass\nf.__globals__": "`.__globals__`",
    "try: pass\nexcept Exception as e: e.__traceback__.tb_frame": "`.tb_frame`",
    "'{0.__globals__}'.format(print)": "two underscores",
    "import dataclasses\ndataclasses.sys": "`.sys`",
    "import threading\nthreading._sys": "reaches `sys`",
    "import random as r\nr._os": "reaches",
    "import random\nalias = random\nalias._os": "reaches",
    "from dataclasses import sys": "`sys`",
    "import operator\noperator.attrgetter('x')": "`.attrgetter`",
    "import numpy as np\nnp.sum = len": "changes an imported module",
    "import numpy as np\nr = np.random\nr.default_rng = None": "changes an imported module",
    "def check(x): pass": "`check` belongs to the notebook",
    "grade = print": "`grade` belongs to the notebook",
    "def f():\n    global grade": "`grade` belongs to the notebook",
    "from math import floor as check": "`check` belongs to the notebook",
    "class A:\n    def __eq__(self, other): return True": "`__eq__`",
    "get_ipython().history_manager": "`get_ipython`",
    "!cat /etc/passwd": "not Python",
    "def f(:": "not Python",
}
WELCOME = [
    "import math\nfrom collections import deque\nimport numpy as np\nx = np.random.default_rng(3).integers(4)",
    "import collections.abc\nfrom collections.abc import Iterable",
    "class Node:\n    def __init__(self): self.next = None\n    def __len__(self): return 1\nn = Node()\nn.next = n",
    'def decode(id, input=None):\n    """See `__init__`; {not} a format."""\n    return id >> 22, f"{id:063b}"',
    "import threading\nlock = threading.Lock()\nwith lock:\n    pass",
    "from dataclasses import dataclass, field\n\n@dataclass\nclass A:\n    x: int = 0",
]


@pytest.mark.parametrize("source", REFUSED)
def test_short_cuts_are_refused_with_their_line(source: str) -> None:
    found = refusals(source, ALLOWED)
    assert any(REFUSED[source] in says for says in found), found
    assert all(says.startswith("line ") for says in found)


@pytest.mark.parametrize("source", WELCOME)
def test_honest_code_is_let_in(source: str) -> None:
    assert refusals(source, ALLOWED) == []


def test_a_task_may_allow_a_module_of_ours() -> None:
    source = "from reference.twitter.errors import InvalidInput"
    assert refusals(source, ALLOWED) and refusals(source, ALLOWED | {"reference.twitter.errors"}) == []


def share(source: str) -> Any:
    return ran(source)["share"]


class Subclass(SnowflakeGenerator):
    pass


class Wrapper:
    def __init__(self) -> None:
        self.inner = SnowflakeGenerator(1)


def closure():
    inner = SnowflakeGenerator
    return lambda: inner(1)


BORROWED = {
    "a class": SnowflakeGenerator,
    "an object": SnowflakeGenerator(1),
    "a method": SnowflakeGenerator(1).next_id,
    "a subclass": Subclass,
    "a wrapper": Wrapper(),
    "a closure": closure(),
    "a partial": functools.partial(SnowflakeGenerator, 1),
    "in a list": [len, TWITTER],
    "in a dict": {"make": SnowflakeGenerator},
    "a module": ids_module,
    "an inner function": share(
        "from reference.twitter.ids import TWITTER\ndef share(x):\n    def inner():\n        return TWITTER\n    return inner"
    ),
    "a global": share("import reference.twitter.ids as other\nclass share:\n    def next_id(self):\n        return other.TWITTER\n"),
    "a default": share("from reference.twitter.ids import SnowflakeGenerator as G\ndef share(x=G):\n    return x\n"),
}


@pytest.mark.parametrize("answer", BORROWED.values(), ids=BORROWED)
def test_what_rests_on_the_reference_is_found(answer: object) -> None:
    assert "reference" in borrowed(answer)


def test_what_is_ones_own_rests_on_nothing_of_ours() -> None:
    own = share("import math, numpy as np\nclass share:\n    def f(self, x=math.pi):\n        return np.sum([x, small_share.people])\n")
    for answer in (own, own(), own().f, 3, "text", [1, {"a": (2,)}], lambda x: x + 1):
        assert borrowed(answer) == ""


def test_what_the_task_allows_is_not_borrowed() -> None:
    assert borrowed(InvalidInput) and borrowed(InvalidInput, {"reference.twitter.errors"}) == ""


def test_circles_and_large_things_end() -> None:
    circle: list[object] = [1]
    circle.append(circle)
    assert borrowed(circle) == "" and borrowed(list(range(100_000))) == ""

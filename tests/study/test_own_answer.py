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
    "match print:\n    case check: pass": "`check` belongs to the notebook",
    "match [1]:\n    case [*grade]: pass": "`grade` belongs to the notebook",
    "match {}:\n    case {**grade}: pass": "`grade` belongs to the notebook",
    "try: pass\nexcept ValueError as grade: pass": "`grade` belongs to the notebook",
    "def f(): pass\nmatch f:\n    case object(__globals__=g): pass": "`.__globals__`",
    "import operator\nmatch operator:\n    case object(attrgetter=a): pass": "`.attrgetter`",
    "exit._ip": "`exit`",
    "def double(n): return _ih[-1]": "`_ih`",
    "def double(n): return _i3": "`_i3`",
    "from random import _os": "private to `random`",
    "def f(m): return m._os\nimport random\nf(random)": "`._os`",
    "def f(m): return m.codecs\nimport json\nf(json)": "`.codecs`",
    "import copy\ncopy._deepcopy_dispatch": "private to `copy`",
    "import numpy.testing": "imports `numpy.testing`",
    "import numpy as np\nnp.testing.measure('1')": "reaches `numpy.testing`",
    "import numpy.f2py.__main__": "imports `numpy.f2py.__main__`",
    "import json.tool": "imports `json.tool`",
    "import typing\ntyping.get_type_hints(print)": "`.get_type_hints`",
    "from dataclasses import make_dataclass": "`make_dataclass`",
    "class A:\n    __annotations__ = {'x=print()': int}": "`__annotations__`",
    "import enum\nenum.global_enum(enum.Enum)": "`.global_enum`",
    "import functools\nfunctools.wraps(print, ('x',))": "`wraps` is for calls with one argument",
    "from functools import wraps as w": "under another name",
    "E = type('E', (int,), {})": "`type` is for calls with one argument",
    "make = type\nmake('E', (int,), {})": "`type` is for calls with one argument",
    "class M(type): pass": "`type` is for calls with one argument",
    "import abc\nabc.ABCMeta('E', (int,), {})": "`.ABCMeta`",
    "def f(clock): type(clock).sleep = None": "changes the class of something",
    "import threading\nthreading.settrace(print)": "`.settrace`",
    "def tr(frame, event, arg): frame.f_lineno = 9": "`.f_lineno`",
    "t = '{0.gi_' + 'frame}'\nt.format(3)": "write an f-string",
    "'{0.gi_frame}'.format(3)": "`.gi_frame`",
    "__name__ = 'numpy'": "`__name__` is not a name",
    "x = a" + ".b" * 1500: "not Python",
    "x = 1" + "+1" * 60_000: "too long",
}
WELCOME = [
    "import math\nfrom collections import deque\nimport numpy as np\nx = np.random.default_rng(3).integers(4)",
    "import collections.abc\nfrom collections.abc import Iterable",
    "class Node:\n    def __init__(self): self.next = None\n    def __len__(self): return 1\nn = Node()\nn.next = n",
    'def decode(id, input=None):\n    """See `__init__`; {not} a format."""\n    return id >> 22, f"{id:063b}"',
    "import threading\nlock = threading.Lock()\nwith lock:\n    pass",
    "from dataclasses import dataclass, field\n\n@dataclass\nclass A:\n    x: int = 0",
    "import numpy as np\nnp.linalg.norm([3, 4])\nnp.random.default_rng(1).permutation(3)\nx = np.zeros(3).sum()",
    "def f(x: type[int] | None, kinds=(int, str)) -> type:\n    return type(x) if isinstance(x, type) else type(x)",
    "from functools import wraps\ndef loud(f):\n    @wraps(f)\n    def inner(*a): return f(*a)\n    inner.__name__ = 'x'\n    return inner",
    "class Node:\n    def __init__(self, other): self._next, type(self).made = other._next, 1",
    "match {'a': 1}:\n    case {'a': value, **rest} if value: pass\n    case [first, *others]: pass\n    case complex(real=r): pass",
    "'{:>4} {name:{width}}'.format(1, name='a', width=3)\nfor _i in range(3): print(_i)\n_, last = 1, 2",
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

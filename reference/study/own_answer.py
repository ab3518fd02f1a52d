"""Whether an answer is one's own: read from its source before it runs (`refusals`), and from what it made afterwards (`borrowed`).

What comes from `reference` scores nothing: the exercise is to write it. Neither gate is the wall between an answer and the
instructor's machine; that is the sandbox. They keep an honest learner from a short cut and a clever one from the judge's memory.
"""

from __future__ import annotations

import ast
import importlib
import re
import textwrap
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any

HOUSE = "reference"
OURS = frozenset({"ask", "check", "grade", "hint", "reveal", "In", "Out", "get_ipython", "exit", "quit"})
UNSAFE_CALLS = frozenset(
    ["eval", "exec", "compile", "open", "breakpoint", "globals", "locals", "vars", "getattr", "setattr", "delattr", "__import__"]
)
UNSAFE_ATTRIBUTES = frozenset({
    "sys", "os", "modules", "builtins", "importlib", "inspect", "subprocess", "ctypes", "gc", "attrgetter", "methodcaller", "f_globals",
    "f_locals", "f_builtins", "f_back", "tb_frame", "tb_next", "gi_frame", "cr_frame", "ag_frame", "co_consts", "func_globals", "mro",
    "load", "save", "savez", "savetxt", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap", "ctypeslib", "f2py",
})  # fmt: skip
DUNDERS = frozenset({
    "__init__", "__post_init__", "__name__", "__doc__", "__repr__", "__str__", "__len__", "__iter__", "__next__", "__getitem__",
    "__setitem__", "__delitem__", "__contains__", "__call__", "__enter__", "__exit__", "__lt__", "__slots__", "__annotations__",
})  # fmt: skip
HIDDEN_DUNDER = re.compile(r"\{[^{}]*__[a-z]+__")  # str.format follows attributes


def refusals(source: str, allowed: Collection[str]) -> list[str]:
    """Why the answer in `source` (one cell) is refused, a sentence each, "line 2: …"; empty when nothing speaks against it.

    `allowed`: modules that it may import, with all inside them. Source that cannot be parsed is refused with the parser's reason.
    IPython's `%magics` and `!commands` are refused too: they run what nobody has read.
    """
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"line {getattr(error, 'lineno', None) or 1}: this is not Python ({getattr(error, 'msg', None) or error})"]
    found = {(getattr(node, "lineno", 1), says): None for node in ast.walk(tree) for says in _against(node, allowed)}
    found |= dict.fromkeys(_module_tricks(tree, allowed))
    return [f"line {line}: {says}" for line, says in sorted(found)]


def _against(node: ast.AST, allowed: Collection[str]) -> Iterator[str]:
    """What speaks against one node of the tree, whatever stands around it."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node, allowed)
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id in UNSAFE_CALLS:
            yield f"`{node.id}` is not for answers"
        yield from _binds(node.id) if not isinstance(node.ctx, ast.Load) else _reads(node.id)
    elif isinstance(node, ast.Attribute):
        if node.attr in UNSAFE_ATTRIBUTES or (_dunder(node.attr) and node.attr not in DUNDERS):
            yield f"`.{node.attr}` is not for answers"
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield from _binds(node.name)
        if _dunder(node.name) and node.name not in DUNDERS:
            yield f"`{node.name}` is not for answers: what is judged compares and hashes as Python does"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and HIDDEN_DUNDER.search(node.value):
        yield "text that reaches for names with two underscores is not for answers"
    elif isinstance(node, ast.Global):
        yield from (says for name in node.names for says in _binds(name))


def _imports(node: ast.Import | ast.ImportFrom, allowed: Collection[str]) -> Iterator[str]:
    origin = [] if isinstance(node, ast.Import) else ["." * node.level + (node.module or "")]
    for name in origin or [alias.name for alias in node.names]:
        if not _is_allowed(name, allowed):
            yield _imports_ours(name) if name.split(".")[0] == HOUSE else f"imports `{name}`; allowed here: {', '.join(sorted(allowed))}"
    for alias in node.names:
        yield from _binds(alias.asname or alias.name.split(".")[0])
        if alias.name == "*":
            yield "imports everything with `*`; name what you need"
        elif alias.name in UNSAFE_ATTRIBUTES and origin:
            yield f"`{alias.name}` is not for answers"


def _imports_ours(name: str) -> str:
    return f"imports `{name}`: that is the course's own; the exercise is to write it yourself"


def _binds(name: str) -> Iterator[str]:
    if name in OURS:
        yield f"`{name}` belongs to the notebook; choose another name"
    elif _dunder(name) and name not in DUNDERS:
        yield f"`{name}` is not a name for answers"


def _reads(name: str) -> Iterator[str]:
    if (_dunder(name) and name not in DUNDERS) or name in ("In", "Out", "get_ipython"):
        yield f"`{name}` is not for answers"


def _dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_allowed(name: str, allowed: Collection[str]) -> bool:
    return any(f"{name}.".startswith(f"{each}.") for each in allowed)


def _module_tricks(tree: ast.AST, allowed: Collection[str]) -> Iterator[tuple[int, str]]:
    """Modules reached through modules (`dataclasses.sys`), and assignments into modules (`np.sum = …`), aliases included."""
    modules = dict(_imported(tree, allowed))
    aliases = [(each, node.value) for node in ast.walk(tree) if isinstance(node, ast.Assign) for each in node.targets]
    for target, value in aliases * 3:  # an alias of an alias of an alias
        if isinstance(target, ast.Name) and isinstance(found := _value(value, modules), ModuleType | type):
            modules[target.id] = found
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        if not isinstance(node.ctx, ast.Load) and _value(node.value, modules) is not None:
            yield node.lineno, "changes an imported module; others need it as it is"
        found = _value(node, modules)
        if isinstance(found, ModuleType) and not _is_allowed(found.__name__.lstrip("_"), allowed):
            yield node.lineno, f"reaches `{found.__name__}` through another module"


def _imported(tree: ast.AST, allowed: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Name → what it is bound to, for imports of allowed modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_allowed(alias.name, allowed):
                    module = _module(alias.name if alias.asname else alias.name.split(".")[0])
                    yield alias.asname or alias.name.split(".")[0], module
        elif isinstance(node, ast.ImportFrom) and _is_allowed(node.module or "", allowed):
            for alias in node.names:
                yield alias.asname or alias.name, getattr(_module(node.module or ""), alias.name, None)


def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _value(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a chain of attributes that begins at an imported name is; None for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    base = _value(node.value, names) if isinstance(node, ast.Attribute) else None
    return getattr(base, node.attr, None) if isinstance(base, ModuleType | type) and isinstance(node, ast.Attribute) else None

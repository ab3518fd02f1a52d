"""Whether an answer is one's own: read from its source before it runs (`refusals`), and from what it made afterwards (`borrowed`).

What comes from `reference` scores nothing: the exercise is to write it. Neither gate is the wall between an answer and the
instructor's machine; that is the sandbox. They keep an honest learner from a short cut and a clever one from the judge's memory.
A name counts the same wherever Python takes one: after a dot, in a pattern of `match`, in an import, in a text that is formatted.
"""

from __future__ import annotations

import ast
import importlib
import re
import string
import textwrap
from collections.abc import Collection, Iterator
from functools import cache
from types import ModuleType
from typing import Any

HOUSE = "reference"
MOST_CHARACTERS = 100_000
"""Of one answer: to parse a text takes hundreds of times its size, on the grader's machine and outside of any sandbox."""
OURS = frozenset({"ask", "check", "grade", "hint", "reveal", "In", "Out", "get_ipython", "exit", "quit"})
SHELLS = frozenset(["In", "Out", "get_ipython", "exit", "quit", "_ih", "_oh", "_dh"])
HISTORY = re.compile(r"_i+|_i?\d+")
"""What IPython leaves in every notebook: its history, which holds the checks, and ways to itself."""
UNSAFE_CALLS = frozenset(
    ["eval", "exec", "compile", "open", "breakpoint", "globals", "locals", "vars", "getattr", "setattr", "delattr", "__import__", "help"]
)
FRAMES = "f_back f_builtins f_code f_globals f_lineno f_locals f_trace tb_frame tb_next co_code co_consts co_names func_globals"
LIBRARIES = "sys os modules builtins importlib inspect subprocess ctypes codecs copyreg warnings gc mro shell user_ns history_manager"
FILES = "load save savez savez_compressed savetxt loadtxt genfromtxt fromregex fromfile tofile memmap open_memmap DataSource ctypeslib"
BY_TEXT = "attrgetter methodcaller update_wrapper global_enum make_dataclass singledispatch singledispatchmethod get_type_hints ForwardRef"
OTHERS = "settrace setprofile settrace_all_threads setprofile_all_threads ABCMeta EnumMeta EnumType as_strided runstring measure f2py"
UNSAFE_ATTRIBUTES = frozenset(f"{FRAMES} {LIBRARIES} {FILES} {BY_TEXT} {OTHERS}".split()) | {
    f"{kind}_{part}" for kind in ("gi", "cr", "ag") for part in ("frame", "code")
}
"""Ways to the judge's frames, to files, from text to code or to attributes, and into memory: no exercise needs one."""
DUNDERS = frozenset({
    "__init__", "__post_init__", "__name__", "__doc__", "__repr__", "__str__", "__len__", "__iter__", "__next__", "__getitem__",
    "__setitem__", "__delitem__", "__contains__", "__call__", "__enter__", "__exit__", "__lt__", "__slots__",
})  # fmt: skip
HIDDEN_DUNDER = re.compile(r"\{[^{}]*__[a-z]+__")  # str.format follows attributes
NUMPYS = ("random", "linalg", "fft", "polynomial", "ma", "char", "strings", "typing")
WITHIN = frozenset({"collections.abc", *(f"numpy.{name}" for name in NUMPYS)})
"""Modules inside allowed ones that come with them. The rest of numpy runs text, reads files and starts compilers."""
ONE_ARGUMENT = frozenset({"type", "wraps"})
"""With more than one, they make a class, or copy attributes, of names given as text."""


def refusals(source: str, allowed: Collection[str]) -> list[str]:
    """Why the answer in `source` (one cell) is refused, a sentence each, "line 2: …"; empty when nothing speaks against it.

    `allowed`: modules that it may import. Source that cannot be parsed is refused with the parser's reason.
    IPython's `%magics` and `!commands` are refused too: they run what nobody has read.
    """
    if len(source) > MOST_CHARACTERS:
        return [f"line 1: an answer of {len(source):,} characters is too long; at most {MOST_CHARACTERS:,}"]
    try:
        tree = ast.parse(textwrap.dedent(source))
        found = {(getattr(node, "lineno", 1), says): None for node in ast.walk(tree) for says in _against(node, allowed)}
        found |= dict.fromkeys([*_one_argument(tree), *_history(tree)])
        found |= dict.fromkeys(_module_tricks(tree, allowed))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [f"line {getattr(error, 'lineno', None) or 1}: this is not Python ({getattr(error, 'msg', None) or error})"]
    return [f"line {line}: {says}" for line, says in sorted(found)]


def _against(node: ast.AST, allowed: Collection[str]) -> Iterator[str]:
    """What speaks against one node of the tree, whatever stands around it."""
    yield from (says for name in _bound(node) for says in _binds(name))
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from _imports(node, allowed)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from _reads(node.id)
    elif isinstance(node, ast.Attribute):
        yield from _reaches(node.attr, allowed)
        yield from _stores(node)
        if node.attr in ("format", "format_map") and not isinstance(node.value, ast.Constant):
            yield f"`.{node.attr}` of a text that is made elsewhere is not for answers; write an f-string"
    elif isinstance(node, ast.MatchClass):
        yield from (says for name in node.kwd_attrs for says in _reaches(name, allowed))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and _dunder(node.name) and node.name not in DUNDERS:
        yield f"`{node.name}` is not for answers: what is judged compares and hashes as Python does"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if HIDDEN_DUNDER.search(node.value):
            yield "text that reaches for names with two underscores is not for answers"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant):
        yield from (says for name in _fields(node.func.value.value) for says in _reaches(name, allowed))


def _bound(node: ast.AST) -> list[str]:
    """Names that this node binds or deletes; imports have rules of their own."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Global | ast.Nonlocal):
        return node.names
    if isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler):
        return [node.name] if node.name else []
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []


def _imports(node: ast.Import | ast.ImportFrom, allowed: Collection[str]) -> Iterator[str]:
    origin = [] if isinstance(node, ast.Import) else ["." * node.level + (node.module or "")]
    for name in origin or [alias.name for alias in node.names]:
        if not _is_allowed(name, allowed):
            yield _imports_ours(name) if name.split(".")[0] == HOUSE else f"imports `{name}`; allowed here: {', '.join(sorted(allowed))}"
    for alias in node.names:
        yield from _binds(alias.asname or alias.name.split(".")[0])
        if alias.name == "*":
            yield "imports everything with `*`; name what you need"
        elif origin:
            if any(_reaches(alias.name, allowed)):
                yield f"`{alias.name}` is not for answers"
            if alias.name.startswith("_"):
                yield f"`{alias.name}` is private to `{origin[0]}`"
            if alias.asname and alias.name in ONE_ARGUMENT:
                yield f"imports `{alias.name}` under another name"


def _imports_ours(name: str) -> str:
    return f"imports `{name}`: that is the course's own; the exercise is to write it yourself"


def _binds(name: str) -> Iterator[str]:
    if name in OURS:
        yield f"`{name}` belongs to the notebook; choose another name"
    elif _dunder(name) and (name not in DUNDERS or name == "__name__"):
        yield f"`{name}` is not a name for answers"


def _reads(name: str) -> Iterator[str]:
    if name in UNSAFE_CALLS or (_dunder(name) and name not in DUNDERS) or name in SHELLS:
        yield f"`{name}` is not for answers"


def _reaches(name: str, allowed: Collection[str]) -> Iterator[str]:
    """What speaks against an attribute of this name, of whatever object."""
    if name in UNSAFE_ATTRIBUTES or (_dunder(name) and name not in DUNDERS) or name in _private_modules(frozenset(allowed)):
        yield f"`.{name}` is not for answers"


def _stores(node: ast.Attribute) -> Iterator[str]:
    """Against `type(clock).sleep = …`: classes of what an answer is given are others', too."""
    base = node.value
    if isinstance(node.ctx, ast.Load) or not (isinstance(base, ast.Call) and isinstance(base.func, ast.Name) and base.func.id == "type"):
        return
    if not (base.args and isinstance(base.args[0], ast.Name) and base.args[0].id == "self"):
        yield "changes the class of something; others need it as it is"


def _fields(text: object) -> Iterator[str]:
    """Attributes that `text.format(…)` would follow. Raises: ValueError for a broken format."""
    if isinstance(text, str):
        for _, field, spec, _ in string.Formatter().parse(text):
            yield from re.split(r"[.\[\]]", field or "")[1:]
            yield from _fields(spec or "")


def _history(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """`_i`, `_3` and the like, where the answer has no such name of its own."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and HISTORY.fullmatch(node.id)]
    own = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    yield from ((node.lineno, f"`{node.id}` is not for answers") for node in nodes if node.id not in own)


def _one_argument(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """`type(x)` and `wraps(f)` are calls of one argument; `type` is a name in annotations and in `isinstance`, too."""
    fine = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            whole = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred)
            fine |= {id(node.func)} if whole else set()
            asks = isinstance(node.func, ast.Name) and node.func.id in ("isinstance", "issubclass")
            fine |= {id(inner) for each in node.args for inner in ast.walk(each) if isinstance(inner, ast.Name)} if asks else set()
        hint = getattr(node, "annotation", None) or getattr(node, "returns", None)
        fine |= {id(inner) for inner in ast.walk(hint)} if isinstance(hint, ast.AST) else set()
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if name in ONE_ARGUMENT and id(node) not in fine and isinstance(getattr(node, "ctx", None), ast.Load):
            yield getattr(node, "lineno", 1), f"`{name}` is for calls with one argument"


def _dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_allowed(name: str, allowed: Collection[str]) -> bool:
    inside = (each for each in allowed if each.split(".")[0] == HOUSE)
    parent_too = name in WITHIN and name.split(".")[0] in {each.split(".")[0] for each in allowed}
    return name in allowed or parent_too or any(name.startswith(f"{each}.") for each in inside)


@cache
def _private_modules(allowed: frozenset[str]) -> frozenset[str]:
    """Names with an underscore under which allowed modules keep modules that are not: `random._os`, `threading._sys`."""
    kept = (vars(module).items() for module in map(_module, allowed) if module is not None)
    return frozenset(name for items in kept for name, value in list(items) if name.startswith("_") and isinstance(value, ModuleType))


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
        base, found = _value(node.value, modules), _value(node, modules)
        if not isinstance(node.ctx, ast.Load) and base is not None:
            yield node.lineno, "changes an imported module; others need it as it is"
        if isinstance(found, ModuleType) and not _is_allowed(found.__name__.lstrip("_"), allowed):
            yield node.lineno, f"reaches `{found.__name__}` through another module"
        elif isinstance(base, ModuleType) and node.attr.startswith("_") and not _dunder(node.attr):
            yield node.lineno, f"`{node.attr}` is private to `{base.__name__}`"


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

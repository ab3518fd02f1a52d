"""Arithmetic written as data: a formula is a Python expression over named numbers, and nothing else can run.

Numbers may be plain, quantities with units or arrays: the operators decide. No attributes, subscripts or strings, and no calls but
those of `functions`; a huge exponent or shift is refused before it is computed.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from reference.estimation.errors import EstimationError, UnknownName

Number = int | float
MAX_EXPONENT = 1_024  # of ** and <<: a typing error must not freeze a notebook
PLAIN: Mapping[str, Callable[..., Any]] = {"ceil": math.ceil, "min": min, "max": max, "sqrt": math.sqrt, "exp": math.exp, "log": math.log}

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}


def evaluate(formula: str, inputs: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] = PLAIN) -> Any:
    """The value of `formula` over `inputs`. Raises EstimationError (or UnitMismatch) naming the formula and what is wrong with it."""
    try:
        return _value(_parsed(formula), inputs, functions)
    except EstimationError as error:
        raise type(error)(f"formula {formula!r}: {error}") from error
    except (SyntaxError, ArithmeticError, TypeError, ValueError) as error:
        raise EstimationError(f"formula {formula!r}: {error}") from error


@cache
def names(formula: str) -> frozenset[str]:
    """The inputs that a formula uses."""
    tree = _parsed(formula)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called)


@cache
def _parsed(formula: str) -> ast.expr:
    return ast.parse(formula, mode="eval").body


def _value(node: ast.expr, inputs: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    match node:
        case ast.Constant(value=bool()):
            raise EstimationError("only numbers, not True or False")
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return _known(name, inputs, "input")
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand, inputs, functions))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _binary(op, _value(left, inputs, functions), _value(right, inputs, functions))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _known(name, functions, "function")(*(_value(each, inputs, functions) for each in arguments))
    raise EstimationError(f"{ast.unparse(node)!r} is not arithmetic over numbers and inputs")


def _known(name: str, among: Mapping[str, Any], what: str) -> Any:
    if name not in among:
        raise UnknownName(f"no {what} {name!r}; known: {', '.join(sorted(among)) or 'none'}")
    return among[name]


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(op, ast.Pow | ast.LShift) and isinstance(right, Number) and abs(right) > MAX_EXPONENT:
        raise EstimationError(f"exponent {right} is beyond {MAX_EXPONENT}")
    return _BINARY[type(op)](left, right)

"""Arithmetic written as data: a formula is a Python expression over named numbers, and nothing else can run.

No calls, attributes, subscripts or strings; a huge exponent or shift is refused before it is computed.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from reference.twitter.errors import InvalidInput

Number = int | float
MAX_EXPONENT = 1_024  # of ** and <<: a typing error must not freeze a notebook

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Number]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], Callable[[Any], Number]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}


def evaluate(formula: str, inputs: Mapping[str, Number]) -> Number:
    """The value of `formula` over `inputs`. Raises InvalidInput naming the formula and what is wrong with it."""
    try:
        return _value(ast.parse(formula, mode="eval").body, inputs)
    except (SyntaxError, ArithmeticError, TypeError, ValueError) as error:
        raise InvalidInput(f"formula {formula!r}: {error}") from error


def names(formula: str) -> set[str]:
    """The inputs that a formula uses."""
    return {node.id for node in ast.walk(ast.parse(formula, mode="eval")) if isinstance(node, ast.Name)}


def _value(node: ast.expr, inputs: Mapping[str, Number]) -> Number:
    match node:
        case ast.Constant(value=bool()):
            raise ValueError("only numbers, not True or False")
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return _known(name, inputs)
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(operand, inputs))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _binary(op, _value(left, inputs), _value(right, inputs))
    raise ValueError(f"{ast.unparse(node)!r} is not arithmetic over numbers and inputs")


def _known(name: str, inputs: Mapping[str, Number]) -> Number:
    if name not in inputs:
        raise ValueError(f"no input {name!r}; known: {', '.join(sorted(inputs)) or 'none'}")
    return inputs[name]


def _binary(op: ast.operator, left: Number, right: Number) -> Number:
    if isinstance(op, ast.Pow | ast.LShift) and abs(right) > MAX_EXPONENT:
        raise ValueError(f"exponent {right} is beyond {MAX_EXPONENT}")
    return _BINARY[type(op)](left, right)

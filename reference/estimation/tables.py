"""A table that prints as aligned text, shows as HTML in a notebook and becomes a pandas frame."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from typing import Any, ClassVar

WIDTHS = 44  # characters at which a cell wraps in text


class Table:
    """Give `header` and `cells()`; the rest follows."""

    header: ClassVar[Sequence[str]] = ()

    def cells(self) -> list[tuple[str, ...]]:
        """Rows of text, as wide as `header`."""
        raise NotImplementedError

    def frame(self) -> Any:
        """The table as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.cells(), columns=list(self.header))

    def __str__(self) -> str:
        return text_table(self.header, self.cells())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="text-align:left">{html.escape(each)}</th>' for each in self.header)
        body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in self.cells())
        return f'<table class="course-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTHS) -> str:
    """Left-aligned columns, cells wrapped at `width` characters, a rule below the header."""
    wrapped = [[textwrap.wrap(cell, width) or [""] for cell in row] for row in [header, *rows]]
    widths = [max(len(line) for row in wrapped for line in row[column]) for column in range(len(header))]
    lines = [line for row in wrapped for line in _lines(row, widths)]
    tall = max(len(cell) for cell in wrapped[0])
    return "\n".join([*lines[:tall], "  ".join("-" * each for each in widths), *lines[tall:]])


def _lines(row: list[list[str]], widths: list[int]) -> list[str]:
    tall = max(len(cell) for cell in row)
    padded = [cell + [""] * (tall - len(cell)) for cell in row]
    return ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip() for line in zip(*padded, strict=True)]


def _cell(text: str) -> str:
    return f'<td style="text-align:left">{html.escape(text)}</td>'

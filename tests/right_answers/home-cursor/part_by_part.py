"""Reads on in parts of a page until it is full: fewer ids a page, more questions."""

from collections.abc import Callable, Iterable


def home_page(
    newest: Callable[[int | None, int], list[int]],
    visible: Callable[[Iterable[int]], set[int]],
    limit: int,
    cursor: str | None = None,
) -> tuple[list[int], str | None]:
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal()):
        raise ValueError(f"{cursor!r} is not the cursor of a page")
    last = None if cursor is None else int(cursor)
    page, looks = [], home_cursor.looks
    while len(page) < limit and looks > 0:
        ids = newest(last, min(limit, looks))
        if not ids:
            return page, None
        shown = visible(ids)
        for last in ids:
            looks -= 1
            if last in shown:
                page.append(last)
            if len(page) == limit:
                break
    return page, str(last) if newest(last, 1) else None

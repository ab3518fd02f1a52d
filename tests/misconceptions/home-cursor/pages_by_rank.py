"""The cursor is a place in the order of ids"""


def home_page(newest, visible, limit, cursor=None):
    if limit < 1 or (cursor is not None and not (cursor.isascii() and cursor.isdecimal())):
        raise ValueError("limit or cursor")
    seen = int(cursor or 0)
    ids = newest(None, home_cursor.looks)
    shown = visible(ids)
    left = [each for each in ids if each in shown]
    return left[seen : seen + limit], str(seen + limit) if len(left) > seen + limit else None

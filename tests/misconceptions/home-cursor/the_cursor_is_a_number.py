"""a cursor that fits into a URL"""


def home_page(newest, visible, limit, cursor=None):
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
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
    return page, last if newest(last, 1) else None

"""Filter, then fill"""


def home_page(newest, visible, limit, cursor=None):
    if limit < 1 or (cursor is not None and not cursor.isdecimal()):
        raise ValueError("limit or cursor")
    ids = newest(None if cursor is None else int(cursor), limit + 1)
    shown = visible(ids)
    page = [each for each in ids[:limit] if each in shown]
    return page, str(ids[limit - 1]) if len(ids) > limit else None

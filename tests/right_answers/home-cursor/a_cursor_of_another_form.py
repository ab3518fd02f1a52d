"""What stands in a cursor is one's own choice; and where nothing visible lies below, there need not be one."""

import json


def home_page(newest, visible, limit, cursor=None):
    if limit < 1:
        raise ValueError("limit")
    try:
        below = None if cursor is None else json.loads(cursor)["below"]
    except (ValueError, TypeError, KeyError):
        raise ValueError("cursor") from None
    ids = newest(below, home_cursor.looks + 1)
    shown = visible(ids)
    looked = [tweet_id for tweet_id in ids[: home_cursor.looks] if tweet_id in shown]
    if len(looked) > limit:
        return looked[:limit], json.dumps({"below": looked[limit - 1]})
    return looked, json.dumps({"below": ids[-2]}) if len(ids) > home_cursor.looks else None

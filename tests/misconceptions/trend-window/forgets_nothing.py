"""what no window needs is forgotten"""

from collections import Counter, defaultdict


class Trends:
    """Trends of a sliding window: trend_window.window_min, .people, .times, .add and .tie ("fewer uses" or "more uses")."""

    def __init__(self) -> None:
        self.minutes = defaultdict(lambda: defaultdict(Counter))  # minute → tag → uses by user

    def record(self, tag: str, user_id: int, at_s: int) -> None:
        """One use of `tag` by a user, `at_s` seconds since 1970."""
        self.minutes[at_s // 60][tag][user_id] += 1

    def top(self, now_s: int, n: int) -> list[str]:
        """At most `n` trends of the window that ends with the minute of `now_s`, best first."""
        first = now_s // 60 - trend_window.window_min + 1
        before = self.united(first - trend_window.window_min)
        sign = {"fewer uses": 1, "more uses": -1}[trend_window.tie]
        found = []
        for tag, users in self.united(first).items():
            usual = len(before.get(tag, ())) + trend_window.add
            if len(users) >= trend_window.people and len(users) + trend_window.add >= trend_window.times * usual:
                found.append((-len(users), sign * users.total(), tag))
        return [tag for _, _, tag in sorted(found)][:n]

    def united(self, first):
        """The window that begins with minute `first`: tag → uses by user."""
        found = defaultdict(Counter)
        for minute in range(first, first + trend_window.window_min):
            for tag, users in self.minutes.get(minute, {}).items():
                found[tag].update(users)
        return found

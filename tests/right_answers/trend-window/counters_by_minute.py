"""A counter of users for each minute and tag, united when the list is read."""

from collections import Counter, defaultdict


class Trends:
    def __init__(self) -> None:
        self.minutes = defaultdict(lambda: defaultdict(Counter))  # minute → tag → uses by user

    def record(self, tag: str, user_id: int, at_s: int) -> None:
        self.minutes[at_s // 60][tag][user_id] += 1

    def top(self, now_s: int, n: int) -> list[str]:
        first = now_s // 60 - trend_window.window_min + 1
        before = self.united(first - trend_window.window_min)
        for minute in [minute for minute in self.minutes if minute < first - trend_window.window_min]:
            del self.minutes[minute]
        sign = {"fewer uses": 1, "more uses": -1}[trend_window.tie]
        found = []
        for tag, users in self.united(first).items():
            usual = len(before.get(tag, ())) + trend_window.add
            if len(users) >= trend_window.people and len(users) + trend_window.add >= trend_window.times * usual:
                found.append((-len(users), sign * users.total(), tag))
        return [tag for _, _, tag in sorted(found)][:n]

    def united(self, first):
        found = defaultdict(Counter)
        for minute in range(first, first + trend_window.window_min):
            for tag, users in self.minutes.get(minute, {}).items():
                found[tag].update(users)
        return found

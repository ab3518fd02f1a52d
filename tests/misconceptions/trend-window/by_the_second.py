"""a window has whole ones"""

from collections import defaultdict


class Trends:
    """The last window_min * 60 seconds: half a minute of the window before comes in."""

    def __init__(self) -> None:
        self.uses = []

    def record(self, tag: str, user_id: int, at_s: int) -> None:
        self.uses.append((at_s, tag, user_id))

    def top(self, now_s: int, n: int) -> list[str]:
        length_s = trend_window.window_min * 60
        self.uses = [use for use in self.uses if use[0] > now_s - 2 * length_s]
        now, before = defaultdict(list), defaultdict(list)
        for at_s, tag, user_id in self.uses:
            (now if at_s > now_s - length_s else before)[tag].append(user_id)
        sign = {"fewer uses": 1, "more uses": -1}[trend_window.tie]
        found = []
        for tag, users in now.items():
            people, usual = len(set(users)), len(set(before[tag]))
            if people >= trend_window.people and people + trend_window.add >= trend_window.times * (usual + trend_window.add):
                found.append((-people, sign * len(users), tag))
        return [tag for _, _, tag in sorted(found)][:n]

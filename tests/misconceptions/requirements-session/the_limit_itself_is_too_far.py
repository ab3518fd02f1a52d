"""Exactly the limit is fine"""

from typing import Any


class Session:
    def __init__(self, primary: Any, replicas: list[Any], token: int | str | None = None) -> None:
        self.primary, self.token = primary, token or 0
        self.replicas = replicas[::-1] if requirements_session.nearest_last else replicas

    def write(self, key: str, value: Any) -> None:
        self.token = max(self.token, self.primary.write(key, value))

    def read(self, key: str) -> Any:
        enough = (each for each in self.replicas if each.version >= self.token and each.lag_s < requirements_session.most_lag_s)
        value, version = next(enough, self.primary).read(key)
        self.token = max(self.token, version)
        return value

"""You read a copy and threw its answer away"""

from typing import Any


class Session:
    def __init__(self, primary: Any, replicas: list[Any], token: int | str | None = None) -> None:
        self.primary, self.token = primary, token or 0
        self.replicas = replicas[::-1] if requirements_session.nearest_last else replicas

    def write(self, key: str, value: Any) -> None:
        self.token = max(self.token, self.primary.write(key, value))

    def read(self, key: str) -> Any:
        for replica in self.replicas:
            if replica.lag_s <= requirements_session.most_lag_s:
                value, version = replica.read(key)
                if version >= self.token:
                    break
        else:
            value, version = self.primary.read(key)
        self.token = max(self.token, version)
        return value

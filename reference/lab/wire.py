"""The Redis protocol (RESP2) as far as a meter needs it: which commands a write holds, and how large a reply was."""

from __future__ import annotations

from typing import Any

_SIMPLE = {"OK", "PONG", "QUEUED", b"OK", b"PONG", b"QUEUED"}


def parse_commands(wire: bytes) -> list[list[bytes]]:
    """The commands in `wire` (RESP arrays of bulk strings), each as its first three words. O(number of words)."""
    commands, at = [], 0
    while at < len(wire):
        at, words = _integer(wire, at)
        kept: list[bytes] = []
        for _ in range(words):
            at, length = _integer(wire, at)
            if len(kept) < 3:
                kept.append(wire[at : at + length])
            at += length + 2
        commands.append(kept)
    return commands


def _integer(wire: bytes, at: int) -> tuple[int, int]:
    """The number after the type byte at `at`, and where the next thing begins."""
    end = wire.index(b"\r\n", at)
    return end + 2, int(wire[at + 1 : end])


def reply_bytes(reply: Any) -> int:
    """How many bytes `reply` takes in RESP2. Status replies (OK, PONG, QUEUED) and errors are one line."""
    if reply is None:
        return 5
    if isinstance(reply, BaseException):
        return len(str(reply).encode()) + 3
    if isinstance(reply, int):
        return len(str(int(reply))) + 3
    if isinstance(reply, list | tuple):
        return len(str(len(reply))) + 3 + sum(reply_bytes(item) for item in reply)
    if isinstance(reply, dict):
        return len(str(2 * len(reply))) + 3 + sum(reply_bytes(key) + reply_bytes(value) for key, value in reply.items())
    if reply in _SIMPLE:
        return len(reply) + 3
    size_bytes = len(reply) if isinstance(reply, bytes) else len(str(reply).encode())
    return len(str(size_bytes)) + size_bytes + 5

"""The records that were read, as they came, so that a table can be made of them again: with another key, or as it was some time ago."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator

from pyargus.clients.cluster_conf import parse_duration
from pyargus.errors import BadUse

# Bytes and seconds of records that are kept for the history and for tables made anew.
KEPT = 128_000_000
MINUTES = 60


class Log:
    """Pieces of whole records, the newest last.

    The oldest go where there are more than `limit` bytes, and, once records come as they happen, `seconds` after they came, 0 for never.
    lost: how many bytes have gone. initial: bytes of the initial management record of a source, which outputs begin with. One thread
    changes it.
    """

    def __init__(self, limit: int = KEPT, seconds: float = 60.0 * MINUTES, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.seconds = seconds
        self.size = 0
        self.lost = 0
        self.initial = b""
        self._clock = clock
        self._live = False
        self._pieces: deque[tuple[float, bytes]] = deque()

    def add(self, data: bytes, live: bool = False) -> None:
        """Keep a piece; live: it came as it happened."""
        self._live = self._live or live
        self._pieces.append((self._clock(), data))
        self.size += len(data)
        self.trim()

    def trim(self) -> None:
        """Forget what is too much or too old."""
        oldest = self._clock() - self.seconds if self.seconds and self._live else 0.0
        while self._pieces and ((self.size > self.limit and len(self._pieces) > 1) or self._pieces[0][0] < oldest):
            gone = len(self._pieces.popleft()[1])
            self.size -= gone
            self.lost += gone

    def clear(self) -> None:
        """Forget everything."""
        self._pieces.clear()
        self.size = self.lost = 0
        self._live = False

    def pieces(self, without: int = 0) -> Iterator[tuple[float, bytes]]:
        """The pieces as they are now, the oldest first, and when each came; `without` so many of the newest."""
        return iter(list(self._pieces)[: max(0, len(self._pieces) - without)])

    def oldest(self) -> bytes:
        """The first piece; empty without one."""
        try:
            return self._pieces[0][1]
        except IndexError:
            # There is none, or the last has just gone.
            return b""

    def kept(self) -> str:
        """What is kept at most, in words."""
        size = f"{self.limit / 1e6:g} MB"
        return f"{spell_duration(self.seconds)} or {size}" if self.seconds else size


def spell_duration(seconds: float) -> str:
    """Seconds as a number with the largest unit that leaves none over: 90s, 10m, 2h."""
    unit, size = next((unit, size) for unit, size in (("h", 3600), ("m", 60), ("s", 1)) if seconds % size == 0 or size == 1)
    return f"{seconds / size:g}{unit}"


def parse_history(text: str) -> tuple[int, float]:
    """Bytes and seconds of `MB`, `TIME` or both with a comma between them: `64`, `10m`, `64,10m`; what is not named is as ever.

    A time has s, m, h or d at its end, 0s for no end. Raises BadUse for anything else.
    """
    size, seconds = KEPT, 60.0 * MINUTES
    for part in text.split(","):
        if part[-1:] in tuple("smhd"):
            seconds = parse_duration(part, "history") / 1e6
            continue
        try:
            size = int(float(part) * 1e6)
        except (ValueError, OverflowError):
            size = 0
        if size < 1_000_000:
            raise BadUse(f"history={text}: expected megabytes (64), a time with s, m, h or d (10m), or both (64,10m)")
    return size, seconds

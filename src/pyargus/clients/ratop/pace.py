"""The pace at which records of a file are handed on: as fast as they come, or so many seconds of theirs a second of ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """A clock that runs `rate` times as fast as the wall's; rate 0 waits for nothing. Thread-safe.

    The first time that `wait` is asked for is the start of the clock. A change of the rate goes on from where the clock is.
    """

    def __init__(self, rate: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._rate = rate
        self._wall = 0.0
        self._at: float | None = None

    @property
    def rate(self) -> float:
        """Seconds a second."""
        return self._rate

    def set(self, rate: float) -> None:
        """Go on at another rate."""
        with self._changed:
            now = self._clock()
            if self._at is not None:
                self._at += (now - self._wall) * 1e6 * self._rate
                self._wall = now
            self._rate = rate
            self._changed.notify_all()

    def reset(self) -> None:
        """Start again with the next time that is asked for."""
        with self._changed:
            self._at = None

    def now(self) -> float | None:
        """The time of the clock in µs; None before its start and where nothing waits."""
        with self._changed:
            return self._now()

    def _now(self) -> float | None:
        if self._at is None or not self._rate:
            return None
        return self._at + (self._clock() - self._wall) * 1e6 * self._rate

    def wait(self, micro: int, stopped: Callable[[], bool]) -> None:
        """Return when the clock shows `micro`, or `stopped` says so; looks at it every 50 ms."""
        with self._changed:
            while not stopped():
                if not self._rate:
                    self._at = None
                    return
                if self._at is None:
                    self._at, self._wall = float(micro), self._clock()
                now = self._now()
                assert now is not None
                if now >= micro:
                    return
                self._changed.wait(min(0.05, (micro - now) / 1e6 / self._rate))

"""How a run ends before its input does: an interrupt, a termination, or the seconds of -T."""

from __future__ import annotations

import signal
from collections.abc import Iterator

from pyargus.errors import ExitCode

TYPE_CHECKING = False

if TYPE_CHECKING:
    from types import FrameType
    from typing import TypeVar

    Item = TypeVar("Item")


class _Stop(Exception):
    """Ends a wait for input."""


class Stopper:
    """Between `__enter__` and `__exit__` the first INT, TERM or alarm asks the run to end; the second one ends the program at once.

    Only a wait for input is broken off, so that nothing that was read is lost.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.asked = False
        self._waiting = False
        self._seconds = seconds
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stopper:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            self._before[number] = signal.signal(number, self._handle)
        if self._seconds > 0:
            signal.setitimer(signal.ITIMER_REAL, self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number != signal.SIGALRM:
            raise SystemExit(ExitCode.INTERRUPTED)
        self.asked = True
        if self._waiting:
            raise _Stop

    def until(self, items: Iterator[Item], breaks: bool = True) -> Iterator[Item]:
        """The items until there are no more or the run is to end. breaks: a wait for the next is broken off; where they come at short
        intervals it need not be, and what the source has in hand is not lost."""
        while not self.asked:
            try:
                self._waiting = breaks
                if self.asked:
                    return
                item = next(items)
                self._waiting = False
            except (StopIteration, _Stop):
                return
            finally:
                self._waiting = False
            yield item

"""The records that were read, as they came, so that a table can be made of them again: with another key, or as it was some time ago."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator


class Log:
    """Pieces of whole records, the newest last; the oldest go where there are more than `limit` bytes.

    lost: how many bytes have gone. first: bytes of the initial management record of a source, which outputs begin with.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.lost = 0
        self.initial = b""
        self._pieces: deque[bytes] = deque()

    def add(self, data: bytes) -> None:
        """Keep a piece."""
        self._pieces.append(data)
        self.size += len(data)
        while self.size > self.limit and len(self._pieces) > 1:
            gone = len(self._pieces.popleft())
            self.size -= gone
            self.lost += gone

    def clear(self) -> None:
        """Forget everything."""
        self._pieces.clear()
        self.size = self.lost = 0

    def pieces(self) -> Iterator[bytes]:
        """The pieces as they are now, the oldest first."""
        return iter(list(self._pieces))

"""Several live captures as one source: their packets in the order of their times, as a tap with a port for each direction needs it."""

from __future__ import annotations

from array import array

from pyargus.capture.batch import Batch
from pyargus.capture.interleave_cy import before, merge


class Interleaver:
    """Holds packets back until none can come that is older. All sources have the same link type."""

    def __init__(self, linktype: int) -> None:
        self.linktype = linktype
        self._held = _empty(linktype)
        self._first = 0

    def add(self, batch: Batch) -> None:
        """Take a batch of one of the sources; it is copied."""
        held, first = self._held, self._first
        room = held.count - first + batch.count
        size = sum(held.caplen[first : held.count]) + sum(batch.caplen[: batch.count])
        buf = memoryview(bytearray(max(1, size)))
        merged = Batch(
            self.linktype,
            room,
            buf,
            array("q", bytes(8 * room)),
            array("q", bytes(8 * room)),
            array("I", bytes(4 * room)),
            array("I", bytes(4 * room)),
        )
        merge(
            *_views(held), first, held.count, *_views(batch), 0, batch.count,
            buf, memoryview(merged.ts), memoryview(merged.offset), memoryview(merged.caplen), memoryview(merged.wirelen),
        )  # fmt: skip
        self._held, self._first = merged, 0

    def until(self, horizon: int) -> tuple[Batch, int, int]:
        """The packets from before `horizon` (nanoseconds since 1970), as a batch and the first and last of them; they are let go of."""
        first = self._first
        self._first = before(memoryview(self._held.ts), first, self._held.count, horizon)
        return self._held, first, self._first

    @property
    def waiting(self) -> int:
        """Packets that are held back."""
        return self._held.count - self._first


def _views(batch: Batch) -> tuple[memoryview, memoryview, memoryview, memoryview, memoryview]:
    return batch.buf, memoryview(batch.ts), memoryview(batch.offset), memoryview(batch.caplen), memoryview(batch.wirelen)


def _empty(linktype: int) -> Batch:
    return Batch(linktype, 0, memoryview(b"\0"), array("q"), array("q"), array("I"), array("I"))

"""Records read by two processes: where sources are large, each handles some of their pieces.

The second one is a copy of this process (`helper`), made before the first record is read, that goes through the same sources by itself.
Where in a piece the first record starts, it can only suppose. It sends which bytes of which file it has handled, what there is to be
counted, and what comes out for every output. This process, which knows where the records before have ended, puts what is right in the
order of the sources, makes the rest itself, and alone says what is wrong with a source.
"""

from __future__ import annotations

import os
import struct
import sys

from pyargus.clients import helper
from pyargus.errors import BadInput
from pyargus.record.reader import WINDOW

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from pyargus.clients.frame import Run
    from pyargus.clients.stop import Stopper
    from pyargus.record.reader import Buffer, Source

# Bytes of sources that are read before a copy of the process would have paid.
LEAST = 4 << 20
# Whose each piece is, in turn, true for the copy's: it gets more, as it has no part in writing, which is most of the work where all records
# are written.
_CHOSEN = (False, True, False, True, True)
_ALL = (False, True, True, True)
# Formats of which a record comes out as the same bytes whatever came before it.
_FORMS = frozenset({"text", "csv", "ndjson", "argus"})
# Device, file and its size, where the records start and end; records and management records read, records passed, their packets and bytes.
_HEAD = struct.Struct("=5Q5Q")


def worthwhile(run: Run, names: Sequence[str | None]) -> bool:
    """Whether sources of these names hold enough for two, and what comes out of a record does not depend on those before it."""
    batch, delivery = run.batch, run.delivery
    if run.stage is not None or len(run.targets) != 1 or run.target.form not in _FORMS or batch.rejected is not None:
        return False
    if batch.from_number or batch.to_number or delivery.by_output or numbered(run):
        return False
    size = 0
    for name in names:
        # Other sources cannot be read twice, or are not read piece by piece.
        if name is None or not os.path.isfile(name):
            return False
        size += os.path.getsize(name)
    return size >= LEAST and helper.spare()


def numbered(run: Run) -> bool:
    """Whether lines depend on how many were printed before them, or asking for what they hold takes more than a processor."""
    from pyargus.record.lines_cy import Lines
    from pyargus.record.print_cy import Printer

    settings, printer = run.settings, run.delivery.printer
    if run.sinks:
        return False
    if type(printer) is not Printer and type(printer) is not Lines:
        return True
    return settings.labels > 0 or settings.names == 0 or any(column.name == "rank" for column in settings.columns)


class Turns:
    """The pieces of the sources and whose they are, in either process. The first is not the copy's, so that lines appear at once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.outputs = run.outputs()
        self.number = 0
        self.turns = _ALL if run.sinks and run.batch.filter is None else _CHOSEN

    def grid(self, source: Source, limit: int) -> Iterator[tuple[int, int, bool]]:
        """The pieces of a source: bytes from and before which their records start, and whether they are the copy's."""
        starts = range(source.first // WINDOW * WINDOW, limit, WINDOW) if source.first < limit else range(0)
        # However far this source is read, the next one begins with the same turn in both processes.
        number, self.number = self.number, self.number + len(starts)
        for place, start in enumerate(starts, number):
            yield max(start, source.first), min(start + WINDOW, limit), self.turns[place % len(self.turns)]

    def counts(self) -> tuple[int, int, int, int, int]:
        """What was counted so far."""
        batch = self.run.batch
        return batch.flows, batch.mans, batch.passed, batch.pkts, batch.bytes_

    @staticmethod
    def identity(source: Source, size: int) -> tuple[int, int, int]:
        """Which file of which size a source is."""
        status = os.fstat(source.file.fileno())
        return status.st_dev, status.st_ino, size


class Copy(Turns):
    """The side of the copy, which sends its shares through a pipe."""

    def __init__(self, run: Run, pipe: BinaryIO) -> None:
        super().__init__(run)
        self.pipe = pipe
        # What is open for writing stays open, as closing it would write to it, and nothing leads to it.
        self._kept = run.targets, run.sinks
        run.targets, run.sinks = [], []
        run.progress.wanted = False
        # A piece is handled in one go, and the title line is the other's to print.
        run.delivery.size = sys.maxsize
        run.delivery.printer.heading()

    def pieces(self, source: Source, stopper: Stopper) -> Iterator[tuple[Buffer, int]]:
        """Handle the copy's pieces of a source until the run is to end."""
        return stopper.until(self.handled(source), False)

    def handled(self, source: Source) -> Iterator[tuple[Buffer, int]]:
        """Handle the copy's pieces of a source; the run gets one without records after each.

        Raises BadInput where the source is damaged, and SystemExit at one that has no pieces.
        """
        if not source.seekable:
            raise SystemExit
        limit, size = source.extent()
        at, sure = source.first, True
        for start, stop, turn in self.grid(source, limit):
            if not turn:
                sure = False
                continue
            at = self.handle(source, at if sure else start, stop, size, sure)
            sure = at >= stop
            yield b"", at

    def handle(self, source: Source, at: int, stop: int, size: int, sure: bool) -> int:
        """Handle a piece and send what comes out of it; where nothing can be made of it, only that. Returns where it ends."""
        self.take()
        if at >= stop:
            # All of it belongs to a record that starts before it.
            self.send(b"")
            return at
        before = self.counts()
        try:
            data, at = source.piece(at, stop, size, sure)
            self.run.handle(source, data, at)
        except BadInput:
            self.take()
            self.send(b"")
            raise
        end = at + len(data)
        gained = (after - earlier for after, earlier in zip(self.counts(), before, strict=True))
        self.send(_HEAD.pack(*self.identity(source, size), at, end, *gained) if data else b"")
        return end

    def send(self, head: bytes) -> None:
        """Send a share: its head, and what came out for every output."""
        helper.send(self.pipe, [head, *self.take()])

    def take(self) -> list[bytes]:
        """What came out for every output."""
        return [output.take() for output in self.outputs]


class Reading(Turns):
    """The side of this process. Raises OSError if there can be no copy of it."""

    def __init__(self, run: Run, names: Sequence[str | None]) -> None:
        super().__init__(run)
        self.helper: helper.Helper | None = helper.Helper(lambda pipe: serve(run, names, pipe))

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def pieces(self, source: Source, stopper: Stopper) -> Iterator[tuple[Buffer, int]]:
        """What is to be handled here of a source, until the run is to end."""
        return stopper.until(self.left(source), False)

    def left(self, source: Source) -> Iterator[tuple[Buffer, int]]:
        """The pieces of a source that are to be handled here, and one without records wherever what the copy has made was put."""
        if not source.seekable:
            # The copy has ended.
            self.end()
            yield from source.chunks()
            return
        limit, size = source.extent()
        at = source.first
        for _, stop, turn in self.grid(source, limit):
            if turn and self.helper is not None:
                at = self.put(self.helper, at, self.identity(source, size))
                yield b"", at
            while at < stop:
                data, _ = source.piece(at, stop, size)
                yield data, at
                at += len(data)

    def put(self, other: helper.Helper, at: int, identity: tuple[int, int, int]) -> int:
        """Put the next share of the copy if it has made it of the records from a byte on. Returns where these end, or the same byte."""
        share = other.share(1 + len(self.outputs))
        if share is None:
            self.end()
            return at
        if not share[0]:
            return at
        device, file, size, start, end, *gained = _HEAD.unpack(share[0])
        if (device, file, size) != identity:
            # It has read another file, or the same at another time, or goes on where only this process has seen the damage.
            self.end()
            return at
        if start != at:
            return at
        batch = self.run.batch
        batch.flows, batch.mans, batch.passed, batch.pkts, batch.bytes_ = (sum(pair) for pair in zip(self.counts(), gained, strict=True))
        if share[1]:
            self.run.delivery.printer.heading()
        self.run.drain()
        self.run.put(share[1:])
        return int(end)

    def end(self) -> None:
        """Let go of the copy."""
        if self.helper is not None:
            self.helper.end()
            self.helper = None


def serve(run: Run, names: Sequence[str | None], pipe: BinaryIO) -> None:
    """The copy: go through the sources."""
    from pyargus.clients.frame import read_sources
    from pyargus.clients.stop import Stopper

    run.pair = Copy(run, pipe)
    read_sources(run, Stopper(), names)


def start(run: Run, names: Sequence[str | None]) -> Reading | None:
    """Have the sources of these names read by two processes, if it is worthwhile and can be."""
    if not worthwhile(run, names):
        return None
    try:
        return Reading(run, names)
    except OSError:
        # There is no room for a second process.
        return None

"""Records read by two processes: where sources are large, each handles some of their pieces, and steps over those of the other.

The second one is a copy of this process (`helper`), made before the first record is read, that goes through the same sources by itself. Of
each of its pieces it sends which bytes of which file it covers, what there is to be counted, and what comes out for every output. This
process puts all of it in the order of the sources, makes itself what the copy could not, and alone says what is wrong with a source.
"""

from __future__ import annotations

import os
import struct
import sys

from pyargus.clients import helper
from pyargus.errors import BadInput

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from pyargus.clients.frame import Run
    from pyargus.record.reader import Buffer, Source

# Bytes of sources that are read before a copy of the process would have paid.
LEAST = 4 << 20
# Whose each piece is, in turn, true for the copy's, which gets more where writing, in which it has no part, is more of the work: where few
# records may be chosen, of lines, of records.
_CHOSEN = (False, True)
_LINES = (False, True, False, True, True)
_RECORDS = (False, True, True, True)
# Formats of which a record comes out as the same bytes whatever came before it.
_FORMS = frozenset({"text", "csv", "ndjson", "argus"})
# Device, file, where the piece starts and ends; records and management records read, records passed, their packets and bytes.
_HEAD = struct.Struct("=4Q5Q")


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
    """Which pieces are the copy's, as either process counts them; the first one is not, so that lines appear at once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.outputs = run.outputs()
        self.number = 0
        self.turns = _CHOSEN if run.batch.filter is not None else _RECORDS if run.sinks else _LINES

    def turn(self) -> bool:
        """Whether the next piece is the copy's."""
        self.number += 1
        return self.turns[(self.number - 1) % len(self.turns)]

    def counts(self) -> tuple[int, int, int, int, int]:
        """What was counted so far."""
        batch = self.run.batch
        return batch.flows, batch.mans, batch.passed, batch.pkts, batch.bytes_

    @staticmethod
    def place(source: Source, data: Buffer, offset: int) -> tuple[int, int, int, int]:
        """Which bytes of which file a piece is."""
        status = os.fstat(source.file.fileno())
        return status.st_dev, status.st_ino, offset, offset + len(data)


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

    def covers(self, source: Source, data: Buffer, offset: int) -> bool:
        """Send what the next piece of the sources leads to, if it is the copy's. Always true: there is nothing else to do about it.

        Raises BadInput for a piece that is damaged, of which nothing is sent but that it is, and SystemExit at a source that is not read
        in pieces.
        """
        if not source.seekable:
            raise SystemExit
        if not self.turn():
            return True
        self.take()
        before = self.counts()
        try:
            self.run.handle(source, data, offset)
        except BadInput:
            helper.send(self.pipe, [b"", *(b"" for _ in self.outputs)])
            raise
        gained = (after - earlier for after, earlier in zip(self.counts(), before, strict=True))
        helper.send(self.pipe, [_HEAD.pack(*self.place(source, data, offset), *gained), *self.take()])
        return True

    def take(self) -> list[bytes]:
        """What came out for every output."""
        return [output.take() for output in self.outputs]


class Reading(Turns):
    """The side of this process. Raises OSError if there can be no copy of it."""

    def __init__(self, run: Run, names: Sequence[str | None]) -> None:
        super().__init__(run)
        self.helper: helper.Helper | None = helper.Helper(lambda pipe: serve(run, names, pipe))

    def covers(self, source: Source, data: Buffer, offset: int) -> bool:
        """Put what the next piece of the sources has led to in the copy, if it is the copy's; false for one that is to be handled here."""
        if not source.seekable:
            # The copy has ended.
            self.end()
        if self.helper is None or not self.turn():
            return False
        share = self.helper.share(1 + len(self.outputs))
        if share is not None and not share[0]:
            # It is damaged, which is said here.
            return False
        if share is None or _HEAD.unpack(share[0])[:4] != self.place(source, data, offset):
            # The copy has failed, or what it has read was another file, or longer, or damaged where only this process has seen it.
            self.end()
            return False
        batch = self.run.batch
        gained = _HEAD.unpack(share[0])[4:]
        batch.flows, batch.mans, batch.passed, batch.pkts, batch.bytes_ = (sum(pair) for pair in zip(self.counts(), gained, strict=True))
        if share[1]:
            self.run.delivery.printer.heading()
        self.run.drain()
        self.run.put(share[1:])
        return True

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

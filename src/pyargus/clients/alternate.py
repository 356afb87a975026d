"""Records divided into files by two processes: each writes every other file, whole.

The second one is a copy of this process (`helper`), made before the first record is read. This process goes through the sources and tells
the copy up to which of their bytes it is going to handle records; the copy handles the same, so that both count the same records, and where
this process is to end early, both end at the same record. Neither waits for the other within that: whoever is ahead has the bytes brought
into the processors' cache for the one behind. What goes wrong in the copy is said by this process at the end.
"""

from __future__ import annotations

import os
import struct

from pyargus.clients import helper
from pyargus.clients.divided import LEAST
from pyargus.errors import BadInput, ExitCode, PyargusError, Unreachable
from pyargus.record.reader import WINDOW, open_source

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from pyargus.clients.frame import Run
    from pyargus.clients.stop import Stopper
    from pyargus.record.reader import Buffer, Source

# Number of the source, device, file and its size; the byte before which the pieces start that are handled next. Where a source begins this
# byte is zero; where it ends the size is, and the byte the one after the last piece.
_NEWS = struct.Struct("=5Q")
# Windows that the copy may be ahead.
_AHEAD = 4


def worthwhile(run: Run, names: Sequence[str | None]) -> bool:
    """Whether sources of these names hold enough for two, and every other file can be left to a copy of this process."""
    return run.batch.direct() and helper.spare() and helper.size_of(names) >= LEAST


class Leader:
    """The side of this process. Raises OSError if there can be no copy of it."""

    def __init__(self, run: Run, names: Sequence[str | None]) -> None:
        self.run = run
        self.names = names
        far, near = os.pipe()
        try:
            self.helper = helper.Helper(lambda pipe: copy(run, names, pipe, far, near))
        except OSError:
            os.close(near)
            raise
        finally:
            os.close(far)
        self.news = near
        self.heard = True
        # The first file is the copy's, so that it is not behind by one.
        run.stage.alternate(1)

    def __enter__(self) -> Leader:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait until the copy has completed its files, and say what went wrong there. It is not waited for where all is to end at once."""
        os.close(self.news)
        try:
            share = [] if kind is SystemExit else self.helper.share(2)
        finally:
            self.helper.end()
        if share is None:
            self.run.fail(PyargusError("the process that wrote every other file was ended: of these, some are missing or not complete"))
        elif share and share[0]:
            text = share[1].decode("utf-8", "surrogateescape")
            self.run.fail(Unreachable(text) if share[0][0] == ExitCode.UNREACHABLE else PyargusError(text))

    def pieces(self, source: Source, stopper: Stopper) -> Iterator[tuple[Buffer, int]]:
        """The pieces of a source, each of which the copy handles too. Where the run is to end, they end with what the copy was told."""
        if not source.seekable:
            raise BadInput(source.name, None, "is no longer the file of records that it was")
        status = os.fstat(source.file.fileno())
        which = self.names.index(source.name), status.st_dev, status.st_ino
        limit, size = source.extent()
        at, told = source.first, 0
        self.tell(*which, size, told)
        while at < (told if stopper.asked else limit):
            if told < limit and not stopper.asked:
                told = source.window(at + (_AHEAD - 1) * WINDOW, limit)
                self.tell(*which, size, told)
            data, _ = source.piece(at, source.window(at, limit), size)
            yield data, at
            at += len(data)
        self.tell(*which, 0, at)

    def tell(self, *news: int) -> None:
        """Tell the copy what is handled next. It has closed its end if it cannot go on, which is said at the end."""
        if self.heard:
            try:
                os.write(self.news, _NEWS.pack(*news))
            except BrokenPipeError:
                self.heard = False


def copy(run: Run, names: Sequence[str | None], pipe: BinaryIO, far: int, near: int) -> None:
    """The copy: write every other file, and send what went wrong, an exit status and a text."""
    os.close(near)
    run.progress.wanted = False
    run.stage.alternate(0)
    fault: PyargusError | None = None
    try:
        with os.fdopen(far, "rb") as news:
            follow(run, names, news)
    except PyargusError as error:
        fault = error
    try:
        while run.stage.finish():
            pass
    except PyargusError as error:
        fault = fault or error
    helper.send(pipe, [bytes([fault.exit_code]), str(fault).encode("utf-8", "surrogateescape")] if fault is not None else [b"", b""])


def follow(run: Run, names: Sequence[str | None], news: BinaryIO) -> None:
    """Handle what the other process does. Raises Unreachable for a file that is not what the other has read or cannot be written."""
    source: Source | None = None
    at = 0
    while message := news.read(_NEWS.size):
        number, device, file, size, told = _NEWS.unpack(message)
        if told == 0:
            if source is not None:
                source.close()
            source = open_source(str(names[number]))
            status = os.fstat(source.file.fileno())
            if (status.st_dev, status.st_ino) != (device, file):
                raise Unreachable(f"{source.name}: another file took the place of this one while it was read")
            source.start()
            run.batch.opening(source.initial)
            at = source.first
            limit = min(source.extent()[0], size)
            continue
        assert source is not None
        if size == 0:
            if at != told:
                raise Unreachable(f"{source.name}: the file changed while it was read")
            continue
        try:
            while 0 <= at < told:
                data, _ = source.piece(at, source.window(at, limit), size)
                run.handle(source, data, at)
                at += len(data)
        except BadInput:
            # The other process comes to the same place, and says so; if it does not, its end is another.
            at = -1


def start(run: Run, names: Sequence[str | None]) -> Leader | None:
    """Have every other file written by a second process, if it is worthwhile and can be."""
    if not worthwhile(run, names):
        return None
    try:
        return Leader(run, names)
    except OSError:
        # There is no room for a second process.
        return None

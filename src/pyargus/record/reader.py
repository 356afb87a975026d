"""Sources of record bytes: plain files, compressed ones by their content, streams.

`open_source` gives a `Source` whose `chunks` are buffers with their offset; a chunk ends at a record boundary unless the source does
not. The first record must be the initial management record; what follows is framed by the reading kernel.

Source: argus 3 record format, sections "Framing", "What makes a file or TCP stream valid".
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator

from pyargus.errors import BadInput, Unreachable
from pyargus.record.frames_cy import likely, whole

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, BinaryIO, TypeVar

    Read = TypeVar("Read")

COOKIES = (b"\xe5\x71\x2d\xcb", b"\xcb\x2d\x71\xe5", b"\xe5\x71\x50\xcb")
INITIAL = 128
STANDARD_INPUT = "standard input"
STREAM = 1 << 20
# Small enough that the records which framing has walked over are still in the processor's cache when they are decoded.
WINDOW = 1 << 18
LONGEST = 4 * 0xFFFF
# What is read beyond a piece for the end of its last record, unless that is longer.
_OVERLAP = 4096

Buffer = bytes | memoryview


class Source:
    """One input: `name` for messages, `chunks` the bytes after the initial record, `initial` that record (after `start`).

    live: records come as they happen, and an empty chunk where none has come for a while. path: of a regular file, else empty.
    notes: sentences about oddities that were put up with, complete after the last chunk.
    """

    live = False

    def __init__(self, name: str, file: BinaryIO, seekable: bool) -> None:
        self.name = name
        self.file = file
        self.seekable = seekable
        self.initial = b""
        self.path = ""
        self.notes: list[str] = []
        self._held = b""
        # What `piece` reads into, as fresh memory for every piece would cost as much as reading it.
        self._room = memoryview(b"")
        # where the records start and where the last one starts before, None for the end
        self.first = INITIAL
        self.last: int | None = None

    def begin(self) -> Iterator[bytes]:
        """The initial management record, as `start` reads it."""
        self.start()
        yield self.initial

    def peek(self, count: int) -> bytes:
        """The first bytes of the content, which `start` reads again; fewer only where there are no more."""
        while len(self._held) < count:
            piece = self._guarded(self.file.read, count - len(self._held))
            if not piece:
                break
            self._held += piece
        return self._held[:count]

    def read(self) -> bytes:
        """The next bytes of the content, whatever they are; none at the end."""
        held, self._held = self._held, b""
        return held or self._read()

    def close(self) -> None:
        self.file.close()

    def start(self) -> None:
        """Read the initial management record.

        Raises BadInput if the source is empty, shorter than the record, or lacks its cookie.
        """
        head = self.peek(INITIAL)
        self._held = b""
        if len(head) >= 12 and head[8:12] not in COOKIES:
            raise BadInput(self.name, 0, "no management record of argus 3 at the start: this is not an argus file")
        if len(head) < INITIAL:
            text = "empty: expected a management record of 128 bytes" if not head else "ends inside the first management record"
            raise BadInput(self.name, len(head), text)
        self.initial = head

    def chunks(self) -> Iterator[tuple[Buffer, int]]:
        """Buffers of whole records and the offset of each in the source; the last one may end inside a record.

        What a buffer holds is defined until the next one is asked for.
        """
        if self.seekable:
            yield from self._placed()
            return
        offset = INITIAL
        rest = b""
        while True:
            piece = self._read()
            if not piece:
                break
            data = rest + piece
            end = whole(data, 0, len(data))
            if end:
                yield data[:end], offset
                offset += end
            rest = data[end:]
        if rest:
            yield rest, offset

    def _read(self) -> bytes:
        data: bytes = self._guarded(getattr(self.file, "read1", self.file.read), STREAM)
        return data

    def _guarded(self, read: Callable[..., Read], *arguments: Any) -> Read:
        try:
            return read(*arguments)
        except (OSError, EOFError) as error:
            raise BadInput(self.name, None, f"cannot be read further: {error}") from error
        except Exception as error:
            if type(error).__name__ in ("LZMAError", "ZstdError", "error"):
                raise BadInput(self.name, None, f"compressed data is damaged: {error}") from error
            raise

    def extent(self) -> tuple[int, int]:
        """Of a plain file: the byte before which records are to start, and the size that the file has now."""
        size = os.fstat(self.file.fileno()).st_size
        return size if self.last is None else min(max(self.last, self.first + 1), size), size

    def piece(self, at: int, stop: int, size: int, sure: bool = True) -> tuple[memoryview, int]:
        """Of a plain file of a size: the whole records from a byte on that start before another, and the place of the first.

        If not even one is whole, it is what there is of it. sure: a record starts at the byte; if not, the first is where one seems to
        start, and there may be none. The next call writes to the same memory. Raises BadInput where the file is shorter.
        """
        number = self.file.fileno()
        room = stop - at + _OVERLAP
        while True:
            count = min(room, size - at)
            if len(self._room) < count:
                self._room = memoryview(bytearray(count))
            data = self._room[:count]
            data = data[: self._guarded(os.preadv, number, [data], at)]
            if not data:
                raise BadInput(self.name, at, "the file became shorter while it was read")
            first = 0 if sure else likely(data, 0, at + len(data) == size)
            if first < 0:
                return memoryview(b""), at
            end = whole(data, first, min(len(data), stop - at))
            if end < min(stop, size) - at and room < stop - at + LONGEST and len(data) == room:
                room = stop - at + LONGEST
                continue
            return data[first : end if end > first else len(data)], at + first

    @staticmethod
    def window(at: int, limit: int) -> int:
        """Which byte a piece that starts at one is to reach: the next multiple of `WINDOW`, and no more than a limit."""
        return min((at // WINDOW + 1) * WINDOW, limit)

    def _placed(self) -> Iterator[tuple[Buffer, int]]:
        """The records of a plain file up to the size it has now, in pieces that each reach to the end of a window.

        Mapping the file would cost a fault for every few pages and end the program with a signal where the file is cut meanwhile.
        """
        limit, size = self.extent()
        at = self.first
        while at < limit:
            data, _ = self.piece(at, self.window(at, limit), size)
            yield data, at
            at += len(data)


def open_source(name: str) -> Source:
    """Open a file by name, `-` for standard input.

    `file::start:stop` reads the records that start at the bytes from start (where one must) up to before stop, and at least one;
    without `:stop` up to the end. Raises Unreachable if it cannot be opened, BadInput for a range of what is no plain file.
    """
    part = re.fullmatch(r"(.+)::(\d+)(?::(\d+))?", name) if "::" in name else None
    if part is not None and not os.path.exists(name):
        if part[3] is not None and int(part[3]) < int(part[2]):
            raise BadInput(name, None, "the range ends before it starts")
        source = open_source(part[1])
        if not source.seekable:
            source.close()
            raise BadInput(name, None, "a range of bytes can be read of a plain file only")
        source.first = int(part[2])
        source.last = int(part[3]) if part[3] is not None else None
        return source
    if name == "-":
        return _decompressed(STANDARD_INPUT, sys.stdin.buffer, False)
    try:
        file = open(name, "rb")  # noqa: SIM115 - the source closes it
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from error
    import stat

    if stat.S_ISDIR(os.fstat(file.fileno()).st_mode):
        file.close()
        raise BadInput(name, None, "is a folder: read folders with -R")
    regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    source = _decompressed(name, file, regular)
    source.path = name if regular else ""
    return source


def _decompressed(name: str, file: BinaryIO, seekable: bool) -> Source:
    peek = getattr(file, "peek", None)
    try:
        magic = peek(6)[:6] if peek is not None else b""
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from error
    if magic[:2] == b"\x1f\x8b":
        import gzip

        return Source(name, gzip.open(file), False)  # type: ignore[arg-type]
    if magic[:3] == b"BZh":
        import bz2

        return Source(name, bz2.open(file), False)  # type: ignore[arg-type]
    if magic[:6] == b"\xfd7zXZ\x00":
        import lzma

        return Source(name, lzma.open(file), False)  # type: ignore[arg-type]
    if magic[:4] == b"\x28\xb5\x2f\xfd":
        return Source(name, _zstd(name, file), False)
    return Source(name, file, seekable)


def _zstd(name: str, file: BinaryIO) -> BinaryIO:
    try:
        from compression import zstd
    except ImportError:
        try:
            import zstandard
        except ImportError as error:
            raise BadInput(name, None, "zstd needs Python 3.14 or the package zstandard") from error
        return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    return zstd.open(file)  # type: ignore[no-any-return]

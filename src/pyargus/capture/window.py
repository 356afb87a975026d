"""A moving view on the bytes of a capture: the whole file where it can be mapped, else the current block of a stream."""

import mmap
import os
import select
import stat
from collections.abc import Callable
from typing import BinaryIO, Protocol

from pyargus.errors import BadInput

BLOCK = 1 << 20
"""Bytes that a stream holds at a time, unless one packet is larger."""
RELEASE = 1 << 24
"""Bytes of a mapped file that are read before the kernel is told that they are not needed again."""


class Raw(Protocol):
    """Where a stream comes from: the file itself, or what a decompressor makes of it."""

    def readinto(self, target: memoryview, /) -> int:
        """Read at least one byte, or return 0 at the end."""


class Window(Protocol):
    """What a format reader sees: `view[pos:end]` is there and not yet read, and `view[0]` is byte `base` of the capture."""

    view: memoryview
    pos: int
    end: int
    base: int

    def more(self, need: int) -> bool:
        """Say that bytes before `pos` are done with and `need` bytes from there are wanted; False where the input has no more.

        `view`, `pos`, `end` and `base` may all be different afterwards; there may still be fewer than `need` bytes.
        """

    def done(self) -> None:
        """Say that bytes before `pos` are done with."""

    def close(self) -> None:
        """Give the bytes back."""


class MappedWindow:
    """A regular file, whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.view = memoryview(self._map)
        self.pos = 0
        self.end = len(self.view)
        self.base = 0
        self._released = 0
        self._advise(mmap.MADV_SEQUENTIAL if hasattr(mmap, "MADV_SEQUENTIAL") else None, 0, self.end)

    def _advise(self, advice: int | None, start: int, length: int) -> None:
        if advice is not None and hasattr(self._map, "madvise"):
            self._map.madvise(advice, start, length)

    def more(self, need: int) -> bool:
        """A mapped file has no more than what is there."""
        return False

    def done(self) -> None:
        """Let go of the pages that were read, so that memory does not grow with the file."""
        if self.pos - self._released >= RELEASE:
            length = (self.pos - self._released) // mmap.PAGESIZE * mmap.PAGESIZE
            self._advise(mmap.MADV_DONTNEED if hasattr(mmap, "MADV_DONTNEED") else None, self._released, length)
            self._released += length

    def close(self) -> None:
        """Unmap the file; where a consumer still holds a view of a batch, that happens when the view goes."""
        try:
            self.view.release()
            self._map.close()
        except BufferError:
            return


class StreamWindow:
    """A stream in blocks; what is not yet used of a block is carried over to the next."""

    def __init__(self, raw: Raw, first: bytes = b"") -> None:
        self._raw = raw
        self.view = memoryview(bytearray(max(BLOCK, len(first))))
        self.view[: len(first)] = first
        self.pos = 0
        self.end = len(first)
        self.base = 0

    def more(self, need: int) -> bool:
        """Move what is still wanted to the front of the block and read some more behind it."""
        left = self.end - self.pos
        view = self.view
        if need > len(view) and left == len(view):
            # doubling: a length that lies costs no more memory than twice what the stream really holds
            view = memoryview(bytearray(2 * len(view)))
            view[:left] = self.view
        elif self.pos:
            view[:left] = bytes(view[self.pos : self.end])
        self.view = view
        self.base += self.pos
        self.pos = 0
        got = self._raw.readinto(view[left:])
        self.end = left + got
        return got > 0

    def done(self) -> None:
        """Nothing to do: a stream lets go of bytes when it moves on."""

    def close(self) -> None:
        """Nothing to do: the file is its owner's."""


class Descriptor:
    """A file descriptor as a stream: a read returns what is there, and waits where there is nothing yet.

    name: of the source, for messages. idle: called, again and again, where a regular file has no more bytes yet, for as long as they may
    still be appended; without it the end of the file is the end. A read that fails, and a followed file that becomes shorter than what
    has been read of it, is told as `BadInput` at the byte that the read was to begin with.
    """

    def __init__(self, name: str, file: BinaryIO, idle: Callable[[], None] | None = None) -> None:
        self._name = name
        self._fd = file.fileno()
        self._idle = idle if stat.S_ISREG(os.fstat(self._fd).st_mode) else None
        self._read = 0

    def readinto(self, target: memoryview, /) -> int:
        """Read into `target`; 0 at the end."""
        while True:
            try:
                got = os.readv(self._fd, [target])
            except BlockingIOError:
                select.select([self._fd], [], [])
            except OSError as error:
                raise BadInput(self._name, self._read, f"reading fails: {error.strerror}") from None
            else:
                if got or self._idle is None:
                    self._read += got
                    return got
                if os.fstat(self._fd).st_size < self._read:
                    raise BadInput(self._name, self._read, "the file has become shorter while it was followed")
                self._idle()

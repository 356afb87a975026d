"""Captures from files and streams: what format it is, and its frames in batches."""

import os
import stat
from collections.abc import Callable, Generator
from types import TracebackType
from typing import BinaryIO, Self

from pyargus.capture import pcap, pcapng, tsh
from pyargus.capture.batch import Batch, Slots
from pyargus.capture.compressed import Decompressed, compression
from pyargus.capture.window import Descriptor, MappedWindow, Raw, StreamWindow, Window
from pyargus.errors import BadInput, Unreachable

FORMATS = "pcap or pcapng, plain or compressed with gzip, bzip2, xz or zstd"


class CaptureReader:
    """The frames of one capture; iterate over it once, and be done with a batch before taking the next.

    `name`: what messages call it. `packets`: frames handed out so far. `problems`: sentences about oddities that were put up with,
    complete after the last batch. Iteration raises `BadInput` at the first byte that cannot be, after every frame before it.
    """

    def __init__(
        self,
        name: str,
        file: BinaryIO,
        stream: bool = False,
        raw: Raw | None = None,
        idle: Callable[[], None] | None = None,
        headers: bool = False,
    ) -> None:
        """raw: where the bytes of a stream come from, if not from the descriptor of `file`; idle, headers: as for `open_capture`."""
        self.name = name
        self._stream = stream
        self._raw = raw
        self._idle = idle
        self._headers = headers
        self.packets = 0
        self.problems: list[str] = []
        self._file = file
        self._batches = self._read()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Batch:
        batch = next(self._batches)
        self.packets += batch.count
        return batch

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; a view of a batch must not be read after that."""
        self._batches.close()
        self._file.close()

    def _read(self) -> Generator[Batch, None, None]:
        window: Window | None = None
        plain: Decompressed | None = None
        try:
            raw = self._raw or Descriptor(self.name, self._file, self._idle)
            first = self._first(raw)
            kind = compression(first)
            if kind:
                plain = Decompressed(self.name, kind, raw, first)
                window = StreamWindow(plain)
            else:
                window = self._mapped() or StreamWindow(raw, first)
            yield from self._format(window)
        except BadInput as fault:
            if plain is None or fault is plain.fault:
                raise
            raise BadInput(fault.source, fault.offset, f"{fault.expected} (the offset is that in the decompressed data)") from None
        finally:
            if window is not None:
                window.close()
            self._file.close()

    def _mapped(self) -> Window | None:
        """The file as a whole, where it is a regular file on a file system that can map it."""
        status = os.fstat(self._file.fileno())
        if self._stream or not stat.S_ISREG(status.st_mode) or status.st_size == 0:
            return None
        try:
            return MappedWindow(self._file)
        except (OSError, ValueError):  # some file systems cannot, and a file may have become empty meanwhile
            return None

    def _first(self, raw: Raw) -> bytes:
        """The first bytes, enough to know a compression by; fewer only where there are no more."""
        buffer = memoryview(bytearray(6))
        filled = 0
        while filled < len(buffer):
            got = raw.readinto(buffer[filled:])
            if not got:
                break
            filled += got
        return bytes(buffer[:filled])

    def _format(self, window: Window) -> Generator[Batch, None, None]:
        slots = Slots()
        if self._headers:
            yield from tsh.read(self.name, window, slots)
            return
        while window.end - window.pos < 4 and window.more(4):
            continue
        magic = bytes(window.view[window.pos : min(window.end, window.pos + 4)])
        order = pcap.recognise(magic)
        if order:
            yield from pcap.read(self.name, window, order, slots, self.problems)
        elif magic == pcapng.SECTION:
            yield from pcapng.read(self.name, window, slots)
        elif not magic:
            raise BadInput(self.name, 0, f"{FORMATS} expected, but it is empty")
        elif len(magic) < 4:
            raise BadInput(self.name, 0, f"{FORMATS} expected, but it has only {len(magic)} bytes")
        else:
            raise BadInput(self.name, 0, f"{FORMATS} expected, not a file that begins with {magic.hex()}")


def open_capture(path: str, idle: Callable[[], None] | None = None, headers: bool = False) -> CaptureReader:
    """Open a capture file; "-" is standard input, which is read as a stream. Raises `Unreachable` where it cannot be opened.

    idle: follow a growing file: at its end this is called, again and again, and what has been appended meanwhile is read; what it raises
    ends the iteration. It is to sleep a little. headers: the file is one of TSH records, which nothing in it says.
    """
    try:
        if path == "-":
            return CaptureReader("standard input", open(0, "rb", buffering=0, closefd=False), stream=True, headers=headers)
        return CaptureReader(path, open(path, "rb", buffering=0), stream=idle is not None, idle=idle, headers=headers)
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from None
    except ValueError as error:  # a zero byte in the name
        raise Unreachable(f"{path!r}: {error}") from None

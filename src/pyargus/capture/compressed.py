"""Compressed captures: which compression it is, seen from the first bytes, and its plain content as a stream."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

from pyargus.capture.window import Raw
from pyargus.errors import BadInput

OUTPUT = 1 << 18
"""Plain bytes asked of a decompressor at a time, where it can be told."""
MEMORY = 1 << 28
"""Bytes of memory that xz data may ask for; `xz -9` asks for a quarter of that."""
INPUT = 2048
"""Most compressed bytes given to a decompressor at a time: of what it makes of them nothing is seen if it finds a fault in them."""


class Decoder(Protocol):
    """One compressed member (gzip), stream (bzip2, xz) or frame (zstd), as `bz2.BZ2Decompressor` has it."""

    @property
    def eof(self) -> bool:
        """True after the last byte of the member."""

    @property
    def needs_input(self) -> bool:
        """False while more output can be had without input."""

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the last byte of the member."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Take `data`, give at most `max_length` bytes."""


class _Gzip:
    """A gzip member."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)
        self._full = False

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        return not self._full and not self._decoder.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        plain = self._decoder.decompress(self._decoder.unconsumed_tail + data, max(max_length, 0))
        self._full = len(plain) == max_length  # there may be more that needs no input
        return plain


def _zstd() -> tuple[Callable[[], Decoder], type[Exception]]:
    """Decoder and error of the zstd library that is there: that of Python 3.14, or the package `zstandard`."""
    try:
        from compression import zstd
    except ImportError:
        import zstandard
    else:
        return zstd.ZstdDecompressor, zstd.ZstdError

    class Zstandard:
        """A zstd frame; `INPUT` bytes make 64 MiB at the very most, so that no limit on the output is needed."""

        needs_input = True

        def __init__(self) -> None:
            self._decoder = zstandard.ZstdDecompressor().decompressobj()

        @property
        def eof(self) -> bool:
            return self._decoder.eof

        @property
        def unused_data(self) -> bytes:
            return self._decoder.unused_data

        def decompress(self, data: bytes, max_length: int = -1) -> bytes:
            return self._decoder.decompress(data) if data else b""

    return Zstandard, zstandard.ZstdError


MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}


def compression(first: bytes) -> str | None:
    """Name of the compression of a file that begins with `first` (six bytes suffice), or None."""
    for magic, name in MAGIC.items():
        if first.startswith(magic):
            return name
    if len(first) >= 4 and first[0] & 0xF0 == 0x50 and first[1:4] == b"\x2a\x4d\x18":  # a skippable frame may come first
        return "zstd"
    return None


class Decompressed:
    """The plain content of a compressed stream, all its members one after the other.

    name: of the source, for messages; kind: what `compression` found; raw: the compressed bytes; first: those already read of them.
    Faults are raised as `BadInput`, at the offset in the compressed bytes, after all that was decoded before them has been read.
    """

    def __init__(self, name: str, kind: str, raw: Raw, first: bytes) -> None:
        self._name = name
        self._kind = kind
        self._raw = raw
        self._pending = first
        self._fed = 0
        self._plain = memoryview(b"")
        self._decoder: Decoder | None = None
        self._begun = False
        self.fault: BadInput | None = None
        """The fault that was raised, if any."""
        self._chunk = memoryview(bytearray(1 << 14))
        self._new, self._faults = self._library()

    def _library(self) -> tuple[Callable[[], Decoder], tuple[type[Exception], ...]]:
        if self._kind == "gzip":
            return _Gzip, (zlib.error,)
        if self._kind == "bzip2":
            return bz2.BZ2Decompressor, (OSError, ValueError)
        if self._kind == "xz":
            return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY), (lzma.LZMAError,)
        try:
            new, fault = _zstd()
        except ImportError:
            raise BadInput(self._name, 0, "zstd compressed, which needs the package zstandard (pip install zstandard)") from None
        return new, (fault,)

    def _input(self) -> bytes:
        """The next compressed bytes, few at first so that little is lost with a fault in a small file; b"" at the end."""
        if not self._pending:
            got = self._raw.readinto(self._chunk)
            self._pending = bytes(self._chunk[:got])
        size = min(INPUT, 16 + self._fed // 64)
        data = self._pending[:size]
        self._pending = self._pending[size:]
        self._fed += len(data)
        return data

    def _next(self) -> bytes:
        """Decode some more; b"" at the end of the last member."""
        while True:
            data = b""
            if self._decoder is None or self._decoder.needs_input:
                data = self._input()
                if self._decoder is None:
                    if self._begun:
                        data = data.lstrip(b"\0")  # padding between members
                        if not data and self._pending:
                            continue
                    if not data:
                        return b""
                    self._decoder = self._new()
                    self._begun = True
                elif not data:
                    raise self._fault(self._fed, "end here, before their end mark")
            try:
                plain = self._decoder.decompress(data, OUTPUT)
            except self._faults as fault:
                raise self._fault(self._fed - len(data), f"are corrupt here or soon after: {fault}") from None
            if self._decoder.eof:
                rest = self._decoder.unused_data
                self._pending = rest + self._pending
                self._fed -= len(rest)
                self._decoder = None
            if plain:
                return plain

    def _fault(self, at: int, text: str) -> BadInput:
        self.fault = BadInput(self._name, at, f"the {self._kind} compressed data {text}")
        return self.fault

    def readinto(self, target: memoryview, /) -> int:
        """Read into `target`; 0 at the end."""
        if not self._plain:
            self._plain = memoryview(self._next())
        size = min(len(target), len(self._plain))
        target[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size

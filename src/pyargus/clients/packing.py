"""Compressed outputs: gzip, bzip2, xz and zstd."""

from __future__ import annotations

import os

from pyargus.errors import BadUse, Unreachable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, BinaryIO

PACKED = ("gz", "bz2", "xz", "zst")
MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst"}


def compression_of(path: str) -> str:
    """How a file is compressed: gz, bz2, xz, zst or not at all, by its first bytes. Raises Unreachable if it cannot be read."""
    try:
        with open(path, "rb") as file:
            head = file.read(6)
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from error
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")


def packing_of(name: str) -> str:
    """How a file of a name is to be compressed: gz, bz2, xz, zst or, where it ends otherwise, not at all."""
    ending = os.path.splitext(name)[1][1:].lower()
    return ending if ending in PACKED else ""


class Packed:
    """A file that is compressed as its name says. What is appended to one is a stream of its own, as readers of all four allow."""

    _file: Any

    def __init__(self, name: str, mode: str) -> None:
        self._file = open(name, mode)  # noqa: SIM115 - `close` closes it
        self._target = compressed(self._file, packing_of(name))

    def write(self, data: bytes | memoryview) -> int:
        """All of the bytes."""
        self._target.write(data)
        return len(data)

    def flush(self) -> None:
        """Let what was written be read."""
        self._target.flush()
        self._file.flush()

    def close(self) -> None:
        """End the stream and the file."""
        self._target.close()
        self._file.close()


def open_output(name: str, mode: str) -> Any:
    """A file to write bytes to, compressed if its name says so. Raises OSError, and BadUse where the means to compress are missing."""
    return Packed(name, mode) if packing_of(name) else open(name, mode)


def compressed(file: BinaryIO, how: str) -> Any:
    """A file that compresses what is written to it into `file`. Raises BadUse where the means are missing."""
    if how == "gz":
        import gzip

        return gzip.GzipFile(fileobj=file, mode="wb", filename="")
    if how == "bz2":
        import bz2

        return bz2.BZ2File(file, "wb")
    if how == "xz":
        import lzma

        return lzma.LZMAFile(file, "wb")
    try:
        from compression import zstd
    except ImportError:
        try:
            import zstandard
        except ImportError as error:
            raise BadUse("zstd needs Python 3.14 or the package zstandard") from error
        return zstandard.ZstdCompressor().stream_writer(file, closefd=False)
    return zstd.ZstdFile(file, "wb")

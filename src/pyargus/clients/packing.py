"""Compressed outputs: gzip, bzip2, xz and zstd."""

from __future__ import annotations

from typing import Any, BinaryIO

from pyargus.errors import BadUse, Unreachable

MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zst"}


def compression_of(path: str) -> str:
    """How a file is compressed: gz, bz2, xz, zst or not at all, by its first bytes. Raises Unreachable if it cannot be read."""
    try:
        with open(path, "rb") as file:
            head = file.read(6)
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from error
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")


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

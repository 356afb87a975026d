"""Packets back into a pcap file (draft-ietf-opsawg-pcap): microseconds, little-endian, one link type."""

import struct
from typing import BinaryIO

from pyargus.capture.batch import Batch
from pyargus.errors import PyargusError, Unreachable

MAGIC = 0xA1B2C3D4
SNAPLEN = 262144


class PacketWriter:
    """A pcap file that frames of batches are added to; what was in the file before is gone.

    The first frame decides the link type; `left_out` counts those of others. Raises `Unreachable` where the file cannot be opened and
    `PyargusError` where writing fails.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.left_out = 0
        self._linktype = -1
        self._file: BinaryIO
        try:
            self._file = open(path, "wb")  # noqa: SIM115 (it is closed by `close`)
        except OSError as error:
            raise Unreachable(f"{path}: {error.strerror}") from None

    def add(self, batch: Batch, index: int) -> None:
        """Write frame `index` of a batch."""
        data = b""
        if self._linktype < 0:
            self._linktype = batch.linktype
            data = struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, SNAPLEN, batch.linktype)
        if batch.linktype != self._linktype:
            self.left_out += 1
            return
        start, caplen, micro = batch.offset[index], batch.caplen[index], batch.ts[index] // 1000
        data += struct.pack("<IIII", micro // 1_000_000, micro % 1_000_000, caplen, batch.wirelen[index])
        self._write(data + bytes(batch.buf[start : start + caplen]))

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise PyargusError(f"{self.path}: {error.strerror}") from None

    def flush(self) -> None:
        """Let nothing wait in a buffer."""
        try:
            self._file.flush()
        except OSError as error:
            raise PyargusError(f"{self.path}: {error.strerror}") from None

    def close(self) -> None:
        """Write what is left; a file without packets is a header only, of Ethernet."""
        if self._linktype < 0:
            self._write(struct.pack("<IHHiIII", MAGIC, 2, 4, 0, 0, SNAPLEN, 1))
        self.flush()
        self._file.close()

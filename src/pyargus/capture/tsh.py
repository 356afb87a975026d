"""The TSH format: headers of IPv4 packets in records of 44 bytes, without a file header that it could be known by."""

from collections.abc import Generator

from pyargus.capture.batch import FRAMES, Batch, Slots
from pyargus.capture.tsh_cy import scan
from pyargus.capture.window import Window
from pyargus.errors import BadInput

RECORD = 44
"""Bytes of a record."""
FRAME = 80
"""Bytes that a frame has room for: the longest IPv4 header and a TCP header."""
RAW = 101
"""Link type of the frames: IP without a link header."""


def read(name: str, window: Window, slots: Slots) -> Generator[Batch, None, None]:
    """Read a TSH file from its first byte on.

    name: of the source, for messages. Raises `BadInput` at the first record that has no IPv4 header or is cut, after the packets before
    it.
    """
    frames = memoryview(bytearray(FRAMES * FRAME))
    while True:
        count, window.pos, foreign = scan(
            window.view, window.pos, window.end, frames,
            memoryview(slots.ts), memoryview(slots.offset), memoryview(slots.caplen), memoryview(slots.wirelen),
        )  # fmt: skip
        if count:
            yield slots.batch(RAW, count, frames)
            window.done()
        at = window.base + window.pos
        if foreign:
            raise BadInput(name, at, "TSH record with an IPv4 header expected")
        left = window.end - window.pos
        if left < RECORD and not window.more(RECORD):
            if not left:
                return
            raise BadInput(name, at, f"the file is cut inside this record: {RECORD} bytes expected, {left} there")

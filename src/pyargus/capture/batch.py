"""Frames in batches: where each frame lies in a buffer, without one Python object per packet."""

from array import array
from dataclasses import dataclass

FRAMES = 8192
"""Frames in a full batch."""
TURNS = 16
"""Batches (of a packet ring, blocks) that live capture hands out in one go, so that whoever takes them gets to other things under load."""


@dataclass(slots=True)
class Batch:
    """Some frames of one link type, in the order of the capture.

    The arrays may be longer than `count`, and they and `buf` are used again for the next batch: be done with a batch before asking
    for the next one. A frame is `buf[offset[i] : offset[i] + caplen[i]]`, wholly inside `buf`; `wirelen[i]` is what it measured on the
    wire, which a damaged or cut capture may put below `caplen[i]`.
    """

    linktype: int
    """LINKTYPE or DLT number, as the file has it."""
    count: int
    """Frames in this batch, at least 1."""
    buf: memoryview
    """C-contiguous bytes that hold the frames; may be read-only."""
    ts: "array[int]"
    """Type 'q': nanoseconds since 1970; seconds are taken modulo 2**32, which is what a flow record holds."""
    offset: "array[int]"
    """Type 'q': first byte of each frame in `buf`."""
    caplen: "array[int]"
    """Type 'I': bytes of the frame that were captured."""
    wirelen: "array[int]"
    """Type 'I': bytes of the frame on the wire."""


class Slots:
    """The arrays that one reader fills again and again."""

    __slots__ = ("caplen", "offset", "ts", "wirelen")

    def __init__(self, frames: int = FRAMES) -> None:
        self.ts = array("q", bytes(8 * frames))
        self.offset = array("q", bytes(8 * frames))
        self.caplen = array("I", bytes(4 * frames))
        self.wirelen = array("I", bytes(4 * frames))

    def batch(self, linktype: int, count: int, buf: memoryview) -> Batch:
        """Hand out what a scan has filled in."""
        return Batch(linktype, count, buf, self.ts, self.offset, self.caplen, self.wirelen)

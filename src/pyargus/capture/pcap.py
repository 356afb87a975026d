"""The pcap format (draft-ietf-opsawg-pcap) and its variants, as libpcap reads them."""

import struct
from collections.abc import Generator

from pyargus.capture.batch import Batch, Slots
from pyargus.capture.pcap_cy import scan
from pyargus.capture.window import Window
from pyargus.errors import BadInput

MAGIC = {
    0xA1B2C3D4: (1000, 16),
    0xA1B23C4D: (1, 16),
    0xA1B2CD34: (1000, 24),
}
"""Magic number to nanoseconds in a step of the fraction and bytes of a packet header (24: interface and packet type are added)."""

LARGEST = {186: 1 << 27, 189: 1 << 27, 220: 1 << 27, 231: 1 << 27, 249: 1 << 27, 266: 1 << 27, 279: 1 << 23}
"""Captured lengths above 262144 that are possible, by link type: USB and D-Bus messages, EBHSCR."""


def largest(linktype: int) -> int:
    """The largest captured length that can be true for frames of a link type, in bytes."""
    return LARGEST.get(linktype, 262144)


def recognise(first: bytes) -> str | None:
    """Byte order ("<" or ">") of a pcap file that begins with `first`, or None if it is none."""
    for order in "<>":
        if len(first) >= 4 and struct.unpack_from(order + "I", first)[0] in MAGIC:
            return order
    return None


def read(name: str, window: Window, order: str, slots: Slots, problems: list[str]) -> Generator[Batch, None, None]:
    """Read a pcap file from its first byte on.

    name: of the source, for messages; order: what `recognise` found; problems: where oddities are noted at the end. Raises
    `BadInput` at the first byte that cannot be, after the packets before it.
    """
    while window.end - window.pos < 24:
        if not window.more(24):
            raise BadInput(name, window.base + window.end, "the file ends inside the 24 bytes of the pcap file header")
    magic, major, minor, _, _, snaplen, network = struct.unpack_from(order + "IHHiIII", window.view, window.pos)
    if (major != 2 or minor > 4) and major != 543:
        raise BadInput(name, 4, f"pcap version 2.0 to 2.4 expected, not {major}.{minor}")
    swapped = 1 if major == 543 or minor < 3 else 2 if minor == 3 else 0
    unit, header = MAGIC[magic]
    linktype = network & 0x03FFFFFF  # the bits above tell of a frame check sequence
    maximum = largest(linktype)
    if snaplen == 0 or snaplen > 0x7FFFFFFF:
        snaplen = maximum
    window.pos += 24
    cut = 0
    try:
        while True:
            count, window.pos, need, shortened = scan(
                window.view, window.pos, window.end, order == ">", header, swapped, unit, snaplen, maximum,
                memoryview(slots.ts), memoryview(slots.offset), memoryview(slots.caplen), memoryview(slots.wirelen),
            )  # fmt: skip
            cut += shortened
            if count:
                yield slots.batch(linktype, count, window.view)
                window.done()
            at = window.base + window.pos
            if need < 0:
                captured = struct.unpack_from(order + "II", window.view, window.pos + 8)
                length = min(captured) if swapped == 2 else captured[swapped]
                raise BadInput(name, at, f"packet of at most {maximum} captured bytes expected, not {length}")
            if need and not window.more(need):
                left = window.end - window.pos
                if not left:
                    return
                part = "header" if left < header else "packet"
                raise BadInput(name, at, f"the file is cut inside this {part}: {need} bytes expected, {left} there")
    finally:
        if cut:
            problems.append(f"{name}: {cut} packet{'' if cut == 1 else 's'} longer than the snapshot length, cut to {snaplen} bytes")

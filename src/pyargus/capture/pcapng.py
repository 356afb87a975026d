"""The pcapng format (draft-ietf-opsawg-pcapng): sections, interfaces and their time units; packets are found by the kernel."""

import struct
from array import array
from collections.abc import Generator

from pyargus.capture.batch import Batch, Slots
from pyargus.capture.pcap import largest
from pyargus.capture.pcapng_cy import scan
from pyargus.capture.window import Window
from pyargus.errors import BadInput

SECTION = b"\x0a\x0d\x0d\x0a"
BIGGEST = 1 << 24
"""Bytes of the largest block that is accepted."""
MOST_INTERFACES = 1 << 16

Views = tuple[memoryview, memoryview, memoryview, memoryview, memoryview, memoryview, memoryview]


class Interfaces:
    """What is known of the interfaces of a section, one array item each, as the kernel takes it."""

    def __init__(self) -> None:
        self.linktype = array("I")
        self.maximum = array("q")
        self.snaplen = array("q")
        self.binary = array("B")
        self.exponent = array("B")
        self.scale = array("Q")
        self.shift = array("q")

    def add(self, linktype: int, snaplen: int, resolution: int, shift: int) -> None:
        """Add one; resolution: the option if_tsresol; shift: the option if_tsoffset, seconds."""
        self.linktype.append(linktype)
        self.maximum.append(max(largest(linktype), min(snaplen, BIGGEST)))
        self.snaplen.append(snaplen)
        self.binary.append(resolution >> 7)
        self.exponent.append(resolution & 0x7F)
        self.scale.append(1 if resolution & 0x80 else 10 ** (resolution & 0x7F))
        self.shift.append(shift & 0xFFFFFFFF)

    def views(self) -> Views:
        """The arrays as memoryviews, in the order of the kernel's arguments."""
        return (
            memoryview(self.linktype),
            memoryview(self.maximum),
            memoryview(self.snaplen),
            memoryview(self.binary),
            memoryview(self.exponent),
            memoryview(self.scale),
            memoryview(self.shift),
        )


class _Section:
    """Byte order and interfaces of the section that is being read."""

    def __init__(self, name: str, order: str) -> None:
        self.name = name
        self.order = order
        self.interfaces = Interfaces()

    def describe(self, view: memoryview, pos: int, at: int) -> int:
        """Take in the interface description block at `pos` (byte `at` of the source); returns the position after it."""
        length: int
        (length,) = struct.unpack_from(self.order + "I", view, pos + 4)
        if length < 20:
            raise BadInput(self.name, at, f"interface description block of at least 20 bytes expected, not {length}")
        if len(self.interfaces.linktype) >= MOST_INTERFACES:
            raise BadInput(self.name, at, f"at most {MOST_INTERFACES} interfaces in a section expected")
        linktype, _, snaplen = struct.unpack_from(self.order + "HHI", view, pos + 8)
        resolution, shift = 6, 0
        here, stop = pos + 16, pos + length - 4
        while stop - here >= 4:
            code, size = struct.unpack_from(self.order + "HH", view, here)
            here += 4
            if code == 0:
                break
            if size > stop - here:
                raise BadInput(self.name, at + here - 4 - pos, f"option of at most {stop - here} bytes expected, not {size}")
            if code == 9 and size == 1:
                resolution = view[here]
            elif code == 14 and size == 8:
                (shift,) = struct.unpack_from(self.order + "q", view, here)
            here += (size + 3) & ~3
        if (resolution & 0x7F) > (63 if resolution & 0x80 else 19):
            unit = f"{2 if resolution & 0x80 else 10}**-{resolution & 0x7F}"
            raise BadInput(self.name, at, f"time stamps in units not smaller than 2**-63 or 10**-19 s expected, not {unit}")
        self.interfaces.add(linktype, snaplen, resolution, shift)
        return pos + length


def _section(name: str, window: Window) -> _Section:
    """Read the section header block at the window's position."""
    length = 12
    order = ""
    while True:
        left = window.end - window.pos
        at = window.base + window.pos
        if left >= 12 and not order:
            magic = bytes(window.view[window.pos + 8 : window.pos + 12])
            order = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}.get(magic, "")
            if not order:
                raise BadInput(name, at + 8, f"pcapng byte-order magic expected, not {magic.hex()}")
            (length,) = struct.unpack_from(order + "I", window.view, window.pos + 4)
            if length < 28 or length & 3 or length > BIGGEST:
                raise BadInput(name, at, f"section header block of 28 to {BIGGEST} bytes expected, not {length}")
        if left >= length and order:
            break
        if not window.more(length):
            raise BadInput(name, at, f"the file is cut inside this section header: {length} bytes expected, {left} there")
    major, minor = struct.unpack_from(order + "HH", window.view, window.pos + 12)
    if major != 1 or minor not in (0, 2):
        raise BadInput(name, at + 12, f"pcapng version 1.0 expected, not {major}.{minor}")
    (tail,) = struct.unpack_from(order + "I", window.view, window.pos + length - 4)
    if tail != length:
        raise BadInput(name, at, f"block length {length} expected again at its end, not {tail}")
    window.pos += length
    return _Section(name, order)


def _fault(section: _Section, why: int, word: int, at: int, block: bytes) -> BadInput:
    """The message for a fault that the kernel found in the block that begins with `block`."""
    kind, length = struct.unpack_from(section.order + "II", block)
    if why == 4:
        expected = f"block length of 12 to {BIGGEST} bytes, a multiple of 4, expected, not {word}"
    elif why == 5:
        expected = f"block length {length} expected again at its end, not {word}"
    elif why == 6:
        expected = f"packet of one of the {len(section.interfaces.linktype)} interfaces described so far expected, not of interface {word}"
    elif why == 7:
        expected = f"block of type {kind} long enough for its packet expected, not {length} bytes"
    else:
        expected = f"packet of fewer captured bytes expected, not {word}"
    return BadInput(section.name, at, expected)


def read(name: str, window: Window, slots: Slots) -> Generator[Batch, None, None]:
    """Read a pcapng file from its first byte on; `BadInput` at the first block that cannot be, after the packets before it."""
    section = _section(name, window)
    views = section.interfaces.views()
    while True:
        count, window.pos, linktype, why, word = scan(
            window.view, window.pos, window.end, section.order == ">", len(section.interfaces.linktype), *views, BIGGEST,
            memoryview(slots.ts), memoryview(slots.offset), memoryview(slots.caplen), memoryview(slots.wirelen),
        )  # fmt: skip
        if count:
            yield slots.batch(linktype, count, window.view)
            window.done()
        at = window.base + window.pos
        if why == 1:
            if not window.more(word):
                left = window.end - window.pos
                if not left:
                    return
                raise BadInput(name, at, f"the file is cut inside this block: {word} bytes expected, {left} there")
        elif why == 2:
            section = _section(name, window)
            views = section.interfaces.views()
        elif why == 3:
            for view in views:
                view.release()
            window.pos = section.describe(window.view, window.pos, at)
            views = section.interfaces.views()
        elif why:
            raise _fault(section, why, word, at, bytes(window.view[window.pos : window.pos + 8]))

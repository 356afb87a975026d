"""Captures built byte by byte."""

import random
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from pyargus.capture.reader import CaptureReader


@dataclass(frozen=True)
class Frame:
    """What a reader is to find: nanoseconds, captured bytes, wire length, link type."""

    ts: int
    data: bytes
    wire: int
    linktype: int = 1


def frames(number: int, seed: int = 1, step: int = 1000, most: int = 120) -> list[Frame]:
    """Frames of random size and content whose times are multiples of `step` nanoseconds."""
    draw = random.Random(seed)
    found = []
    now = 1_700_000_000_000_000_000
    for _ in range(number):
        now += draw.randrange(1, 2_000_000) * step
        data = draw.randbytes(draw.randrange(0, most))
        found.append(Frame(now - now % step, data, len(data) + draw.choice((0, 0, 1400))))
    return found


def pcap(
    content: list[Frame],
    order: str = "<",
    magic: int = 0xA1B2C3D4,
    snaplen: int = 65535,
    version: tuple[int, int] = (2, 4),
    network: int = 1,
) -> bytes:
    """A pcap file."""
    parts = [struct.pack(order + "IHHiIII", magic, *version, 0, 0, snaplen, network)]
    for frame in content:
        fraction = frame.ts % 10**9 // (1 if magic == 0xA1B23C4D else 1000)
        lengths = (len(frame.data), frame.wire)
        parts.append(struct.pack(order + "IIII", frame.ts // 10**9, fraction, *(lengths if version >= (2, 3) else lengths[::-1])))
        if magic == 0xA1B2CD34:
            parts.append(struct.pack(order + "IHBx", 3, 0x0800, 4))
        parts.append(frame.data)
    return b"".join(parts)


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    """A pcapng block, its body padded to a multiple of four."""
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """A pcapng option, padded."""
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order: str = "<") -> bytes:
    """A section header block."""
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + option(4, b"tests", order), order)


def interface(linktype: int = 1, order: str = "<", snaplen: int = 0, resolution: int | None = None, shift: int | None = None) -> bytes:
    """An interface description block."""
    body = struct.pack(order + "HHI", linktype, 0, snaplen) + option(2, b"eth0", order)
    if resolution is not None:
        body += option(9, bytes([resolution]), order)
    if shift is not None:
        body += option(14, struct.pack(order + "q", shift), order)
    return block(1, body + option(0, b"", order), order)


def enhanced(stamp: int, frame: Frame, order: str = "<", number: int = 0) -> bytes:
    """An enhanced packet block; stamp: in units of the interface."""
    body = struct.pack(order + "IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(frame.data), frame.wire)
    return block(6, body + frame.data + bytes(-len(frame.data) % 4) + option(2, b"\0\0\0\0", order), order)


def old_packet(stamp: int, frame: Frame, order: str = "<", number: int = 0) -> bytes:
    """An obsolete packet block (type 2)."""
    body = struct.pack(order + "HHIIII", number, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame.data), frame.wire)
    return block(2, body + frame.data, order)


def pcapng(content: list[Frame], order: str = "<", resolution: int | None = None) -> bytes:
    """One section, one interface, enhanced packet blocks; the time stamps must be whole numbers of the unit."""
    parts = [section(order), interface(order=order, resolution=resolution)]
    parts += [enhanced(frame.ts // (1 if resolution == 9 else 1000), frame, order) for frame in content]
    return b"".join(parts)


def collect(reader: CaptureReader, into: list[Frame] | None = None) -> list[Frame]:
    """All frames of a reader as objects; with `into`, those before a fault are there when it is raised."""
    found = [] if into is None else into
    for batch in reader:
        assert 0 < batch.count <= len(batch.ts)
        for i in range(batch.count):
            data = bytes(batch.buf[batch.offset[i] : batch.offset[i] + batch.caplen[i]])
            assert len(data) == batch.caplen[i]
            found.append(Frame(batch.ts[i], data, batch.wirelen[i], batch.linktype))
    assert reader.packets == len(found)
    return found


def ring_block(packets: Iterable[tuple[int, int, bytes, int, int, int, int]]) -> tuple[bytearray, int]:
    """A block as Linux fills it: (seconds, nanoseconds, data, wire length, status, tag, type of tag) of each packet; how many there are."""
    out = bytearray(64)
    count = 0
    for seconds, fraction, data, wirelen, status, tag, kind in packets:
        size = -(-(96 + len(data)) // 16) * 16
        header = struct.pack("6I2H2I2H8x", size, seconds, fraction, len(data), wirelen, status, 84, 98, 0, tag, kind, 0)
        link = struct.pack("=HHiHBB8x", 17, 0, 2, 1, count % 5, 6)
        out += (header + link).ljust(84, b"\0") + data.ljust(size - 84, b"\0")
        count += 1
    return out, count

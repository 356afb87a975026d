"""Traffic that nobody would send: every link type and protocol, then cut, mutated and misdated. Always the same for the same seed."""

import random
import struct

from pyargus.capture import frames as build
from pyargus.capture.link_cy import FOLLOWED, SILENT
from tests.flow.craft import BEGIN, MACS, A, B, Packet, ether, ipv4, tcp, udp

LINKTYPES = sorted(FOLLOWED | SILENT)
HIGH = "203.0.113.250"
MACS_OF = {**MACS, HIGH: "fe:00:00:00:00:03"}


def _payload(draw: random.Random) -> bytes:
    """What follows a transport header: nothing, noise, or the start of something that is looked into."""
    starts = [
        b"",
        b"\x80\x00\x00\x01" + draw.randbytes(8),
        b"\x81\xc8\x00\x06" + draw.randbytes(24),
        b"\x60\x00\x00\x00\x00\x08\x3a\x40" + draw.randbytes(40),
        b"\x00\x01\x02\x02" + draw.randbytes(60),
    ]
    return draw.choice(starts) + draw.randbytes(draw.choice((0, 0, 1, 7, 100, 700)))


def _upper(draw: random.Random, depth: int) -> tuple[int, bytes]:
    """IP protocol and what is in it."""
    ports = [draw.choice((53, 80, 1024, 5004, 9000, 40000)) for _ in range(2)]
    proto = draw.choice((6, 6, 6, 17, 17, 1, 2, 4, 41, 47, 50, 51, 58, 103, 132, 0, 255))
    if proto == 6:
        flags = draw.choice((2, 18, 16, 24, 17, 4, 20, 0, 1, 3, 82, 194, draw.randrange(256)))
        number = draw.choice((0, 1, 1000, 2**31, 2**32 - 1, draw.getrandbits(32)))
        options = draw.choice(
            (b"", b"\x02\x04\x05\xb4", b"\x01\x03\x03\x07", b"\x08\x0a" + bytes(10), draw.randbytes(4 * draw.randrange(11)))
        )
        segment = tcp(
            *ports, number, draw.choice((0, number, draw.getrandbits(32))), flags, _payload(draw), draw.choice((0, 1, 65535)), options
        )
        return proto, segment
    if proto == 17:
        return proto, udp(*ports, _payload(draw))
    if proto == 1:
        quoted = ipv4(B, A, draw.choice((6, 17, 1, 50)), draw.randbytes(draw.choice((0, 8, 20))), draw.randrange(65536))
        return proto, struct.pack(
            "!BBH", draw.choice((0, 3, 5, 8, 11, 13, 17, draw.randrange(256))), draw.randrange(16), 0
        ) + draw.randbytes(4) + quoted
    if proto == 58:
        return proto, struct.pack("!BBH", draw.choice((1, 3, 128, 129, 130, 135, 136, 143)), draw.randrange(8), 0x1234) + draw.randbytes(24)
    if proto == 47 and depth < 3:
        flags = draw.choice((0, 0x2000, 0x3001, 0x8000, 0xB000))
        kind = draw.choice((0x0800, 0x86DD, 0x6558, 0x88BE, 0x880B))
        return proto, struct.pack("!HH", flags, kind) + bytes(draw.choice((0, 4, 8, 12))) + network(draw, depth + 1)[1]
    return proto, draw.randbytes(draw.choice((0, 4, 8, 16, 24, 60)))


def network(draw: random.Random, depth: int = 0) -> tuple[int, bytes]:
    """EtherType and what is in it."""
    proto, upper = _upper(draw, depth)
    source, target = draw.sample((A, B, HIGH), 2) if draw.random() < 0.95 else (A, A)
    kind = draw.choice((4, 4, 4, 4, 6, 6, 0x0806, 0x8035, 0x8100, 0x8847, 0x8864, 0x8863, 0x880B, 0x88A8, 0x88CC, 100, 0))
    if kind == 4:
        offset = draw.choice((0, 0, 0, 0, 1480, 2960))
        more = draw.random() < 0.1
        return 0x0800, ipv4(source, target, proto, upper, draw.choice((7, draw.randrange(65536))), offset, more, draw.randrange(256))
    if kind == 6:
        chain = draw.choice((b"", bytes([proto, 0]) + bytes(6), struct.pack("!BBHI", proto, 0, draw.choice((0, 1, 8, 1481)), 77)))
        first = proto if not chain else draw.choice((0, 43, 60, 44))
        head = struct.pack("!IHBB", 6 << 28 | draw.getrandbits(28), len(chain + upper), first, 64)
        ends = b"".join(bytes(14) + bytes([draw.randrange(2), draw.randrange(3)]) for _ in range(2))
        return 0x86DD, head + ends + chain + upper
    if kind in (0x0806, 0x8035):
        return kind, build.arp(draw.choice((1, 2, 3, 4, 9)), MACS_OF[source], source, MACS_OF[target], target)
    if depth > 3:
        return kind, draw.randbytes(20)
    inner, content = network(draw, depth + 1)
    if kind == 0x8100:
        return kind, struct.pack("!HH", draw.randrange(65536), inner) + content
    if kind == 0x8847:
        return kind, b"".join(
            struct.pack("!I", draw.getrandbits(32) & ~0x100) for _ in range(draw.randrange(3))
        ) + b"\0\x01\x11\x40" + content
    if kind == 0x8864:
        return kind, b"\x11\0\0\x07\0\x50" + draw.choice((b"\x00\x21", b"\x00\x57", b"\xc0\x21")) + content
    if kind == 100:
        sap = draw.choice(
            (b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", inner), b"\xfe\xfe\x03\x83", b"\x42\x42\x03", b"\xff\xff", b"\xf0\xf0\x01\x02")
        )
        if sap[:2] == b"\xfe\xfe":
            return kind, sap + b"\x1b\x01\0" + bytes([draw.choice((15, 16, 18, 20, 24, 25, 27, 3))]) + draw.randbytes(40)
        return kind, sap + content
    return kind, content


def frame(draw: random.Random, linktype: int) -> bytes:
    """A frame of this link type, whole and plausible."""
    kind, content = network(draw)
    if linktype in (12, 14, 101):
        return content
    if linktype == 0:
        return draw.choice((b"\x02\0\0\0", b"\0\0\0\x1e", b"\x18\0\0\0", b"\x07\0\0\0")) + content
    if linktype in (9, 16, 50):
        return draw.choice((b"\xff\x03", b"")) + draw.choice((b"\0\x21", b"\0\x57", b"\x02\x81", b"\xc0\x21")) + content
    if linktype == 104:
        return b"\x0f\0" + struct.pack("!H", kind) + content
    if linktype == 8:
        return draw.randbytes(16) + content
    if linktype == 113:
        return struct.pack("!HHH", draw.randrange(5), 1, 6) + draw.randbytes(8) + struct.pack("!H", kind) + content
    if linktype == 178:
        return b"MGC\x80\0\x04" + draw.randbytes(4) + ether(A, B, content, kind)
    if linktype in (105, 119, 127, 163):
        heads = {105: b"", 119: bytes(144), 127: b"\0\0\x08\0" + bytes(4), 163: struct.pack("!II", 0x80211001, 64) + bytes(56)}
        control = draw.choice((b"\x08\x01", b"\x88\x02", b"\x08\x03", b"\x80\0", b"\xd4\0"))
        air = control + draw.randbytes(22) + (bytes(2) if control[0] & 0x80 else b"")
        return heads[linktype] + air + b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", kind) + content
    source, target = draw.sample((A, B, HIGH), 2)
    if draw.random() < 0.03:
        return bytes.fromhex("01000c000001") + draw.randbytes(20) + ether(source, target, content, kind)
    return ether(source, target, content, kind)


def damage(draw: random.Random, data: bytes) -> bytes:
    """The frame cut, with bits turned over, or as it was."""
    how = draw.randrange(4)
    if how == 0:
        data = data[: draw.randrange(len(data) + 1)]
    if how in (1, 2) and data:
        changed = bytearray(data)
        for _ in range(draw.choice((1, 2, 8))):
            changed[draw.randrange(min(len(changed), draw.choice((40, 80, 2000))))] = draw.choice((0, 0xFF, 0x80, draw.randrange(256)))
        data = bytes(changed)
    return data


def traffic(seed: int, count: int, linktype: int = 1, harm: bool = True) -> list[Packet]:
    """`count` packets whose time mostly goes on, by microseconds up to minutes, and sometimes goes back."""
    draw = random.Random(seed)
    at = BEGIN
    packets = []
    for _ in range(count):
        at += draw.choice((0, 1, 50, 1_000, 100_000, 1_000_000, draw.choice((-3_000_000, 40_000_000, 70_000_000))))
        data = frame(draw, linktype)
        if harm:
            data = damage(draw, data)
        wire = draw.choice((len(data), len(data), len(data) + 4, 1514, draw.choice((0, 9, 70_000, 2**32 - 1)))) if harm else len(data)
        packets.append(Packet(at, data, wire))
    return packets

"""Frames, batches and flow records for tests of the flow engine.

`parse` reads records back without any of the project's decoders. Source:
argus 3 record format, "Flow records".
"""

import os
import shlex
import struct
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pyargus.capture import frames as build
from pyargus.capture.batch import Batch
from pyargus.clients.sensor_settings import SensorSettings, from_argv
from pyargus.flow.config import FlowConfig
from pyargus.flow.engine_cy import Engine

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PYARGUS_SHARED", ROOT.parent / "shared"))
GOLDEN = SHARED / "golden" / "sensor"
CAPTURES = SHARED / "captures"

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 1, 2, 4, 8, 16, 32, 64, 128
START, STATUS, STOP, SHUTDOWN = 0x10, 0x20, 0x30, 0x60
BEGIN = 1_700_000_000_000_000
"""Microseconds: when crafted traffic begins."""

A, B = "10.0.0.1", "10.0.0.2"
MACS = {A: "02:00:00:00:00:01", B: "02:00:00:00:00:02"}


@dataclass(frozen=True)
class Packet:
    """A frame with its time (microseconds since 1970) and its length on the wire (that of the data where None)."""

    at: int
    data: bytes
    wire: int | None = None

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return len(self.data) if self.wire is None else self.wire


def batch(packets: Sequence[Packet], linktype: int = 1) -> Batch:
    """The packets as a capture reader would hand them out."""
    offsets, at = [], 0
    for packet in packets:
        offsets.append(at)
        at += len(packet.data)
    return Batch(
        linktype,
        len(packets),
        memoryview(b"".join(packet.data for packet in packets) or b"\0"),
        array("q", [packet.at * 1000 for packet in packets]),
        array("q", offsets),
        array("I", [len(packet.data) for packet in packets]),
        array("I", [packet.size for packet in packets]),
    )


def run(packets: Sequence[Packet], config: FlowConfig | None = None, linktype: int = 1, interrupted: bool = False) -> list["Record"]:
    """The flow records that an engine makes of the packets."""
    engine = Engine(config or FlowConfig(app_bytes=True))
    if packets:
        engine.feed(batch(packets, linktype))
    engine.finish(interrupted)
    return list(parse(engine.take()))


# ---- frames


def ether(source: str, target: str, payload: bytes, kind: int = build.ETHER_IPV4) -> bytes:
    """An Ethernet frame, not padded."""
    ends = build.mac(MACS.get(target, "02:00:00:00:00:fe")) + build.mac(MACS.get(source, "02:00:00:00:00:ff"))
    return ends + struct.pack("!H", kind) + payload


def ipv4(source: str, target: str, proto: int, payload: bytes, ident: int = 0, offset: int = 0, more: bool = False, ttl: int = 64) -> bytes:
    """An IPv4 packet; offset: of a fragment, in bytes."""
    start, end = (bytes(int(part) for part in name.split(".")) for name in (source, target))
    flags = offset // 8 | (0x2000 if more else 0)
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), ident, flags, ttl, proto, 0) + start + end + payload


def tcp(sport: int, dport: int, seq: int, ack: int, flags: int, payload: bytes = b"", window: int = 1000, options: bytes = b"") -> bytes:
    """A TCP segment."""
    offset = (5 + len(options) // 4) << 4
    return struct.pack("!HHIIBBHHH", sport, dport, seq % 2**32, ack % 2**32, offset, flags, window, 0, 0) + options + payload


def udp(sport: int, dport: int, payload: bytes = b"") -> bytes:
    """A UDP datagram."""
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


class Talk:
    """A TCP conversation written down segment by segment; the IP id goes up with every segment of a side.

    `segments` are the packets so far. Times are microseconds after `BEGIN`.
    """

    def __init__(self, client: str = A, server: str = B, sport: int = 40000, dport: int = 80) -> None:
        self.ends = ((client, sport), (server, dport))
        self.idents = [0x0101, 0x0101]
        self.segments: list[Packet] = []

    def send(
        self,
        at: int,
        side: int,
        flags: int,
        seq: int,
        ack: int = 0,
        payload: bytes = b"",
        window: int = 1000,
        options: bytes = b"",
        ident: int | None = None,
    ) -> None:
        """A segment at `at` from the client (side 0) or the server (1)."""
        (source, sport), (target, dport) = self.ends[side], self.ends[1 - side]
        # The byte-swapped id is what the machine compares: going up by 0x0100 goes up in both byte orders.
        self.idents[side] = (self.idents[side] + 0x0100) & 0xFFFF if ident is None else ident
        segment = tcp(sport, dport, seq, ack, flags, payload, window, options)
        self.segments.append(Packet(BEGIN + at, ether(source, target, ipv4(source, target, 6, segment, self.idents[side]))))


def in_the_middle() -> list[bytes]:
    """The record of a connection of A with port 80 of B seen in its middle, from its server, and that of the next one, seen whole."""
    middle, whole = Talk(), Talk()
    middle.send(0, 1, ACK, 100, 1, b"x" * 10)
    middle.send(1000, 0, ACK, 1, 110)
    for n, (side, flags) in enumerate([(0, SYN), (1, SYN | ACK), (0, ACK)]):
        whole.send(10**6 + 1000 * n, side, flags, 1 + (n > 1), n)
    out = []
    for talk in (middle, whole):
        engine = Engine(FlowConfig())
        engine.feed(batch(talk.segments))
        engine.finish(False)
        out.append(engine.take())
    return out


def datagram(at: int, source: str, sport: int, target: str, dport: int, size: int = 10, wire: int | None = None) -> Packet:
    """A UDP datagram `at` microseconds after `BEGIN`."""
    return Packet(BEGIN + at, ether(source, target, ipv4(source, target, 17, udp(sport, dport, b"x" * size))), wire)


# ---- records


@dataclass(frozen=True)
class Dsr:
    """One part of a record, its header included in `raw`."""

    kind: int
    subtype: int
    qualifier: int
    raw: bytes

    @property
    def body(self) -> bytes:
        """The bytes after the header."""
        return self.raw[4:]


class Side(NamedTuple):
    """One direction in the full TCP object; last: microseconds since 1970."""

    last: int
    status: int
    base: int
    seq: int
    ack: int
    winnum: int
    payload: int
    retrans: int
    ackbytes: int
    winbytes: int
    window: int
    flags: int
    shift: int


@dataclass(frozen=True)
class Tcp:
    """The full TCP object."""

    status: int
    state: int
    options: int
    synack: int
    ackdat: int
    src: Side
    dst: Side


@dataclass(frozen=True)
class Record:
    """A flow record."""

    cause: int
    raw: bytes
    dsrs: list[Dsr] = field(default_factory=list)

    def dsr(self, kind: int) -> Dsr:
        """The part of this type."""
        return next(dsr for dsr in self.dsrs if dsr.kind == kind)

    def has(self, kind: int) -> bool:
        """Whether there is a part of this type."""
        return any(dsr.kind == kind for dsr in self.dsrs)

    @property
    def sequence(self) -> int:
        """Sequence number of the flow."""
        return int.from_bytes(self.dsr(0x01).body[4:8], "big")

    @property
    def counters(self) -> tuple[int, int, int, int]:
        """Packets and bytes of src, packets and bytes of dst."""
        dsr = self.dsr(0x10)
        form = (dsr.qualifier - 1) % 4
        width = (1, 2, 4, 8)[form]
        values = 3 if dsr.subtype == 4 else 2
        numbers = [int.from_bytes(dsr.body[i * width : (i + 1) * width], "big") for i in range(len(dsr.body) // width)]
        group = (dsr.qualifier - 1) // 4
        src = numbers[:2] if group in (0, 1) else [0, 0]
        dst = numbers[values : values + 2] if group == 0 else (numbers[:2] if group == 2 else [0, 0])
        return src[0], src[1], dst[0], dst[1]

    @property
    def times(self) -> tuple[int, int]:
        """Start and end, microseconds since 1970."""
        words = struct.unpack(f">{len(self.dsr(0x03).body) // 4}I", self.dsr(0x03).body)
        stamps = [words[i] * 1_000_000 + words[i + 1] for i in range(0, len(words), 2)]
        return stamps[0], stamps[-1]

    @property
    def tcp(self) -> Tcp:
        """The full TCP object."""
        dsr = self.dsr(0x30)
        assert dsr.subtype == 5, f"network object {dsr.subtype:#x}"
        head = struct.unpack(">5I", dsr.body[:20])
        sides = []
        for at in (20, 68):
            second, micro, *rest = struct.unpack(">11IHBB", dsr.body[at : at + 48])
            sides.append(Side(second * 1_000_000 + micro, *rest))
        return Tcp(*head, *sides)


def parse(data: bytes) -> Iterator[Record]:
    """The flow records of a stream; management records are left out."""
    for raw in split(data):
        if raw[0] >> 4 == 1:
            yield Record(raw[1], raw, list(_dsrs(raw)))


def split(data: bytes) -> Iterator[bytes]:
    """Every record of a stream as bytes."""
    at = 0
    while at < len(data):
        size = 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        assert size >= 4 and at + size <= len(data), f"record of {size} bytes at {at} of {len(data)}"
        yield data[at : at + size]
        at += size


def _dsrs(raw: bytes) -> Iterator[Dsr]:
    at = 4
    while at < len(raw):
        kind, subtype, qualifier, words = raw[at : at + 4]
        if kind & 0x80:
            words = 1
        elif subtype & 0x80:
            words |= qualifier << 8
        assert words > 0 and at + 4 * words <= len(raw), f"DSR {kind:#x} of {words} words at {at} of {len(raw)}"
        yield Dsr(kind, subtype, qualifier, raw[at : at + 4 * words])
        at += 4 * words


def mask(dsr: Dsr) -> bytes:
    """The part with the bytes that the reference leaves to chance set to 0."""
    raw = bytearray(dsr.raw)
    if dsr.kind == 0x10:
        width = (1, 2, 4, 8)[(dsr.qualifier - 1) % 4]
        used = 4 + width * (3 if dsr.subtype == 4 else 2) * (2 if dsr.qualifier <= 4 else 1)
        raw[used:] = bytes(len(raw) - used)
    elif dsr.kind == 0x50:
        used = 8 + int.from_bytes(raw[6:8], "big")
        raw[used:] = bytes(len(raw) - used)
    return bytes(raw)


def shown(record: Record) -> list[str]:
    """Cause and parts, in a form that a failed comparison can be read in."""
    return [f"cause {record.cause:#x}", *(mask(dsr).hex(" ", 4) for dsr in record.dsrs)]


# ---- golden cases


def case_argv(case: Path) -> list[str]:
    """The sensor's argument vector of a golden case, inputs included and outputs not."""
    lines = (case / "argus_options.txt").read_text().splitlines()
    argv = [str(case / word) if word == "argus.conf" else word for word in shlex.split(lines[0])]
    argv += ["-r", str(case / "case.pcap")]
    if len(lines) > 1:
        argv += ["-", *lines[1].removeprefix("filter: ").split()]
    return argv


def case_settings(case: Path) -> SensorSettings:
    """The settings that a golden case's options make."""
    return from_argv(case_argv(case))


def counts(records: Iterable[Record]) -> tuple[int, int]:
    """Packets and bytes over all records."""
    packets = size = 0
    for record in records:
        spkts, sbytes, dpkts, dbytes = record.counters
        packets += spkts + dpkts
        size += sbytes + dbytes
    return packets, size

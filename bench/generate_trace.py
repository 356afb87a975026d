"""A large capture that is made and not taken: deterministic, with a realistic mix, and with its sums known.

`python -m bench.generate_trace FILE --packets 3000000` writes FILE and, as FILE.json, what is in it.

Frames carry their headers and little more (96 captured bytes), as of `tcpdump -s 96`; wire lengths are those of whole frames. Times are
microseconds. Addresses come from 10/8, 198.18/15 (RFC 2544) and 2001:db8::/32. IPv4 header checksums are right, those above are zero, as
of a card that fills them in.
"""

import argparse
import json
import struct
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

SNAPLEN = 96
CHUNK = 200_000
"""Packets that are laid out at a time."""
BEGIN = 1_700_000_000_000_000
MSS = 1448
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

DNS, WEB, WEB6, WEB_VLAN, DATAGRAM, DATAGRAM6, PING, ARP, SCAN = range(9)
SHARE = {DNS: 0.34, WEB: 0.27, WEB6: 0.08, WEB_VLAN: 0.05, DATAGRAM: 0.07, DATAGRAM6: 0.03, PING: 0.04, ARP: 0.03, SCAN: 0.09}
"""Kinds of conversations and how many of a hundred are such."""
STREAMS = (WEB, WEB6, WEB_VLAN)
IPV6 = (WEB6, DATAGRAM6)
MOST = 20_000
"""Packets of the largest conversation."""

Array = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Bytes = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


@dataclass(frozen=True)
class Sum:
    """What one protocol adds up to; bytes on the wire, link header included."""

    packets: int
    bytes: int
    conversations: int


@dataclass(frozen=True)
class Truth:
    """What is in a trace, in all and by protocol: tcp, udp, icmp, arp (IPv4 and IPv6 together)."""

    packets: int
    bytes: int
    seconds: float
    protocols: dict[str, Sum]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Truth":
        """Read it back."""
        data = json.loads(path.read_text())
        data["protocols"] = {name: Sum(**item) for name, item in data["protocols"].items()}
        return cls(**data)


class Conversations:
    """One item each: kind, number of packets, beginning, mean gap, ends."""

    def __init__(self, packets: int, seconds: float, draw: np.random.Generator) -> None:
        kinds = np.array(list(SHARE))
        estimate = packets // 8 + 64
        kind = draw.choice(kinds, estimate, p=np.array(list(SHARE.values())))
        count = np.empty(estimate, np.int64)
        tail = 1 + draw.pareto(1.05, estimate)
        for of in SHARE:
            where = kind == of
            if of in STREAMS:
                count[where] = np.minimum(MOST, 10 + (4 * tail[where]).astype(np.int64))
            elif of in (DATAGRAM, DATAGRAM6):
                count[where] = np.minimum(MOST, (3 * tail[where]).astype(np.int64))
            elif of == PING:
                count[where] = 2 * draw.integers(1, 6, where.sum())
            else:
                count[where] = np.where(draw.random(where.sum()) < 0.95, 2, 1)
        total = np.cumsum(count)
        while total[-1] < packets:  # a seed that drew few large ones: the last kinds are repeated
            kind, count = np.concatenate([kind, kind]), np.concatenate([count, count])
            total = np.cumsum(count)
        number = int(np.searchsorted(total, packets)) + 1
        self.kind: Array = kind[:number]
        self.count: Array = count[:number]
        self.count[-1] -= total[number - 1] - packets
        self.number = number
        self.begin: Array = BEGIN + (draw.random(number) * seconds * 0.9 * 1e6).astype(np.int64)
        self.gap: Floats = np.where(self.count > 50, 2_000, 20_000) * (0.2 + draw.random(number))
        # every conversation has a client address and port of its own, so that no two share a key
        index = np.arange(number)
        self.client: Array = 0x0A000000 + 256 + index // 40_000 * 7 + index % 251 * 4096
        self.port: Array = 1024 + (index * 7919 + index // 40_000) % 60_000
        self.server: Array = 0xC6120000 + draw.zipf(1.3, number) % 60_000
        self.service: Array = draw.choice(np.array([443, 80, 22, 25, 8080]), number, p=[0.6, 0.25, 0.05, 0.05, 0.05])
        self.service[np.isin(kind[:number], (DATAGRAM, DATAGRAM6))] = 443
        self.service[self.kind == DNS] = 53
        scans = np.flatnonzero(self.kind == SCAN)
        self.service[scans] = 1 + np.arange(len(scans)) % 1024
        self.reset = draw.random(number) < 0.1


class Packets:
    """One item for each packet, in the order of the conversations and then of time; `order` sorts them by time."""

    def __init__(self, flows: Conversations, draw: np.random.Generator) -> None:
        total = int(flows.count.sum())
        self.flow: Array = np.repeat(np.arange(flows.number), flows.count)
        first = np.repeat(np.cumsum(flows.count) - flows.count, flows.count)
        self.index: Array = np.arange(total) - first
        self.kind: Array = flows.kind[self.flow]
        left = flows.count[self.flow] - self.index  # 1 for the last of a conversation
        gaps = 1 + (draw.exponential(1.0, total) * flows.gap[self.flow]).astype(np.int64)
        elapsed = np.cumsum(gaps)
        self.time: Array = flows.begin[self.flow] + elapsed - elapsed[first]
        self.back = self.index % 2 == 1
        self.flags: Array = np.zeros(total, np.int64)
        self.payload: Array = np.zeros(total, np.int64)
        self._streams(flows, left)
        self._rest(draw)
        self.seq, self.ack = self._numbers(first)
        self._lay_out()
        self.order: Array = np.argsort(self.time, kind="stable")

    def _streams(self, flows: Conversations, left: Array) -> None:
        """TCP: handshake, a request, two segments of answer for each acknowledgement, and FIN from both or a reset."""
        stream = np.isin(self.kind, STREAMS)
        index = self.index
        reset = flows.reset[self.flow]
        answer = (index > 3) & (index % 3 != 0)
        back = (index == 1) | answer
        flags = np.where(index == 0, SYN, np.where(index == 1, SYN | ACK, ACK))
        flags = np.where(index == 3, PSH | ACK, flags)
        payload = np.where(index == 3, 200 + self.flow % 700, np.where(answer, MSS, 0))
        closing = (index > 3) & (left <= 3)
        back = np.where(closing, left == 2, back)
        flags = np.where(closing, np.where(left == 1, ACK, FIN | ACK), flags)
        payload = np.where(closing, 0, payload)
        ended = closing & reset
        back = np.where(ended, False, back)
        flags = np.where(ended, np.where(left == 1, RST | ACK, ACK), flags)
        self.back = np.where(stream, back, self.back)
        self.flags = np.where(stream, flags, self.flags)
        self.payload = np.where(stream, payload, self.payload)

    def _rest(self, draw: np.random.Generator) -> None:
        kind, back = self.kind, self.back
        size = draw.integers(20, 1200, len(kind))
        dns = np.where(back, 60 + size % 300, 28 + size % 40)
        datagram = np.where(back, 40 + size, 30 + size % 300)
        self.payload = np.where(kind == DNS, dns, self.payload)
        self.payload = np.where((kind == DATAGRAM) | (kind == DATAGRAM6), datagram, self.payload)
        self.payload = np.where(kind == PING, 56, self.payload)
        self.flags = np.where(kind == SCAN, np.where(back, RST | ACK, SYN), self.flags)

    def _numbers(self, first: Array) -> tuple[Array, Array]:
        """Sequence and acknowledgement numbers: what each side has sent before, SYN and FIN counted as one byte."""
        used = self.payload + ((self.flags & (SYN | FIN)) != 0)
        base = {False: (self.flow * 2654435761) & 0xFFFFFFFF, True: (self.flow * 2246822519 + 7) & 0xFFFFFFFF}
        sent = {}
        for side in (False, True):
            mine = np.where(self.back == side, used, 0)
            before = np.cumsum(mine) - mine
            sent[side] = base[side] + before - before[first]
        seq = np.where(self.back, sent[True], sent[False])
        ack = np.where(self.flags & ACK, np.where(self.back, sent[False], sent[True]), 0)
        return seq & 0xFFFFFFFF, ack & 0xFFFFFFFF

    def _lay_out(self) -> None:
        """Offsets of the layers and the length on the wire."""
        kind = self.kind
        self.link: Array = np.where(kind == WEB_VLAN, 18, 14)
        self.ip: Array = np.where(np.isin(kind, IPV6), 40, np.where(kind == ARP, 0, 20))
        tcp = np.isin(kind, (*STREAMS, SCAN))
        self.above: Array = np.where(tcp, 32, np.where(kind == ARP, 28, 8))
        self.wire: Array = np.maximum(60, self.link + self.ip + self.above + self.payload)
        self.captured: Array = np.minimum(self.wire, SNAPLEN)


def _put(rows: Bytes, where: Array, column: Array | int, value: Array | int, size: int) -> None:
    """Write numbers, most significant byte first, into the rows `where` at a column that may differ by row."""
    for place in range(size):
        rows[where, column + place] = (np.asarray(value) >> (8 * (size - 1 - place))) & 0xFF


def _frames(flows: Conversations, packets: Packets, chosen: Array) -> Bytes:
    """The chosen packets, each in a row: 16 bytes of pcap header and `SNAPLEN` bytes of frame."""
    rows = np.zeros((len(chosen), 16 + SNAPLEN), np.uint8)
    every = np.arange(len(chosen))
    kind, flow, back = packets.kind[chosen], packets.flow[chosen], packets.back[chosen]
    time, wire = packets.time[chosen], packets.wire[chosen]
    header = np.stack([time // 1_000_000, time % 1_000_000, packets.captured[chosen], wire], axis=1).astype("<u4")
    rows[:, :16] = header.view(np.uint8)

    client, server = flows.client[flow], flows.server[flow]
    source, target = np.where(back, server, client), np.where(back, client, server)
    sport = np.where(back, flows.service[flow], flows.port[flow])
    dport = np.where(back, flows.port[flow], flows.service[flow])
    _put(rows, every, 16, 0x020000000000 + target, 6)
    _put(rows, every, 22, 0x020000000000 + source, 6)
    ether = np.where(np.isin(kind, IPV6), 0x86DD, np.where(kind == ARP, 0x0806, 0x0800))
    link = 16 + packets.link[chosen]
    _put(rows, every, link - 2, ether, 2)
    tagged = np.flatnonzero(kind == WEB_VLAN)
    _put(rows, tagged, 28, 0x81000000 + 100 + flow[tagged] % 8, 4)

    proto = np.where(np.isin(kind, (*STREAMS, SCAN)), 6, np.where(kind == PING, 1, 17))
    length = packets.ip[chosen] + packets.above[chosen] + packets.payload[chosen]
    four = np.flatnonzero(packets.ip[chosen] == 20)
    at = link[four]
    ident = (flow[four] + packets.index[chosen][four]) & 0xFFFF
    words: list[Array | int] = [0x4500, length[four], ident, 0x4000, 64 << 8 | proto[four], 0]
    words += [source[four] >> 16, source[four] & 0xFFFF, target[four] >> 16, target[four] & 0xFFFF]
    total: Array = np.zeros(len(four), np.int64)
    for word in words:
        total = total + word
    total = (total & 0xFFFF) + (total >> 16)
    words[5] = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    for place, word in enumerate(words):
        _put(rows, four, at + 2 * place, word, 2)
    six = np.flatnonzero(packets.ip[chosen] == 40)
    at = link[six]
    _put(rows, six, at, 0x60000000, 4)
    _put(rows, six, at + 4, length[six] - 40, 2)
    _put(rows, six, at + 6, proto[six] << 8 | 64, 2)
    for column, address in ((8, source), (24, target)):
        _put(rows, six, at + column, 0x20010DB8, 4)
        _put(rows, six, at + column + 12, address[six], 4)
    above = link + packets.ip[chosen]

    tcp = np.flatnonzero(proto * (kind != ARP) == 6)
    at = above[tcp]
    _put(rows, tcp, at, sport[tcp] << 16 | dport[tcp], 4)
    _put(rows, tcp, at + 4, packets.seq[chosen][tcp], 4)
    _put(rows, tcp, at + 8, packets.ack[chosen][tcp], 4)
    _put(rows, tcp, at + 12, 0x8000 | packets.flags[chosen][tcp], 2)
    _put(rows, tcp, at + 14, 64240, 2)
    _put(rows, tcp, at + 20, 0x0101080A, 4)  # time stamps, milliseconds
    _put(rows, tcp, at + 24, (time[tcp] // 1000) & 0xFFFFFFFF, 4)

    udp = np.flatnonzero((proto == 17) & (kind != ARP))
    at = above[udp]
    _put(rows, udp, at, sport[udp] << 16 | dport[udp], 4)
    _put(rows, udp, at + 4, 8 + packets.payload[chosen][udp], 2)
    sealed = np.flatnonzero((kind == DATAGRAM) | (kind == DATAGRAM6))  # as QUIC: a bit that is always set, a connection, the rest sealed
    _put(rows, sealed, above[sealed] + 8, 0x43000000 | (flow[sealed] * 2654435761 >> 8 & 0xFFFFFF), 4)
    _put(rows, sealed, above[sealed] + 12, (packets.index[chosen][sealed] * 2246822519) & 0xFFFFFFFF, 4)
    dns = np.flatnonzero(kind == DNS)
    _put(rows, dns, above[dns] + 8, (flow[dns] & 0xFFFF) << 16 | np.where(back[dns], 0x8180, 0x0100), 4)
    _put(rows, dns, above[dns] + 12, 1 << 16 | back[dns], 4)

    ping = np.flatnonzero(kind == PING)
    at = above[ping]
    rows[ping, at] = np.where(back[ping], 0, 8)
    _put(rows, ping, at + 4, flows.port[flow[ping]] << 16 | packets.index[chosen][ping] // 2 + 1, 4)

    arp = np.flatnonzero(kind == ARP)
    at = above[arp]
    _put(rows, arp, at, 0x000108000604 << 16 | 1 + back[arp], 8)
    _put(rows, arp, at + 8, 0x020000000000 + source[arp], 6)
    _put(rows, arp, at + 14, source[arp], 4)
    _put(rows, arp, at + 18, np.where(back[arp], 0x020000000000 + target[arp], 0), 6)
    _put(rows, arp, at + 24, target[arp], 4)
    return rows


def generate(path: Path, packets: int, seed: int = 1) -> Truth:
    """Write a pcap file of so many packets and return what is in it; the same arguments make the same bytes."""
    draw = np.random.Generator(np.random.PCG64(seed))
    seconds = min(300.0, 30.0 + packets / 10_000)
    flows = Conversations(packets, seconds, draw)
    every = Packets(flows, draw)
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, SNAPLEN, 1))
        for start in range(0, packets, CHUNK):
            chosen = every.order[start : start + CHUNK]
            rows = _frames(flows, every, chosen)
            file.write(rows[np.arange(16 + SNAPLEN) < 16 + every.captured[chosen][:, None]].tobytes())
    names = {"tcp": (*STREAMS, SCAN), "udp": (DNS, DATAGRAM, DATAGRAM6), "icmp": (PING,), "arp": (ARP,)}
    sums = {}
    for name, kinds in names.items():
        where = np.isin(every.kind, kinds)
        among = np.flatnonzero(np.isin(flows.kind, kinds))
        ends = [
            flows.client,
            flows.server,
            *((flows.port, flows.service) if name in ("tcp", "udp") else (flows.port,) if name == "icmp" else ()),
        ]
        conversations = len(np.unique(np.stack([(flows.kind == WEB6) | (flows.kind == DATAGRAM6), *ends])[:, among], axis=1).T)
        sums[name] = Sum(int(where.sum()), int(every.wire[where].sum()), conversations)
    span = float(every.time.max() - every.time.min()) / 1e6
    return Truth(packets, int(every.wire.sum()), span, sums)


def main(arguments: list[str]) -> int:
    """Write a trace and what is in it."""
    parser = argparse.ArgumentParser(prog="bench.generate_trace")
    parser.add_argument("file", type=Path)
    parser.add_argument("--packets", type=int, default=3_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    truth = generate(options.file, options.packets, options.seed)
    truth.save(options.file.with_suffix(options.file.suffix + ".json"))
    print(f"{options.file}: {truth.packets} packets, {truth.bytes} bytes on the wire, {truth.seconds:.0f} s, {truth.protocols}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

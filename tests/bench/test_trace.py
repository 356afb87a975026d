"""The trace for measurements: what it says is in it is in it."""

from pathlib import Path

import dpkt
import pytest

from bench.generate_trace import Truth, generate
from pyargus.capture.reader import open_capture
from tests.capture.craft import Frame, collect

PACKETS = 20_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth, list[Frame]]:
    path = tmp_path_factory.mktemp("trace") / "trace.pcap"
    truth = generate(path, PACKETS, seed=3)
    with open_capture(str(path)) as reader:
        return path, truth, collect(reader)


def test_same_bytes_every_time(made: tuple[Path, Truth, list[Frame]], tmp_path: Path) -> None:
    path, truth, _ = made
    assert generate(tmp_path / "again.pcap", PACKETS, seed=3) == truth
    assert (tmp_path / "again.pcap").read_bytes() == path.read_bytes()
    truth.save(tmp_path / "truth.json")
    assert Truth.load(tmp_path / "truth.json") == truth


def test_sums_are_those_of_the_packets(made: tuple[Path, Truth, list[Frame]]) -> None:
    _, truth, frames = made
    assert (len(frames), sum(frame.wire for frame in frames)) == (truth.packets, truth.bytes) == (PACKETS, truth.bytes)
    assert frames == sorted(frames, key=lambda frame: frame.ts)
    packets = dict.fromkeys(truth.protocols, 0)
    octets = dict.fromkeys(truth.protocols, 0)
    ends: dict[str, set[frozenset[object]]] = {name: set() for name in truth.protocols}
    for frame in frames:
        inner = dpkt.ethernet.Ethernet(frame.data).data
        if isinstance(inner, dpkt.arp.ARP):
            name, key = "arp", frozenset((inner.spa, inner.tpa))
        elif inner.p == dpkt.ip.IP_PROTO_ICMP:
            name, key = "icmp", frozenset((inner.src, inner.dst, inner.data.data.id))
        else:
            name = {dpkt.ip.IP_PROTO_TCP: "tcp", dpkt.ip.IP_PROTO_UDP: "udp"}[inner.p]
            key = frozenset(((inner.src, inner.data.sport), (inner.dst, inner.data.dport)))
        packets[name] += 1
        octets[name] += frame.wire
        ends[name].add(key)
    assert {name: (item.packets, item.bytes, item.conversations) for name, item in truth.protocols.items()} == {
        name: (packets[name], octets[name], len(ends[name])) for name in truth.protocols
    }
    assert all(count > 0 for count in packets.values())


def test_tcp_numbers_follow_one_another(made: tuple[Path, Truth, list[Frame]]) -> None:
    expected: dict[object, int] = {}
    checked = 0
    for frame in made[2]:
        packet = dpkt.ethernet.Ethernet(frame.data).data
        if not isinstance(packet, dpkt.ip.IP) or not isinstance(packet.data, dpkt.tcp.TCP):
            continue
        segment = packet.data
        side = (packet.src, segment.sport, packet.dst, segment.dport)
        payload = packet.len - 20 - segment.off * 4
        if not segment.flags & dpkt.tcp.TH_SYN and segment.dport != segment.sport and side in expected:
            assert segment.seq == expected[side]
            checked += 1
        expected[side] = (segment.seq + payload + bool(segment.flags & (dpkt.tcp.TH_SYN | dpkt.tcp.TH_FIN))) & 0xFFFFFFFF
    assert checked > PACKETS // 3

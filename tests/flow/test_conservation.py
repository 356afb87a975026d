"""Nothing is lost and nothing is counted twice: packets and bytes of all records and of what makes no flow are those that were fed."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.flow.config import FlowConfig
from pyargus.flow.engine_cy import Engine
from tests.flow.craft import ACK, BEGIN, FIN, RST, SYN, A, B, Packet, Talk, batch, counts, datagram, ether, ipv4, parse, run, udp
from tests.flow.noise import LINKTYPES, traffic

INTERVALS = (0, 500_000, 1_000_000, 5_000_000)
MOST = 2**32 - 1

configurations = st.builds(
    FlowConfig,
    interval=st.sampled_from(INTERVALS),
    app_bytes=st.booleans(),
    jitter=st.booleans(),
    sizes=st.booleans(),
    user_size=st.sampled_from((0, 16, -1)),
    start_records=st.booleans(),
    track_duplicates=st.booleans(),
    tunnels=st.booleans(),
    one_way=st.booleans(),
    matrix=st.sampled_from((0, 0, 0, 2, 3)),
    by_vlan=st.booleans(),
    ip_timeout=st.sampled_from((1, 30)),
    tcp_timeout=st.sampled_from((1, 60)),
)


def conserve(packets: list[Packet], config: FlowConfig, linktype: int = 1, interrupted: bool = False) -> None:
    """Feed the packets in two batches and add up."""
    engine = Engine(config)
    half = len(packets) // 2
    data = b""
    for part in (packets[:half], packets[half:]):
        if part:
            engine.feed(batch(part, linktype))
            data += engine.take()
    engine.finish(interrupted)
    data += engine.take()
    records = list(parse(data))
    assert engine.records == len(records)
    assert engine.packets == len(packets)
    if linktype == 1:
        assert engine.bytes == sum(packet.size for packet in packets)
    else:
        assert engine.bytes <= sum(packet.size for packet in packets)
    total = counts(records)
    assert (total[0] + engine.ignored, total[1] + engine.ignored_bytes) == (engine.packets, engine.bytes)


def later_piece(packet: Packet, linktype: int) -> bool:
    """Whether this is a fragment other than the first."""
    return any(record.dsr(0x30).subtype == 0x45 for record in run([packet], FlowConfig(tunnels=True), linktype))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), config=configurations, interrupted=st.booleans(), linktype=st.sampled_from([1] * 20 + LINKTYPES))
def test_noise(seed: int, config: FlowConfig, interrupted: bool, linktype: int) -> None:
    packets = [packet for packet in traffic(seed, 100, linktype) if not later_piece(packet, linktype)]
    conserve(packets, config, linktype, interrupted)


@st.composite
def conversations(draw: st.DrawFn) -> list[Packet]:
    """TCP over few ports, so that they are used again and again: any flags, sequence numbers near the wrap, bursts and long silences."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from((0, 10, 40_000, 900_000, 5_100_000, 70_000_000, -2_000_000)),
                st.integers(0, 1),
                st.sampled_from((SYN, SYN | ACK, ACK, ACK, ACK, FIN | ACK, RST, RST | ACK, 0, SYN | FIN)),
                st.sampled_from((0, 1, 1000, 2**31 - 1, 2**32 - 700, 2**32 - 1)),
                st.integers(0, 2**32 - 1),
                st.sampled_from((0, 0, 1, 700)),
                st.sampled_from((0, 1, 65535)),
            ),
            min_size=1,
            max_size=60,
        )
    )
    talks = [Talk(sport=40000), Talk(sport=40001)]
    packets = []
    at = 0
    for number, (gap, side, flags, seq, ack, size, window) in enumerate(steps):
        at = max(0, at + gap)
        talk = talks[number % 3 == 0]
        talk.send(at, side, flags, seq, ack, b"d" * size, window)
        packets.append(talk.segments.pop())
    return packets


@settings(max_examples=150, deadline=None)
@given(packets=conversations(), config=configurations, interrupted=st.booleans())
def test_tcp_connections_one_after_the_other_on_the_same_ports(packets: list[Packet], config: FlowConfig, interrupted: bool) -> None:
    conserve(packets, config, interrupted=interrupted)


@st.composite
def datagrams_in_pieces(draw: st.DrawFn, gaps: tuple[int, ...]) -> list[Packet]:
    """Fragments of few datagrams, in any order, some missing or sent twice, first ones among them."""
    pieces = draw(
        st.lists(
            st.tuples(
                st.sampled_from(gaps),
                st.integers(0, 2),
                st.integers(0, 3),
                st.booleans(),
                st.sampled_from((17, 6, 1)),
            ),
            min_size=1,
            max_size=40,
        )
    )
    packets = []
    at = 0
    for gap, ident, part, back, proto in pieces:
        at += gap
        ends = (B, A) if back else (A, B)
        content = udp(1000, 2000) + bytes(8) if part == 0 and proto == 17 else bytes(24)
        packets.append(Packet(BEGIN + at, ether(*ends, ipv4(*ends, proto, content.ljust(24, b"\0"), ident, 24 * part, part < 3))))
    return packets


@settings(max_examples=150, deadline=None)
@given(packets=datagrams_in_pieces((0, 10, 100_000)), interrupted=st.booleans())
def test_fragments_within_an_interval(packets: list[Packet], interrupted: bool) -> None:
    conserve(packets, FlowConfig(), interrupted=interrupted)


@settings(max_examples=200, deadline=None)
@given(
    packets=datagrams_in_pieces((0, 10, 100_000, 900_000, 2_500_000, 5_100_000, 40_000_000)),
    interval=st.sampled_from(INTERVALS),
    timeout=st.sampled_from((1, 30)),
)
def test_fragments_with_silences_between(packets: list[Packet], interval: int, timeout: int) -> None:
    conserve(packets, FlowConfig(interval=interval, ip_timeout=timeout))


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.sampled_from((0, 60, 65_536, 2**31, MOST)), min_size=2, max_size=30), interval=st.sampled_from(INTERVALS))
def test_counters_beyond_32_bits(sizes: list[int], interval: int) -> None:
    packets = [datagram(100 * i, A if i % 2 else B, 5000, B if i % 2 else A, 5000, wire=size) for i, size in enumerate(sizes)]
    conserve(packets, FlowConfig(interval=interval))


def test_one_record_of_more_than_4_gib() -> None:
    [record] = run([datagram(i, A, 5000, B, 5001, wire=MOST) for i in range(5)] + [datagram(9, B, 5001, A, 5000, wire=MOST)])
    assert record.counters == (5, 5 * MOST, 1, MOST)
    assert record.dsr(0x10).qualifier == 4


def test_more_packets_than_16_bits() -> None:
    [record] = run([datagram(i, A, 5000, B, 5001) for i in range(70_000)], FlowConfig())
    assert record.counters == (70_000, 70_000 * 52, 0, 0)


def test_a_packet_more_in_each_of_many_flows() -> None:
    """Enough flows at once that the table grows several times, each seen once in every interval."""
    draw = random.Random(7)
    packets = []
    for round_ in range(3):
        ports = list(range(10_000, 19_000))
        draw.shuffle(ports)
        packets += [datagram(round_ * 6_000_000 + i, A, port, B, port % 7) for i, port in enumerate(ports)]
    records = run(packets, FlowConfig())
    assert len(records) == 27_000
    assert {record.counters for record in records} == {(1, 52, 0, 0)}
    assert len({record.sequence for record in records}) == 9_000

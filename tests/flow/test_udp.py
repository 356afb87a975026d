"""What is looked for in UDP: RTP, RTCP and UDT, and what the records say of them."""

import struct

import pytest

from pyargus.flow.config import FlowConfig
from tests.flow.craft import BEGIN, A, B, Packet, Record, ether, ipv4, run, udp

EVERY = 20_000
"""Microseconds between two packets."""


def flow(*payloads: tuple[int, bytes], ports: tuple[int, int] = (5004, 6004), config: FlowConfig | None = None) -> Record:
    """The record of one flow; each payload with its side, 0 for the one that begins."""
    packets = []
    for i, (side, payload) in enumerate(payloads):
        (source, target), (sport, dport) = ((A, B), ports) if side == 0 else ((B, A), ports[::-1])
        packets.append(Packet(BEGIN + i * EVERY, ether(source, target, ipv4(source, target, 17, udp(sport, dport, payload)))))
    (record,) = run(packets, config)
    return record


def app_bytes(record: Record) -> tuple[int, ...]:
    """Application bytes of src and dst."""
    dsr = record.dsr(0x10)
    assert dsr.subtype == 4
    width = (1, 2, 4, 8)[(dsr.qualifier - 1) % 4]
    numbers = [int.from_bytes(dsr.body[i * width : (i + 1) * width], "big") for i in range(len(dsr.body) // width)]
    return tuple(numbers[2:6:3]) if dsr.qualifier <= 4 else (numbers[2],)


# ---- RTP


def rtp(seq: int, source: int = 5, kind: int = 0, csrc: int = 0, bits: int = 0, body: bytes = b"y" * 40) -> bytes:
    """An RTP packet (RFC 3550, 5.1); bits: of the first byte, besides version and CSRC count."""
    return struct.pack("!BBHII", 0x80 | bits | csrc, kind, seq, seq * 160, source) + body


@pytest.mark.parametrize(
    ("numbers", "lost", "late"),
    [
        ((10, 11, 12), 0, False),
        ((10, 13, 14), 2, False),
        ((10, 13, 12), 1, True),
        ((10, 12, 14, 13, 11, 15), 3, True),
        ((10, 9, 8), 0, False),
        ((10, 11, 11, 12), 0, False),
        ((10, 40_000), 39_989, False),
        ((65_535, 0, 1), 0, False),
        ((5, 0, 7, 9), 1, False),  # 0 is no number: 7 begins anew
    ],
)
def test_gaps_in_rtp(numbers: tuple[int, ...], lost: int, late: bool) -> None:
    record = flow(*((0, rtp(seq)) for seq in numbers))
    dsr = record.dsr(0x30)
    assert (dsr.subtype, len(dsr.raw)) == (0x0A, 40)
    assert dsr.body[:4] == (b"\0\1\0\0" if late else bytes(4))
    assert dsr.body[4:16] == rtp(numbers[-1])[:12]
    assert struct.unpack("!HH", dsr.body[28:32]) == (lost, 0)


def test_rtp_of_both_directions() -> None:
    record = flow((0, rtp(10)), (1, rtp(50, 9)), (0, rtp(11)), (1, rtp(53, 9)), (1, rtp(52, 9)))
    dsr = record.dsr(0x30)
    assert dsr.body[:4] == b"\0\2\0\0" and dsr.body[16:28] == rtp(52, 9)[:12]
    assert struct.unpack("!HH", dsr.body[28:32]) == (0, 1)


@pytest.mark.parametrize(
    ("payload", "size"),
    [
        (rtp(11), 40),
        (rtp(11, csrc=1), 36),
        (rtp(11, csrc=10), 0),
        (rtp(11, csrc=12), -8),  # the header claims eight bytes more than there are
        (rtp(11, csrc=13), 52),  # or still more: nothing of it is believed
        (b"\x40" + rtp(11)[1:], 52),
    ],
)
def test_application_bytes_of_rtp(payload: bytes, size: int) -> None:
    record = flow((0, rtp(10)), (0, payload))
    assert record.dsr(0x30).subtype == 0x0A
    assert app_bytes(record) == (52 + size,)


@pytest.mark.parametrize(
    ("kind", "size", "silent"), [(0, 40, 0), (0, 0, 1), (0, 7, 1), (4, 24, 0), (4, 4, 1), (18, 10, 0), (18, 2, 1), (3, 7, 0), (96, 0, 0)]
)
def test_silence_in_rtp(kind: int, size: int, silent: int) -> None:
    for side in (0, 1):
        record = flow((0, rtp(9, kind=kind)), (side, rtp(10, kind=kind)), (side, rtp(11, kind=kind, body=bytes(size))))
        assert record.dsr(0x30).qualifier == (silent << side)


def test_silence_in_rtp_is_that_of_the_interval() -> None:
    packets = []
    for at, number, size in ((0, 9, 40), (10, 10, 0), (6_000_000, 11, 40), (6_000_010, 12, 0), (12_000_000, 13, 40)):
        segment = udp(5004, 6004, rtp(number, body=b"y" * size))
        packets.append(Packet(BEGIN + at, ether(A, B, ipv4(A, B, 17, segment))))
    assert [record.dsr(0x30).qualifier for record in run(packets)] == [1, 1, 0]


def test_silence_in_rtp_is_user_data_of_no_bytes() -> None:
    packets = []
    for at, number, size in ((0, 9, 40), (6_000_000, 11, 0)):
        packets.append(Packet(BEGIN + at, ether(A, B, ipv4(A, B, 17, udp(5004, 6004, rtp(number, body=b"y" * size))))))
    first, second = run(packets, FlowConfig(user_size=16))
    assert first.dsr(0x50).raw[:8].hex() == "5090000600100010"
    assert second.dsr(0x50).raw.hex() == "5090000200100000"


@pytest.mark.parametrize("payload", [rtp(11, 6), rtp(11, bits=0x10)])
def test_what_cancels_rtp(payload: bytes) -> None:
    """At once there is no object, from the next packet on an empty one."""
    assert not flow((0, rtp(10)), (0, payload)).has(0x30)
    assert flow((0, rtp(10)), (0, payload), (0, rtp(12))).dsr(0x30).raw == b"\x30\0\0\1"


def test_rtcp_is_that_of_the_first_packet() -> None:
    report = struct.pack("!BBHI", 0x81, 200, 6, 0x01020304) + bytes(20)
    receiver = struct.pack("!BBHI", 0x82, 201, 7, 0x05060708) + bytes(24)
    record = flow((0, report), (0, receiver), (1, receiver))
    assert record.dsr(0x30).raw == b"\x30\x09\0\6" + b"\x81\xc8\6\0" + b"\4\3\2\1" + bytes(12)


# ---- UDT

UDT = (800, 9000)
WHOLE, FIRST, MIDDLE, LAST = 0xC0000000, 0x80000000, 0, 0x40000000


def data(seq: int, place: int = WHOLE, stamp: int = 0x11223344, size: int = 40) -> bytes:
    """A UDT data packet."""
    return struct.pack("!IIII", seq, place | 7, stamp, 99) + bytes(size)


def control(kind: int, *words: int) -> bytes:
    """A UDT control packet."""
    return struct.pack(f"!IIII{len(words)}I", 0x80000000 | kind << 16, 0, 0, 99, *words)


def words(record: Record) -> tuple[int, ...]:
    """The little-endian words of the UDT object; number n is at offset 4 n + 4 of the DSR."""
    dsr = record.dsr(0x30)
    assert (dsr.subtype, len(dsr.raw)) == (0x0D, 176)
    return struct.unpack("<43I", dsr.body)


@pytest.mark.parametrize(
    ("numbers", "status", "last", "timed", "dropped", "repeated"),
    [
        ((1, 2, 3), 0, 3, 2, 0, 0),
        ((1, 2, 6), 0x30, 6, 1, 3, 0),
        ((1, 2, 6, 7), 0x30, 7, 3, 3, 0),
        ((1, 2, 2, 3), 0x300, 3, 3, 0, 1),
        ((1, 3, 2, 4), 0x300, 4, 3, 0, 1),
        ((1, 2, 4), 0x300, 2, 1, 0, 1),  # one missing packet counts as a repetition
        ((1, 2, 6, 4, 9), 0x330, 9, 1, 5, 1),
        ((1, 0, 1, 5), 0x30, 5, 2, 3, 0),
    ],
)
def test_sequence_of_udt(numbers: tuple[int, ...], status: int, last: int, timed: int, dropped: int, repeated: int) -> None:
    record = flow(*((i % 2, data(seq)) for i, seq in enumerate(numbers)), ports=UDT)
    found = words(record)
    assert (found[1], found[11], found[12], found[23], found[24]) == (status, last, 0x11223344, dropped, repeated)
    assert found[9] * 1_000_000 + found[10] == BEGIN + timed * EVERY
    assert found[19] == len(numbers) - 1
    assert sum(app_bytes(record)) == 40 * len(numbers) + 16  # the first packet counts whole


def test_messages_of_udt() -> None:
    found = words(flow((0, data(1)), (0, data(2, FIRST)), (0, data(3, MIDDLE)), (0, data(4, MIDDLE)), (1, data(5, LAST)), ports=UDT))
    assert found[19:23] == (0, 1, 2, 1)


def test_control_packets_of_udt() -> None:
    record = flow(
        (0, data(1)),
        (1, control(2, 3, 2000, 300, 50, 7, 8)),
        (1, control(2, 4)),
        (1, control(3, 0x80000003, 9, 20)),
        (0, control(4)),
        (0, control(1)),
        ports=UDT,
    )
    found = words(record)
    assert found[13:19] == (4, 2000, 300, 50, 7, 8)
    assert found[25] == 8 and found[1] == 0xC000


def test_handshake_of_udt() -> None:
    shake = control(0, 4, 1, 1000, 1500, 25_600, 1, 777)
    dsr = flow((0, shake), (1, control(0, 4, 2, 3, 4, 5, 6, 7)), ports=UDT).dsr(0x30)
    assert dsr.subtype == 0x0D and dsr.body[8:36] == shake[16:] and not any(dsr.body[:8] + dsr.body[36:])


@pytest.mark.parametrize("first", [b"x" * 15, b"", control(2, 1), control(0, 5, 1, 1, 1, 1, 1, 1), control(0, 4, 1)])
def test_what_is_no_udt(first: bytes) -> None:
    assert flow((0, first), (0, data(2)), ports=UDT).dsr(0x30).raw == b"\x30\0\0\1"
    assert flow((0, data(1)), ports=(800, 9001)).dsr(0x30).raw == b"\x30\0\0\1"

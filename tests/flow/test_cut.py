"""Frames of which not everything was captured: what is made of the rest of each header."""

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pyargus.clients.sensor_settings import from_argv
from pyargus.flow.config import FlowConfig
from tests.capture.craft import Frame, pcap
from tests.flow.craft import ACK, BEGIN, PSH, SYN, A, B, Packet, Record, ether, ipv4, parse, run, shown, tcp, udp
from tests.flow.play import play
from tests.flow.test_differential import REFERENCE, needed

BODY = bytes(range(65, 105))
CONFIG = FlowConfig(app_bytes=True, user_size=64)
ARP = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + b"\2\0\0\0\0\1" + bytes([10, 0, 0, 1]) + bytes(6) + bytes([10, 0, 0, 2]) + bytes(18)


def ipv6(proto: int, payload: bytes, number: int = 1) -> bytes:
    """An IPv6 packet."""
    ends = b"\xfe\x80" + bytes(12) + struct.pack("!H", number) + b"\x20\x01" + bytes(13) + b"\x09"
    return struct.pack("!IHBB", 6 << 28, len(payload), proto, 64) + ends + payload


def cut(frame: bytes, size: int) -> Record | None:
    """The record of a frame of which `size` bytes were captured."""
    records = run([Packet(BEGIN, frame[:size], len(frame))], CONFIG)
    assert len(records) <= 1
    return records[0] if records else None


def app_bytes(record: Record) -> int:
    """Application bytes of src, of a record of one direction."""
    dsr = record.dsr(0x10)
    assert dsr.subtype == 4 and dsr.qualifier in (5, 6), dsr
    width = dsr.qualifier - 4
    return int.from_bytes(dsr.body[2 * width : 3 * width], "big")


def user(record: Record) -> bytes:
    """User data of src."""
    body = record.dsr(0x50).body
    return body[4 : 4 + int.from_bytes(body[2:4], "big")]


@pytest.mark.parametrize("size", range(34, 44))
def test_a_udp_header_that_is_cut_is_data(size: int) -> None:
    record = cut(ether(A, B, ipv4(A, B, 17, udp(1000, 2000, BODY))), size)
    assert record is not None
    whole = size >= 42
    assert app_bytes(record) == (40 if whole else 48)
    assert user(record) == ((BODY if whole else udp(1000, 2000, BODY))[: size - (42 if whole else 34)])


@pytest.mark.parametrize("size", range(54, 60))
def test_ports_over_ipv6_as_far_as_they_were_captured(size: int) -> None:
    record = cut(ether(A, B, ipv6(6, tcp(0x1234, 0x5678, 1, 0, ACK)), 0x86DD), size)
    assert record is not None
    assert record.dsr(0x02).body[36:40] == b"\x12\x34\x56\x78"[: size - 54].ljust(4, b"\0")


@pytest.mark.parametrize(
    ("proto", "least"), [(1, 1), (2, 4), (50, 8), (132, 0)], ids=["icmp", "igmp", "esp", "sctp"]
)
def test_messages_of_which_too_little_was_captured(proto: int, least: int) -> None:
    frame = ether(A, B, ipv4(A, B, proto, b"\x16" + BODY))
    assert [cut(frame, 34 + size) is not None for size in range(10)] == [size >= least for size in range(10)]


@pytest.mark.parametrize("proto", [2, 58], ids=["igmp", "icmpv6"])
def test_messages_over_ipv6_of_which_too_little_was_captured(proto: int) -> None:
    frame = ether(A, B, ipv6(proto, b"\x80" + BODY), 0x86DD)
    assert [cut(frame, 54 + size) is not None for size in range(10)] == [size >= 8 for size in range(10)]


@pytest.mark.parametrize("size", [34, 40, 49, 50])
def test_an_authentication_header_is_followed_where_all_of_it_was_captured(size: int) -> None:
    record = cut(ether(A, B, ipv4(A, B, 51, b"\x11\4" + bytes(14) + udp(1000, 2000, BODY))), size)
    assert record is not None
    assert record.dsr(0x02).body[8] == (17 if size == 50 else 51)
    assert record.dsr(0x20).body[:4] == b"\0\0\0\x82"


@pytest.mark.parametrize(("size", "kept"), [(0, 0), (3, 0), (4, 0), (40, 16)])
def test_a_gre_header_is_no_data(size: int, kept: int) -> None:
    record = cut(ether(A, B, ipv4(A, B, 47, b"\0\0\x12\x34" + BODY)), 34 + size)
    assert record is not None
    assert len(user(record)) == kept


@pytest.mark.parametrize(("kind", "least"), [(0x86DD, 40), (0x6558, 14)], ids=["ipv6", "ethernet"])
def test_what_gre_carries_is_too_short(kind: int, least: int) -> None:
    inner = ether(A, B, ipv6(17, udp(1, 2, BODY)), 0x86DD) if kind == 0x6558 else ipv6(17, udp(1, 2, BODY))
    frame = ether(A, B, ipv4(A, B, 47, struct.pack("!HH", 0, kind) + inner))
    assert cut(frame, 38 + least - 1) is None
    assert cut(frame, 38 + least) is not None


@pytest.mark.parametrize("size", [22, 28, 32, 41, 42, 60])
def test_arp_as_far_as_it_was_captured(size: int) -> None:
    frame = ether(A, B, ARP, 0x0806)
    record = cut(frame, size)
    assert record is not None
    assert record.dsr(0x02).body[8:16] == bytes(reversed(ARP[14:18].ljust(4, b"\0")))[::-1][: max(0, size - 28)].ljust(4, b"\0")[:4] + (
        ARP[24:28][: max(0, size - 38)].ljust(4, b"\0")
    )
    assert app_bytes(record) == (len(frame) if size < 42 else len(frame) - 28)


def test_arp_for_other_addresses_than_those_of_ipv4_is_one_flow() -> None:
    frames = [ether(A, B, struct.pack("!HHBBH", 1, 0x86DD, 6, 16, operation) + bytes([operation]) * 44, 0x0806) for operation in (1, 2)]
    records = run([Packet(BEGIN + number, frame) for number, frame in enumerate(frames)], CONFIG)
    assert [record.counters for record in records] == [(2, 2 * len(frames[0]), 0, 0)]
    assert records[0].dsr(0x02).raw == b"\2\6\4\4" + bytes(12)


@pytest.mark.parametrize("reserved", [0, 1, 3])
def test_an_ipv6_fragment_header_is_as_long_as_its_reserved_byte_says(reserved: int) -> None:
    record = cut(ether(A, B, ipv6(44, struct.pack("!BBHI", 17, reserved, 1, 7) + bytes(8 * reserved) + udp(1000, 2000, BODY)), 0x86DD), 200)
    assert record is not None
    assert record.dsr(0x02).body[36:40] == struct.pack("!HH", 1000, 2000)
    assert (app_bytes(record), user(record)) == (40, BODY)


def test_a_fragment_keeps_its_header_among_the_data_and_not_in_their_number() -> None:
    record = cut(ether(A, B, ipv4(A, B, 17, BODY, 7, 1480)), 14 + 20 + 25)
    assert record is not None
    assert user(record) == ipv4(A, B, 17, BODY, 7, 1480)[:25]


def mpls(payload: bytes) -> bytes:
    """A frame with one label."""
    return ether(A, B, b"\0\0\x01\x40" + payload, 0x8847)


@pytest.mark.parametrize(("size", "kind"), [(21, 0), (22, 0x8847), (37, 0x8847), (38, 0x0800)])
def test_ip_behind_a_label_needs_its_header(size: int, kind: int) -> None:
    record = cut(mpls(ipv4(A, B, 17, udp(1, 2, BODY))), size)
    assert record is not None
    key = record.dsr(0x02)
    assert (0x0800 if key.qualifier == 1 else int.from_bytes(key.body[12:14], "big")) == kind


@pytest.mark.parametrize(("size", "options"), [(55, 0), (56, 0x00100000), (60, 0x00100000), (61, 0x00300000)])
def test_a_tcp_option_is_seen_where_its_length_was_captured(size: int, options: int) -> None:
    record = cut(ether(A, B, ipv4(A, B, 6, tcp(1000, 80, 5, 0, SYN, options=b"\2\4\5\xb4\1\3\3\7"))), size)
    assert record is not None
    assert int.from_bytes(record.dsr(0x30).body[8:12], "big") == options


# ---- beside the reference


FRAMES: dict[str, Callable[[str, int], bytes]] = {
    "tcp": lambda source, _: ipv4(source, B, 6, tcp(1000, 80, 5, 6, PSH | ACK, BODY, options=b"\2\4\5\xb4\1\3\3\7")),
    "udp": lambda source, _: ipv4(source, B, 17, udp(1000, 2000, BODY)),
    "dns": lambda source, _: ipv4(source, B, 17, udp(1000, 53, BODY)),
    "icmp": lambda source, _: ipv4(source, B, 1, b"\x0d\0\0\0\1\2\3\4" + BODY),
    "unreachable": lambda source, _: ipv4(source, B, 1, b"\3\2" + bytes(6) + ipv4(B, source, 6, tcp(1, 2, 3, 4, ACK))),
    "igmp": lambda source, _: ipv4(source, B, 2, b"\x11" + bytes(7) + BODY),
    "esp": lambda source, _: ipv4(source, B, 50, BODY),
    "ah": lambda source, _: ipv4(source, B, 51, b"\6\4" + bytes(14) + tcp(1000, 80, 5, 6, PSH | ACK, BODY)),
    "gre": lambda source, _: ipv4(source, B, 47, b"\xb0\0\x12\x34" + BODY),
    "fragment": lambda source, number: ipv4(source, B, 17, BODY, number, 1480),
    "sctp": lambda source, _: ipv4(source, B, 132, BODY),
}


@pytest.mark.parametrize("name", FRAMES)
def test_cut_at_every_byte_as_the_reference_has_it(name: str, tmp_path: Path) -> None:
    needed(REFERENCE)
    frames = []
    for number in range(100):
        source = f"10.1.0.{number}"
        whole = ether(source, B, FRAMES[name](source, number))
        size = 34 + number
        # What is missing of a query's identifier is what an earlier packet left in memory.
        if size > len(whole) or (name == "dns" and 43 <= size < 44):
            continue
        frames.append(Frame((BEGIN + 1000 * number) * 1000, whole[:size], len(whole)))
    capture, out = tmp_path / "a.pcap", tmp_path / "out"
    capture.write_bytes(pcap(frames))
    argv = ["-X", "-AJZR", "-U", "64", "-r", str(capture)]
    subprocess.run([str(REFERENCE), *argv, "-w", str(out)], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    expected = [shown(record) for record in parse(out.read_bytes())]
    assert len(expected) > 20
    assert [shown(record) for record in parse(play(from_argv(argv))[0])] == expected

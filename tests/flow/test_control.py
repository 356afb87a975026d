"""Control protocols: which IS-IS and LCP packets have flows of their own, and their content with `-C`."""

import struct

import pytest

from pyargus.capture import frames as build
from pyargus.flow.config import FlowConfig
from tests.flow.craft import BEGIN, MACS, A, B, Packet, datagram, ether, run


def isis(kind: int, length: int, version: int = 1, ids: int = 0, second: int = 1) -> Packet:
    """An IS-IS PDU with the common header of ISO 10589, 9.5, and bytes that count up from 1."""
    pdu = bytes((0x83, length, version, ids, kind, second, 0, 0)) + bytes(range(1, 50))
    ends = build.mac(MACS[B]) + build.mac(MACS[A])
    return Packet(BEGIN, ends + struct.pack("!H", 3 + len(pdu)) + b"\xfe\xfe\x03" + pdu)


@pytest.mark.parametrize(("kind", "length"), [(15, 27), (16, 27), (18, 27), (20, 27), (24, 33), (25, 33), (26, 17), (27, 17)])
def test_isis_packets_have_flows_of_their_own(kind: int, length: int) -> None:
    for ids in (0, 6):
        (record,) = run([isis(kind, length, ids=ids)])
        assert record.dsr(0x02).raw[:8] == bytes((2, 1, 0x0A, 11, 0, 0, 0, kind))
    odd = [isis(kind, length - 1), isis(kind, length, version=2), isis(kind, length, ids=8), isis(kind, length, second=0)]
    (record,) = run(odd)
    assert record.counters[0] == 4
    assert record.dsr(0x02).raw.hex() == "02010305" "020000000002" "020000000001" "0083fefe"


def arp(operation: int, padding: bytes) -> Packet:
    """A question of A about B, or the answer, in a frame with padding."""
    ends = (MACS[A], A, MACS[B], B) if operation == 1 else (MACS[B], B, MACS[A], A)
    return Packet(BEGIN, ether(ends[1], ends[3], build.arp(operation, *ends) + padding, build.ETHER_ARP))


@pytest.mark.parametrize("size", [0, 4])
def test_control_data_are_kept_whole(size: int) -> None:
    packets = [arp(1, b"ask me" * 3), arp(2, b"answer" * 3), isis(18, 27), datagram(0, A, 1, B, 2, 10)]
    records = run(packets, FlowConfig(control_data=True, user_size=size))
    whole = [dsr.body for record in records[:2] for dsr in record.dsrs if dsr.kind == 0x50]
    assert whole[0][:22] == b"\xff\xff\x00\x12" + b"ask me" * 3
    assert whole[1][:22] == b"\xff\xff\x00\x12" + b"answer" * 3
    assert whole[2][:4] == b"\xff\xff\x00\x39" and whole[2][4:61] == packets[2].data[17:]
    rest = [dsr.body for dsr in records[2].dsrs if dsr.kind == 0x50]
    assert rest == ([b"\x00\x04\x00\x04xxxx"] if size else [])


def test_control_data_are_cut_without_the_option() -> None:
    for config, expected in ((FlowConfig(user_size=4), [b"\x00\x04\x00\x04ask "]), (FlowConfig(), [])):
        (record,) = run([arp(1, b"ask me" * 3)], config)
        assert [dsr.body for dsr in record.dsrs if dsr.kind == 0x50] == expected


def test_lcp_on_a_serial_line() -> None:
    """Code and identifier make the flow; the link layer's four bytes are no part of it."""
    packets = [Packet(BEGIN, b"\xff\x03\xc0\x21" + struct.pack("!BBH", code, 7, 10) + b"option") for code in (1, 2, 1)]
    request, answer = run(packets, FlowConfig(control_data=True), 50)
    assert request.dsr(0x02).raw == b"\x02\x01\x09\x05" + bytes(14) + b"\x01\x07"
    assert answer.dsr(0x02).raw == b"\x02\x01\x09\x05" + bytes(14) + b"\x02\x07"
    assert request.counters == (2, 20, 0, 0) and answer.counters == (1, 10, 0, 0)
    assert request.dsr(0x20).raw == b"\x20\x00\x00\x03" + b"\x00\x00\x04\x10" + bytes(4)
    assert answer.dsr(0x50).body == b"\xff\xff\x00\x0a" + packets[1].data[4:] + bytes(2)


@pytest.mark.parametrize(
    ("frame", "user"),
    [
        ("0001af 810100 6162", "6162"),
        ("4242bf 81ff00 6162", "6162"),
        ("0001af 820100 6162", "8201006162"),
        ("000103 810100 6162", "8101006162"),
        ("000100 00 6162", "6162"),
        ("aaaaaf 810100 6162", "aaaaaf8101006162"),
        ("aaaa03 000000 9001 6162", "6162"),
        ("aaaa03 000000 90", ""),
        ("0001af 810100", ""),
    ],
)
def test_where_the_data_of_802_2_begin(frame: str, user: str) -> None:
    """Behind the control field, of XID behind its parameters; SNAP has all of its header, or with another control field none of it."""
    body = bytes.fromhex(frame)
    packet = Packet(BEGIN, build.mac(MACS[A]) + build.mac(MACS[B]) + struct.pack("!H", len(body)) + body)
    [record] = run([packet], FlowConfig(user_size=64))
    data = record.dsr(0x50).raw
    assert data[8 : 8 + int.from_bytes(data[6:8], "big")].hex() == user


def test_osi_frames_that_are_no_isis_flows_have_a_flow_in_each_direction() -> None:
    body = b"\xfe\xfe\x03\x83\x1b\x01\x00\x01\x01\x00\x00\x03" + bytes(34)
    ends = build.mac(MACS[A]), build.mac(MACS[B])
    frames = [target + source + struct.pack("!H", len(body)) + body for target, source in (ends, ends[::-1], ends)]
    records = run([Packet(BEGIN + at, frame) for at, frame in enumerate(frames)])
    assert [(record.dsr(2).raw[1] & 0x40, record.dsr(2).raw[4:16], record.counters) for record in records] == [
        (0, b"".join(ends), (2, 120, 0, 0)),
        (0, b"".join(ends[::-1]), (1, 60, 0, 0)),
    ]

"""Beside the reference: what each link layer makes of the same packets."""

import struct
import subprocess
from pathlib import Path

import pytest

from pyargus.clients.sensor_settings import from_argv
from tests.capture.craft import Frame, pcap
from tests.flow.craft import ACK, BEGIN, PSH, A, B, ether, ipv4, parse, shown, tcp, udp
from tests.flow.play import play
from tests.flow.test_cut import ARP, BODY, ipv6
from tests.flow.test_differential import REFERENCE, needed

WLAN = b"\x08\x01\0\0" + b"\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3" + b"\x10\0"
QOS = b"\x88\x03\0\0" + b"\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3" + b"\x10\0" + bytes(8)
SNAP = b"\xaa\xaa\3\0\0\0"
UDP = ipv4(A, B, 17, udp(1000, 2000, BODY))
PACKETS = [
    (0x0800, UDP),
    (0x0800, ipv4(A, B, 6, tcp(1000, 80, 5, 6, PSH | ACK, BODY))),
    (0x0800, ipv4(A, B, 1, b"\x08\0\0\0\1\2\3\4" + BODY)),
    (0x86DD, ipv6(17, udp(1000, 2000, BODY))),
    (0x86DD, ipv6(58, b"\x80\0\x12\x34" + BODY)),
]


def cooked(packet_type: int, kind: int, content: bytes) -> bytes:
    """A frame of Linux cooked capture, version 1."""
    return struct.pack("!HHH", packet_type, 1, 6) + b"\2\0\0\0\0\1\0\0" + struct.pack("!H", kind) + content


def air(head: bytes) -> list[bytes]:
    """The packets over 802.11."""
    return [head + SNAP + struct.pack("!H", kind) + content for kind, content in PACKETS]


def label(content: bytes) -> bytes:
    """An Ethernet frame with one MPLS label."""
    return ether(A, B, b"\0\0\x01\x40" + content, 0x8847)


ISL = b"\1\0\x0c\0\0\0" + bytes(6) + b"\0\x60\xaa\xaa\3\0\0\x0c" + bytes(6)
LINKS: dict[str, tuple[int, list[bytes]]] = {
    "AH, GRE": (
        1,
        [
            ether(A, B, ipv4(A, B, 51, b"\2\4" + bytes(14) + b"\x16\0\0\0\xe0\1\2\3" + BODY)),
            ether(A, B, ipv4(A, B, 51, b"\2\4" + bytes(14) + b"\x11\0\0\0\0\0\0\0" + BODY, 7)),
            ether(A, B, ipv4(A, B, 47, b"\0\0\x08\0" + UDP)),
            ether(A, B, ipv4(A, B, 47, b"\0\0\x08\0" + UDP[:2] + b"\0\7" + UDP[4:])),
        ],
    ),
    "raw IP": (101, [content for _, content in PACKETS] + [b"\x75" + bytes(5) + b"\x3b" + bytes(60)]),
    "loopback": (0, [b"\2\0\0\0" + content for _, content in PACKETS]),
    "cooked": (
        113,
        [cooked(number, kind, content) for number, (kind, content) in enumerate(PACKETS)]
        + [cooked(0, 4, b"\x42\x42\3" + BODY), cooked(0, 4, SNAP + b"\x08\0" + UDP), cooked(1, 0x0806, ARP)],
    ),
    "serial PPP": (50, [b"\xff\3\0" + (b"\x21" if kind == 0x0800 else b"\x57") + content for kind, content in PACKETS]),
    "802.11": (105, [*air(WLAN), *air(QOS), WLAN + SNAP + b"\x08\x06" + ARP, WLAN + SNAP + b"\x86\xdd" + ipv6(50, BODY)]),
    "radiotap": (127, [b"\0\0\x08\0" + bytes(4) + frame for frame in air(WLAN)]),
    "Prism": (119, [bytes(144) + WLAN + SNAP + b"\x08\0" + UDP]),
    "AVS": (163, [struct.pack("!II", 0x80211001, 64) + bytes(56) + WLAN + SNAP + b"\x08\0" + UDP]),
    "ISL": (1, [ISL + ether(A, B, content, kind) for kind, content in [*PACKETS, (0x0806, ARP)]]),
    "MPLS, VLAN": (
        1,
        [label(content) for _, content in PACKETS]
        + [label(b"\0\7" + struct.pack("!H", kind) + content) for kind, content in PACKETS]
        + [ether(A, B, b"\0\5\x08\0" + UDP[:2] + bytes(2) + UDP[4:], 0x8100)]
        + [ether(A, B, b"\0\5\x88\x47\0\0\1\x40\0\7\x08\0" + UDP[:2] + bytes(2) + UDP[4:], 0x8100)]
        + [label(b"\0\7\x08\0" + UDP[:2] + b"\0\7" + UDP[4:]), label(UDP[:2] + b"\0\7" + UDP[4:])],
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_records_of_a_link(name: str, tmp_path: Path) -> None:
    needed(REFERENCE)
    linktype, frames = LINKS[name]
    capture, out = tmp_path / "a.pcap", tmp_path / "out"
    capture.write_bytes(
        pcap([Frame((BEGIN + number) * 1000, frame, len(frame)) for number, frame in enumerate(frames)], network=linktype)
    )
    argv = ["-X", "-AJZRm", "-U", "64", "-r", str(capture)]
    subprocess.run([str(REFERENCE), *argv, "-w", str(out)], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    expected = [shown(record) for record in parse(out.read_bytes())]
    assert expected
    assert [shown(record) for record in parse(play(from_argv(argv))[0])] == expected

"""TSH files: what is handed out for a record, damage, and the interpreted kernel."""

import gzip
import random
import struct
from array import array
from pathlib import Path

import pytest

from pyargus.capture.reader import open_capture
from pyargus.clients.sensor_settings import from_argv
from pyargus.errors import BadInput
from tests.capture.craft import Frame, collect
from tests.flow.craft import ACK, SYN, A, B, ipv4, parse, tcp, udp
from tests.flow.play import play
from tests.kernels import load_interpreted

SECOND = 3_000_000_000


def record(packet: bytes, micro: int = 5, interface: int = 7) -> bytes:
    """A record of an IPv4 packet: its header without options and 16 bytes behind it."""
    head = 4 * (packet[0] & 15)
    return struct.pack("!II", SECOND, interface << 24 | micro) + packet[:20] + packet[head : head + 16].ljust(16, b"\xee")


def read(path: Path, data: bytes) -> list[Frame]:
    path.write_bytes(data)
    with open_capture(str(path), headers=True) as capture:
        return collect(capture)


def with_options(packet: bytes, options: bytes) -> bytes:
    """The packet with options in its IPv4 header."""
    size = struct.pack("!H", len(packet) + len(options))
    return bytes([0x45 + len(options) // 4]) + packet[1:2] + size + packet[4:20] + options + packet[20:]


SEGMENT = tcp(1024, 80, 0x80000001, 0xFFFFFFF0, ACK, b"x" * 100, window=513)


@pytest.mark.parametrize(
    ("packet", "data"),
    [
        (ipv4(A, B, 6, SEGMENT), ipv4(A, B, 6, SEGMENT)[:36] + bytes(4)),
        (ipv4(A, B, 17, udp(53, 1024, b"12345678abc")), ipv4(A, B, 17, udp(53, 1024, b"12345678abc"))[:36]),
        (ipv4(A, B, 17, udp(53, 1024, b"1")), ipv4(A, B, 17, udp(53, 1024, b"1"))),
        (ipv4(A, B, 6, SEGMENT, offset=80), ipv4(A, B, 6, SEGMENT, offset=80)[:36]),
        (
            with_options(ipv4(A, B, 6, SEGMENT), b"\x94\x04\0\0"),
            with_options(ipv4(A, B, 6, SEGMENT), bytes(4))[:40] + bytes(4),
        ),
    ],
)
def test_frames(tmp_path: Path, packet: bytes, data: bytes) -> None:
    [frame] = read(tmp_path / "a.tsh", record(packet, 999_999))
    assert (frame.ts, frame.data, frame.wire) == (SECOND * 10**9 + 999_999_000, data, len(packet))


def test_many_records_plain_and_compressed(tmp_path: Path) -> None:
    data = b"".join(record(ipv4(A, B, 17, udp(i & 0xFFFF, 9)), i) for i in range(20_000))
    plain = read(tmp_path / "a.tsh", data)
    assert [frame.ts // 1000 % 10**6 for frame in plain] == list(range(20_000))
    assert read(tmp_path / "a.tsh.gz", gzip.compress(data)) == plain


def test_damage(tmp_path: Path) -> None:
    good = record(ipv4(A, B, 6, SEGMENT))
    for bad, words in ((b"\0" * 44, "at byte 88: TSH record with an IPv4 header"), (good[:43], "at byte 88: the file is cut .* 43 there")):
        path = tmp_path / "a.tsh"
        path.write_bytes(2 * good + bad)
        with open_capture(str(path), headers=True) as capture, pytest.raises(BadInput, match=words):
            list(capture)
        assert capture.packets == 2


def test_interpreted_scan_is_the_same() -> None:
    draw = random.Random(11)
    data = b"".join(record(ipv4(A, B, draw.choice((6, 17)), draw.randbytes(draw.randrange(90))), i) for i in range(50))
    results = []
    for kernel in (load_interpreted("pyargus.capture.tsh_cy"), __import__("pyargus.capture.tsh_cy", fromlist=["scan"])):
        arrays = array("q", bytes(320)), array("q", bytes(320)), array("I", bytes(160)), array("I", bytes(160))
        out = bytearray(40 * 80)
        views = [memoryview(part) for part in arrays]
        results.append((kernel.scan(memoryview(data), 44, len(data), memoryview(out), *views), out, arrays))
    assert results[0] == results[1]
    assert results[0][0] == (40, 41 * 44, False)


def test_flows(tmp_path: Path) -> None:
    """The whole way: a handshake is a connection, lengths are those of the datagrams, filters are those of raw IP."""
    talk = [tcp(1024, 80, 1, 0, SYN), tcp(80, 1024, 9, 2, SYN | ACK), tcp(1024, 80, 2, 10, ACK, b"x" * 1000)]
    packets = [ipv4(*((B, A) if side == 1 else (A, B)), 6, segment) for side, segment in enumerate(talk)]
    data = b"".join(record(packet, at) for at, packet in enumerate(packets)) + record(ipv4(A, B, 17, udp(1, 2)))
    (tmp_path / "a.tsh").write_bytes(data)
    records, fault = play(from_argv(["-X", "-A", "-t", "-r", str(tmp_path / "a.tsh"), "-", "tcp"]))
    [flow] = parse(records)
    assert not fault
    assert flow.counters == (2, 1080, 1, 40)
    assert (flow.tcp.state, flow.tcp.src.payload) == (4, 1000)

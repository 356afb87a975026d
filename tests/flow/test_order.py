"""When flows are reported, and in which order."""

import pytest

from tests.flow.craft import BEGIN, A, B, Packet, ether, ipv4, run, udp

SECOND = 1_000_000
ETHERNET, NULL, RAW, COOKED = 1, 0, 101, 113


def framed(linktype: int, datagram: bytes) -> bytes:
    """An IPv4 packet as a frame of this link type."""
    if linktype == ETHERNET:
        return ether(A, B, datagram)
    heads = {NULL: b"\2\0\0\0", COOKED: bytes.fromhex("00000001000602000000000100000800")}
    return heads.get(linktype, b"") + datagram


@pytest.mark.parametrize(
    ("linktype", "records"),
    [
        (ETHERNET, [(2, 1), (1, 4)]),
        (COOKED, [(2, 1), (1, 4)]),
        (NULL, [(1, 2), (2, 1), (1, 2)]),
        (RAW, [(1, 2), (2, 1), (1, 2)]),
    ],
)
def test_a_flow_from_before_a_step_back_in_time(linktype: int, records: list[tuple[int, int]]) -> None:
    """Flow 2 was entered 900 s later than flow 1 begins, and waits before it. (port, packets) of each record in order."""
    steps = ((2, 900 * SECOND), (1, 0), (1, 4 * SECOND), (1, 6 * SECOND), (1, 7 * SECOND))
    packets = [Packet(BEGIN + at, framed(linktype, ipv4(A, B, 17, udp(port, 99, b"x" * 9)))) for port, at in steps]
    found = [(int.from_bytes(record.dsr(2).body[10:12], "big"), record.counters[0]) for record in run(packets, linktype=linktype)]
    assert found == records

"""What is said of ESP by the sequence numbers of one direction."""

import struct

import pytest

from tests.flow.craft import BEGIN, A, B, Packet, ether, ipv4, run

GAP, TURN, TWICE, LATE = 0x10, 0x1000, 0x2000, 0x10000


@pytest.mark.parametrize(
    ("numbers", "status", "last", "lost"),
    [
        ((10, 11, 12), 0, 12, 0),
        ((10, 15), GAP, 15, 4),
        ((10, 15, 12), GAP | LATE, 15, 3),
        ((10, 9), LATE, 10, 0),
        ((10, 9, 13), LATE | GAP, 13, 1),
        ((10, 9, 8, 12), LATE | GAP, 12, 0),
        ((10, 10, 20), TWICE, 10, 0),
        ((10, 20, 15, 20, 30), GAP | LATE | TWICE, 20, 8),
        ((2**32 - 1, 0, 1), TURN, 1, 0),
        ((2**31, 2**31 + 2), GAP, 2**31 + 2, 1),
    ],
)
def test_sequence_numbers(numbers: tuple[int, ...], status: int, last: int, lost: int) -> None:
    frames = [ether(A, B, ipv4(A, B, 50, struct.pack("!II", 7, number) + b"e" * 40)) for number in numbers]
    [record] = run([Packet(BEGIN + at, frame) for at, frame in enumerate(frames)])
    assert struct.unpack("!4I", record.dsr(0x30).body) == (status, 7, last, lost)


def test_a_number_that_came_twice_is_over_with_its_interval() -> None:
    steps = ((0, 10), (1, 10), (2, 30), (6_000_000, 32))
    packets = [Packet(BEGIN + at, ether(A, B, ipv4(A, B, 50, struct.pack("!II", 7, number)))) for at, number in steps]
    found = [struct.unpack("!4I", record.dsr(0x30).body) for record in run(packets)]
    assert found == [(TWICE, 7, 10, 0), (GAP, 7, 32, 21)]

"""Queues: bounded, whole records, nothing miscounted."""

import random

from pyargus.network.pieces_cy import complete, cut, fault
from pyargus.network.pieces_cy import records as spans
from pyargus.network.sendqueue import Piece, SendQueue, pieces
from tests.kernels import load_interpreted
from tests.network.craft import flows, numbered, records


def drained(queue: SendQueue, count: int) -> bytes:
    """The next `count` bytes, as a connection would take them."""
    out = b"".join(bytes(buffer) for buffer in queue.buffers(8))[:count]
    queue.advance(len(out))
    return out


def test_pieces_share_the_bytes_and_lose_none() -> None:
    data = b"".join(numbered(500, 1000))
    made = pieces(data)
    assert b"".join(bytes(piece.data) for piece in made) == data
    assert sum(piece.records for piece in made) == 500
    assert all(len(piece.data) <= 1 << 16 for piece in made)
    assert all(isinstance(piece.data, memoryview) and piece.data.obj is data for piece in made)
    assert pieces(flows()[:0]) == []


def test_a_record_larger_than_a_piece_is_one() -> None:
    huge = b"\x13\x10\xff\xff" + bytes(4 * 65535 - 4)
    assert [len(piece.data) for piece in pieces(huge + flows())] == [len(huge), len(flows())]


def test_random_traffic_delivers_whole_records_in_order() -> None:
    for seed in range(30):
        chance = random.Random(seed)
        queue = SendQueue(200_000)
        made = numbered(3000, 512)
        out = b""
        at = 0
        while at < len(made):
            step = chance.randint(1, 200)
            for piece in pieces(b"".join(made[at : at + step])):
                queue.put(piece)
            at += step
            assert queue.size <= 200_000
            out += drained(queue, chance.choice([0, 0, 7, 511, 512, 4096, 70_000]))
        while queue:
            out += drained(queue, chance.randint(1, 100_000))
        got = records(out)
        numbers = [int.from_bytes(record[4:8], "big") for record in got]
        assert numbers == sorted(set(numbers))
        assert got == [made[n] for n in numbers]
        assert len(numbers) + queue.lost == 3000
        assert queue.lost_bytes == 512 * queue.lost
        assert (queue.size, queue.waiting) == (0, 0)
        assert numbers[-1] == 2999


def test_answers_are_never_dropped() -> None:
    queue = SendQueue(1 << 20)
    queue.put(Piece(b"OK", 0))
    for piece in pieces(b"".join(numbered(4000))):
        queue.put(piece)
    assert queue.lost > 2000
    assert drained(queue, 2) == b"OK"


def test_kernel_is_the_same_interpreted() -> None:
    other = load_interpreted("pyargus.network.pieces_cy")
    data = memoryview(flows() + b"".join(numbered(9)))
    for size in (1, 500, 10_000, 1 << 20):
        assert other.cut(data, size) == cut(data, size)
    for at in (0, 1, 127, 128, 129, len(data) - 1, len(data)):
        assert other.complete(data[:at]) == complete(data[:at])
        assert other.fault(data[at:]) == fault(data[at:])
        assert other.records(data, at) == spans(data, at)
    assert fault(memoryview(b"\x13\x10\0\0")) == 2
    assert fault(memoryview(b"\x93\x10\0\1")) == 3
    assert fault(memoryview(b"\x13\x10\0")) == 0

"""Times of records moved in place."""

import random
import struct
from pathlib import Path

import pytest

from pyargus.network.shift_cy import shift
from pyargus.record.decode_cy import decode
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from tests.kernels import load_interpreted
from tests.network.craft import INITIAL, flows, records
from tests.record.samples import FILES, identify, needs_samples

HOUR = 3600 * 1_000_000


def moved(data: bytes, micros: int) -> bytes:
    out = bytearray(data)
    shift(memoryview(out), micros)
    return bytes(out)


def times(raw: bytes) -> list[int]:
    """The four stamps of a record in microseconds, as a reader sees them, and the low bit of the qualifier."""
    rec = Record()
    rec.point_to(raw)
    decode(rec, 0, 0)
    repair(rec)
    pairs = ((rec.sstart_s, rec.sstart_f), (rec.send_s, rec.send_f), (rec.dstart_s, rec.dstart_f), (rec.dend_s, rec.dend_f))
    return [1_000_000 * seconds + fraction for seconds, fraction in pairs]


def record(subtype: int, qualifier: int, *words: int) -> bytes:
    """A record with a time DSR only."""
    body = struct.pack(f"!BBBB{len(words)}I", 0x03, subtype, qualifier, 1 + len(words), *words)
    return struct.pack("!BBH", 0x13, 0x10, 1 + len(body) // 4) + body


@pytest.mark.parametrize("micros", [1, -1, 999_999, -999_999, 1_500_000, HOUR, -HOUR, 400 * 24 * HOUR])
def test_every_stamp_moves_by_as_much(micros: int) -> None:
    for before, after in zip(records(flows()), records(moved(flows(), micros)), strict=True):
        assert [b + micros if b else 0 for b in times(before)] == times(after)
        assert moved(after, -micros)[:4] == before[:4]
    back = records(moved(moved(flows(), micros), -micros))
    assert [times(raw) for raw in back] == [times(raw) for raw in records(flows())]


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_files(path: Path) -> None:
    """Nothing but times changes, and the mark."""
    data = path.read_bytes()[128:]
    whole = data[: sum(len(raw) for raw in cut_off(data))]
    out = moved(whole, HOUR)
    for before, after in zip(cut_off(whole), cut_off(out), strict=True):
        if before[0] >> 4 == 8:
            assert after == before
            continue
        assert len(after) == len(before)
        assert sum(a != b for a, b in zip(before, after, strict=True)) <= 4 * 8 + 1


def cut_off(data: bytes) -> list[bytes]:
    """The whole records at the start."""
    out, at = [], 0
    while at + 4 <= len(data):
        size = 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        if size == 0 or at + size > len(data):
            break
        out.append(data[at : at + size])
        at += size
    return out


def test_forms() -> None:
    second = 1_600_000_000
    # No stamp, one, a range, four absolute ones, one and three offsets, nanoseconds.
    assert moved(record(0x01, 0x18), HOUR) == record(0x01, 0x18)
    assert moved(record(0x01, 0x18, second, 5), HOUR) == record(0x01, 0x11, second + 3600, 5)
    assert moved(record(0x02, 0x18, second, 5, second + 1, 6), HOUR) == record(0x02, 0x11, second + 3600, 5, second + 3601, 6)
    eight = (second, 5, second, 6, second, 7, second, 8)
    assert moved(record(0x7A, 0x18, *eight), -1) == record(0x7A, 0x11, second, 4, second, 5, second, 6, second, 7)
    assert moved(record(0x7D, 0x18, second, 5, 1, 2, 0xFFFFFFFF), -6) == record(0x7D, 0x11, second - 1, 999_999, 1, 2, 0xFFFFFFFF)
    assert moved(record(0x02, 0x19, second, 5, second, 999_999_999), 1) == record(0x02, 0x19, second, 1005, second + 1, 999)
    # A side without times keeps none.
    assert moved(record(0x7A, 0x18, second, 5, second, 6, 0, 0, 0, 0), HOUR)[-16:] == bytes(16)


def test_the_ends_of_time() -> None:
    assert moved(record(0x01, 0x18, 10, 5), -11_000_000) == record(0x01, 0x11, 0, 1)
    assert moved(record(0x01, 0x18, 0xFFFFFFFF, 5), 1_000_000) == record(0x01, 0x11, 0xFFFFFFFF, 5)
    assert moved(record(0x01, 0x18, 3_000_000_000, 5), 1_000_000) == record(0x01, 0x11, 3_000_000_001, 5)


def test_noise_and_both_builds() -> None:
    other = load_interpreted("pyargus.network.shift_cy")
    chance = random.Random(11)
    good = INITIAL + flows()[:3000]
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randint(0, 9)):
            data[chance.randrange(len(data))] = chance.choice([0, 1, 3, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        del data[chance.randint(0, len(data)) :]
        micros = chance.choice([1, -1, HOUR, -HOUR, 2**62, -(2**62)])
        one, two = bytearray(data), bytearray(data)
        assert shift(memoryview(one), micros) == other.shift(memoryview(two), micros)
        assert one == two

"""Sets of addresses, and sums in both builds."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.record.count_cy import Addresses, Counter
from pyargus.record.decode_cy import decode
from pyargus.record.frames_cy import frame
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from tests.kernels import load_interpreted
from tests.record.samples import FILES, identify, needs_samples


@given(st.lists(st.tuples(st.integers(0, (1 << 128) - 1) | st.integers(0, 40), st.sampled_from([1, 2, 3]))))
@settings(deadline=None)
def test_addresses_are_a_set(items: list[tuple[int, int]]) -> None:
    table, want = Addresses(), {}  # type: ignore[var-annotated]
    for address, mark in items:
        table.add(address >> 64, address & (1 << 64) - 1, mark)
        want[address] = want.get(address, 0) | mark
    assert dict(table.items()) == want
    assert table.count == len(want)


def test_many_addresses() -> None:
    table = Addresses()
    for number in range(5000):
        table.add(0, number * 0x10001, 1)
    assert table.count == 5000
    assert {address for address, _ in table.items()} == {number * 0x10001 for number in range(5000)}


def sums(data: bytes, make: Any, kind: Any, read: Any, mend: Any, size_of: Any) -> tuple[list[list[int]], dict[int, int], int]:
    """Rows of sums, IPv4 addresses and how many records were counted at a glance."""
    counter, rec, view, at, glanced = make(), kind(), memoryview(data), 0, 0
    counter.by_protocol = counter.by_address = True
    rec.point_to(view)
    while at < len(data):
        size = size_of(view, at)
        if counter.glance(rec, at, size):
            glanced += 1
        else:
            read(rec, at, at)
            mend(rec)
            counter.add(rec)
        at += size
    return [list(counter.row(number)) for number in range(300)], dict(counter.ipv4.items()), glanced


@needs_samples
@pytest.mark.parametrize("path", FILES[:5], ids=identify)
def test_builds_agree(path: Any) -> None:
    plain = load_interpreted("pyargus.record.sort_cy")
    interpreted = load_interpreted("pyargus.record.count_cy")
    data = path.read_bytes()
    view, end = memoryview(data), 0
    while end < min(len(data), 30_000):
        end += frame(view, end)
    mine = sums(data[:end], Counter, Record, decode, repair, frame)
    assert mine == sums(data[:end], interpreted.Counter, plain.Record, plain.decode, plain.repair, plain.frame)


@needs_samples
def test_most_records_of_tcp_are_counted_at_a_glance() -> None:
    data = next(path for path in FILES if path.stem == "tcp").read_bytes()
    counted, _, glanced = sums(data, Counter, Record, decode, repair, frame)
    assert counted[0][0] / 2 < glanced <= counted[0][0]

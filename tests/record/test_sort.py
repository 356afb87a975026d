"""Sorting: a permutation, stable, in the order of the keys, whether in memory or in files, in both builds."""

import functools
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.errors import BadUse
from pyargus.record.decode_cy import decode
from pyargus.record.delivery_cy import Delivery
from pyargus.record.frames_cy import frame
from pyargus.record.output_cy import Output
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from pyargus.record.rewrite_cy import Rewriter
from pyargus.record.schema import FIELDS
from pyargus.record.sort_cy import Sorter
from pyargus.record.sortkeys import parse_key, parse_keys, sort_names, sortable
from pyargus.record.sortkeys_cy import SortKeys
from tests.kernels import load_interpreted
from tests.record.samples import FILES, needs_samples


def flow(number: int, packets: int | None, port: int) -> bytes:
    """A record of UDP over IPv4; without a metric DSR where `packets` is None."""
    body = struct.pack(">BBBBII", 0x01, 3, 1, 3, 0xC0000201, number)
    body += struct.pack(">BBBBIIBBHHH", 0x02, 1, 1, 5, 0x0A000001, 0x0A000002, 17, 0, 1000, port, 0)
    body += struct.pack(">BBBBII", 0x03, 0x09, 0x18, 3, 1_500_000_000, 0)
    if packets is not None:
        body += struct.pack(">BBBBIIII", 0x10, 1, 3, 5, packets, packets, 0, 0)
    return struct.pack(">BBH", 0x13, 0x20, 1 + len(body) // 4) + body


def numbers(data: bytes) -> list[int]:
    """The sequence numbers of records."""
    out, at, rec = [], 0, Record()
    rec.point_to(memoryview(data))
    while at < len(data):
        decode(rec, at, at)
        out.append(rec.seq)
        at += frame(data, at)
    return out


def sort(records: list[bytes], words: list[str], backwards: bool = False, limit: int = 1 << 28) -> list[int]:
    """Sequence numbers of the records in sorted order."""
    stage = Sorter(parse_keys(words), backwards, limit)
    delivery = Delivery(Output())
    writer = Rewriter()
    delivery.writers = [writer]
    stage.out = delivery
    data = b"".join(records)
    rec, at = Record(), 0
    rec.point_to(memoryview(data))
    while at < len(data):
        decode(rec, at, at)
        repair(rec)
        stage.add(rec)
        at += frame(data, at)
    out = b""
    while stage.finish():
        out += writer.take()
    return numbers(out + writer.take())


def merge_sort(items: list[Any], compare: Any) -> list[Any]:
    """The stable sort of the reference: top down, the left half the smaller one, the left item of two equal ones."""
    if len(items) < 2:
        return items
    left, right = merge_sort(items[: len(items) // 2], compare), merge_sort(items[len(items) // 2 :], compare)
    out = []
    while left and right:
        out.append((left if compare(left[0], right[0]) <= 0 else right).pop(0))
    return out + left + right


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5) | st.integers(0, 1 << 31), st.integers(0, 3))), st.booleans(), st.sampled_from([1 << 28, 400]))
def test_order_of_two_keys(values: list[tuple[int, int]], backwards: bool, limit: int) -> None:
    records = [flow(number + 1, packets, port) for number, (packets, port) in enumerate(values)]
    # Packets from large to small, ports from small to large, equal ones as they came.
    want = sorted(range(len(values)), key=lambda n: (values[n][0], -values[n][1]) if backwards else (-values[n][0], values[n][1]))
    assert sort(records, ["pkts", "dport"], backwards, limit) == [n + 1 for n in want]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | st.integers(0, 4), max_size=40))
def test_missing_keys_are_ties(values: list[int | None]) -> None:
    def compare(a: int, b: int) -> int:
        x, y = values[a], values[b]
        return 0 if x is None or y is None else (y > x) - (y < x)

    records = [flow(number + 1, packets, 53) for number, packets in enumerate(values)]
    assert sort(records, ["pkts"]) == [n + 1 for n in merge_sort(list(range(len(values))), compare)]


def test_explicit_direction() -> None:
    records = [flow(number, packets, 53) for number, packets in enumerate((5, 1, 9), 1)]
    assert sort(records, ["pkts"]) == [3, 1, 2]
    assert sort(records, ["pkts:asc"]) == [2, 1, 3]
    assert sort(records, ["pkts:desc"]) == [3, 1, 2]
    assert sort(records, ["pkts:asc"], backwards=True) == [3, 1, 2]


def test_every_number_of_the_field_table_is_a_key() -> None:
    assert {field.name for field in FIELDS if field.kind in ("uint", "real", "time")} <= set(sort_names())
    for field in FIELDS:
        if sortable(field):
            assert parse_key(field.name)[0] > 0


@pytest.mark.parametrize(
    ("word", "message"),
    [("abc", "no such sort key"), ("idle", "has no order"), ("byts", "nearest: bytes"), ("bytes/8", "prefix length"),
     ("saddr/129", "prefix length"), ("bytes:up", "no such sort key"), ("state", "has no order")],
)  # fmt: skip
def test_refused_keys(word: str, message: str) -> None:
    with pytest.raises(BadUse, match=message):
        parse_keys([word])


def test_too_many_keys() -> None:
    with pytest.raises(BadUse, match="columns"):
        parse_keys(["saddr"] * 22)


@functools.cache
def rows(interpreted: bool, path: Path) -> list[tuple[int, list[int]]]:
    """Valid columns and key words of every record of a file, by every key in turn."""
    make, kind, read, mend = SortKeys, Record, decode, repair
    if interpreted:
        plain = load_interpreted("pyargus.record.sort_cy")
        make, kind, read, mend = load_interpreted("pyargus.record.sortkeys_cy").SortKeys, plain.Record, plain.decode, plain.repair
    keys = [make([parse_key(name)]) for name in sort_names()] + [make([parse_key("saddr/12"), parse_key("daddr/70")])]
    data = path.read_bytes()[:8_000]
    rec, at, out = kind(), 0, []
    rec.point_to(memoryview(data))
    while at < len(data):
        size = frame(memoryview(data), at)
        if size <= 0:
            break
        read(rec, at, at)
        mend(rec)
        for key in keys:
            key.extract(rec)
            out.append((int(key.valid), [int(word) for word in list(key.row)[: key.columns]]))
        at += size
    return out


@needs_samples
@pytest.mark.parametrize("path", FILES[:4], ids=lambda path: path.name)
def test_builds_agree(path: Path) -> None:
    assert rows(True, path) == rows(False, path)


def test_interpreted_sorter() -> None:
    plain = load_interpreted("pyargus.record.sort_cy")
    records = [flow(number, number * 7 % 5, number % 3) for number in range(1, 30)]
    rec, data, at = plain.Record(), b"".join(records), 0
    keys = load_interpreted("pyargus.record.sortkeys_cy").SortKeys
    stage = plain.Sorter(keys([parse_key("pkts"), parse_key("dport")]), False, 900)
    writer = plain.Rewriter()
    stage.out = type("Out", (), {"writers": [writer], "filtered": False, "done": False, "full": lambda self: False})()
    rec.point_to(memoryview(data))
    while at < len(data):
        plain.decode(rec, at, at)
        plain.repair(rec)
        stage.add(rec)
        at += frame(data, at)
    assert stage.runs
    assert not stage.finish()
    assert numbers(bytes(writer.take())) == sort(records, ["pkts", "dport"])

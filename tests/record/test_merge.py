"""Merged records: every field follows the rule of the field table, and totals do not depend on order or on parts."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.clients.output import make_printer
from pyargus.clients.settings import from_argv
from pyargus.record import client_cy, rewrite_cy
from pyargus.record.keys import parse_key
from pyargus.record.merge_cy import join_labels, merge
from pyargus.record.schema import FIELDS, MERGE
from pyargus.record.stats_cy import classes
from tests.record.feed import Kernels, cluster, compiled, decoded, interpreted, records, taken, values
from tests.record.samples import FOLDERS, needs_samples

pytestmark = needs_samples
NAMES = ("mix", "skype", "ssh", "l2", "v6", "voip", "icmp", "path")
KEY = ("proto", "saddr_hi", "saddr_lo", "daddr_hi", "daddr_lo", "sport", "dport", "srcid", "family", "etype")
RULES = ("sum", "min", "max", "same", "first", "last")
COMPARED = [field for field in FIELDS if field.id and field.merge in RULES and field.name != "rank"]


def pairs() -> list[tuple[bytes, bytes]]:
    """Two records of one flow, from every sample."""
    out = []
    kernels = compiled()
    for name in NAMES:
        seen: dict[tuple[Any, ...], bytes] = {}
        for data in records(FOLDERS[1] / f"{name}.argus"):
            record = decoded(kernels, data)
            key = tuple(getattr(record, part) for part in KEY)
            if key in seen and record.net == decoded(kernels, seen[key]).net:
                out.append((seen[key], data))
            seen[key] = data
    return out


def texts(record: Any) -> dict[str, str]:
    """Every compared field as text, times as seconds since 1970."""
    names = sorted((field.name for field in COMPARED), key="resp".__eq__)  # the last one: it has no column where it is absent
    words = ["-X", "-nn", "-u", "-p", "6", "-c", "\\t", "-L", "-1", "-s", *names]
    printer = make_printer(from_argv(words))
    printer.line(record)
    values = printer.out.take().decode("latin-1").rstrip("\n").split("\t")
    values += [""] * (len(names) - len(values))  # absent values at the end of a line have no delimiters
    return dict(zip(names, [value.strip() for value in values], strict=True))


def number(text: str) -> float:
    return float(int(text, 16) if text.startswith("0x") else text or 0)


def obeys(rule: str, one: str, two: str, merged: str) -> bool:
    """Whether the text of a merged value follows from those of the two records."""
    if rule == "sum":
        return number(merged) == number(one) + number(two)
    if rule in ("min", "max"):
        known = [number(text) for text in (one, two) if text and number(text)]
        return number(merged) == ({"min": min, "max": max}[rule](known) if known else 0)
    if rule == "same":
        return merged in ((one,) if one == two else ("", "0", "0x0000", "0x00", "::", one if not two else "", two if not one else ""))
    if rule == "first":
        return merged == (one or merged)
    return merged == two or not two


def test_rules_are_words_of_the_table() -> None:
    assert {field.merge for field in FIELDS} <= set(MERGE)


def test_every_field_follows_its_rule() -> None:
    kernels = compiled()
    wrong: dict[str, tuple[str, ...]] = {}
    chosen = pairs()
    assert len(chosen) > 300
    for first, second in chosen:
        one, two, whole = (decoded(kernels, data) for data in (first, second, first))
        if (whole.spkts == 0) != (two.spkts == 0) or (whole.dpkts == 0) != (two.dpkts == 0):
            # A side without packets hides its values.
            continue
        before = texts(one), texts(two)
        merge(whole, two)
        after = texts(whole)
        for field in COMPARED:
            if field.name in ("min", "max") or (whole.net == 0x03 and field.merge in ("first", "last")):
                continue
            if field.name in ("swin", "dwin"):
                # The last window, by the scale of the first record.
                scale = whole.swscale if field.name == "swin" else whole.dwscale
                window = two.swin if field.name == "swin" else two.dwin
                assert whole.net != 0x05 or number(after[field.name]) == window << scale
                continue
            if not obeys(field.merge, before[0][field.name], before[1][field.name], after[field.name]):
                wrong[field.name] = (field.merge, before[0][field.name], before[1][field.name], after[field.name])
    assert wrong == {}


TOTALS = ("saddr_lo", "daddr_lo", "proto", "spkts", "dpkts", "sbytes", "dbytes", "sapp", "dapp", "sstart_s", "sstart_f", "send_s",
          "send_f", "dstart_s", "dstart_f", "dend_s", "dend_f", "senc", "denc")  # fmt: skip


def totals(found: list[Any]) -> list[tuple[int, ...]]:
    """What merging must not depend on: identities, counters and times of all groups; the number of records last."""
    return sorted((*(int(getattr(r, name)) for name in TOTALS), r.agr_count if r.present & 16 else 1) for r in found)


def written(kernels: Kernels, table: Any) -> list[bytes]:
    """The records of all groups as they would stand in a file."""
    out = []
    writer = rewrite_cy.Rewriter()
    for record in taken(kernels, table):
        client_cy.client_form(record, False)
        writer.write(record)
        out.append(writer.take())
    return out


@pytest.mark.parametrize("name", ["ssh", "skype", "mix"])
@given(seed=st.integers(0, 1 << 30), share=st.floats(0, 1))
@settings(max_examples=12, deadline=None)
def test_order_and_parts_give_the_same_totals(name: str, seed: int, share: float) -> None:
    kernels = compiled()
    stream = list(records(FOLDERS[1] / f"{name}.argus"))
    key = ["proto", "saddr", "daddr"]
    whole = totals(taken(kernels, cluster(kernels, stream, key)))
    draw = random.Random(seed)
    draw.shuffle(stream)
    assert totals(taken(kernels, cluster(kernels, stream, key))) == whole
    cut = round(len(stream) * share)
    parts = [written(kernels, cluster(kernels, part, key)) for part in (stream[:cut], stream[cut:])]
    # Records of clients have their direction settled: they are not repaired again.
    again = totals(taken(kernels, cluster(kernels, [data for part in parts for data in part], key)))
    assert [row[3:9] for row in again] == [row[3:9] for row in whole]
    assert sum(row[-1] for row in again) == sum(row[-1] for row in whole) == len(stream)


def test_interpreted_kernels_merge_damaged_records_alike() -> None:
    one, two = compiled(), interpreted()
    stream = [data for name in ("l2b", "v6", "icmp") for data in records(FOLDERS[1] / f"{name}.argus")]
    draw = random.Random(5)
    damaged = []
    for data in stream:
        copy = bytearray(data)
        for _ in range(3):
            copy[draw.randrange(4, len(copy))] = draw.choice((0, 0xFF, 0x80, 1))
        damaged.append(bytes(copy))
    for words in ([], ["none"], ["saddr"], ["proto", "smac"]):
        found = [[values(r) for r in taken(k, cluster(k, damaged, words, preserve=not words))] for k in (one, two)]
        assert found[0] == found[1], words


@pytest.mark.parametrize(
    ("one", "two", "merged"),
    [
        (b"", b"a=1", b"a=1"),
        (b"a=1:b=2", b"a=3", b"a=1,3:b=2"),
        (b"a=1,2", b"a=2,1:c", b"a=1,2:c"),
        (b"a=" + b",".join(b"%d" % n for n in range(32)), b"a=99", b"a=" + b",".join(b"%d" % n for n in range(32))),
    ],
)
def test_labels_are_united(one: bytes, two: bytes, merged: bytes) -> None:
    assert join_labels(one, two) == merged


@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))
@settings(deadline=None)
def test_histograms_keep_what_is_there(a: int, b: int) -> None:
    both = classes(a, b)
    assert classes(b, a) == both
    for shift in range(0, 32, 4):
        assert bool(both >> shift & 15) == bool((a | b) >> shift & 15)


def test_prefixes_of_ipv6_are_in_bits() -> None:
    kernels = compiled()
    stream = list(records(FOLDERS[1] / "v6.argus"))
    one, two = (next(r for data in stream if (r := decoded(kernels, data)).family == 2) for _ in range(2))
    one.saddr_hi, two.saddr_hi = 0x20010DB8_00010000, 0x20010DB8_0001FFFF
    one.saddr_lo = two.saddr_lo = 0
    merge(one, two)
    assert (one.saddr_hi, one.saddr_lo, one.smask) == (0x20010DB8_00010000, 0, 48)


def test_the_end_of_a_direction_does_not_move_back() -> None:
    kernels = compiled()
    data = next(iter(records(FOLDERS[1] / "ssh.argus")))
    one, two = decoded(kernels, data), decoded(kernels, data)
    one.sstart_s, one.sstart_f, one.send_s, one.send_f = 100, 0, 200, 900000
    two.sstart_s, two.sstart_f, two.send_s, two.send_f = 200, 100000, 200, 200000
    merge(one, two)
    assert (one.sstart_s, one.send_s, one.send_f) == (100, 200, 900000)


def one_sided(gaps: list[int]) -> list[Any]:
    """Records of the source alone, of 10 µs each, with these gaps between them."""
    kernels = compiled()
    data = next(iter(records(FOLDERS[1] / "ssh.argus")))
    out = []
    at = 1_600_000_000_000_000
    for gap in [0, *gaps]:
        rec = decoded(kernels, data)
        at += gap
        rec.spkts, rec.dpkts = 1, 0
        rec.sstart_s, rec.sstart_f = divmod(at, 1_000_000)
        at += 10
        rec.send_s, rec.send_f = divmod(at, 1_000_000)
        rec.dstart_s = rec.dstart_f = rec.dend_s = rec.dend_f = 0
        out.append(rec)
    return out


def idle(rec: Any) -> tuple[int, list[int]]:
    """How many idle times, and how many of them are below 10 µs, below 100 µs and so on."""
    return int(rec.agr[11]), list(rec.agr[16].to_bytes(4, "little") + rec.agr[17].to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("gaps", "count", "classes_of_them"),
    [
        ([0, 0], 0, [0, 0, 0, 0, 0, 0, 0, 0]),
        ([1, 9, 10, 99], 4, [2, 2, 0, 0, 0, 0, 0, 0]),
        ([100, 99_999_999, 10_000_000, 9_999_999], 4, [0, 0, 1, 0, 0, 0, 1, 2]),
        ([100_000_000, 5], 2, [1, 0, 0, 0, 0, 0, 0, 0]),
        ([50] * 300, 300, [0, 255, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_idle_times_are_counted_by_powers_of_ten(gaps: list[int], count: int, classes_of_them: list[int]) -> None:
    assert idle(merged(*one_sided(gaps))) == (count, classes_of_them)


def test_idle_times_of_merged_records_add_up() -> None:
    one, two = merged(*one_sided([5, 50, 500])), merged(*one_sided([7, 7_000]))
    two.sstart_s, two.sstart_f = one.send_s, one.send_f
    assert idle(merged(one, two)) == (5, [2, 1, 1, 1, 0, 0, 0, 0])
    many = [merged(*one_sided([3] * 200)) for _ in range(2)]
    assert idle(merged(*many))[1][0] == 255


SEGMENT, FULL = 0x03, 0x05


def of_kinds(*kinds: int) -> list[Any]:
    """A TCP record for each kind of TCP object, as far as there are some all different."""
    kernels = compiled()
    left = {kind: [r for data in records(FOLDERS[1] / "mix.argus") if (r := decoded(kernels, data)).net == kind] for kind in set(kinds)}
    return [left[kind].pop(0) for kind in kinds]


def merged(*parts: Any) -> Any:
    """The first record with the others merged into it, as a table of groups does it."""
    for part in parts[1:]:
        merge(parts[0], part)
        parts[0].merged += 1
    return parts[0]


def test_full_tcp_objects_are_joined() -> None:
    one, two = of_kinds(FULL, FULL)
    one.sretrans, two.sretrans, one.tcp_status, two.tcp_status, one.sflags, two.sflags = 3, 4, 1, 2, 2, 0x10
    whole = merged(one, two)
    assert (whole.net, whole.sretrans, whole.tcp_status, whole.sflags, whole.tcp_options) == (FULL, 7, 3, 0x12, two.tcp_options)


def test_after_a_single_segment_the_last_full_object_stands() -> None:
    one, two, three, four = of_kinds(SEGMENT, FULL, SEGMENT, FULL)
    two.sretrans, two.tcp_status, four.sretrans, four.tcp_status = 3, 1, 4, 6
    merged(one, two, three)
    assert (one.net, one.sretrans, one.sbase) == (FULL, 3, two.sbase)
    assert one.tcp_status == two.tcp_status | three.tcp_status
    merged(one, four)
    assert (one.net, one.sretrans, one.sbase, one.tcp_status) == (FULL, 4, four.sbase, 6)


def test_a_single_segment_behind_a_full_object_leaves_its_counters() -> None:
    one, two = of_kinds(FULL, SEGMENT)
    one.sretrans, one.tcp_status, base = 3, 4, one.sbase
    merged(one, two)
    assert (one.net, one.sretrans, one.sbase, one.tcp_status) == (FULL, 3, base, 4)
    assert (one.tcp_options, one.tcp_state, one.tcp_synack) == (two.tcp_options, 0, 0)


def test_parts_of_one_record_only() -> None:
    """Addresses of stations go; attributes and sizes are those of the first record."""
    kernels = compiled()
    stream = [decoded(kernels, data) for data in list(records(FOLDERS[1] / "mix.argus"))[:2]]
    one, two = stream
    one.present &= ~0x600
    two.present &= ~0x2000
    merge(one, two)
    assert one.present & 0x2600 == 0


def test_memory_is_bounded_by_groups() -> None:
    """A thousand times the same records take no more room than once."""
    import tracemalloc

    kernels = compiled()
    stream = list(records(FOLDERS[1] / "ssh.argus"))
    table = kernels.group.Aggregator(parse_key([]))
    made = [decoded(kernels, data) for data in stream]
    for record in made:
        table.add(record)
    count = table.count
    tracemalloc.start()
    for _ in range(300):
        for data in stream:
            table.add(decoded(kernels, data))
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert table.count == count
    assert grown < 1 << 20

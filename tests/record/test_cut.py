"""Records cut by time bins: nothing is lost or made up, every piece lies in its bin, both builds agree."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.errors import BadUse
from pyargus.record.bins import parse_bins
from pyargus.record.cut_cy import Bins, Cutter
from pyargus.record.record_cy import Record
from tests.kernels import load_interpreted

COUNTERS = ("spkts", "sbytes", "sapp", "dpkts", "dbytes", "dapp", "sretrans", "dretrans")
START = 1_500_000_000_000_000


def record(kind: Any = Record, **values: int) -> Any:
    """A repaired TCP record; times in µs after START: ss, se, ds, de."""
    rec = kind()
    rec.present = 0b111110
    rec.kind = 0x13
    rec.family = 1
    rec.proto = 6
    rec.net = 0x05
    for name, value in values.items():
        if name in ("ss", "se", "ds", "de"):
            moment = START + value
            part = {"ss": "sstart", "se": "send", "ds": "dstart", "de": "dend"}[name]
            setattr(rec, part + "_s", moment // 1_000_000)
            setattr(rec, part + "_f", moment % 1_000_000)
        else:
            setattr(rec, name, value)
    return rec


def stamps(rec: Any) -> tuple[int, ...]:
    """The four times in µs."""
    return tuple(getattr(rec, f"{part}_s") * 1_000_000 + getattr(rec, f"{part}_f") for part in ("sstart", "send", "dstart", "dend"))


def pieces(cutter: Any, rec: Any) -> Iterator[tuple[int, ...]]:
    """Of each piece its bin, its times and its counters."""
    cutter.begin(rec)
    while cutter.next():
        yield cutter.start, cutter.end, *stamps(rec), *(getattr(rec, name) for name in COUNTERS), rec.agr_count


@st.composite
def flows(draw: Any) -> dict[str, int]:
    """Values for `record`."""
    values = {"agr_count": draw(st.integers(1, 50))}
    for s, e, side in (("ss", "se", "s"), ("ds", "de", "d")):
        packets = draw(st.integers(0, 5) | st.integers(0, 1 << 40))
        if not packets:
            continue
        begin = draw(st.integers(0, 20_000_000))
        values[s] = begin
        values[e] = begin if packets == 1 else begin + draw(st.integers(0, 40_000_000))
        values[side + "pkts"] = packets
        values[side + "bytes"] = draw(st.integers(0, 2000) | st.integers(0, 1 << 50))
        values[side + "app"] = draw(st.integers(0, values[side + "bytes"]))
        values[side + "retrans"] = draw(st.integers(0, 100))
    return values


@settings(max_examples=300, deadline=None)
@given(flows(), st.sampled_from([250_000, 1_000_000, 3_000_000, 7_500_000]))
def test_pieces_add_up(values: dict[str, int], size: int) -> None:
    whole = record(**values)
    want = [getattr(whole, name) for name in COUNTERS]
    packets = whole.spkts + whole.dpkts
    found = list(pieces(Cutter(Bins(size)), whole))
    assert [sum(piece[6 + i] for piece in found) for i in range(len(COUNTERS))] == want
    assert all(piece[-1] >= 1 for piece in found)
    for start, end, ss, se, ds, de, *counters in found:
        assert start % size == 0 and end == start + size
        assert counters[0] + counters[3] > 0 or packets == 0
        for first, last, count in ((ss, se, counters[0]), (ds, de, counters[3])):
            if count:
                assert first <= last <= end or packets < 2
    # A side does not go back in time.
    for first in (2, 4):
        starts = [piece[first] for piece in found if piece[6 if first == 2 else 9]]
        assert starts == sorted(starts)


@settings(max_examples=60, deadline=None)
@given(flows(), st.sampled_from([250_000, 1_000_000, 7_500_000]), st.booleans())
def test_builds_agree(values: dict[str, int], size: int, hard: bool) -> None:
    plain = load_interpreted("pyargus.record.cut_cy")
    interpreted = load_interpreted("pyargus.record.record_cy").Record
    mine = list(pieces(Cutter(Bins(size), hard), record(**values)))
    assert mine == list(pieces(plain.Cutter(plain.Bins(size), hard), record(interpreted, **values)))


def test_share_and_carry() -> None:
    rec = record(ss=0, se=3_452_809, spkts=168, sbytes=39403, sapp=28303)
    cut = [(piece[6], piece[7], piece[8]) for piece in pieces(Cutter(Bins(1_000_000)), rec)]
    # 48.66 packets a second: what a bin got too little the next gets more.
    assert cut == [(48, 11258, 8086), (49, 11492, 8255), (48, 11258, 8086), (23, 5395, 3876)]


def test_a_record_of_decades_is_not_cut() -> None:
    values = {"ss": 0, "se": 30 * 365 * 86400 * 10**6, "spkts": 1 << 40, "sbytes": 1 << 45, "ds": 5, "de": 6, "dpkts": 3, "dbytes": 200}
    cutter = Cutter(Bins(10**6))
    found = list(pieces(cutter, record(**values)))
    assert len(found) == cutter.uncut == 1
    assert found[0][0] == START and found[0][6:8] == (1 << 40, 1 << 45)
    # Long bins, or few packets, make few pieces.
    assert len(list(pieces(Cutter(Bins(30 * 86400 * 10**6)), record(**values)))) == 366
    few = Cutter(Bins(10**6))
    assert sum(piece[6] for piece in pieces(few, record(**{**values, "spkts": 50}))) == 50
    assert few.uncut == 0
    # One that ends before it begins has no length.
    assert len(list(pieces(Cutter(Bins(10**6)), record(**{**values, "ss": 10**12, "se": 0, "ds": 10**12, "de": 0})))) == 1


def test_two_packets() -> None:
    one_way = list(pieces(Cutter(Bins(1_000_000)), record(ss=500_000, se=5_100_000, spkts=2, sbytes=101, sapp=7)))
    assert [(p[2] - START, p[3] - START, *p[6:9]) for p in one_way] == [(500_000, 500_000, 1, 51, 4), (5_100_000, 5_100_000, 1, 50, 3)]
    both = list(
        pieces(Cutter(Bins(1_000_000)), record(ss=500_000, se=500_000, ds=1_200_000, de=1_200_000, spkts=1, dpkts=1, sbytes=60, dbytes=70))
    )
    assert [(p[0] - START, p[6], p[7], p[9], p[10]) for p in both] == [(0, 1, 60, 0, 0), (1_000_000, 0, 0, 1, 70)]


def test_last_packet_is_at_the_end() -> None:
    found = list(pieces(Cutter(Bins(1_000_000)), record(ss=0, se=4_666_473, spkts=3, sbytes=300)))
    assert [piece[2] - START for piece in found] == [0, 1_000_000, 4_666_473]


def test_only_pieces_that_lost_something_say_so() -> None:
    rec = record(ss=0, se=9_000_000, spkts=10, sbytes=1000, sretrans=1, ds=0, de=9_000_000, dpkts=10, dbytes=1000, tcp_status=0x307)
    rec.sstatus, rec.dstatus = 0x304, 0x302
    cutter = Cutter(Bins(3_000_000))
    cutter.begin(rec)
    said = []
    while cutter.next():
        # That of the other side stays: it is not of packets that this record counts.
        assert rec.tcp_status == (0x307 if rec.sretrans else 0x207)
        assert (rec.sstatus, rec.dstatus) == (0x304 if rec.sretrans else 0x4, 0x302)
        said.append(rec.sretrans)
    assert len(said) > 2 and sum(said) == 1
    whole = record(ss=0, se=9_000_000, spkts=10, sbytes=1000, tcp_status=0x307)
    cutter = Cutter(Bins(10_000_000))
    cutter.begin(whole)
    assert cutter.next() and whole.tcp_status == 0x307


def test_hard_and_nomodify() -> None:
    found = list(pieces(Cutter(Bins(1_000_000), hard=True), record(ss=200_000, se=1_800_000, spkts=10, sbytes=1000)))
    assert [(piece[2] - START, piece[3] - START) for piece in found] == [(0, 1_000_000), (1_000_000, 2_000_000)]
    rec = record(ss=200_000, se=9_800_000, spkts=10, sbytes=1000)
    found = list(pieces(Cutter(Bins(1_000_000), nomodify=True), rec))
    assert len(found) == 1 and found[0][:4] == (START, START + 1_000_000, START + 200_000, START + 9_800_000)


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time as in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def local(moment: int) -> str:
    """A time in µs as local text."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment // 1_000_000))


@pytest.mark.parametrize(
    ("size", "moment", "start", "end"),
    [
        # The clocks went forward on 2026-03-29 and back on 2025-10-26.
        ("1d", 1_774_780_000, "2026-03-29 00:00:00", "2026-03-30 00:00:00"),
        ("1d", 1_761_440_000, "2025-10-26 00:00:00", "2025-10-27 00:00:00"),
        ("1w", 1_774_780_000, "2026-03-29 00:00:00", "2026-04-05 00:00:00"),
        ("1w", 1_774_700_000, "2026-03-22 00:00:00", "2026-03-29 00:00:00"),
        ("1M", 1_774_780_000, "2026-03-01 00:00:00", "2026-04-01 00:00:00"),
        ("3M", 1_774_780_000, "2026-01-01 00:00:00", "2026-04-01 00:00:00"),
        ("1y", 1_774_780_000, "2026-01-01 00:00:00", "2027-01-01 00:00:00"),
        ("5m", 1_774_780_123, "2026-03-29 12:25:00", "2026-03-29 12:30:00"),
        ("12h", 1_768_000_000, "2026-01-10 00:00:00", "2026-01-10 12:00:00"),
        ("12h", 1_774_753_200, "2026-03-29 00:00:00", "2026-03-29 12:00:00"),
        ("24h", 1_761_440_000, "2025-10-26 00:00:00", "2025-10-27 00:00:00"),
        # An hour that comes twice is two bins.
        ("1h", 1_761_438_600, "2025-10-26 02:00:00", "2025-10-26 02:00:00"),
        ("1h", 1_761_442_200, "2025-10-26 02:00:00", "2025-10-26 03:00:00"),
    ],
)
def test_calendar(berlin: None, size: str, moment: int, start: str, end: str) -> None:
    bins = parse_bins(size)
    bins.find(moment * 1_000_000)
    assert (local(bins.start), local(bins.end)) == (start, end)
    assert bins.start <= moment * 1_000_000 < bins.end


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])
@pytest.mark.parametrize("size", ["25m", "1h", "2h", "150m", "24h", "36h"])
def test_bins_by_the_local_clock(monkeypatch: pytest.MonkeyPatch, zone: str, size: str) -> None:
    """Over a year of both changes: every bin begins where the last one ended, at a multiple of its size or where the clock was changed."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        bins = parse_bins(size)
        moment, odd = 1_767_225_600_000_000, 0
        bins.find(moment)
        while bins.start < moment + 365 * 86400 * 10**6:
            end = bins.end
            bins.find(end)
            assert bins.start == end
            before, after = (time.localtime(second).tm_gmtoff for second in (end // 10**6 - 1, end // 10**6))
            if (end + after * 10**6) % bins.size:
                assert before != after
                odd += 1
        assert odd <= 2
    finally:
        monkeypatch.undo()
        time.tzset()


def test_bins_in_utc(berlin: None) -> None:
    bins = parse_bins("24h", utc=True)
    bins.find(1_774_780_000_000_000)
    assert (bins.start, bins.end) == (1_774_742_400_000_000, 1_774_828_800_000_000)


def test_weeks_counted_from_1970_begin_on_thursdays(berlin: None) -> None:
    bins = parse_bins("2w", utc=True)
    bins.find(1_420_588_548_000_000)
    assert [time.strftime("%a %F %T", time.gmtime(edge // 1_000_000)) for edge in (bins.start, bins.end)] == [
        "Thu 2015-01-01 00:00:00",
        "Thu 2015-01-15 00:00:00",
    ]


@pytest.mark.parametrize(
    ("size", "micro"), [("10", 10_000_000), ("0.2s", 200_000), (".5s", 500_000), ("2m", 120_000_000), ("1h", 3_600_000_000)]
)
def test_sizes(size: str, micro: int) -> None:
    assert parse_bins(size).size == micro


@pytest.mark.parametrize("size", ["", "s", "0", "0s", "0ms", "1.5d", "0d", "-1s", "1x", "5000y", "20000000h"])
def test_refused_sizes(size: str) -> None:
    with pytest.raises(BadUse):
        parse_bins(size)

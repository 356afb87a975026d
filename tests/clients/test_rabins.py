"""rabins: nothing is lost at edges, bins of every kind, streams, what is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program
from tests.record.feed import compiled, decoded, records
from tests.record.samples import FOLDERS

MIX, SSH, PLAIN = (str(GOLDEN / "data" / f"{name}.argus") for name in ("mix", "ssh", "plain"))
pytestmark = needs_samples


def fields(*arguments: str) -> list[list[str]]:
    """Values of each line of the output, without its title."""
    lines = program("rabins", "-X", "-n", "-L", "-1", "-c", ",", *arguments).stdout.decode().splitlines()
    return [line.split(",") for line in lines]


def total(rows: list[list[str]], column: int) -> int:
    return sum(int(row[column] or 0) for row in rows)


class Collector:
    """What a stage puts, as rows of numbers."""

    def __init__(self) -> None:
        from pyargus.record.delivery_cy import Delivery
        from pyargus.record.output_cy import Output

        rows = self.rows = []

        class Rows(Output):
            def line(self, rec: Any) -> int:
                rows.append((rec.sstart_s or rec.dstart_s, rec.spkts, rec.dpkts, rec.sbytes, rec.dbytes, rec.agr_count))
                return 0

        self.delivery = Delivery(Rows())

    rows: list[tuple[int, ...]]


def binner(size: int, **options: Any) -> Any:
    """A stage with bins of so many µs."""
    from pyargus.record.bin_cy import Binner
    from pyargus.record.cluster_cy import Statement
    from pyargus.record.cut_cy import Bins, Cutter
    from pyargus.record.group_cy import Aggregator
    from pyargus.record.keys import parse_key
    from pyargus.record.sortkeys import parse_keys

    table = Aggregator(parse_key(["proto"]), preserve=False)
    stage = Binner([Statement(table)], parse_keys(["stime"]), Cutter(Bins(size), options.pop("hard", False), False))
    for name, value in options.items():
        setattr(stage, name, value)
    return stage


@given(st.integers(1_000, 100_000_000), st.booleans(), st.sampled_from(["ssh", "plain", "voip"]))
@settings(max_examples=25, deadline=None)
def test_bins_keep_packets_and_bytes(size: int, hard: bool, name: str) -> None:
    kernels = compiled()
    sums = [0, 0, 0, 0]
    stage, out = binner(size, hard=hard), Collector()
    stage.out = out.delivery
    for data in records(FOLDERS[1] / f"{name}.argus"):
        record = decoded(kernels, data)
        sums = [a + b for a, b in zip(sums, (record.spkts, record.dpkts, record.sbytes, record.dbytes), strict=True)]
        stage.add(record)
    while stage.finish():
        out.delivery.printer.out.take()
    assert [sum(row[i] for row in out.rows) for i in range(1, 5)] == sums
    assert [row[0] for row in out.rows] == sorted(row[0] for row in out.rows)


def test_a_held_bin_goes_out_by_the_clock_and_is_closed_then() -> None:
    kernels = compiled()
    stream = sorted(records(FOLDERS[1] / "plain.argus"), key=lambda data: decoded(kernels, data).span_micro())
    stage, out = binner(1_000_000, live=500_000), Collector()
    stage.out = out.delivery
    first = decoded(kernels, stream[0])
    start = first.span_micro()[0]
    end = start - start % 1_000_000 + 1_000_000
    stage.add(first)
    stage.tick(end + 499_999)
    assert out.rows == []
    stage.tick(end + 500_000)
    assert len(out.rows) == 1
    stage.add(decoded(kernels, stream[0]))
    assert (stage.late, len(out.rows)) == (1, 1)
    for data in stream:
        stage.add(decoded(kernels, data))
    while stage.finish():
        pass
    assert stage.late + sum(row[5] for row in out.rows) >= len(stream)


def test_hold_by_the_time_of_the_records() -> None:
    rows = fields("-r", PLAIN, "-M", "time", "1s", "-B", "2s", "-m", "proto", "-s", "stime", "pkts")
    assert rows == fields("-r", PLAIN, "-M", "time", "1s", "-m", "proto", "-s", "stime", "pkts")


def test_late_records_are_counted() -> None:
    result = program("rabins", "-X", "-n", "-r", MIX, PLAIN, "-M", "time", "10s", "-B", "1s", "-m", "proto")
    assert "came after their bin had gone out" in result.stderr.decode()


@pytest.mark.parametrize(("size", "bins"), [(100, 3), (7, 43), (1000, 1)])
def test_bins_of_records(size: int, bins: int) -> None:
    rows = fields("-r", MIX, "-M", "count", "1k" if size == 1000 else str(size), "-m", "srcid", "-s", "trans", "pkts")
    assert [int(row[0]) for row in rows[:-1]] == [size] * (bins - 1)
    assert (len(rows), total(rows, 0), total(rows, 1)) == (bins, 300, 1723)


def test_bins_of_bytes() -> None:
    rows = fields("-r", MIX, "-M", "size", "100k", "-m", "srcid", "-s", "bytes", "trans")
    assert total(rows, 0) == 2527774 and total(rows, 1) == 300
    assert all(int(row[0]) >= 100_000 for row in rows[:-1]) and len(rows) > 5


def test_milliseconds() -> None:
    assert fields("-r", PLAIN, "-M", "time", "200ms", "-m", "proto") == fields("-r", PLAIN, "-M", "time", "0.2s", "-m", "proto")


def test_empty_bins_of_a_range() -> None:
    span = "2016/08/02.02:18-2016/08/02.02:24"
    rows = fields("-r", MIX, "-M", "hard", "zero", "time", "1m", "-m", "srcid", "-t", span, "-s", "stime", "trans")
    assert [row[1] for row in rows] == ["0", "111", "123", "0", "0", "0"]
    assert len({row[0] for row in rows}) == 6


def test_pieces_that_are_not_merged() -> None:
    rows = fields("-r", SSH, "-M", "nomerge", "time", "1s", "-s", "trans", "pkts", "saddr")
    whole = fields("-r", SSH, "-M", "time", "1s", "-s", "trans", "pkts", "saddr")
    assert {row[0] for row in rows} == {"1"} and len(rows) > len(whole)
    assert total(rows, 1) == total(whole, 1)


def test_edges_of_bins_in_files(tmp_path: Path) -> None:
    out = str(tmp_path / "out.argus")
    assert program("rabins", "-X", "-r", PLAIN, "-M", "time", "5s", "-m", "proto", "-w", out).returncode == 0
    words = ["-n", "-u", "-p", "0", "-L", "-1", "-c", ",", "-M", "man", "-s", "stime", "proto", "cause"]
    shown = program("ra", "-X", "-r", out, *words).stdout.decode()
    edges = [line.split(",") for line in shown.splitlines() if ",man," in line][1:]
    assert [(int(row[0]) % 5, row[2]) for row in edges] == [(0, "Start"), (0, "Stop")] * 2


def test_edges_of_bins_by_the_rc_file(tmp_path: Path) -> None:
    rc = tmp_path / "rc"
    rc.write_text("RA_GENERATE_BIN_MAR_RECORDS=yes\n")
    rows = fields("-F", str(rc), "-M", "man", "time", "5s", "-m", "proto", "-r", PLAIN, "-s", "proto", "cause")
    assert [row for row in rows if row[0] == "man"] == [["man", "Start"], ["man", "Stop"]] * 2


def test_statements_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "racluster.conf"
    path.write_text('filter="tcp" model="proto"\nfilter="" model="srcid"\n')
    rows = fields("-r", PLAIN, "-f", str(path), "-M", "time", "5s", "-s", "proto", "trans")
    assert rows == [["ip", "18"], ["tcp", "9"], ["ip", "6"]]
    path.write_text('filter="tcp" model="proto" idle=3\n')
    assert program("rabins", "-X", "-r", PLAIN, "-f", str(path), "-M", "time", "5s").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "-M needs one of"),
        (["-M", "time", "10s", "count", "5"], "one of them"),
        (["-M", "time", "10x"], "expected a number"),
        (["-M", "count", "0"], "above 0"),
        (["-M", "hard", "count", "10"], "only bins of time"),
        (["-M", "time", "10s", "-G", "-B", "5"], "-G and -B"),
        (["-M", "time", "10s", "-m", "prot"], "nearest: proto"),
        (["-M", "time", "10s", "-P", "sadr"], "nearest: saddr"),
    ],
)
def test_refused(arguments: list[str], message: str) -> None:
    result = program("rabins", "-X", "-r", PLAIN, *arguments)
    assert result.returncode == 2
    assert message in result.stderr.decode()


@pytest.mark.parametrize("words", [["-m", "saddr"], [], ["-M", "nomerge"]])
def test_a_range_of_the_output_is_one_of_each_bin(words: list[str], tmp_path: Path) -> None:
    shown = ["-s", "stime", "proto", "saddr", "sport", "pkts"]
    every = fields("-r", MIX, "-M", "time", "10s", *words, *shown)
    bins: dict[str, list[list[str]]] = {}
    for row in every:
        bins.setdefault(row[0][:7], []).append(row)
    wanted = [row for rows in bins.values() for row in rows[1:3]]
    assert len(bins) > 5 and len(wanted) > 10
    assert fields("-r", MIX, "-M", "time", "10s", *words, *shown, "-N", "o2-3") == wanted
    out = str(tmp_path / "out.argus")
    assert program("rabins", "-X", "-r", MIX, "-M", "time", "10s", *words, "-N", "o2-3", "-w", out).returncode == 0
    lines = program("ra", "-X", "-n", "-L", "-1", "-c", ",", "-r", out, *shown).stdout.decode().splitlines()
    assert [line.split(",")[-1] for line in lines] == [row[-1] for row in wanted]


def test_an_empty_bin_has_times_and_nothing_else(tmp_path: Path) -> None:
    """No smallest and no largest of no records, printed and written."""
    out = str(tmp_path / "out.argus")
    shown = ["-s", "dur", "min", "max", "sttl", "trans"]
    words = ["-r", MIX, "-M", "time", "30d", "zero"]
    assert program("rabins", "-X", *words, "-w", out).returncode == 0
    lines = program("ra", "-X", "-n", "-L", "-1", "-c", ",", "-r", out, *shown).stdout.decode().splitlines()
    for rows in (fields(*words, *shown), [line.split(",") for line in lines]):
        empty = [row for row in rows if row[-1] == "0"]
        assert 0 < len(empty) < len(rows)
        assert {tuple(row) for row in empty} == {("2592000.000000", "", "", "", "0")}


@pytest.mark.parametrize("words", [["10s"], ["TIME", "10s"], ["5s", "10s"], ["hard", "10s", "Time", "1h"]])
def test_a_length_alone_is_that_of_the_bins(words: list[str]) -> None:
    hard = ["hard"] if "hard" in words else []
    length = "1h" if hard else "10s"
    shown = ["-s", "stime", "saddr", "pkts"]
    expected = fields("-r", MIX, "-M", "time", length, *hard, *shown)
    assert fields("-r", MIX, "-M", *words, *shown) == expected


def test_records_that_are_not_merged_keep_what_they_have() -> None:
    rows = fields("-r", MIX, "-M", "time", "1h", "-m", "none", "-s", "proto", "saddr")
    lines = program("ra", "-X", "-n", "-L", "-1", "-c", ",", "-r", MIX, "-s", "proto", "saddr").stdout.decode().splitlines()
    assert {tuple(row) for row in rows} == {tuple(line.split(",")) for line in lines}


def test_an_edge_beyond_32_bits_of_seconds_is_written() -> None:
    from pyargus.record.bin_cy import edge_record

    record = edge_record((2**32 + 5) * 1_000_000 + 7, True)
    assert len(record) == 128
    assert record[24:40] == bytes((0, 0, 0, 5, 0, 0, 0, 7)) * 2


def test_statistics_of_a_merged_record_stay_with_its_pieces(tmp_path: Path) -> None:
    """Mean and sum are those of the records that were merged, whatever part of them is counted in a bin."""
    merged = str(tmp_path / "merged.argus")
    assert program("racluster", "-X", "-r", SSH, "-m", "proto", "-w", merged, "-", "tcp").returncode == 0
    whole = program("ra", "-X", "-L", "-1", "-c", ",", "-r", merged, "-M", "noman", "-s", "trans", "mean", "sum", "runtime").stdout.decode()
    trans, *statistics = whole.strip().split(",")
    rows = fields("-r", merged, "-M", "time", "1m", "-m", "proto", "-s", "trans", "mean", "sum", "runtime")
    assert len(rows) > 1 and all(int(row[0]) < int(trans) and row[1:] == statistics for row in rows)


def test_pieces_that_are_not_merged_are_written_as_they_are_printed(tmp_path: Path) -> None:
    """Without a key each piece is one record, whose statistics are those of the record that was cut."""
    written = str(tmp_path / "out.argus")
    words = ["-r", SSH, "-M", "time", "1s", "-m", "none"]
    columns = ["-s", "stime", "dur", "trans", "mean", "min", "max", "spkts", "dpkts"]
    assert program("rabins", "-X", *words, "-w", written).returncode == 0
    read = program("ra", "-X", "-L", "-1", "-c", ",", "-r", written, "-M", "noman", *columns).stdout.decode().splitlines()
    printed = fields(*words, *columns)
    assert any(row[1] != row[3] for row in printed)
    assert [line.split(",") for line in read] == printed

"""rahisto: bins against a count of the values, the reference's rows, ranges that are found, pictures."""

import csv
import io
import itertools
import json
import math
import re
import xml.etree.ElementTree as ET
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyargus.clients.histogram import bar, find_range, make_bins, parse_spec, summarise
from pyargus.errors import BadUse
from tests.clients import golden
from tests.clients.programs import needs_samples, program

MIX = str(golden.GOLDEN / "data" / "mix.argus")


def rows(text: str) -> list[list[str]]:
    """The rows of a histogram."""
    return [line.split() for line in text.splitlines() if re.match(r" *\d+ +[-\d]", line)]


def histogram(*arguments: str) -> str:
    """The output of rahisto."""
    return program("rahisto", "-X", "-n", *arguments).stdout.decode()


def numbers(text: str) -> list[float]:
    """The numbers of a text."""
    return [float(word) for word in re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]\d+)?", text)]


@needs_samples
def test_bins_count_the_values() -> None:
    values = [float(line) for line in program("ra", "-X", "-r", MIX, "-L", "-1", "-s", "bytes").stdout.split()]
    counts = [int(row[2]) for row in rows(histogram("-H", "bytes", "8:0-4000", "-r", MIX))]
    assert counts == [sum(low < value < low + 500 or (value == low and low > 0) for value in values) for low in range(0, 4000, 500)]
    outside = [int(row[2]) for row in rows(histogram("-H", "bytes", "8:100-4000", "-M", "outlayer", "-r", MIX))]
    assert sum(outside) == len(values)


@needs_samples
def test_a_range_is_found() -> None:
    for spec in (["dur", "10"], ["bytes", "10L"], ["sttl", "7"], ["sport", "16"]):
        text = histogram("-H", *spec, "-r", MIX)
        whole = re.search(r" N = (\d+)", text)
        assert whole
        assert sum(int(row[2]) for row in rows(text)) == int(whole[1]) > 0
    assert sum(int(row[2]) for row in rows(histogram("-H", "dur", "10", "-r", MIX))) == 300


@needs_samples
def test_columns_add_up() -> None:
    text = histogram("-H", "bytes", "5", "-s", "pkts", "bytes", "-r", MIX)
    total = [int(part) for part in program("racount", "-X", "-r", MIX).stdout.split()[10:15]]
    found = [row[5:] for row in rows(text) if len(row) > 5]
    assert sum(int(row[0]) for row in found) == total[0]
    assert sum(int(row[1]) for row in found) == total[3]


@needs_samples
def test_written_bins_add_up(tmp_path: Path) -> None:
    out = str(tmp_path / "bins.argus")
    assert program("rahisto", "-X", "-H", "dur", "5:0-10", "-M", "outlayer", "-r", MIX, "-w", out).returncode == 0
    assert program("racount", "-X", "-r", out).stdout.split()[10:] == program("racount", "-X", "-r", MIX).stdout.split()[10:]
    lines = program("ra", "-X", "-u", "-n", "-c", ",", "-L", "-1", "-p", "1", "-r", out, "-s", "stime", "ltime").stdout.decode().split()
    assert "2.0,4.0" in lines


@needs_samples
def test_modes() -> None:
    filled = rows(histogram("-H", "dur", "20:0-20", "-M", "nozero", "-r", MIX))
    assert [row[0] for row in filled] == [str(number) for number in range(1, len(filled) + 1)]
    assert [row[2] for row in filled] == [row[2] for row in rows(histogram("-H", "dur", "20:0-20", "-r", MIX)) if row[2] != "0"]
    assert len(filled) < 20
    assert sum(int(row[2]) for row in rows(histogram("-H", "dur", "20", "-M", "interval", "-r", MIX))) == 299


@needs_samples
def test_bars_and_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    text = histogram("-H", "dur", "5:0-5", "--plot", "--image", str(path), "-r", MIX)
    assert "█" in text
    root = ET.fromstring(path.read_text())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    counts = [int(row[2]) for row in rows(text)]
    heights = [float(rect.get("height", "0")) for rect in root.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert [height / max(heights) for height in heights] == pytest.approx([count / max(counts) for count in counts], abs=0.001)


@needs_samples
@pytest.mark.parametrize("words", [[], ["outlayer"], ["outlayer", "nozero"], ["nozero"]])
def test_formats_for_programs_have_the_bins_of_the_text(words: list[str]) -> None:
    arguments = ["-H", "bytes", "8:100-4000", *(["-M", *words] if words else []), "-r", MIX]
    text = [int(row[2]) for row in rows(histogram(*arguments))]
    summary, *bins = [json.loads(line) for line in histogram(*arguments, "--format", "ndjson").splitlines()]
    assert (summary["table"], summary["metric"]) == ("summary", "bytes")
    assert [row["records"] for row in bins] == text
    assert summary["records"] == sum(text)
    assert bins[-1]["cumulative"] == pytest.approx(1)
    assert [row["cumulative"] for row in bins] == pytest.approx(list(itertools.accumulate(row["share"] for row in bins)))
    if "outlayer" in words:
        assert bins[0]["start"] is None and bins[-1]["end"] is None
    assert json.loads(histogram(*arguments, "--format", "json")) == [summary, *bins]
    table = list(csv.DictReader(io.StringIO(histogram(*arguments, "--format", "csv"))))
    assert [row["end"] for row in table[1:]] == [str(row["end"]) if row["end"] is not None else "" for row in bins]


@needs_samples
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "-H METRIC BINS"),
        (["-H", "durr", "5"], "nearest: dur"),
        (["-H", "dur", "x"], "-H dur x"),
        (["-H", "dur", "0:0-5"], "1 to 100000 bins"),
        (["-H", "dur", "5:5-1"], "ends before it begins"),
        (["-H", "dur", "5", "--image", "a.gif"], ".svg or .png"),
        (["-H", "dur", "5", "--format", "parquet"], "a histogram is text, csv, ndjson, json"),
        (["-H", "dur", "5:0-5", "--format", "csv", "-s", "pkts"], "without -s or -w"),
        (["-H", "saddr", "5"], "no such number"),
    ],
)
def test_refused(arguments: list[str], message: str) -> None:
    result = program("rahisto", "-X", "-r", MIX, *arguments)
    assert result.returncode == 2
    assert message in result.stderr.decode()


def test_two_passes_need_files() -> None:
    assert b"two passes" in program("rahisto", "-X", "-r", "-", "-H", "dur", "5", "-s", "pkts").stderr


@given(st.lists(st.floats(-1e9, 1e9, allow_subnormal=False), min_size=1, max_size=30), st.integers(1, 30), st.booleans())
@settings(deadline=None)
def test_every_value_has_the_bin_between_its_edges(values: list[float], count: int, logarithmic: bool) -> None:
    if logarithmic:
        values = [abs(value) + 1e-6 for value in values]
    spec = parse_spec(["dur", f"{count}{'L' if logarithmic else ''}"], True)
    find_range(spec, values)
    bins = make_bins(spec)
    for value in values:
        at = bins.tally.place(value) - 1
        assert 0 <= at < len(bins.counts)
        width = bins.edges[at + 1] - bins.edges[at]
        assert bins.edges[at] - 1e-9 * width <= value < bins.edges[at + 1] + 1e-9 * width


@pytest.mark.parametrize(
    ("text", "seconds", "start", "end"),
    [
        ("dur 5:0-10", True, 0, 10),
        ("dur 5:1-10m", True, 0.001, 0.01),
        ("dur 5:1u-1M", True, 1e-6, 60),
        ("bytes 5:1-10M", False, 1e6, 1e7),
        ("bytes 5:1k-10M", False, 1e3, 1e7),
        ("abs dur 5:2", True, 0, 10),
        ("dur 5L:0.001-1000", True, 0.001, 1000),
        ("pcr 4:-1-1", False, -1, 1),
    ],
)
def test_ranges(text: str, seconds: bool, start: float, end: float) -> None:
    spec = parse_spec(text.split(), seconds)
    assert (spec.start, spec.end) == (pytest.approx(start), pytest.approx(end))


@pytest.mark.parametrize("text", ["dur", "dur 5:", "dur 5:1-", "dur 5L:2", "dur -5", "dur 5:1-2-3", "dur 5:1x-2"])
def test_bad_specifications(text: str) -> None:
    with pytest.raises(BadUse):
        parse_spec(text.split(), True)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=50), st.integers(1, 7))
@settings(deadline=None)
def test_summary(values: Sequence[int], count: int) -> None:
    spec = parse_spec(["spkts", f"{count}:-1-21"], False)
    bins = make_bins(spec)
    bins.tally.take(array("d", values))
    found = summarise(bins, array("d", values), False)
    assert sum(bins.counts) == found.count == len(values)
    assert found.mean == pytest.approx(sum(values) / len(values), rel=1e-5)
    mean = sum(values) / len(values)
    assert found.deviation == pytest.approx(math.sqrt(sum((value - mean) ** 2 for value in values) / len(values)), rel=1e-3, abs=2e-2)
    ordered = sorted(values)
    if len(values) % 2 == 0:
        assert found.median == (ordered[len(values) // 2 - 1] + ordered[len(values) // 2]) / 2
    else:
        assert found.median == ordered[min((len(values) + 1) // 2, len(values) - 1)]
    assert (found.low, found.high) == (ordered[0], ordered[-1])
    assert all(values.count(int(mode)) >= 2 for mode in found.modes)


def test_statistics_are_those_of_the_range_but_median_and_modes_have_its_ends() -> None:
    bins = make_bins(parse_spec(["spkts", "2:0-4"], False))
    values = array("d", [0, 0, 0, 0, 1, 1, 3, 4, 4, 4, 4, 4, 9])
    bins.tally.take(values)
    inside, everything = summarise(bins, values, False), summarise(bins, values, True)
    assert (inside.count, inside.low, inside.high, bins.counts, bins.below, bins.above) == (3, 1, 3, [2, 1], 4, 6)
    assert (everything.count, everything.low, everything.high) == (13, 0, 9)
    assert inside.mean == pytest.approx(5 / 3)
    # The list from 0 to 4 has twelve values; its largest is none of the modes.
    assert (inside.median, inside.percentile, inside.modes, inside.odd) == (2.0, 4, (0,), False)


@needs_samples
def test_nothing_in_the_range() -> None:
    assert histogram("-H", "dur", "10:1000-2000", "-r", MIX) == ""


def test_bars() -> None:
    assert bar(1.0, 4) == "████"
    assert bar(0.5, 4) == "██"
    assert bar(1 / 32, 4) == "▏"
    assert bar(0.0, 4) == ""


@needs_samples
def test_png_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    result = program("rahisto", "-X", "-H", "dur", "5", "--image", str(path), "-r", MIX)
    if result.returncode == 0:
        assert path.read_bytes().startswith(b"\x89PNG")
    else:
        assert result.returncode == 2
        assert b"matplotlib" in result.stderr


@needs_samples
def test_mean_sizes_are_counted_in_double_precision() -> None:
    """What is not above 95 % of them has the digits of the quotient, where single precision has others."""
    ssh = str(golden.GOLDEN / "data" / "ssh.argus")
    lines = program("ra", "-X", "-r", ssh, "-L", "-1", "-c", ",", "-s", "dbytes", "dpkts").stdout.decode().split()
    sizes = [(int(a), int(b)) for a, b in (line.split(",") for line in lines)]
    found = histogram("-H", "dmeansz", "4:0-4000", "-r", ssh).splitlines()[1].split("95% = ")[1]
    digits = {f"{a / b:.6f}" for a, b in sizes if b}
    assert found in digits
    assert found not in {f"{array('f', [float(text)])[0]:.6f}" for text in digits}

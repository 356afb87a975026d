"""The machine formats hold the same values; captures read as records; what the program loads."""

import csv
import datetime
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyargus.clients.formats import format_of, make_columns, open_file, typed_fields
from pyargus.clients.packing import compression_of
from pyargus.clients.ra import main
from pyargus.clients.settings import Settings, from_argv
from pyargus.errors import BadUse
from pyargus.record.schema import FIELDS
from tests.clients.programs import program
from tests.record.samples import FILES, SHARED, identify, needs_samples

NAMES = [field.name for field in FIELDS]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
CAPTURES = sorted((SHARED / "captures").glob("*.pcap*"))[:12]
needs_captures = pytest.mark.skipif(not CAPTURES, reason="no captures: set PYARGUS_SHARED")
ENV = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}


def ours(*arguments: str | Path, data: bytes = b"", program: str = "ra") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", f"from pyargus.clients.{program} import main; main()", *map(str, arguments)]
    return subprocess.run(command, env=ENV, capture_output=True, input=data, timeout=120, check=False)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """The program in this process; its exit status."""
    monkeypatch.setattr(sys, "argv", ["ra", "-X", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def typed(text: object, kind: str) -> object:
    """A cell of NDJSON or CSV as the value of a column."""
    if text is None or text == "":
        return None
    if kind == "uint64":
        return int(str(text))
    if kind == "float64":
        return float(str(text))
    if kind.startswith("timestamp"):
        return datetime.datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.UTC)
    return text


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_every_format_holds_the_same_values(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    pa = pytest.importorskip("pyarrow")
    for extra in ([], ["-M", "man"]):
        for suffix in ("ndjson", "json", "csv", "parquet", "arrow"):
            assert run(monkeypatch, "-r", path, "-w", tmp_path / f"o.{suffix}", *extra, "-s", *NAMES) == 0
        table = pq.read_table(tmp_path / "o.parquet")
        assert table.column_names == NAMES
        want = table.to_pylist()
        assert pa.ipc.open_file(tmp_path / "o.arrow").read_all().to_pylist() == want
        kinds = {field.name: field.arrow for field in FIELDS}
        lines = [json.loads(line) for line in (tmp_path / "o.ndjson").read_text().splitlines()]
        assert json.loads((tmp_path / "o.json").read_text()) == lines
        assert all(type(row[name]) in (int, type(None)) for row in lines for name in NAMES if kinds[name] == "uint64")
        assert all(type(row[name]) in (float, type(None)) for row in lines for name in NAMES if kinds[name] == "float64")
        with (tmp_path / "o.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(lines) == len(want)
        for got in (lines, rows):
            assert [{name: typed(row[name], kinds[name]) for name in NAMES} for row in got] == want
    assert want


@needs_samples
def test_values_are_those_of_the_text() -> None:
    path = next(path for path in FILES if path.stem == "tcp")
    names = ["saddr", "daddr", "proto", "sport", "dport", "spkts", "dbytes", "dur", "sload", "state", "sttl", "stcpb", "swin", "tcprtt"]
    text = ours("-X", "-r", path, "-n", "-c", ",", "-s", *names).stdout.decode().splitlines()[1:]
    rows = list(csv.reader(io.StringIO(ours("-X", "-r", path, "-n", "--format", "csv", "-s", *names).stdout.decode())))
    assert rows[0] == names
    assert len(text) == len(rows) - 1
    for line, row in zip(text, rows[1:], strict=True):
        for name, shown, cell in zip(names, line.split(","), row, strict=True):
            if name in ("dur", "sload", "tcprtt") and cell:
                assert float(shown) == pytest.approx(float(cell), abs=1e-6), name
            elif cell:
                assert shown == cell, name
            else:
                assert shown.strip("0.") == "", name


@needs_samples
def test_epoch_and_precision() -> None:
    path = next(path for path in FILES if path.stem == "tcp")
    command = ["-X", "-r", path, "--format", "ndjson", "-s", "stime", "dur"]
    iso = [json.loads(line) for line in ours(*command).stdout.splitlines()]
    epoch = [json.loads(line) for line in ours(*command, "-u", "-p", "3").stdout.splitlines()]
    assert iso
    for a, b in zip(iso, epoch, strict=True):
        moment = datetime.datetime.strptime(a["stime"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.UTC)
        assert (moment - EPOCH).total_seconds() == pytest.approx(b["stime"], abs=1e-6)
        assert b["dur"] == pytest.approx(a["dur"], abs=0.0005001)
        assert round(b["dur"], 3) == b["dur"]


def test_suffix_and_option_choose_the_format() -> None:
    for name, form in {"x.csv": "csv", "x.JSONL": "ndjson", "x.ndjson": "ndjson", "x.json": "json", "x.parquet": "parquet",
                       "x.arrow": "arrow", "x.argus": "argus", "x": "argus", "-": "argus",
                       "x.json.gz": "json", "x.zst": "argus"}.items():  # fmt: skip
        assert format_of(from_argv(["-X", "-w", name])) == form
    assert format_of(from_argv(["-X"])) == "text"
    assert format_of(from_argv(["-X", "-w", "x.csv", "--format", "ndjson"])) == "ndjson"
    with pytest.raises(BadUse, match="nearest: ndjson"):
        from_argv(["-X", "--format", "ndjsn"])


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz", "zst"])
def test_files_are_compressed_as_their_names_say(packing: str, tmp_path: Path) -> None:
    if packing == "zst" and sys.version_info < (3, 14):
        pytest.importorskip("zstandard")
    source = str(next(path for path in FILES if path.name == "ssh.argus"))
    records, lines, plain = tmp_path / f"o.argus.{packing}", tmp_path / f"o.csv.{packing}", tmp_path / "o.csv"
    for _ in range(2):
        assert program("ra", "-X", "-r", source, "-w", str(records), "-w", str(lines)).returncode == 0
    assert program("ra", "-X", "-r", source, source, "-w", str(tmp_path / "o.argus")).returncode == 0
    assert program("ra", "-X", "-r", source, "-w", str(plain)).returncode == 0
    assert compression_of(str(records)) == compression_of(str(lines)) == packing
    shown, expected = (program("ra", "-X", "-n", "-M", "noman", "-r", str(path)).stdout for path in (records, tmp_path / "o.argus"))
    assert shown == expected != b""
    unpack = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}[packing]
    if shutil.which(unpack):
        assert subprocess.run([unpack, "-dc", str(lines)], capture_output=True, check=True).stdout == plain.read_bytes()


def test_parquet_is_not_compressed_as_a_whole(tmp_path: Path) -> None:
    settings = from_argv(["-X", "-w", str(tmp_path / "o.parquet.gz")])
    with pytest.raises(BadUse, match="not compressed as a whole"):
        open_file(settings, format_of(settings))


def test_a_bad_filter_leaves_the_file_of_the_output_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keep.csv").write_text("kept")
    assert run(monkeypatch, "-r", tmp_path / "none", "-w", tmp_path / "keep.csv", "--", "no such word") == 2
    assert (tmp_path / "keep.csv").read_text() == "kept"


@needs_samples
def test_columns_are_handed_over_when_full() -> None:
    from pyargus.record.batch_cy import Batch

    path = next(path for path in FILES if path.stem == "tcp")
    settings = Settings()
    pieces: list[list[list[object]]] = []

    def keep(columns: object) -> None:
        pieces.append([columns.column(i) for i in range(columns.count)])  # type: ignore[attr-defined]

    for capacity in (7, 100000):
        columns = make_columns(settings, typed_fields(settings), capacity, keep)
        batch = Batch(columns)
        batch.run(memoryview(path.read_bytes()[128:]), 0, 128)
        columns.end()
        if capacity == 7:
            few, pieces = pieces, []
    assert max(len(piece[0]) for piece in few) == 7
    assert [[value for piece in few for value in piece[i]] for i in range(len(pieces[0]))] == pieces[0]


@needs_captures
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_prints_as_its_records(path: Path, tmp_path: Path) -> None:
    made = ours("-X", "-A", "-J", "-Z", "-m", "-r", path, "-w", tmp_path / "x.argus", program="argus")
    assert (tmp_path / "x.argus").stat().st_size > 128
    for options in (["-A"], ["-n", "-s", *[name for name in NAMES if name != "rtime"]], ["--format", "csv", "-s", *NAMES, "--", "tcp"]):
        want = ours("-X", "-r", tmp_path / "x.argus", *options)
        got = ours("-X", "-r", path, *options)
        assert got.stdout == want.stdout
        assert got.returncode == (made.returncode or want.returncode)


@needs_captures
def test_a_capture_may_come_compressed_and_from_standard_input(tmp_path: Path) -> None:
    import bz2
    import gzip

    plain = CAPTURES[0].read_bytes()
    want = ours("-X", "-r", CAPTURES[0]).stdout
    assert want
    for data in (plain, gzip.compress(plain), bz2.compress(plain)):
        (tmp_path / "x").write_bytes(data)
        assert ours("-X", "-r", tmp_path / "x").stdout == want
        assert ours("-X", data=data).stdout == want


@needs_captures
def test_a_cut_capture_gives_what_it_holds_and_a_message() -> None:
    path = max(CAPTURES, key=lambda path: path.stat().st_size)
    got = ours("-X", data=path.read_bytes()[: path.stat().st_size // 2 + 1])
    assert got.returncode == 1
    assert got.stdout
    assert got.stderr.count(b"\n") == 1


LOADED = """
import sys
import time
from pyargus.clients.ra import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
loaded = {name.partition(".")[0] for name in sys.modules}
heavy = {"numpy", "pyarrow", "textual", "dpkt", "click", "asyncio", "pandas", "dataclasses", "inspect", "typing"}
print(sorted(loaded & heavy), file=sys.stderr)
print(sorted(name for name in sys.modules if name.startswith(("pyargus.capture", "pyargus.flow"))), file=sys.stderr)
"""


@needs_samples
def test_printing_a_small_file_loads_nothing_heavy(tmp_path: Path) -> None:
    path = next(path for path in FILES if path.stem == "tcp")
    for options in ([], ["-n"], ["--format", "ndjson"], ["--format", "csv"], ["-", "tcp or udp"]):
        command = [sys.executable, "-c", LOADED, "-X", "-r", str(path), "-N", "10", *options]
        done = subprocess.run(command, env=ENV, capture_output=True, text=True, timeout=60, check=False)
        assert done.stderr.splitlines() == ["[]", "[]"]
        assert done.stdout


def test_fields_are_listed() -> None:
    lines = ours("-X", "--fields").stdout.decode().splitlines()
    assert [line.split()[0] for line in lines[1:]] == NAMES
    assert lines[0].split() == ["name", "title", "type", "unit", "description"]


@needs_samples
def test_several_files_of_several_formats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file has the records that its own filter passes, as a run for that file alone writes them."""
    path = next(path for path in FILES if path.stem == "lan")
    wanted = {"a.csv": "udp", "b.ndjson": "", "c.argus": "tcp", "d.json": "port 53"}
    words: list[str | Path] = []
    for name, text in wanted.items():
        words += ["-w", tmp_path / name, *([text] if text else [])]
    assert run(monkeypatch, "-r", path, "-M", "man", *words) == 0
    for name, text in wanted.items():
        assert run(monkeypatch, "-r", path, "-M", "man", "-w", tmp_path / f"alone-{name}", "--", text) == 0
        assert (tmp_path / name).read_bytes() == (tmp_path / f"alone-{name}").read_bytes(), name
    counts = {name: len((tmp_path / name).read_bytes()) for name in wanted}
    assert all(counts.values())


@needs_samples
def test_a_range_of_printed_records_ends_with_the_last_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """-N o counts in each file the records that come there."""
    path = next(path for path in FILES if path.stem == "lan")
    assert run(monkeypatch, "-r", path, "-N", "o5", "-w", tmp_path / "a.csv", "tcp", "-w", tmp_path / "b.csv") == 0
    assert [len((tmp_path / name).read_text().splitlines()) for name in ("a.csv", "b.csv")] == [6, 6]


def test_a_wrong_filter_of_one_file_leaves_all_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keep.csv").write_text("kept")
    assert run(monkeypatch, "-r", tmp_path / "none", "-w", tmp_path / "keep.csv", "-w", tmp_path / "b.csv", "no such word") == 2
    assert (tmp_path / "keep.csv").read_text() == "kept"


def rows_of(path: Path) -> list[dict[str, object]]:
    """The records of a file of JSON, Parquet or Arrow; an empty one has none."""
    if path.suffix == ".json":
        rows: list[dict[str, object]] = json.loads(path.read_bytes() or b"[]")
        return rows
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return list(pyarrow.parquet.read_table(path).to_pylist())
    import pyarrow

    return list(pyarrow.ipc.open_file(path).read_all().to_pylist())


@needs_samples
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("suffix", ["parquet", "arrow", "json"])
def test_an_interrupt_leaves_a_whole_file(suffix: str, number: int, tmp_path: Path) -> None:
    """The input stays open: only the signal ends the run, wherever it meets the program among the records."""
    if suffix != "json":
        pytest.importorskip("pyarrow")
    path = next(path for path in FILES if path.stem == "lan")
    made = tmp_path / f"x.{suffix}"
    command = [sys.executable, "-c", "from pyargus.clients.ra import main; main()", "-X", "-r", "-", "-w", str(made), "--", "tcp"]
    with subprocess.Popen(command, env=ENV, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(path.read_bytes())
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while not made.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        process.wait(60)
    assert process.returncode == 0
    complete = tmp_path / f"complete.{suffix}"
    assert ours("-X", "-r", path, "-w", complete, "--", "tcp").returncode == 0
    expected, rows = rows_of(complete), rows_of(made)
    assert len(expected) == 10 and rows == expected[: len(rows)]

"""The Python API gives what the program prints."""

import csv
import datetime
import os
import subprocess
import sys
from pathlib import Path

import pytest

import pyargus
from pyargus.errors import BadInput, BadUse, Unreachable
from pyargus.record.schema import DEFAULT, FIELDS
from tests.record.samples import FILES, SHARED, identify, needs_samples

CAPTURES = sorted((SHARED / "captures").glob("*.pcap"))[:4]
TCP = next((path for path in FILES if path.stem == "tcp"), Path())


def rows(path: Path, *arguments: str) -> list[dict[str, str]]:
    """What `ra --format csv` prints of a file."""
    command = [sys.executable, "-c", "from pyargus.clients.ra import main; main()", "-X", "-n", "-r", str(path)]
    command += ["--format", "csv", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, "TZ": "UTC"})
    return list(csv.DictReader(done.stdout.splitlines(keepends=True)))


def shown(value: object) -> str:
    """A value of the API as a cell of CSV."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value)


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_records_are_those_of_ra(path: Path) -> None:
    names = [field.name for field in FIELDS]
    want = rows(path, "-s", *names)
    with pyargus.read(path, fields=names) as records:
        got = [record._asdict() for record in records]
    assert len(got) == len(want)
    for record, row in zip(got, want, strict=True):
        for name in names:
            if isinstance(record[name], float):
                assert record[name] == float(row[name]), name
            else:
                assert shown(record[name]) == row[name], name


@needs_samples
def test_filter_fields_and_batches() -> None:
    want = rows(TCP, "-s", "saddr", "dport", "--", "port", "80")
    assert want
    with pyargus.read(TCP, filter="port 80", fields=["saddr", "dport"]) as records:
        got = list(records)
    assert [(record.saddr, str(record.dport)) for record in got] == [(row["saddr"], row["dport"]) for row in want]
    for size in (1, 7, 1000):
        batches = list(pyargus.read(TCP, filter="port 80", fields=["saddr", "dport"]).batches(size))
        assert all(len(batch["saddr"]) == size for batch in batches[:-1])
        assert [address for batch in batches for address in batch["saddr"]] == [record.saddr for record in got]
    with pyargus.read(TCP) as records:
        assert tuple(field.name for field in records.fields) == DEFAULT


@needs_samples
def test_a_table_of_arrow() -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    names = [field.name for field in FIELDS]
    table = pyargus.read(TCP, fields=names).to_arrow()
    assert table.column_names == names
    assert table.schema.field("bytes").metadata[b"unit"] == b"byte"
    assert table.to_pylist() == [record._asdict() for record in pyargus.read(TCP, fields=names)]
    small = list(pyargus.read(TCP, fields=names).arrow_batches(9))
    assert [batch.num_rows for batch in small[:-1]] == [9] * (len(small) - 1)
    assert sum((batch.to_pylist() for batch in small), []) == table.to_pylist()  # noqa: RUF017 - few


@pytest.mark.skipif(not CAPTURES, reason="no captures: set PYARGUS_SHARED")
@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_captures_are_read(path: Path) -> None:
    with pyargus.read(path, fields=["spkts", "dpkts", "proto"]) as records:
        got = list(records)
    assert got
    assert [str(record.spkts) for record in got] == [row["spkts"] for row in rows(path, "-s", "spkts")]


@needs_samples
def test_damage_is_told_after_the_records_before_it(tmp_path: Path) -> None:
    whole = TCP.read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-131])  # into the last flow record, before the last management record
    got: list[object] = []
    with pytest.raises(BadInput, match="ends inside a record"):
        iter_into(got, pyargus.read(tmp_path / "cut"))
    assert len(got) == len(list(pyargus.read(TCP))) - 1


def iter_into(into: list[object], records: pyargus.Reader) -> None:
    """Append records one by one, so that those before an error are kept."""
    for record in records:
        into.append(record)


@needs_samples
def test_bad_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="nearest: saddr"):
        pyargus.read(TCP, fields=["sadr"])
    with pytest.raises(BadUse, match="list of names"):
        pyargus.read(TCP, fields="saddr")
    with pytest.raises(BadUse):
        pyargus.read(TCP, filter="no such word")
    with pytest.raises(BadUse, match="argus://"):
        pyargus.read("argus://localhost")
    with pytest.raises(Unreachable):
        pyargus.read(tmp_path / "none")
    records = pyargus.read(TCP.absolute().as_uri())
    assert list(records)
    with pytest.raises(BadUse, match="read once"):
        list(records.batches())


def test_importing_the_package_is_cheap() -> None:
    text = "import sys; before = set(sys.modules); import pyargus; print(sorted(set(sys.modules) - before - {'typing'}))"
    done = subprocess.run([sys.executable, "-S", "-c", text], capture_output=True, text=True, timeout=60, check=True,
                          env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")})  # fmt: skip
    loaded = done.stdout
    assert "pyargus" in loaded
    assert "pyargus." not in loaded
    assert "read" in dir(pyargus)

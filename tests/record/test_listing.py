"""Text equals the reference's, the two builds agree, and damage does no harm."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.clients.output import make_printer
from pyargus.clients.settings import from_argv
from pyargus.record.batch_cy import Batch
from pyargus.record.schema import FIELDS
from tests.record.samples import FILES, REFERENCE, identify, needs_reference, needs_samples

ENV = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}


def ours(*arguments: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from pyargus.clients.ra import main; main()", *map(str, arguments)]
    return subprocess.run(command, env=ENV, capture_output=True, input=data, timeout=60, check=False)


@needs_samples
@needs_reference
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_the_default_listing_is_the_reference_s(path: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    for options in ([], ["-n"], ["-nn"], ["-n", "-c", ","], ["-u"], ["-c", ","], ["-zn"], ["-Z", "b"]):
        command = ["-X", "-F", str(empty), "-r", str(path), *options]
        assert REFERENCE is not None
        want = subprocess.run([REFERENCE, *command], env=ENV, capture_output=True, timeout=60, check=False).stdout
        assert ours(*command).stdout == want, options


def listing(data: bytes, *arguments: str) -> tuple[bytes, int]:
    """What the kernels print of a file's bytes, and how they ended."""
    batch = Batch(make_printer(from_argv(["-X", *arguments])))
    batch.delivery.size = 1 << 30
    batch.run(memoryview(data), 0, 0)
    return batch.delivery.printer.out.take(), batch.trouble


@needs_samples
def test_damaged_bytes_neither_raise_nor_hang() -> None:
    chance = random.Random(7)
    names = [field.name for field in FIELDS]
    columns = ["-n", "-s", *names]
    for path in FILES:
        whole = path.read_bytes()[128:6000]
        if len(whole) < 8:
            continue
        for _ in range(40):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            listing(bytes(data[: chance.randrange(4, len(data))]), *columns)


@needs_samples
def test_records_before_the_damage_are_printed(tmp_path: Path) -> None:
    path = next(path for path in FILES if path.stem == "lan")
    data = path.read_bytes()
    whole = ours("-X", "-n", "-r", path).stdout.splitlines()
    cut = tmp_path / "cut.argus"
    cut.write_bytes(data[: len(data) // 2])
    result = ours("-X", "-n", "-r", cut)
    lines = result.stdout.splitlines()
    assert result.returncode == 1
    assert 1 < len(lines) < len(whole)
    assert lines == whole[: len(lines)]
    assert result.stderr.count(b"\n") == 1
    assert b"at byte" in result.stderr and str(cut).encode() in result.stderr


@needs_samples
def test_a_file_of_any_compression_and_a_stream_print_the_same() -> None:
    path = next(path for path in FILES if path.stem == "lan")
    want = ours("-X", "-n", "-r", path).stdout
    assert ours("-X", "-n", data=path.read_bytes()).stdout == want
    for suffix in ("gz", "bz2", "xz"):
        assert ours("-X", "-n", "-r", f"{path}.{suffix}").stdout == want


def test_a_missing_file_is_reported_by_name(tmp_path: Path) -> None:
    result = ours("-X", "-r", tmp_path / "none.argus")
    assert result.returncode == 3
    assert b"none.argus: No such file" in result.stderr


def test_unknown_words_name_the_nearest() -> None:
    for arguments, hint in ((["-s", "sadr"], b"saddr"), (["-M", "printr=hex"], b"printer"), (["-y"], b"-y"), (["--raed"], b"--read")):
        result = ours("-X", *arguments)
        assert result.returncode == 2
        assert hint in result.stderr


@needs_samples
def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    path = next(path for path in FILES if path.stem == "scan")
    big = tmp_path / "big.argus"
    big.write_bytes(path.read_bytes() * 20)
    code = "import sys; from pyargus.clients.ra import main; main()"
    command = [sys.executable, "-c", code, "-X", "-n", "-r", str(big)]
    process = subprocess.Popen(command, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 0

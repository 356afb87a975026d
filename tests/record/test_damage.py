"""Files cut and with flipped bits: what stood before the damage is printed, one message says where it is, and nothing falls over."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyargus.clients.output import make_printer
from pyargus.clients.settings import from_argv
from pyargus.errors import BadInput
from pyargus.record import client_cy, decode_cy, frames_cy, repair_cy
from pyargus.record.batch_cy import Batch
from pyargus.record.reader import open_source
from pyargus.record.record_cy import Record
from pyargus.record.rewrite_cy import Rewriter
from pyargus.record.schema import FIELDS
from tests.record.samples import FILES, needs_samples

MUTATIONS = 2000
INITIAL = 128
MOST = 4096
"""Bytes of a sample that are used: enough for some twenty records, and quick."""
ENV = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
ALL = ["-X", "-n", "-L", "-1", "-M", "man", "-s", *(field.name for field in FIELDS)]


def whole_records(data: bytes) -> int:
    """Where the last whole record of a file's bytes ends."""
    at = INITIAL
    while (size := frames_cy.frame(memoryview(data), at)) > 0:
        at += size
    return at


def samples() -> list[bytes]:
    """The beginning of each sample file, up to the end of a record."""
    out = []
    for path in FILES:
        data = path.read_bytes()[:MOST]
        out.append(data[: whole_records(data)])
    return [data for data in out if len(data) > INITIAL]


def mutations(count: int, seed: int) -> Iterator[tuple[bytes, bytes, int, bool]]:
    """`count` times: a sample, its damaged copy, where the damage begins, and whether it is a cut."""
    chance = random.Random(seed)
    found = samples()
    for number in range(count):
        data = found[number % len(found)]
        cut = number % 3 == 0
        if cut:
            at = chance.randrange(len(data))
            yield data, data[:at], at, True
            continue
        places = sorted(chance.randrange(len(data)) for _ in range(chance.randrange(1, 6)))
        damaged = bytearray(data)
        for place in places:
            damaged[place] ^= 1 << chance.randrange(8)
        yield data, bytes(damaged), places[0], False


def listing(path: Path, arguments: list[str]) -> tuple[bytes, int]:
    """What is printed of a file, by reader and printer, and how it ended (`Batch.trouble`; 3: not an argus file)."""
    batch = Batch(make_printer(from_argv(arguments)))
    batch.delivery.size = 1 << 30
    source = open_source(str(path))
    try:
        source.start()
    except BadInput:
        return b"", 3
    finally:
        source.close()
    source = open_source(str(path))
    source.start()
    try:
        for chunk, offset in source.chunks():
            batch.run(memoryview(bytes(chunk)), 0, offset)
            if batch.trouble:
                break
    finally:
        source.close()
    return batch.delivery.printer.out.take(), batch.trouble


@needs_samples
def test_reader_and_printer_take_any_damage(tmp_path: Path) -> None:
    path = tmp_path / "damaged.argus"
    before = tmp_path / "before.argus"
    ends = set()
    for data, damaged, at, cut in mutations(MUTATIONS, 1):
        path.write_bytes(damaged)
        text, trouble = listing(path, ALL)
        ends.add(trouble)
        if at < INITIAL:
            assert not cut or trouble == 3
            continue
        sound = INITIAL
        while sound + frames_cy.frame(memoryview(data), sound) <= at < len(data):
            sound += frames_cy.frame(memoryview(data), sound)
        if cut:
            assert trouble == (1 if sound < at else 0)
        before.write_bytes(data[:sound])
        assert text.startswith(listing(before, ALL)[0])
    assert ends == {0, 1, 2, 3}


@needs_samples
def test_rewriting_takes_any_damage() -> None:
    record = Record()
    writer = Rewriter()
    for _, damaged, _, _ in mutations(MUTATIONS, 2):
        view = memoryview(damaged)
        record.point_to(view)
        at = INITIAL
        while (size := frames_cy.frame(view, at)) > 0 and at + size <= len(damaged):
            decode_cy.decode(record, at, at)
            writer.write(record)
            assert len(writer.take()) % 4 == 0
            decode_cy.decode(record, at, at)
            repair_cy.repair(record)
            client_cy.client_form(record, True)
            writer.write(record)
            again = writer.take()
            assert frames_cy.frame(memoryview(again), 0) == len(again)
            at += size


def ra(path: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from pyargus.clients.ra import main; main()", "-X", "-n", "-L", "-1", "-r", str(path), *arguments]
    return subprocess.run(command, env=ENV, capture_output=True, timeout=60, check=False)


@needs_samples
def test_the_program_reports_damage_once(tmp_path: Path) -> None:
    path = tmp_path / "damaged.argus"
    before = tmp_path / "before.argus"
    for data, damaged, at, cut in mutations(24, 3):
        path.write_bytes(damaged)
        result = ra(path)
        assert result.returncode in (0, 1), result.stderr
        assert b"Traceback" not in result.stderr
        assert result.stderr.count(b"\n") == (1 if result.returncode else 0)
        if at < INITIAL:
            continue
        sound = whole_records(data[:at])
        if cut:
            assert result.returncode == (1 if sound < at else 0)
            assert sound == at or f"{path} at byte {sound}: ".encode() in result.stderr
        before.write_bytes(data[:sound])
        assert result.stdout.startswith(ra(before).stdout)


@needs_samples
@pytest.mark.parametrize("arguments", [["-s", "+suser:64"], ["-c", ","], ["-A"], ["-", "tcp", "or", "udp", "port", "53"]], ids=str)
def test_the_program_takes_damage_with_other_options(arguments: list[str], tmp_path: Path) -> None:
    path = tmp_path / "damaged.argus"
    for _, damaged, _, _ in mutations(8, 4):
        path.write_bytes(damaged)
        result = ra(path, *arguments)
        assert result.returncode in (0, 1), result.stderr
        assert b"Traceback" not in result.stderr and result.stderr.count(b"\n") <= 1

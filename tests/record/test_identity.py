"""Decoding and encoding give back the bytes, and a client's rewrite is what the reference writes."""

import subprocess
from pathlib import Path

import pytest

from pyargus.record import client_cy, decode_cy, frames_cy, repair_cy, rewrite_cy
from pyargus.record.record_cy import Record
from tests.kernels import load_interpreted
from tests.record.samples import FILES, REFERENCE, identify, needs_reference, needs_samples


def records(data: bytes) -> list[tuple[int, bytes]]:
    """Offset and bytes of each record."""
    out = []
    at = 0
    while at < len(data):
        size = frames_cy.frame(memoryview(data), at)
        assert size > 0
        out.append((at, data[at : at + size]))
        at += size
    return out


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_every_record_is_written_as_it_was_read(path: Path) -> None:
    data = path.read_bytes()
    record = Record()
    record.point_to(memoryview(data))
    writer = rewrite_cy.Rewriter()
    for at, raw in records(data):
        assert decode_cy.decode(record, at, at) == 1
        writer.write(record)
        assert writer.take() == raw


@needs_samples
def test_a_changed_attribute_changes_the_bytes() -> None:
    data = next(path for path in FILES if path.stem == "tcp").read_bytes()
    record = Record()
    record.point_to(memoryview(data))
    writer = rewrite_cy.Rewriter()
    at, raw = next((at, raw) for at, raw in records(data) if raw[0] == 0x13)
    for name in ("seq", "saddr_lo", "sport", "sstart_s", "spkts", "tcp_status", "sttl", "dmac", "senc", "suser_count", "dnext"):
        decode_cy.decode(record, at, at)
        setattr(record, name, getattr(record, name) ^ 1)
        writer.write(record)
        assert writer.take() != raw, name


def undefined_blanked(data: bytes) -> list[tuple[int, bytes]]:
    """DSRs of a flow record, without bytes that the format leaves undefined."""
    out = []
    at = 4
    while at + 4 <= len(data):
        long = data[at + 1] & 0x80 and not data[at] & 0x80
        size = 4 * (int.from_bytes(data[at + 2 : at + 4], "big") if long else data[at + 3])
        assert size
        body = data[at : at + size]
        if body[0] == 0x34:
            body = body[:28]
        elif body[0] == 0x30 and body[1] == 0x10:
            body = body[:10]
        elif body[0] == 0x60:
            # The reference spoils the idle statistics of records that hold several, and leaves an old deviation in those of one.
            body = body[:36] + body[40:52]
        out.append((body[0], body))
        at += size
    return out


@needs_samples
@needs_reference
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_a_rewrite_is_the_reference_s(path: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    target = tmp_path / "out.argus"
    assert REFERENCE is not None
    subprocess.run([REFERENCE, "-X", "-F", tmp_path / "empty", "-r", path, "-w", target], check=True, timeout=60, capture_output=True)
    want = [raw for _, raw in records(target.read_bytes())]
    data = path.read_bytes()
    record = Record()
    record.point_to(memoryview(data))
    writer = rewrite_cy.Rewriter()
    got = []
    for at, _ in records(data):
        decode_cy.decode(record, at, at)
        repair_cy.repair(record)
        client_cy.client_form(record, True)
        writer.write(record)
        got.append(writer.take())
    assert len(got) == len(want)
    for mine, theirs in zip(got, want, strict=True):
        if theirs[0] & 0xF0 == 0x80:
            assert mine == theirs
        else:
            assert undefined_blanked(mine) == undefined_blanked(theirs)


@needs_samples
def test_the_interpreted_kernels_do_the_same() -> None:
    interpreted = load_interpreted("pyargus.record.rewrite_cy")
    decoder = load_interpreted("pyargus.record.decode_cy")
    frames = load_interpreted("pyargus.record.frames_cy")
    for path in FILES[:6]:
        data = path.read_bytes()[:20000]
        record = decoder.Record()
        record.point_to(memoryview(data))
        writer = interpreted.Rewriter()
        at = 0
        while (size := frames.frame(memoryview(data), at)) > 0:
            assert decoder.decode(record, at, at) == 1
            writer.write(record)
            assert writer.take() == data[at : at + size]
            at += size

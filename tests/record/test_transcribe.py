"""A record that is copied in ranges has the bytes of one that was read in full and written anew."""

from pathlib import Path

import pytest

from pyargus.record import client_cy, decode_cy, frames_cy, repair_cy, rewrite_cy, transcribe_cy
from pyargus.record.record_cy import Record
from tests.record.samples import FILES, identify, needs_samples


def in_full(data: bytes) -> bytes:
    """The client form of a record that was decoded."""
    record, writer = Record(), rewrite_cy.Rewriter()
    record.point_to(data)
    decode_cy.decode(record, 0, 0)
    repair_cy.repair(record)
    client_cy.client_form(record, True)
    writer.write(record)
    return bytes(writer.take())


def in_ranges(data: bytes) -> bytes | None:
    """The client form of a record that was transcribed, None where it is to be decoded."""
    record, writer = Record(), rewrite_cy.Rewriter()
    record.point_wide(data)
    return bytes(writer.take()) if transcribe_cy.transcribe(writer, record, 0) else None


def flows(path: Path) -> list[bytes]:
    """The records of a file that are none of management."""
    data, at, out = path.read_bytes(), 0, []
    while (size := frames_cy.frame(memoryview(data), at)) > 0:
        if data[at] & 0xF0 in (0x10, 0x30, 0x40):
            out.append(data[at : at + size])
        at += size
    return out


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_the_bytes_are_those_of_a_full_reading(path: Path) -> None:
    for data in flows(path):
        assert in_ranges(data) in (None, in_full(data))


@needs_samples
def test_most_records_are_of_the_usual_kind() -> None:
    kept = [in_ranges(data) is not None for data in flows(next(path for path in FILES if path.stem == "tcp"))]
    assert sum(kept) > len(kept) // 2


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_any_changed_byte_leads_to_the_same_as_a_full_reading(path: Path) -> None:
    for data in flows(path)[:12]:
        for at in range(4, len(data)):
            for flip in (0x01, 0x40, 0xFF):
                changed = bytearray(data)
                changed[at] ^= flip
                found = in_ranges(bytes(changed))
                assert found is None or found == in_full(bytes(changed)), (at, flip)

"""A large file of records, made of a few small captures that repeat."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pyargus.capture.generate import generate
from pyargus.clients.frame import status_of
from pyargus.clients.ra import PROGRAM
from pyargus.record.reader import INITIAL

SIZE = 3 << 20
"""Bytes that it has at least."""


@cache
def large() -> bytes:
    """The records, with management records in between."""
    out = b""
    with TemporaryDirectory() as name:
        for seed in range(1, 6):
            capture, made = Path(name) / f"{seed}.pcap", Path(name) / f"{seed}.argus"
            capture.write_bytes(generate(seed))
            assert status_of(PROGRAM, ["-X", "-r", str(capture), "-w", str(made)]) == 0
            data = made.read_bytes()
            out = (out or data[:INITIAL]) + data[INITIAL:]
    return out[:INITIAL] + out[INITIAL:] * (SIZE // len(out) + 1)


def places(data: bytes) -> Iterator[int]:
    """Where records start."""
    at = INITIAL
    while at < len(data):
        yield at
        at += 4 * int.from_bytes(data[at + 2 : at + 4])


@pytest.fixture(scope="module")
def records() -> bytes:
    """The bytes of a large file."""
    return large()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A large file."""
    path = tmp_path_factory.mktemp("large") / "large.argus"
    path.write_bytes(large())
    return path

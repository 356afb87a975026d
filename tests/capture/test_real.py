"""Real captures against tcpdump and dpkt."""

import io
import os
import random
import shutil
import subprocess
from pathlib import Path

import dpkt
import pytest

from pyargus.capture.reader import open_capture
from pyargus.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = Path(os.environ.get("PYARGUS_SHARED", ROOT.parent / "shared")) / "captures"
EVERY = 4
"""One in so many of the captures, to keep the test short."""


def sample() -> list[Path]:
    """Some captures, small and large."""
    found = sorted(path for path in CAPTURES.glob("*.pcap*") if path.suffix in (".pcap", ".pcapng"))
    if not found:
        pytest.skip("no captures: set PYARGUS_SHARED")
    return found[::EVERY]


def ours(path: Path) -> tuple[list[tuple[int, int, int]], BadInput | None]:
    """Microseconds, captured and wire length of every frame."""
    found: list[tuple[int, int, int]] = []
    try:
        with open_capture(str(path)) as reader:
            for batch in reader:
                found += zip(
                    [ts // 1000 for ts in batch.ts[: batch.count]], batch.caplen[: batch.count], batch.wirelen[: batch.count], strict=True
                )
    except BadInput as fault:
        return found, fault
    return found, None


def test_as_many_frames_as_tcpdump_and_their_times() -> None:
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        pytest.skip("tcpdump is not installed")
    compared = 0
    for path in sample():
        result = subprocess.run([tcpdump, "-nntt", "-r", str(path), "-w", "-"], capture_output=True, check=False)
        if b"tcpdump: " in result.stderr.replace(b"reading from", b""):
            continue
        copy = dpkt.pcap.Reader(io.BytesIO(result.stdout))
        expected = [(round(float(ts) * 1e6), len(data)) for ts, data in copy]
        found, fault = ours(path)
        assert fault is None, path.name
        assert [(ts, captured) for ts, captured, _ in found] == expected, path.name
        compared += 1
    assert compared > 100


def test_same_lengths_as_dpkt_in_pcap_files() -> None:
    compared = 0
    for path in sample():
        if path.suffix != ".pcap":
            continue
        try:
            with path.open("rb") as file:
                oracle = dpkt.pcap.Reader(file)
                snaplen = oracle.snaplen or 262144
                expected = [(round(float(ts) * 1e6), min(len(frame), snaplen), 16 + len(frame)) for ts, frame in oracle]
        except ValueError:  # a pcapng file under this name
            continue
        found, fault = ours(path)
        if fault is None:
            assert [(ts, captured) for ts, captured, _ in found] == [item[:2] for item in expected], path.name
            assert 24 + sum(item[2] for item in expected) == path.stat().st_size, path.name
            compared += 1
    assert compared > 100


def test_damaged_anywhere_they_end_in_a_message_or_not_at_all(tmp_path: Path) -> None:
    draw = random.Random(11)
    target = tmp_path / "damaged"
    faults = 0
    for path in sample():
        whole = path.read_bytes()[:50_000]
        if not whole:
            continue
        for _ in range(6):
            data = bytearray(whole[: draw.randrange(1, len(whole) + 1)])
            for _ in range(draw.randrange(4)):
                data[draw.randrange(min(len(data), draw.choice((64, 50_000))))] ^= 1 << draw.randrange(8)
            target.write_bytes(data)
            found, fault = ours(target)
            faults += fault is not None
            assert all(captured <= len(data) for _, captured, _ in found)
    assert faults > 300

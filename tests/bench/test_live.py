"""The bench of live capture: the sender sends what it says, rounds keep to their time, the page says what was found."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import live
from pyargus.capture.generate import generate
from tests.namespace import Wire, until, wire

__all__ = ["wire"]


def arrived(device: str) -> int:
    """Packets that have come in on an interface."""
    rows = [line.partition(":") for line in Path("/proc/self/net/dev").read_text().splitlines()]
    return next(int(numbers.split()[1]) for name, _, numbers in rows if name.strip() == device)


def test_the_sender_sends_what_it_says(wire: Wire, tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    (tmp_path / "in.pcap").write_bytes(generate())
    command = [sys.executable, "-m", "bench.sender", wire.near, str(tmp_path / "in.pcap"), "--packets", "200", "--serve"]
    done = subprocess.run(command, input="20000 0.1\n1000000 0.01\n", capture_output=True, text=True, timeout=60, check=True)
    ready, first, second = map(json.loads, done.stdout.splitlines())
    assert ready["packets"] >= 200
    assert (first["sent"], second["sent"]) == (2000, 10_000)
    assert 0 < first["rate"] < 20_200 and first["seconds"] > 0.099
    assert until(lambda: arrived(wire.far) >= 12_000)
    assert arrived(wire.far) == 12_000


def outcome(got: int) -> live.Outcome:
    return live.Outcome(1000, 100_000, got, "", 0.002, 2048)


def test_rounds_end_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clock = [0.0]

    def run(sensor: live.Sensor, *more: object) -> live.Outcome:
        clock[0] += 10
        return outcome(990 if "pcap" in sensor.name else 1000)

    monkeypatch.setattr(live, "run", run)
    monkeypatch.setattr(live, "sensors", lambda records, busy: [live.Sensor(name, [], "") for name in ("ring", "pcap")])
    monkeypatch.setattr(live.time, "monotonic", lambda: clock[0])
    options = argparse.Namespace(rates=[100_000, 200_000], runs=9, limit=130.0, seconds=5.0, busy=False)
    found = live.rounds(None, tmp_path, options)  # type: ignore[arg-type]
    # A round takes 40 seconds: three of them fit, and a first one always.
    assert {key: len(value) for key, value in found.items()} == {(rate, name): 3 for rate in options.rates for name in ("ring", "pcap")}
    options.limit = 1.0
    assert all(len(value) == 1 for value in live.rounds(None, tmp_path, options).values())  # type: ignore[arg-type]
    text = live.page(found, 700_000, True, options)
    assert "| ring | 100,000 | 100,000 | 0, 0, 0 | 2.00 | 2 |" in text
    assert "| pcap | 200,000 | 100,000 | 1, 1, 1 | 2.02 | 2 |" in text
    assert "in 3 rounds" in "\n".join(text)

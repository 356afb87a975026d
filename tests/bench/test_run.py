"""The checks of the measurements notice what is missing."""

import sys
from pathlib import Path

import pytest

from bench import run
from bench.generate_trace import Sum, Truth
from bench.measure import Program, compare, table

TRUTH = Truth(5, 500, 1.0, {"tcp": Sum(3, 300, 1), "udp": Sum(2, 200, 1)})
GOOD = [
    ["tcp", "10.0.0.1", "1", "10.0.0.2", "2", "1", "1", "100", "100"],
    ["tcp", "10.0.0.2", "2", "10.0.0.1", "1", "1", "0", "100", "0"],
    ["udp", "10.0.0.1", "1", "10.0.0.2", "2", "2", "0", "200", "0"],
]


def test_sums_that_are_right_and_sums_that_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path("x")
    monkeypatch.setattr(run, "rows", lambda *_: iter(GOOD))
    assert run.check(path, path, TRUTH, path) == []
    monkeypatch.setattr(run, "rows", lambda *_: iter(GOOD[1:]))
    assert run.check(path, path, TRUTH, path) == ["tcp: 1 packets, not 3", "tcp: 100 bytes, not 300"]
    monkeypatch.setattr(run, "rows", lambda *_: iter(GOOD[:2]))
    assert "udp: 0 conversations, not 1" in run.check(path, path, TRUTH, path)


def test_programs_are_run_in_turn_and_a_failure_is_told(tmp_path: Path) -> None:
    said = tmp_path / "said"
    script = f"import sys; open({str(said)!r}, 'a').write(sys.argv[1])"
    good = [Program(name, [sys.executable, "-c", script, name], reference=name == "a") for name in "ab"]
    bad = Program("c", [sys.executable, "-c", "import sys; sys.exit('no such thing')"])
    results = compare([*good, bad], 3, tmp_path / "messages")
    assert said.read_text() == "ababab"
    assert [len(results[name].wall) for name in "abc"] == [3, 3, 0]
    assert all(size > 1 << 20 for size in results["a"].memory)
    lines = table([*good, bad], results)
    assert lines[2].startswith("| a | ") and "| 1.00 |" in lines[2]
    assert lines[4] == "| c | failed: exit 1: no such thing | | | | |"


def test_first_records(tmp_path: Path) -> None:
    records = [bytes([0, 0, 0, words]) + bytes(4 * words - 4) for words in (3, 32, 5, 9)]
    (tmp_path / "all").write_bytes(b"".join(records))
    run.first_records(tmp_path / "all", tmp_path / "some", 3)
    assert (tmp_path / "some").read_bytes() == b"".join(records[:3])

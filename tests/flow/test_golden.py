"""Every golden case of the sensor: our records against those of the reference, part by part."""

from pathlib import Path

import pytest

from tests.flow.craft import GOLDEN, ROOT, Record, case_settings, parse, shown, split
from tests.flow.play import play

CASES = sorted(path.parent.name for path in GOLDEN.glob("*/expected.argus"))

# What is not as the reference has it, on purpose: case -> words of the line of docs/reference/differences.md that says so.
FAULT = {"pcap_truncated_tail": "a capture that is cut inside a packet"}
DIFFERENT = FAULT


def ours(case: Path) -> tuple[list[Record], str]:
    """Our records of a case, and what is wrong with its capture."""
    records, fault = play(case_settings(case))
    return list(parse(records)), fault


@pytest.mark.skipif(not CASES, reason="no golden cases: set PYARGUS_SHARED")
def test_cases_are_all_there() -> None:
    assert len(CASES) >= 150


@pytest.mark.skipif(not CASES, reason="no golden cases: set PYARGUS_SHARED")
@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    expected_bytes = (GOLDEN / name / "expected.argus").read_bytes()
    expected = list(parse(expected_bytes))
    found, fault = ours(GOLDEN / name)
    assert [shown(record) for record in found] == [shown(record) for record in expected]
    assert bool(fault) == (name in FAULT), fault
    kinds = [(record[0], record[1]) for record in split(expected_bytes) if record[0] >> 4 == 8]
    assert kinds == [(0x83, 0x10), (0x83, 0x30)]


def test_differences_are_documented() -> None:
    text = (ROOT / "docs/reference/differences.md").read_text()
    for words in DIFFERENT.values():
        assert words in text
    for name in DIFFERENT:
        assert f"`{name}`" in text

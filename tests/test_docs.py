"""Reference pages are what the tables say, and the machine goes only where the diagram leads."""

import random
import subprocess
import sys

import pytest

from pyargus.clients import sensor_options
from pyargus.flow.config import FlowConfig
from pyargus.flow.tcp_table import ACK, FIN, PSH, RST, SYN, State, Step, first_row, step
from tests.flow.craft import STOP, Talk, run
from tools import make_docs


@pytest.mark.parametrize("page", make_docs.PAGES)
def test_pages_are_current(page: str) -> None:
    text = (make_docs.ROOT / page).read_text()
    assert make_docs.fill(text) == text, "make docs"
    for name in make_docs.PARTS:
        assert (f"<!-- made: {name} -->" in text) == (make_docs.PARTS[name]().strip() in text)


def test_every_part_is_on_a_page() -> None:
    pages = "".join((make_docs.ROOT / page).read_text() for page in make_docs.PAGES)
    assert [name for name in make_docs.PARTS if f"<!-- made: {name} -->" not in pages] == []


def test_check_says_what_is_stale(tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_docs.main(["--check"]) == 0
    monkeypatch.setitem(make_docs.PARTS, "defaults", lambda: "something else\n")
    assert make_docs.main(["--check"]) == 1
    assert capsys.readouterr().err == "docs/reference/argus.md is not what the tables say: make docs\n"


def test_script_runs() -> None:
    subprocess.run([sys.executable, make_docs.__file__, "--check"], check=True)


def test_every_variable_and_option_has_its_line() -> None:
    page = (make_docs.ROOT / "docs/reference/argus.md").read_text()
    tables = (sensor_options.VARIABLES, sensor_options.SWITCHES, sensor_options.SECONDS, sensor_options.SILENT, sensor_options.REFUSED)
    for name in [*(name for table in tables for name in table), *sensor_options.OTHERS]:
        assert f"`ARGUS_{name}`" in page
    for option in sensor_options.OPTIONS:
        assert f"`-{option.letter}`" in page or f"`--{option.letter}`" in page


def test_the_machine_goes_where_the_tables_lead_and_nowhere_else() -> None:
    """Interval 0 reports every packet, so that the state after each can be seen."""
    drawn = set(make_docs.edges())
    walked = set()
    seen = set()
    for seed in range(600):
        draw = random.Random(seed)
        talk = Talk()
        numbers = draw.choice(([100, 5000], [100, 100]))
        for at in range(draw.randrange(2, 12)):
            side = draw.randrange(2)
            flags = draw.choice((SYN, SYN, SYN | ACK, ACK, ACK, ACK, PSH | ACK, FIN | ACK, FIN | ACK, FIN, RST, 0, draw.randrange(256)))
            size = draw.choice((0, 0, 0, 10))
            talk.send(at, side, flags, numbers[side], numbers[1 - side], b"x" * size)
            numbers[side] += size + (1 if flags & (SYN | FIN) and draw.random() < 0.7 else 0)
        records = [record for record in run(talk.segments, FlowConfig(interval=0)) if record.cause != STOP]
        if len(records) != len(talk.segments):
            continue  # a connection that took the place of another shares its record with none of its packets
        before = first_row(talk.segments[0].data[47])[1]
        for packet, record in zip(talk.segments[1:], records[1:], strict=True):
            flags = packet.data[47]
            if record.dsr(0x30).subtype != 5:
                before = first_row(flags)[1] if before != State.LISTEN or flags & SYN else before
                continue
            after = State(record.tcp.state)
            action = step(before, flags)
            seen.add(action)
            assert after == before or after in make_docs.DOES[action][1], (seed, before, flags, after)
            if after != before and action != Step.RESET:
                walked.add((before, after))
            before = after
    assert walked <= drawn
    unreached = {State.CLOSE_WAIT, State.LAST_ACK, State.TIME_WAIT}
    assert {edge for edge in drawn - walked if edge[0] not in unreached and edge[1] != State.SYN_SENT} == set()
    assert seen >= set(Step) - {Step.NEW}

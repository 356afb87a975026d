"""Keystroke detection: the rule on crafted segments, its settings, and its counts beside the reference sensor's."""

import random
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pyargus.clients.sensor_settings import from_argv
from pyargus.errors import BadUse
from pyargus.flow.config import FlowConfig, KeystrokeLimits
from tests.capture.craft import Frame, pcap
from tests.flow.craft import ACK, PSH, SYN, Packet, Talk, parse, run, shown
from tests.flow.play import play

REFERENCE = Path("/usr/sbin/argus")
BEHAVIOUR = 0x54
CLIENT, SERVER = 0, 1
STEP = 200_000
"""Microseconds between two strokes."""

Step = tuple[int, int, int]
"""Time (microseconds), side and payload (bytes) of a segment."""


def talk(steps: Sequence[Step], port: int = 40_000) -> list[Packet]:
    """A connection with the handshake, twenty segments of traffic, which are not looked at, and the steps after one second."""
    found = Talk(sport=port, dport=22)
    following = [1001, 5001]
    found.send(0, CLIENT, SYN, 1000)
    found.send(10_000, SERVER, SYN | ACK, 5000, 1001)
    found.send(12_000, CLIENT, ACK, 1001, 5001)
    for at, side, size in [*((20_000 + 1000 * n, n % 2, 500) for n in range(20)), *((1_000_000 + at, *rest) for at, *rest in steps)]:
        found.send(at, side, PSH | ACK, following[side], following[1 - side], b"x" * size)
        following[side] += size
    return found.segments


def typed(times: Sequence[int], size: int = 48, echo: int = 48, delays: Sequence[int] = ()) -> list[Step]:
    """A client packet at each time, and its echo 10 ms or the delay after it."""
    waits = delays or [10_000] * len(times)
    return [step for at, wait in zip(times, waits, strict=True) for step in ((at, CLIENT, size), (at + wait, SERVER, echo))]


def strokes(steps: Sequence[Step], limits: KeystrokeLimits | None = None, keystroke: int = 1) -> tuple[int, int] | None:
    """Strokes of the client and of the server in the one record of the connection, None without a behaviour DSR."""
    config = FlowConfig(interval=100_000_000, keystroke=keystroke, keystroke_limits=limits or KeystrokeLimits())
    (record,) = run(talk(steps), config)
    if not record.has(BEHAVIOUR):
        return None
    dsr = record.dsr(BEHAVIOUR)
    assert dsr.subtype == 1
    source, destination = struct.unpack("!II", dsr.body)
    return source, destination


EVEN = [n * STEP for n in range(4)]


def test_what_is_echoed_at_the_same_pace_is_counted() -> None:
    assert strokes(typed(EVEN)) == (4, 0)
    assert strokes(typed(EVEN[:2])) == (2, 0)


def test_one_stroke_has_no_interval() -> None:
    assert strokes(typed(EVEN[:1])) == (0, 0)


def test_without_an_echo_nothing_is_counted() -> None:
    assert strokes([(at, CLIENT, 48) for at in EVEN]) == (0, 0)


@pytest.mark.parametrize(("size", "echo", "count"), [(48, 24, 4), (128, 256, 4), (47, 48, 0), (129, 48, 0), (48, 23, 0), (48, 257, 0)])
def test_sizes(size: int, echo: int, count: int) -> None:
    assert strokes(typed(EVEN, size, echo)) == (count, 0)


def test_a_packet_too_soon_after_the_last_stroke_is_none() -> None:
    assert strokes(typed([0, 50_000])) == (2, 0)
    assert strokes(typed([0, 49_999])) == (0, 0)
    # It does not take the place of the stroke before it.
    assert strokes([*typed([0]), (49_999, CLIENT, 48), *typed([STEP])]) == (2, 0)


def test_strokes_too_many_packets_apart_are_not_counted() -> None:
    def apart(between: int) -> list[Step]:
        return [*typed([0]), *((20_000 + n, CLIENT, 0) for n in range(between)), *typed([STEP])]

    assert strokes(apart(1)) == (2, 0)
    assert strokes(apart(2)) == (0, 0)
    assert strokes(apart(0), KeystrokeLimits(GPC_MAX=1)) == (0, 0)


@pytest.mark.parametrize(("delay", "count"), [(10_000, 2), (30_000, 2), (40_000, 0)])
def test_ratio_of_the_intervals(delay: int, count: int) -> None:
    """200 ms of the client by 200, 220 and 230 ms of the server."""
    assert strokes(typed(EVEN[:2], delays=[10_000, delay])) == (count, 0)


def test_an_echo_too_many_packets_later_is_none() -> None:
    def late(between: int) -> list[Step]:
        return [
            step
            for at in EVEN
            for step in ((at, CLIENT, 48), *((at + 1000 + n, CLIENT, 0) for n in range(between)), (at + 10_000, SERVER, 48))
        ]

    limits = KeystrokeLimits(GS_MAX=2)
    assert strokes(late(0), limits) == (4, 0)
    assert strokes(late(2), limits) == (0, 0)


def test_off_adds_no_part() -> None:
    assert strokes(typed(EVEN), keystroke=0) is None


def test_the_first_packets_are_not_looked_at() -> None:
    config = FlowConfig(keystroke=1)
    assert not run(talk([])[:22], config)[0].has(BEHAVIOUR)
    assert run(talk([])[:23], config)[0].has(BEHAVIOUR)


# ---- settings


def configured(folder: Path, text: str) -> tuple[int, KeystrokeLimits]:
    (folder / "a.conf").write_text(text)
    flow = from_argv(["-X", "-F", str(folder / "a.conf")]).flow
    return flow.keystroke, flow.keystroke_limits


def test_settings(tmp_path: Path) -> None:
    assert configured(tmp_path, "") == (0, KeystrokeLimits())
    assert configured(tmp_path, 'ARGUS_KEYSTROKE="yes"\nARGUS_KEYSTROKE_CONF="DC_MIN=20; ICR_MAX=1.5"\n') == (
        1,
        KeystrokeLimits(DC_MIN=20, ICR_MAX=1.5),
    )
    # Turning detection on sets the limits back.
    assert configured(tmp_path, 'ARGUS_KEYSTROKE_CONF="DC_MIN=20"\nARGUS_KEYSTROKE="tcp"\n') == (1, KeystrokeLimits())


REFUSED = {
    "ARGUS_KEYSTROKE=ssh": "SSH",
    "ARGUS_KEYSTROKE=perhaps": "yes, tcp, no",
    "ARGUS_KEYSTROKE_CONF=FOO=1": "FOO",
    "ARGUS_KEYSTROKE_CONF=DC_MIN=a": "whole number",
    "ARGUS_KEYSTROKE_CONF=DC_MIN=4294967296": "the most",
    "ARGUS_KEYSTROKE_CONF=GPC_MAX=4": "3 is the most",
    "ARGUS_KEYSTROKE_CONF=ICR_MIN=nan": "from 0 on",
    "ARGUS_KEYSTROKE_CONF=ICR_MIN=": "from 0 on",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadUse, match=f"{text.partition('=')[0]}: .*{REFUSED[text]}"):
        configured(tmp_path, text + "\n")


# ---- beside the reference


def typing(draw: random.Random) -> list[Step]:
    """Packets of a client and echoes at changing pace, with others of any size among them, in the order of their times."""
    steps: list[Step] = []
    at = 0
    for _ in range(draw.randrange(4, 30)):
        if draw.random() < 0.3:
            steps.append((at, draw.randrange(2), draw.choice((0, 10, 48, 500))))
        else:
            steps.append((at, CLIENT, draw.choice((48, 48, 48, 60, 10, 500))))
            if draw.random() < 0.15:
                steps.append((at + 1000, draw.randrange(2), draw.choice((0, 10, 48, 500))))
            if draw.random() < 0.92:
                steps.append((at + 10_000 + draw.choice((0, 0, 0, 1000, 8000)), SERVER, draw.choice((48, 48, 48, 48, 10, 500))))
            if draw.random() < 0.3:
                steps.append((at + 19_000, CLIENT, 0))
        at += draw.choice((100_000, 100_000, 100_000, 60_000, 200_000, 40_000, 20_000))
    return steps


@pytest.mark.parametrize("limits", ["", "DC_MIN=10;DC_MAX=499;IC_MIN=30000", "DS_MIN=10;DS_MAX=500;GS_MAX=2", "ICR_MIN=0.8;ICR_MAX=1.2"])
@pytest.mark.parametrize("interval", ["1", "100000"])
def test_counts_of_the_reference(tmp_path: Path, limits: str, interval: str) -> None:
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE.name} is not there")
    packets = [packet for port in range(20_000, 20_300) for packet in talk(typing(random.Random(port)), port)]
    packets.sort(key=lambda packet: packet.at)
    capture, conf, out = tmp_path / "a.pcap", tmp_path / "conf", tmp_path / "out"
    capture.write_bytes(pcap([Frame(packet.at * 1000, packet.data, packet.size) for packet in packets]))
    conf.write_text(f'ARGUS_KEYSTROKE="yes"\nARGUS_KEYSTROKE_CONF="{limits}"\n')
    argv = ["-F", str(conf), "-A", "-S", interval, "-r", str(capture)]
    subprocess.run([str(REFERENCE), *argv, "-w", str(out)], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    expected = list(parse(out.read_bytes()))
    found = [shown(record) for record in parse(play(from_argv(argv))[0])]
    counted = sum(struct.unpack("!I", record.dsr(BEHAVIOUR).body[:4])[0] for record in expected if record.has(BEHAVIOUR))
    assert counted > 300
    assert found == [shown(record) for record in expected]

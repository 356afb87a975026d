"""Beside the reference sensor: real captures as printed by its reader, and crafted conversations byte for byte."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.clients.sensor_settings import from_argv
from tests.capture.craft import Frame, pcap
from tests.flow.craft import ACK, CAPTURES, FIN, PSH, RST, SHARED, SYN, Packet, Talk, parse, shown
from tests.flow.play import play

PARITY = SHARED / "tools" / "parity"
REFERENCE, READER = Path("/usr/sbin/argus"), Path("/usr/bin/ra")
SAMPLE = 40
LEAST = 98.0
"""Percent of identical records over the sample."""


def needed(*paths: Path) -> None:
    """Skip where something to compare with is not there."""
    for path in paths:
        if not path.exists():
            pytest.skip(f"{path.name} is not there")


def test_records_of_real_captures(tmp_path: Path) -> None:
    needed(PARITY, REFERENCE, READER, CAPTURES)
    found = sorted(path for path in CAPTURES.glob("*.pcap*") if path.stat().st_size < 1_000_000)
    sample = random.Random(20).sample(found, min(SAMPLE, len(found)))
    ours = tmp_path / "argus"
    ours.write_text(f"#!{sys.executable}\nfrom pyargus.clients.argus import main\nmain()\n")
    ours.chmod(0o755)
    command = [sys.executable, str(PARITY), "--test", str(ours), "--jobs", "8", "--json", str(tmp_path / "result"), *map(str, sample)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((tmp_path / "result").read_text())
    assert result["died"] == 0
    assert result["captures"] >= 30
    assert result["identical"] >= LEAST, done.stdout


def conversation(draw: random.Random, port: int) -> list[Packet]:
    """A TCP conversation on a port of its own: any flags, lost, late and repeated segments, options, windows that shut."""
    talk = Talk(sport=port)
    following = [draw.choice((100, 2**32 - 500, draw.getrandbits(32))), draw.choice((5000, 2**32 - 300, draw.getrandbits(32)))]
    wild = draw.random() < 0.5
    at = draw.randrange(1_000_000)
    for _ in range(draw.randrange(1, 14)):
        at += draw.choice((0, 10, 1000, 50_000, 400_000))
        side = draw.randrange(2)
        usual = (SYN, SYN | ACK, ACK, ACK, PSH | ACK, PSH | ACK, FIN | ACK)
        flags = draw.choice((*usual, RST, RST | ACK, draw.randrange(256))) if wild else draw.choice(usual)
        seq = following[side]
        if draw.random() < 0.3:
            seq = draw.choice((seq - 700, seq - 100, seq - 1, seq + 1, seq + 100, draw.getrandbits(32))) % 2**32
        ack = following[1 - side]
        if draw.random() < 0.3:
            ack = (ack + draw.choice((-300, -1, 1, 300))) % 2**32
        if not flags & ACK:
            ack = draw.choice((0, 0, ack))
        size = draw.choice((0, 0, 1, 100, 700))
        options = draw.choice(
            (b"", b"", b"\x02\x04\x05\xb4", b"\x01\x03\x03\x07", b"\x08\x0a" + bytes(10), draw.randbytes(4 * draw.randrange(11)))
        )
        ident = draw.choice((None, None, None, 0, draw.randrange(65536)))
        window = draw.choice((0, 1000, 1000, 65535))
        talk.send(at, side, flags, seq, ack, b"x" * size, window, options, ident)
        if draw.random() < 0.9:
            following[side] = (seq + size + (1 if flags & (SYN | FIN) else 0)) % 2**32
    return talk.segments


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        (["-AJZm", "-U", "8"], ""),
        (["-A", "-S", "1"], ""),
        (["-A"], "ARGUS_TRACK_DUPLICATES=yes\nARGUS_GENERATE_START_RECORDS=yes\n"),
    ],
)
def test_crafted_tcp_conversations_byte_for_byte(tmp_path: Path, options: list[str], settings: str) -> None:
    needed(REFERENCE)
    packets: list[Packet] = []
    for port in range(20_000, 20_600):
        packets += conversation(random.Random(port), port)
    packets.sort(key=lambda packet: packet.at)
    capture, conf, out = tmp_path / "a.pcap", tmp_path / "conf", tmp_path / "out"
    capture.write_bytes(pcap([Frame(packet.at * 1000, packet.data, packet.size) for packet in packets]))
    conf.write_text(settings)
    argv = ["-F", str(conf), *options, "-r", str(capture)]
    subprocess.run([str(REFERENCE), *argv, "-w", str(out)], stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    expected = [shown(record) for record in parse(out.read_bytes())]
    found = [shown(record) for record in parse(play(from_argv(argv))[0])]
    assert len(expected) > 600
    assert found == expected

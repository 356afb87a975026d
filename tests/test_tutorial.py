"""What the tutorial shows is what the programs print."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.capture.generate import generate

TUTORIAL = Path(__file__).resolve().parents[1] / "docs/tutorial/first-flows.md"
SHOWN = re.findall(r"^```text\n(.*?)^```$", TUTORIAL.read_text(), re.DOTALL | re.MULTILINE)
PACKETS, *TABLES = SHOWN
ENVIRONMENT = {**os.environ, "TZ": "UTC"}


def flows(directory: Path, argus: list[str], ra: list[str]) -> list[str]:
    """The lines that `ra -n` prints of the demo capture."""
    capture, records = directory / "demo.pcap", directory / "demo.argus"
    capture.write_bytes(generate())
    subprocess.run([*argus, "-r", str(capture), "-w", str(records)], env=ENVIRONMENT, check=True)
    result = subprocess.run([*ra, "-n", "-r", str(records)], env=ENVIRONMENT, check=True, capture_output=True, text=True)
    return [line.rstrip() for line in result.stdout.splitlines()]


def shown() -> list[list[str]]:
    """The pieces of tables that the tutorial shows, lines that follow one another."""
    pieces = [piece.splitlines() for table in TABLES for piece in re.split(r"^\.\.\.\n", table, flags=re.MULTILINE)]
    return [piece for piece in pieces if piece]


def check(lines: list[str]) -> None:
    assert sum(len(piece) for piece in shown()) > 15
    for piece in shown():
        for line in piece:
            assert line in lines


def test_flows_as_our_programs_print_them(tmp_path: Path) -> None:
    argus, ra = (
        [sys.executable, "-c", f"import sys; from pyargus.clients.{name} import main; sys.exit(main())"] for name in ("argus", "ra")
    )
    check(flows(tmp_path, [*argus, "-X"], [*ra, "-X"]))


def test_flows_as_the_reference_prints_them(tmp_path: Path) -> None:
    if not (os.access("/usr/sbin/argus", os.X_OK) and os.access("/usr/bin/ra", os.X_OK)):
        pytest.skip("the reference programs are not installed")
    check(flows(tmp_path, ["/usr/sbin/argus", "-X", "-F", "/dev/null"], ["/usr/bin/ra", "-X", "-F", "/dev/null"]))


def test_packets_as_tcpdump_prints_them(tmp_path: Path) -> None:
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        pytest.skip("tcpdump is not installed")
    (tmp_path / "demo.pcap").write_bytes(generate())
    command = re.search(r"tcpdump -n -r demo\.pcap '([^']*)'", TUTORIAL.read_text())
    assert command is not None
    result = subprocess.run(
        [tcpdump, "-n", "-r", "demo.pcap", command[1]], cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    assert result.stdout == PACKETS

"""Standard streams that are full or closed: a message and a status, and nothing is written into another file."""

import os
import subprocess
from pathlib import Path

import pytest

from pyargus.capture.generate import generate
from tests.clients.programs import command, program

FULL = Path("/dev/full")
COMMANDS = ["ra -n -r FILE", "ra -c , -r FILE", "ra -r FILE -w -", "ra -r FILE --format ndjson", "ra --help", "ra --fields", "ra -b - tcp",
            "racount -r FILE", "rahisto -H dur 10 -r FILE", "ratop -1 -r FILE", "racluster -r FILE", "argus --help",
            "argus -r PCAP -w -", "radium --help"]  # fmt: skip


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standard")
    (folder / "x.pcap").write_bytes(generate())
    assert program("argus", "-X", "-r", str(folder / "x.pcap"), "-w", str(folder / "x.argus")).returncode == 0
    return folder / "x.argus"


@pytest.mark.parametrize("line", COMMANDS)
@pytest.mark.parametrize("closed", [False, True], ids=["full", "closed"])
def test_output_that_cannot_be_written(line: str, closed: bool, records: Path) -> None:
    if not closed and not FULL.exists():
        pytest.skip("no device that is full")
    name, *words = line.replace("FILE", str(records)).replace("PCAP", str(records.with_name("x.pcap"))).split()
    with open(os.devnull if closed else FULL, "wb") as output:
        end = subprocess.run(
            ["sh", "-c", f'exec "$@" {">&-" if closed else ""}', "sh", *command(name), "-X", *words],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    reason = "Bad file descriptor" if closed else "No space left on device"
    assert (end.returncode, end.stderr) == (3, f"{name}: standard output: {reason}\n")


def test_input_that_is_closed(records: Path) -> None:
    """No file is read in its place."""
    end = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command("ra"), "-X", "-n", "-r", "-"], capture_output=True, text=True, timeout=60, check=False
    )
    assert end.returncode != 0 and end.stdout == "" and end.stderr.count("\n") == 1


def test_a_file_is_written_though_all_streams_are_closed(records: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.argus"
    words = [*command("ra"), "-X", "-r", str(records), "-w", str(made)]
    assert subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], timeout=60, check=False).returncode == 0
    whole = program("ra", "-X", "-r", str(records), "-w", "-").stdout
    assert made.read_bytes() == whole and len(whole) > 1000

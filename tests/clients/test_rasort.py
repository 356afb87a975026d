"""rasort: options, ranges of its output, files replaced in their places."""

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pyargus.capture.frames import ip
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program
from tests.flow.craft import BEGIN, Packet
from tests.flow.craft import run as engine
from tests.network.craft import INITIAL

MIX = str(GOLDEN / "data" / "mix.argus")
REFERENCE = shutil.which("rasort", path="/usr/bin:/usr/local/bin")
pytestmark = needs_samples


def fields(*arguments: str) -> list[str]:
    """Lines of the output without its title."""
    return program("rasort", "-X", "-n", "-L", "-1", "-c", ",", *arguments).stdout.decode().splitlines()


def test_range_of_the_output() -> None:
    every = fields("-r", MIX, "-m", "bytes", "-s", "bytes", "seq")
    assert fields("-r", MIX, "-m", "bytes", "-s", "bytes", "seq", "-N", "o5") == every[:5]
    assert [int(line.split(",")[0]) for line in every] == sorted((int(line.split(",")[0]) for line in every), reverse=True)


@pytest.mark.skipif(REFERENCE is None, reason="no reference programs")
@pytest.mark.parametrize("name", ["ssh", "l2", "v6", "icmp", "plain"])
@pytest.mark.parametrize("keys", ["tcprtt", "stcpb", "dtcpb stime", "sgap sport", "dgap bytes", "sport", "dtos daddr", "ddsb stime",
                                  "saddr", "daddr pkts", "srcid saddr", "inode sttl"])  # fmt: skip
def test_order_is_that_of_the_reference(name: str, keys: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for backwards in ([], ["-v"]):
        source = str(GOLDEN / "data" / f"{name}.argus")
        words = ["-X", "-F", str(tmp_path / "empty"), "-n", "-r", source, "-m", *keys.split(), *backwards, "-s", "seq", "stime"]
        want = subprocess.run([str(REFERENCE), *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
                              env={**os.environ, "TZ": "UTC", "LC_ALL": "C"})  # fmt: skip
        assert program("rasort", *words).stdout == want.stdout, backwards


def test_networks_in_order(tmp_path: Path) -> None:
    """VLANs by their number, whatever their priority; what has none is below all that have."""
    tags = [b"", b"\x00\x05", b"\xe0\x02", b"\x60\x09", b""]
    packet = ip("10.0.0.1", "10.0.0.2", 17, bytes.fromhex("1000 2000 0008 0000"))
    frames = [bytes(12) + (b"\x81\x00" + tag if tag else b"") + b"\x08\x00" + packet for tag in tags]
    source = tmp_path / "in.argus"
    records = [engine([Packet(BEGIN + place * 1_000_000, frame)])[0].raw for place, frame in enumerate(frames)]
    source.write_bytes(INITIAL + b"".join(records))
    assert fields("-r", str(source), "-m", "svlan", "-s", "svlan") == ["0x6009", "0x0005", "0xe002", "", ""]
    assert fields("-r", str(source), "-m", "svlan", "-v", "-s", "svlan") == ["", "", "0xe002", "0x0005", "0x6009"]


def test_range_of_what_is_written(tmp_path: Path) -> None:
    out = str(tmp_path / "out.argus")
    assert program("rasort", "-X", "-r", MIX, "-m", "bytes", "-N", "o5", "-w", out).returncode == 0
    assert fields("-r", out, "-m", "bytes", "-s", "bytes", "seq") == fields("-r", MIX, "-m", "bytes", "-s", "bytes", "seq")[:5]


def test_little_memory_gives_the_same_order() -> None:
    skype = str(GOLDEN / "data" / "skype.argus")
    inputs = [skype] * 8
    assert fields("-r", *inputs, "-m", "proto", "saddr", "--memory", "1M") == fields("-r", *inputs, "-m", "proto", "saddr")


def test_one_direction_of_a_record() -> None:
    lines = [line.split(",") for line in fields("-r", MIX, "-m", "sbytes", "-M", "uni", "-s", "sbytes", "dbytes", "saddr")]
    assert len(lines) > 300
    assert {line[1] for line in lines} == {"0"}
    assert [int(line[0]) for line in lines] == sorted((int(line[0]) for line in lines), reverse=True)


def test_replace(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.argus", tmp_path / "b.argus.gz"
    plain.write_bytes(Path(MIX).read_bytes())
    packed.write_bytes(gzip.compress(Path(MIX).read_bytes()))
    plain.chmod(0o640)
    result = program("rasort", "-X", "-r", str(plain), str(packed), "-m", "bytes", "-M", "replace")
    assert (result.returncode, result.stderr, result.stdout) == (0, b"", b"")
    want = fields("-r", MIX, "-m", "bytes")
    assert fields("-r", str(plain), "-m", "offset") == want
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert plain.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.argus", "b.argus.gz"]


def test_a_damaged_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.argus"
    path.write_bytes(Path(MIX).read_bytes()[:-3])
    before = path.read_bytes()
    result = program("rasort", "-X", "-r", str(path), "-M", "replace")
    assert result.returncode == 1
    assert b"left as it is" in result.stderr
    assert path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.argus"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-m", "byts"], "no such sort key: 'byts' (nearest: bytes)"),
        (["-m", "idle"], "has no order"),
        (["--memory", "5"], "at least 1M"),
        (["-M", "replace", "-w", "x"], "-M replace"),
        (["-M", "replac"], "nearest: replace"),
    ],
)
def test_refused(arguments: list[str], message: str) -> None:
    result = program("rasort", "-X", "-r", MIX, *arguments)
    assert result.returncode == 2
    assert message in result.stderr.decode()

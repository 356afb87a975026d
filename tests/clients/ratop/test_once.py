"""The view printed once, and what the command line says of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.clients.ratop import PROGRAM, once
from pyargus.clients.ratop.running import make_browser
from pyargus.clients.settings import from_argv
from tests.capture.craft import frames, pcap
from tests.clients.ratop.support import capture
from tests.clients.ratop.test_terminal import Server


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return capture(tmp_path_factory.mktemp("capture"))


def ratop(*arguments: object, stdin: bytes | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/nowhere", "COLUMNS": "", **more}
    environment = {name: value for name, value in environment.items() if value}
    command = [sys.executable, "-c", "from pyargus.clients.ratop import main; main()", "-X", *map(str, arguments)]
    result = subprocess.run(command, input=stdin, capture_output=True, env=environment, timeout=60, check=False)
    return subprocess.CompletedProcess(command, result.returncode, result.stdout.decode(), result.stderr.decode())


def test_the_whole_table_is_printed(office: Path) -> None:
    result = ratop("-1", "-n", "-r", office, COLUMNS="")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert len(lines) == 3 + 54 + 1
    assert lines[0].startswith("ratop -r ")
    assert lines[2].split()[0] == "StartTime" and lines[2].split()[-1] == "State"
    assert lines[-1].startswith("ProcessQueue     54")
    assert "\x1b" not in result.stdout


def test_options_of_the_table(office: Path) -> None:
    options = ["-m", "saddr", "-M", "rmon", "-s", "saddr", "bytes", "-P", "bytes", "-N", "o3", "-A", "-%", "-p", "1"]
    result = ratop("-1", "-n", "-r", office, *options, COLUMNS="")
    lines = result.stdout.splitlines()
    assert lines[2].split() == ["Host", "pTotBytes▼", "━", "src", "─", "dst"]
    assert [line.split()[0] for line in lines[3:6]] == ["10.1.0.12", "203.0.113.25", "10.1.0.11"]
    assert lines[6].split()[0] == "Totals" and len(lines) == 8
    assert lines[3].split()[1] == "17.9"


def test_width_and_colours(office: Path) -> None:
    result = ratop("-1", "-n", "-r", office, "--color", "always", COLUMNS="60")
    assert "\x1b[36m" in result.stdout
    plain = ratop("-1", "-n", "-r", office, COLUMNS="60", NO_COLOR="1")
    assert max(len(line) for line in plain.stdout.splitlines()) <= 60
    ascii_only = ratop("-1", "-n", "-r", office, LC_ALL="C", COLUMNS="")
    assert ascii_only.stdout.isascii()


@pytest.mark.parametrize("form", ["text", "csv", "ndjson", "json", "xml", "argus", "parquet", "arrow"])
def test_rows_are_printed_in_every_format(office: Path, tmp_path: Path, form: str) -> None:
    command = [sys.executable, "-c", "from pyargus.clients.ratop import main; main()", "-X", "-n", "-1", "-r", str(office)]
    options = ["-m", "saddr", "-M", "rmon", "-s", "saddr", "bytes", "-P", "bytes", "-N", "o3", "--format", form]
    result = subprocess.run([*command, *options], capture_output=True, timeout=60, check=False, env={**os.environ, "TZ": "UTC"})
    assert (result.returncode, result.stderr) == (0, b"")
    hosts = [b"10.1.0.12", b"203.0.113.25", b"10.1.0.11"]
    if form in ("argus", "parquet", "arrow"):
        name = tmp_path / f"rows.{form}"
        name.write_bytes(result.stdout)
        if form == "argus":
            from pyargus import read

            got = [str(record.saddr).encode() for record in read(str(name), fields=["saddr"])]
        else:
            pyarrow = pytest.importorskip("pyarrow")
            if form == "parquet":
                import pyarrow.parquet as parquet

                got = [value.encode() for value in parquet.read_table(name)["saddr"].to_pylist()]
            else:
                got = [value.encode() for value in pyarrow.ipc.open_stream(result.stdout).read_all()["saddr"].to_pylist()]
        assert got == hosts
        return
    places = [result.stdout.index(host) for host in hosts]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("modes", "of_racluster"),
    [
        ([], ["-M", "correct"]),
        (["-M", "nocorrect"], []),
        (["-M", "norep"], ["-M", "correct", "norep"]),
        (["-m", "saddr"], ["-m", "saddr", "-M", "nopreserve"]),
        (["-m", "saddr", "-M", "preserve"], ["-m", "saddr"]),
    ],
)
def test_the_records_are_those_that_racluster_writes(office: Path, modes: list[str], of_racluster: list[str]) -> None:
    """Byte for byte, but for their order and the management record."""

    def records(program: str, *arguments: str) -> list[bytes]:
        command = [sys.executable, "-c", f"from pyargus.clients.{program} import main; main()", "-X", "-r", str(office), str(office)]
        data = subprocess.run([*command, *arguments], capture_output=True, timeout=60, check=True).stdout
        out = []
        while data:
            size = 4 * int.from_bytes(data[2:4], "big")
            out.append(data[:size])
            data = data[size:]
        return sorted(record for record in out if record[0] & 0xF0 != 0x80)

    assert records("ratop", "-1", "--format", "argus", *modes) == records("racluster", "-w", "-", *of_racluster)


@pytest.mark.parametrize("form", ["text", "xml"])
def test_shares_are_those_of_racluster(office: Path, form: str) -> None:
    def rows(program: str, *arguments: str) -> list[str]:
        command = [sys.executable, "-c", f"from pyargus.clients.{program} import main; main()", "-X", "-n", "-r", str(office), "-%"]
        result = subprocess.run([*command, "--format", form, *arguments], capture_output=True, timeout=60, check=True, text=True)
        return sorted(line for line in result.stdout.splitlines() if form == "text" or "FlowRecord" in line)

    printed = rows("ratop", "-1")
    assert printed == rows("racluster", "-M", "correct")
    assert form == "xml" or any("pTotPkts" in line for line in printed)


def test_folders_that_hold_nothing_are_said(office: Path, tmp_path: Path) -> None:
    for name, message in ((tmp_path / "none", "no such folder"), (tmp_path, "there is no file in this folder")):
        result = ratop("-1", "-R", name, stdin=office.read_bytes())
        assert (result.returncode, result.stdout) == (3, "") and message in result.stderr
    assert "TotalRecords       60" in ratop("-1", "-n", "-R", office).stdout


def test_everything_that_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    strange = tmp_path / "strange.pcap"
    strange.write_bytes(pcap(frames(3, most=200), network=107, snaplen=20))
    result = ratop("-1", "-r", strange)
    assert len(result.stderr.splitlines()) == 2 and "link type 107 is not supported" in result.stderr
    assert "longer than the snapshot length" in result.stderr


def test_a_reader_that_has_enough_ends_it_quietly(office: Path) -> None:
    for options in ([], ["--format", "csv"]):
        command = [sys.executable, "-c", "from pyargus.clients.ratop import main; main()", "-X", "-n", "-1", "-r", str(office), *options]
        receiver, sender = os.pipe()
        os.close(receiver)
        try:
            result = subprocess.run(command, stdout=sender, stderr=subprocess.PIPE, timeout=60, check=False)
        finally:
            os.close(sender)
        assert (result.returncode, result.stderr) == (0, b"")


def test_standard_input_and_sources_that_are_none(office: Path, tmp_path: Path) -> None:
    result = ratop("-1", "-n", stdin=office.read_bytes())
    assert "TotalRecords       60" in result.stdout
    result = ratop("-1", "-r", tmp_path / "none", office)
    assert result.returncode == 1 and "No such file" in result.stderr and "TotalRecords       60" in result.stdout


def test_a_server_is_read_for_some_seconds(office: Path) -> None:
    from pyargus.clients.inputs import open_input

    source = open_input(str(office))
    source.start()
    server = Server(source.initial + b"".join(bytes(data) for data, _ in source.chunks()))
    source.close()
    result = ratop("-1", "-n", "-S", f"127.0.0.1:{server.port}", "-T", "1")
    server.close()
    assert (result.returncode, result.stderr) == (0, "")
    assert "TotalRecords       60" in result.stdout


def test_a_file_at_a_pace_is_read_to_its_end(office: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(once, "SECONDS", 0.1)
    browser = make_browser(from_argv(["-X", "-n", "-1", "-r", str(office), "-M", "rate=100"], PROGRAM), False, True)
    assert once.run_once(browser, browser.engine, 0.0, False) == 0
    assert "TotalRecords       60" in capfd.readouterr().out


def test_colours_of_a_file(office: Path, tmp_path: Path) -> None:
    colours, rc = tmp_path / "racolor.conf", tmp_path / "rarc"
    colours.write_text('# colours\nfilter="udp" color="all:RED+UNDERLINE"\nfilter="" color="state:BLUE"\n')
    rc.write_text(f"RA_COLOR_SUPPORT=yes\nRA_COLOR_CONFIG={colours}\nRA_UPDATE_INTERVAL=2\nRA_TIMEOUT_INTERVAL=7\n")
    result = ratop("-1", "-n", "-F", rc, "-r", office, "--color", "always", COLUMNS="")
    assert result.returncode == 0, result.stderr
    for line in result.stdout.splitlines()[3:-1]:
        assert ("\x1b[31;4m" in line) == (" udp" in line or "udp\x1b" in line), line
    colours.write_text('filter="udp" color="state:PINK"\n')
    result = ratop("-1", "-F", rc, "-r", office)
    assert result.returncode == 2 and "line 1: state:PINK: expected field:COLOR" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-w", "out"], "`:w file`"),
        (["-f", os.devnull], "no statement"),
        (["-f", os.devnull, "-m", "saddr"], "take the place of -m"),
        (["-m", "sadr"], "no such key"),
        (["-P", "byts"], "no such field to sort by"),
        (["-M", "rate=x"], "expected a number"),
        (["-M", "nomerge"], "mode 'nomerge': ra prints records as they are"),
        (["-M", "nocolor"], "mode 'nocolor': --color never"),
        (["-M", "probe"], "-m srcid"),
        (["-", "tcp", "and", "por"], ""),
        (["--format", "csv"], "--format goes with -1"),
        (["-1", "--format", "cvs"], "cvs"),
        (["-1", "--format", "csv", "-%"], "-% is for text"),
        (["-1", "--format", "text", "-A"], "--format prints the rows alone"),
        ([], "standard output is no terminal"),
    ],
)
def test_what_cannot_be_followed_is_said(office: Path, arguments: list[str], message: str) -> None:
    result = ratop("-r", office, *arguments)
    assert result.returncode == 2 and message in result.stderr and result.stdout == ""
    assert "Traceback" not in result.stderr

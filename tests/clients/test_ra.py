"""ra on records made here: outputs, selections, rc files, modes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

SHARED = Path(os.environ.get("PYARGUS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
DATA = SHARED / "golden" / "ra" / "data"
LAN = DATA / "lan.argus"
pytestmark = pytest.mark.skipif(not LAN.exists(), reason="no sample files: set PYARGUS_SHARED")
PROGRAM = [sys.executable, "-c", "from pyargus.clients.ra import main; main()"]


def ra(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run ra without rc files of this machine."""
    env = dict(os.environ, TZ="UTC", LC_ALL="C")
    return subprocess.run([*PROGRAM, "-X", *map(str, arguments)], input=stdin, capture_output=True, env=env, check=False)


def lines(*arguments: object) -> list[str]:
    """What ra prints, without the title line."""
    return ra("-L", "-1", *arguments).stdout.decode("utf-8", "replace").splitlines()


def test_rejected_records_and_accepted_ones_are_all_records(tmp_path: Path) -> None:
    rejected, accepted = tmp_path / "rejected", tmp_path / "accepted"
    done = ra("-r", LAN, "-E", rejected, "-w", accepted, "-", "tcp")
    assert done.returncode == 0 and done.stdout == b""
    assert len(lines("-r", accepted)) == 10
    assert sorted(lines("-r", rejected, accepted)) == sorted(lines("-r", LAN))


def test_outputs_with_filters_of_their_own(tmp_path: Path) -> None:
    names = [tmp_path / name for name in "abc"]
    ra("-r", LAN, "-w", names[0], "tcp", "-w", names[1], "udp and port 53", "-w", names[2])
    assert [len(lines("-r", name)) for name in names] == [10, 14, 42]


def test_an_input_is_not_written(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.write_bytes(LAN.read_bytes())
    done = ra("-r", copy, "-w", copy)
    assert done.returncode == 2 and b"while it is read" in done.stderr
    assert copy.read_bytes() == LAN.read_bytes()


@pytest.mark.parametrize(("part", "count"), [("128:688", 3), ("128:128", 1), ("0:128", 0), ("0:600", 3), ("688", 39), ("688:99999999", 39)])
def test_ranges_of_bytes(part: str, count: int) -> None:
    assert len(lines("-r", f"{LAN}::{part}")) == count


def test_a_range_inside_a_record_is_said() -> None:
    done = ra("-r", f"{LAN}::129:688")
    assert done.returncode == 1 and done.stdout == b"" and b"byte 129" in done.stderr


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2011/03/18", 42), ("2011/03/19", 0), ("2011/03/18.19:06:08", 23), ("x2011/03/18.19:06:08", 19), ("c2011/03/18.19:06:08", 16),
        ("n2011/03/18.19:06:08", 1), ("2011/03/18.19:06:07-19:06:09", 28), ("2011/03/18.19:06:07+2s", 28), ("2011/03/18.19:06:12-5s", 37),
        ("2011/03/18.24", 42), ("1300475168-1300475170", 26), ("2011/**/**.19:06:08", 23), ("2011/03/18.*:06", 42),
    ],
)  # fmt: skip
def test_time_ranges(text: str, count: int) -> None:
    assert len(lines("-r", LAN, "-t", text)) == count


def rc(tmp_path: Path, text: str) -> Path:
    """An rc file."""
    path = tmp_path / "rc"
    path.write_text(text)
    return path


def test_the_time_range_of_an_rc_file_works(tmp_path: Path) -> None:
    path = rc(tmp_path, "RA_TIMERANGE=2011/03/18.19:06:07+2s\n")
    assert len(lines("-F", path, "-r", LAN)) == 28


def test_a_file_given_replaces_that_of_an_rc_file(tmp_path: Path) -> None:
    conf = rc(tmp_path, f"RA_INPUT_FILE={DATA / 'tcp.argus'}\n")
    assert len(lines("-F", conf)) == len(lines("-r", DATA / "tcp.argus"))
    assert len(lines("-F", conf, "-r", LAN)) == len(lines("-r", LAN, "-F", conf)) == 42


@pytest.mark.parametrize(
    ("conf", "more", "title"),
    [
        ("RA_FIELD_QUOTED=double", ["-c", ","], '"SrcAddr","Proto"\n'),
        ("RA_FIELD_QUOTED=double", [], "           SrcAddr  Proto \n"),
        ("RA_FIELD_WIDTH=variable", [], "SrcAddr Proto \n"),
        ("RA_FIELD_DELIMITER=' '", [], "SrcAddr Proto \n"),
        ("RA_FIELD_WIDTH=wide", [], "           SrcAddr  Proto \n"),
    ],
)
def test_titles_by_an_rc_file(tmp_path: Path, conf: str, more: list[str], title: str) -> None:
    done = ra("-F", rc(tmp_path, conf), "-r", LAN, "-N", "1", "-s", "saddr", "proto", *more)
    assert done.stdout.decode().startswith(title)


@pytest.mark.parametrize("line", ["RA_DEBUG_LEVEL=3", "RA_FILTER_TIMEOUT=2", "RA_PRINT_SUMMARY=yes"])
def test_a_variable_without_effect_is_named(tmp_path: Path, line: str) -> None:
    done = ra("-F", rc(tmp_path, line + "\n"), "-r", LAN)
    assert done.returncode == 0 and line.encode() in done.stderr and len(done.stdout.splitlines()) == 43


@pytest.mark.parametrize(
    "line", ["RA_NO_SUCH=1", "RADIUM_DAEMON=yes", "RA_PORT_DIRECTION=foo", "RA_LOCAL_DIRECTION=left", "RA_TIMERANGE=2011", "RA_RUN_TIME=x"]
)
def test_a_variable_that_cannot_be_followed_is_refused(tmp_path: Path, line: str) -> None:
    done = ra("-F", rc(tmp_path, line + "\n"), "-r", LAN)
    assert done.returncode == 2 and b"line 1" in done.stderr and done.stdout == b""


def test_local_networks_decide_a_direction_in_doubt(tmp_path: Path) -> None:
    (tmp_path / "local").write_text("141.142.220.0/24\n")
    fields = ("-n", "-c", ",", "-s", "saddr", "sport", "spkts", "state")
    for rule, first in (("force:src", "141.142.220.118,35634,2,CON"), ("force:dst", "208.80.152.2,80,1,CON")):
        path = rc(tmp_path, f"RA_LOCAL={tmp_path / 'local'}\nRA_LOCAL_DIRECTION={rule}\n")
        assert lines("-F", path, "-r", LAN, *fields)[5] == first


def test_one_way_records_add_up() -> None:
    """-M uni gives each side's packets and bytes once, and nothing to the destination."""
    fields = ("-n", "-c", ",", "-s", "spkts", "dpkts", "sbytes", "dbytes")
    whole = [list(map(int, line.split(","))) for line in lines("-r", LAN, *fields)]
    halves = [list(map(int, line.split(","))) for line in lines("-r", LAN, "-M", "uni", *fields)]
    assert len(halves) == 65
    assert all(half[1] == half[3] == 0 for half in halves)
    assert sum(half[0] for half in halves) == sum(row[0] + row[1] for row in whole)
    assert sum(half[2] for half in halves) == sum(row[2] + row[3] for row in whole)


def test_xml_is_well_formed() -> None:
    for name in ("lan", "voip", "l2", "v6"):
        done = ra("-r", DATA / f"{name}.argus", "-M", "xml", "man", "-A", "-s", "+suser:300", "+duser:300", "+pcr", "+abr", "+snet")
        root = ElementTree.fromstring(done.stdout)
        flows = root.findall("ArgusFlowRecord")
        assert len(flows) == len(lines("-r", DATA / f"{name}.argus"))
        assert all(flow.get("Dir") is not None for flow in flows)


def test_parts_left_out_have_no_values() -> None:
    assert set(lines("-r", LAN, "-M", "dsrs=-mac,-metric", "-c", ",", "-s", "smac", "pkts", "seq", "-N", "3")) == {",1", ",2", ",3"}
    assert ra("-r", LAN, "-M", "dsrs=foo").returncode == 2


def test_a_record_of_unknown_class_ends_the_source() -> None:
    done = ra("-r", DATA / "badtype.argus", "-L", "-1")
    assert len(done.stdout.splitlines()) == 2 and done.returncode == 1 and b"byte 504: a record of unknown class" in done.stderr


def test_seconds_end_a_wait_for_input() -> None:
    """-T ends a run whose input stays open; what came before is printed."""
    read, write = os.pipe()
    os.write(write, LAN.read_bytes())
    child = subprocess.Popen([*PROGRAM, "-X", "-T", "1", "-L", "-1"], stdin=read, stdout=subprocess.PIPE)
    os.close(read)
    out = child.communicate(timeout=20)[0]
    os.close(write)
    assert child.returncode == 0 and len(out.splitlines()) == 42


def test_passwords_are_hidden() -> None:
    from pyargus.record.user_cy import without_secrets

    assert without_secrets(b"USER joe\r\nPASS secret\r\nLIST") == b"USER joe\r\nPASS xxxxxx\r\nLIST"
    assert without_secrets(b"GET /\r\nauthorization: Basic QWxh\r\nHost: a") == b"GET /\r\nauthorization: xxxxxxxxxx\r\nHost: a"
    assert without_secrets(b"331 password required") == b"331 password required"


def test_counters_beyond_32_bits_and_high_addresses(tmp_path: Path) -> None:
    """What is printed, filtered and written of them is exact."""
    from pyargus.record.client_cy import client_form
    from pyargus.record.decode_cy import decode
    from pyargus.record.record_cy import Record
    from pyargus.record.repair_cy import repair
    from pyargus.record.rewrite_cy import Rewriter

    data = LAN.read_bytes()
    record, out = Record(), Rewriter()
    record.point_to(data)
    decode(record, 128, 128)
    repair(record)
    record.spkts, record.sbytes = 2**33 + 1, 2**40 + 7
    record.saddr_lo, record.daddr_lo = 0xFFFFFFFE, 0x80000001
    client_form(record, True)
    out.write(record)
    path = tmp_path / "large"
    path.write_bytes(data[:128] + out.take())
    fields = ("-n", "-c", ",", "-s", "saddr", "daddr", "spkts", "sbytes", "bytes")
    assert lines("-r", path, *fields) == [f"255.255.255.254,128.0.0.1,{2**33 + 1},{2**40 + 7},{2**40 + 7}"]
    assert len(lines("-r", path, *fields, "-", "bytes gt 1099511627782 and dst net 128.0.0.0/1")) == 1
    assert lines("-r", path, *fields, "-", "bytes gt 1099511627783") == []


def test_percentages_add_up() -> None:
    command = ["-r", LAN, LAN, "-c", ",", "-p", "4", "-s", "spkts", "bytes", "dur", "-", "tcp"]
    rows, numbers = ([line.split(",") for line in ra(*more, *command).stdout.decode().split()] for more in (["-%"], []))
    assert rows[0] == ["pSrcPkts", "pTotBytes", "Dur"] and len(rows) == len(numbers) == 21
    for column in (0, 1):
        whole = sum(int(row[column]) for row in numbers[1:])
        for row, plain in zip(rows[1:], numbers[1:], strict=True):
            assert float(row[column]) == pytest.approx(100 * int(plain[column]) / whole, abs=1e-4)
        assert sum(float(row[column]) for row in rows[1:]) == pytest.approx(100, abs=0.01)
    assert [row[2] for row in rows] == [row[2] for row in numbers]


@pytest.mark.parametrize("more", [["-N", "5"], ["-N", "o5"], ["-M", "rmon"], ["-M", "uni"], ["-t"], ["-M", "man"], ["--color", "always"]])
def test_percentages_are_of_what_is_printed(more: list[str]) -> None:
    """Shares of all that is printed add up to the whole, management records keep their numbers."""
    if "-t" in more:
        first = lines("-r", LAN, "-u", "-N", "1", "-s", "stime")[0].strip()
        more = ["-t", f"{int(float(first))}+3s"]
    text = ra("-L", "-1", "-r", LAN, "-%", "-p", "4", "-s", "proto", "spkts", *more).stdout.decode()
    rows = [line.split() for line in re.sub("\x1b\\[[0-9]*m", "", text).splitlines()]
    flows = [float(row[1].rstrip("*")) for row in rows if row[0] != "man"]
    assert len(flows) > 1 and sum(flows) == pytest.approx(100, abs=0.1)
    assert all(row[1].isdigit() for row in rows if row[0] == "man")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], b"reads its input twice"),
        (["-r", "-"], b"reads its input twice"),
        (["-r", "/dev/null"], b"reads its input twice"),
        (["-S", "localhost"], b"not servers"),
        (["-r", LAN, "--format", "csv"], b"-% is for text"),
        (["-r", LAN, "-w", "-"], b"-% is for text"),
    ],
)
def test_percentages_refused(more: list[str], message: bytes) -> None:
    done = ra("-%", *more)
    assert (done.returncode, done.stdout) == (2, b"") and message in done.stderr


def test_percentages_of_a_damaged_file(tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(LAN.read_bytes()[:1500])
    done = ra("-r", cut, tmp_path / "missing", "-%", "-L", "-1", "-p", "4", "-s", "spkts")
    assert done.returncode == 1 and sum(float(line.rstrip(b" *")) for line in done.stdout.splitlines()) == pytest.approx(100, abs=0.1)
    assert done.stderr.count(b"ends inside a record") == 1 and done.stderr.count(b"No such file") == 1

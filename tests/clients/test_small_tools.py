"""rastrip, ratimerange, ragrep, rafilteraddr: what they keep, what they say, what they refuse."""

import ipaddress
import json
from datetime import datetime
from pathlib import Path

import pytest

from pyargus.clients.rafilteraddr import range_of
from pyargus.clients.rastrip import parse_parts
from pyargus.clients.settings import DSRS
from pyargus.errors import BadUse
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program

DATA = GOLDEN / "data"
MIX, SSHG, EMPTY = (str(DATA / f"{name}.argus") for name in ("mix", "sshg", "ev"))


def lines(name: str, *arguments: str) -> list[str]:
    """Lines of a program's output without a title."""
    return program(name, "-X", "-n", "-L", "-1", "-c", ",", *arguments).stdout.decode().splitlines()


@needs_samples
def test_stripped_records_keep_what_was_named(tmp_path: Path) -> None:
    out = str(tmp_path / "out.argus")
    assert program("rastrip", "-X", "-r", SSHG, "-w", out).returncode == 0
    fields = ["stime", "ltime", "saddr", "sport", "daddr", "dport", "spkts", "dbytes", "state"]
    assert lines("ra", "-r", out, "-s", *fields) == lines("ra", "-r", SSHG, "-s", *fields)
    assert {row.replace(",", "") for row in lines("ra", "-r", out, "-s", "smac", "suser", "sttl")} == {""}
    assert Path(out).stat().st_size < Path(SSHG).stat().st_size / 2


@needs_samples
def test_every_plus_counts(tmp_path: Path) -> None:
    out = str(tmp_path / "out.argus")
    program("rastrip", "-X", "-r", SSHG, "-M", "+mac", "+ipattr", "-w", out)
    assert lines("ra", "-r", out, "-s", "smac", "sttl") == lines("ra", "-r", SSHG, "-s", "smac", "sttl")


@needs_samples
def test_a_filter_sees_the_whole_record(tmp_path: Path) -> None:
    stripped = lines("rastrip", "-M", "noman", "-r", MIX, "-s", "sttl", "-", "ttl gt 0")
    assert len(stripped) == len(lines("ra", "-r", MIX, "-", "ttl gt 0")) > 0


@needs_samples
def test_management_records_pass(tmp_path: Path) -> None:
    assert [row for row in lines("rastrip", "-r", MIX, SSHG, "-s", "proto", "state") if row.startswith("man")] == ["man,STA", "man,STP"] * 2
    assert not [row for row in lines("rastrip", "-r", MIX, "-M", "noman", "-s", "proto") if row == "man"]
    assert not [row for row in lines("rastrip", "-r", MIX, "-s", "proto", "-", "udp") if row == "man"]
    copy = tmp_path / "a.argus"
    copy.write_bytes(Path(SSHG).read_bytes())
    sizes = []
    for _ in range(2):
        assert program("rastrip", "-X", "-r", str(copy), "-M", "replace").returncode == 0
        sizes.append(copy.stat().st_size)
    assert sizes[0] == sizes[1]


@needs_samples
def test_strip_in_place(tmp_path: Path) -> None:
    copy = tmp_path / "a.argus"
    copy.write_bytes(Path(SSHG).read_bytes())
    assert program("rastrip", "-X", "-r", str(copy), "-M", "-suser", "-M", "-duser", "replace").returncode == 0
    assert set(lines("ra", "-r", str(copy), "-s", "suser", "duser")) == {","}
    assert lines("ra", "-r", str(copy), "-s", "smac", "sttl") == lines("ra", "-r", SSHG, "-s", "smac", "sttl")


def test_words_of_parts() -> None:
    bit = {name: 1 << number for number, name in enumerate(DSRS)}
    assert parse_parts([]) == bit["flow"] | bit["time"] | bit["metric"] | bit["net"]
    assert parse_parts(["+mac", "+vlan"]) == parse_parts([]) | bit["mac"] | bit["vlan"]
    assert parse_parts(["-mac"]) == 0xFFFFFFFF & ~bit["mac"]
    assert parse_parts(["flow", "agr"]) == bit["flow"] | bit["agr"]
    with pytest.raises(BadUse):
        parse_parts(["flow", "-mac"])


@needs_samples
def test_time_range_of_several_files() -> None:
    alone = [program("ratimerange", "-X", "-u", "-r", name).stdout.split() for name in (MIX, SSHG)]
    first, dash, last = program("ratimerange", "-X", "-u", "-r", MIX, SSHG).stdout.split()
    assert (first, dash, last) == (min(row[0] for row in alone), b"-", max(row[2] for row in alone))
    result = program("ratimerange", "-X", "-r", MIX, "-", "port 1")
    assert (result.returncode, result.stdout) == (1, b"")


@needs_samples
def test_time_range_for_programs() -> None:
    first, _, last = program("ratimerange", "-X", "-u", "-r", MIX).stdout.decode().split()
    row = json.loads(program("ratimerange", "-X", "-r", MIX, "--format", "ndjson").stdout)
    assert [str(int(datetime.fromisoformat(row[name]).timestamp())) for name in ("stime", "ltime")] == [first[:-7], last[:-7]]
    assert [row["stime"][-8:], row["ltime"][-8:]] == [f".{first[-6:]}Z"[-8:], f".{last[-6:]}Z"[-8:]]
    table = program("ratimerange", "-X", "-r", MIX, "--format", "csv").stdout.decode()
    assert table == f"stime,ltime\n{row['stime']},{row['ltime']}\n"
    assert program("ratimerange", "-X", "-r", MIX, "--format", "parquet").returncode == 2
    assert program("ratimerange", "-X", "-r", MIX, "--format", "json", "-", "port 1").stdout == b""


@needs_samples
def test_grep_counts_as_a_search_of_its_output() -> None:
    every = lines("ragrep", "-r", MIX, "-e", "", "-s", "seq", "suser:500", "duser:500", "-M", "printer=encode32")
    found = lines("ragrep", "-r", MIX, "-e", "HTTP/1", "-s", "seq", "suser:500", "duser:500", "-M", "printer=encode32")
    assert found == [row for row in every if b"HTTP/1".hex() in row.lower()]
    assert found
    both = lines("ragrep", "-r", MIX, "-e", "s:GET", "-e", "d:GET", "-s", "seq")
    assert both == lines("ragrep", "-r", MIX, "-e", "GET", "-s", "seq")
    inverted = lines("ragrep", "-v", "-r", MIX, "-e", "HTTP/1", "-s", "seq")
    assert len(inverted) + len(found) == 300


@needs_samples
def test_grep_says_where() -> None:
    rows = program("ragrep", "-X", "-H", "-b", "-e", "SSH", "-r", SSHG, "-s", "offset").stdout.decode().splitlines()
    assert rows
    for row in rows:
        name, offset, printed = row.split(":")
        assert (name, int(printed)) == (SSHG, int(offset))


@needs_samples
def test_grep_status() -> None:
    assert program("ragrep", "-X", "-q", "-e", "SSH", "-r", SSHG).returncode == 0
    none = program("ragrep", "-X", "-q", "-e", "NOT THERE", "-r", SSHG)
    assert (none.returncode, none.stdout, none.stderr) == (1, b"", b"")
    assert program("ragrep", "-X", "-r", SSHG).returncode == 2
    assert program("ragrep", "-X", "-e", "(", "-r", SSHG).returncode == 2
    assert program("ragrep", "-X", "-f", "/nowhere", "-r", SSHG).returncode == 3


@needs_samples
def test_addresses_as_a_filter_has_them(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("192.168.5.0/24 an office\n# a comment\n\n106.187.35.246\n192.168.115.1-192.168.115.9\nfe80::/10\n")
    net = "net 192.168.5.0/24 or host 106.187.35.246 or host 192.168.115.8 or net fe80::/10"
    assert [row[:-1] for row in lines("rafilteraddr", "-f", str(path), "-r", MIX)] == lines("ra", "-r", MIX, "-", net)
    assert [row[:-1] for row in lines("rafilteraddr", "-v", "-f", str(path), "-r", MIX)] == lines("ra", "-r", MIX, "-", f"not ({net})")
    one_side = " or ".join(f"src {part}" for part in net.split(" or "))
    assert [row[:-1] for row in lines("rafilteraddr", "-m", "saddr", "-f", str(path), "-r", MIX)] == lines("ra", "-r", MIX, "-", one_side)


@needs_samples
def test_a_bad_list_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("10.0.0.1\nten.example\n")
    result = program("rafilteraddr", "-X", "-f", str(path), "-r", MIX)
    assert (result.returncode, result.stdout) == (1, b"")
    assert b"line 2" in result.stderr
    assert program("rafilteraddr", "-X", "-r", MIX).returncode == 2


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("10.0.0.0/8", "10.0.0.0", "10.255.255.255"),
        ("10.1.2.3/255.255.0.0", "10.1.0.0", "10.1.255.255"),
        ("::1", "::1", "::1"),
        ("1.0.0.1-1.0.0.9", "1.0.0.1", "1.0.0.9"),
        ("1.0.0.1 - 1.0.0.9", "1.0.0.1", "1.0.0.9"),
        ("1.0.0.1 - the office", "1.0.0.1", "1.0.0.1"),
        ("10/8 ours", "10.0.0.0", "10.255.255.255"),
        ("192.168/24", "192.168.0.0", "192.168.0.255"),
        ("fe80::/10", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ],
)
def test_lines_of_a_list(text: str, first: str, last: str) -> None:
    assert range_of(text.split())[1:] == (int(ipaddress.ip_address(first)), int(ipaddress.ip_address(last)))


@pytest.mark.parametrize("text", ["x", "10.0.0.9-10.0.0.1", "10.0.0.9 - 10.0.0.1", "10.0.0.1-::1", "10.0.0.0/33", "10", "10.0/x"])
def test_bad_lines_of_a_list(text: str) -> None:
    with pytest.raises(ValueError, match=r"appear|range|version|octet|netmask|permitted"):
        range_of(text.split())

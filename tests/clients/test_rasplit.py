"""rasplit and rastream: nothing is lost, names are safe, files are whole, few are open, old ones go."""

import gzip
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyargus.clients.naming import Template, harmless, letters
from pyargus.clients.rasplit import parse_size
from pyargus.errors import BadUse
from pyargus.flow.config import FlowConfig
from pyargus.flow.engine_cy import Engine
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program
from tests.flow.craft import BEGIN, A, B, batch, datagram
from tests.flow.test_control import isis
from tests.network.craft import INITIAL, STATUS

DATA = GOLDEN / "data"
MIX, SSH, SKYPE = (str(DATA / f"{name}.argus") for name in ("mix", "ssh", "skype"))


def sums(*names: str) -> dict[str, int]:
    """Packets and bytes of files."""
    row = json.loads(program("racount", "-X", "--format", "ndjson", "-r", *names).stdout.splitlines()[0])
    return {column: row[column] for column in row if column.endswith(("pkts", "bytes"))}


def files(folder: Path) -> list[str]:
    """The files below a folder, relative to it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def crafted(*seconds: float, user_size: int = 0) -> bytes:
    """A record for each moment, in seconds after crafted traffic begins, of a flow of its own."""
    engine = Engine(FlowConfig(user_size=user_size))
    engine.feed(batch([datagram(round(second * 10**6), A, 1000 + number, B, 53) for number, second in enumerate(seconds)]))
    engine.finish(False)
    return bytes(engine.take())


def kinds(name: Path) -> str:
    """The records of a file: m for a management record, f for another."""
    data, out = name.read_bytes(), ""
    while data:
        out += "m" if data[0] & 0xF0 == 0x80 else "f"
        data = data[4 * int.from_bytes(data[2:4], "big") :]
    return out


def split(folder: Path, *arguments: str, **environment: str) -> dict[str, str]:
    """The files that records in the folder are split into, with the kinds of their records."""
    inputs = sorted(path.name for path in folder.glob("*.argus"))
    result = program("rasplit", "-X", "-r", *inputs, *arguments, cwd=folder, **environment)
    assert (result.returncode, result.stderr) == (0, b"")
    return {name: kinds(folder / name) for name in files(folder) if name not in inputs}


def test_files_of_one_record(tmp_path: Path) -> None:
    """The first of them would hold the management record that the input begins with."""
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(1, 2) + STATUS)
    assert split(tmp_path, "-M", "count", "1") == {"xab": "mf", "xac": "mf", "xad": "mm"}


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("2k", 2_000), ("2K", 2_000), ("2kb", 2_000), ("3m", 3_000_000), ("1g", 10**9), ("1b", 10**9)]
)
def test_numbers(text: str, number: int) -> None:
    assert parse_size(text, "count") == number


@pytest.mark.parametrize("text", ["", "0", "k", "1.5k", "-1", "1bb", "1t"])
def test_refused_numbers(text: str) -> None:
    with pytest.raises(BadUse, match="-M count"):
        parse_size(text, "count")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("man", {"xaa": "mf", "xab": "mm", "xac": "mmf", "xad": "mm"}),
        ("not udp", {"xaa": "mf", "xab": "mm", "xac": "mmf", "xad": "mm"}),
        ("udp", {"xab": "mfmm", "xac": "mfm"}),
    ],
)
def test_management_records_open_files(tmp_path: Path, words: str, found: dict[str, str]) -> None:
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(1) + STATUS)
    (tmp_path / "b.argus").write_bytes(INITIAL + crafted(2) + STATUS)
    assert split(tmp_path, "-M", "flow", words) == found


def test_time_range_of_management_records(tmp_path: Path) -> None:
    """That a further input begins with one does not keep it where it lies outside the range."""
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(1) + STATUS)
    (tmp_path / "b.argus").write_bytes(INITIAL + crafted(2) + STATUS)
    assert split(tmp_path, "-t", "2023/11/14") == {"xaa": "mff"}
    assert split(tmp_path, "-t", "2001/09/09", "-w", "y") == {"xaa": "mff", "yaa": "mmmm"}
    result = program("ra", "-X", "-r", "a.argus", "b.argus", "-M", "man", "-t", "2023/11/14", "-L", "-1", "-s", "proto", cwd=tmp_path)
    assert result.stdout.split() == [b"udp", b"udp"]


@pytest.mark.parametrize("words", [["size", "1k"], ["hard", "size", "1k"]])
def test_size_of_files_that_are_there(tmp_path: Path, words: list[str]) -> None:
    """A record is written with 156 bytes: all of them are in one file where blocks of 4096 are counted."""
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(*range(12)))
    once = split(tmp_path, "-M", *words)
    twice = split(tmp_path, "-M", *words)
    if "hard" in words:
        assert max((tmp_path / name).stat().st_size for name in twice) <= 1000
    else:
        assert once == {"xaa": "m" + 12 * "f"}
        assert twice == {**once, "xab": "m" + 12 * "f"}


def test_a_block_that_is_just_full_waits_for_more(tmp_path: Path) -> None:
    """Sixteen records of 256 bytes fill a block, which is in the file when the next has come."""
    record = crafted(1)
    label = b"\x66\0\0\x19".ljust(100, b"x")
    longer = record[:2] + ((len(record) + len(label)) // 4).to_bytes(2, "big") + record[4:] + label
    (tmp_path / "a.argus").write_bytes(INITIAL + longer * 40)
    found = split(tmp_path, "-M", "size", "4300")
    assert found == {"xaa": "m" + 17 * "f", "xab": "m" + 17 * "f", "xac": "m" + 6 * "f"}
    assert (tmp_path / "xaa").stat().st_size == len(INITIAL) + 17 * 256


def test_letters_that_look_like_an_ending(tmp_path: Path) -> None:
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(*range(700)))
    found = split(tmp_path, "-M", "count", "1", "-w", "o/x.")
    assert len(found) == 700
    assert (found["o/x.gz"], found["o/x.xz"]) == ("mf", "mf")
    assert split(tmp_path, "-M", "count", "1000", "-a", "1", "-w", "o/y.gz.argus")["o/y.gza.argus"] == "m" + 700 * "f"


def test_periods_that_share_a_name(tmp_path: Path) -> None:
    """The hold of two of them ends with the same record."""
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(0, 60, 7200, 60, 60))
    assert split(tmp_path, "-M", "time", "1m", "-B", "1", "-w", "x%%") == {"x%": "mfffff"}
    assert split(tmp_path, "-M", "time", "1m", "-B", "1h", "-w", "y%%")["y%"] == "mfffff"


def test_the_period_that_begins_with_1970(tmp_path: Path) -> None:
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(0))
    assert list(split(tmp_path, "-M", "time", "900000h")) == ["x.1970.01.01.00.00.00"]


def test_fields_that_few_records_have(tmp_path: Path) -> None:
    """The response of ARP has no column in lines of other records, the port of IS-IS two delimiters behind it."""
    engine = Engine(FlowConfig())
    engine.feed(batch([datagram(0, A, 1000, B, 53), isis(15, 27)]))
    engine.finish(False)
    (tmp_path / "a.argus").write_bytes(INITIAL + engine.take())
    found = split(tmp_path, "-M", "time", "1y", "-w", "$resp-$proto-$dport-$xxx-$srcid")
    assert len(found) == 2
    assert {name.split("-")[0] for name in found} == {"none"}
    assert {name.split("-")[3] for name in found} == {"none"}


def test_values_with_what_stands_between_them(tmp_path: Path) -> None:
    record = crafted(1)
    label = b"\x66\0\0\x02" + b"\x1f../"
    words = int.from_bytes(record[2:4], "big") + len(label) // 4
    (tmp_path / "a.argus").write_bytes(INITIAL + record[:2] + words.to_bytes(2, "big") + record[4:] + label)
    assert split(tmp_path, "-M", "time", "1y", "-w", "$label-%Y") == {"_._-2023": "mf"}
    assert list(split(tmp_path, "-M", "time", "1y", "-w", "y/$label-$proto-%Y").values()) == ["mf", "mf"]


def test_user_data_of_management_records(tmp_path: Path) -> None:
    """They have none, the one that a further input begins with like the others."""
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(1, user_size=8) + STATUS)
    (tmp_path / "b.argus").write_bytes(INITIAL + crafted(2, user_size=8) + STATUS)
    assert split(tmp_path, "-e", "xx") == {"xaa": "mff"}
    result = program("ra", "-X", "-r", "a.argus", "b.argus", "-M", "man", "-e", "xx", "-L", "-1", "-s", "proto", cwd=tmp_path)
    assert result.stdout.split() == [b"udp", b"udp"]


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ("1h", ["x.2023.11.15.03.00.00", "x.2023.11.15.04.00.00"]),
        ("12h", ["x.2023.11.15.00.00.00"]),
        ("7h", ["x.2023.11.15.03.00.00"]),
        ("24h", ["x.2023.11.15.00.00.00"]),
    ],
)
def test_hours_are_those_of_the_local_clock(tmp_path: Path, size: str, names: list[str]) -> None:
    # 03:43:20 and 04:10:00 in India.
    assert time.gmtime(BEGIN // 10**6)[:6] == (2023, 11, 14, 22, 13, 20)
    (tmp_path / "a.argus").write_bytes(INITIAL + crafted(0, 1600))
    assert list(split(tmp_path, "-M", "time", size, TZ="Asia/Kolkata")) == names


@needs_samples
@pytest.mark.parametrize(
    "modes",
    [["time", "1s"], ["time", "1h"], ["time", "1d", "nomodify"], ["count", "7"], ["size", "20k"], ["flow", "tcp"]],
    ids=lambda words: "-".join(words[:2]).replace(" ", "_"),
)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_parts_hold_what_the_whole_held(tmp_path: Path, modes: list[str], ending: str) -> None:
    result = program("rasplit", "-X", "-r", SKYPE, "-M", *modes, "-w", f"{tmp_path}/x{ending}")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert len(files(tmp_path)) > (1 if modes[1] not in ("1h", "1d") else 0)
    assert sums(*(str(tmp_path / name) for name in files(tmp_path))) == sums(SKYPE)


@needs_samples
def test_files_of_fields_hold_their_values(tmp_path: Path) -> None:
    program("rasplit", "-X", "-r", MIX, "-M", "time", "1d", "-w", f"{tmp_path}/$proto/$saddr.argus")
    for name in files(tmp_path):
        rows = (
            program("ra", "-X", "-n", "-L", "-1", "-c", ",", "-r", str(tmp_path / name), "-s", "proto", "saddr")
            .stdout.decode()
            .splitlines()
        )
        proto, saddr = name.split("/")
        assert rows
        assert {f"{row.split(',')[0]}/{row.split(',')[1]}" for row in rows} == {f"{proto}/{address(saddr)}"}


def address(name: str) -> str:
    """The address that a file of the test above is named by: what stands before the time."""
    return name.removesuffix(".argus").rsplit(".", 6)[0]


@needs_samples
def test_few_files_are_open(tmp_path: Path) -> None:
    many, few = tmp_path / "many", tmp_path / "few"
    program("rasplit", "-X", "-r", MIX, "-M", "time", "1s", "-w", f"{many}/%H%M%S.$proto")
    result = program("rasplit", "-X", "-r", MIX, "-M", "time", "1s", "--open-files", "2", "-w", f"{few}/%H%M%S.$proto")
    assert result.returncode == 0
    assert files(many) == files(few)
    assert all((many / name).read_bytes() == (few / name).read_bytes() for name in files(many))


@needs_samples
def test_few_compressed_files_are_open(tmp_path: Path) -> None:
    program("rasplit", "-X", "-r", MIX, "-M", "time", "10s", "--open-files", "2", "-w", f"{tmp_path}/%H%M%S.$proto.gz")
    assert all(name.endswith(".gz") for name in files(tmp_path))
    assert sums(*(str(tmp_path / name) for name in files(tmp_path))) == sums(MIX)


@needs_samples
def test_numbered_files_of_fields_with_few_open(tmp_path: Path) -> None:
    program("rasplit", "-X", "-r", MIX, "-M", "count", "20", "--open-files", "1", "-w", f"{tmp_path}/$proto.")
    names = files(tmp_path)
    assert {name.split(".")[0] for name in names} >= {"tcp", "udp"}
    sizes = {name: len(program("ra", "-X", "-L", "-1", "-r", str(tmp_path / name)).stdout.splitlines()) for name in names}
    assert sum(sizes.values()) == 300
    last = {max(other for other in names if other.split(".")[0] == name.split(".")[0]) for name in names}
    assert all(size == 20 for name, size in sizes.items() if name not in last)


@needs_samples
def test_size_is_a_limit(tmp_path: Path) -> None:
    program("rasplit", "-X", "-r", SKYPE, "-M", "hard", "size", "20k", "-w", f"{tmp_path}/x")
    sizes = [(tmp_path / name).stat().st_size for name in files(tmp_path)]
    assert max(sizes) <= 20_000
    assert min(sizes[:-1]) > 18_000


@needs_samples
@pytest.mark.parametrize(
    "words", [["time", "5s"], ["time", "1d"], ["count", "37"], ["size", "10k"], ["hard", "size", "5k"], ["flow", "udp"]]
)
def test_merging_the_parts_is_merging_the_whole(tmp_path: Path, words: list[str]) -> None:
    def merged(*names: str) -> list[str]:
        fields = ["saddr", "daddr", "proto", "stime", "ltime", "spkts", "dpkts", "sbytes", "dbytes", "sappbytes", "dappbytes"]
        keys = ["-m", "saddr", "daddr", "proto"]
        arguments = ["-X", "-n", "-L", "-1", "-c", ",", "-M", "nocorrect", *keys, "-s", *fields, "-r", *names]
        return sorted(program("racluster", *arguments).stdout.decode().splitlines())

    program("rasplit", "-X", "-r", SSH, SKYPE, "-M", *words, "-w", f"{tmp_path}/p")
    parts = [str(tmp_path / name) for name in files(tmp_path)]
    assert len(parts) > 2
    whole = merged(SSH, SKYPE)
    assert len(whole) > 100
    assert merged(*parts) == whole
    assert merged(*reversed(parts)) == whole


@needs_samples
def test_size_is_counted_in_blocks(tmp_path: Path) -> None:
    program("rasplit", "-X", "-r", SKYPE, "-M", "size", "20k", "-w", f"{tmp_path}/x")
    # The management record and four blocks are below 20,000 bytes less the longest record, five are not.
    sizes = [(tmp_path / name).stat().st_size for name in files(tmp_path)]
    assert all(128 + 5 * 4096 <= size < 128 + 5 * 4096 + 1000 for size in sizes[:-1])
    program("rasplit", "-X", "-r", SKYPE, "-M", "size", "20k", "-s", "seq", "-w", f"{tmp_path}/y.csv")
    assert len([name for name in files(tmp_path) if name.startswith("y")]) >= len(sizes) // 2


@needs_samples
def test_management_records_follow_their_source(tmp_path: Path) -> None:
    program("rasplit", "-X", "-r", SSH, SKYPE, "-M", "time", "1y", "-w", f"{tmp_path}/$srcid.%Y")
    for name in files(tmp_path):
        rows = program("ra", "-X", "-n", "-L", "-1", "-r", str(tmp_path / name), "-M", "man", "-s", "srcid").stdout.split()
        assert {row.decode() for row in rows} <= {name.rpartition(".")[0]}
    own = [name for name in files(tmp_path) if program("ra", "-X", "-r", str(tmp_path / name), "-L", "-1").stdout == b""]
    assert len(own) == 2


@needs_samples
def test_a_second_run_appends(tmp_path: Path) -> None:
    for ending in ("argus", "gz"):
        for _ in range(2):
            program("rasplit", "-X", "-r", SSH, "-M", "time", "1d", "-w", f"{tmp_path}/{ending}/%Y.{ending}")
        once, twice = sums(SSH), sums(*(str(tmp_path / ending / name) for name in files(tmp_path / ending)))
        assert twice == {column: 2 * value for column, value in once.items()}


@needs_samples
def test_formats_by_ending(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    for _ in range(2):
        program("rasplit", "-X", "-r", SSH, "-M", "time", "1y", "-s", "saddr", "spkts", "-w", f"{tmp_path}/%Y.parquet")
    program("rasplit", "-X", "-r", SSH, "-M", "time", "1y", "-s", "saddr", "spkts", "-w", f"{tmp_path}/%Y.csv.gz")
    assert not [name for name in files(tmp_path) if "partial" in name]
    rows = sum(parquet.read_table(path).num_rows for path in tmp_path.glob("*.parquet"))
    assert rows == 2 * 65
    assert [path.name for path in sorted(tmp_path.glob("2015*.parquet"))] == ["2015.2.parquet", "2015.parquet"]
    lines = b"".join(gzip.decompress(path.read_bytes()) for path in tmp_path.glob("*.csv.gz")).splitlines()
    assert len([line for line in lines if line != b"saddr,spkts"]) == 65


@pytest.mark.parametrize(
    ("value", "want"),
    [
        ("../../etc/passwd", "_._.._etc_passwd"),
        ("..", "_."),
        (".hidden", "_hidden"),
        ("/abs", "_abs"),
        ("a\0b\nc", "a_b_c"),
        ("", "none"),
        ("   ", "none"),
        ("10.0.0.1", "10.0.0.1"),
        ("fe80::1", "fe80::1"),
    ],
)
def test_values_cannot_leave_the_folder(value: str, want: str) -> None:
    assert harmless(value) == want
    name = Template("top/$suser/x", 2).name([value], 0, 0)
    assert os.path.normpath(name).startswith("top/")
    assert name.count("/") == 2


@pytest.mark.parametrize(
    ("text", "timed", "name"),
    [
        ("a-$proto-b", False, "a-udp-b"),
        ("$proto:$proto+", False, "udp:udp+"),
        ("$proto$sport%Y", True, "udp531970"),
        ("a.", True, "a.1970.01.01.00.00.00"),
        ("a..", True, "a..1970.01.01.00.00.00"),
        ("a_", True, "a_.1970.01.01.00.00.00"),
        ("a.$proto.gz", True, "a.udp.1970.01.01.00.00.00.gz"),
        ("a.CSV.gz", True, "a.1970.01.01.00.00.00.CSV.gz"),
    ],
)
def test_names(text: str, timed: bool, name: str) -> None:
    template = Template(text, 0, timed)
    assert template.name([{"proto": "udp", "sport": "53"}[field] for field in template.fields], 0, 0) == name


@pytest.mark.parametrize("text", ["$protoo", "${proto}", "$Proto", "a$sportx"])
def test_fields_that_do_not_exist(text: str) -> None:
    with pytest.raises(BadUse, match="no such field"):
        Template(text)


def test_long_values_are_cut() -> None:
    assert len(harmless("ü" * 500).encode()) <= 200


@needs_samples
def test_user_data_as_names_stay_below_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "a" / "b"
    result = program("rasplit", "-X", "-r", MIX, "-M", "time", "1y", "-s", "suser:64", "-w", f"{inside}/$suser/%Y")
    assert result.returncode == 0
    assert files(tmp_path)
    assert all(name.startswith("a/b/") for name in files(tmp_path))


def test_letters_sort_as_they_came() -> None:
    for length in (1, 2):
        names = [letters(number, length) for number in range(1500)]
        assert names == sorted(names)
        assert len(set(names)) == len(names)
    assert [letters(number, 2) for number in (0, 1, 26, 649, 650)] == ["aa", "ab", "ba", "yz", "zaa"]
    assert letters(150, 1) == "zzzzzza"


@pytest.mark.parametrize(
    ("text", "length", "name", "others"),
    [
        (
            "out/%Y/%m/a.%H.%M.%S.gz",
            0,
            "out/2026/11/a.01.02.03.gz",
            ["out/2026/11/a.01.02.gz", "out/2026/11/b.01.02.03.gz", "x/out/2026/11/a.01.02.03.gz"],
        ),
        ("out/$proto.", 2, "out/tcp.aa", ["out/tcp.a", "out/x/tcp.aa", "out/tcp.AA"]),
        ("x%j", 0, "x123", ["x12", "x1234", "y123"]),
    ],
)
def test_patterns_match_own_names_only(text: str, length: int, name: str, others: list[str]) -> None:
    pattern = Template(text, length, not length).pattern()
    assert pattern.fullmatch(name)
    assert not [other for other in others if pattern.fullmatch(other)]


@needs_samples
def test_keep_deletes_old_files_of_the_template_only(tmp_path: Path) -> None:
    old = time.time() - 40 * 86400
    for name in ("t.2001.gz", "t.2001", "notes.txt", "t.2002.gz", "sub/t.2003.gz"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
        if "2002" not in name:
            os.utime(path, (old, old))
    result = program("rasplit", "-X", "-r", SSH, "-M", "time", "1y", "-w", f"{tmp_path}/t.%Y.gz", "--keep", "30d")
    assert result.returncode == 0
    left = files(tmp_path)
    assert "t.2001.gz" not in left
    assert {"t.2001", "notes.txt", "t.2002.gz", "sub/t.2003.gz"} <= set(left)


@needs_samples
def test_unfinished_files_have_another_name(tmp_path: Path) -> None:
    from pyargus.clients.archive import OutputFile
    from pyargus.clients.rasplit import PROGRAM
    from pyargus.clients.settings import from_argv

    for number in (1, 2):
        file = OutputFile(from_argv(["-X"], PROGRAM), str(tmp_path / "a.gz"), ".gz")
        assert file.fresh == (number == 1)
        file.write(b"record")
        assert files(tmp_path) == ["a.gz", "a.gz.partial"][number % 2 :]
        file.close()
        assert files(tmp_path) == ["a.gz"]
        assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == number * b"record"


@needs_samples
def test_rastream_runs_a_program_on_every_file(tmp_path: Path) -> None:
    script = tmp_path / "done"
    script.write_text('#!/bin/sh\necho "$1 $2"; ls "$2" >/dev/null\ncase "$2" in *2015*) exit 3;; esac\n')
    script.chmod(0o755)
    result = program(
        "rastream", "-X", "-r", SSH, "-M", "time", "1y", "-B", "10", "--open-files", "1", "-w", f"{tmp_path}/o/%Y", "-f", str(script)
    )
    said = result.stdout.decode().splitlines()
    assert sorted(said) == [f"-r {tmp_path}/o/{name}" for name in files(tmp_path / "o")]
    assert b"2015: exit status 3" in result.stderr
    assert result.returncode == 0


@needs_samples
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-w", "$protoo"], "nearest: proto"),
        (["-M", "time", "5m", "count", "3"], "split by one of them"),
        (["-M", "time", "200q"], "time 200q"),
        (["-M", "size", "x"], "-M size"),
        (["-M", "rmon"], "no such mode"),
        (["-M", "count", "0"], "above zero"),
        (["-M", "nomodify"], "-M time"),
        (["-M", "count", "3", "hard"], "-M size"),
        (["-B", "5"], "-B is for -M time"),
        (["-w", "-"], "one template"),
        (["--keep", "x"], "--keep"),
        (["-d"], "-d"),
    ],
)
def test_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    inputs = [] if "-d" in arguments else ["-r", MIX]
    result = program("rasplit", "-X", *inputs, *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert message in result.stderr.decode()
    assert files(tmp_path) == []


def test_rastream_needs_a_program(tmp_path: Path) -> None:
    assert program("rastream", "-X", "-r", "x", cwd=tmp_path).returncode == 2


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(BadUse, match="nearest: saddr"):
        Template("$sadr")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_files_that_were_closed_for_others_take_no_memory(tmp_path: Path) -> None:
    """Three thousand files of a period, of which a few are open at a time."""
    engine = Engine(FlowConfig())
    engine.feed(batch([datagram(number, A, 1000 + number, B, 53) for number in range(3000)]))
    engine.finish(False)
    (tmp_path / "in.argus").write_bytes(INITIAL + engine.take())
    code = (
        "import re, sys\nfrom pyargus.clients.rasplit import main\n"
        "try: main()\nfinally: print(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1])"
    )
    words = ["-X", "-r", "in.argus", "-M", "time", "1h", "-w", "out/$sport"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True)
    assert len(list((tmp_path / "out").iterdir())) == 3000
    assert int(done.stdout) < 100 * 1024

"""racluster: configuration files, modes, what is refused."""

import gzip
import json
import re
import socket
import struct
from ipaddress import ip_address
from pathlib import Path

import pytest

from pyargus.clients.settings import from_argv
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program
from tests.flow.craft import A, B, in_the_middle
from tests.network.craft import INITIAL

MIX, SSH = (str(GOLDEN / "data" / f"{name}.argus") for name in ("mix", "ssh"))
pytestmark = needs_samples


def fields(*arguments: str) -> list[list[str]]:
    """Values of each line of the output, without its title."""
    lines = program("racluster", "-X", "-n", "-L", "-1", "-c", ",", *arguments).stdout.decode().splitlines()
    return [line.split(",") for line in lines]


def conf(folder: Path, *lines: str) -> str:
    """A configuration file of these lines."""
    path = folder / "racluster.conf"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def total(rows: list[list[str]], column: int) -> int:
    return sum(int(row[column]) for row in rows)


def test_a_statement_takes_what_those_before_left(tmp_path: Path) -> None:
    path = conf(tmp_path, "# a comment", "", 'filter="tcp" model="proto" label="kind=t"', 'filter="" model="proto" label="kind=rest"')
    rows = fields("-r", MIX, "-f", path, "-s", "proto", "trans", "label")
    assert rows == [["tcp", "122", "kind=t"], ["udp", "178", "kind=rest"]]


def test_cont_offers_a_record_to_the_next_statement_too(tmp_path: Path) -> None:
    path = conf(tmp_path, 'filter="tcp" model="saddr/8 proto" cont', 'filter="" model="proto"')
    rows = fields("-r", MIX, "-f", path, "-s", "proto", "trans", "bytes")
    whole = fields("-r", MIX, "-m", "proto", "-s", "proto", "trans", "bytes")
    assert sorted(rows[-2:]) == sorted(whole)
    tcp = next(row for row in whole if row[0] == "tcp")
    assert (total(rows[:-2], 1), total(rows[:-2], 2)) == (int(tcp[1]), int(tcp[2]))


def test_what_no_statement_takes_is_merged_by_the_default_key(tmp_path: Path) -> None:
    words = ["-s", "stime", "proto", "saddr", "sport", "daddr", "dport", "trans", "pkts"]
    rows = fields("-r", MIX, "-f", conf(tmp_path, 'filter="tcp" model="proto"'), *words)
    assert rows[1:] == fields("-r", MIX, *words, "-", "udp") and rows[0][6] == "122"
    rows = fields("-r", MIX, "-f", conf(tmp_path, 'filter="tcp" model="proto" cont'), *words)
    assert rows[1:] == fields("-r", MIX, *words)


def test_a_model_without_words_merges_nothing(tmp_path: Path) -> None:
    words = ["-s", "proto", "trans", "stime", "ltime", "saddr", "pkts"]
    assert fields("-r", MIX, "-f", conf(tmp_path, 'model=""'), *words) == fields("-r", MIX, "-m", "none", *words)
    assert fields("-r", MIX, "-f", conf(tmp_path, 'filter=""'), *words) == fields("-r", MIX, *words)


Piece = tuple[int, int, int, tuple[str, ...]]


def timed_groups(records: list[Piece], status: int, idle: int) -> list[Piece]:
    """The groups of records (start, end, packets, key) in the order in which they go out."""
    held: dict[tuple[str, ...], Piece] = {}
    out: list[Piece] = []
    for start, end, packets, key in records:
        while idle and held:
            oldest = next(iter(held))
            if start - held[oldest][1] < idle:
                break
            out.append(held.pop(oldest))
        group = held.pop(key, None)
        if group is not None:
            first, last = min(group[0], start), max(group[1], end)
            if (status and last - first >= status) or (idle and max(group[0] - end, start - group[1]) >= idle):
                out.append(group)
            else:
                start, end, packets = first, last, group[2] + packets
        held[key] = (start, end, packets, key)
    return out + list(held.values())


def pieces(*arguments: str) -> list[Piece]:
    rows = fields(*arguments, "-u", "-p", "6", "-s", "stime", "ltime", "pkts", "proto", "saddr", "sport", "daddr", "dport")
    return [(round(float(row[0]) * 1e6), round(float(row[1]) * 1e6), int(row[2]), tuple(row[3:])) for row in rows]


@pytest.mark.parametrize("order", ["stime", "bytes", "dur", "sport"])
@pytest.mark.parametrize(("status", "idle"), [(2, 0), (20, 0), (0, 2), (0, 20), (5, 2), (20, 10)])
def test_when_groups_go_out(order: str, status: int, idle: int, tmp_path: Path) -> None:
    """In any order of records: `status` is never spanned; `idle` counts from the group that was updated longest ago, and back in time."""
    if order != "stime":
        program("rasort", "-X", "-r", SSH, "-m", order, "-w", str(tmp_path / "sorted"))
    source = SSH if order == "stime" else str(tmp_path / "sorted")
    times = (f" status={status}" if status else "") + (f" idle={idle}" if idle else "")
    groups = pieces("-r", source, "-f", conf(tmp_path, f'filter=""{times}'))
    assert groups == timed_groups(pieces("-r", source, "-m", "none"), status * 1_000_000, idle * 1_000_000)


def test_grep_looks_into_labels(tmp_path: Path) -> None:
    labelled = str(tmp_path / "labelled.argus")
    path = conf(tmp_path, 'filter="tcp" model="saddr daddr" label="app=web"', 'filter="" model="saddr daddr" label="app=other"')
    program("racluster", "-X", "-r", MIX, "-f", path, "-w", labelled)
    path = conf(tmp_path, 'filter="" grep="^app=web" model="proto"', 'filter="" model="proto"')
    rows = fields("-r", labelled, "-f", path, "-s", "proto", "trans", "label")
    assert rows == [["tcp", "122", "app=web"], ["udp", "178", "app=other"]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('filtr="tcp"', "no such part of a statement: 'filtr' (nearest: filter)"),
        ('filter="tcp" model="sadr"', "no such key: 'sadr' (nearest: saddr)"),
        ('filter="tcp and" model="saddr"', "line 2"),
        ('filter="" idle=ten', "idle=ten"),
        ("RACLUSTER_PRESERV_FIELDS=yes", "nearest: RACLUSTER_PRESERVE_FIELDS"),
        ("RACLUSTER_AUTO_CORRECTION=maybe", "expected yes or no"),
        ("RACLUSTER_HISTOGRAM=dur 10:0-1", "not supported"),
        ('filter="tcp', "cannot be read"),
        ('grep="("', "line 2"),
    ],
)
def test_what_cannot_be_followed_is_named_with_its_line(line: str, message: str, tmp_path: Path) -> None:
    path = conf(tmp_path, "# one", line)
    result = program("racluster", "-X", "-r", MIX, "-f", path)
    assert result.returncode == 2
    assert f"{path}, line 2: " in result.stderr.decode() and message in result.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-m", "dadr"], "nearest: daddr"),
        (["-m", "saddr", "-f", "x"], "take the place of -m"),
        (["-M", "replace", "ind"], "each by itself"),
        (["-M", "replase"], "nearest: replace"),
        (["-%", "--format", "csv"], "-% is for text"),
    ],
)
def test_refused(arguments: list[str], message: str) -> None:
    result = program("racluster", "-X", "-r", MIX, *arguments)
    assert result.returncode == 2
    assert message in result.stderr.decode()


def test_percentages_in_colour() -> None:
    plain, coloured = (program("racluster", "-X", "-r", MIX, "-m", "proto", "-s", "proto", "pkts", "-%", "--color", when).stdout.decode()
                       for when in ("never", "always"))  # fmt: skip
    assert "\x1b[" in coloured and re.sub("\x1b\\[[0-9]*m", "", coloured) == plain


def test_files_by_themselves() -> None:
    each = [fields("-r", name, "-m", "proto", "-s", "proto", "trans") for name in (MIX, SSH)]
    assert fields("-M", "ind", "-r", MIX, SSH, "-m", "proto", "-s", "proto", "trans") == each[0] + each[1]


def test_files_by_themselves_are_one_output(tmp_path: Path) -> None:
    """One title, one file, one array; the range of printed records counts in each file."""
    words = ["racluster", "-X", "-n", "-M", "ind", "-m", "proto", "-s", "proto", "trans", "-r", MIX, SSH]
    lines = program(*words, "-c", ",").stdout.decode().splitlines()
    assert [line for line in lines if line.startswith("Proto")] == lines[:1]
    written = tmp_path / "out.csv"
    assert program(*words, "-w", str(written)).returncode == 0
    assert written.read_text().splitlines() == ["proto,trans", *lines[1:]]
    rows = [[row["proto"], str(row["trans"])] for row in json.loads(program(*words, "--format", "json").stdout)]
    assert rows == [line.split(",") for line in lines[1:]]
    assert fields(*words[3:], "-N", "o1") == [fields("-m", "proto", "-s", "proto", "trans", "-r", name)[0] for name in (MIX, SSH)]


def test_replace(tmp_path: Path) -> None:
    path = tmp_path / "a.argus.gz"
    path.write_bytes(gzip.compress(Path(SSH).read_bytes()))
    assert program("racluster", "-X", "-M", "replace", "-r", str(path), "-m", "proto").returncode == 0
    assert fields("-r", str(path), "-m", "none", "-s", "proto", "trans") == [["udp", "2"], ["tcp", "63"]]
    assert path.read_bytes()[:2] == b"\x1f\x8b"


def test_both_ends_of_every_record() -> None:
    rows = fields("-r", MIX, "-M", "rmon", "-m", "saddr", "-s", "spkts", "dpkts")
    plain = fields("-r", MIX, "-m", "none", "-s", "spkts", "dpkts")
    assert total(rows, 0) == total(rows, 1) == total(plain, 0) + total(plain, 1)


def test_correction_merges_the_two_directions() -> None:
    """Directions taken apart and put together again: the counters of the whole."""
    icmp = str(GOLDEN / "data" / "voip.argus")
    rows = fields("-r", icmp, "-M", "correct", "-s", "spkts", "dpkts", "-", "udp")
    apart = fields("-r", icmp, "-M", "nocorrect", "-s", "spkts", "dpkts", "-", "udp")
    assert len(rows) < len(apart)
    assert total(rows, 0) + total(rows, 1) == total(apart, 0) + total(apart, 1)


def test_written_range(tmp_path: Path) -> None:
    out = str(tmp_path / "out.argus")
    assert program("racluster", "-X", "-r", MIX, "-m", "saddr", "-N", "o3", "-w", out).returncode == 0
    assert len(fields("-r", out, "-m", "none")) == 3


def test_verbose_says_how_many_became_how_many() -> None:
    result = program("racluster", "-X", "-V", "-r", MIX, "-m", "proto")
    assert result.stderr == b"racluster: 300 records, 2 groups\n"


def test_names_of_manuals_without_a_column_are_left_out() -> None:
    settings = from_argv(["-s", "trans avgdur smask dur"])
    assert [column.name for column in settings.columns] == ["trans", "dur"]
    assert [warning.partition(":")[0] for warning in settings.warnings] == ["-s avgdur", "-s smask"]


def test_a_dotted_mask_is_a_length() -> None:
    rest = ["-s", "trans", "saddr", "pkts", "-", "ipv4"]
    assert fields("-r", MIX, "-m", "saddr/255.255.0.0", *rest) == fields("-r", MIX, "-m", "saddr/16", *rest)


@pytest.mark.parametrize("mode", ["preserve", "nopreserve"])
def test_hosts_have_what_both_ends_of_records_have(mode: str) -> None:
    """Each record counts for its source as it is, and for its destination turned round."""
    rows = fields("-r", MIX, "-m", "saddr", "-M", "rmon", mode, "-s", "saddr", "spkts", "dpkts", "sbytes", "dbytes")
    ends: dict[str, list[int]] = {}
    flows = fields("-r", MIX, "-m", "none", "-s", "saddr", "daddr", "spkts", "dpkts", "sbytes", "dbytes")
    for saddr, daddr, spkts, dpkts, sbytes, dbytes in flows:
        for host, sent in ((saddr, (spkts, dpkts, sbytes, dbytes)), (daddr, (dpkts, spkts, dbytes, sbytes))):
            ends[host] = [a + int(b) for a, b in zip(ends.get(host, [0] * 4), sent, strict=True)]
    assert {row[0]: [int(value) for value in row[1:]] for row in rows} == ends


def test_the_state_of_a_host_is_that_of_its_flow() -> None:
    states = {(row[0] == "0", row[2]) for row in fields("-r", MIX, "-m", "addr", "-s", "spkts", "dpkts", "state", "-", "udp")}
    assert (True, "INT") in states
    assert not {state for _, state in states} - {"INT", "CON", "REQ"}


@pytest.mark.parametrize(
    ("key", "turned"), [("saddr daddr proto sport dport", True), ("saddr/24 daddr sport dport", True), ("saddr daddr", False)]
)
def test_directions_of_keys_with_both_ends(key: str, turned: bool) -> None:
    """A connection that was recorded from its other side is put right where the key has both its ends."""
    voip = str(GOLDEN / "data" / "voip.argus")
    words = ["-r", voip, "-m", *key.split(), "-s", "trans", "daddr", "spkts", "dpkts"]
    only = ["-", "port 41588"]
    right, recorded = [["2", "10.206.50.239", "7", "8"]], [["1", "10.206.50.239", "1", "0"], ["1", "10.77.110.51", "8", "6"]]
    assert fields(*words, *only) == (right if turned else recorded)
    assert fields(*words, "-M", "correct", *only) == right


@pytest.mark.parametrize("name", ["racluster", "rabins"])
@pytest.mark.parametrize(("key", "turned"), [("saddr daddr proto sport dport", True), ("saddr", False)])
def test_filters_see_the_direction_that_is_merged(name: str, key: str, turned: bool) -> None:
    """Port 42000 answered; without both ends in the key a flow is what was recorded, also for the filter."""
    words = [name, "-X", "-n", "-L", "-1", "-c", ",", "-r", str(GOLDEN / "data" / "voip.argus"), "-m", *key.split(), "-s", "spkts", "dpkts"]
    words += ["-M", "time", "1h"] if name == "rabins" else []

    def found(text: str) -> str:
        return program(*words, "-", text).stdout.decode().strip()

    assert found("dst port 42000 and dst pkts gt 0") == ("6,8" if turned else "")
    assert found("src port 42000 and dst pkts gt 0") == ("" if turned else "8,6")


def test_directions_that_ports_decide(tmp_path: Path) -> None:
    """A connection put right by a port, then seen from its beginning; who reads what is written finds the old direction."""
    source, rc, written = (tmp_path / name for name in ("in.argus", "rc", "out.argus"))
    source.write_bytes(INITIAL + b"".join(in_the_middle()))
    rc.write_text('RA_PORT_DIRECTION="services"\n')
    columns = ["-s", "saddr", "dir", "daddr", "spkts", "dpkts"]
    for name in ("ra", "racluster"):
        assert program(name, "-X", "-F", str(rc), "-r", str(source), "-w", str(written), "-N", "1").returncode == 0
        read = program("ra", "-X", "-n", "-L", "-1", "-c", ",", "-M", "noman", "-r", str(written), *columns).stdout.decode()
        assert "".join(read.split()) == f"{B},<?>,{A},1,1"
        written.unlink()
    shown = program("racluster", "-X", "-F", str(rc), "-n", "-L", "-1", "-c", ",", "-r", str(source), *columns).stdout.decode()
    assert [field.strip() for field in shown.split(",")] == [A, "<-", B, "3", "2"]


def test_records_that_are_not_ip() -> None:
    """Without what they share kept, neither the protocol nor the service access points are left; IS-IS packets are told apart by kind."""
    l2b = str(GOLDEN / "data" / "l2b.argus")
    assert ["llc", "0", "0"] in fields("-r", l2b, "-m", "smac", "-M", "nopreserve", "-s", "proto", "sport", "dport")
    assert sorted(row[0] for row in fields("-r", l2b, "-m", "saddr", "daddr", "-s", "trans", "-", "isis")) == ["1", "3", "3", "4"]
    assert sorted(row[0] for row in fields("-r", l2b, "-m", "saddr", "-s", "trans", "-", "isis")) == ["4", "7"]


def test_what_stands_before_no_config() -> None:
    """Keys and modes stay, columns do not, as with the reference."""
    usual = program("racluster", "-X", "-r", SSH, "-m", "proto").stdout
    assert program("racluster", "-m", "proto", "-s", "saddr", "-X", "-r", SSH).stdout == usual
    assert usual != program("racluster", "-X", "-r", SSH).stdout


@pytest.mark.parametrize(
    ("held", "added", "shown"),
    [
        (0x007, 0x204, [B, "->", A, "CON"]),
        (0x007, 0x224, [B, "->", A, "CLO"]),
        (0x204, 0x007, [A, "<-", B, "CON"]),
        (0x224, 0x007, [A, "<-", B, "CLO"]),
        (0x204, 0x224, [B, "<?>", A, "CLO"]),
    ],
)
def test_a_record_and_its_other_side(tmp_path: Path, held: int, added: int, shown: list[str]) -> None:
    """TCP states of a group and of a record from the other side, which the one that saw the handshake decides the direction of."""
    middle = in_the_middle()[0]
    status = middle.index(b"\x30\x05") + 4
    key = middle.index(socket.inet_aton(A) + socket.inet_aton(B))
    forth, back = bytearray(middle), bytearray(middle)
    forth[status : status + 4] = struct.pack("!I", held)
    back[status : status + 4] = struct.pack("!I", added)
    back[key : key + 8] = middle[key + 4 : key + 8] + middle[key : key + 4]
    back[key + 10 : key + 14] = middle[key + 12 : key + 14] + middle[key + 10 : key + 12]
    source = tmp_path / "in.argus"
    source.write_bytes(INITIAL + forth + back)
    assert [field.strip() for field in fields("-M", "correct", "-r", str(source), "-s", "saddr", "dir", "daddr", "state")[0]] == shown


def test_a_pair_of_addresses_stays_one_beside_a_station() -> None:
    l2 = str(GOLDEN / "data" / "l2.argus")
    for key in (["matrix"], ["matrix", "smac"], ["smac", "matrix"]):
        rows = fields("-r", l2, "-m", *key, "-s", "saddr", "daddr", "-", "ipv4 and tcp")
        assert len(rows) > 5 and all(ip_address(saddr) < ip_address(daddr) for saddr, daddr in rows)


def test_stations_and_cells() -> None:
    """The cell is part of the identity of an 802.11 flow, and of none of its stations."""
    source = str(GOLDEN.parent / "ra" / "data" / "l2.argus")
    flows = [tuple(row) for row in fields("-m", "none", "-r", source, "-s", "saddr", "daddr", "bssid", "ssid", "-", "not ip") if row[2]]
    assert len({flow[3] for flow in flows}) > 1

    def rows(*key: str) -> list[list[str]]:
        found = fields(*key, "-r", source, "-s", "saddr", "daddr", "bssid", "ssid", "proto", "trans", "-", "not ip")
        return [row for row in found if row[4] == "wlan"]

    assert sorted(row[0] for row in rows("-m", "saddr")) == sorted({flow[0] for flow in flows})
    assert sorted(row[1] for row in rows("-m", "daddr")) == sorted({flow[1] for flow in flows})
    assert sorted(map(tuple, (row[:4] for row in rows()))) == sorted(set(flows))
    assert [row[5] for row in rows("-m", "proto")] == [str(len(flows))]

"""rastrip, rafilteraddr, ratimerange, ragrep, rahisto over crafted records: what depends on single bits of records and on their order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pyargus.flow.config import FlowConfig
from tests.clients.programs import program
from tests.flow.craft import ACK, BEGIN, SYN, A, B, Packet, Talk, ether, ipv4, run, udp
from tests.network.craft import INITIAL

# DSR types of the record format.
FLOW, TIME, METRIC, AGGREGATION = 2, 3, 0x10, 0x60


def written(path: Path, *packets: Packet) -> str:
    """A file of the records of packets, without those of management but the first."""
    path.write_bytes(INITIAL + b"".join(record.raw for record in run(packets) if record.raw[0] >> 4 != 8))
    return str(path)


def datagram(at: int, source: str = A, target: str = B, sport: int = 1000, size: int = 10) -> Packet:
    """A UDP datagram, `at` microseconds after the beginning."""
    return Packet(BEGIN + at, ether(source, target, ipv4(source, target, 17, udp(sport, 53, b"x" * size))))


def records(path: str | Path) -> list[bytes]:
    """All records of a file."""
    data, out, at = Path(path).read_bytes(), [], 0
    while at < len(data):
        size = 4 * int.from_bytes(data[at + 2 : at + 4])
        out.append(data[at : at + size])
        at += size
    return out


def parts(record: bytes) -> Iterator[int]:
    """The types of the DSRs of a flow record."""
    at = 4
    while at < len(record):
        yield record[at]
        at += 4 * record[at + 3]


def lines(name: str, *arguments: str) -> list[str]:
    """Lines of a program's output without a title."""
    return program(name, "-X", "-n", "-L", "-1", "-c", ",", *arguments).stdout.decode().splitlines()


def test_what_is_stripped_is_not_written(tmp_path: Path) -> None:
    source, out = written(tmp_path / "in", datagram(0), datagram(1_500_000)), tmp_path / "out"
    for words, kept in (
        (["flow", "metric"], [FLOW, METRIC]), (["agr"], [AGGREGATION]), (["flow", "agr", "time"], [FLOW, TIME, AGGREGATION]),
        (["behavior"], []),
    ):  # fmt: skip
        out.unlink(missing_ok=True)
        assert program("rastrip", "-X", "-r", source, "-M", *words, "-w", str(out)).returncode == 0
        assert [list(parts(record)) for record in records(out) if record[0] >> 4 == 1] == [kept]


def test_statistics_are_those_of_the_record_before_it_was_stripped(tmp_path: Path) -> None:
    source = written(tmp_path / "in", datagram(0), datagram(1_500_000))
    assert lines("rastrip", "-r", source, "-M", "noman", "agr", "-s", "trans", "mean", "dur") == ["1,1.500000,0.000000"]
    out = str(tmp_path / "out")
    program("rastrip", "-X", "-r", source, "-M", "flow", "agr", "-w", out)
    assert lines("ra", "-r", out, "-s", "trans", "mean", "dur") == ["1,1.500000,0.000000"]


def test_a_source_that_is_stripped_is_not_printed(tmp_path: Path) -> None:
    source = written(tmp_path / "in", datagram(0))
    assert lines("rastrip", "-r", source, "-M", "noman", "-s", "srcid", "seq", "proto") == [",,udp"]


def test_the_first_record_is_chosen_as_others_are(tmp_path: Path) -> None:
    source = written(tmp_path / "in", datagram(0))
    for program_name, more in (("rastrip", []), ("ra", ["-M", "man"])):
        words = [program_name, "-r", source, *more, "-s", "proto"]
        assert lines(*words) == ["man", "udp"]
        assert lines(*words, "-t", "2023/11/14") == ["udp"]
        assert lines(*words, "-t", "x2023/11/14") == ["man"]
        assert lines(*words, "-e", "x") == []
        assert lines(*words, "-N", "1-2") == ["udp"]


@pytest.mark.parametrize("name", ["ra", "ragrep"])
def test_the_first_record_of_a_further_file_is_written(tmp_path: Path, name: str) -> None:
    sources, out = [written(tmp_path / f"in{n}", datagram(n)) for n in range(2)], tmp_path / "out"
    words = [name, "-X", "-r", *sources, *(["-e", "x", "-v"] if name == "ragrep" else []), "-w", str(out)]
    for more, kinds in (([], [8, 1, 8, 1]), (["-", "udp"], [8, 1, 1]), (["-t", "2023/11/14"], [8, 1, 1]), (["-N", "1"], [8, 1])):
        out.unlink(missing_ok=True)
        # The filter of -w is that of a file, the other one stands last.
        assert program(*words, *more).returncode == 0
        expected = kinds if name == "ra" else [8] + [1] * kinds.count(1)
        assert [record[0] >> 4 for record in records(out)] == expected


def test_a_file_of_which_a_time_range_leaves_nothing_is_not_replaced(tmp_path: Path) -> None:
    source = written(tmp_path / "in", datagram(0))
    before = Path(source).read_bytes()
    result = program("rastrip", "-X", "-r", source, "-M", "replace", "-t", "2011/01/01")
    assert (result.returncode, Path(source).read_bytes()) == (0, before)
    assert b"left as it is" in result.stderr
    assert program("rastrip", "-X", "-r", source, "-M", "replace", "-t", "2023/11/14").returncode == 0
    assert len(records(source)) == 2 and Path(source).read_bytes() != before


def test_selected_by_address_a_record_is_written_without_statistics(tmp_path: Path) -> None:
    source, out = written(tmp_path / "in", datagram(0), datagram(0, B, A, 2000)), tmp_path / "out"
    again = str(tmp_path / "again")
    program("ra", "-X", "-r", source, "-w", again)
    addresses = tmp_path / "list"
    addresses.write_text(f"{A}\n")
    for name in (source, again):
        out.unlink(missing_ok=True)
        assert program("rafilteraddr", "-X", "-f", str(addresses), "-m", "saddr", "-r", name, "-w", str(out)).returncode == 0
        (record,) = [record for record in records(out) if record[0] >> 4 == 1]
        assert AGGREGATION not in parts(record)


def test_both_sides_of_a_record(tmp_path: Path) -> None:
    source = written(tmp_path / "in", datagram(0), datagram(0, B, A, 2000))
    addresses = tmp_path / "list"
    addresses.write_text(f"{A}\n")
    for sides, number in ((["saddr"], 1), (["daddr", "saddr"], 2)):
        assert len(lines("rafilteraddr", "-r", source, "-f", str(addresses), "-m", *sides, "-s", "saddr")) == number


@pytest.mark.parametrize(
    ("form", "digits", "shown"),
    [
        ("%Y-%m-%dT%H:%M:%S.%fZ", 6, "2023-11-14T22:13:20.250000Z"), ("%T.%f %Z", 3, "22:13:20.250 UTC"), ("%T,%f", 2, "22:13:20,25"),
        ("%T.%fZ", 0, "22:13:20Z"), ("%f/%S.%f", 1, "2/20.2"), ("%%f %S", 6, "%f 20"), ("%T", 6, "22:13:20"),
    ],
)  # fmt: skip
def test_the_fraction_of_a_second_stands_where_the_format_has_it(tmp_path: Path, form: str, digits: int, shown: str) -> None:
    source = written(tmp_path / "in", datagram(250_000))
    rc = tmp_path / "rc"
    rc.write_text(f'RA_TIME_FORMAT="{form}"\n')
    words = ["-X", "-F", str(rc), "-p", str(digits), "-r", source]
    assert program("ratimerange", *words).stdout.decode() == f"{shown} - {shown}\n"
    row = program("ra", *words, "-s", "stime").stdout.decode().splitlines()[1]
    assert row.strip() == shown


def test_found_records_are_counted(tmp_path: Path) -> None:
    texts = [b"one", b"two", b"one", b"two", b"one"]
    packets = [Packet(BEGIN + n, ether(A, B, ipv4(A, B, 17, udp(1000 + n, 53, text)))) for n, text in enumerate(texts)]
    source = tmp_path / "in"
    made = run(packets, FlowConfig(user_size=8))
    source.write_bytes(INITIAL + b"".join(record.raw for record in made if record.raw[0] >> 4 != 8))
    words = ["-r", str(source), "-e", "two", "-s", "sport"]
    assert lines("ragrep", *words) == ["1001", "1003"]
    assert lines("ragrep", *words, "-N", "1") == ["1001"]
    assert lines("ragrep", *words, "-N", "2-9") == ["1003"]
    assert lines("ragrep", *words, "-v", "-N", "i2") == ["1000", "1002"]
    assert lines("ragrep", *words, "-v", "-N", "o1") == ["1000"]


def test_standard_input_is_a_dash(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.write_bytes(INITIAL + run([datagram(0)], FlowConfig(user_size=8))[0].raw)
    for more, text in ((["-l"], b"-\n"), (["-H", "-s", "sport"], b"-:1000\n")):
        assert program("ragrep", "-X", "-n", "-e", "x", *more, input=source.read_bytes()).stdout == text


def test_xml_names_the_program(tmp_path: Path) -> None:
    source = written(tmp_path / "in", datagram(0))
    assert b"<!--Generated by rastrip(3.0.8.2)" in program("rastrip", "-X", "-M", "xml", "-r", source).stdout


def datagrams(path: Path, *sizes: int) -> str:
    """A file of a record for each of some datagrams, of so many bytes with all headers."""
    return written(path, *(datagram(n, sport=1000 + n, size=size - 42) for n, size in enumerate(sizes)))


def test_statistics_of_a_bin_are_those_of_the_metric(tmp_path: Path) -> None:
    source = datagrams(tmp_path / "in", 100, 200, 300, 1000)
    words = ["-r", source, "-H", "bytes 3:50-1250", "-s", "trans", "mean", "min", "max", "sum"]
    rows = [row.split(",")[5:] for row in lines("rahisto", *words)[2:]]
    assert rows == [["3", "200.000000", "100.000000", "300.000000", "600.000000"], [], ["1", *["1000.000000"] * 4]]
    below = lines("rahisto", *words[:3], "bytes 1:250-1250", "-M", "outlayer", *words[4:])[2].split(",")[5:]
    assert below == ["2", "150.000000", "100.000000", "200.000000", "300.000000"]


def test_what_lies_below_logarithms_from_zero_has_a_row(tmp_path: Path) -> None:
    source = datagrams(tmp_path / "in", 100, 200)
    words = ["-r", source, "-M", "outlayer", "nozero"]
    assert [row.split(",")[:3] for row in lines("rahisto", *words, "-H", "dbytes 2L:0-100")[2:]] == [["1", "0.000000e+00", "2"]]
    assert lines("rahisto", *words, "-H", "dbytes 2:0-100")[2:] == []


def test_a_quiet_histogram_is_not_printed(tmp_path: Path) -> None:
    source = datagrams(tmp_path / "in", 100)
    assert lines("rahisto", "-r", source, "-H", "bytes 1:0-1000") != []
    for more in ([], ["-c", ","]):
        assert program("rahisto", "-X", "-q", "-r", source, "-H", "bytes 1:0-1000", *more).stdout == b""


def test_the_window_of_a_destination_seen_alone_counts(tmp_path: Path) -> None:
    talk = Talk()
    talk.send(0, 0, SYN, 1)
    talk.send(20_000_000, 1, SYN | ACK, 1, 2, window=500)
    source = written(tmp_path / "in", *talk.segments)
    assert lines("ra", "-r", source, "-s", "spkts", "dpkts", "dwin") == ["1,0,", "0,1,"]
    assert lines("rahisto", "-r", source, "-H", "dwin 1:499-501")[0].startswith("N=1,mean=500.0")


@pytest.mark.parametrize("words", [["rastrip", "-M", "+mac"], ["rafilteraddr", "-f", "list"], ["ragrep", "-e", "x"]])
def test_every_record_once_for_each_of_its_hosts(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "list").write_text(f"{A}\n")
    source = tmp_path / "in"
    made = run([datagram(0, size=58), datagram(1000, size=58)], FlowConfig(user_size=8))
    source.write_bytes(INITIAL + b"".join(record.raw for record in made if record.raw[0] >> 4 != 8))
    columns = ["-s", "saddr", "sport", "spkts", "dpkts"]
    name, *more = words
    if name == "rafilteraddr":
        more = ["-f", str(tmp_path / "list")]
    expected = [f"{A},1000,2,0", f"{B},53,0,2"]
    both = lines(name, *more, "-M", "noman", "rmon", "-r", str(source), *columns)
    assert [row.rstrip() for row in both] == expected
    out = str(tmp_path / "out")
    assert program(name, "-X", *more, "-M", "noman", "rmon", "-r", str(source), "-w", out).returncode == 0
    assert lines("ra", "-r", out, *columns) == expected
    if name == "rafilteraddr":
        assert [row.rstrip() for row in lines(name, *more, "-m", "saddr", "-M", "rmon", "-r", str(source), *columns)] == expected[:1]


def test_tcp_values_are_those_of_tcp_flows(tmp_path: Path) -> None:
    """A group of several protocols that a merging client wrote keeps the TCP object of one of its members."""
    talk = Talk()
    for n, (side, flags, seq, ack) in enumerate([(0, SYN, 1, 0), (1, SYN | ACK, 1, 2), (0, ACK, 2, 2)]):
        talk.send(1000 * n, side, flags, seq, ack)
    (record,) = [record.raw for record in run(talk.segments) if record.raw[0] >> 4 == 1]
    at = 4
    while record[at] != FLOW:
        at += 4 * record[at + 3]
    assert record[at + 12] == 6
    columns = ["proto", "state", "tcpopt", "swin", "stcpb", "sgap", "tcprtt", "sloss"]
    shown = {}
    for protocol in (6, 0):
        source = tmp_path / str(protocol)
        source.write_bytes(INITIAL + record[: at + 12] + bytes([protocol]) + record[at + 13 :])
        shown[protocol] = lines("ra", "-r", str(source), "-s", *columns)
    assert shown == {6: ["tcp,CON,,1000,1,0,0.002000,0"], 0: ["ip,CON,,,,,0.000000,0"]}

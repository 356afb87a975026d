"""Records of other protocols than TCP and UDP, made of crafted frames: what the clients print and merge of them."""

import struct
from pathlib import Path

import pytest

from pyargus.clients.settings import BY_NAME
from pyargus.record.record_cy import Record
from pyargus.record.values_cy import Values
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program
from tests.flow.craft import BEGIN, MACS, A, B, Packet, ether, ipv4, run
from tests.network.craft import INITIAL

L2B = str(GOLDEN / "data" / "l2b.argus")
C = "10.0.0.3"


def written(folder: Path, *frames: bytes) -> str:
    """A file of the records of frames, one of them every second."""
    path = folder / "in.argus"
    records = run([Packet(BEGIN + n * 1_000_000, frame) for n, frame in enumerate(frames)])
    path.write_bytes(INITIAL + b"".join(record.raw for record in records if record.raw[0] >> 4 != 8))
    return str(path)


def fields(name: str, *arguments: str) -> list[list[str]]:
    """Values of each line of the output, without its title."""
    lines = program(name, "-X", "-n", "-L", "-1", "-c", ",", *arguments).stdout.decode().splitlines()
    return [[value.strip() for value in line.split(",")] for line in lines]


def llc(source: str, target: str, ssap: int, dsap: int) -> bytes:
    """An LLC frame."""
    return ether(source, target, bytes((dsap, ssap, 3)) + b"x" * 43, 46)


def arp(source: str, target: str) -> bytes:
    """An ARP request."""
    ends = (bytes(map(int, name.split("."))) for name in (source, target))
    station = bytes.fromhex(MACS[source].replace(":", ""))
    return ether(source, target, struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + station + next(ends) + b"\0" * 6 + next(ends), 0x0806)


@pytest.mark.parametrize(
    ("kind", "code", "shown"), [(3, 1, ["U", "URH"]), (3, 13, ["U", "URFIL"]), (11, 0, ["T", "TXD"]), (5, 1, ["R", "RED"])]
)
def test_an_error_is_the_state_of_the_message_that_it_is_about(tmp_path: Path, kind: int, code: int, shown: list[str]) -> None:
    echo = ipv4(A, B, 1, struct.pack("!BBHHH", 8, 0, 0, 7, 1) + b"x" * 16)
    error = ipv4(C, A, 1, struct.pack("!BBHI", kind, code, 0, 0) + echo[:28])
    source = written(tmp_path, ether(A, B, echo), ether(C, A, error))
    rows = fields("ra", "-r", source, "-s", "flgs", "state", "inode", "-", "src", "host", A)
    assert [[flags[-1:], *rest] for flags, *rest in rows] == [[*shown, C]]


def test_arp_and_llc_are_two_protocols(tmp_path: Path) -> None:
    source = written(tmp_path, llc(A, B, 0x42, 0x42), arp(A, B), llc(B, A, 0xE0, 0xE0), arp(B, A))
    assert sorted(fields("racluster", "-r", source, "-m", "proto", "-s", "proto", "trans")) == [["arp", "2"], ["llc", "2"]]


def test_service_access_points_go_along_with_their_stations(tmp_path: Path) -> None:
    source = written(tmp_path, llc(A, B, 0x42, 0xE0))
    rows = fields("ra", "-r", source, "-M", "rmon", "-s", "saddr", "sport", "daddr", "dport")
    assert rows == [[MACS[A], "66", MACS[B], "224"], [MACS[B], "224", MACS[A], "66"]]


def test_arp_is_sorted_by_whole_addresses(tmp_path: Path) -> None:
    source = written(tmp_path, arp(B, A), arp(A, B))
    assert [row[0] for row in fields("rasort", "-r", source, "-m", "saddr/24", "-s", "saddr")] == [A, B]


def test_icmp6_is_sorted_by_the_type_and_the_code_that_are_printed() -> None:
    from pyargus.record.sortkeys import parse_keys

    values = [(1, 4), (3, 0), (0, 5)]
    for word, order in (("sport", [5, 4, 0]), ("dport", [0, 4, 5])):
        rows = []
        for kind, code in values:
            rec, keys = Record(), parse_keys([word])
            rec.present, rec.family, rec.proto, rec.sport = 2, 2, 58, kind << 8 | code
            keys.extract(rec)
            rows.append((keys.row[0], code))
        assert [code for _, code in sorted(rows)] == order


def test_an_ethernet_type_without_a_name(tmp_path: Path) -> None:
    source = written(tmp_path, ether(A, B, b"x" * 46, 0x0F77))
    assert b"unknown   1 " in program("racount", "-X", "-r", source, "-M", "proto").stdout


@pytest.mark.parametrize(("family", "field", "shown"), [(1, "stcpb", False), (1, "dtcpb", False), (2, "stcpb", False), (2, "dtcpb", True)])
def test_a_sequence_number_of_zero(family: int, field: str, shown: bool) -> None:
    rec, values = Record(), Values()
    rec.present, rec.family, rec.proto, rec.net = 0b101110, family, 6, 0x05
    assert values.integer(rec, BY_NAME[field].id) == 0 and bool(values.ok) is shown


@needs_samples
@pytest.mark.parametrize(
    ("keys", "rows"),
    [
        (["srcid"], [["(null)", "(null)", "0x0", "UNK"]]),
        (["sport", "saddr", "daddr"], [
            ["2222.2222.2222", "3333.3333.3333.02", "0x9b3f", "L1-IIH"], ["2222.2222.2222.00-00", "0x0f000000", "0xb503", "L1-LSP"],
            ["3333.3333.3333", "3333.3333.3333.02", "0xdf67", "L1-IIH"], ["3333.3333.3333.00", "(null)", "0xcd9f", "L1-CSNP"],
        ]),
        (["proto", "daddr"], [
            ["0000.0000.0000", "3333.3333.3333.02", "0x0", "L1-IIH"], ["0000.0000.0000.00", "(null)", "0x0", "L1-CSNP"],
            ["0000.0000.0000.00-00", "0x0f000000", "0x0", "L1-LSP"],
        ]),
    ],
)  # fmt: skip
def test_isis_without_what_is_not_in_the_key(keys: list[str], rows: list[list[str]]) -> None:
    shown = fields("racluster", "-r", L2B, "-M", "nopreserve", "-m", *keys, "-s", "saddr", "daddr", "state", "dport", "-", "isis")
    assert sorted([row[0], row[1], row[3], row[2]] for row in shown) == rows


@needs_samples
def test_link_state_packets_are_told_apart_by_sequence_number(tmp_path: Path) -> None:
    data = Path(L2B).read_bytes()
    at = data.index(bytes.fromhex("02010a0b00000012"))
    record = max(n for n in range(0, at, 4) if data[n] == 0x13 and data[n + 1] & 0xF0 == 0x10 and n + 4 * data[n + 3] > at)
    first = bytearray(data[record : record + 4 * int.from_bytes(data[record + 2 : record + 4])])
    second = bytearray(first)
    second[at - record + 32] += 1
    source = tmp_path / "in.argus"
    source.write_bytes(INITIAL + first + second)
    assert [len(fields("racluster", "-r", str(source), "-m", *keys)) for keys in (["daddr"], ["saddr"], ["proto"])] == [2, 1, 1]
    second = bytearray(first)
    second[at - record + 38 : at - record + 42] = bytes((0, 0, 0, 0xAB))
    source.write_bytes(INITIAL + second)
    assert fields("ra", "-r", str(source), "-s", "dport", "-M", "noman")[0][0] == "0xab"


@needs_samples
def test_bins_without_statistics() -> None:
    mix = str(GOLDEN / "data" / "mix.argus")
    rows = fields("rabins", "-r", mix, "-M", "time", "10s", "norep", "-s", "trans", "mean", "stddev", "-", "udp")
    assert len(rows) > 5 and all(row == ["0", "0.000000", "0.000000"] for row in rows)


def icmp(source: str, target: str, kind: int, sequence: int) -> bytes:
    """An echo request or its reply."""
    return ether(source, target, ipv4(source, target, 1, struct.pack("!BBHHH", kind, 0, 0, 7, sequence) + b"x" * 16))


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        # A reply counts for the host that sent it where the key lacks an address or a port.
        (["-m", "saddr"], [["1", A, "0x0008", "1", "0", "ECO"], ["2", B, "0x0008", "2", "0", "ECO"]]),
        (["-M", "rmon"], [["3", A, "0x0008", "1", "2", "ECO"], ["3", B, "0x0008", "2", "1", "ECO"]]),
        # Requests of both sides are two flows.
        (["-M", "correct"], [
            ["1", A, "0x0000", "0", "1", "ECR"], ["1", A, "0x0008", "1", "0", "ECO"], ["1", B, "0x0008", "1", "0", "ECO"],
        ]),
    ],
)  # fmt: skip
def test_replies_of_icmp(tmp_path: Path, arguments: list[str], rows: list[list[str]]) -> None:
    frames = [frame for each in (icmp(B, A, 0, 3), icmp(B, A, 8, 4), icmp(A, B, 8, 5)) for frame in [each, *[arp(B, A)] * 60]]
    source = written(tmp_path, *frames)
    shown = fields("racluster", "-r", source, *arguments, "-s", "trans", "saddr", "sport", "spkts", "dpkts", "state", "-", "icmp")
    assert sorted(shown) == rows


def test_security_associations_that_differ(tmp_path: Path) -> None:
    """Of their SPIs nothing is left; what is shown of one in a column of variable width has the mask lengths in its upper half."""
    esp = [ether(A, B, ipv4(A, B, 50, struct.pack("!II", spi, 1) + b"z" * 40)) for spi in (0x11112222, 0x33334444)]
    source = written(tmp_path, *esp)
    assert [row[0] for row in fields("racluster", "-r", source, "-s", "dport")] == ["0x20202222", "0x20204444"]
    assert fields("racluster", "-r", source, "-m", "saddr", "-s", "dport", "trans") == [["0x0", "2"]]
    one = written(tmp_path, esp[0], *[arp(B, A)] * 60, esp[0])
    assert fields("racluster", "-r", one, "-m", "dport", "-M", "nopreserve", "-s", "dport", "trans", "-", "ip") == [["0x20202222", "2"]]

"""racount: totals, kinds of addresses, values of a field, formats; what is counted at a glance is what a full reading counts."""

import csv
import io
import json

import pytest

from pyargus.clients.address_kinds import KINDS, kind_of_ipv4, kind_of_ipv6
from tests.clients.golden import GOLDEN
from tests.clients.programs import needs_samples, program

FILES = sorted(str(path) for path in (GOLDEN / "data").glob("*.argus"))
MIX = str(GOLDEN / "data" / "mix.argus")


def rows(*arguments: str) -> list[dict[str, object]]:
    """The rows of the NDJSON output."""
    return [json.loads(line) for line in program("racount", "-X", "--format", "ndjson", *arguments).stdout.splitlines()]


@needs_samples
def test_a_glance_counts_as_a_full_reading() -> None:
    # The filter is true of every record, but asks for the whole of it.
    asked = ["-r", *FILES, "-M", "proto", "addr"]
    assert rows(*asked) == rows(*asked, "-", "bytes gte 0")


@needs_samples
def test_rmon_counts_both_sides() -> None:
    once, twice = rows("-r", *FILES)[0], rows("-r", *FILES, "-M", "rmon")[0]
    assert twice["records"] == 2 * int(str(once["records"]))
    assert twice["src_pkts"] == twice["dst_pkts"] == once["total_pkts"]
    assert twice == rows("-r", *FILES, "-M", "rmon", "-", "bytes gte 0")[0]


@needs_samples
def test_values_of_a_field() -> None:
    whole, *values = rows("-r", MIX, "--by", "proto")
    assert {row["table"] for row in values} == {"proto"}
    for column in ("records", "total_pkts", "src_bytes", "dst_bytes"):
        assert sum(int(str(row[column])) for row in values) == whole[column]
    assert sum(float(str(row["bytes_pct"])) for row in values) == pytest.approx(100, abs=0.01)
    assert [row["records"] for row in values] == sorted((row["records"] for row in values), reverse=True)  # type: ignore[type-var]
    text = program("racount", "-X", "-r", MIX, "--by", "proto").stdout.decode()
    assert "Proto  records" in text
    assert "udp  178" in text


@needs_samples
def test_formats() -> None:
    ndjson = rows("-r", MIX, "-M", "proto", "addr")
    assert ndjson == json.loads(program("racount", "-X", "--format", "json", "-r", MIX, "-M", "proto", "addr").stdout)
    table = list(csv.DictReader(io.StringIO(program("racount", "-X", "--format", "csv", "-r", MIX, "-M", "proto", "addr").stdout.decode())))
    assert [{k: v for k, v in row.items() if v != ""} for row in table] == [
        {k: str(v) for k, v in row.items() if v != ""} for row in ndjson
    ]
    assert ndjson[0]["records"] == 300


@needs_samples
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "parquet"], "counts are printed as"),
        (["--by", "protoo"], "nearest: proto"),
        (["-w", "x"], "-w"),
        (["-M", "prot"], "nearest: proto"),
    ],
)
def test_refused(arguments: list[str], message: str) -> None:
    result = program("racount", "-X", "-r", MIX, *arguments)
    assert result.returncode == 2
    assert message in result.stderr.decode()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (0x08080808, "IPv4 Unicast"),
        (0x0A000001, "IPv4 Unicast Private"),
        (0xAC1F0001, "IPv4 Unicast Private"),
        (0xA9FE0101, "IPv4 Unicast Link Local"),
        (0x64400001, "IPv4 Unicast Shared"),
        (0xE00000FB, "IPv4 Multicast Local"),
        (0xEFFFFFFA, "IPv4 Multicast SiteLocal"),
        (0xE9FC0001, "IPv4 Multicast AdHoc"),
        (0xFFFFFFFF, "IPv4 Broadcast"),
        (0xF0000001, "IPv4 Unicast Reserved"),
        (0, "IPv4 Unicast This Network"),
    ],
)
def test_kinds_of_ipv4(address: int, kind: str) -> None:
    assert kind_of_ipv4(address) == kind
    assert kind in KINDS


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (1, "IPv6 Loopback"),
        (0x2A00 << 112, "IPv6 Global"),
        (0xFE80 << 112 | 1, "IPv6 LinkLocal"),
        (0xFF02 << 112 | 0xFB, "IPv6 Multicast Link Local"),
        (0xFF0E << 112 | 1, "IPv6 Multicast Global"),
        (0x20010DB8 << 96, "IPv6 Documentation"),
        (0xFD00 << 112, "IPv6 Unique Local"),
        (0xFF03 << 112, "IPv6 Multicast"),
        (0x4000 << 112, "IPv6 Reserved"),
    ],
)
def test_kinds_of_ipv6(address: int, kind: str) -> None:
    assert kind_of_ipv6(address) == kind
    assert kind in KINDS

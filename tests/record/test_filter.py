"""The filter language against the reference, its precedence and its errors."""

import os
import subprocess
from pathlib import Path

import pytest

from pyargus.errors import BadUse
from pyargus.record.decode_cy import decode, glimpse
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.frames_cy import frame
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from tests.record.samples import FILES, REFERENCE, needs_reference, needs_samples

EXPRESSIONS = """
ip; ipv4; ipv6; arp; tcp; udp; icmp; igmp; rtp; mpls; vlan; isis; tcp or pkts gt 5 and udp; port 80 or 443; bytes gt 100 and lt 1000
dur gt 1 and lt 2; host not 10.0.0.1; tcp src port 80; not not tcp; src rate gt 100; bytes lt 10; rate lt 5; mid gt 10; dst ttl lt 60; far
start; status; stop; timeout; shut; net 192.168.1.71/24; net 10; host 0.0.0.0; port 53-215; port gt 1023; inode 172.28.2.3; proto 50
ether proto llc; ttl 64; vid gt 10; spi gt 1000; base gt 1000000; load gt 10000; pcr gt 0.5; intpkt gt 1.0; jit gt 1.0; pcr eq 0; syn
src syn; dst syn; synack; fin; rst; ack; push; con; est; normal; retrans; src retrans; outoforder; winshut; ecn; frag; src frag; multipath
hello; lsp; csnp; echo; unreach; redirect; timexed; mbr; ether broadcast; ip broadcast; multicast; encaps eth; encaps gre; encaps llc
src encaps ipnip; dsb ef; tos gt 4; ipid gt 100; src pkts gt 3 and dst bytes lt 4000; seq gt 4 and seq lt 9; trans 1; appbytes gt 10
src and dst port gt 1000; net 192.168.0.0 mask 255.255.0.0; src 10.0.0.1; dst net ff00::/8; arp host 192.168.1.2; not ip
ip proto 17 and (port 53 or port 5353); host (10.0.0.1 or 10.0.0.227); jitact gt 0.5; abr lt 0.1; rate gte 10; dst pkts lte 3; ttl lt 30
vid 4095; vid 4096; not vid 4097; vpri 15; src vpri 16; mid 1048575; dst mid lte 1048575; mid gt 1048576; src mid gte 1048575; dsb 64
"""

# What management records pass, too, or do not pass because the word is of flows.
OF_ALL = """
seq 0; seq gte 0; seq lt 9; not seq 0; mid 0; mid gt 10; not mid 1048575; vid 4095; not vid 4095; vpri 15; rate 0; load 0.0; rate lt 5
src load not 0; rate gt 0.5; pcr lt 0.5; abr lt 1; not pcr gt 0.5; dur 0; dur lt 1; bytes lt 10; encaps eth; ttl lt 30; intpkt lt 1.0
"""


def split(text: str) -> list[str]:
    """Expressions that semicolons and lines part."""
    return [part.strip() for part in text.replace("\n", ";").split(";") if part.strip()]


def offsets(data: bytes, expression: str) -> list[int]:
    """Offsets of the flow records that the filter accepts."""
    accept = Filter(compile_filter(expression))
    record = Record()
    record.point_to(memoryview(data))
    out = []
    at = 0
    while at < len(data):
        decode(record, at, at)
        repair(record)
        if record.kind & 0xF0 == 0x10 and accept.accepts(record):
            out.append(at)
        at += frame(memoryview(data), at)
    return out


@needs_samples
@needs_reference
@pytest.mark.parametrize("expression", split(EXPRESSIONS))
def test_selects_what_the_reference_selects(expression: str, tmp_path: Path) -> None:
    names = ("frag", "icmp", "ipsec", "l2", "tcp", "tun", "v6", "vlan", "voip")
    data = b"".join(path.read_bytes() for path in FILES if path.parent.parent.name == "ra" and path.stem in names)
    together = tmp_path / "all.argus"
    together.write_bytes(data)
    (tmp_path / "empty").touch()
    assert REFERENCE is not None
    options = ["-X", "-F", str(tmp_path / "empty"), "-n", "-L", "-1", "-r", str(together), "-s", "offset"]
    command = [REFERENCE, *options, "-", *expression.split()]
    result = subprocess.run(command, env={**os.environ, "TZ": "UTC"}, capture_output=True, timeout=60, check=False)
    assert offsets(data, expression) == [int(line) for line in result.stdout.split()]


@needs_samples
@needs_reference
@pytest.mark.parametrize("expression", split(OF_ALL))
def test_passes_the_management_records_that_the_reference_passes(expression: str, tmp_path: Path) -> None:
    data = next(path for path in FILES if path.parent.parent.name == "ra" and path.stem == "lan").read_bytes()
    path, record, accept = tmp_path / "some.argus", Record(), Filter(compile_filter(expression))
    path.write_bytes(data)
    assert REFERENCE is not None
    command = [REFERENCE, "-X", "-n", "-L", "-1", "-M", "man", "-r", str(path), "-s", "proto", "-", *expression.split()]
    result = subprocess.run(command, env={**os.environ, "TZ": "UTC"}, capture_output=True, timeout=60, check=False)
    record.point_to(memoryview(data))
    at = count = 0
    while at < len(data):
        decode(record, at, at)
        repair(record)
        count += record.kind & 0xF0 == 0x80 and accept.accepts(record)
        at += frame(memoryview(data), at)
    assert count == result.stdout.split().count(b"man")


@pytest.mark.parametrize(
    ("expression", "column"),
    [("tcp port foobar", 10), ("pkts > 5", 6), ("src tcp port 80", 5), ("(port 80) or 443", 14), ("tcp and", 0), ("tcp host 10.0.0.1", 10),
     ("TCP", 1), ("net 10.0.0.0/99", 14), ("port 80)", 8), ("192.168.1.71", 1), ("icmp port 5", 11), ("é", 1), ("port lt -1", 9)],
)  # fmt: skip
def test_errors_point_at_the_word(expression: str, column: int) -> None:
    with pytest.raises(BadUse) as error:
        compile_filter(expression)
    assert expression in str(error.value)
    assert f"column {column} " in str(error.value) if column else "at the end" in str(error.value)


def test_and_and_or_bind_alike() -> None:
    assert compile_filter("tcp or udp and port 53").listing() == compile_filter("(tcp or udp) and port 53").listing()


def test_the_empty_filter_accepts() -> None:
    assert compile_filter("").entry == -1


@needs_samples
def test_a_glimpse_is_enough_for_kinds_ends_and_parts() -> None:
    filters = [Filter(compile_filter(text)) for line in EXPRESSIONS.strip().split("\n") for text in line.split("; ")]
    brief = [made for made in filters if made.brief]
    assert 30 < len(brief) < len(filters)
    seen, passed = 0, 0
    full, quick = Record(), Record()
    for path in FILES:
        data = path.read_bytes()
        full.point_to(memoryview(data))
        quick.point_to(memoryview(data))
        at = 0
        while at < len(data):
            size = frame(memoryview(data), at)
            if data[at] & 0xF0 != 0x80:
                assert decode(full, at, at) == glimpse(quick, at)
                repair(full)
                repair(quick)
                assert (quick.present, quick.net, quick.spkts, quick.dbytes) == (full.present, full.net, full.spkts, full.dbytes)
                wanted = [made.accepts(full) for made in brief]
                assert [made.accepts(quick) for made in brief] == wanted
                seen += 1
                passed += sum(wanted)
            at += size
    assert 0 < passed < seen * len(brief)

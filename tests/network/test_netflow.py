"""NetFlow and IPFIX: what exports say is what the records say; what is malformed is counted and ends nothing."""

import random
import shutil
import socket
import struct
import subprocess
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import pytest

from pyargus.network.addresses import parse_uri
from pyargus.network.datagrams import NO_TEMPLATE, UNSUPPORTED
from pyargus.network.metrics import of_sources, render
from pyargus.network.netflow import MAX_TEMPLATES, Collector, tcp_status
from pyargus.network.source import Hub
from pyargus.record.decode_cy import decode
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from tests.network.craft import eventually, free_port, records

EXPORTER = "198.51.100.1"
SENT = 1_300_475_168
UPTIME = 100_000
REFERENCE = shutil.which("ra", path="/usr/bin:/usr/local/bin")
RA = [sys.executable, "-c", "from pyargus.clients.ra import main; main()"]


def number(address: str) -> int:
    return int(ip_address(address))


def v5(*flows: bytes, count: int | None = None) -> bytes:
    head = struct.pack("!HHIIIIBBH", 5, len(flows) if count is None else count, UPTIME, SENT, 500_000_000, 77, 1, 2, 0)
    return head + b"".join(flows)


def flow5(source: str = "200.1.2.3", target: str = "192.0.2.1", sport: int = 40000, dport: int = 80, flags: int = 0x1A, proto: int = 6,
          pkts: int = 7, octets: int = 4321, first: int = 90_000, last: int = 95_500) -> bytes:  # fmt: skip
    return struct.pack("!4s4s4sHHIIIIHHBBBBHHBBH", socket.inet_aton(source), socket.inet_aton(target), bytes(4), 3, 5, pkts, octets, first,
                       last, sport, dport, 0, flags, proto, 0x10, 65001, 65002, 24, 16, 0)  # fmt: skip


def template(*fields: tuple[int, int], number: int = 256) -> bytes:
    body = struct.pack("!HH", number, len(fields)) + b"".join(struct.pack("!HH", *field) for field in fields)
    return struct.pack("!HH", 0, len(body) + 4) + body


def set_of(number: int, body: bytes) -> bytes:
    return struct.pack("!HH", number, len(body) + 4) + body


def v9(*sets: bytes, domain: int = 1) -> bytes:
    return struct.pack("!HHIIII", 9, len(sets), UPTIME, SENT, 1, domain) + b"".join(sets)


def ipfix(*sets: bytes, domain: int = 1) -> bytes:
    body = b"".join(sets)
    return struct.pack("!HHIII", 10, 16 + len(body), SENT, 1, domain) + body


def read(data: bytes) -> list[Record]:
    """The records as a reader sees them."""
    out = []
    for raw in records(data):
        rec = Record()
        rec.point_to(raw)
        assert decode(rec, 0, 0) == 1
        repair(rec)
        out.append(rec)
    return out


def one(collector: Collector, *datagrams: bytes) -> Record:
    """The one record of some datagrams."""
    data = b""
    for datagram in datagrams:
        made, malformed = collector.records(datagram, EXPORTER)
        assert malformed == 0
        data += made
    (rec,) = read(data)
    return rec


def test_version_5() -> None:
    rec = one(Collector(), v5(flow5(pkts=4_000_000_000, octets=4_294_967_295)))
    assert (rec.kind, rec.cause_option, rec.srcid) == (0x33, 0x20, number(EXPORTER))
    assert (rec.saddr_lo, rec.daddr_lo, rec.sport, rec.dport, rec.proto) == (number("200.1.2.3"), number("192.0.2.1"), 40000, 80, 6)
    assert (rec.spkts, rec.sbytes, rec.dpkts, rec.dbytes) == (4_000_000_000, 4_294_967_295, 0, 0)
    # Up for 100 s when sent at .5 s; the flow began after 90 s of that.
    assert (rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f) == (SENT - 10, 500_000, SENT - 4, 0)
    assert (rec.stos, rec.smac, rec.dmac, rec.sas, rec.das) == (0x10, 3, 5, 65001, 65002)
    assert (rec.tcp_status & 0xFFFF, rec.sflags) == (0x02, 0x1A)


def test_stamps_that_wrap() -> None:
    head = struct.pack("!HHIIIIBBH", 5, 1, 1000, SENT, 0, 0, 0, 0, 0)
    rec = one(Collector(), head + flow5(first=0xFFFFFFFF - 1999, last=500))
    assert (rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f) == (SENT - 3, 0, SENT - 1, 500_000)


def test_version_1_and_7() -> None:
    addresses = socket.inet_aton("200.1.2.3") + socket.inet_aton("192.0.2.1") + bytes(4)
    common = struct.pack("!HHIIIIHH", 3, 5, 9, 900, 96_000, 97_000, 53, 5353)
    old = struct.pack("!HHIII", 1, 1, UPTIME, SENT, 0) + addresses + common + struct.pack("!HBBB7x", 0, 17, 8, 0)
    new = struct.pack("!HHIIIII", 7, 1, UPTIME, SENT, 0, 0, 0) + addresses + common
    new += struct.pack("!BBBBHHBBHI", 0, 0, 17, 8, 1, 2, 0, 0, 0, 0)
    for datagram in (old, new):
        rec = one(Collector(), datagram)
        assert (rec.proto, rec.sport, rec.dport, rec.spkts, rec.stos) == (17, 53, 5353, 9, 8)
        assert (rec.sstart_s, rec.send_s) == (SENT - 4, SENT - 3)


FIELDS = ((8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (6, 1), (5, 1), (2, 4), (1, 8), (22, 4), (21, 4), (10, 2), (14, 2), (16, 4), (17, 4))


def body9(last: int = 95_500) -> bytes:
    return struct.pack("!4s4sHHBBBIQIIHHII", socket.inet_aton("200.1.2.3"), socket.inet_aton("192.0.2.1"), 40000, 80, 6, 0x02, 0xB8, 7,
                       5_000_000_000, 90_000, last, 3, 5, 4_200_000_001, 65002)  # fmt: skip


def test_version_9() -> None:
    collector = Collector()
    rec = one(collector, v9(template(*FIELDS)), v9(set_of(256, body9() + bytes(3))))
    assert (rec.saddr_lo, rec.sbytes, rec.sas, rec.das, rec.stos) == (number("200.1.2.3"), 5_000_000_000, 4_200_000_001, 65002, 0xB8)
    assert (rec.sstart_s, rec.send_s, rec.send_f) == (SENT - 10, SENT - 5, 500_000)
    assert rec.tcp_status & 0xF == 1
    # Another domain of the same exporter has templates of its own.
    assert collector.records(v9(set_of(256, body9()), domain=2), EXPORTER) == (b"", 0)
    assert collector.left_out[NO_TEMPLATE] == 1


def test_flows_before_their_template_are_left_out_and_counted() -> None:
    collector = Collector()
    assert collector.records(v9(set_of(256, body9())), EXPORTER) == (b"", 0)
    assert collector.left_out[NO_TEMPLATE] == 1
    assert len(read(collector.records(v9(template(*FIELDS), set_of(256, body9() * 3)), EXPORTER)[0])) == 3


def test_options_are_no_flows() -> None:
    options = struct.pack("!HHHHHHH", 300, 4, 4, 1, 4, 34, 4) + bytes(2)
    collector = Collector()
    assert collector.records(v9(set_of(1, options), set_of(300, bytes(16))), EXPORTER) == (b"", 0)
    assert collector.left_out[NO_TEMPLATE] == 0


def test_ipfix_of_both_directions() -> None:
    fields = struct.pack("!HH", 27, 16) + struct.pack("!HH", 28, 16) + struct.pack("!HHHHHH", 4, 1, 7, 2, 11, 2)
    fields += struct.pack("!HHHH", 1, 8, 2, 8) + struct.pack("!HHIHHI", 0x8001, 8, 29305, 0x8002, 8, 29305)
    fields += struct.pack("!HHHH", 152, 8, 153, 8) + struct.pack("!HH", 371, 0xFFFF)
    body = struct.pack("!HH", 400, 12) + fields
    values = ip_address("2001:db8::f00").packed + ip_address("ff02::fb").packed + struct.pack("!BHH", 17, 5353, 53)
    values += struct.pack("!QQQQQQ", 100, 3, 200, 2, 1000 * SENT + 250, 1000 * SENT + 1750) + b"\x05hello"
    values += values[:-6] + b"\xff\x01\x00" + bytes(256)
    collector = Collector()
    made, malformed = collector.records(ipfix(set_of(2, body), set_of(400, values + bytes(3))), "2001:db8::1")
    assert malformed == 0
    first, second = read(made)
    for rec in (first, second):
        assert (rec.family, rec.saddr_hi, rec.saddr_lo) == (2, 0x20010DB8_00000000, 0xF00)
        assert (rec.sport, rec.dport, rec.spkts, rec.sbytes, rec.dpkts, rec.dbytes) == (5353, 53, 3, 100, 2, 200)
        assert (rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f) == (SENT, 250_000, SENT + 1, 750_000)


@pytest.mark.parametrize(
    ("element", "length", "value", "expected"),
    [
        ((150, 151), 4, SENT, (SENT, 0)),
        ((154, 155), 8, (SENT + 2_208_988_800 << 32) + (1 << 31), (SENT, 500_000)),
        ((156, 157), 8, (SENT + 2_208_988_800 << 32) + (3 << 30), (SENT, 750_000)),
        ((158, 159), 4, 1_500_000, (SENT - 2, 500_000)),
    ],
)
def test_ways_to_say_a_time(element: tuple[int, int], length: int, value: int, expected: tuple[int, int]) -> None:
    fields = b"".join(struct.pack("!HH", *field) for field in ((8, 4), (12, 4), (2, 4), *((n, length) for n in element)))
    values = socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2") + struct.pack("!I", 1) + 2 * value.to_bytes(length, "big")
    rec = one(Collector(), ipfix(set_of(2, struct.pack("!HH", 256, 5) + fields), set_of(256, values)))
    assert (rec.sstart_s, rec.sstart_f) == expected


def test_icmp() -> None:
    rec = one(Collector(), v5(flow5(proto=1, sport=0, dport=0x0303)))
    assert (rec.proto, rec.sport, rec.dport) == (1, 0x0303, 0)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x00",
        b"\x00\x05",
        v5(flow5())[:-1],
        v5(flow5(), count=2),
        v9(set_of(256, b"")[:2]),
        v9(struct.pack("!HH", 0, 3)),
        v9(struct.pack("!HH", 0, 500)),
        v9(template((8, 0), (12, 0))),
        v9(set_of(0, struct.pack("!HH", 256, 3) + bytes(4))),
        v9(template(*[(1, 1)] * 600)),
        ipfix(set_of(2, struct.pack("!HHHH", 256, 1, 0x8001, 4))),
        ipfix(set_of(2, struct.pack("!HHHH", 256, 1, 371, 0xFFFF)), set_of(256, b"\x30abc")),
        v9(template((1, 4)), set_of(256, bytes(4))),
        struct.pack("!HHIII", 10, 9999, SENT, 1, 1),
    ],
)
def test_malformed_datagrams_are_counted(datagram: bytes) -> None:
    collector = Collector()
    made, malformed = collector.records(datagram, EXPORTER)
    assert malformed == 1
    # What stood before the damage is there, and what comes later is read.
    assert len(read(made)) <= 1
    assert len(read(collector.records(v5(flow5()), EXPORTER)[0])) == 1


def test_noise_is_survived() -> None:
    chance = random.Random(7)
    collector = Collector()
    good = [v5(flow5(), flow5()), v9(template(*FIELDS), set_of(256, body9())), ipfix(template(*FIELDS).replace(b"\0\0", b"\0\2", 1))]
    for _ in range(3000):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randint(0, 6)):
            data[chance.randrange(len(data))] = chance.choice([0, 1, 0xFF, chance.randrange(256)])
        made, malformed = collector.records(bytes(data[: chance.randint(0, len(data))]), EXPORTER)
        assert malformed in (0, 1)
        read(made)


def test_templates_are_bounded() -> None:
    collector = Collector()
    for n in range(MAX_TEMPLATES + 500):
        collector.records(v9(template((8, 4), (12, 4)), domain=n), EXPORTER)
    assert len(collector.templates) == MAX_TEMPLATES


def test_a_template_is_withdrawn() -> None:
    collector = Collector()
    collector.records(ipfix(set_of(2, struct.pack("!HHHHHH", 256, 2, 8, 4, 12, 4))), EXPORTER)
    assert len(collector.templates) == 1
    collector.records(ipfix(set_of(2, struct.pack("!HH", 256, 0))), EXPORTER)
    assert not collector.templates


def test_version_8_is_named() -> None:
    """It is no damage, and said once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        port = free_port()
        lines: list[str] = []
        hub = Hub(lambda level, text: lines.append(f"{level}: {text}"))
        source = hub.add(parse_uri(f"cisco://127.0.0.1:{port}"))
        for _ in range(2):
            sender.sendto(struct.pack("!HHIIIIBBBB4x", 8, 1, 1, SENT, 0, 0, 0, 0, 1, 2) + bytes(28), ("127.0.0.1", port))
        sender.sendto(v5(flow5()), ("127.0.0.1", port))
        got: list[bytes] = []
        eventually(lambda: got.extend(one.data for one in hub.poll(0.1)) or got)
        assert len(read(b"".join(got))) == 1
        assert lines == [f"warning: {source.name}: {UNSUPPORTED}: left out"]
        assert (source.stats().malformed, source.stats().left_out) == (0, {UNSUPPORTED: 2})
        figures = render(of_sources([source.stats()])).splitlines()
        assert f'argus_source_left_out_total{{source="{source.name}",reason="{UNSUPPORTED}"}} 2' in figures
        hub.close()


@pytest.mark.skipif(REFERENCE is None, reason="the reference ra is not installed")
def test_version_5_as_the_reference_prints_it(tmp_path: Path) -> None:
    """Every combination of TCP flags, other protocols, large counters; AS numbers aside, which the reference turns round."""
    flows = [flow5(sport=1000 + flags, flags=flags, octets=2000 + flags) for flags in range(256)]
    flows += [flow5(proto=17, sport=53, dport=5353), flow5(proto=1, sport=0, dport=0x0800), flow5(proto=1, sport=0, dport=0x0303)]
    flows += [flow5(proto=47, sport=1, dport=2), flow5(pkts=5_000_000, octets=4_000_000_000), flow5(first=95_500), flow5("10.1.2.3")]
    columns = ["stime", "ltime", "srcid", "seq", "proto", "saddr", "sport", "dir", "daddr", "dport", "spkts", "dpkts", "sbytes", "dbytes",
               "state", "flgs", "stos", "smac", "dmac", "cause"]  # fmt: skip
    texts = []
    for command in ([str(REFERENCE)], RA):
        port = free_port()
        argv = [*command, "-X", "-n", "-n", "-c", ",", "-L", "-1", "-S", f"cisco://127.0.0.1:{port}", "-s", *columns]
        path = tmp_path / f"out{len(texts)}"
        with path.open("w") as output, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            process = subprocess.Popen(argv, stdout=output)
            bound(port)
            for at in range(0, len(flows), 24):
                sender.sendto(v5(*flows[at : at + 24]), ("127.0.0.1", port))
            until = time.monotonic() + 60
            while len(path.read_text().splitlines()) < len(flows) and time.monotonic() < until:
                time.sleep(0.05)
            process.terminate()
            process.wait(30)
        texts.append(path.read_text())
    assert len(texts[1].splitlines()) == len(flows)
    assert texts[1] == texts[0]


def bound(port: int) -> None:
    """Wait until a process listens on a UDP port."""
    until = time.monotonic() + 30
    while f":{port:04X} " not in Path("/proc/net/udp").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_states() -> None:
    assert [tcp_status(flags) for flags in (0x00, 0x02, 0x12, 0x10, 0x08, 0x04, 0x11, 0x13)] == [0, 1, 2, 4, 4, 0x3000, 0xC, 0xA]

"""The demo capture: the same every time, sound in every frame, and with everything in it that it promises."""

import socket
import subprocess
import sys
from pathlib import Path

import dpkt
import pytest

from pyargus.capture import generate
from pyargus.capture.frames import checksum
from pyargus.capture.reader import open_capture
from tests.capture.craft import collect


@pytest.fixture(scope="module")
def packets(tmp_path_factory: pytest.TempPathFactory) -> list[dpkt.ethernet.Ethernet]:
    path = tmp_path_factory.mktemp("demo") / "demo.pcap"
    assert generate.main([str(path)]) == 0
    with open_capture(str(path)) as reader:
        content = collect(reader)
    assert content == sorted(content, key=lambda frame: frame.ts)
    assert all(len(frame.data) == frame.wire >= 60 for frame in content)
    return [dpkt.ethernet.Ethernet(frame.data) for frame in content]


def test_same_bytes_every_time_and_others_for_another_seed() -> None:
    assert generate.generate() == generate.generate()
    assert generate.generate(2) != generate.generate()


def test_every_checksum_is_right(packets: list[dpkt.ethernet.Ethernet]) -> None:
    checked = 0
    for frame in packets:
        packet = frame.data
        if isinstance(packet, dpkt.ip.IP):
            assert checksum(bytes(packet)[:20]) == 0
            pseudo = packet.src + packet.dst + bytes([0, packet.p]) + (packet.len - 20).to_bytes(2)
            body = bytes(packet)[20 : packet.len]
        elif isinstance(packet, dpkt.ip6.IP6):
            pseudo = packet.src + packet.dst + packet.plen.to_bytes(4) + bytes([0, 0, 0, packet.nxt])
            body = bytes(packet)[40 : 40 + packet.plen]
        else:
            continue
        is_icmp = isinstance(packet, dpkt.ip.IP) and packet.p == dpkt.ip.IP_PROTO_ICMP
        assert checksum(body if is_icmp else pseudo + body) == 0
        checked += 1
    assert checked > 300


def test_what_is_in_it(packets: list[dpkt.ethernet.Ethernet]) -> None:
    inner = [frame.data for frame in packets]
    assert sum(isinstance(packet, dpkt.arp.ARP) for packet in inner) == 6
    answers = [p.data for p in inner if isinstance(p, dpkt.ip.IP) and isinstance(p.data, dpkt.udp.UDP) and p.data.sport == 53]
    names = [dpkt.dns.DNS(answer.data) for answer in answers]
    assert {answer.qd[0].name for answer in names} == {
        "www.example.com",
        "mail.example.net",
        "files.example.org",
        "no-such-name.example.com",
    }
    assert {socket.inet_ntoa(answer.an[0].ip) for answer in names if answer.an} == {"198.51.100.80", "203.0.113.25", "198.51.100.21"}
    assert (
        sum(isinstance(p, dpkt.ip.IP) and isinstance(p.data, dpkt.icmp.ICMP) and (p.data.type, p.data.code) == (3, 3) for p in inner) == 1
    )
    assert {type(p.data) for p in inner if isinstance(p, dpkt.ip6.IP6)} == {dpkt.tcp.TCP, dpkt.udp.UDP, dpkt.icmp6.ICMP6}
    segments = [(p.src, p.dst, p.data.sport, p.data.dport, p.data.seq) for p in inner if isinstance(p.data, dpkt.tcp.TCP) and p.data.data]
    assert len(segments) - len(set(segments)) == 1  # the one that is sent a second time
    hellos = [p.data.data for p in inner if isinstance(p.data, dpkt.tcp.TCP) and p.data.dport == 443 and p.data.data[:1] == b"\x16"]
    assert any(b"mail.example.net" in hello for hello in hellos)


def test_as_a_program(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pyargus.capture.generate"]
    result = subprocess.run([*command, str(tmp_path / "a.pcap")], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "a.pcap").read_bytes() == generate.generate()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
    result = subprocess.run([*command, str(tmp_path / "no" / "a.pcap")], capture_output=True, text=True, check=False)
    assert result.returncode == 3 and result.stderr.endswith("No such file or directory\n")

"""Packet filters: what they accept as libpcap's own machine does, and how they are shown."""

import random
import shutil
import subprocess
from array import array

import pytest

from pyargus.capture.bpf import check, compile_filter, instructions, listing
from pyargus.errors import BadUse
from tests.flow.noise import damage, frame
from tests.kernels import load_interpreted

pcapy = pytest.importorskip("pcapy", reason="pcapy-ng is not installed")

EXPRESSIONS = [
    "tcp and port 80",
    "not vlan and udp",
    "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
    "ip[0:4] * 3 / 5 % 7 = ip[2] << 2",
    "ip[ip[0]:1] - ip[1] = -ip[2]",
    "ip[1] | ip[2] ^ ip[3] > ip[4] >> ip[5]",
    "mpls and ip",
    "icmp[icmptype] == 8",
    "greater 60 and ip[0:4] >= ip[4:4]",
    "tcp[2:2] > tcp[0:2]",
    "ether host 02:00:00:00:00:01 or ip6",
    "net 10.0.0.0/8 and not host 10.0.0.2",
    "portrange 50-60 or len > 1000",
    "ip6[6] = 0 and ip6 protochain 17",
    "ether proto 0x88a8 or arp",
    "ip[0] / ip[1] = 1",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("optimise", [True, False])
def test_accepts_what_libpcap_accepts(expression: str, optimise: bool) -> None:
    ours = compile_filter(expression, 1, optimise)
    theirs = pcapy.compile(1, 262144, expression, int(optimise), 0xFFFFFFFF)
    draw = random.Random(expression)
    seen = set()
    for _ in range(400):
        data = damage(draw, frame(draw, 1))
        if data:
            assert ours.matches(data, len(data)) == bool(theirs.filter(data)), data.hex()
            seen.add(ours.matches(data, len(data)))
    assert False in seen


def test_interpreted_machine_is_the_same() -> None:
    machine = load_interpreted("pyargus.capture.bpf_cy").FilterProgram
    draw = random.Random(5)
    for expression in EXPRESSIONS:
        program = instructions(expression, 1)
        codes = array("I", [row[0] for row in program])
        jumps = array("I", [row[1] << 8 | row[2] for row in program])
        interpreted = machine(codes, jumps, array("I", [row[3] & 0xFFFFFFFF for row in program]))
        compiled = compile_filter(expression, 1)
        for _ in range(100):
            data = damage(draw, frame(draw, 1))
            assert interpreted.matches(data, len(data) + 4) == compiled.matches(data, len(data) + 4)


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("optimise", [True, False])
def test_listing_is_that_of_tcpdump(expression: str, optimise: bool) -> None:
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        pytest.skip("tcpdump is not installed")
    command = [tcpdump, "-y", "EN10MB", *([] if optimise else ["-O"])]
    shown = subprocess.run([*command, "-d", expression], capture_output=True, text=True, check=True).stdout
    text = subprocess.run([*command, "-ddd", expression], capture_output=True, text=True, check=True).stdout
    numbers = [int(word) for word in text.split()]
    program = [(numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3]) for i in range(1, len(numbers), 4)]
    assert listing(program) == shown


def test_what_is_no_expression_for_any_link_type() -> None:
    with pytest.raises(BadUse, match="packet filter 'tcp and and'"):
        check("tcp and and")
    check("type mgt")  # 802.11 only
    with pytest.raises(BadUse):
        compile_filter("type mgt", 1)


@pytest.mark.parametrize(("linktype", "offset"), [(101, 0), (1, 14)])
def test_link_types_that_libpcap_numbers_otherwise(linktype: int, offset: int) -> None:
    packet = bytes(12) + b"\x08\x00" + b"\x45" + bytes(8) + b"\x11" + bytes(18)
    program = compile_filter("udp", linktype)
    assert program.matches(packet[14 - offset :], len(packet))

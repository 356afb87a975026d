"""Command lines whose text is compared with what the reference prints for them, byte for byte."""

import itertools
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.golden import SHARED
from tests.clients.test_ra_golden import ra

DATA = SHARED / "golden" / "ra" / "data"
REFERENCE = shutil.which("ra", path="/usr/bin:/usr/local/bin")
pytestmark = pytest.mark.skipif(REFERENCE is None or not DATA.is_dir(), reason="no reference programs or no golden data")

CASES = """
lan|-s +sport:8 +saddr:30
lan|-s saddr saddr:30 saddr
lan|-s stime:5 stime:8 stime -p 2
lan|-s dur -s trans -s proto
lan|-s -dir seq
lan|-nn -s rank:3 rank:7 bins:9 binnum:4 seq:2 proto
lan|-s suser:1 duser:9 proto
long|-M printer=encode32 -s seq suser:7 duser:16
lan|-s sretrans:14 pretrans:20 appbytes:14
lan|-nn -c ; -s seq resp xxx tcpext snet trans
tun|-nn -c , -s seq suser duser icmpid resp
l2|-nn -c , -s proto dport snet dnet - isis
l2|-nn -c \\t -s proto dport trans
tcp|-s tcpopt:3 tcpopt:11 dir:2 seq
icmp|-n -s sport:3 dport:3 proto
tcp|-H -nn -s smaxsz loss sgap stcpmax dtcpmax sbytes
lan|-M man -nn -s proto dpkts appbytes sappbytes
lan|-M man -H -s spkts proto
lan|-M rmon - ipv4
tcp|-M dsrs=cor,trans -c , -s seq saddr daddr snet proto
lan|-N 4 -A
lan|-N 2-4 -A -M man
lan|-N o2-4 -A
dns|-N o5-3 -A
dns|-N o3 -A -M man
vlan|-L 2 -N o2-6 -s seq
lan|-e s: -A
lan|-M xml dsrs=trans,flow,time -s seq pkts bytes sbytes tf min max tcprtt
lan|-M xml dsrs=-flow -s seq tcprtt bytes proto state
tcp|-M xml dsrs=trans,metric -s seq state
tun|-M xml -n -s sintpkt stos senc sgap tcprtt dintdist daddr
lan|-M dsrs=-agr -s trans mean min max sum runtime
agg|-M dsrs=-agr -s trans mean min max sum runtime dur
lan|-M dsrs=metric -s trans mean min dir pkts proto
lan|-M dsrs=-metric -nn -c , -s seq sdur ddur dstime dltime swin stcpmax dtcpmax dir pkts proto
lan|-M dsrs=-flow -c , -s seq dir stcpb tcpopt tcprtt sgap dgap loss flgs saddr
lan|-M dsrs=-trans -c , -s srcid proto
lan|-M dsrs=-flow - tcp
lan|-c , -s seq:2 rank:1 bins:3 binnum:2 sstime:4 dltime:2 proto
lan|-N o2-4 -s rank seq
lan|-N 2-4 -s rank seq
lan|-M rmon -s rank snet soui lnet laddr proto
lan|-M disa -s sdsb:3 ddsb
lan|-M disa -s ddsb:18 sdsb
lan|-s sas:1 das:1 ias:2
lan|-M printer=hex -c , -s dintpkt suser seq
lan|-nn -p 9 -s tcprtt synack ackdat stcpmax:24 dtcpmax:24
long|-nn -s cause:3 cause:8 state sgap dgap
agg|-nn -s flgs sgap dgap dwin
scan|-M xml man -s nacks das spkts dpkts sbytes dbytes mean dldur
tcp|-s offset - port lt 100
icmp|-s offset - not spi lt 64
vlan|-s offset - vid lte 10
voip|-s offset - dsb gt 64
v6|-s offset - ipv6 host 192.168.1.2
vlan|-s offset - ether proto 0x0800
l2|-s offset - ether proto 0x0806
l2|-s offset - ether proto llc or ether proto 0x8100
v6|-s offset - ether proto 34525
vlan|-s offset - not mid gt 0
label|-M rmon -c , -s seq saddr label:60 dir
label|-M uni -s seq saddr label:60 dir
tcp|-M uni -s load sload dload:12 spkts
agg|-M uni -s load sload:12 dload spkts
scan|-M uni -c , -s load spkts
lan|-nn -c , -s dir:2 seq dir:3 saddr dir:9
tcp|-nn -c ; -s seq dir:1 trans dir:4
lan|-M uni -A -s seq spkts
lan|-M uni -A -N 3 -s seq spkts - src pkts gt 2
lan|-M uni -A -N 2-4 -s seq spkts - udp
lan|-A -t 2011/03/18.19:06:08 -s seq
lan|-M uni -A -t x2011/03/18.19:06:08 -s seq - udp
lan|-s offset -t 2011/03/18.*:06:08-19:06:09
lan|-s offset -t x2011/03/18.*:06:08-2011/03/18.20:06:09
lan|-s offset -t c2011/03/**.19:06:08-2011/03/19.19:06:10
lan|-s offset -t ****/03/18.19:06:08-2012/03/18.19:06:09
lan|-s offset -t 2011/03/18.19:*:08-2012/03/18.19:06:09
""".strip().split("\n")


@pytest.mark.parametrize("case", CASES)
def test_text_is_that_of_the_reference(case: str, tmp_path: Path) -> None:
    name, _, rest = case.partition("|")
    (tmp_path / "empty").touch()
    words = ["-X", "-F", str(tmp_path / "empty"), "-r", str(DATA / f"{name}.argus"), *shlex.split(rest.replace(";", "';'"))]
    if "\\t" in rest:
        words[words.index("-c") + 1] = "\\t"
    env = {**os.environ, "TZ": "UTC", "LC_ALL": "C", "HOME": str(tmp_path)}
    made = subprocess.run([sys.executable, "-c", "from pyargus.clients.ra import main; main()", *words],
                          env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)  # fmt: skip
    want = subprocess.run([str(REFERENCE), *words], env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    lines = [[line for line in out.split(b"\n") if b"CurrentDate" not in line] for out in (made.stdout, want.stdout)]
    assert lines[0] == lines[1]
    assert made.returncode == want.returncode


SENSOR = SHARED / "golden" / "sensor"
COLUMNS = shlex.split("stime ltime flgs proto saddr sport dir daddr dport spkts dpkts sbytes dbytes state cause sttl dttl loss sgap dwin")


def test_the_sensor_s_golden_records_are_printed_as_the_reference_prints_them(tmp_path: Path) -> None:
    """Replies without a request, flows of the layer 3 matrix, IS-IS in LLC, ESP out of order, time-outs at the end and all others."""
    (tmp_path / "empty").touch()
    files = sorted(SENSOR.glob("*/expected.argus"))
    assert len(files) > 100
    different = []
    for path in files:
        words = ["-X", "-F", str(tmp_path / "empty"), "-r", str(path), "-n", "-s", *COLUMNS]
        status = ra(words, tmp_path / "out")
        want = subprocess.run([str(REFERENCE), *words], env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60, check=False)  # fmt: skip
        if (status, (tmp_path / "out").read_bytes()) != (want.returncode, want.stdout):
            different.append(path.parent.name)
    assert not different


def parts(record: bytes) -> list[bytes]:
    """The DSRs of a flow record."""
    out, at = [], 4
    while at < len(record):
        size = 4 if record[at] & 0x80 else 4 * record[at + 3]
        out.append(record[at:at + size])
        at += size
    return out


def assembled(head: bytes, dsrs: list[bytes]) -> bytes:
    """A record with another list of DSRs."""
    body = b"".join(dsrs)
    return head[:2] + (len(body) // 4 + 1).to_bytes(2, "big") + body


def test_only_a_part_of_no_length_before_the_times_costs_a_record(tmp_path: Path) -> None:
    """A record without times is a record; the reference agrees where it goes on reading."""
    data = (DATA / "lan.argus").read_bytes()
    ends = [128]
    while len(ends) < 4:
        ends.append(ends[-1] + 4 * int.from_bytes(data[ends[-1] + 2:ends[-1] + 4], "big"))
    first, *others = [data[a:b] for a, b in itertools.pairwise(ends)]
    dsrs = parts(first)
    timeless = [part for part in dsrs if part[0] != 3]
    empty, overlong = bytes.fromhex("44050300"), bytes.fromhex("44050340")
    cases = [(timeless, 3), ([*dsrs, empty], 3), ([overlong, *dsrs], 3), ([], 3), ([empty, *dsrs], 2), ([*timeless, empty], 2)]
    for case, (made, count) in enumerate(cases):
        path = tmp_path / f"{case}.argus"
        path.write_bytes(data[:128] + assembled(first, made) + b"".join(others))
        words = ["-X", "-r", str(path), "-nn", "-L", "-1", "-s", "stime", "saddr", "sport", "pkts", "proto"]
        assert ra(words, tmp_path / "out") == 0
        lines = (tmp_path / "out").read_bytes()
        assert lines.count(b"\n") == count
        if count == 3:
            want = subprocess.run([str(REFERENCE), *words], env={**os.environ, "TZ": "UTC"}, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=60, check=True)  # fmt: skip
            assert lines == want.stdout


MANY = ["-X", "-nn", "-u", "-c", ",", "-s", *shlex.split(
    "seq stime ltime sstime sltime dstime dltime dur flgs proto saddr sport dir daddr dport spkts dpkts sbytes dbytes sgap dgap loss sloss "
    "dloss ploss swin dwin stcpb dtcpb tcprtt sintpkt dintpkt sjit djit state"
)]  # fmt: skip


def labelled(label: bytes) -> bytes:
    """A label as a DSR."""
    text = label.ljust(-(-len(label) // 4) * 4, b"\0")
    return b"\x66\0\0" + bytes([1 + len(text) // 4]) + text


def by_the_reference(words: list[str], program: str = "ra") -> bytes:
    """What the reference prints."""
    command = [str(REFERENCE).removesuffix("ra") + program, *words]
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    return subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=True).stdout


@pytest.mark.parametrize("name", ["tcp", "lan", "dns", "voip", "vlan", "long", "agg", "icmp", "tun"])
def test_halves_that_were_written_are_printed_as_the_reference_prints_them(name: str, tmp_path: Path) -> None:
    """A half holds the TCP object of both sides: its gaps and losses are those of the flow."""
    ours, theirs = str(tmp_path / "ours.argus"), str(tmp_path / "theirs.argus")
    assert ra(["-X", "-r", str(DATA / f"{name}.argus"), "-M", "uni", "-w", ours], tmp_path / "out") == 0
    by_the_reference(["-X", "-r", str(DATA / f"{name}.argus"), "-M", "uni", "-w", theirs])
    for path in (ours, theirs):
        assert ra([*MANY, "-r", path], tmp_path / "out") == 0
        assert (tmp_path / "out").read_bytes() == by_the_reference([*MANY, "-r", path])


def head_and_flows(name: str) -> tuple[bytes, list[bytes]]:
    """The first record of a sample and its flow records."""
    data = (DATA / f"{name}.argus").read_bytes()
    out, at = [], 128
    while at < len(data):
        size = 4 * int.from_bytes(data[at + 2:at + 4], "big")
        out.append(data[at:at + size])
        at += size
    return data[:128], [record for record in out if record[0] & 0xF0 == 0x10]


def test_times_without_an_end_and_counters_are_those_of_the_reference(tmp_path: Path) -> None:
    """An end of second 0 is none, a checksum of IS-IS has no leading zeros, between packets that were all idle is their mean."""
    first, flows = head_and_flows("lan")
    _, link = head_and_flows("l2")
    made = []
    for stamps in ("0000000500000000" + "00" * 8, "0000000500000001" + "00" * 8, "0000000500000001" + "0000000500000007"):
        for counts in ("0164 0164", "0164 00 00", "00 00 0164", "02c8 0164", "0164 02c8", "02c8 02c8"):
            dsrs = [part for part in parts(flows[0]) if part[0] not in (3, 16)]
            dsrs[2:2] = [bytes.fromhex("03011805" + stamps), bytes.fromhex("10010102" + counts)]
            made.append(assembled(flows[0], dsrs))
    pdus = [record for record in link if any(part[:3] == b"\x02\x01\x0a" and part[7] in (0x12, 0x14) for part in parts(record))]
    assert pdus
    for value in (0, 0xAB, 0x1234, 0x12345678):
        dsrs = [part[:38] + value.to_bytes(4, "big") + part[42:] if part[:3] == b"\x02\x01\x0a" else part for part in parts(pdus[0])]
        made.append(assembled(pdus[0], dsrs))
    idle = b"\x46\x00\x0a\x0b" + bytes.fromhex("0000001c42a40000493a640049c06d984ab7482a000000144409000048b63e60492e52f04a37ba80")
    for half in (b"\x0a", b"\x08", b"\x02", b"\x0c", b"\x0f"):
        body = (idle[4:] * 2)[:20 * bin(half[0]).count("1")]
        part = b"\x46\x00" + half + bytes([1 + len(body) // 4]) + body
        made.append(assembled(flows[0], [*parts(flows[0]), part]))
    for name in ("icmp", "tcp", "voip"):
        # Some of these are turned round when they are read, and the names in the label with them.
        label = labelled(b"saddr=a:daddr=b:flow=f:sport=1,2:xs=y")
        made += [assembled(record, [*parts(record), label]) for record in head_and_flows(name)[1]]
    path = tmp_path / "made.argus"
    path.write_bytes(first + b"".join(made))
    assert ra([*MANY, "-r", str(path)], tmp_path / "out") == 0
    lines = (tmp_path / "out").read_bytes().split(b"\n")
    assert len(lines) == len(made) + 2
    assert lines == by_the_reference([*MANY, "-r", str(path)]).split(b"\n")
    again = tmp_path / "again.argus"
    assert ra(["-X", "-r", str(path), "-w", str(again)], tmp_path / "out") == 0
    for source in (path, again):
        words = ["-X", "-nn", "-r", str(source), "-s", "seq", "saddr", "daddr", "label:60"]
        assert ra(words, tmp_path / "out") == 0
        assert (tmp_path / "out").read_bytes() == by_the_reference(words)

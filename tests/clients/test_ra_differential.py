"""Command lines whose text is compared with what the reference prints for them, byte for byte."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.golden import SHARED

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
tun|-M xml -n -s sintpkt stos senc sgap tcprtt dintdist daddr
scan|-M xml man -s nacks das spkts dpkts sbytes dbytes mean dldur
tcp|-s offset - port lt 100
icmp|-s offset - not spi lt 64
vlan|-s offset - vid lte 10
voip|-s offset - dsb gt 64
v6|-s offset - ipv6 host 192.168.1.2
vlan|-s offset - not mid gt 0
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

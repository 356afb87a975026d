"""Compiled and interpreted kernels say the same: text, filter, values."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pyargus.kernels import interpreted
from pyargus.record.record_cy import Record
from pyargus.record.rewrite_cy import Rewriter
from tests.record.samples import FILES

ROOT = Path(__file__).resolve().parents[2]
EXPRESSIONS = [
    "tcp", "udp or icmp", "src host 200.1.2.3", "net 192.0.0.0/3", "dst port 53", "port gt 32768", "bytes gt 4294967296",
    "pkts gt 5000000000", "src pkts gt 10", "dur gt 0.5", "rate gt 100", "load gt 10000", "ttl gt 100", "pcr gt 0.5",
    "host ff02::fb", "syn", "frag", "echo", "seq gt 2147483648", "appbytes gt 10", "jit gt 1.0", "tcp and not dst port 80",
    "base gt 2147483648",
]  # fmt: skip

# Run by each build. Everything that prints, tests and computes is called record by record.
PROGRAM = '''
import json, sys
from pathlib import Path

if sys.argv[1] == "interpreted":
    import importlib.util

    class Finder:
        @staticmethod
        def find_spec(name, path, target=None):
            if not (name.startswith("pyargus.") and name.endswith("_cy")):
                return None
            file = Path(sys.argv[2], *name.split(".")).with_suffix(".py")
            return importlib.util.spec_from_file_location(name, file)

    sys.meta_path.insert(0, Finder)

from pyargus.clients.output import make_printer
from pyargus.clients.settings import from_argv
from pyargus.record.decode_cy import decode
from pyargus.record.frames_cy import frame
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from pyargus.record.schema import FIELDS
from pyargus.record.values_cy import Values

import pyargus.record.print_cy as kernel
assert kernel.__file__.endswith(".py") == (sys.argv[1] == "interpreted"), kernel.__file__

names = [field.name for field in FIELDS]
printers = [make_printer(from_argv(["-X", "-L", "-1", *options])) for options in json.loads(sys.argv[3])]
for options in (["-nn"], ["-c", ","], ["-uzp", "9"], ["-H"]):
    printers.append(make_printer(from_argv(["-X", "-L", "-1", *options, "-s", *names])))
filters = [Filter(compile_filter(text)) for text in json.loads(sys.argv[4])]
values = Values()
for path in sys.argv[5:]:
    data = memoryview(Path(path).read_bytes())
    rec = Record()
    rec.point_to(data)
    at = 0
    while at + 4 <= len(data) and (size := frame(data, at)) > 0:
        decode(rec, at, at)
        repair(rec)
        out = []
        for printer in printers:
            printer.line(rec)
            out.append(printer.out.take().decode("latin-1"))
        accepted = [bool(f.accepts(rec)) for f in filters]
        numbers = []
        if rec.kind & 0xF0 != 0x80:
            for field in FIELDS:
                if field.id >= 200:
                    numbers.append([field.name, values.integer(rec, field.id), bool(values.ok)])
                elif field.id >= 100:
                    numbers.append([field.name, repr(values.real(rec, field.id)), bool(values.ok)])
        print(json.dumps([at, out, accepted, numbers]))
        at += size
'''
LISTINGS: list[list[str]] = [[], ["-n"], ["-n", "-c", ","], ["-u"]]


def run(build: str, paths: list[Path]) -> list[Any]:
    command = [sys.executable, "-c", PROGRAM, build, str(ROOT / "src"), json.dumps(LISTINGS), json.dumps(EXPRESSIONS), *map(str, paths)]
    result = subprocess.run(command, env={**os.environ, "TZ": "UTC"}, capture_output=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return [json.loads(line) for line in result.stdout.splitlines()]


def large() -> bytes:
    """Records whose addresses, counters, times and sequence numbers have their highest bits set."""
    writer = Rewriter()
    for number in range(8):
        rec = Record()
        rec.kind, rec.cause_option = 0x13, 0x10
        heads = {0: 0x01030003, 1: 0x02010105, 2: 0x03791809, 3: 0x1004040D, 5: 0x3005001E, 9: 0x48000305, 15: 0x20000003}
        for place, (index, head) in enumerate(heads.items()):
            rec.head[index] = head
            rec.order[place] = index
            rec.present |= 1 << index
        rec.order_count = len(heads)
        rec.srcid, rec.seq = 0xC0A80001 + number, 0xFFFFFFF0 + number
        rec.family, rec.proto = 1, (6, 17)[number & 1]
        rec.saddr_lo, rec.daddr_lo, rec.sport, rec.dport = 0xC8010203 + number, 0xFFFFFF00 - number, 65535 - number, 53
        rec.time_form = 3
        rec.sstart_s, rec.send_s, rec.dstart_s, rec.dend_s = 3_999_999_000, 4_000_000_000 + number, 3_999_999_001, 3_999_999_999
        rec.sstart_f, rec.send_f, rec.dstart_f, rec.dend_f = 1, 999_999, 500_000, 7
        rec.spkts, rec.sbytes, rec.sapp = (1 << 32) + number, (1 << 40) + 12345, 1 << 39
        rec.dpkts, rec.dbytes, rec.dapp = (1 << 33) - number, (1 << 62) + number, (1 << 61) + 1
        rec.net, rec.tcp_status, rec.tcp_state = 5, 0x80000047, 4
        rec.sbase, rec.snext, rec.sdata, rec.sretrans, rec.swin, rec.swscale = 0xFFFFFFF0, 0x10, 0xF0000000, 0x80000000, 0xFFFF, 14
        rec.dbase, rec.dnext, rec.ddata, rec.dretrans, rec.dwin, rec.dwscale = 0x80000001, 0xFFFFFFFF, 0x80000000, 1, 0xFFFF, 14
        rec.sflags, rec.dflags, rec.tcp_synack, rec.tcp_ackdat = 0x1B, 0x1B, 0xFFFFFFFF, 0x80000000
        rec.sttl, rec.stos, rec.sipid, rec.dttl, rec.dtos, rec.dipid = 255, 255, 0xFFFF, 128, 0x80, 0x8000
        rec.senc, rec.denc = 0xFFFFFFFF, 2
        writer.write(rec)
    return writer.take()  # type: ignore[no-any-return]


@pytest.mark.skipif(bool(interpreted()), reason="the kernels are not compiled")
def test_both_builds_say_the_same(tmp_path: Path) -> None:
    big = tmp_path / "large.argus"
    big.write_bytes(large())
    paths = [big]
    for number, path in enumerate(FILES):
        # A sample of each kind, not all of each: interpreted kernels are slow.
        short = tmp_path / f"{number}.argus"
        data = path.read_bytes()
        short.write_bytes(data[: 2400 if path.parent.parent.name == "ra" else 1200])
        paths.append(short)
    compiled, slow = run("compiled", paths), run("interpreted", paths)
    assert len(compiled) == len(slow) >= 8
    for one, other in zip(compiled, slow, strict=True):
        assert one == other
    first = compiled[0]
    assert "200.1.2.3" in first[1][1] and f"{(1 << 32) + (1 << 33)}" in first[1][2]
    assert first[2][EXPRESSIONS.index("bytes gt 4294967296")] and first[2][EXPRESSIONS.index("src host 200.1.2.3")]
    assert ["sbytes", (1 << 40) + 12345, True] in first[3]

"""`python -m bench.ratop [--flows 10000] [--updates 2000]`: ratop on a terminal while a server sends.

Measured are processor time, and how soon keys are answered. A process of its own serves records: first one of every flow, then so many
updates a second, flows taken at random. ratop runs on a pseudo-terminal of 120 x 40; after it has all flows, keys are pressed for some
seconds, and what a key brings is waited for.
"""

import argparse
import contextlib
import os
import pty
import random
import re
import select
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from fcntl import ioctl
from pathlib import Path

from pyargus.capture import frames
from pyargus.capture.generate import Office, pcap
from pyargus.clients.inputs import open_input
from pyargus.record.client_cy import client_form
from pyargus.record.decode_cy import decode
from pyargus.record.record_cy import Record
from pyargus.record.repair_cy import repair
from pyargus.record.rewrite_cy import Rewriter

SIZE = (120, 40)
# A key, and what it brings on the screen. Those of the second part are pressed to come back.
KEYS = {
    "help": (b"\x1bOP", b"keys and commands", b"q", b"StartTime"),
    "detail": (b"\r", b"status records", b"q", b"StartTime"),
    "filter": (b"f", b"Specify filter:", b"\x03", b"F1"),
    "search": (b"/10.9", b"/10.9", b"\x03", b"F1"),
    "last row": (b"G", b"\x1b[7m", b"g", b"\x1b[7m"),
}


class Maker:
    """Makes records of TCP flows: that of a template with other ends, times and counters."""

    def __init__(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            office, path = Office(1), Path(folder) / "one.pcap"
            syn = frames.tcp("10.1.0.11", 40000, "198.51.100.80", 443, 1, 0, frames.SYN)
            office.send(1_700_000_000_000_000, "10.1.0.11", "198.51.100.80", syn)
            path.write_bytes(pcap(office))
            source = open_input(str(path))
            source.start()
            self.initial = source.initial
            self.template = next(bytes(data) for data, _ in source.chunks())
            source.close()
        self.writer = Rewriter()

    def record(self, flow: int, now: float, pkts: int) -> bytes:
        """A status record of a flow."""
        rec = Record()
        rec.point_to(self.template)
        decode(rec, 0, 0)
        repair(rec)
        rec.saddr_lo = 0x0A000000 | (flow >> 6)
        rec.sport = 20_000 + flow % 40_000
        rec.daddr_lo = 0xC6120000 | (flow * 7919 & 0xFFFF)
        seconds, micro = int(now), int(now % 1 * 1e6)
        rec.sstart_s, rec.sstart_f, rec.send_s, rec.send_f = seconds - 1, micro, seconds, micro
        rec.spkts, rec.sbytes = pkts, 700 * pkts
        client_form(rec, True)
        self.writer.write(rec)
        made: bytes = self.writer.take()
        return made


def serve(flows: int, updates: int, port: int) -> None:
    """Send records to who connects, for ever."""
    maker, draw = Maker(), random.Random(1)
    listener = socket.create_server(("127.0.0.1", port))
    peer, _ = listener.accept()
    peer.sendall(maker.initial)
    peer.recv(100)
    for first in range(0, flows, 1000):
        peer.sendall(b"".join(maker.record(flow, time.time(), draw.randrange(1, 100)) for flow in range(first, min(flows, first + 1000))))
    due = time.monotonic()
    while updates:
        some = [maker.record(draw.randrange(flows), time.time(), draw.randrange(1, 100)) for _ in range(updates // 20)]
        peer.sendall(b"".join(some))
        due += 0.05
        time.sleep(max(0.0, due - time.monotonic()))
    signal.pause()


class Screen:
    """ratop on a pseudo-terminal."""

    def __init__(self, arguments: list[str]) -> None:
        code = "from pyargus.clients.ratop import main; main()"
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        self.child = subprocess.Popen(
            [sys.executable, "-c", code, "-X", *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.master = master

    def read(self, seconds: float) -> bytes:
        """What comes within a time, as soon as something does."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            return os.read(self.master, 1 << 16)
        except OSError:
            # The other side of a pseudo-terminal is closed when the program has ended.
            return b""

    def drain(self, seconds: float) -> bytes:
        """All that comes within a time."""
        end, out = time.monotonic() + seconds, b""
        while time.monotonic() < end:
            out += self.read(max(0.0, end - time.monotonic()))
        return out

    def press(self, keys: bytes, wanted: bytes, seconds: float = 10.0) -> float:
        """Press keys; the seconds until what they bring is on the screen."""
        began = time.monotonic()
        os.write(self.master, keys)
        out = b""
        while time.monotonic() - began < seconds:
            out += self.read(0.05)
            if wanted in re.sub(rb"\x1b\[[0-9;]*m", b"", out) or wanted in out:
                return time.monotonic() - began
        raise SystemExit(f"{keys!r} did not bring {wanted!r}: {out[-400:]!r}")

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        tasks = Path(f"/proc/{self.child.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def close(self) -> None:
        """End it."""
        self.child.terminate()
        self.drain(1.0)
        self.child.wait(10)
        os.close(self.master)


def measure(flows: int, updates: int, seconds: float) -> dict[str, float]:
    """Share of a core while nobody types; the median and the slowest answer to a key and its processor time, in seconds."""
    port = 20_000 + os.getpid() % 20_000
    server = subprocess.Popen([sys.executable, "-m", "bench.ratop", "--serve", str(port), "--flows", str(flows), "--updates", str(updates)])
    time.sleep(1.5)
    screen = Screen(["-n", "-S", f"127.0.0.1:{port}"])
    out: dict[str, float] = {}
    try:
        end = time.monotonic() + 120
        text = b""
        wanted = re.compile(rb"ProcessQueue *" + str(flows).encode() + rb" ")
        while not wanted.search(re.sub(rb"\x1b\[[0-9;]*m", b"", text)):
            text = (text + screen.read(0.5))[-20_000:]
            if time.monotonic() > end:
                raise SystemExit(f"the flows did not come: {text[-500:]!r}")
        screen.drain(3.0)
        before, began = screen.cpu(), time.monotonic()
        text = re.sub(rb"\x1b\[[0-9;]*[a-zA-Z]", b"", screen.drain(seconds))
        out["share of a core"] = (screen.cpu() - before) / (time.monotonic() - began)
        rates = [float(rate) for rate in re.findall(rb"([0-9]+\.[0-9]{4}) rps", text)]
        out["updates a second"] = statistics.median(rates)
        for name, (keys, brings, back, there) in KEYS.items():
            answers, busy = [], []
            for _ in range(8):
                before = screen.cpu()
                answers.append(screen.press(keys, brings))
                busy.append(screen.cpu() - before)
                screen.drain(0.37)
                screen.press(back, there)
                screen.drain(0.23)
            out[f"{name}, median"] = statistics.median(answers)
            out[f"{name}, slowest"] = max(answers)
            out[f"{name}, processor"] = statistics.median(busy)
    finally:
        screen.close()
        server.terminate()
        server.wait(10)
    return out


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.ratop")
    parser.add_argument("--flows", type=int, default=10_000)
    parser.add_argument("--updates", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--serve", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            serve(given.flows, given.updates, given.serve)
        return 0
    print(f"{given.flows} flows, {given.updates} updates a second")
    for name, value in measure(given.flows, given.updates, given.seconds).items():
        shown = f"{100 * value:6.1f} %" if "share" in name else f"{value:6.0f}" if "updates" in name else f"{1000 * value:6.1f} ms"
        print(f"{name:<22} {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Sensors that run, and those who listen to them, for tests of live capture."""

import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pyargus.capture import frames as build
from tests.capture.craft import Frame
from tests.flow.craft import BEGIN, Dsr, Packet, Record, parse, split
from tests.namespace import Wire, until

COMMAND = [sys.executable, "-c", "from pyargus.clients.argus import main; main()"]


READING = "gets records"
"""What a server of ours says of a client from whose connection on no record is missing."""


class Sensor:
    """A sensor that runs. log: the file with what it says."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        self.process = process
        self.log = log

    def said(self, words: str) -> bool:
        """Whether it has said this."""
        return words in self.log.read_text()

    def end(self, number: int = signal.SIGTERM) -> str:
        """Ask it to end; it must do so without a fault. Returns what it has said."""
        self.process.send_signal(number)
        assert self.process.wait(20) == 0, self.log.read_text()
        text = self.log.read_text()
        assert "Traceback" not in text, text
        return text


@contextmanager
def sensor(folder: Path, *argv: str | Path, command: Sequence[str] = tuple(COMMAND), ready: str = "started") -> Iterator[Sensor]:
    """A sensor that has begun to capture; whatever happens it does not outlive the test."""
    log = folder / f"log{time.monotonic_ns()}"
    with log.open("wb") as file:
        words = [*command, *(["-X"] if "-F" not in argv else []), *map(str, argv)]
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=folder)
    made = Sensor(process, log)
    try:
        assert until(lambda: made.said(ready) or process.poll() is not None, 30), f"not ready: {log.read_text()}"
        assert process.poll() is None, log.read_text()
        yield made
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def ends_whole(process: "subprocess.Popen[bytes]", number: int = signal.SIGTERM) -> bool:
    """Ask the reference's sensor to end. Returns whether it wrote its file to the end: with several outputs it crashes now and then
    (SIGSEGV) while it closes them, and what it buffered for the file is lost."""
    process.send_signal(number)
    status = process.wait(30)
    assert status in (0, -signal.SIGSEGV)
    return status == 0


class Reader:
    """A client of a sensor's port by hand. data: the records after the initial one.

    A server of ours answers a filter, and has then followed the command before it: what is sent from now on comes. A server of the
    reference (`ours` False) does not say when it has.
    """

    def __init__(self, port: int, host: str = "127.0.0.1", ours: bool = True) -> None:
        self.sock = socket.create_connection((host, port), 30)
        self.initial = self.sock.recv(128, socket.MSG_WAITALL)
        self.data = b""
        self.sock.sendall(b"START: ")
        if not ours:
            return
        self.sock.sendall(b"\0FILTER: \0")
        while not self.data.endswith(b"OK"):
            piece = self.sock.recv(1 << 16)
            assert piece, "closed by the server"
            self.data += piece
        self.data = self.data[:-2]

    def until(self, packets: int, seconds: float = 30.0) -> list[Record]:
        """The flow records, once they hold so many packets."""
        self.sock.settimeout(0.1)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                piece = self.sock.recv(1 << 16)
            except TimeoutError:
                piece = b"-"
            if not piece:
                break
            self.data += piece if piece != b"-" else b""
            if packets_in(self.records()) >= packets:
                break
        return self.records()

    def records(self) -> list[Record]:
        """The flow records of what has come whole."""
        at = 0
        while at + 4 <= len(self.data):
            size = 4 * int.from_bytes(self.data[at + 2 : at + 4], "big")
            if at + size > len(self.data):
                break
            at += size
        return list(parse(self.data[:at]))

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()


def reader_when_there(port: int, ours: bool = True) -> Reader:
    """A client of a server that has not said that it listens."""
    made: list[Reader] = []

    def connected() -> bool:
        try:
            made.append(Reader(port, ours=ours))
        except ConnectionRefusedError:
            return False
        return True

    assert until(connected), "nobody listens"
    return made[0]


def packets_in(records: Sequence[Record]) -> int:
    """Packets that the records count."""
    return sum(record.counters[0] + record.counters[2] for record in records)


def in_file(path: Path) -> list[Record]:
    """The flow records of a file, which must hold whole records."""
    return list(parse(path.read_bytes()))


def marks(path: Path) -> list[int]:
    """Causes of the management records of a file."""
    return [raw[1] for raw in split(path.read_bytes()) if raw[0] == 0x83]


def management(path: Path) -> list[tuple[int, ...]]:
    """The management records of a file, as words."""
    return [struct.unpack(">32I", raw) for raw in split(path.read_bytes()) if raw[0] == 0x83]


def timeless(record: Record) -> list[str]:
    """A record without its times and its number, to compare records of the same packets at other times."""
    parts = [f"cause {record.cause:#x}"]
    for dsr in record.dsrs:
        raw = bytearray(dsr.raw)
        if dsr.kind == 0x01:
            raw[8:12] = bytes(4)
        elif dsr.kind == 0x03:
            # One packet or several, at one moment or not.
            raw = raw[:1] + bytes([raw[1]])
        elif dsr.kind == 0x30 and dsr.subtype == 5:
            # The times of the handshake, and of the last packet of each side.
            for at, size in ((16, 8), (24, 8), (72, 8)):
                raw[at : at + size] = bytes(size)
        parts.append(Dsr(dsr.kind, dsr.subtype, dsr.qualifier, bytes(raw)).raw.hex(" ", 4))
    return parts


def squeezed(content: Sequence[Packet]) -> list[Frame]:
    """Packets as they are when they are sent as fast as can be: all within milliseconds, and padded as cards do."""
    return [Frame((BEGIN + place) * 1000, packet.data.ljust(60, b"\0"), max(60, len(packet.data))) for place, packet in enumerate(content)]


def datagrams(number: int, first: int = 0) -> list[bytes]:
    """Datagrams of as many flows."""
    out = []
    for place in range(first, first + number):
        packet = build.udp(f"10.1.{place >> 8 & 255}.{place & 255}", 1000 + (place >> 16), "192.0.2.1", 9, b"x" * 20)
        out.append(build.ethernet("02:00:00:00:00:01", "02:00:00:00:00:02", 0x0800, packet))
    return out


PROBE = 0xFF00
"""The flow that probes belong to, and what its address looks like."""
PROBES = "10.1.255."


def probed(wire: Wire, arrived: Callable[[], bool]) -> None:
    """Send packets of a flow of its own until they arrive at the end of a chain of programs that do not say when they are ready."""
    for _ in range(100):
        wire.send(datagrams(1, PROBE))
        if until(arrived, 0.5):
            return
    raise AssertionError("nothing arrives")


def alive(number: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{number}/stat").read_text().split()[2] != "Z"

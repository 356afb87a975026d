"""Records, and a client that says exactly what a test wants it to."""

import itertools
import random
import socket
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from types import TracebackType

from pyargus.capture.generate import generate
from pyargus.capture.reader import open_capture
from pyargus.flow.config import FlowConfig
from pyargus.flow.engine_cy import Engine
from pyargus.network.listener import Limits, Listener
from pyargus.network.ports import open_sockets
from pyargus.record.management import Cause, Management, encode

INITIAL = encode(Management(Cause.START, 1_000_000_000_000_000, 1_000_000_001_000_000, 0x01, 0xC0000207))
STATUS = encode(Management(Cause.STATUS, 1_000_000_001_000_000, 1_000_000_061_000_000, 0x01, 0xC0000207))
WAIT = 30.0


@cache
def flows() -> bytes:
    """Some hundred flow records of many protocols."""
    engine = Engine(FlowConfig(user_size=16, macs=True))
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(generate())
        file.flush()
        with open_capture(file.name) as capture:
            for batch in capture:
                engine.feed(batch)
    engine.finish()
    return bytes(engine.take())


def records(data: bytes) -> list[bytes]:
    """The records of a stream."""
    out, at = [], 0
    while at < len(data):
        size = 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        assert size and at + size <= len(data), "the stream does not end with a record"
        out.append(data[at : at + size])
        at += size
    return out


def numbered(count: int, size: int = 1024) -> list[bytes]:
    """Records of one size, each with its number in it; the bodies are no DSRs that a reader knows."""
    body = size - 8
    return [b"\x13\x10" + (size // 4).to_bytes(2, "big") + n.to_bytes(4, "big") + b"\x00" * body for n in range(count)]


_ports = itertools.cycle(random.sample(range(15_000, 30_000), 15_000))


def free_port() -> int:
    """A port that nobody listens on or sends from. It is none of those that the system gives to connections, which would be a race."""
    for port in _ports:
        with socket.socket() as stream, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            try:
                stream.bind(("127.0.0.1", port))
                datagrams.bind(("127.0.0.1", port))
            except OSError:
                # Somebody has it.
                continue
            return port
    raise AssertionError("there is always one")


def eventually(test: Callable[[], object], seconds: float = WAIT) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.005)


class Peer:
    """A client by hand. said: what the server has sent."""

    def __init__(self, port: int, host: str = "127.0.0.1", greet: bool = True, buffer: int = 0) -> None:
        self.sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.sock.settimeout(WAIT)
        self.sock.connect((host, port))
        self.initial = self.read(128) if greet else b""

    def read(self, count: int) -> bytes:
        """Exactly so many bytes."""
        out = b""
        while len(out) < count:
            data = self.sock.recv(count - len(out))
            assert data, f"closed after {out!r}"
            out += data
        return out

    def rest(self) -> bytes:
        """Everything up to the end."""
        out = bytearray()
        while True:
            try:
                data = self.sock.recv(1 << 16)
            except ConnectionResetError:
                return bytes(out)
            if not data:
                return bytes(out)
            out += data

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Served:
    """A listener with its log, closed at the end of the block."""

    def __init__(self, addresses: Sequence[str] = ("127.0.0.1",), limits: Limits | None = None, **more: object) -> None:
        self.lines: list[str] = []
        sockets = open_sockets(addresses, 0)
        self.listener = Listener(
            sockets, lambda: INITIAL, lambda level, text: self.lines.append(f"{level}: {text}"), limits=limits, **more  # type: ignore[arg-type]
        )
        self.port = self.listener.port

    def __enter__(self) -> "Served":
        self.listener.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.listener.close(1.0)

    def client(self, *said: bytes, **more: object) -> Peer:
        """A client that has started."""
        before = self.listener.clients
        peer = Peer(self.port, **more)  # type: ignore[arg-type]
        for words in (*said, b"START: "):
            peer.say(words)
            if words.startswith(b"FILTER"):
                assert peer.read(2) == b"OK"
        eventually(lambda: self.listener.clients == before + 1)
        return peer

    def logged(self, text: str) -> None:
        """Wait for a line of the log."""
        eventually(lambda: any(text in line for line in self.lines))

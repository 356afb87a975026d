"""Sources: connecting, losing, connecting again; addresses; servers that misbehave."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable

import pytest

from pyargus.errors import BadUse, Unreachable
from pyargus.network import source as source_module
from pyargus.network.addresses import Uri, parse_uri
from pyargus.network.live import LiveSource
from pyargus.network.source import Delivery, Hub, Phase
from tests.network.craft import INITIAL, STATUS, Served, eventually, flows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", Uri("argus", "192.0.2.1", 561)),
        ("host.example:9000", Uri("argus", "host.example", 9000)),
        ("argus://[2001:db8::1]:9000", Uri("argus", "2001:db8::1", 9000)),
        ("[2001:db8::1]", Uri("argus", "2001:db8::1", 561)),
        ("2001:db8::1", Uri("argus", "2001:db8::1", 561)),
        ("argus-tcp://host:1", Uri("argus", "host", 1)),
        ("argus://me:secret@host", Uri("argus", "host", 561, "me")),
        ("me/secret@host:77", Uri("argus", "host", 77, "me")),
        ("argus+tls://host", Uri("argus+tls", "host", 561)),
        ("cisco://:2055", Uri("cisco", "", 2055)),
        ("cisco://192.0.2.1:2055", Uri("cisco", "192.0.2.1", 2055)),
        ("argus-udp://[::1]:9", Uri("argus-udp", "::1", 9)),
    ],
)
def test_uris(text: str, expected: Uri) -> None:
    assert parse_uri(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ftp://host", "no such kind of source"),
        ("sflow://:6343", "sFlow is not supported"),
        ("argus://", "no host"),
        ("host:0", "no such port"),
        ("host:70000", "no such port"),
        ("host:port", "expected host"),
        ("host:561/var/log/argus.out", "stored files are not asked"),
    ],
)
def test_what_is_no_uri(text: str, says: str) -> None:
    with pytest.raises(BadUse, match=says):
        parse_uri(text)


class Talk:
    """A hub with its log and everything it has delivered."""

    def __init__(self, *uris: str, filter_text: str = "", reconnect: bool = True) -> None:
        self.lines: list[str] = []
        self.got: list[Delivery] = []
        self.hub = Hub(lambda level, text: self.lines.append(text), reconnect=reconnect)
        for uri in uris:
            self.hub.add(parse_uri(uri), filter_text)

    def until(self, test: Callable[[], object], seconds: float = 10.0) -> None:
        until = time.monotonic() + seconds
        while not test():
            assert time.monotonic() < until, self.lines
            self.got += self.hub.poll(0.02)

    @property
    def data(self) -> bytes:
        return b"".join(delivery.data for delivery in self.got if not delivery.initial)

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other faster than in life."""
    monkeypatch.setattr(source_module, "FIRST_DELAY", 0.02)
    monkeypatch.setattr(source_module, "LAST_DELAY", 0.05)


def test_records_of_two_servers() -> None:
    with Served() as one, Served(["::1"]) as two, Talk(f"127.0.0.1:{one.port}", f"[::1]:{two.port}") as talk:
        talk.until(lambda: one.listener.clients == two.listener.clients == 1)
        one.listener.publish(flows())
        two.listener.publish(STATUS)
        talk.until(lambda: len(talk.data) == len(flows()) + 128)
        assert sorted(delivery.data for delivery in talk.got) == sorted([INITIAL, INITIAL, flows(), STATUS])
        talk.hub.close()
        one.logged("sent DONE")
        two.logged("sent DONE")


def test_a_name_is_looked_up_aside() -> None:
    with Served(["127.0.0.1", "::1"]) as served, Talk(f"localhost:{served.port}") as talk:
        talk.until(lambda: served.listener.clients == 1)


def test_the_filter_is_sent() -> None:
    with Served() as served, Talk(f"127.0.0.1:{served.port}", filter_text="icmp") as talk:
        talk.until(lambda: served.listener.clients == 1)
        assert [client.filter for client in served.listener.stats().clients] == ["man or (icmp)"]


@pytest.mark.usefixtures("quick")
def test_a_server_that_dies_and_comes_back() -> None:
    with Served() as first:
        port = first.port
        talk = Talk(f"127.0.0.1:{port}")
        talk.until(lambda: first.listener.clients == 1)
        first.listener.publish(flows())
        talk.until(lambda: len(talk.data) == len(flows()))
    talk.until(lambda: any("refused" in line for line in talk.lines))
    talk.until(lambda: talk.hub.sources[0].losses >= 5)
    from pyargus.network.listener import Listener
    from pyargus.network.ports import open_sockets

    again = Listener(open_sockets(["127.0.0.1"], port), lambda: INITIAL, lambda level, text: None)
    again.start()
    try:
        talk.until(lambda: again.clients == 1)
        again.publish(STATUS)
        talk.until(lambda: talk.data == flows() + STATUS)
    finally:
        again.close()
        talk.hub.close()
    # What stays the same is said once: the loss, the refusals, the return.
    assert [sum(word in line for line in talk.lines) for word in ("closed by the server", "refused", "connected to")] == [1, 1, 1]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("said", "hears"),
    [
        (b"\x83\x82\x00\x01", "no room"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no argus server"),
        (b"", "closed by the server while waiting for the initial"),
        (INITIAL[:60], "closed by the server while waiting for the initial"),
        (INITIAL + flows()[:100], "bytes into a record"),
        (INITIAL + b"\x13\x10\x00\x00", "length zero"),
        (INITIAL + b"\xff" * 64, "unknown class"),
    ],
)
def test_servers_that_misbehave_are_tried_again(said: bytes, hears: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Talk(f"127.0.0.1:{server.getsockname()[1]}") as talk:
        server.settimeout(10)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    sock, _ = server.accept()
                except OSError:
                    return
                with sock, contextlib.suppress(ConnectionError):
                    sock.sendall(said)
                    if len(said) > 128:
                        sock.recv(64)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            talk.until(lambda: talk.hub.sources[0].losses >= 3)
        finally:
            done.set()
            socket.create_connection(server.getsockname()).close()
            thread.join()
        assert any(hears in line for line in talk.lines), talk.lines
        assert talk.data == b""


def test_delays_grow_and_vary() -> None:
    with Talk("127.0.0.1:1") as talk:
        source = talk.hub.sources[0]
        seen = []
        for _ in range(8):
            source.due = 0.0
            losses = source.losses
            before = time.monotonic()
            talk.until(lambda losses=losses: source.losses > losses)  # type: ignore[misc]
            # The delay began between the two moments.
            seen.append((source.due - before, source.due - time.monotonic()))
        bases = [1, 2, 4, 8, 16, 30, 30, 30]
        assert all(most >= 0.75 * base and least <= 1.25 * base for (most, least), base in zip(seen, bases, strict=True)), seen


def test_without_reconnecting_it_ends() -> None:
    with Talk("127.0.0.1:1", reconnect=False) as talk:
        talk.until(lambda: not talk.hub.alive)
        assert talk.hub.sources[0].phase is Phase.ENDED


@pytest.mark.usefixtures("quick")
def test_a_source_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(source_module, "SILENT_INTERVALS", 0)
    with Served() as served, Talk(f"127.0.0.1:{served.port}") as talk:
        talk.until(lambda: any("silent for" in line for line in talk.lines))
        talk.until(lambda: talk.hub.sources[0].connects >= 2)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listening socket whose queue is full takes no connection and refuses none."""
    monkeypatch.setattr(source_module, "CONNECT_SECONDS", 0.3)
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    held = []
    for _ in range(3):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(full.getsockname())
        held.append(sock)
    with Talk(f"127.0.0.1:{full.getsockname()[1]}") as talk:
        talk.until(lambda: talk.hub.sources[0].losses >= 1)
        assert any("timed out" in line or "no management record" in line for line in talk.lines)
    for sock in (full, *held):
        sock.close()


def test_the_live_source_is_one_stream() -> None:
    with Served() as one, Served() as two:
        hub = Hub(lambda level, text: None)
        for port in (one.port, two.port):
            hub.add(parse_uri(f"127.0.0.1:{port}"))
        live = LiveSource(hub)
        live.start()
        assert live.initial == INITIAL
        chunks = live.chunks()
        empty = 0
        out = b""
        published = False
        while out.count(STATUS) < 2:
            data, offset = next(chunks)
            assert offset == 128 + len(out)
            out += bytes(data)
            empty += not data
            if not published and one.listener.clients == two.listener.clients == 1:
                published = True
                one.listener.publish_status(STATUS)
                two.listener.publish_status(STATUS)
        assert out.count(INITIAL) == 1
        data, _ = next(chunks)
        assert data == b""
        live.close()


def test_no_server_at_all() -> None:
    hub = Hub(lambda level, text: None)
    hub.add(parse_uri("127.0.0.1:1"))
    hub.add(parse_uri("127.0.0.1:2"))
    live = LiveSource(hub)
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 failed 'Connection refused'; connect to 127\.0\.0\.1:2 failed"):
        live.start()
    live.close()


def test_one_server_of_two() -> None:
    with Served() as served:
        hub = Hub(lambda level, text: None)
        hub.add(parse_uri("127.0.0.1:1"))
        hub.add(parse_uri(f"127.0.0.1:{served.port}"))
        live = LiveSource(hub)
        live.start()
        assert live.initial == INITIAL
        live.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_records_in_datagrams(host: str) -> None:
    bracketed = f"[{host}]" if ":" in host else host
    with Talk() as talk:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((host, 0))
            port = sender.getsockname()[1]
        receiver = talk.hub.add(parse_uri(f"argus-udp://{bracketed}:{port}"))
        assert receiver.initial[:2] == b"\x83\x10"
        record = flows()[: 4 * int.from_bytes(flows()[2:4], "big")]
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for data in (INITIAL, record, record + STATUS, b"", b"rubbish", record + b"\x13\x10", INITIAL + record):
                sender.sendto(data, (host, port))
        talk.until(lambda: talk.data == record + record + STATUS + record + record)
        assert talk.hub.sources[0].stats().malformed == 3


def test_a_busy_udp_port_is_said() -> None:
    with Talk() as talk, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="cannot listen on UDP"):
            talk.hub.add(parse_uri(f"cisco://127.0.0.1:{taken.getsockname()[1]}"))


def test_eventually_is_used() -> None:
    """What the others wait with does fail."""
    with pytest.raises(AssertionError):
        eventually(lambda: False, 0.02)

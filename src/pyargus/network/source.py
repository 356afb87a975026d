"""Sources of records on the network: each connects, is read, and connects again when it is lost.

A `Hub` serves any number of them in the thread that calls its `poll`. Servers are asked for their stream with a filter; datagrams are
received as they come.
"""

from __future__ import annotations

import os
import random
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from pyargus.errors import BadInput, PyargusError, Unreachable
from pyargus.network.addresses import UDP, Uri, is_numeric, resolve
from pyargus.network.datagrams import Receiver, open_receiver
from pyargus.network.pieces_cy import managements
from pyargus.network.ports import keep_alive
from pyargus.network.protocol import ClientSession, Command, State

Log = Callable[[str, str], None]

CONNECT_SECONDS = 10.0
# Seconds between attempts: doubled from the first to the last, a quarter more or less by chance.
FIRST_DELAY, LAST_DELAY = 1.0, 30.0
# A connection that held for so long is tried again at once when it is lost.
SETTLED = 5.0
# A source that says how often it reports is lost when it is silent for so many of its intervals, and some seconds.
SILENT_INTERVALS, SILENT_SECONDS = 3, 10.0
READ = 1 << 18
# Bytes read of one source before the others have their turn.
TURN = 1 << 20


class Phase(Enum):
    """How far a source has come."""

    WAITING = "waiting"
    RESOLVING = "resolving"
    CONNECTING = "connecting"
    HANDSHAKE = "handshake"
    OPEN = "open"
    ENDED = "ended"


@dataclass(slots=True)
class Delivery:
    """What came from a source: whole records, or (initial) the management record that its stream begins with."""

    source: RemoteSource
    data: bytes
    initial: bool = False


@dataclass(slots=True)
class SourceStats:
    """What is known of a source. connects: how often it was opened; losses: how often it was lost or could not be opened.

    malformed, left_out: see `Receiver`.
    """

    name: str
    phase: str
    connects: int
    losses: int
    bytes: int
    malformed: int
    left_out: dict[str, int] = field(default_factory=dict)


class RemoteSource:
    """One source. filter: for the server; initial: its last initial management record; error: why it is not open, empty while it is."""

    def __init__(self, uri: Uri, filter_text: str) -> None:
        self.uri = uri
        self.name = str(uri)
        self.filter = filter_text
        self.phase = Phase.WAITING
        self.initial = b""
        self.error = ""
        self.connects = self.losses = 0
        self.bytes = 0
        self.delay = FIRST_DELAY
        self.due = 0.0
        self.deadline = 0.0
        self.since = 0.0
        self.heard = 0.0
        self.interval = 0
        self.addresses: deque[tuple[int, tuple[str, int]]] = deque()
        self.sock: socket.socket | None = None
        self.session: ClientSession | None = None
        self.receiver: Receiver | None = None

    def stats(self) -> SourceStats:
        """A copy of the figures."""
        made = SourceStats(self.name, self.phase.value, self.connects, self.losses, self.bytes, 0)
        if self.receiver is not None:
            made.malformed, made.left_out = self.receiver.malformed, dict(self.receiver.left_out)
        return made


class Hub:
    """Sources and the loop that serves them.

    log: takes a level and a text. context: makes the TLS context for argus+tls:// when the first of them is opened. reconnect: sources
    that are lost, or cannot be opened, are tried again; without, they end.
    """

    def __init__(self, log: Log, context: Callable[[], ssl.SSLContext] | None = None, reconnect: bool = True) -> None:
        self.sources: list[RemoteSource] = []
        self.reconnect = reconnect
        self._log = log
        self._make_context = context
        self._context: ssl.SSLContext | None = None
        self._poll = selectors.DefaultSelector()
        self._resolved: deque[tuple[RemoteSource, list[tuple[int, tuple[str, int]]], str]] = deque()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._poll.register(self._wake_in, selectors.EVENT_READ)

    def add(self, uri: Uri, filter_text: str = "") -> RemoteSource:
        """Take up a source; it is opened by `poll`. A source of datagrams is opened now, and raises Unreachable where it cannot be."""
        source = RemoteSource(uri, filter_text)
        self.sources.append(source)
        if uri.scheme in UDP:
            source.receiver = open_receiver(uri)
            source.sock = source.receiver.sock
            source.phase = Phase.OPEN
            source.connects = 1
            source.initial = source.receiver.initial()
            self._poll.register(source.sock, selectors.EVENT_READ, source)
        return source

    def remove(self, source: RemoteSource) -> None:
        """Say goodbye to a source and forget it."""
        self._goodbye(source)
        self.sources.remove(source)

    def prepare_tls(self) -> None:
        """Make the TLS context now, and not when the first server is connected to."""
        self._tls()

    @property
    def alive(self) -> bool:
        """Whether more may come."""
        return any(source.phase is not Phase.ENDED for source in self.sources)

    def poll(self, seconds: float) -> list[Delivery]:
        """What has come, after at most so many seconds; nothing where nothing has."""
        out: list[Delivery] = []
        now = time.monotonic()
        for source in self.sources:
            if source.phase is Phase.WAITING and now >= source.due:
                self._open(source)
        due = min((source.due for source in self.sources if source.phase is Phase.WAITING), default=now + seconds)
        for key, events in self._poll.select(max(0.0, min(seconds, due - now))):
            if key.data is None:
                self._wake_in.recv(64)
            else:
                self._serve(key.data, events, out)
        while self._resolved:
            source, addresses, error = self._resolved.popleft()
            if source.phase is Phase.RESOLVING:
                self._found(source, addresses, error)
        self._look_at_clock(time.monotonic())
        return out

    def close(self) -> None:
        """Say goodbye to the servers and let go of everything."""
        for source in self.sources:
            self._goodbye(source)
        for sock in (self._wake_in, self._wake_out):
            sock.close()
        self._poll.close()

    def _goodbye(self, source: RemoteSource) -> None:
        if source.phase is Phase.OPEN and source.session is not None and source.sock is not None:
            try:
                source.sock.send(Command.DONE.value)
            except OSError:
                # It is lost already; there is nobody to say goodbye to.
                source.error = "lost"
        self._release(source)
        source.phase = Phase.ENDED

    # ---- opening

    def _open(self, source: RemoteSource) -> None:
        source.phase = Phase.RESOLVING
        host, port = source.uri.host, source.uri.port
        if is_numeric(host):
            self._resolve(source, host, port)
            return
        # Asking for a name may take long, and the other sources go on meanwhile.
        threading.Thread(target=self._resolve, args=(source, host, port), name="resolver", daemon=True).start()

    def _resolve(self, source: RemoteSource, host: str, port: int) -> None:
        try:
            self._resolved.append((source, resolve(host, port), ""))
        except Unreachable as error:
            self._resolved.append((source, [], str(error)))
        try:
            self._wake_out.send(b"\0")
        except OSError as error:
            # The hub was closed while a name was asked for.
            source.error = str(error)

    def _found(self, source: RemoteSource, addresses: list[tuple[int, tuple[str, int]]], error: str) -> None:
        source.addresses = deque(addresses)
        if error:
            self._lost(source, error)
        else:
            self._connect(source, "no address")

    def _connect(self, source: RemoteSource, error: str) -> None:
        """Try the next address; `error` is why the one before it failed."""
        self._release(source)
        if not source.addresses:
            self._lost(source, f"connect to {source.uri.short} failed '{error}'")
            return
        family, address = source.addresses.popleft()
        source.sock = socket.socket(family, socket.SOCK_STREAM)
        source.sock.setblocking(False)
        source.phase = Phase.CONNECTING
        source.deadline = time.monotonic() + CONNECT_SECONDS
        try:
            source.sock.connect(address)
        except BlockingIOError:
            self._poll.register(source.sock, selectors.EVENT_WRITE, source)
        except OSError as fault:
            self._connect(source, fault.strerror or str(fault))
        else:
            self._poll.register(source.sock, selectors.EVENT_WRITE, source)

    def _connected(self, source: RemoteSource) -> None:
        sock = source.sock
        assert sock is not None
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._connect(source, os.strerror(error))
            return
        keep_alive(sock)
        source.session = ClientSession(source.name, source.filter)
        if source.uri.scheme == "argus+tls":
            self._poll.unregister(sock)
            try:
                source.sock = self._tls().wrap_socket(sock, server_hostname=source.uri.host, do_handshake_on_connect=False)
            except (OSError, ValueError) as fault:
                self._lost(source, f"connect to {source.uri.short} failed '{fault}'")
                return
            self._poll.register(source.sock, selectors.EVENT_READ, source)
            source.phase = Phase.HANDSHAKE
            self._handshake(source)
            return
        self._opened(source)

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            assert self._make_context is not None
            self._context = self._make_context()
        return self._context

    def _handshake(self, source: RemoteSource) -> None:
        assert isinstance(source.sock, ssl.SSLSocket)
        try:
            source.sock.do_handshake()
        except ssl.SSLWantReadError:
            self._poll.modify(source.sock, selectors.EVENT_READ, source)
        except ssl.SSLWantWriteError:
            self._poll.modify(source.sock, selectors.EVENT_WRITE, source)
        except (ssl.SSLError, OSError) as error:
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", None) or error
            self._lost(source, f"connect to {source.uri.short} failed 'TLS: {reason}'")
        else:
            self._opened(source)

    def _opened(self, source: RemoteSource) -> None:
        assert source.sock is not None
        source.phase = Phase.OPEN
        # The initial management record comes within this time.
        source.deadline = time.monotonic() + CONNECT_SECONDS
        self._poll.modify(source.sock, selectors.EVENT_READ, source)

    # ---- reading

    def _serve(self, source: RemoteSource, events: int, out: list[Delivery]) -> None:
        if source.phase is Phase.CONNECTING:
            self._connected(source)
        elif source.phase is Phase.HANDSHAKE:
            self._handshake(source)
        elif source.phase is Phase.OPEN and source.receiver is not None:
            data = source.receiver.receive(TURN)
            if reason := source.receiver.unsaid():
                self._log("warning", f"{source.name}: {reason}: left out")
            if data:
                source.bytes += len(data)
                out.append(Delivery(source, data))
        elif source.phase is Phase.OPEN:
            try:
                self._read(source, out)
            except PyargusError as error:
                self._lost(source, str(error))

    def _read(self, source: RemoteSource, out: list[Delivery]) -> None:
        assert source.sock is not None and source.session is not None
        session, done = source.session, 0
        while done < TURN:
            try:
                data = source.sock.recv(READ)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError as error:
                raise Unreachable(f"{source.name}: connection lost: {error.strerror or error}") from None
            if not data:
                raise BadInput(source.name, None, self._farewell(session))
            done += len(data)
            greeted = bool(session.initial)
            records = session.receive(data)
            if session.initial and not greeted:
                self._greeted(source, out)
            if session.to_send:
                self._send(source)
            if records:
                source.bytes += len(records)
                self._note(source, records)
                out.append(Delivery(source, records))
        source.heard = time.monotonic()

    def _farewell(self, session: ClientSession) -> str:
        if session.state is not State.RECORDS:
            return f"closed by the server while {session.state.value}"
        cut = f", {session.partial} bytes into a record" if session.partial else ""
        return f"connection closed by the server{cut}"

    def _greeted(self, source: RemoteSource, out: list[Delivery]) -> None:
        assert source.session is not None
        now = time.monotonic()
        source.initial = source.session.initial
        source.connects += 1
        source.since = source.heard = now
        source.interval = 0
        self._note(source, source.initial)
        if source.error:
            self._log("info", f"connected to {source.uri.short}")
        source.error = ""
        out.append(Delivery(source, source.initial, True))

    def _send(self, source: RemoteSource) -> None:
        """What the session wants sent: some dozens of bytes, which a new connection always takes."""
        assert source.sock is not None and source.session is not None
        try:
            sent = source.sock.send(source.session.to_send)
        except OSError as error:
            raise Unreachable(f"{source.name}: connection lost: {error.strerror or error}") from None
        if sent < len(source.session.to_send):
            raise BadInput(source.name, None, "the server takes no commands")
        source.session.to_send.clear()

    def _note(self, source: RemoteSource, data: bytes) -> None:
        """How often the source reports, as its management records say."""
        for at in managements(memoryview(data)):
            source.interval = max(source.interval, int.from_bytes(data[at + 46 : at + 48], "big"))

    # ---- time

    def _look_at_clock(self, now: float) -> None:
        for source in self.sources:
            if source.phase is Phase.CONNECTING and now > source.deadline:
                self._connect(source, "Connection timed out")
            elif source.phase is Phase.HANDSHAKE and now > source.deadline:
                self._lost(source, f"connect to {source.uri.short} failed 'TLS handshake timed out'")
            elif source.phase is Phase.OPEN and source.session is not None:
                if not source.session.initial and now > source.deadline:
                    self._lost(source, f"{source.name}: no management record within {CONNECT_SECONDS:.0f} seconds")
                elif source.session.initial and source.interval:
                    silent = SILENT_INTERVALS * source.interval + SILENT_SECONDS
                    if now - source.heard > silent:
                        self._lost(source, f"{source.name}: silent for {silent:.0f} seconds, though it reports every {source.interval}")

    def _lost(self, source: RemoteSource, why: str) -> None:
        self._release(source)
        now = time.monotonic()
        settled = source.session is not None and bool(source.session.initial) and now - source.since >= SETTLED
        source.session = None
        source.losses += 1
        # The same thing is not said at every attempt.
        if why != source.error:
            self._log("warning", why)
        source.error = why
        if not self.reconnect:
            source.phase = Phase.ENDED
            return
        source.phase = Phase.WAITING
        if settled:
            source.delay = FIRST_DELAY
            source.due = now
            return
        source.due = now + source.delay * random.uniform(0.75, 1.25)
        source.delay = min(2 * source.delay, LAST_DELAY)

    def _release(self, source: RemoteSource) -> None:
        if source.sock is None:
            return
        if source.sock.fileno() in self._poll.get_map():
            self._poll.unregister(source.sock)
        source.sock.close()
        source.sock = None


def until_open(hub: Hub, seconds: float) -> Iterator[list[Delivery]]:
    """What comes until a first source is open, round by round. Raises Unreachable once every source has failed."""
    while True:
        found = hub.poll(seconds)
        yield found
        if found or any(source.phase is Phase.OPEN and source.initial for source in hub.sources):
            return
        if all(source.losses and source.phase in (Phase.WAITING, Phase.ENDED) for source in hub.sources):
            raise Unreachable("; ".join(source.error for source in hub.sources))

"""The one listener of sensor and relay: serves a stream of records to any number of clients from a thread of its own.

`publish` takes whole records from the thread that makes them and never waits: what a client does not read in time is dropped from its
own queue, oldest first, and counted. Unfiltered clients share the bytes; clients with the same filter share what it selects.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyargus.network.addresses import Network, allowed, joined, peer_address
from pyargus.network.client import Client, ClientStats, Gone
from pyargus.network.compiler import Compiler
from pyargus.network.pieces_cy import records
from pyargus.network.ports import keep_alive
from pyargus.network.protocol import DENIED, FULL, NO, OK, SYNTAX, TIMEOUT, Command, Request, printable
from pyargus.network.sendqueue import Piece, pieces

if TYPE_CHECKING:
    import ssl

    from pyargus.record.selector_cy import Selector

Log = Callable[[str, str], None]

# Seconds between two lines of the log about the losses of one client, and between looks at the clock.
LOG_EVERY = 10.0
TICK = 0.5
# A client that takes nothing for so long is not waited for by a producer that can wait.
STUCK = 5.0
ODDITIES = 3
ACCEPTS = 64
# Lines of the log about connections in one second, and as many about what they lost.
SAY_MOST = 40

# Places in a status record: records that the client's queue has lost since the one before, records that wait in it.
_LOST, _WAITING = 84, 88


@dataclass(frozen=True, slots=True)
class Limits:
    """What a listener puts up with.

    clients: that get records; pending: connections that have not said START; queue: bytes that wait for one client; start: seconds until
    START; stall: seconds without a byte taken after which a client is closed; inbox: bytes published that the thread has not yet taken.
    """

    clients: int = 128
    pending: int = 256
    queue: int = 32 << 20
    start: float = 10.0
    stall: float = 600.0
    inbox: int = 64 << 20


@dataclass(slots=True)
class ListenerStats:
    """Totals since the start, and the clients of now."""

    accepted: int = 0
    refused: int = 0
    published_bytes: int = 0
    lost: int = 0
    clients: list[ClientStats] = field(default_factory=list)


class Listener:
    """Serves records on sockets that `open_sockets` made.

    greeting: makes the initial management record for a new client, called in the listener's thread. log: takes a level ("info", "warning",
    "error") and a text. networks: who may connect, empty for all. context: for TLS, None without.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        greeting: Callable[[], bytes],
        log: Log,
        networks: Sequence[Network] = (),
        context: ssl.SSLContext | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.sockets = list(sockets)
        self.limits = limits or Limits()
        self._greeting = greeting
        self._log = log
        self._second = 0
        self._said = [0, 0]
        self._networks = tuple(networks)
        self._context = context
        self._clients: dict[int, Client] = {}
        self._stats = ListenerStats()
        self._lock = threading.Lock()
        # what was published: records, or a status record (True)
        self._inbox: deque[tuple[bytes, bool]] = deque()
        self._inbox_size = 0
        self._inbox_lost = 0
        self._compiler = Compiler(self._wake, lambda number: number in self._clients)
        self._selectors: dict[str, Selector] = {}
        self._started = 0
        self._number = 0
        self._signalled = False
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._deadline: float | None = None
        self._accept_again = 0.0
        self._thread: threading.Thread | None = None
        self._poll = selectors.DefaultSelector()

    # ---- the producer's side

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self.sockets[0].getsockname()[1])

    @property
    def clients(self) -> int:
        """How many clients get records now."""
        return self._started

    def start(self) -> None:
        """Begin to serve. After a fork, not before: the thread would stay behind."""
        self._poll.register(self._wake_in, selectors.EVENT_READ)
        for sock in self.sockets:
            self._poll.register(sock, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def publish(self, data: bytes) -> None:
        """Hand on whole records. Never waits."""
        self._put(data, False)

    def publish_status(self, mar: bytes) -> None:
        """Hand on a status record of 128 bytes; each client's copy tells the losses of its own queue."""
        self._put(mar, True)

    def _put(self, data: bytes, status: bool) -> None:
        self._stats.published_bytes += len(data)
        if not self._started or not data:
            return
        with self._lock:
            self._inbox.append((data, status))
            self._inbox_size += len(data)
            while self._inbox_size > self.limits.inbox and len(self._inbox) > 1:
                old, _ = self._inbox.popleft()
                self._inbox_size -= len(old)
                self._inbox_lost += records(memoryview(old), 0)[1]
            if self._signalled:
                return
            self._signalled = True
        self._wake()

    def _wake(self) -> None:
        # A full pipe has woken the thread already, a closed one has ended it.
        with contextlib.suppress(OSError):
            self._wake_out.send(b"\0")

    def wait_for_room(self, seconds: float) -> None:
        """For a producer that can wait, as one that reads files: until no queue of a client that still reads is more than half full."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            coming = self._inbox_size
            busy = any(
                client.queue.size + coming > client.queue.limit // 2 and (not client.queue or now - client.moved < STUCK)
                for client in list(self._clients.values())
                if client.started
            )
            if not busy and coming < self.limits.inbox // 2:
                return
            time.sleep(0.01)

    def stats(self) -> ListenerStats:
        """A copy of the figures; may be called in any thread."""
        now = self._stats
        clients = [client.stats() for client in list(self._clients.values())]
        return ListenerStats(now.accepted, now.refused, now.published_bytes, now.lost + sum(client.lost for client in clients), clients)

    def close(self, seconds: float = 5.0) -> None:
        """Take no more clients, send what waits for at most so many seconds, and end."""
        self._deadline = time.monotonic() + seconds
        if self._thread is None:
            self._end()
            self._thread = threading.current_thread()
            return
        if self._thread is threading.current_thread():
            return
        self._wake()
        self._thread.join(seconds + 5.0)

    # ---- the thread

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        except Exception as error:
            # Records go on to the files; that nobody is served any more must not go unseen.
            self._log("error", f"the listener has failed: {type(error).__name__}: {error}")
            raise
        finally:
            self._end()

    def _turn(self) -> bool:
        """One round of the loop; whether there is to be another."""
        for key, events in self._poll.select(TICK):
            if key.fileobj is self._wake_in:
                with contextlib.suppress(BlockingIOError):
                    self._wake_in.recv(64)
            elif isinstance(key.data, Client):
                self._serve(key.data, events)
            else:
                self._accept(key.fileobj)  # type: ignore[arg-type]
        self._take_compiled()
        self._distribute()
        self._look_at_clock(time.monotonic())
        if self._deadline is None:
            return True
        self._stop_accepting()
        return bool(self._inbox or self._backlog()) and time.monotonic() < self._deadline

    def _backlog(self) -> bool:
        return any(client.wants_write or client.queue for client in self._clients.values() if client.started)

    def _stop_accepting(self) -> None:
        for sock in self.sockets:
            if sock.fileno() in self._poll.get_map():
                self._poll.unregister(sock)

    def _end(self) -> None:
        self._started = 0
        for client in list(self._clients.values()):
            self._close(client, "the server ends", True)
        for sock in (*self.sockets, self._wake_in, self._wake_out):
            sock.close()
        self._compiler.close()
        self._poll.close()

    def _say(self, level: str, text: str, loss: bool = False) -> None:
        """A line about a connection; loss: about what one lost. Whoever connects a thousand times a second neither fills the log nor
        hides what others lost."""
        second = int(time.monotonic())
        if second != self._second:
            left_out = sum(max(0, count - SAY_MOST) for count in self._said)
            if left_out:
                self._log("warning", f"{left_out} more lines about connections left out")
            self._second, self._said = second, [0, 0]
        self._said[loss] += 1
        if self._said[loss] <= SAY_MOST:
            self._log(level, text)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTS):
            try:
                sock, address = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                # Out of descriptors: the oldest that never started makes room, and the others wait.
                self._say("warning", f"cannot accept: {error.strerror}")
                self._evict()
                self._stop_accepting()
                self._accept_again = time.monotonic() + 1.0
                return
            self._greet(sock, address)

    def _greet(self, sock: socket.socket, address: tuple[str, int]) -> None:
        peer = peer_address(address)
        name = joined(str(peer), address[1])
        self._number += 1
        if not allowed(peer, self._networks):
            self._refuse(sock, DENIED, f"{name} refused: not in the list of networks")
            return
        if self._started >= self.limits.clients:
            self._refuse(sock, FULL, f"{name} refused: {self._started} clients are connected")
            return
        pending = len(self._clients) - self._started
        if pending >= self.limits.pending:
            self._evict()
        sock.setblocking(False)
        keep_alive(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        now = time.monotonic()
        if self._context is not None:
            sock = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        client = Client(self._number, sock, name, self.limits.queue, now, self._context is None)
        self._clients[client.number] = client
        self._stats.accepted += 1
        self._poll.register(sock, selectors.EVENT_READ, client)
        if client.ready:
            self._welcome(client)

    def _refuse(self, sock: socket.socket, answer: bytes, text: str) -> None:
        self._stats.refused += 1
        self._say("warning", text)
        sock.setblocking(False)
        if self._context is None:
            with contextlib.suppress(OSError):
                sock.send(answer)
        sock.close()

    def _evict(self) -> None:
        """Close the oldest connection that has not started."""
        for client in self._clients.values():
            if not client.started:
                self._close(client, "never started, and there are too many of those")
                return

    def _welcome(self, client: Client) -> None:
        self._say("info", f"connect from {client.name}")
        client.queue.put(Piece(self._greeting(), 0))
        self._flush(client)

    def _serve(self, client: Client, events: int) -> None:
        if client.number not in self._clients:
            return
        try:
            if not client.ready:
                if client.handshake():
                    self._welcome(client)
                self._watch(client)
                return
            if events & selectors.EVENT_READ:
                data = client.receive()
                for request in client.session.receive(data) if data else ():
                    self._obey(client, request)
                    if client.number not in self._clients:
                        return
                if client.session.broken:
                    self._close(client, "sends what is no command")
                    return
        except Gone as error:
            self._close(client, str(error))
            return
        self._flush(client)

    def _obey(self, client: Client, request: Request) -> None:
        command, text = request.command, request.text
        if command is Command.START:
            self._begin(client)
        elif command is Command.DONE:
            self._close(client, "sent DONE")
        elif command is Command.FILTER:
            if client.compiling:
                self._close(client, "sends a filter before the answer to the one before")
                return
            client.compiling = True
            self._compiler.compile(client.number, text.strip())
        elif command is Command.FILE:
            self._say("warning", f"{client.name} asks for the file {text[:200]!r}: files are never opened for clients")
            client.queue.put(Piece(NO, 0))
        elif command is Command.UNKNOWN:
            client.oddities += 1
            if client.oddities <= ODDITIES:
                self._say("warning", f"{client.name} sends what is no command: {text}")

    def _begin(self, client: Client) -> None:
        if client.compiling:
            client.waits = True
            return
        if client.started:
            return
        if self._started >= self.limits.clients:
            client.queue.put(Piece(FULL, 0))
            self._flush(client)
            self._stats.refused += 1
            self._close(client, f"refused: {self._started} clients are connected")
            return
        client.started = True
        self._started += 1
        self._say("info", f"{client.name} gets records" + (f" that pass {printable(client.filter.encode())}" if client.filter else ""))

    # ---- filters

    def _take_compiled(self) -> None:
        while self._compiler.done:
            number, text, selector, error = self._compiler.done.popleft()
            client = self._clients.get(number)
            if client is None:
                continue
            client.compiling = False
            if error:
                client.queue.put(Piece(SYNTAX, 0))
                self._flush(client)
                self._close(client, f"sent a filter that does not parse: {error}")
                continue
            client.filter = text
            if selector is not None:
                self._selectors.setdefault(text, selector)
            self._forget_filters()
            client.queue.put(Piece(OK, 0))
            if client.waits:
                self._begin(client)
            self._flush(client)

    def _forget_filters(self) -> None:
        """Let go of the filters that no client has any more."""
        used = {client.filter for client in self._clients.values()}
        for text in self._selectors.keys() - used:
            del self._selectors[text]

    # ---- records

    def _distribute(self) -> None:
        with self._lock:
            self._signalled = False
            if not self._inbox and not self._inbox_lost:
                return
            inbox, self._inbox = self._inbox, deque()
            self._inbox_size = 0
            lost, self._inbox_lost = self._inbox_lost, 0
        started = [client for client in self._clients.values() if client.started]
        now = time.monotonic()
        for client in started:
            client.queue.lost += lost
            if not client.queue:
                # It has not been slow while there was nothing for it.
                client.moved = now
        for data, status in inbox:
            if status:
                # What it tells of a queue is what the connection did not take.
                for client in started:
                    self._flush(client)
            self._share(started, data, status)
        for client in started:
            self._flush(client)

    def _share(self, clients: list[Client], data: bytes, status: bool) -> None:
        shared: dict[str, list[Piece]] = {}
        for client in clients:
            mine = shared.get(client.filter)
            if mine is None:
                selected = self._selectors[client.filter].select(data) if client.filter else data
                mine = [Piece(selected, 0)] if status and selected else pieces(selected)
                shared[client.filter] = mine
            if status and mine:
                mine = [Piece(self._own_status(client, mine[0].data), 0)]
            for piece in mine:
                client.queue.put(piece)

    def _own_status(self, client: Client, mar: bytes | memoryview) -> bytes | memoryview:
        waiting, lost = client.queue.waiting, client.queue.lost - client.lost_told
        if not (waiting or lost):
            return mar
        client.lost_told = client.queue.lost
        own = bytearray(mar)
        own[_LOST : _LOST + 4] = min(lost, 0xFFFFFFFF).to_bytes(4, "big")
        own[_WAITING : _WAITING + 4] = min(waiting, 0xFFFFFFFF).to_bytes(4, "big")
        return bytes(own)

    def _flush(self, client: Client) -> None:
        if client.number not in self._clients or not client.ready:
            return
        try:
            client.wants_write = client.send(time.monotonic())
        except Gone as error:
            self._close(client, str(error))
            return
        self._watch(client)

    def _watch(self, client: Client) -> None:
        """Ask the selector for what the client waits for."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.wants_write else 0)
        if client.number in self._clients and self._poll.get_key(client.sock).events != events:
            self._poll.modify(client.sock, events, client)

    def _look_at_clock(self, now: float) -> None:
        for client in list(self._clients.values()):
            if not client.started and now - client.since > self.limits.start:
                if client.compiling:
                    client.queue.put(Piece(TIMEOUT, 0))
                    self._flush(client)
                self._close(client, "never started: timed out")
            elif client.started and client.queue and now - client.moved > self.limits.stall:
                self._close(client, f"takes nothing since {self.limits.stall:.0f} seconds", True)
            elif client.queue.lost > client.lost_logged and now - client.logged_at > LOG_EVERY:
                client.lost_logged, client.logged_at = client.queue.lost, now
                self._log("warning", f"{client.name} reads too slowly: {client.queue.lost} records dropped so far")
        if self._accept_again and now > self._accept_again and self._deadline is None:
            self._accept_again = 0.0
            for sock in self.sockets:
                self._poll.register(sock, selectors.EVENT_READ)

    def _close(self, client: Client, why: str, ours: bool = False) -> None:
        """ours: it did not ask for it, so that what waits is lost; who goes away leaves it."""
        if self._clients.pop(client.number, None) is None:
            return
        self._poll.unregister(client.sock)
        self._stats.lost += client.queue.lost + (client.queue.waiting if ours else 0)
        self._started -= client.started and self._started > 0
        self._forget_filters()
        # What could not be sent is lost as well.
        lost = client.queue.lost + client.queue.waiting
        told = f"; {lost} records not delivered" if lost and client.started else ""
        self._say("info", f"{client.name} closed: {why}{told}", bool(told))
        client.close()

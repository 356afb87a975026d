"""Where records come from while the screen is up: a thread for each source, and a bounded queue between them and the tables."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING

from pyargus.clients.ratop.feed_cy import Cutter
from pyargus.clients.ratop.pace import Pace
from pyargus.errors import BadInput, PyargusError
from pyargus.record.frames_cy import whole

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.network.source import RemoteSource
    from pyargus.record.reader import Source

# Bytes of records that wait for the tables. A file waits when they are full, a server's records are dropped and counted.
QUEUE = 8 << 20
# Bytes handed on at a time: small enough that a key is answered between two of them.
PIECE = 1 << 16

class Queue:
    """Pieces of records between the sources and the tables.

    size: bytes that wait; taken: bytes of the piece that was got last, until the next is asked for.
    dropped: records of servers that had no room.
    """

    def __init__(self, limit: int = QUEUE) -> None:
        self.limit = limit
        self.size = 0
        self.taken = 0
        self.dropped = 0
        self.closed = False
        self._pieces: deque[tuple[Feeder, bytes]] = deque()
        self._changed = threading.Condition()
        self._cutter = Cutter()

    def put(self, feeder: Feeder, data: bytes) -> None:
        """Add a piece; one of a file waits for room."""
        with self._changed:
            while self.size + len(data) > self.limit and self.size and not self.closed and not feeder.stopped:
                if feeder.live:
                    self.dropped += self._cutter.count(data)
                    return
                self._changed.wait(0.1)
            self._pieces.append((feeder, data))
            self.size += len(data)
            self._changed.notify_all()

    def get(self, seconds: float) -> tuple[Feeder, bytes] | None:
        """The next piece, or None if none comes in time."""
        with self._changed:
            self.taken = 0
            if not self._pieces and not self.closed:
                self._changed.wait(seconds)
            if not self._pieces:
                return None
            item = self._pieces.popleft()
            self.taken = len(item[1])
            self.size -= self.taken
            self._changed.notify_all()
            return item

    @property
    def empty(self) -> bool:
        """Whether every piece has been taken, and the one taken last is dealt with. Sizes are read in the order in which a piece moves."""
        return not self.size and not self.taken

    def wake(self) -> None:
        """Have whoever waits for a piece look up."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Wake whoever waits, for the last time."""
        with self._changed:
            self.closed = True
            self._pieces.clear()
            self.size = 0
            self._changed.notify_all()


class Feeder(ABC):
    """A source and the thread that reads it.

    live: records come as they happen; state: one word; note: what is wrong with it, in lines; news: what is to be said once.
    done: nothing more comes from it.
    begun, taken: bytes of its records before those that tables are made of, and up to the last that tables have had.
    """

    live = False

    def __init__(self, name: str, queue: Queue) -> None:
        self.name = name
        self.queue = queue
        self.state = "starting"
        self.note = ""
        self.news = ""
        self.initial = b""
        self.begun = self.taken = 0
        self.stopped = False
        self.done = False
        self._thread = threading.Thread(target=self._guarded, name=f"ratop {name}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self.stopped = True

    def join(self, seconds: float) -> None:
        """Wait for the thread's end."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _guarded(self) -> None:
        try:
            self.read()
            if not self.note:
                self.state = "done"
        except (PyargusError, OSError) as error:
            self.state, self.note = "failed", f"{error}\n{self.note}".strip()
        except Exception as error:
            # A fault of ours in a thread: it is shown, and the screen stays.
            self.state, self.note = "failed", f"{self.name}: {type(error).__name__}: {error}"
        if self.state not in ("done", "failed"):
            self.state = "done"
        self.done = True
        self.queue.wake()

    @abstractmethod
    def read(self) -> None:
        """Read until the end."""


class FileFeeder(Feeder):
    """A file of records or a capture, or standard input, read at a pace."""

    def __init__(self, name: str, queue: Queue, pace: Pace) -> None:
        super().__init__(name, queue)
        self.pace = pace
        self._cutter = Cutter()

    @property
    def streams(self) -> bool:
        """Whether it is no file, so that nobody knows when there will be something to read."""
        return not os.path.isfile(self.name.partition("::")[0])

    def read(self) -> None:
        """Hand on every record, each when the pace has come to its end. Raises BadInput where the source is damaged."""
        from pyargus.clients.inputs import open_input

        source = open_input(self.name)
        try:
            self._read(source)
        finally:
            source.close()
            self.note = "\n".join(source.notes)

    def _read(self, source: Source) -> None:
        source.start()
        self.initial = source.initial
        self.state = "reading"
        for data, offset in source.chunks():
            view = memoryview(data)
            at = 0
            while at < len(view) and not self.stopped:
                end = whole(view, at, min(at + PIECE, len(view)))
                if end == at:
                    end = whole(view, at, len(view))
                if end == at:
                    raise BadInput(self.name, offset + at, "the source ends inside a record, or holds one of length zero")
                self._hand_on(bytes(view[at:end]))
                at = end
            view.release()
            if self.stopped:
                return

    def _hand_on(self, data: bytes) -> None:
        if not self.pace.rate:
            self.queue.put(self, data)
            return
        at = 0
        while at < len(data) and not self.stopped:
            self.pace.wait(self._cutter.time(data, at), lambda: self.stopped)
            now = self.pace.now()
            end = len(data) if now is None else self._cutter.cut(data, at, int(now))
            if end > at:
                self.queue.put(self, data[at:end])
            at = end


class ServerFeeder(Feeder):
    """A server, or what sends datagrams; a connection that is lost is made again. Raises BadUse for a name that is none."""

    live = True

    def __init__(self, name: str, queue: Queue, settings: Settings, remote: str) -> None:
        from pyargus.network.addresses import parse_uri

        super().__init__(name, queue)
        self.uri = parse_uri(name, default_port=settings.server_port)
        self.settings = settings
        self.remote = remote
        self.opened = 0

    def read(self) -> None:
        """Hand on what the server sends, until the thread is to end. Raises Unreachable for datagrams that cannot be received."""
        from pyargus.network.source import Hub
        from pyargus.network.tls import TlsFiles, client_context

        files = TlsFiles(self.settings.tls_cert, self.settings.tls_key, self.settings.tls_ca)
        hub = Hub(lambda level, text: None, lambda: client_context(files))
        try:
            source = hub.add(self.uri, self.remote)
            self.state = "connecting"
            while not self.stopped and hub.alive:
                for delivery in hub.poll(0.2):
                    if delivery.initial or not self.initial:
                        self.initial = source.initial
                    if not delivery.initial:
                        self.queue.put(self, delivery.data)
                self._tell(source)
        finally:
            hub.close()

    def _tell(self, source: RemoteSource) -> None:
        """What is shown of the connection."""
        if source.error:
            left = max(0.0, source.due - time.monotonic())
            later = f"again in {left:.0f} s" if left >= 0.5 else "trying again"
            self.state, self.note = "lost", f"{source.error}; {later}"
            return
        again = source.connects > 1 and source.connects != self.opened
        self.opened = source.connects
        self.state = "reading" if source.connects else "connecting"
        self.note = ""
        if again:
            self.news = f"connected again to {self.name}"

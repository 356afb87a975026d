"""One connection of a listener: its socket, what it asked for, and what waits for it."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from pyargus.network.protocol import ServerSession
from pyargus.network.sendqueue import SendQueue

# Bytes sent to one client before the others have their turn, and buffers in one call.
TURN = 1 << 20
BUFFERS = 16
# A record of TLS.
SEALED = 1 << 14


class Gone(Exception):
    """The peer has closed or the connection is broken."""


@dataclass(slots=True)
class ClientStats:
    """What is known of a client. queued: bytes waiting; lost: records dropped because it did not read fast enough."""

    number: int
    address: str
    started: bool
    queued: int
    lost: int
    sent_bytes: int
    filter: str


class Client:
    """number: counts the listener's connections; started: it gets records; ready: the TLS handshake, if there is one, is done.

    since: when it was accepted; moved: when bytes were last sent to it, or there was nothing to send. Clocks are monotonic seconds.
    """

    def __init__(self, number: int, sock: socket.socket, address: str, queue: int, now: float, ready: bool) -> None:
        self.number = number
        self.sock = sock
        self.address = address
        self.ready = ready
        self.session = ServerSession()
        self.queue = SendQueue(queue)
        self.filter = ""
        self.compiling = False
        # it has said START, and gets records once its filter is there
        self.waits = False
        self.started = False
        self.since = self.moved = now
        self.wants_write = False
        self.sent_bytes = 0
        self._sealed = b""
        # records lost that were told of: in its status records, and in the log
        self.lost_told = 0
        self.lost_logged = 0
        self.logged_at = 0.0
        self.oddities = 0
        # set once nothing more is to be sent than what waits
        self.closing = ""

    @property
    def name(self) -> str:
        """How log lines call it."""
        return f"client {self.number} {self.address}"

    def stats(self) -> ClientStats:
        """A copy of the figures."""
        return ClientStats(self.number, self.address, self.started, self.queue.size, self.queue.lost, self.sent_bytes, self.filter)

    def handshake(self) -> bool:
        """Go on with the TLS handshake; whether it is done. Raises Gone."""
        assert isinstance(self.sock, ssl.SSLSocket)
        try:
            self.sock.do_handshake()
        except ssl.SSLWantReadError:
            self.wants_write = False
            return False
        except ssl.SSLWantWriteError:
            self.wants_write = True
            return False
        except (ssl.SSLError, OSError) as error:
            raise Gone(f"TLS handshake failed: {getattr(error, 'reason', None) or error}") from None
        self.ready = True
        return True

    def receive(self) -> bytes:
        """What has arrived, b"" for nothing. Raises Gone."""
        out = b""
        while len(out) < 1 << 16:
            try:
                data = self.sock.recv(1 << 14)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError as error:
                raise Gone(str(error.strerror or error)) from None
            if not data:
                raise Gone("closed by the client")
            out += data
            if not isinstance(self.sock, ssl.SSLSocket):
                # One arrival is one message: the peer's next command is read in the next turn.
                break
        return out

    def send(self, now: float) -> bool:
        """Send what the connection takes; whether something still waits. Raises Gone."""
        sent = 0
        try:
            if isinstance(self.sock, ssl.SSLSocket):
                while (self._sealed or self.queue) and sent < TURN:
                    sent += self._send_sealed(self.sock)
            else:
                while self.queue and sent < TURN:
                    count = self.sock.sendmsg(self.queue.buffers(BUFFERS))
                    self.queue.advance(count)
                    sent += count
        except (BlockingIOError, InterruptedError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        except OSError as error:
            raise Gone(str(error.strerror or error)) from None
        self.sent_bytes += sent
        waiting = bool(self.queue or self._sealed)
        if sent or not waiting:
            self.moved = now
        return waiting

    def _send_sealed(self, sock: ssl.SSLSocket) -> int:
        """One record of TLS. What was once handed to TLS must be handed to it again until it is through, whatever the queue drops."""
        if not self._sealed:
            self._sealed = bytes(self.queue.buffers(1)[0][:SEALED])
            self.queue.advance(len(self._sealed))
        count = sock.send(self._sealed)
        self._sealed = self._sealed[count:]
        return count

    def close(self) -> None:
        """Let go of the socket; what the peer still sends does not turn the last bytes into a reset."""
        try:
            if self.ready and not isinstance(self.sock, ssl.SSLSocket):
                self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            # It is gone already, which is what is wanted.
            self.ready = False
        self.sock.close()

"""The two ends of an argus session as state machines: bytes in, events out, no socket and no clock.

A server sends its initial management record on accepting; the client answers with text commands, and after `START: ` the server sends
records back to back. Everything from client to server is ASCII; a command ends at a NUL, a newline or the end of what arrived with it.

Source: argus 3 record format, section "Wire protocol".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from pyargus.errors import BadInput
from pyargus.network.pieces_cy import complete, fault
from pyargus.record.reader import COOKIES, INITIAL

PORT = 561
OK = b"OK"
NO = b"KO"
SYNTAX = b"SY"
TIMEOUT = b"TI"
# Error management records of one word; the server closes after them.
DENIED = b"\x83\x81\x00\x01"
FULL = b"\x83\x82\x00\x01"

# What a client may have sent without it being a command; more is a scanner or a client of something else.
MAX_GARBAGE = 1 << 14
MAX_COMMAND = 1 << 13

FAULTS = {2: "a record of length zero", 3: "a record of unknown class"}

_SASL = 0x1000


class Command(Enum):
    """What a client asks for."""

    START = b"START: "
    DONE = b"DONE: "
    FILTER = b"FILTER: "
    MODEL = b"MODEL: "
    PROJECT = b"PROJECT: "
    FILE = b"FILE: "
    UNKNOWN = b""


_KNOWN = tuple(command for command in Command if command.value)


@dataclass(slots=True)
class Request:
    """One command and the text after it."""

    command: Command
    text: str


class ServerSession:
    """What one client says. started: it is to get records; garbage: bytes that were no command; broken: there were too many of them."""

    def __init__(self) -> None:
        self.started = False
        self.garbage = 0
        self.broken = False
        self._held = b""

    def receive(self, data: bytes) -> list[Request]:
        """The commands in what arrived. A command whose name is not yet complete waits for the rest of it."""
        data = self._held + data
        self._held = b""
        requests = []
        for message in data.replace(b"\n", b"\0").replace(b"\r", b"\0").split(b"\0"):
            if not message:
                continue
            if any(command.value.startswith(message) and message != command.value for command in _KNOWN) and data.endswith(message):
                self._held = message
                continue
            requests.append(self._request(message))
        self.broken = self.garbage > MAX_GARBAGE
        return requests

    def _request(self, message: bytes) -> Request:
        for command in _KNOWN:
            if message.startswith(command.value) and len(message) <= MAX_COMMAND:
                self.started = self.started or command is Command.START
                return Request(command, message[len(command.value) :].decode("ascii", "backslashreplace"))
        self.garbage += len(message)
        return Request(Command.UNKNOWN, printable(message))


def printable(data: bytes, limit: int = 60) -> str:
    """What a peer sent, fit for a log line: escaped and cut."""
    return ascii(data[:limit])[1:] + ("..." if len(data) > limit else "")


class State(Enum):
    """Where a client's session stands."""

    GREETING = "waiting for the initial management record"
    FILTER = "waiting for the answer to the filter"
    RECORDS = "receiving records"


@dataclass(slots=True)
class ClientSession:
    """A client's end. name: the server, for messages; filter: sent to it, empty for none.

    to_send: bytes for the server, taken by the caller; initial: the initial management record once it is there; received: bytes of the
    stream so far, of which the initial record is the first 128.
    """

    name: str
    filter: str = ""
    state: State = State.GREETING
    initial: bytes = b""
    received: int = 0
    to_send: bytearray = field(default_factory=bytearray)
    _held: bytes = b""

    def receive(self, data: bytes) -> bytes:
        """Whole records that are complete now; what is not is kept. Raises BadInput for what is no stream of records."""
        self._held += data
        if self.state is State.GREETING:
            self._greeting()
        if self.state is State.FILTER:
            self._answer()
        if self.state is State.RECORDS:
            return self._records()
        return b""

    @property
    def partial(self) -> int:
        """Bytes held of a record that is not complete."""
        return len(self._held) if self.state is State.RECORDS else 0

    def _greeting(self) -> None:
        held = self._held
        if held[:4] in (FULL, DENIED):
            what = "it has no room for another client" if held[:4] == FULL else "access denied"
            raise BadInput(self.name, None, f"the server refuses: {what}")
        if len(held) >= 12 and held[8:12] not in COOKIES:
            raise BadInput(self.name, 0, "no management record of argus 3 at the start: this is no argus server")
        if len(held) < INITIAL:
            return
        if int.from_bytes(held[4:8], "big") & _SASL:
            raise BadInput(self.name, 4, "the server demands authentication by SASL, which is not supported; use TLS")
        self.initial = held[:INITIAL]
        self._held = held[INITIAL:]
        self.received = INITIAL
        if self.filter:
            # Management records are always wanted.
            self.to_send += Command.FILTER.value + f"man or ({self.filter})".encode()
            self.state = State.FILTER
        else:
            self._start()

    def _answer(self) -> None:
        answer = self._held[:2]
        if len(answer) < 2:
            return
        if answer == SYNTAX:
            raise BadInput(self.name, None, f"the server does not understand the filter: {self.filter}")
        if answer != OK:
            raise BadInput(self.name, None, f"the server did not take the filter: {printable(answer)}")
        self._held = self._held[2:]
        self._start()

    def _start(self) -> None:
        self.to_send += Command.START.value
        self.state = State.RECORDS

    def _records(self) -> bytes:
        held = self._held
        view = memoryview(held)
        end = complete(view)
        data, self._held = held[:end], held[end:]
        self.received += end
        if not end and (reason := fault(view)):
            raise BadInput(self.name, self.received, FAULTS[reason])
        return data

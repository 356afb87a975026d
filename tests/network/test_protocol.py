"""The wire protocol without a wire. Byte sequences are those of logged sessions with the reference programs."""

import pytest

from pyargus.errors import BadInput
from pyargus.network.protocol import DENIED, FULL, MAX_GARBAGE, ClientSession, Command, ServerSession, State
from tests.network.craft import INITIAL, STATUS, flows, records


def commands(*arrivals: bytes) -> list[tuple[Command, str]]:
    session = ServerSession()
    return [(request.command, request.text) for data in arrivals for request in session.receive(data)]


def test_the_commands_of_a_reader() -> None:
    assert commands(bytes.fromhex("46494c5445523a206d616e206f72202875647020616e6420706f7274203931303129"), b"START: ", b"DONE: ") == [
        (Command.FILTER, "man or (udp and port 9101)"),
        (Command.START, ""),
        (Command.DONE, ""),
    ]


def test_start_with_text_behind_it() -> None:
    assert commands(b"START: user='root',cmd='ra[8425]'") == [(Command.START, "user='root',cmd='ra[8425]'")]


@pytest.mark.parametrize("end", [b"\0", b"\n", b"\r\n"])
def test_several_commands_in_one_arrival(end: bytes) -> None:
    assert [command for command, _ in commands(b"FILTER: tcp" + end + b"START: " + end)] == [Command.FILTER, Command.START]


def test_a_command_in_pieces() -> None:
    assert commands(b"STA", b"RT", b": ") == [(Command.START, "")]


@pytest.mark.parametrize("text", [b"START", b"START:", b"start: ", b"GET / HTTP/1.0", b"\xff\xfe\x80"])
def test_what_is_no_command_starts_nothing(text: bytes) -> None:
    session = ServerSession()
    session.receive(text + b"\0")
    session.receive(b"x")
    assert not session.started


def test_garbage_has_an_end() -> None:
    session = ServerSession()
    session.receive(b"\x80" * MAX_GARBAGE)
    assert not session.broken
    session.receive(b"\x80")
    assert session.broken


def test_an_endless_filter_is_garbage() -> None:
    session = ServerSession()
    assert [request.command for request in session.receive(b"FILTER: " + b"(" * 20000)] == [Command.UNKNOWN]
    assert session.broken


def test_a_session_without_a_filter() -> None:
    session = ClientSession("here")
    assert session.receive(INITIAL[:100]) == b""
    assert not session.to_send
    assert session.receive(INITIAL[100:] + flows()[:500]) == b"".join(records_within(flows()[:500]))
    assert bytes(session.to_send) == b"START: "
    assert session.initial == INITIAL


def records_within(data: bytes) -> list[bytes]:
    out, at = [], 0
    while at + 4 <= len(data) and at + 4 * int.from_bytes(data[at + 2 : at + 4], "big") <= len(data):
        size = 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        out.append(data[at : at + size])
        at += size
    return out


def test_a_session_with_a_filter_waits_for_the_answer() -> None:
    session = ClientSession("here", "udp and port 9101")
    session.receive(INITIAL)
    assert bytes(session.to_send) == b"FILTER: man or (udp and port 9101)"
    session.to_send.clear()
    session.receive(b"O")
    assert not session.to_send
    session.receive(b"K")
    assert bytes(session.to_send) == b"START: "
    assert session.state is State.RECORDS


@pytest.mark.parametrize("size", [1, 3, 7, 128, 1000])
def test_records_in_any_pieces(size: int) -> None:
    data = INITIAL + flows() + STATUS
    session = ClientSession("here")
    out = b"".join(session.receive(data[at : at + size]) for at in range(0, len(data), size))
    assert out == flows() + STATUS
    assert session.received == len(data)
    assert session.partial == 0


@pytest.mark.parametrize(
    ("greeting", "filter_", "answer", "says"),
    [
        (FULL, "", b"", "no room"),
        (DENIED, "", b"", "access denied"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", "", b"", "no argus server"),
        (INITIAL[:4] + b"\0\0\x10\0" + INITIAL[8:], "", b"", "SASL"),
        (INITIAL, "tcp", b"SY", "does not understand the filter: tcp"),
        (INITIAL, "tcp", b"TI", "did not take the filter"),
        (INITIAL, "", b"\x13\x10\0\0", "length zero"),
        (INITIAL, "", b"\x00\x10\0\x01", "unknown class"),
    ],
)
def test_servers_that_cannot_be_read(greeting: bytes, filter_: str, answer: bytes, says: str) -> None:
    session = ClientSession("here", filter_)
    with pytest.raises(BadInput, match=says):
        session.receive(greeting + answer)


def test_what_comes_before_damage_is_delivered() -> None:
    session = ClientSession("here")
    good = flows()
    assert session.receive(INITIAL + good + b"\x13\x10\0\0" + good) == good
    with pytest.raises(BadInput, match=f"byte {128 + len(good)}: a record of length zero"):
        session.receive(b"")
    assert len(records(good)) > 50

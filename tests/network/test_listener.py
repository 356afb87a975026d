"""The listener on loopback: sessions, filters, bounds, faults. Clients that do not behave cost the others nothing."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pyargus.errors import Unreachable
from pyargus.network import compiler as compiler_module
from pyargus.network import listener as listener_module
from pyargus.network.addresses import parse_networks
from pyargus.network.listener import Limits
from pyargus.network.ports import is_open, open_sockets
from pyargus.network.protocol import DENIED, FULL
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.selector_cy import Selector
from tests.network.craft import INITIAL, STATUS, Peer, Served, eventually, flows, numbered, records


def test_a_session() -> None:
    with Served() as served:
        early = Peer(served.port)
        served.listener.publish(flows())
        with served.client() as peer:
            assert peer.initial == INITIAL
            served.listener.publish(flows())
            served.listener.publish_status(STATUS)
            assert peer.read(len(flows()) + 128) == flows() + STATUS
            peer.say(b"DONE: ")
            assert peer.rest() == b""
        served.logged("sent DONE")
        early.close()
        served.logged("closed by the client")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_both_families(address: str) -> None:
    with Served([address]) as served, served.client(host=address) as peer:
        served.listener.publish(flows())
        assert peer.read(len(flows())) == flows()


def test_several_addresses_have_one_port() -> None:
    with Served(["127.0.0.1", "::1"]) as served:
        assert len({sock.getsockname()[1] for sock in served.listener.sockets}) == 1
        with served.client(host="::1") as one, served.client() as two:
            served.listener.publish(flows())
            assert one.read(len(flows())) == two.read(len(flows())) == flows()


def selected(text: str) -> bytes:
    """The records that pass a filter."""
    return bytes(Selector(Filter(compile_filter(text))).select(flows()))


def test_a_filter_selects() -> None:
    wanted = selected("udp")
    assert 0 < len(wanted) < len(flows())
    with Served() as served, served.client(b"FILTER: man or (udp)") as peer, served.client(b"FILTER: udp") as other:
        served.listener.publish(flows())
        served.listener.publish_status(STATUS)
        served.listener.publish(flows())
        assert peer.read(2 * len(wanted) + 128) == wanted + STATUS + wanted
        assert other.read(2 * len(wanted)) == wanted + wanted


def test_a_filter_in_the_stream_and_its_answer() -> None:
    with Served() as served, served.client() as peer:
        peer.say(b"FILTER: icmp and udp")
        assert peer.read(2) == b"OK"
        served.listener.publish(flows())
        peer.say(b"FILTER: ")
        assert peer.read(2) == b"OK"
        served.listener.publish_status(STATUS)
        assert peer.read(128) == STATUS


def test_who_says_start_before_the_answer_gets_only_what_passes() -> None:
    with Served() as served, Peer(served.port) as peer:
        stop = threading.Event()
        thread = threading.Thread(target=lambda: [served.listener.publish(flows()) or time.sleep(0.001) for _ in iter(stop.is_set, True)])
        thread.start()
        try:
            peer.say(b"FILTER: udp and host 10.1.0.11\0START: \0")
            assert peer.read(2) == b"OK"
            got = peer.read(20_000)
        finally:
            stop.set()
            thread.join()
    assert got == (selected("udp and host 10.1.0.11") * 50)[: len(got)]


def test_running_out_of_descriptors_is_survived() -> None:
    """In a process of its own, which may open few."""
    program = """
import resource, sys, time
from tests.network.craft import Served, flows
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
with Served() as served:
    print(served.port, flush=True)
    for line in sys.stdin:
        if line == "publish\\n":
            served.listener.publish(flows())
        print(served.listener.clients, *served.lines[-1:], flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        port = int(process.stdout.readline())

        def ask(word: str = "") -> str:
            process.stdin.write(f"{word}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            return process.stdout.readline()  # type: ignore[union-attr]

        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
        eventually(lambda: "there are too many of those" in ask() or "cannot accept" in ask())
        for sock in held:
            sock.close()
        with Peer(port) as peer:
            peer.say(b"START: ")
            eventually(lambda: ask().startswith("1 "))
            ask("publish")
            assert peer.read(len(flows())) == flows()
        process.stdin.close()
        assert process.wait(20) == 0


def test_names_in_filters_keep_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that nobody answers for: who has none, or others, is served meanwhile; names nobody waits for any more are not asked for."""
    answer, asked = threading.Event(), []
    original = socket.getaddrinfo

    def slow(host: str, *more: object, **named: object) -> object:
        asked.append(host)
        if host == "slow.example":
            answer.wait(60)
            return original("127.0.0.9", *more, **named)  # type: ignore[arg-type]
        return original("127.0.0.1" if host == "quick.example" else host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    monkeypatch.setattr(compiler_module, "LOOKUPS", 2)
    with Served(limits=Limits(start=300.0)) as served, contextlib.ExitStack() as stack:
        first = stack.enter_context(Peer(served.port))
        first.say(b"FILTER: host slow.example\0START: ")
        eventually(lambda: "slow.example" in asked)
        stack.enter_context(served.client(b"FILTER: udp"))
        stack.enter_context(served.client(b"FILTER: host quick.example"))
        # With as many as are looked up at the same time, the next has to wait, and one that has gone is forgotten.
        second, gone = stack.enter_context(Peer(served.port)), Peer(served.port)
        second.say(b"FILTER: host slow.example")
        eventually(lambda: asked.count("slow.example") == 2)
        gone.say(b"FILTER: host gone.example")
        served.client(b"FILTER: tcp").close()
        gone.close()
        served.logged("closed by the client")
        eventually(lambda: len(served.listener.stats().clients) == 4)
        answer.set()
        assert first.read(2) == second.read(2) == b"OK"
        stack.enter_context(served.client(b"FILTER: host quick.example"))
        assert "gone.example" not in asked
        served.logged("gets records that pass 'host slow.example'")


@pytest.mark.parametrize("text", [b"tcp and", b"no-such-word 3", b"(" * 5000, b"\xff\xfe"])
def test_a_wrong_filter_ends_the_session(text: bytes) -> None:
    with Served() as served, Peer(served.port) as peer:
        peer.say(b"FILTER: " + text)
        assert peer.rest() == b"SY"


def test_files_are_refused() -> None:
    with Served() as served, Peer(served.port) as peer:
        peer.say(b"FILE: /etc/passwd")
        assert peer.read(2) == b"KO"
        served.logged("/etc/passwd")
        peer.say(b"MODEL: x\0PROJECT: y\0START: ")
        eventually(lambda: served.listener.clients == 1)
        served.listener.publish(STATUS)
        assert peer.read(128) == STATUS


def turned_away(port: int, host: str = "127.0.0.1") -> bytes:
    """All that a client is told."""
    with Peer(port, host=host, greet=False) as peer:
        return peer.rest()


def test_too_many_clients() -> None:
    with Served(limits=Limits(clients=2)) as served, served.client(), served.client():
        assert turned_away(served.port) == FULL
        assert served.listener.stats().refused == 1


def test_networks() -> None:
    with Served(networks=parse_networks(["192.0.2.0/24", "2001:db8::/32"])) as served:
        assert turned_away(served.port) == DENIED
        served.logged("not in the list")
    with Served(["127.0.0.1", "::1"], networks=parse_networks(["192.0.2.0/24,127.0.0.0/8"])) as served:
        served.client().close()
        assert turned_away(served.port, "::1") == DENIED


def test_who_never_starts_is_closed() -> None:
    with Served(limits=Limits(start=0.2)) as served, Peer(served.port) as peer:
        assert peer.rest() == b""
        served.logged("never started: timed out")


def test_a_busy_port_is_said() -> None:
    with Served() as served, pytest.raises(Unreachable, match=r"cannot listen on 127\.0\.0\.1:"):
        open_sockets(["127.0.0.1"], served.port)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root, to give it up")
def test_a_port_that_needs_a_capability_names_it() -> None:
    start = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if start.exists() and int(start.read_text()) <= 561:
        pytest.skip("every port is open to everybody here")
    program = "from pyargus.clients.daemon import give_up_privileges; from pyargus.network.ports import open_sockets; "
    program += "give_up_privileges('', 'nobody', 'nogroup'); open_sockets(['127.0.0.1'], 561)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert "cannot listen on 127.0.0.1:561: Permission denied: a port below 1024 needs root or the capability CAP_NET_BIND" in done.stderr


def test_open_to_others() -> None:
    here = open_sockets(["127.0.0.1", "::1"], 0)
    everywhere = open_sockets([], 0)
    try:
        assert not is_open(here)
        assert is_open(everywhere)
    finally:
        for sock in here + everywhere:
            sock.close()


def read_all(peer: Peer, into: list[bytes]) -> threading.Thread:
    """Read a client to its end in the background."""
    thread = threading.Thread(target=lambda: into.append(peer.rest()))
    thread.start()
    return thread


def sent(served: Served, count: int) -> None:
    """Wait until every client but the first was sent so many bytes."""
    eventually(lambda: all(client.sent_bytes == count for client in served.listener.stats().clients[1:]))


def test_ninety_nine_of_a_hundred_get_everything() -> None:
    """One client never reads: its queue loses, it is told how much, and nobody else is the worse for it."""
    made = numbered(4000)
    with Served(limits=Limits(queue=1 << 20)) as served:
        stuck = served.client(buffer=4096)
        peers = [served.client() for _ in range(99)]
        outputs: list[list[bytes]] = [[] for _ in peers]
        threads = [read_all(peer, output) for peer, output in zip(peers, outputs, strict=True)]
        worst = 0.0
        for at in range(0, len(made), 100):
            before = time.perf_counter()
            served.listener.publish(b"".join(made[at : at + 100]))
            worst = max(worst, time.perf_counter() - before)
            sent(served, 128 + 1024 * (at + 100))
        served.listener.publish_status(STATUS)
        sent(served, 128 + 1024 * len(made) + 128)
        lost = served.listener.stats().clients[0].lost
        reader: list[bytes] = []
        threads.append(read_all(stuck, reader))
        eventually(lambda: served.listener.stats().clients[0].queued == 0)
        served.listener.close()
        served.logged("reads too slowly")
        served.logged(f"{lost} records not delivered")
        for thread in threads:
            thread.join(10)
        for peer in (stuck, *peers):
            peer.close()
    # Nobody waits for the one that does not read, however busy the machine is.
    assert worst < 5
    assert [output[0] == b"".join(made) + STATUS for output in outputs] == [True] * 99
    got = records(reader[0])
    told = got.pop()
    numbers = [int.from_bytes(record[4:8], "big") for record in got]
    assert 0 < lost == 4000 - len(numbers)
    assert numbers == sorted(set(numbers)) and numbers[-1] == 3999
    assert int.from_bytes(told[84:88], "big") == lost
    assert told[:84] == STATUS[:84]


def test_scanners_and_half_open_connections() -> None:
    """A thousand connections that say nothing or rubbish; a client in their midst is served."""
    with Served(limits=Limits(start=300.0)) as served:
        begin = time.monotonic()
        good = served.client()
        held = []
        for n in range(1000):
            sock = socket.create_connection(("127.0.0.1", served.port), timeout=10)
            if n % 3 == 1:
                sock.sendall(bytes([n & 0xFF]) * 300)
            elif n % 3 == 2:
                sock.close()
                continue
            held.append(sock)
            if len(held) > 300:
                held.pop(0).close()
        with served.client() as late:
            served.listener.publish(flows())
            assert good.read(len(flows())) == late.read(len(flows())) == flows()
        # Those beyond the limit were closed for it, oldest first.
        assert len(served.listener.stats().clients) <= 1 + 1 + Limits().pending
        assert len(served.lines) <= (listener_module.SAY_MOST + 1) * (time.monotonic() - begin + 2)
        for sock in held:
            sock.close()
        good.close()


def test_clients_that_vanish_in_mid_record() -> None:
    with Served() as served:
        stay = served.client()
        for _ in range(20):
            gone = served.client(buffer=4096)
            served.listener.publish(flows())
            gone.read(100)
            gone.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            gone.close()
            eventually(lambda: served.listener.clients == 1)
        assert stay.read(20 * len(flows())) == 20 * flows()
        stay.close()


def test_half_close_ends_the_session() -> None:
    with Served() as served, served.client() as peer:
        peer.sock.shutdown(socket.SHUT_WR)
        assert peer.rest() == b""
        eventually(lambda: served.listener.clients == 0)


def test_close_delivers_what_waits() -> None:
    with Served() as served, served.client(buffer=4096) as peer:
        for _ in range(50):
            served.listener.publish(flows())
        output: list[bytes] = []
        thread = read_all(peer, output)
        served.listener.close(10.0)
        thread.join(10)
        assert output == [50 * flows()]


def test_a_client_that_takes_nothing_is_closed() -> None:
    """What waits for it then is counted as lost, besides what its queue has dropped: nothing is missing in the account."""
    made = b"".join(numbered(40_000))
    with Served(limits=Limits(stall=0.3)) as served, served.client(buffer=4096) as peer:
        served.listener.publish(made)
        served.logged("takes nothing since")
        assert served.listener.clients == 0
        got = len(peer.rest())
        # Of a piece of 64 KiB that was sent in part all records count.
        assert 0 <= got + 1024 * served.listener.stats().lost - len(made) <= 1 << 16


def test_the_inbox_is_bounded() -> None:
    """Even while the thread does not come to take anything."""
    served = Served(limits=Limits(inbox=1 << 20))
    with served:
        peer = served.client()
        stop = threading.Event()
        original = served.listener._log
        held = threading.Event()
        served.listener._log = lambda level, text: held.set() or stop.wait(60)  # type: ignore[assignment,func-returns-value]
        other = Peer(served.port, greet=False)
        assert held.wait(60)
        for n in range(20):
            served.listener.publish(b"".join(numbered(100)) if n else STATUS)
        assert served.listener._inbox_size <= 1 << 20
        served.listener._log = original
        stop.set()
        eventually(lambda: served.listener.stats().clients[0].lost)
        assert served.listener.stats().lost >= 900
        peer.close()
        other.close()


def test_a_producer_that_waits_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a relay that reads files does, here many times what a slow reader's queue holds. Who does not read at all is not waited for."""
    monkeypatch.setattr(listener_module, "STUCK", 1.0)
    made = [b"".join(numbered(200)) for _ in range(60)]
    with Served(limits=Limits(queue=1 << 20)) as served, served.client() as peer:
        stuck = served.client(buffer=4096)
        output: list[bytes] = []
        thread = threading.Thread(target=lambda: output.append(b"".join(slowly(peer, sum(map(len, made))))))
        thread.start()
        for data in made:
            served.listener.wait_for_room(20.0)
            served.listener.publish(data)
        thread.join(30)
        assert served.listener.stats().clients[1].lost > 0
        stuck.close()
    assert output == [b"".join(made)]


def slowly(peer: Peer, count: int) -> list[bytes]:
    """So many bytes, read with pauses."""
    out: list[bytes] = []
    size = 0
    while size < count:
        out.append(peer.sock.recv(1 << 16))
        size += len(out[-1])
        time.sleep(0.002)
    return out

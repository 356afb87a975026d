"""Live capture: both ways hand out what was sent, whatever happens to the interface."""

import importlib.util
import random
import shutil
import socket
import struct
import subprocess
import sys
import time
from array import array

import pytest

from pyargus.capture import interfaces
from pyargus.capture.batch import Batch, Slots
from pyargus.capture.interleave import Interleaver
from pyargus.capture.live import PCAP, RING, LiveCapture, open_live
from pyargus.capture.ring import BLOCK, Ring
from pyargus.errors import BadUse, Unreachable
from tests.capture.craft import ring_block
from tests.flow.craft import A, B, Packet, batch, datagram
from tests.flow.noise import frame
from tests.kernels import load_compiled, load_interpreted
from tests.namespace import Wire, run, tagged, until, why_not, wire

__all__ = ["wire"]

NO_PCAPY = pytest.mark.skipif(importlib.util.find_spec("pcapy") is None, reason="pcapy-ng is not installed")
KINDS = [RING, pytest.param(PCAP, marks=NO_PCAPY)]
Seen = tuple[bytes, int]


def taken(capture: LiveCapture, number: int, seconds: float = 3.0) -> list[Seen]:
    """What a capture hands out, at least so many packets or until the time is over: captured bytes and wire length. Times must rise."""
    found: list[Seen] = []
    last = 0

    def more() -> bool:
        nonlocal last
        for piece in capture.batches():
            for i in range(piece.count):
                assert piece.ts[i] >= last
                last = piece.ts[i]
                found.append((bytes(piece.buf[piece.offset[i] : piece.offset[i] + piece.caplen[i]]), piece.wirelen[i]))
        return len(found) >= number

    until(more, seconds)
    if found:
        assert abs(last / 1e9 - time.time()) < 10
    return found


def mixture(number: int, seed: int) -> list[bytes]:
    """Frames of every kind and size, a third of them with a tag."""
    draw = random.Random(seed)
    out = []
    while len(out) < number:
        data = frame(draw, 1)[:8900].ljust(60, b"\0")
        # What is addressed to a MAC address of the kernel's own would be answered.
        data = b"\x02\xaa" + data[2:]
        if draw.random() < 0.3:
            data = tagged(data, draw.randrange(1, 1 << 16), draw.choice((0x8100, 0x88A8)))
        out.append(data)
    return out


# ---- on a wire


@pytest.mark.parametrize("how", KINDS)
@pytest.mark.parametrize("snaplen", [64, 65535])
def test_what_is_sent_is_handed_out(wire: Wire, how: str, snaplen: int) -> None:
    frames = mixture(3000, 1)
    capture = open_live(wire.far, snaplen=snaplen, how=how)
    wire.send(frames)
    found = taken(capture, len(frames))
    assert capture.linktype == 1
    assert found == [(data[:snaplen], len(data)) for data in frames]
    assert capture.statistics() == (len(frames), 0)
    capture.close()


@pytest.mark.parametrize("how", KINDS)
def test_the_kernel_filters(wire: Wire, how: str) -> None:
    pytest.importorskip("pcapy")
    capture = open_live(wire.far, snaplen=200, how=how, expression="udp dst port 2")
    wire.send([datagram(0, A, 1, B, port).data for port in (1, 2, 3, 2)])
    assert [struct.unpack_from("!H", data, 36)[0] for data, _ in taken(capture, 2)] == [2, 2]
    assert capture.statistics()[0] == 2
    capture.close()
    with pytest.raises(BadUse, match="packet filter 'tcp and and'"):
        open_live(wire.far, snaplen=200, how=how, expression="tcp and and")


def test_a_filter_for_tags_is_left_to_libpcap(wire: Wire) -> None:
    pytest.importorskip("pcapy")
    capture = open_live(wire.far, snaplen=200, expression="vlan 7")
    assert capture.kind == PCAP
    plain = datagram(0, A, 1, B, 2).data
    wire.send([plain, tagged(plain, 6), tagged(plain, 7)])
    assert taken(capture, 1) == [(tagged(plain, 7), len(plain) + 4)]
    capture.close()
    with pytest.raises(BadUse, match="--capture pcap"):
        open_live(wire.far, snaplen=200, how=RING, expression="vlan 7")


@pytest.mark.parametrize("how", KINDS)
def test_the_loopback_interface_shows_each_packet_once(wire: Wire, how: str) -> None:
    capture = open_live("lo", snaplen=100, how=how)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))
    # The datagram, and the answer that nobody is there.
    found = taken(capture, 3, 0.5)
    assert [data[23] for data, _ in found] == [17, 1]
    capture.close()


@pytest.mark.parametrize("how", KINDS)
def test_an_interface_that_goes_down_and_up(wire: Wire, how: str) -> None:
    capture = open_live(wire.far, snaplen=200, how=how)
    data = datagram(0, A, 1, B, 2).data
    wire.send([data])
    assert len(taken(capture, 1)) == 1
    run("ip", "link", "set", wire.far, "down")
    assert not interfaces.is_up(wire.far)
    assert taken(capture, 1, 0.2) == []
    capture.check()
    run("ip", "link", "set", wire.far, "up")
    assert until(lambda: interfaces.is_up(wire.far))
    wire.send([data, data])
    assert len(taken(capture, 2)) == 2
    run("ip", "link", "del", wire.far)
    assert interfaces.flags(wire.far) is None
    with pytest.raises(Unreachable, match=f"{wire.far}: the interface was removed"):
        capture.check()
    with pytest.raises(Unreachable, match="removed"):
        list(capture.batches())
    capture.close()


@pytest.mark.parametrize("how", KINDS)
def test_packets_that_find_no_room_are_counted(wire: Wire, how: str) -> None:
    sent = 9000
    capture = open_live(wire.far, snaplen=2000, how=how, size=4 << 20)
    wire.send([datagram(0, A, 1, B, 2, 1400).data] * sent)
    found = taken(capture, sent, 0.5)
    received, drops = capture.statistics()
    assert 0 < len(found) < sent
    # libpcap leaves those that were dropped out of what was received, or not, as its version has it.
    assert len(found) + drops == sent
    assert received in (sent, len(found))
    assert capture.statistics() == (received, drops)
    capture.close()


@pytest.mark.parametrize("how", KINDS)
def test_promiscuous_or_not(wire: Wire, how: str) -> None:
    def promiscuous() -> bool:
        return "promiscuity 1" in run("ip", "-d", "link", "show", wire.far)

    capture = open_live(wire.far, snaplen=100, how=how)
    assert promiscuous()
    capture.close()
    capture = open_live(wire.far, snaplen=100, how=how, promiscuous=False)
    assert not promiscuous()
    capture.close()


@pytest.mark.parametrize("how", KINDS)
def test_an_interface_that_is_not_there(wire: Wire, how: str) -> None:
    with pytest.raises(Unreachable, match="no-such: no such interface"):
        open_live("no-such", snaplen=100, how=how)


@pytest.mark.parametrize("how", KINDS)
def test_the_missing_capability_is_named(how: str) -> None:
    if (reason := why_not()) or shutil.which("setpriv") is None:
        pytest.skip(reason or "needs setpriv(1)")
    code = f"from pyargus.capture.live import open_live\nopen_live('lo', snaplen=100, how={how!r})"
    command = ["setpriv", "--bounding-set=-net_raw", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "Unreachable: lo: capturing needs the capability CAP_NET_RAW" in done.stderr


def test_the_first_interface_is_that_of_tcpdump(wire: Wire) -> None:
    if shutil.which("tcpdump") is None:
        pytest.skip("tcpdump is not installed")
    assert run("tcpdump", "-D").split()[0] == f"1.{interfaces.names()[0]}"
    assert interfaces.names()[-1] == "lo"
    for device in (wire.near, wire.far):
        run("ip", "link", "set", device, "down")
    shown = [line.split()[0].partition(".")[2] for line in run("tcpdump", "-D").splitlines()]
    assert [name for name in shown if name in interfaces.names()] == interfaces.names() == ["lo", wire.far, wire.near]


def test_networks_and_drops_of_interfaces(wire: Wire) -> None:
    assert interfaces.network("lo") == (0x7F000000, 0xFF000000)
    assert interfaces.network(wire.near) == (0, 0)
    run("ip", "addr", "add", "192.0.2.77/26", "dev", wire.near)
    assert interfaces.network(wire.near) == (0xC0000240, 0xFFFFFFC0)
    assert interfaces.dropped(wire.near) == 0
    assert interfaces.dropped("no-such") == 0


def test_links_that_only_libpcap_knows(wire: Wire) -> None:
    pytest.importorskip("pcapy")
    command = ["ip", "link", "add", "tun9", "type", "gre", "local", "127.0.0.1", "remote", "127.0.0.2"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this kernel has no GRE")
    run("ip", "link", "set", "tun9", "up")
    capture = open_live("tun9", snaplen=100)
    assert capture.kind == PCAP
    capture.close()
    with pytest.raises(BadUse, match="use --capture pcap"):
        open_live("tun9", snaplen=100, how=RING)


# ---- the kernel of the ring, on memory that is made


@pytest.mark.parametrize("build", ["compiled", "interpreted"])
@pytest.mark.parametrize(("ethernet", "incoming"), [(True, False), (True, True), (False, False)])
def test_a_block_is_walked_in_pieces(build: str, ethernet: bool, incoming: bool) -> None:
    module = load_interpreted("pyargus.capture.live_cy") if build == "interpreted" else load_compiled("pyargus.capture.live_cy")
    if module is None:
        pytest.skip("not compiled")
    draw = random.Random(4)
    content = []
    for number in range(100):
        data = draw.randbytes(draw.randrange(0, 90))
        status, tag, kind = draw.choice([(1, 0, 0), (0x11, 0, 0), (0x51, 0x2005, 0x88A8), (0x11, 5, 0), (1, 9, 0), (0x51, 0, 0x8100)])
        content.append((2**32 - 1 - number, 10**9 - 1, data, 4_000_000_000 + number, status, tag, kind))
    expected = []
    for number, (seconds, fraction, data, wirelen, status, tag, kind) in enumerate(content):
        if incoming and number % 5 == 4:
            continue
        if ethernet and len(data) >= 12 and (status & 0x10 or tag):
            data, wirelen = tagged(data, tag, kind or 0x8100), wirelen + 4
        expected.append((seconds * 10**9 + fraction, data[:70], wirelen))
    memory, left = ring_block(content)
    view = memoryview(memory)
    slots = Slots(7)
    at = 64
    found = []
    while left:
        count, at, left = module.walk(
            view, view.cast("I"), view.cast("H"), at, left, 70, ethernet, incoming,
            memoryview(slots.ts), memoryview(slots.offset), memoryview(slots.caplen), memoryview(slots.wirelen),
        )  # fmt: skip
        for i in range(count):
            found.append((slots.ts[i], bytes(view[slots.offset[i] : slots.offset[i] + slots.caplen[i]]), slots.wirelen[i]))
    assert found == expected


@pytest.mark.parametrize("build", ["compiled", "interpreted"])
def test_what_pcapy_hands_out_is_unpacked(build: str) -> None:
    module = load_interpreted("pyargus.capture.live_cy") if build == "interpreted" else load_compiled("pyargus.capture.live_cy")
    if module is None:
        pytest.skip("not compiled")
    meta = array("I", [2**32 - 1, 999_999, 0, 60, 5, 0, 60, 3_000_000_000, 6, 1, 90, 10])
    slots = Slots(2)
    views = [memoryview(part) for part in (slots.ts, slots.offset, slots.caplen, slots.wirelen)]
    count = module.unpack(memoryview(meta), 64, *views)
    assert count == 2
    assert list(slots.ts) == [(2**32 - 1) * 10**9 + 999_999_000, 5 * 10**9]
    assert (list(slots.offset), list(slots.caplen), list(slots.wirelen)) == ([0, 60], [60, 64], [60, 3_000_000_000])


# ---- several interfaces as one


@pytest.mark.parametrize("seed", range(5))
def test_packets_of_several_sources_are_put_in_order(seed: int) -> None:
    draw = random.Random(seed)
    packets = [Packet(1_000_000 + draw.randrange(5000), draw.randbytes(draw.randrange(0, 40)), 100 + number) for number in range(300)]
    packets.sort(key=lambda packet: packet.at)
    sources: list[list[Packet]] = [[], [], []]
    for packet in packets:
        draw.choice(sources).append(packet)
    joined = Interleaver(1)
    found: list[tuple[int, bytes]] = []

    def release(horizon: int) -> None:
        piece, first, last = joined.until(horizon)
        for i in range(first, last):
            assert piece.wirelen[i] >= 100
            found.append((piece.ts[i], bytes(piece.buf[piece.offset[i] : piece.offset[i] + piece.caplen[i]])))

    for horizon in (*range(1_001_000, 1_005_000, 500), 2_000_000):
        for source in sources:
            ready = [packet for packet in source if packet.at < horizon]
            del source[: len(ready)]
            if ready:
                joined.add(batch(ready))
        release(horizon * 1000)
        assert not found or found[-1][0] < horizon * 1000
    assert joined.waiting == 0
    assert sorted(found) == sorted((packet.at * 1000, packet.data) for packet in packets)
    assert [ts for ts, _ in found] == sorted(ts for ts, _ in found)


@pytest.mark.parametrize("name", ["merge", "before"])
def test_interleaving_is_the_same_in_both_builds(name: str) -> None:
    compiled, interpreted = load_compiled("pyargus.capture.interleave_cy"), load_interpreted("pyargus.capture.interleave_cy")
    if compiled is None:
        pytest.skip("not compiled")
    one = batch([Packet(at, bytes([at]) * at) for at in (1, 3, 5, 5, 200)])
    two = batch([Packet(at, bytes([at]) * at) for at in (2, 3, 4, 250)])
    results = []
    for module in (compiled, interpreted):
        if name == "before":
            results.append([module.before(memoryview(one.ts), 0, 5, horizon) for horizon in (0, 1000, 1001, 5000, 5001, 10**9)])
            continue
        out = Batch(1, 9, memoryview(bytearray(600)), array("q", [0] * 9), array("q", [0] * 9), array("I", [0] * 9), array("I", [0] * 9))
        views = [
            view
            for piece, ends in ((one, (0, 5)), (two, (1, 4)), (out, ()))
            for view in (piece.buf, *map(memoryview, (piece.ts, piece.offset, piece.caplen, piece.wirelen)), *ends)
        ]
        results.append([module.merge(*views), bytes(out.buf), list(out.ts), list(out.offset), list(out.caplen), list(out.wirelen)])
    assert results[0] == results[1]
    assert results[0] == [0, 0, 1, 2, 4, 5] or results[0][2][:8] == [1000, 3000, 3000, 4000, 5000, 5000, 200_000, 250_000]


def test_a_ring_of_the_size_that_was_asked_for(wire: Wire) -> None:
    ring = Ring(wire.far, 100, True, None, 6 * BLOCK)
    assert ring.size == 6 * BLOCK
    ring.close()

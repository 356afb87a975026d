"""The sensor on an interface: what it makes of packets, where that goes, signals, and what goes wrong."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from pyargus.capture.generate import generate
from pyargus.capture.reader import open_capture
from pyargus.clients.sensor_live import sources
from pyargus.clients.sensor_settings import from_argv
from tests.capture.craft import pcap
from tests.clients.live import (
    COMMAND,
    Reader,
    alive,
    datagrams,
    in_file,
    management,
    marks,
    packets_in,
    sensor,
    squeezed,
    timeless,
)
from tests.flow.craft import SHUTDOWN, Packet, split
from tests.namespace import Wire, run, until, wire
from tests.network.craft import free_port

__all__ = ["wire"]

START, STATUS, STOP = 0x10, 0x20, 0x30


def traffic(tmp_path: Path) -> list[Packet]:
    """Packets of every kind that a network has."""
    source = tmp_path / "source.pcap"
    source.write_bytes(generate())
    packets = []
    with open_capture(str(source)) as capture:
        for batch in capture:
            for i in range(batch.count):
                start = batch.offset[i]
                packets.append(Packet(batch.ts[i] // 1000, bytes(batch.buf[start : start + batch.caplen[i]]), batch.wirelen[i]))
    return packets


@pytest.mark.parametrize("how", ["ring", "pcap"])
@pytest.mark.parametrize("options", [(), ("-A", "-m", "-Z", "-U", "32")], ids=["plain", "all"])
def test_live_is_what_a_file_gives(wire: Wire, tmp_path: Path, how: str, options: tuple[str, ...]) -> None:
    if how == "pcap":
        pytest.importorskip("pcapy")
    content = squeezed(traffic(tmp_path))
    (tmp_path / "sent.pcap").write_bytes(pcap(content))
    options = (*options, "-S", "60")
    subprocess.run([*COMMAND, "-X", *options, "-r", "sent.pcap", "-w", "file"], cwd=tmp_path, check=True, timeout=60)
    with sensor(tmp_path, "-i", wire.far, "--capture", how, *options, "-w", "live") as running:
        wire.send(content)
        said = running.end()
    assert f"stopped: {len(content)} packets" in said
    assert f"{wire.far} ({len(content)} packets received by filter, 0 dropped by kernel, 0 by interface)" in said
    live, file = in_file(tmp_path / "live"), in_file(tmp_path / "file")
    assert packets_in(live) == packets_in(file) > 400
    assert {record.cause for record in live} == {SHUTDOWN, STOP} & {record.cause for record in live} | {SHUTDOWN}
    # A sensor that is stopped says so in the cause of what it still held.
    expected = Counter(tuple(timeless(record)[1:]) for record in file)
    assert Counter(tuple(timeless(record)[1:]) for record in live) == expected
    assert marks(tmp_path / "live") == [START, STOP]


def test_records_and_status_come_in_time_without_packets(wire: Wire, tmp_path: Path) -> None:
    with sensor(tmp_path, "-i", f"{wire.far}/7", "-e", "9", "-S", "1", "-M", "1", "-w", "out") as running:
        begin = time.monotonic()
        wire.send(datagrams(3))
        assert until(lambda: len(in_file(tmp_path / "out")) == 3)
        assert time.monotonic() - begin > 1
        assert until(lambda: len(marks(tmp_path / "out")) >= 3)
        running.end()
    found = management(tmp_path / "out")
    assert [words[0] >> 16 & 0xFF for words in found] == [START, *[STATUS] * (len(found) - 2), STOP]
    assert sum(words[13] for words in found) == 3  # packets
    assert sum(words[15] for words in found) == 3 * 62  # bytes
    assert [words[20] for words in found] == [0] * len(found)  # dropped
    assert {words[10] for words in found[1:-1]} == {3 << 24 | 1 << 8}  # version, Ethernet
    assert found[0][10] == found[-1][10] == 3 << 24
    assert found[0][30] == 9 and found[1][2] == 9
    # Every record begins where the one before ended.
    assert all(later[6:8] == earlier[8:10] for earlier, later in pairwise(found[1:]))
    assert {record.dsr(0x01).raw[2:8].hex() for record in in_file(tmp_path / "out")} == {"200300000007"}


def test_interfaces_side_by_side_and_joined(wire: Wire, tmp_path: Path) -> None:
    there = [packet.data for packet in traffic(tmp_path) if packet.data[12:14] == b"\x08\x00" and packet.data[23] == 6][:8]
    near, far = [data for data in there if data[:6] == there[0][:6]], [data for data in there if data[:6] != there[0][:6]]
    assert near and far
    joined, apart = tmp_path / "joined", tmp_path / "apart"
    with (
        sensor(tmp_path, "-i", f"dup:{wire.near},{wire.far}", "-S", "60", "-w", joined) as one,
        sensor(tmp_path, "-i", f"ind:{wire.near}/1,{wire.far}/2", "-S", "60", "-w", apart) as two,
    ):
        for data in there:
            wire.send([data], wire.near if data in near else wire.far)
        one.end()
        two.end()
    # Both ends of the wire see each packet: one engine counts them twice, two engines have a flow each.
    (record,) = in_file(joined)
    assert packets_in([record]) == 2 * len(there)
    assert record.tcp.status & 1
    first, second = in_file(apart)
    assert packets_in([first]) == packets_in([second]) == len(there)
    assert [r.dsr(0x01).raw[4:].hex() for r in (first, second)] == ["0000000100000001", "0000000200000001"]


def test_sources_that_are_not_named(wire: Wire) -> None:
    run("ip", "link", "add", "idle0", "type", "veth", "peer", "name", "idle1")
    names = [[(device.name, device.ident) for device in source] for source in sources(from_argv(["-X", "-i", "all/5"]))]
    assert names == [[(wire.far, "5")], [(wire.near, "5")], [("lo", "5")]]
    assert [device.name for (device,) in sources(from_argv(["-X"]))] == [wire.far]
    assert [device.name for (device,) in sources(from_argv(["-X", "-i", "any"]))] == [wire.far]
    ((first, second, third),) = sources(from_argv(["-X", "-i", "bond:all"]))
    assert (first.name, second.name, third.name) == (wire.far, wire.near, "lo")


def test_a_filter_and_a_number_of_packets(wire: Wire, tmp_path: Path) -> None:
    pytest.importorskip("pcapy")
    with sensor(tmp_path, "-i", wire.far, "-N", "3", "-w", "out", "-", "src", "net", "10.1.0.4/30") as running:
        wire.send(datagrams(10))
        assert running.process.wait(30) == 0
    assert packets_in(in_file(tmp_path / "out")) == 3


def test_what_the_kernel_holds_when_it_is_to_end_is_not_lost(wire: Wire, tmp_path: Path) -> None:
    with sensor(tmp_path, "-i", wire.far, "-w", "out") as running:
        running.process.send_signal(signal.SIGSTOP)
        wire.send(datagrams(20_000))
        running.process.send_signal(signal.SIGTERM)
        running.process.send_signal(signal.SIGCONT)
        assert "stopped: 20000 packets" in running.end(signal.SIGCONT)
    assert packets_in(in_file(tmp_path / "out")) == 20_000


# ---- files that move, disks that fill up


def test_a_file_that_is_moved_away_is_made_again(wire: Wire, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-w", out, "-w", tmp_path / "dns", "udp and port 53") as running:
        wire.send(datagrams(2))
        assert until(lambda: len(in_file(out)) == 2)
        out.rename(tmp_path / "old")
        time.sleep(1.2)
        wire.send(datagrams(3, 100))
        assert until(lambda: out.exists() and len(in_file(out)) == 3)
        out.unlink()
        time.sleep(1.2)
        wire.send(datagrams(1, 200))
        assert until(lambda: out.exists() and len(in_file(out)) == 1)
        running.end()
    assert len(in_file(tmp_path / "old")) == 2
    assert (marks(tmp_path / "old"), marks(out), marks(tmp_path / "dns")) == ([START], [START, STOP], [START])


def test_hup_opens_outputs_again_and_reads_the_configuration(wire: Wire, tmp_path: Path) -> None:
    pytest.importorskip("pcapy")
    conf = tmp_path / "argus.conf"
    text = 'ARGUS_INTERFACE={}\nARGUS_FLOW_STATUS_INTERVAL=0\nARGUS_OUTPUT_FILE="{}"\nARGUS_FILTER="{}"\n'
    conf.write_text(text.format(wire.far, tmp_path / "one", "src host 10.1.0.0"))
    with sensor(tmp_path, "-F", conf) as running:
        wire.send(datagrams(4))
        assert until(lambda: len(in_file(tmp_path / "one")) == 1)
        conf.write_text(text.format(wire.far, tmp_path / "two", "src net 10.1.0.0/31"))
        running.process.send_signal(signal.SIGHUP)
        assert until(lambda: running.said("outputs opened again"))
        wire.send(datagrams(4))
        assert until(lambda: len(in_file(tmp_path / "two")) == 2)
        # What cannot be followed changes nothing.
        conf.write_text("ARGUS_FLOW_KEY=nonsense\n")
        running.process.send_signal(signal.SIGHUP)
        assert until(lambda: running.said("the configuration is left as it was"))
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            running.process.send_signal(number)
        wire.send(datagrams(4))
        assert until(lambda: len(in_file(tmp_path / "two")) == 4)
        running.end(signal.SIGINT)
    assert len(in_file(tmp_path / "one")) == 1


def test_a_disk_that_fills_up(wire: Wire, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small))
    try:
        with sensor(tmp_path, "-i", wire.far, "-S", "0", "-w", small / "out", "-w", tmp_path / "all") as running:
            for part in range(10):
                wire.send(datagrams(200, 200 * part))
            assert until(lambda: running.said("No space left on device: records are lost"))
            assert until(lambda: len(in_file(tmp_path / "all")) == 2000)
            # What was written is whole records, in their order.
            kept = [record.raw for record in in_file(small / "out")]
            everything = iter([record.raw for record in in_file(tmp_path / "all")])
            assert all(raw in everything for raw in kept)
            (small / "out").write_bytes(b"")
            wire.send(datagrams(50, 5000))
            assert until(lambda: running.said("is written again"))
            assert until(lambda: len(in_file(small / "out")) == 50)
            said = running.end()
        lost = 2000 - len(kept)
        assert lost > 0 and f"is written again; {lost} records were lost" in said
    finally:
        run("umount", str(small))


def test_an_output_that_takes_nothing(wire: Wire, tmp_path: Path) -> None:
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-w", "/dev/full", "-w", tmp_path / "out") as running:
        wire.send(datagrams(20))
        assert until(lambda: len(in_file(tmp_path / "out")) == 20)
        assert "/dev/full: No space left on device: records are lost" in running.end()


def test_a_reader_of_standard_output_that_goes_away_ends_it(wire: Wire, tmp_path: Path) -> None:
    command = [*COMMAND, "-X", "-i", wire.far, "-S", "0", "-w", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.read(128)[:4] == b"\x83\x10\0\x20"
        process.stdout.close()
        end = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < end:
            wire.send(datagrams(1))
            time.sleep(0.1)
        assert process.wait(10) == 0


# ---- interfaces


def test_an_interface_that_goes_down_away_and_comes_back(wire: Wire, tmp_path: Path) -> None:
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-w", tmp_path / "out") as running:
        wire.send(datagrams(1))
        run("ip", "link", "set", wire.far, "down")
        assert until(lambda: running.said(f"interface {wire.far} is down"))
        run("ip", "link", "set", wire.far, "up")
        assert until(lambda: running.log.read_text().count(f"interface {wire.far} is up") == 2)
        wire.send(datagrams(1, 1))
        assert until(lambda: len(in_file(tmp_path / "out")) == 2)
        run("ip", "link", "del", wire.far)
        assert until(lambda: running.said("the interface was removed; it is opened again when it is back"))
        run("ip", "link", "add", wire.near, "type", "veth", "peer", "name", wire.far)
        for device in (wire.near, wire.far):
            run("ip", "link", "set", device, "up")
        assert until(lambda: running.said(f"interface {wire.far} is captured again"))
        wire.send(datagrams(1, 2))
        assert until(lambda: len(in_file(tmp_path / "out")) == 3)
        assert "stopped: 3 packets" in running.end()


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["-i", "no-such"], 3, "no-such: no such interface"),
        (["-i", "lo(12)"], 2, "lo: link type 1 is what it has, not 12"),
        (["-i", "lo", "-w", "no/such/folder"], 3, "no/such/folder: No such file or directory"),
        (["-i", "lo", "-P", "70000"], 2, "-P: a whole number from 0 to 65535 is expected, not '70000'"),
        (["-i", "lo", "-B", "192.0.2.99", "-P", "5611"], 3, "cannot listen on 192.0.2.99:5611"),
        (["-i", "lo", "-P", "5611", "--allow", "10.0.0.0/99"], 2, "10.0.0.0/99"),
        (["-i", "lo", "-P", "5611", "--tls-cert", "none.pem"], 2, "TLS: none.pem"),
        (["-i", "lo", "--capture", "magic"], 2, "--capture: auto, ring or pcap is expected, not 'magic'"),
        (["-i", "lo", "-u", "no-such-user"], 2, "no-such-user"),
        (["-d", "-i", "no-such"], 3, "no-such: no such interface"),
    ],
)
def test_what_cannot_begin(wire: Wire, tmp_path: Path, argv: list[str], code: int, words: str) -> None:
    done = subprocess.run([*COMMAND, "-X", *argv], capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr and "Traceback" not in done.stderr


# ---- the background, privileges


def test_a_daemon_with_its_pid_file(wire: Wire, tmp_path: Path) -> None:
    conf = tmp_path / "argus.conf"
    conf.write_text(
        f"ARGUS_DAEMON=yes\nARGUS_SET_PID=yes\nARGUS_PID_PATH={tmp_path}\nARGUS_INTERFACE={wire.far}\nARGUS_FLOW_STATUS_INTERVAL=0\n"
    )
    port = free_port()
    command = [*COMMAND, "-F", conf, "-P", str(port), "-w", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    number = int((tmp_path / f"argus.{wire.far}.0.pid").read_text())
    try:
        assert os.getsid(number) == number
        assert os.readlink(f"/proc/{number}/fd/1") == os.readlink(f"/proc/{number}/fd/2") == "/dev/null"
        with Reader(port) as reader:
            wire.send(datagrams(5))
            assert packets_in(reader.until(5)) == 5
        os.kill(number, signal.SIGTERM)
        assert until(lambda: not alive(number))
    finally:
        if alive(number):
            os.kill(number, signal.SIGKILL)
    assert not (tmp_path / f"argus.{wire.far}.0.pid").exists()
    assert marks(tmp_path / "out") == [START, STOP]


def test_privileges_are_given_up(wire: Wire, tmp_path: Path) -> None:
    folder = tmp_path / "jail"
    folder.mkdir()
    shutil.chown(folder, "nobody", "nogroup")
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-c", folder, "-u", "nobody", "-g", "nogroup", "-w", "/out", "udp") as running:
        status = Path(f"/proc/{running.process.pid}/status").read_text()
        assert "Uid:\t65534\t65534\t65534\t65534" in status and "CapEff:\t0000000000000000" in status
        assert os.readlink(f"/proc/{running.process.pid}/root") == str(folder)
        wire.send(datagrams(5))
        assert until(lambda: len(in_file(folder / "out")) == 5)
        running.process.send_signal(signal.SIGHUP)
        assert until(lambda: running.said("outputs opened again"))
        running.end()
    assert (folder / "out").owner() == "nobody"


def test_outputs_of_a_configuration_stay_when_it_cannot_be_read_again(wire: Wire, tmp_path: Path) -> None:
    """In another root folder, and where the file is gone."""
    folder, conf = tmp_path / "jail", tmp_path / "argus.conf"
    folder.mkdir()
    for root in (folder, None):
        out = folder / f"out{root is None}"
        lines = [f"ARGUS_INTERFACE={wire.far}", "ARGUS_FLOW_STATUS_INTERVAL=0", f"ARGUS_OUTPUT_FILE={'/' + out.name if root else out}"]
        conf.write_text("\n".join([*lines, f"ARGUS_CHROOT_DIR={root}\n" if root else ""]))
        with sensor(tmp_path, "-F", conf) as running:
            conf.unlink()
            running.process.send_signal(signal.SIGHUP)
            words = "not read again" if root else "the configuration is left as it was"
            assert until(lambda words=words: running.said(words))  # type: ignore[misc]
            wire.send(datagrams(2))
            assert until(lambda out=out: len(in_file(out)) == 2)  # type: ignore[misc]
            running.end()


# ---- who listens


def test_clients_on_both_protocols_and_strangers(wire: Wire, tmp_path: Path) -> None:
    Path("/proc/sys/net/ipv6/conf/lo/disable_ipv6").write_text("0")
    if "::1" not in run("ip", "addr", "show", "lo"):
        run("ip", "addr", "add", "::1/128", "dev", "lo")
    port = free_port()
    argv = ("-i", wire.far, "-S", "0", "-M", "1", "-P", str(port), "-B", "127.0.0.1,::1", "-e", "10.9.8.7")
    with sensor(tmp_path, *argv) as running, ExitStack() as stack:
        readers = [stack.enter_context(Reader(port)), stack.enter_context(Reader(port, "::1"))]
        scan = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(60)]
        for place, sock in enumerate(scan):
            sock.sendall([b"GET / HTTP/1.0\r\n\r\n", b"\x16\x03\x01" + bytes(200), b"", b"START", b"\xff" * 5000][place % 5])
        wire.send(datagrams(200))
        for reader in readers:
            assert packets_in(reader.until(200)) == 200
            assert reader.initial[120:124] == bytes([10, 9, 8, 7])
            assert reader.initial[12:20] == bytes(8)
        for sock in scan:
            sock.close()
        wire.send(datagrams(7, 1000))
        for reader in readers:
            assert packets_in(reader.until(207)) == 207
        running.end()
        for reader in readers:
            reader.until(10**9)
            last = list(split(reader.data))[-1]
            assert (last[0], last[1]) == (0x83, STOP)


def test_a_sensor_that_is_killed_and_started_again(wire: Wire, tmp_path: Path) -> None:
    port = free_port()
    out = tmp_path / "out"
    argv = ("-i", wire.far, "-S", "0", "-P", str(port), "-w", out)
    with sensor(tmp_path, *argv) as running, Reader(port) as reader:
        wire.send(datagrams(50))
        assert packets_in(reader.until(50)) == 50
        assert until(lambda: len(in_file(out)) == 50)
        running.process.kill()
        reader.until(10**9)
        assert reader.sock.recv(1) == b""
        # What was delivered are whole records.
        assert b"".join(split(reader.data)) == reader.data
    with sensor(tmp_path, *argv) as running, Reader(port) as reader:
        wire.send(datagrams(20))
        assert packets_in(reader.until(20)) == 20
        running.end()
    assert marks(out) == [START, START, STOP]
    assert packets_in(in_file(out)) == 70


def test_files_are_replayed_to_clients(tmp_path: Path) -> None:
    content = squeezed(traffic(tmp_path))
    (tmp_path / "in.pcap").write_bytes(pcap(content))
    port = free_port()
    # Slow enough for a client to come in time: the packets span half a millisecond.
    argv = ("-r", "in.pcap", "-T", "0.0001", "-P", str(port), "-B", "127.0.0.1", "-w", "out")
    with sensor(tmp_path, *argv) as running, Reader(port) as reader:
        assert running.process.wait(60) == 0
        records = reader.until(10**9)
    assert packets_in(records) == packets_in(in_file(tmp_path / "out")) > 400
    assert marks(tmp_path / "out") == [START, STOP]

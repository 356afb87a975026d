"""The relay as a program: sources, outputs, chains, faults; and with the reference programs at either end."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pyargus.clients.radium_options import MEANINGS, REFUSED, SILENT, VARIABLES
from pyargus.clients.radium_settings import RadiumSettings, from_argv
from pyargus.errors import BadUse
from pyargus.network.listener import Listener
from pyargus.network.ports import open_sockets
from pyargus.record.management import Cause, Management, encode
from tests.clients.live import PROBE, PROBES, READING, datagrams, ends_whole, probed, sensor
from tests.flow.craft import BEGIN, Packet
from tests.flow.craft import run as engine
from tests.namespace import Wire, wire
from tests.network.craft import INITIAL, STATUS, Peer, Served, eventually, flows, free_port, records
from tests.network.test_netflow import bound, flow5, v5

__all__ = ["wire"]

RADIUM = [sys.executable, "-c", "from pyargus.clients.radium import main; main()"]
RA = [sys.executable, "-c", "from pyargus.clients.ra import main; main()"]
REFERENCE_RA = shutil.which("ra", path="/usr/bin:/usr/local/bin")
REFERENCE_RADIUM = shutil.which("radium", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
REFERENCE_ARGUS = shutil.which("argus", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
needs_reference = pytest.mark.skipif(not (REFERENCE_RA and REFERENCE_RADIUM), reason="the reference programs are not installed")
COLUMNS = ["stime", "dur", "proto", "saddr", "sport", "dir", "daddr", "dport", "spkts", "dpkts", "sbytes", "dbytes", "state", "smac"]


class Process:
    """A program in the background; ended, and its descriptors closed, at the end of the block."""

    def __init__(self, *argv: str | Path, log: Path, **more: object) -> None:
        self.log = log
        self.file = log.open("wb")
        self.process = subprocess.Popen([str(word) for word in argv], stdout=self.file, stderr=self.file, **more)  # type: ignore[call-overload]

    @property
    def said(self) -> str:
        return self.log.read_text()

    def says(self, text: str) -> None:
        """Wait for a text of its log."""
        eventually(lambda: text in self.said or self.process.poll() is not None)
        assert text in self.said, self.said

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return int(self.process.wait(20))

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.file.close()


@contextlib.contextmanager
def radium(folder: Path, *argv: str | Path, name: str = "radium") -> Iterator[Process]:
    """The relay, once it says that it has started."""
    with Process(*RADIUM, "-X", *argv, log=folder / f"{name}.log") as process:
        process.says("started")
        yield process


def table(path: Path, *more: str) -> list[str]:
    """What a file's flow records say."""
    argv = [*RA, "-X", "-r", str(path), "-n", "-n", "-c", ",", "-L", "-1", "-s", *COLUMNS, *more]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


def stored(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.fixture
def expected(tmp_path: Path) -> list[str]:
    """What the records that tests send say."""
    return table(stored(tmp_path / "expected", INITIAL + flows()))


def kinds(path: Path) -> list[tuple[int, int]]:
    """Class and cause of the records of a file."""
    return [(record[0], record[1]) for record in records(path.read_bytes())]


def reaches(path: Path, count: int) -> None:
    """Wait until so many flow records are in a file that is being written."""

    def there() -> bool:
        with contextlib.suppress(FileNotFoundError, AssertionError, IndexError):
            data = path.read_bytes()
            at = found = 0
            while at + 4 <= len(data):
                size = 4 * int.from_bytes(data[at + 2 : at + 4], "big")
                found += data[at] >> 4 != 8 and at + size <= len(data)
                at += size
            return found >= count
        return False

    eventually(there)


PROBE_RECORD = engine([Packet(BEGIN, datagrams(1, PROBE)[0])])[0].raw


def published(served: Served, rows: Callable[[], list[str]]) -> None:
    """Publish a record of its own until it arrives at the end of a chain of programs that do not say when they are ready. rows: what has
    arrived there."""
    for _ in range(100):
        served.listener.publish(PROBE_RECORD)
        with contextlib.suppress(AssertionError):
            eventually(lambda: any(PROBES in row for row in rows()), 0.5)
            return
    raise AssertionError("nothing arrives")


def so_far(path: Path) -> list[str]:
    """What a file says that is being written."""
    try:
        return table(path)
    except subprocess.CalledProcessError:
        return []


def without_probes(lines: list[str]) -> list[str]:
    return [line for line in lines if PROBES not in line]


# ---- files


def test_files_to_files(tmp_path: Path, expected: list[str]) -> None:
    one, two = (stored(tmp_path / name, INITIAL + flows() + STATUS) for name in ("one", "two"))
    out, udp = tmp_path / "out", tmp_path / "udp"
    argv = [*RADIUM, "-X", "-r", str(one), str(two), "-w", str(out), "-w", str(udp), "udp", "-e", "192.0.2.77"]
    done = subprocess.run(argv, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert table(out) == 2 * expected
    assert table(udp) == table(out, "-", "udp") != table(out)
    whole = records(out.read_bytes())
    # Its own record first and last, a status record of its own, and those of the sources; theirs that begin a stream are left out.
    assert whole[0][:2] == b"\x83\x10" and whole[0][120:124] == bytes([192, 0, 2, 77])
    assert whole[-1][:2] == b"\x83\x60"
    assert [record[8:12] for record in whole if record[:2] == b"\x83\x20"].count(STATUS[8:12]) == 2
    assert INITIAL not in whole
    # Where there is a filter, management records are what it says of them.
    assert kinds(udp)[0] == (0x83, 0x10) and all(kind != 0x83 for kind, _ in kinds(udp)[1:])


def test_a_global_filter(tmp_path: Path) -> None:
    source, out = stored(tmp_path / "in", INITIAL + flows()), tmp_path / "out"
    subprocess.run([*RADIUM, "-X", "-r", str(source), "-w", str(out), "-", "tcp"], check=True, timeout=60, capture_output=True)
    assert table(out) == table(source, "-", "tcp")


@pytest.mark.parametrize("form", ["cut", "empty", "missing", "capture"])
def test_files_that_cannot_be_read(tmp_path: Path, form: str) -> None:
    from pyargus.capture.generate import generate

    good, out, bad = stored(tmp_path / "good", INITIAL + flows()), tmp_path / "out", tmp_path / "bad"
    if form == "capture":
        bad.write_bytes(generate())
    elif form != "missing":
        bad.write_bytes((INITIAL + flows())[:-3] if form == "cut" else b"")
    done = subprocess.run([*RADIUM, "-X", "-r", str(bad), str(good), "-w", str(out)], capture_output=True, timeout=60, check=False)
    assert done.returncode == {"cut": 1, "empty": 1, "missing": 3, "capture": 0}[form]
    assert (b"bad" in done.stderr) == (form != "capture")
    flow_records = [record for record in records(out.read_bytes()) if record[0] != 0x83]
    assert flow_records[-len(records(flows())) :] == records(flows())
    assert (len(flow_records) > len(records(flows()))) == (form in ("cut", "capture"))


# ---- servers


def test_servers_to_clients_and_files(tmp_path: Path, expected: list[str]) -> None:
    out, port = tmp_path / "out", free_port()
    with Served() as one, Served(["::1"]) as two:
        argv = ["-S", f"127.0.0.1:{one.port}", "-S", f"[::1]:{two.port}", "udp", "-P", str(port), "-B", "127.0.0.1", "-w", out, "-e", "7"]
        with radium(tmp_path, *argv) as relay:
            eventually(lambda: one.listener.clients == two.listener.clients == 1)
            assert [client.filter for client in two.listener.stats().clients] == ["man or ((udp))"]
            with Peer(port) as peer:
                assert (peer.initial[:2], peer.initial[120:124]) == (b"\x83\x10", bytes([0, 0, 0, 7]))
                peer.say(b"START: ")
                relay.says(READING)
                one.listener.publish(flows())
                assert peer.read(len(flows())) == flows()
                two.listener.publish_status(STATUS)
                assert peer.read(128) == STATUS
                assert relay.end() == 0
                assert peer.read(2) == b"\x83\x60"
            one.logged("sent DONE")
    assert table(out) == expected
    assert "not delivered" not in relay.said


def test_a_chain_of_three(tmp_path: Path, expected: list[str]) -> None:
    ports = [free_port() for _ in range(3)]
    out = tmp_path / "out"
    with Served() as served, contextlib.ExitStack() as stack:
        before = served.port
        relays = []
        for n, port in enumerate(ports):
            argv = ["-S", f"127.0.0.1:{before}", "-P", str(port), "-B", "127.0.0.1", "-e", str(n + 1)]
            relays.append(stack.enter_context(radium(tmp_path, *argv, name=f"radium{n}")))
            before = port
        with Process(*RA, "-X", "-S", f"127.0.0.1:{before}", "-w", out, log=tmp_path / "ra.log"):
            for relay in relays:
                relay.says(READING)
            eventually(lambda: served.listener.clients == 1)
            served.listener.publish(flows())
            reaches(out, len(expected))
    assert table(out) == expected


def test_a_server_killed_and_back(tmp_path: Path) -> None:
    """The clients of a relay see nothing of what its sources suffer but the records that are missing."""
    port, upstream = free_port(), free_port()
    source = [*RADIUM, "-X", "-P", str(upstream), "-B", "127.0.0.1"]
    with Served() as served:
        source += ["-S", f"127.0.0.1:{served.port}"]
        middle = ["-S", f"127.0.0.1:{upstream}", "-P", str(port), "-B", "127.0.0.1"]
        with radium(tmp_path, *middle) as relay, Process(*source, log=tmp_path / "first.log") as first, Peer(port) as peer:
            peer.say(b"START: ")
            first.says(READING)
            relay.says(READING)
            eventually(lambda: served.listener.clients == 1)
            served.listener.publish(flows())
            assert peer.read(len(flows())) == flows()
            first.end(signal.SIGKILL)
            relay.says("closed by the server")
            with Process(*source, log=tmp_path / "second.log") as second:
                second.says(READING)
                relay.says("connected to")
                eventually(lambda: served.listener.clients == 1)
                served.listener.publish(flows())
                assert peer.read(len(flows())) == flows()
    assert "Traceback" not in relay.said + first.said + second.said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT])
def test_signals_end_it_in_order(tmp_path: Path, number: int) -> None:
    out = tmp_path / "out"
    with Served() as served, radium(tmp_path, "-S", f"127.0.0.1:{served.port}", "-w", out) as relay:
        eventually(lambda: served.listener.clients == 1)
        served.listener.publish(flows())
        eventually(lambda: out.stat().st_size > len(flows()))
        assert relay.end(number) == 0
        assert kinds(out)[-1] == (0x83, 0x60)
        assert "stopped:" in relay.said


def test_files_that_are_moved_away(tmp_path: Path, expected: list[str]) -> None:
    out, old, older = tmp_path / "out", tmp_path / "old", tmp_path / "older"
    with Served() as served, radium(tmp_path, "-S", f"127.0.0.1:{served.port}", "-w", out) as relay:
        eventually(lambda: served.listener.clients == 1)
        served.listener.publish(flows())
        reaches(out, len(expected))
        out.rename(older)
        time.sleep(1.1)
        served.listener.publish(flows())
        reaches(out, len(expected))
        out.rename(old)
        relay.process.send_signal(signal.SIGHUP)
        relay.says("files opened anew")
        served.listener.publish(flows())
        reaches(out, len(expected))
        relay.end()
    assert table(out) == table(old) == table(older) == expected


def test_hup_follows_the_configuration(tmp_path: Path) -> None:
    conf, first, second = tmp_path / "radium.conf", tmp_path / "first", tmp_path / "second"
    with Served() as one, Served() as two:
        conf.write_text(f'RADIUM_ARGUS_SERVER=127.0.0.1:{one.port}\nRADIUM_OUTPUT_FILE="{first}"\nRADIUM_COLOUR=no\n')
        with Process(*RADIUM, "-f", conf, log=tmp_path / "log") as relay:
            relay.says("unknown variable RADIUM_COLOUR")
            eventually(lambda: one.listener.clients == 1)
            conf.write_text(f'RADIUM_ARGUS_SERVER=127.0.0.1:{two.port}\nRADIUM_OUTPUT_FILE={second} "udp"\nRADIUM_FILTER=ip\n')
            relay.process.send_signal(signal.SIGHUP)
            eventually(lambda: two.listener.clients == 1 and one.listener.clients == 0)
            assert two.listener.stats().clients[0].filter == "man or ((ip))"
            two.listener.publish(flows())
            eventually(lambda: second.exists() and second.stat().st_size > 128)
            conf.write_text("RADIUM_FILTER=no such word\n")
            relay.process.send_signal(signal.SIGHUP)
            relay.says("the configuration is left as it was")
            assert relay.end() == 0
    assert [kind for kind, _ in kinds(first)] == [0x83] * len(kinds(first))


def test_a_full_disk(tmp_path: Path) -> None:
    """What cannot be written is counted, clients are served as before."""
    port = free_port()
    with Served() as served:
        argv = ["-S", f"127.0.0.1:{served.port}", "-w", "/dev/full", "-P", str(port), "-B", "127.0.0.1"]
        with radium(tmp_path, *argv) as relay, Peer(port) as peer:
            peer.say(b"START: ")
            relay.says("No space left on device")
            eventually(lambda: served.listener.clients == 1)
            relay.says(READING)
            served.listener.publish(flows())
            assert peer.read(len(flows())) == flows()
            assert relay.end() == 0
            assert "0 lost" not in relay.said.splitlines()[-1]


def test_no_source_at_all(tmp_path: Path) -> None:
    argv = [*RADIUM, "-X", "-p", "-S", "127.0.0.1:1", "-w", str(tmp_path / "out")]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "connect to 127.0.0.1:1 failed 'Connection refused'" in done.stderr


def test_without_persistence_it_ends_with_its_source(tmp_path: Path, expected: list[str]) -> None:
    out = tmp_path / "out"
    with Served() as served, radium(tmp_path, "-p", "-S", f"127.0.0.1:{served.port}", "-w", out) as relay:
        eventually(lambda: served.listener.clients == 1)
        served.listener.publish(flows())
        served.listener.close()
        assert relay.process.wait(20) == 0
    assert table(out) == expected


def test_netflow(tmp_path: Path) -> None:
    out, port = tmp_path / "out", free_port()
    argv = ["-C", f"127.0.0.1:{port}", "-w", out, "-", "udp"]
    with radium(tmp_path, *argv) as relay, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        bound(port)
        sender.sendto(v5(flow5(), flow5(proto=17, sport=53, dport=5353)), ("127.0.0.1", port))
        reaches(out, 1)
        relay.end()
    assert [kind for kind, _ in kinds(out)].count(0x33) == 1
    assert table(out)[0].split(",")[2:5] == ["17", "200.1.2.3", "53"]


def test_datagrams_of_a_sensor(tmp_path: Path, expected: list[str]) -> None:
    out, port = tmp_path / "out", free_port()
    with radium(tmp_path, "-S", f"argus-udp://127.0.0.1:{port}", "-w", out) as relay:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            bound(port)
            for record in [INITIAL, *records(flows())]:
                sender.sendto(record, ("127.0.0.1", port))
        reaches(out, len(expected))
        relay.end()
    assert table(out) == expected


@pytest.mark.parametrize("reader", [RADIUM, [str(REFERENCE_RA)]], ids=["ours", "its"])
def test_datagrams_sent_and_received(tmp_path: Path, expected: list[str], reader: list[str]) -> None:
    """One record in each, the first and last ones included."""
    if reader[0] == "None":
        pytest.skip("the reference ra is not installed")
    out, source, port = tmp_path / "out", stored(tmp_path / "in", INITIAL + flows()), free_port()
    with Process(*reader, "-X", "-S", f"argus-udp://127.0.0.1:{port}", "-w", out, log=tmp_path / "log") as process:
        bound(port)
        sender = [*RADIUM, "-X", "-r", str(source), "-w", f"argus-udp://127.0.0.1:{port}"]
        subprocess.run(sender, check=True, timeout=30, capture_output=True)
        if reader == RADIUM:
            reaches(out, len(expected))
        else:
            # It writes its file when it ends, of what it has taken from its socket until then.
            eventually(lambda: waiting(port) == 0)
            time.sleep(1.0)
        process.end(signal.SIGINT)
    assert table(out) == expected


def waiting(port: int) -> int:
    """Bytes that wait in the sockets of a UDP port."""
    rows = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows if int(row[1].partition(":")[2], 16) == port)


@pytest.mark.parametrize(("option", "moved"), [("-T1s", True), ("-T2h", False), ("", False)])
def test_clocks_that_are_off(tmp_path: Path, option: str, moved: bool) -> None:
    """The source says that it is an hour ago."""
    behind = time.time_ns() // 1000 - 3600 * 1_000_000
    greeting = encode(Management(Cause.START, behind, behind))
    out = tmp_path / "out"
    with socket.create_server(("127.0.0.1", 0)) as server:
        argv = [*filter(None, [option]), "-S", f"127.0.0.1:{server.getsockname()[1]}", "-w", out]
        with radium(tmp_path, *argv) as relay:
            server.settimeout(10)
            sock, _ = server.accept()
            with sock:
                sock.sendall(greeting)
                assert sock.recv(64) == b"START: "
                sock.sendall(flows())
                reaches(out, len(records(flows())))
                relay.end()
        assert ("clock is off by" in relay.said) == moved
    plain = stored(tmp_path / "plain", INITIAL + flows())
    fields = ("-u", "-s", "stime", "ltime", "flgs")
    pairs = list(zip(table(plain, *fields), table(out, *fields), strict=True))
    for before, after in pairs:
        (a, b, flags), (c, d, marked) = before.split(",")[-3:], after.split(",")[-3:]
        by = 3600 if moved else 0
        assert abs(float(c) - float(a) - by) < 5 and abs(float(d) - float(b) - by) < 5
        assert marked == ("T" + flags[1:] if moved else flags)
    assert len(pairs) > 50


# ---- what surrounds it


def test_the_background(tmp_path: Path) -> None:
    out, port = tmp_path / "out", free_port()
    conf = stored(tmp_path / "conf", f"RADIUM_DAEMON=yes\nRADIUM_SET_PID=yes\nRADIUM_PID_PATH={tmp_path}\n".encode())
    with Served() as served:
        argv = [*RADIUM, "-f", str(conf), "-S", f"127.0.0.1:{served.port}", "-w", str(out), "-P", str(port), "-B", "127.0.0.1"]
        done = subprocess.run(argv, capture_output=True, timeout=30, check=False)
        assert (done.returncode, done.stdout) == (0, b"")
        pid = int((tmp_path / "radium.0.pid").read_text())
        try:
            assert os.readlink(f"/proc/{pid}/fd/0") == os.readlink(f"/proc/{pid}/fd/2") == "/dev/null"
            assert os.getsid(pid) == pid
            Peer(port).close()
        finally:
            os.kill(pid, signal.SIGTERM)
        eventually(lambda: not (tmp_path / "radium.0.pid").exists())
        assert kinds(out)[-1] == (0x83, 0x60)
        # A port that is taken is said, and by the exit status.
        argv += ["-P", str(served.port)]
        done = subprocess.run(argv, capture_output=True, timeout=30, check=False)
        assert done.returncode == 3 and b"cannot listen" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="another root folder needs root")
def test_another_root_folder(tmp_path: Path) -> None:
    """What is needed later is there: filters of clients, names, and the files of the outputs. No filter was used before."""
    folder, port = tmp_path / "jail", free_port()
    folder.mkdir()
    shutil.chown(folder, "nobody", "nogroup")
    with Served() as served:
        argv = [
            "-S",
            f"127.0.0.1:{served.port}",
            "-P",
            str(port),
            "-B",
            "127.0.0.1",
            "-w",
            "/out",
            "-c",
            folder,
            "-u",
            "nobody",
            "-g",
            "nogroup",
        ]
        with radium(tmp_path, *argv) as relay, Peer(port) as peer:
            eventually(lambda: served.listener.clients == 1)
            peer.say(b"FILTER: udp and not host no-such-host.invalid")
            assert peer.rest() in (b"SY", b"TI")
            with Peer(port) as other:
                other.say(b"FILTER: udp\0START: ")
                assert other.read(2) == b"OK"
            relay.process.send_signal(signal.SIGHUP)
            relay.says("not read again")
            served.listener.publish(flows())
            reaches(folder / "out", len(records(flows())))
            assert relay.end() == 0
    assert (folder / "out").owner() == "nobody" and "Traceback" not in relay.said


def test_systemd_is_told(tmp_path: Path) -> None:
    with Served() as served, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(20)
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        argv = [*RADIUM, "-X", "--foreground", "-d", "-S", f"127.0.0.1:{served.port}", "-w", tmp_path / "out"]
        with Process(*argv, log=tmp_path / "log", env=environment) as relay:
            assert sock.recv(64) == b"READY=1"
            relay.end()
            assert sock.recv(64) == b"STOPPING=1"


def test_figures(tmp_path: Path) -> None:
    port, figures = free_port(), free_port()
    with Served() as served:
        argv = ["-S", f"127.0.0.1:{served.port}", "-S", "127.0.0.1:1", "-P", str(port), "-B", "127.0.0.1", "--metrics", str(figures)]
        with radium(tmp_path, *argv) as relay, Peer(port) as peer:
            peer.say(b"START: ")
            eventually(lambda: served.listener.clients == 1)
            relay.says(READING)
            served.listener.publish(flows())
            peer.read(len(flows()))
            with urllib.request.urlopen(f"http://127.0.0.1:{figures}/metrics", timeout=10) as answer:
                lines = answer.read().decode().splitlines()
    assert f'argus_source_up{{source="argus://127.0.0.1:{served.port}"}} 1' in lines
    assert 'argus_source_up{source="argus://127.0.0.1:1"} 0' in lines
    assert f"argus_records_total {len(records(flows()))}" in lines
    assert "argus_clients 1" in lines


def test_who_may_connect(tmp_path: Path) -> None:
    port = free_port()
    source = stored(tmp_path / "in", INITIAL + flows())
    with Served() as served:
        argv = ["-S", f"127.0.0.1:{served.port}", "-P", str(port)]
        with radium(tmp_path, *argv, "--allow", "192.0.2.0/24,::1") as relay:
            with Peer(port, greet=False) as peer:
                assert peer.rest() == b"\x83\x81\x00\x01"
            with Peer(port, host="::1"):
                relay.says("connect from")
            assert "open to all networks" not in relay.said
        with radium(tmp_path, *argv) as relay:
            assert "open to all networks" in relay.said
            done = subprocess.run([*RADIUM, "-X", "-r", str(source), "-P", str(port)], capture_output=True, timeout=30, check=False)
            assert done.returncode == 3 and b"cannot listen" in done.stderr


def test_tls(tmp_path: Path) -> None:
    """Certificates of both sides; without the client's, or to another name, nothing is served."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates")
    port, out = free_port(), tmp_path / "out"
    pem = tmp_path / "server.pem"
    key = tmp_path / "server.key"
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
               "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(pem)]  # fmt: skip
    subprocess.run(request, check=True, capture_output=True)
    with Served() as served:
        argv = ["-S", f"127.0.0.1:{served.port}", "-P", str(port), "-B", "127.0.0.1", "--tls-cert", pem, "--tls-key", key, "--tls-ca", pem]
        with radium(tmp_path, *argv) as relay:
            client = [*RA, "-X", "--tls-ca", str(pem), "--tls-cert", str(pem), "--tls-key", str(key), "-w", str(out)]
            with Process(*client, "-S", f"argus+tls://localhost:{port}", log=tmp_path / "ra.log"):
                relay.says(READING)
                eventually(lambda: served.listener.clients == 1)
                for _ in range(300):
                    served.listener.publish(flows())
                reaches(out, 300 * len(records(flows())))
            bare = [*RA, "-X", "--tls-ca", str(pem), "-S", f"argus+tls://localhost:{port}"]
            assert subprocess.run(bare, capture_output=True, timeout=30, check=False).returncode == 3
            wrong = [*client, "-S", f"argus+tls://127.0.0.1:{port}"]
            done = subprocess.run(wrong, capture_output=True, text=True, timeout=30, check=False)
            assert done.returncode == 3 and "IP address mismatch" in done.stderr
            plain = subprocess.run([*RA, "-X", "-S", f"127.0.0.1:{port}", "-T", "2"], capture_output=True, timeout=30, check=False)
            assert plain.stdout == b""
    assert len(table(out)) == 300 * len(records(flows()))


# ---- with the reference programs


def listing(*argv: str) -> list[str]:
    """The command of the reference's reader that prints flows at once; what it writes to a file it writes when it ends."""
    return [str(REFERENCE_RA), "-X", "-n", "-n", "-c", ",", "-L", "-1", *argv]


def listed(path: Path, *words: str) -> list[str]:
    """What the reference's reader prints of a file's flow records."""
    argv = listing("-r", str(path), "-s", *COLUMNS, *words)
    return flow_lines(subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout)


def flow_lines(text: str) -> list[str]:
    """The lines of a listing that are flows, without probes."""
    return [line for line in without_probes(text.splitlines()) if line.count(",") >= len(COLUMNS) - 1 and ",man," not in line]


@needs_reference
@pytest.mark.parametrize("ours", [True, False], ids=["our-radium", "its-radium"])
def test_records_through_a_relay_to_the_other_reader(tmp_path: Path, expected: list[str], ours: bool) -> None:
    """Our listener, then our relay and the reference's reader, or its relay and our reader."""
    port = free_port()
    with Served() as served, contextlib.ExitStack() as stack:
        argv = ["-X", "-S", f"127.0.0.1:{served.port}", "-P", str(port)]
        log = tmp_path / "relay.log"
        if ours:
            out = tmp_path / "reader.txt"
            stack.enter_context(Process(*RADIUM, *argv, "-B", "127.0.0.1", log=log)).says("started")
            stack.enter_context(Process(*listing("-S", f"127.0.0.1:{port}", "-s", *COLUMNS), log=out))
        else:
            out = tmp_path / "out"
            stack.enter_context(Process(str(REFERENCE_RADIUM), *argv, log=log))
            stack.enter_context(Process(*RA, "-X", "-S", f"127.0.0.1:{port}", "-w", out, log=tmp_path / "reader.log"))
        published(served, lambda: out.read_text().splitlines() if ours else so_far(out))
        served.listener.publish(flows())
        if ours:
            wanted = listed(tmp_path / "expected")
            eventually(lambda: len(flow_lines(out.read_text())) >= len(wanted))
            assert sorted(flow_lines(out.read_text())) == sorted(wanted)
        else:
            eventually(lambda: len(without_probes(so_far(out))) >= len(expected))
            assert sorted(without_probes(table(out))) == sorted(expected)


@needs_reference
def test_our_relay_reads_the_references_and_the_other_way_round(tmp_path: Path, expected: list[str]) -> None:
    ports, out = [free_port(), free_port()], tmp_path / "out"
    with Served() as served, contextlib.ExitStack() as stack:
        before = served.port
        for n, port in enumerate(ports):
            command = [str(REFERENCE_RADIUM)] if n == 0 else RADIUM
            argv = [*command, "-X", "-S", f"127.0.0.1:{before}", "-P", str(port)]
            stack.enter_context(Process(*argv, *(["-w", out] if n else []), log=tmp_path / f"{n}.log"))
            before = port
        published(served, lambda: so_far(out))
        served.listener.publish(flows())
        eventually(lambda: len(without_probes(so_far(out))) >= len(expected))
    assert sorted(without_probes(table(out))) == sorted(expected)


@needs_reference
@pytest.mark.skipif(REFERENCE_ARGUS is None, reason="the reference's sensor is not installed")
def test_the_references_sensor_to_our_reader_and_relay(wire: Wire, tmp_path: Path) -> None:
    """In a network of its own: what our programs get over the wire is what the sensor writes to its file."""
    port = free_port()
    argv = ("-i", wire.far, "-P", str(port), "-S", "1", "-e", "10.1.2.3", "-w", tmp_path / "file", "-", "udp")
    outs = {name: tmp_path / name for name in ("ra", "radium")}
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(
            sensor(tmp_path, *argv, command=(str(REFERENCE_ARGUS),), ready=f"interface {wire.far} is up")
        )  # fmt: skip
        for command, (name, out) in zip((RA, RADIUM), outs.items(), strict=True):
            stack.enter_context(Process(*command, "-X", "-S", f"127.0.0.1:{port}", "-w", out, log=tmp_path / f"{name}.log"))

        def flows_in(path: Path) -> list[str]:
            return sorted(without_probes(table(path)))

        probed(wire, lambda: all(so_far(out) for out in outs.values()))
        for first in range(0, 40, 10):
            wire.send(datagrams(10, first))
        eventually(lambda: all(len(without_probes(so_far(out))) >= 40 for out in outs.values()))
        whole = ends_whole(running.process, signal.SIGINT)
        rows = flows_in(tmp_path / "file" if whole else outs["ra"])
        assert len(rows) >= 40
        for out in outs.values():
            eventually(lambda out=out: len(without_probes(so_far(out))) >= len(rows))  # type: ignore[misc]
            assert flows_in(out) == rows
    assert {row.split(",")[3] for row in rows} == {f"10.1.0.{host}" for host in range(40)}


@needs_reference
def test_the_references_reader_and_relay_stay_with_our_listener(tmp_path: Path) -> None:
    """Filters, reconnecting, and a second generation of clients."""
    out = tmp_path / "reader.txt"
    wanted = listed(stored(tmp_path / "in", INITIAL + flows()), "-", "udp")
    with Served() as served, Process(*listing("-S", f"127.0.0.1:{served.port}", "-s", *COLUMNS, "-", "udp"), log=out):
        eventually(lambda: served.listener.clients == 1)
        assert served.listener.stats().clients[0].filter == "man or (udp)"
        served.listener.publish(flows())
        eventually(lambda: len(flow_lines(out.read_text())) >= len(wanted))
        port = served.port
        served.listener.close()
        again = Listener(open_sockets(["127.0.0.1"], port), lambda: INITIAL, lambda level, text: None)
        again.start()
        try:
            eventually(lambda: again.clients == 1)
            again.publish(flows())
            eventually(lambda: len(flow_lines(out.read_text())) >= 2 * len(wanted))
        finally:
            again.close()
    assert flow_lines(out.read_text()) == 2 * wanted


# ---- the command line and radium.conf


def test_every_variable_is_known(tmp_path: Path) -> None:
    values = {"DAEMON": "yes", "MONITOR_ID": '"abcd"', "ARGUS_SERVER": "h:1", "CISCONETFLOW_PORT": "9995", "ACCESS_PORT": "562",
              "OUTPUT_FILE": '"/a" "tcp"', "OUTPUT_STREAM": "/b udp", "MAR_STATUS_INTERVAL": "7", "ADJUST_TIME": "2m", "FILTER": "ip",
              "SET_PID": "yes", "PID_PATH": "/p", "BIND_IP": "::1,127.0.0.1", "INPUT_FILE": "f"}  # fmt: skip
    conf = tmp_path / "conf"
    conf.write_text("".join(f"RADIUM_{name}={values.get(name, 'x')}\n" for name in (*VARIABLES, *MEANINGS, *SILENT)))
    settings = from_argv(["-f", str(conf)])
    assert not settings.warnings
    assert settings.outputs == [("/a", "tcp"), ("/b", "udp")]
    assert settings.servers == [("h:1", ""), ("cisco://:9995", "")]
    assert (settings.daemon, settings.ident_kind, settings.ident) == (True, 0x21, 0x61626364)
    assert (settings.port, settings.management_interval, settings.threshold, settings.filter) == (562, 7, 120.0, "ip")
    assert (settings.set_pid, settings.pid_path, settings.bind, settings.inputs) == (True, "/p", ["::1", "127.0.0.1"], ["f"])
    assert settings.allow == settings.metrics == settings.tls_cert == settings.source_ca == settings.chroot == settings.user == "x"
    # The command line replaces lists, and -X everything before it.
    settings = from_argv(["-f", str(conf), "-w", "/c", "-S", "g", "-d"])
    assert (settings.outputs, settings.servers, settings.daemon) == ([("/c", "")], [("g", "")], False)
    assert from_argv(["-f", str(conf), "-X"]) == RadiumSettings()


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_refused_is_refused_by_name(tmp_path: Path, name: str) -> None:
    conf = tmp_path / "conf"
    conf.write_text(f"RADIUM_{name}=something\n")
    with pytest.raises(BadUse, match=f"line 1: RADIUM_{name}: "):
        from_argv(["-f", str(conf)])
    conf.write_text(f"RADIUM_{name}=no\nRADIUM_{name}=\n")
    assert from_argv(["-f", str(conf)]) == RadiumSettings()


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["-r", "x"], "records would go nowhere"),
        (["-w", "x"], "no sources"),
        (["-S", "h", "-P", "99999"], "-P: a whole number from 0 to 65535"),
        (["-S", "h", "-w", "x", "-T", "soon"], "-T: a time such as 5s"),
        (["-S", "h", "-w", "x", "-M", "0"], "-M: a whole number from 1"),
        (["-S", "ftp://h", "-w", "x"], "no such kind of source"),
        (["-S", "h", "-w", "x", "-U", "me"], "there is no SASL"),
        (["-S", "h", "-w", "x", "-Q"], "no such option: -Q"),
        (["-S", "h", "-w", "x", "-", "no", "such"], "filter"),
        (["-S", "h", "-w", "x", "tcp and"], "filter"),
        (["-S", "h", "-P", "1", "--allow", "everyone"], "everyone: expected a network"),
        (["-S", "h", "-P", "1", "--tls-ca", "/nowhere"], "needs a server certificate"),
        (["-f", "/nowhere", "-S", "h"], "/nowhere: No such file"),
        (["-d", "-S", "h", "-w", "-"], "-d: standard files"),
    ],
)
def test_command_lines_that_cannot_be_followed(argv: list[str], says: str, tmp_path: Path) -> None:
    done = subprocess.run([*RADIUM, "-X", *argv], capture_output=True, text=True, timeout=30, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1

"""Clients of records on servers: what all of them have from the frame, shown with ra."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pyargus.clients import frame
from pyargus.clients.inputs import open_servers
from pyargus.clients.program import Program
from pyargus.clients.settings import from_argv, split_filter
from pyargus.errors import BadUse
from pyargus.network.live import LiveSource
from pyargus.network.source import Phase
from pyargus.record.stage_cy import Stage
from tests.clients.test_radium import RA, Process, reaches, stored, table
from tests.network.craft import INITIAL, STATUS, Served, eventually, flows

FIELDS = ["-c", ",", "-s", "proto", "saddr", "daddr", "pkts"]


def ra(*argv: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*RA, "-X", *argv], capture_output=True, text=True, timeout=60, check=False, **more)


def test_lines_are_there_at_once(tmp_path: Path) -> None:
    with Served() as served, Process(*RA, "-X", "-n", *FIELDS, "-S", f"127.0.0.1:{served.port}", log=tmp_path / "out") as reader:
        eventually(lambda: served.listener.clients == 1)
        served.listener.publish(flows())
        eventually(lambda: reader.said.count("\n") == 61)
        served.listener.publish(flows())
        eventually(lambda: reader.said.count("\n") == 121)
        assert reader.end(signal.SIGINT) == 0
        served.logged("sent DONE")
        assert "Traceback" not in reader.said


@pytest.mark.parametrize("form", ["argus", "csv", "ndjson"])
def test_files_are_written_at_once(tmp_path: Path, form: str) -> None:
    out = tmp_path / f"out.{form}"
    with Served() as served, Process(*RA, "-X", "-S", f"127.0.0.1:{served.port}", "-w", out, log=tmp_path / "log") as reader:
        eventually(lambda: served.listener.clients == 1)
        for _ in range(2):
            before = out.stat().st_size
            served.listener.publish(flows())
            eventually(lambda before=before: out.stat().st_size > before + 60)  # type: ignore[misc]
        # What came before the interrupt is in the file, whole.
        assert reader.end(signal.SIGINT) == 0
    if form == "argus":
        assert table(out) == 2 * table(stored(tmp_path / "in", INITIAL + flows()))
    else:
        assert out.read_text().count("\n") == 120 + (form == "csv")


def test_two_servers_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Served() as one, Served(["::1"]) as two:
        argv = ["-X", "-S", f"127.0.0.1:{one.port}", "-S", f"argus://[::1]:{two.port}", "-w", out]
        with Process(*RA, *argv, log=tmp_path / "log") as reader:
            eventually(lambda: one.listener.clients == two.listener.clients == 1)
            one.listener.publish(flows())
            two.listener.publish(flows())
            reaches(out, 120)
            assert reader.end() == 0
    assert sorted(table(out)) == sorted(2 * table(stored(tmp_path / "in", INITIAL + flows())))


def test_files_then_servers(tmp_path: Path) -> None:
    source = stored(tmp_path / "in", INITIAL + flows())
    with Served() as served:
        done = ra("-r", str(source), "-S", f"127.0.0.1:{served.port}", "-T", "1", "-L", "-1")
        assert (done.returncode, done.stdout.count("\n")) == (0, 60)
        served.logged("sent DONE")


def test_seconds_and_records_end_it() -> None:
    with Served() as served:
        before = time.monotonic()
        assert ra("-S", f"127.0.0.1:{served.port}", "-T", "1").returncode == 0
        assert 1 <= time.monotonic() - before < 30
        with contextlib.ExitStack() as stack:
            argv = [*RA, "-X", "-n", "-L", "-1", "-S", f"127.0.0.1:{served.port}", "-N", "3"]
            reader = stack.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE))
            eventually(lambda: served.listener.clients == 1)
            served.listener.publish(flows())
            output, _ = reader.communicate(timeout=20)
            assert (reader.returncode, output.count(b"\n")) == (0, 3)


def test_nobody_there() -> None:
    done = ra("-S", "127.0.0.1:1")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "ra: connect to 127.0.0.1:1 failed 'Connection refused'\n"
    # With a time to run, which kills the reader of argus 3.
    assert ra("-S", "127.0.0.1:1", "-T", "2").returncode == 3
    assert ra("-S", "no-such-host.invalid").returncode == 3


def test_a_server_that_is_insisted_on(tmp_path: Path) -> None:
    conf = stored(tmp_path / "rc", b"RA_RELIABLE_CONNECT=yes\nRA_ARGUS_SERVER=127.0.0.1:1\n")
    done = subprocess.run([*RA, "-F", str(conf), "-T", "2"], capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "HOME": str(tmp_path)})  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.count("refused") == 1


def test_the_filter_is_sent_and_applied(tmp_path: Path) -> None:
    with Served() as served:
        argv = [*RA, "-X", "-n", "-L", "-1", "-c", ",", "-s", "proto", "-S", f"127.0.0.1:{served.port}"]
        with Process(*argv, "-", "udp", log=tmp_path / "one") as one, Process(*argv, "-", "local", "udp", log=tmp_path / "two") as two:
            eventually(lambda: served.listener.clients == 2)
            assert sorted(client.filter for client in served.listener.stats().clients) == ["", "man or (udp)"]
            served.listener.publish(flows())
            eventually(lambda: one.said and one.said == two.said)
            assert set(one.said.split()) == {"udp"}


def test_filters_for_here_and_there() -> None:
    assert split_filter("tcp and port 80") == ("tcp and port 80", "tcp and port 80")
    assert split_filter("local tcp") == ("tcp", "")
    assert split_filter("display tcp") == ("tcp", "")
    assert split_filter("remote tcp") == ("tcp", "tcp")
    assert split_filter("remote tcp local port 80") == ("port 80", "tcp")
    assert split_filter("ip local port 80 display syn") == ("(port 80) and (syn)", "ip")
    assert split_filter("") == ("", "")


def test_a_wrong_filter_is_said_before_anybody_is_asked() -> None:
    with Served() as served:
        done = ra("-S", f"127.0.0.1:{served.port}", "-", "tcp", "and")
        assert done.returncode == 2
        assert served.listener.stats().accepted == 0


@pytest.mark.parametrize(
    ("argv", "servers"),
    [
        (["-S", "a", "-S", "b:1"], ["a", "b:1"]),
        (["-C", "9995"], ["cisco://:9995"]),
        (["-C", "127.0.0.1:9995"], ["cisco://127.0.0.1:9995"]),
        (["-S", "a", "-X"], []),
    ],
)
def test_servers_of_the_command_line(argv: list[str], servers: list[str]) -> None:
    assert from_argv(["-X", *argv] if "-X" not in argv else argv).servers == servers


def test_servers_of_rc_files(tmp_path: Path) -> None:
    conf = stored(tmp_path / "rc", b"RA_ARGUS_SERVER=a\nRA_ARGUS_SERVER=b\nRA_ARGUS_SERVERPORT=9\nRA_TLS_CA=/ca\n")
    settings = from_argv(["-F", str(conf)])
    assert (settings.servers, settings.server_port, settings.tls_ca) == (["a", "b"], 9, "/ca")


@pytest.mark.parametrize("uri", ["host/etc/passwd", "ftp://host", "host:0", ""])
def test_what_is_no_server(uri: str) -> None:
    done = ra("-S", uri)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


class Ticking(Stage):
    """Keeps the times that it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks: list[int] = []
        self.seen = 0

    def add(self, rec: Any) -> object:
        self.seen += 1
        return self.out.put(rec)

    def tick(self, now: int) -> int:
        self.ticks.append(now)
        return 0


def test_a_stage_is_told_the_time_though_nothing_comes(capfd: pytest.CaptureFixture[str]) -> None:
    stage = Ticking()
    program = Program("ra", "Test.", make_stage=lambda settings: stage)
    with Served() as served:
        before = time.time_ns() // 1000
        assert frame.run(from_argv(["-X", "-S", f"127.0.0.1:{served.port}", "-T", "2"], program)) == 0
    after = time.time_ns() // 1000
    assert 2 <= len(stage.ticks) <= 12
    assert all(before <= tick <= after for tick in stage.ticks)
    assert stage.ticks == sorted(stage.ticks)


def test_a_server_that_ends_in_mid_record(tmp_path: Path) -> None:
    """What was whole is printed; the rest is waited for from the server's next life."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(10)
        with Process(*RA, "-X", "-n", "-L", "-1", "-S", f"127.0.0.1:{port}", log=tmp_path / "out") as reader:
            for _ in range(2):
                sock, _ = server.accept()
                with sock:
                    sock.sendall(INITIAL)
                    assert sock.recv(64) == b"START: "
                    sock.sendall(flows() + STATUS[:50])
            eventually(lambda: reader.said.count("50 bytes into a record") == 2)
            assert reader.end() == 0
            assert len([line for line in reader.said.splitlines() if not line.startswith("ra: ")]) == 120


def test_a_server_whose_end_is_seen_together_with_its_beginning() -> None:
    """Everything it sent, and that it is gone, are there before the first look."""
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = open_servers(from_argv(["-X", "-S", f"127.0.0.1:{server.getsockname()[1]}"]), said.append)
        assert isinstance(source, LiveSource)
        hub = source._hub
        eventually(lambda: hub.poll(0.0) == [] and hub.sources[0].phase is Phase.CONNECTING)
        sock, _ = server.accept()
        sock.sendall(INITIAL + flows() + STATUS[:50])
        sock.shutdown(socket.SHUT_WR)
        source.start()
        assert source.initial == INITIAL
        chunks = source.chunks()
        assert bytes(next(chunks)[0]) == flows()
        assert [line for line in said if "50 bytes into a record" in line] == said != []
        source.close()
        sock.close()


def test_network_is_imported_for_servers_only(tmp_path: Path) -> None:
    source = stored(tmp_path / "in", INITIAL + flows())
    code = "import sys; sys.argv[1:] = ['-X', '-q', '-r', sys.argv[1]]\nfrom pyargus.clients.ra import main\ntry: main()\n"
    code += "except SystemExit: print([name for name in ('ssl', 'selectors', 'pyargus.network') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, str(source)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_tls_files_that_cannot_be_used() -> None:
    done = ra("-S", "argus+tls://127.0.0.1:1", "--tls-ca", "/no/such/file", "-T", "2")
    assert done.returncode == 2
    assert "/no/such/file" in done.stderr
    with pytest.raises(BadUse):
        from_argv(["-X", "--tls-ca"])

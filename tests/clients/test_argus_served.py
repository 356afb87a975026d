"""Who reads from a sensor that captures: programs of the reference, ours, and Prometheus; and what the reference's sensor gives ours."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.clients.live import PROBES, READING, Reader, datagrams, ends_whole, in_file, packets_in, probed, reader_when_there, sensor
from tests.flow.craft import Record
from tests.namespace import Wire, until, wire
from tests.network.craft import free_port

__all__ = ["wire"]

RA, RADIUM, RATOP, ARGUS = (shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("ra", "radium", "ratop", "argus"))
FIELDS = ["-n", "-c", ",", "-s", "saddr", "sport", "daddr", "dport", "proto", "spkts", "dpkts", "sbytes", "dbytes"]
OURS = [sys.executable, "-c", "from pyargus.clients.ra import main; main()"]
SENT = 40


def reference(path: str | None) -> str:
    """The path of a reference program; without it the test is skipped."""
    if path is None:
        pytest.skip("the reference programs are not installed")
    return path


@contextmanager
def started(folder: Path, *command: str) -> Iterator["subprocess.Popen[str]"]:
    """A program that runs; its output goes to folder/out."""
    with (folder / "out").open("w") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, text=True, cwd=folder)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def lines(text: str) -> list[str]:
    """The lines of a listing that are flows, in a fixed order, without probes."""
    return sorted(line for line in text.splitlines() if line.startswith("10.1.") and not line.startswith(PROBES))


def read_file(name: Path, program: Sequence[str]) -> list[str]:
    """What a program prints of a file of records."""
    done = subprocess.run([*program, "-X", *FIELDS, "-r", str(name)], capture_output=True, text=True, timeout=60, check=True)
    return lines(done.stdout)


@pytest.mark.parametrize("family", ["plain", "filter"])
def test_ra_of_the_reference_reads_our_sensor(wire: Wire, tmp_path: Path, family: str) -> None:
    ra = reference(RA)
    port = free_port()
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-P", str(port), "-w", tmp_path / "file") as running:
        words = ["-", "src", "net", "10.1.0.0/29"] if family == "filter" else []
        with started(tmp_path, ra, "-X", "-S", f"127.0.0.1:{port}", *FIELDS, *words):
            assert until(lambda: running.said(READING))
            wire.send(datagrams(SENT))
            assert until(lambda: len(in_file(tmp_path / "file")) == SENT)
            expected = read_file(tmp_path / "file", [ra])
            assert len(expected) == SENT
            if words:
                expected = [line for line in expected if re.match(r"10\.1\.0\.[0-7],", line)]
            assert until(lambda: len(lines((tmp_path / "out").read_text())) >= len(expected))
            running.end()
    assert lines((tmp_path / "out").read_text()) == expected


def test_radium_of_the_reference_relays_our_sensor(wire: Wire, tmp_path: Path) -> None:
    radium, ra = reference(RADIUM), reference(RA)
    port, relayed = free_port(), free_port()
    argv = ("-i", wire.far, "-S", "0", "-M", "1", "-P", str(port), "-w", tmp_path / "file")
    with sensor(tmp_path, *argv) as running, started(tmp_path, radium, "-X", "-S", f"127.0.0.1:{port}", "-P", str(relayed)):
        folder = tmp_path / "reader"
        folder.mkdir()
        with started(folder, ra, "-X", "-S", f"127.0.0.1:{relayed}", *FIELDS):
            probed(wire, lambda: PROBES in (folder / "out").read_text())
            wire.send(datagrams(SENT))
            assert until(lambda: len(lines((folder / "out").read_text())) >= SENT)
            running.end()
    assert lines((folder / "out").read_text()) == read_file(tmp_path / "file", [ra])


def test_ratop_of_the_reference_shows_our_sensor(wire: Wire, tmp_path: Path) -> None:
    ratop, tmux = reference(RATOP), shutil.which("tmux")
    if tmux is None:
        pytest.skip("tmux is not installed")
    port = free_port()
    server = f"argus-test-{os.getpid()}"
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-P", str(port)) as running:
        command = f"TERM=screen exec {ratop} -X -n -S 127.0.0.1:{port} -s saddr sport daddr dport spkts"
        session = [tmux, "-L", server, "-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", command]
        subprocess.run(session, check=True, timeout=20)
        try:
            assert until(lambda: running.said(READING))

            def shown() -> bool:
                wire.send(datagrams(3))
                time.sleep(0.3)
                screen = subprocess.run([tmux, "-L", server, "capture-pane", "-p"], capture_output=True, text=True, check=False, timeout=20)
                return all(f"10.1.0.{host}" in screen.stdout for host in range(3))

            assert until(shown, 60)
        finally:
            # It outlives its terminal, spinning.
            asked = [tmux, "-L", server, "list-panes", "-F", "#{pane_pid}"]
            pane = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=20)
            for pid in pane.stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            subprocess.run([tmux, "-L", server, "kill-server"], check=False, capture_output=True, timeout=20)
        running.end()


def test_our_ra_reads_the_sensor_of_the_reference(wire: Wire, tmp_path: Path) -> None:
    argus = reference(ARGUS)
    port = free_port()
    argv = ("-i", wire.far, "-S", "0", "-P", str(port), "-B", "127.0.0.1", "-w", tmp_path / "file")
    with sensor(tmp_path, *argv, command=(argus,), ready=f"interface {wire.far} is up") as running:
        folder = tmp_path / "reader"
        folder.mkdir()
        with started(folder, *OURS, "-X", "-S", f"127.0.0.1:{port}", *FIELDS) as reader:
            probed(wire, lambda: PROBES in (folder / "out").read_text())
            wire.send(datagrams(SENT))
            assert until(lambda: len(lines((folder / "out").read_text())) >= SENT)
            reader.send_signal(signal.SIGINT)
            assert reader.wait(30) == 0
        whole = ends_whole(running.process)
    found = lines((folder / "out").read_text())
    assert found == sorted(f"10.1.0.{host},1000,192.0.2.1,9,udp,1,0,62,0" for host in range(SENT))
    if whole:
        assert found == read_file(tmp_path / "file", [*OURS])


def test_our_ra_reads_our_sensor(wire: Wire, tmp_path: Path) -> None:
    port = free_port()
    with sensor(tmp_path, "-i", wire.far, "-S", "0", "-P", str(port), "-w", tmp_path / "file") as running:
        with started(tmp_path, *OURS, "-X", "-S", f"127.0.0.1:{port}", *FIELDS) as reader:
            assert until(lambda: running.said(READING))
            wire.send(datagrams(SENT))
            assert until(lambda: len(lines((tmp_path / "out").read_text())) == SENT)
            reader.send_signal(signal.SIGINT)
            assert reader.wait(30) == 0
        running.end()
    assert lines((tmp_path / "out").read_text()) == read_file(tmp_path / "file", [*OURS])


def figures(port: int) -> dict[str, float]:
    """What the sensor tells Prometheus, by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if not line.startswith("#")}


def test_figures_for_prometheus(wire: Wire, tmp_path: Path) -> None:
    port, served = free_port(), free_port()
    argv = ("-i", wire.far, "-S", "60", "--metrics", str(served), "-P", str(port), "-w", "/dev/full", "-s", "50")
    with sensor(tmp_path, *argv) as running, Reader(port) as reader:
        wire.send(datagrams(SENT))
        # An IPv6 header that the snap length cuts makes no flow, and neither does an ARP operation that is none.
        wire.send([bytes(12) + b"\x86\xdd" + bytes(60), b"\xff" * 6 + bytes(6) + b"\x08\x06\0\1\x08\0\6\4\0\x63" + bytes(20)])
        received = f'argus_packets_received_total{{interface="{wire.far}"}}'
        assert until(lambda: figures(served)["argus_packets_total"] == figures(served)[received] == SENT + 2)
        found = figures(served)
        assert found[f'argus_packets_dropped_total{{interface="{wire.far}",by="kernel"}}'] == 0
        assert found['argus_packets_undecodable_total{reason="cut short by the snap length"}'] >= 1
        assert found["argus_flows_active"] == SENT
        assert found["argus_flow_records_total"] == 0
        assert found["argus_clients"] == 1
        assert found[f'argus_interface_up{{interface="{wire.far}"}}'] == 1
        assert found['argus_output_lost_records_total{output="/dev/full"}'] == 1  # the initial record
        running.end()
        assert packets_in(reader.until(SENT)) == SENT


def test_relays_find_a_sensor_again_that_was_killed(wire: Wire, tmp_path: Path) -> None:
    radium = reference(RADIUM)
    port, ports = free_port(), (free_port(), free_port())
    ours = [sys.executable, "-c", "from pyargus.clients.radium import main; main()"]
    folders = [tmp_path / "theirs", tmp_path / "ours"]
    for folder in folders:
        folder.mkdir()
    argv = ("-i", wire.far, "-S", "0", "-P", str(port), "-B", "127.0.0.1")
    source = ["-X", "-S", f"127.0.0.1:{port}"]
    with (
        sensor(tmp_path, *argv) as running,
        started(folders[0], radium, *source, "-P", str(ports[0])),
        started(folders[1], *ours, *source, "-P", str(ports[1]), "-B", "127.0.0.1"),
        reader_when_there(ports[0], ours=False) as theirs,
        reader_when_there(ports[1]) as own,
    ):
        probed(wire, lambda: all(packets_in(reader.until(1, 0.1)) for reader in (theirs, own)))
        wire.send(datagrams(SENT))
        for reader in (theirs, own):
            assert until(lambda reader=reader: senders(reader.until(10**9, 0.1)) == set(range(SENT)))
        running.process.kill()
        running.process.wait()
        before = [len(reader.records()) for reader in (theirs, own)]
        with sensor(tmp_path, *argv) as again:
            probed(wire, lambda: all(len(reader.until(10**9, 0.1)) > n for reader, n in zip((theirs, own), before, strict=True)))
            wire.send(datagrams(SENT, SENT))
            for reader in (theirs, own):
                assert until(lambda reader=reader: senders(reader.until(10**9, 0.1)) == set(range(2 * SENT)))
            again.end()


def senders(records: Sequence[Record]) -> set[int]:
    """The numbers of the flows of `datagrams` among the records, each of which must be there once; probes are not counted."""
    numbers = [record.dsr(0x02).raw[6:8] for record in records]
    found = [int.from_bytes(number, "big") for number in numbers if number != b"\xff\x00"]
    assert len(found) == len(set(found))
    return set(found)

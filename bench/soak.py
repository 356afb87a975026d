"""`make soak`: our sensor under load for a long time; its memory and its descriptors must not grow.

`SECONDS=1800 RATE=50000`. One client of its port reads, one does not, a third comes and goes; the file of records is moved away every
now and then. Prints a line for each of thirty parts of the time, and ends with 1 if something grew or got lost. Linux, root.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.live import FAR, NEAR, SENT_PACKETS, isolate
from bench.measure import memory_kib
from bench.run import OURS, ROOT, rows, trace

PORT = 5619
PARTS = 30
WARM = 0.3
"""Part of the time after which memory is to be what it stays."""
GROWTH = 1.05
SLACK = 4
"""Descriptors more or fewer, as clients come and go."""


def processor(process: int) -> float:
    """Seconds of processor time of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connect() -> socket.socket:
    """A client that asks for records."""
    sock = socket.create_connection(("127.0.0.1", PORT), 10)
    sock.recv(128, socket.MSG_WAITALL)
    sock.sendall(b"START: ")
    return sock


class Reading(threading.Thread):
    """A client that takes everything. bytes: how much that was."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._sock = connect()
        self._sock.settimeout(None)

    def run(self) -> None:
        """Read until the sensor closes."""
        while data := self._sock.recv(1 << 16):
            self.bytes += len(data)


def soak(folder: Path, rate: int, seconds: float) -> int:
    """Run it; returns the exit status."""
    capture, _ = trace(folder, 3_000_000)
    records = folder / "soak.argus"
    for old in folder.glob("soak.argus*"):
        old.unlink()
    messages = folder / "soak.log"
    command = [str(OURS / "argus"), "-X", "-i", FAR, "-P", str(PORT), "-B", "127.0.0.1", "-M", "5", "-w", str(records)]
    with messages.open("w") as file:
        sensor = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    time.sleep(2.0)
    sender_command = [sys.executable, "-m", "bench.sender", NEAR, str(capture), "--rate", str(rate), "--seconds", str(seconds)]
    sender = subprocess.Popen([*sender_command, "--packets", str(SENT_PACKETS)], stdout=subprocess.PIPE, text=True)
    reading = Reading()
    reading.start()
    stuck = connect()
    memory, descriptors = [], []
    moved = 0
    print("seconds   memory (MiB)   descriptors   processor (%)   read by a client (MiB)", flush=True)
    begin, used = time.monotonic(), processor(sensor.pid)
    try:
        for part in range(1, PARTS + 1):
            connect().close()
            time.sleep(max(0.0, begin + part * seconds / PARTS - time.monotonic()))
            memory.append(memory_kib(sensor.pid, "VmRSS"))
            descriptors.append(len(os.listdir(f"/proc/{sensor.pid}/fd")))
            before, used = used, processor(sensor.pid)
            share, mebibytes = 100 * (used - before) / (seconds / PARTS), reading.bytes / 2**20
            line = f"{part * seconds / PARTS:7.0f} {memory[-1] / 1024:14.1f} {descriptors[-1]:13d} {share:15.1f} {mebibytes:24.1f}"
            print(line, flush=True)
            if part % 5 == 0:
                records.rename(folder / f"soak.argus.{moved}")
                moved += 1
        sent = json.loads(sender.communicate(timeout=seconds + 600)[0])["sent"]
        time.sleep(2.0)
        stuck.close()
        sensor.send_signal(signal.SIGTERM)
        status = sensor.wait(60)
    finally:
        for process in (sender, sensor):
            if process.poll() is None:
                process.kill()
                process.wait()
    empty = folder / "empty.conf"
    empty.write_bytes(b"")
    got = sum(int(row[5]) + int(row[6]) for name in folder.glob("soak.argus*") for row in rows(OURS / "ra", name, empty))
    wrong = []
    warm = int(WARM * PARTS)
    if max(memory[warm:]) > GROWTH * max(memory[:warm]):
        wrong.append(f"memory grew from {max(memory[:warm])} to {max(memory[warm:])} KiB")
    if max(descriptors) - min(descriptors) > SLACK:
        wrong.append(f"descriptors: {min(descriptors)} to {max(descriptors)}")
    if status:
        wrong.append(f"it ended with {status}")
    if got != sent:
        wrong.append(f"{sent - got} of {sent} packets are in no record")
    print(f"{sent} packets sent, {got} in records; {messages.read_text().splitlines()[-1]}")
    print("\n".join(wrong) or "flat")
    for old in folder.glob("soak.argus*"):
        old.unlink()
    return 1 if wrong else 0


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=1800.0)
    options = parser.parse_args()
    isolate("bench.soak")
    folder = ROOT / "bench/out"
    folder.mkdir(exist_ok=True)
    sys.exit(soak(folder, options.rate, options.seconds))


if __name__ == "__main__":
    main()

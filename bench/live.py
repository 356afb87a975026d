"""`make bench-live`: packets that sensors lose on a live interface, ours and the reference's in turn, as a page of the documentation.

Packets go at a given rate over a pair of virtual Ethernet interfaces in a network namespace of their own; sender and sensor share the
machine. What a sensor got is what its records add up to, whatever it says itself. Linux, root.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.measure import machine, version
from bench.run import OURS, ROOT, THEIRS, rows, trace

NEAR, FAR = "bench0", "bench1"
SENT_PACKETS = 500_000
"""Packets of the trace that are sent, again and again."""


@dataclass
class Outcome:
    """One run: packets sent, rate reached, packets in the records, what the sensor says it dropped, its processor time and peak memory."""

    sent: int
    rate: int
    got: int
    said: str
    cpu: float
    memory: int

    @property
    def lost(self) -> float:
        """Share of packets that no record holds, in percent."""
        return 100 * (self.sent - self.got) / self.sent


def isolate(module: str) -> None:
    """Start the module again in a network namespace, with the pair of interfaces; there, come back."""
    if os.environ.get("BENCH_INSIDE"):
        for command in (
            ["sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"],
            ["ip", "link", "add", NEAR, "mtu", "9000", "type", "veth", "peer", "name", FAR, "mtu", "9000"],
            *(["ip", "link", "set", device, "up"] for device in ("lo", NEAR, FAR)),
        ):
            subprocess.run(command, check=True)
        return
    if os.geteuid() != 0:
        sys.exit("live capture is measured in a network namespace of its own: needs root")
    os.environ["BENCH_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-n", sys.executable, "-m", module, *sys.argv[1:]])


def sensors(records: Path) -> dict[str, list[str]]:
    """Name and command of each sensor that is there."""
    ours = [str(OURS / "argus"), "-X", "-i", FAR, "-w", str(records)]
    found = {"pyargus, ring": [*ours, "--capture", "ring"], "pyargus, pcap": [*ours, "--capture", "pcap"]}
    if THEIRS["argus"].exists():
        found["argus 3.0.8"] = [str(THEIRS["argus"]), "-X", "-i", FAR, "-w", str(records)]
    return found


def run(command: list[str], records: Path, capture: Path, rate: int, seconds: float, messages: Path) -> Outcome:
    """One sensor under one load."""
    records.unlink(missing_ok=True)
    with messages.open("w") as file:
        sensor = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        time.sleep(2.0)
        sender = [sys.executable, "-m", "bench.sender", NEAR, str(capture), "--rate", str(rate), "--seconds", str(seconds)]
        sent = json.loads(subprocess.run([*sender, "--packets", str(SENT_PACKETS)], check=True, capture_output=True, text=True).stdout)
        time.sleep(1.5)
        sensor.send_signal(signal.SIGTERM)
        _, _, usage = os.wait4(sensor.pid, 0)
        sensor.returncode = 0
    finally:
        if sensor.returncode is None:
            sensor.kill()
            sensor.wait()
    empty = records.with_name("empty.conf")
    empty.write_bytes(b"")
    got = sum(int(row[5]) + int(row[6]) for row in rows(OURS / "ra", records, empty))
    said = [line.partition("(")[2].rstrip(")\n") for line in messages.read_text().splitlines() if "stopped:" in line]
    return Outcome(sent["sent"], sent["rate"], got, said[0] if said else "", usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def page(folder: Path, rates: list[int], seconds: float, runs: int) -> list[str]:
    """Measure everything; returns the page."""
    capture, _ = trace(folder, 3_000_000)
    records, messages = folder / "live.argus", folder / "messages"
    out = [
        "# Performance of live capture",
        "",
        "Written by `make bench-live`; do not edit. Packets of the trace of [the other page](performance.md) go over a pair of virtual",
        "Ethernet interfaces; sender and sensor share the machine. A packet that no record holds is lost. All sensors in turn, in the",
        f"same run, {seconds:g} s each, {runs} times; the loss is that of each run.",
        "",
        *machine(),
        *([f"* {version([str(THEIRS['argus']), '-h'], 'Argus Version')}"] if THEIRS["argus"].exists() else []),
        "",
        "| sensor | packets/s wanted | packets/s sent | lost (%) | processor time of the sensor (s) | peak memory (MiB) |",
        "|---|---|---|---|---|---|",
    ]
    for rate in rates:
        found: dict[str, list[Outcome]] = {}
        for _ in range(runs):
            for name, command in sensors(records).items():
                outcome = run(command, records, capture, rate, seconds, messages)
                print(f"{name} at {rate}: {outcome}", file=sys.stderr, flush=True)
                found.setdefault(name, []).append(outcome)
        for name, outcomes in found.items():
            losses = ", ".join(f"{outcome.lost:.3g}" for outcome in outcomes)
            sent = min(outcome.rate for outcome in outcomes)
            cpu, memory = max(outcome.cpu for outcome in outcomes), max(outcome.memory for outcome in outcomes)
            out.append(f"| {name} | {rate:,} | {sent:,} | {losses} | {cpu:.2f} | {memory / 1024:.0f} |")
    return [*out, ""]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[200_000, 300_000, 500_000])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    isolate("bench.live")
    folder = ROOT / "bench/out"
    folder.mkdir(exist_ok=True)
    text = "\n".join(page(folder, options.rates, options.seconds, options.runs))
    if options.output:
        options.output.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()

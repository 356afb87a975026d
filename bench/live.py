"""`make bench-live`: packets that sensors lose on a live interface, ours and the reference's in turn, as a page of the documentation.

Packets go at a given rate over a pair of virtual Ethernet interfaces in a network namespace of their own; sender and sensor share the
machine. What a sensor got is what its records add up to, whatever it says itself. Rounds of all sensors at all rates are run as long as
`--limit` seconds allow, one at least. Linux, root.
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
from types import TracebackType

from bench.measure import machine, memory_kib, version
from bench.run import OURS, ROOT, THEIRS, rows, trace

NEAR, FAR = "bench0", "bench1"
SENT_PACKETS = 500_000
"""Packets of the trace that are sent, again and again."""
BEFORE_OTHERS = ["chrt", "-r", "1"]
"""Before everything else that the machine does, but the sender."""
START_SECONDS = 30.0
AS_FAST_AS_CAN_BE = 10_000_000


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

    @property
    def each(self) -> float:
        """Processor time of the sensor for a packet that it got, microseconds."""
        return 1e6 * self.cpu / max(1, self.got)


@dataclass(frozen=True)
class Sensor:
    """A sensor: its name in the table, its command, and what it says once it captures."""

    name: str
    command: list[str]
    ready: str


class Traffic:
    """The sender, which loads its packets once for all runs. first: it has real-time priority."""

    def __init__(self, capture: Path) -> None:
        command = [sys.executable, "-m", "bench.sender", NEAR, str(capture), "--packets", str(SENT_PACKETS), "--serve"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = bool(self._answer()["first"])

    def _answer(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"the sender has ended with {self._process.wait()}")
        answer: dict[str, float] = json.loads(line)
        return answer

    def send(self, rate: int, seconds: float) -> tuple[int, int]:
        """Send at `rate` packets a second. Returns packets sent and the rate reached."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{rate} {seconds}\n")
        self._process.stdin.flush()
        answer = self._answer()
        return int(answer["sent"]), int(answer["rate"])

    def __enter__(self) -> "Traffic":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


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


def sensors(records: Path, busy: bool) -> list[Sensor]:
    """The sensors that are there."""
    before = BEFORE_OTHERS if busy else []
    options = ["-X", "-i", FAR, "-w", str(records)]
    ours = [*before, str(OURS / "argus"), *options, "--capture"]
    found = [Sensor(f"pyargus, {how}", [*ours, how], "started") for how in ("ring", "pcap")]
    if THEIRS["argus"].exists():
        found.append(Sensor("argus 3.0.8", [*before, str(THEIRS["argus"]), *options], f"interface {FAR} is up"))
    return found


def run(sensor: Sensor, records: Path, traffic: Traffic, rate: int, seconds: float, messages: Path) -> Outcome:
    """One sensor under one load."""
    records.unlink(missing_ok=True)
    with messages.open("w") as file:
        process = subprocess.Popen(sensor.command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        end = time.monotonic() + START_SECONDS
        while sensor.ready not in messages.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{sensor.name} has not started: {messages.read_text(errors='replace').strip()}")
            time.sleep(0.05)
        time.sleep(0.5)
        sent, reached = traffic.send(rate, seconds)
        time.sleep(1.5)
        memory = memory_kib(process.pid, "VmHWM")  # what wait4 says includes what this program had when it started the sensor
        process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        if process.returncode is None:
            process.kill()
            process.wait()
    if process.returncode:
        sys.exit(f"{sensor.name} has ended with {process.returncode}: {messages.read_text(errors='replace').strip()}")
    empty = records.with_name("empty.conf")
    empty.write_bytes(b"")
    got = sum(int(row[5]) + int(row[6]) for row in rows(OURS / "ra", records, empty))
    said = [line.partition("(")[2].rstrip(")\n") for line in messages.read_text().splitlines() if "stopped:" in line]
    return Outcome(sent, reached, got, said[0] if said else "", usage.ru_utime + usage.ru_stime, memory)


Found = dict[tuple[int, str], list[Outcome]]


def rounds(traffic: Traffic, folder: Path, options: argparse.Namespace) -> Found:
    """Outcomes by rate and sensor. At most `runs` rounds; none is begun that would, by the longest before it, end after `limit` seconds."""
    records, messages = folder / "live.argus", folder / "messages"
    found: Found = {}
    begin, longest = time.monotonic(), 0.0
    for number in range(options.runs):
        before = time.monotonic()
        if number and before + longest - begin > options.limit:
            print(f"{number} of {options.runs} rounds: the time is over", file=sys.stderr)
            break
        for rate in options.rates:
            for sensor in sensors(records, options.busy):
                outcome = run(sensor, records, traffic, rate, options.seconds, messages)
                print(f"{sensor.name} at {rate}: {outcome.lost:.3f} % lost, {outcome}", file=sys.stderr, flush=True)
                found.setdefault((rate, sensor.name), []).append(outcome)
        longest = max(longest, time.monotonic() - before)
    records.unlink(missing_ok=True)
    return found


def page(found: Found, alone: int, first: bool, options: argparse.Namespace) -> list[str]:
    """The page. alone: packets a second that are sent when nobody captures; first: the sender has real-time priority."""
    count = max(map(len, found.values()))
    out = [
        "# Performance of live capture",
        "",
        "Written by `make bench-live`; do not edit. Packets of the trace of [the other page](performance.md) go over a pair of virtual",
        "Ethernet interfaces; sender and sensor share the machine. A packet that no record holds is lost. All sensors in turn,",
        f"{options.seconds:g} s each, in {count} round{'s' * (count > 1)}; the loss is that of each round. Where less was sent",
        "than wanted, the machine had no time for more." + " The sender has real-time priority: a network does not wait." * first,
        *(["The machine had other work; the sensors went before it, with real-time priority as well."] if options.busy else []),
        "",
        *machine(),
        *([f"* {version([str(THEIRS['argus']), '-h'], 'Argus Version')}"] if THEIRS["argus"].exists() else []),
        f"* the sender alone, with nobody to capture: {alone:,} packets/s",
        "",
        "| sensor | packets/s wanted | packets/s sent | lost (%) | processor time of the sensor (µs a packet) | peak memory (MiB) |",
        "|---|---|---|---|---|---|",
    ]
    for (rate, name), outcomes in found.items():
        losses = ", ".join(f"{outcome.lost:.3g}" for outcome in outcomes)
        sent, each = min(outcome.rate for outcome in outcomes), max(outcome.each for outcome in outcomes)
        memory = max(outcome.memory for outcome in outcomes)
        out.append(f"| {name} | {rate:,} | {sent:,} | {losses} | {each:.2f} | {memory / 1024:.0f} |")
    return [*out, ""]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[200_000, 300_000, 500_000])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=3, help="rounds at most")
    parser.add_argument("--limit", type=float, default=270.0, help="seconds for all rounds")
    parser.add_argument("--busy", action="store_true", help="the machine has other work: sensors have real-time priority")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    isolate("bench.live")
    folder = ROOT / "bench/out"
    folder.mkdir(exist_ok=True)
    capture, _ = trace(folder, 3_000_000)
    with Traffic(capture) as traffic:
        _, alone = traffic.send(AS_FAST_AS_CAN_BE, 0.1)
        found = rounds(traffic, folder, options)
    text = "\n".join(page(found, alone, traffic.first, options))
    if options.output:
        options.output.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()

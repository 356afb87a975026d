"""`make bench`: our programs and the reference programs on the same input, in turn, as a page of the documentation.

Every output is checked: the packets and bytes of all its records must add up to what the trace holds, so that nobody is quick by
leaving something out.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version as package_version
from pathlib import Path

from bench.generate_trace import Truth, generate
from bench.measure import Program, Result, compare, machine, remove, table, version
from bench.records import Inputs, memory_rows, ratio_rows

ROOT = Path(__file__).resolve().parents[1]
OURS = Path(sys.executable).parent
THEIRS = {
    "argus": Path("/usr/sbin/argus"),
    "ra": Path("/usr/bin/ra"),
    "nfpcapd": Path("/usr/bin/nfpcapd"),
    "nfdump": Path("/usr/bin/nfdump"),
}
STARTS = 20
"""Runs for the measurement of starting up."""
FAMILY = {"tcp": "tcp", "udp": "udp", "udt": "udp", "rtp": "udp", "rtcp": "udp", "icmp": "icmp", "arp": "arp"}
"""What `ra` calls a protocol to what the trace calls it; the sensor sees some applications in UDP."""


def trace(folder: Path, packets: int) -> tuple[Path, Truth]:
    """The trace of so many packets, made if it is not there, and what is in it."""
    path = folder / f"trace-{packets}.pcap"
    known = path.with_suffix(".json")
    if not (path.exists() and known.exists() and known.stat().st_mtime > (ROOT / "bench/generate_trace.py").stat().st_mtime):
        print(f"making {path}", file=sys.stderr)
        generate(path, packets).save(known)
    with path.open("rb") as file:  # into the page cache, for all alike
        while file.read(1 << 24):
            continue
    return path, Truth.load(known)


def rows(ra: Path, records: Path, empty: Path) -> Iterator[list[str]]:
    """Protocol, ends, packets and bytes of every flow record."""
    fields = ["proto", "saddr", "sport", "daddr", "dport", "spkts", "dpkts", "sbytes", "dbytes"]
    command = [str(ra), "-X", "-F", str(empty), "-n", "-c", ",", "-L", "-1", "-r", str(records), "-s", *fields]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line[:3] != "man":
                yield [word.strip() for word in line.split(",")]
    if child.returncode != 0:
        raise subprocess.CalledProcessError(child.returncode, command)


def check(ra: Path, records: Path, truth: Truth, empty: Path) -> list[str]:
    """What does not add up in a file of records; empty where all is well."""
    packets = dict.fromkeys(truth.protocols, 0)
    octets = dict.fromkeys(truth.protocols, 0)
    ends: dict[str, set[tuple[str, ...]]] = {name: set() for name in truth.protocols}
    try:
        found = list(rows(ra, records, empty))
    except subprocess.CalledProcessError as error:
        return [f"{ra} ends with {error.returncode} on {records.name}"]
    for proto, saddr, sport, daddr, dport, spkts, dpkts, sbytes, dbytes in found:
        name = FAMILY.get(proto)
        if name is None:
            return [f"a record of {proto}, which the trace does not hold"]
        packets[name] += int(spkts) + int(dpkts)
        octets[name] += int(sbytes) + int(dbytes)
        ends[name].add(tuple(sorted((f"{saddr} {sport}", f"{daddr} {dport}"))))
    wrong = []
    for name, expected in truth.protocols.items():
        for what, sum_found, right in (
            ("packets", packets[name], expected.packets),
            ("bytes", octets[name], expected.bytes),
            ("conversations", len(ends[name]), expected.conversations),
        ):
            if sum_found != right:
                wrong.append(f"{name}: {sum_found} {what}, not {right}")
    return wrong


def check_nfdump(folder: Path, truth: Truth) -> list[str]:
    """The same of what nfpcapd has written: packets of IP, of which it makes flows."""
    if not THEIRS["nfdump"].exists():
        return []
    said = subprocess.run([str(THEIRS["nfdump"]), "-R", str(folder), "-I"], capture_output=True, text=True, check=False).stdout
    found = next((int(line.split(":")[1]) for line in said.splitlines() if line.startswith("Packets:")), 0)
    right = truth.packets - truth.protocols["arp"].packets
    return [] if found == right else [f"{found} packets of IP, not {right}"]


def first_records(source: Path, target: Path, count: int) -> None:
    """Copy the first records of a file: each says in its third and fourth byte of how many words of four bytes it is."""
    data = source.read_bytes()[: 1 << 16]
    at = 0
    for _ in range(count):
        at += 4 * int.from_bytes(data[at + 2 : at + 4])
    target.write_bytes(data[:at])


def existing(programs: list[Program]) -> list[Program]:
    """Those of the programs that are installed."""
    return [program for program in programs if Path(program.command[0]).exists()]


def section(title: str, text: str, programs: list[Program], results: dict[str, Result], unit: str = "s") -> list[str]:
    """A part of the page."""
    return [f"## {title}", "", text, "", *table(programs, results, unit), ""]


def page(folder: Path, packets: int, runs: int) -> tuple[list[str], list[str]]:
    """Measure everything; returns the page and what went wrong."""
    capture, truth = trace(folder, packets)
    empty, messages = folder / "empty.conf", folder / "messages"
    empty.write_bytes(b"")
    ours, theirs, others = folder / "ours.argus", folder / "theirs.argus", folder / "nfpcapd.dir"
    plain = ["-X", "-F", str(empty)]
    sensors = existing(
        [
            Program("argus 3.0.8", [str(THEIRS["argus"]), *plain, "-r", str(capture), "-w", str(theirs)], theirs, reference=True),
            Program("pyargus argus", [str(OURS / "argus"), *plain, "-r", str(capture), "-w", str(ours)], ours),
            Program("nfpcapd", [str(THEIRS["nfpcapd"]), "-r", str(capture), "-w", str(others)], others),
        ]
    )
    print("packets to records", file=sys.stderr)
    sensed = compare(sensors, runs, messages)

    wrong = [f"{name} failed: {result.failure}" for name, result in sensed.items() if result.failure]
    reader = next(path for path in (THEIRS["ra"], OURS / "ra") if path.exists())
    written = {program.name: program.output for program in sensors if program.output and sensed[program.name].failure is None}
    for name, output in written.items():
        found = check_nfdump(output, truth) if name == "nfpcapd" else check(reader, output, truth, empty)
        wrong += [f"{name}: {line}" for line in found]

    records = written.get("argus 3.0.8") or written.get("pyargus argus")
    if records is None:
        raise SystemExit("no sensor has written records: " + "; ".join(wrong))
    if (OURS / "ra").exists():
        wrong += [f"pyargus ra: {line}" for line in check(OURS / "ra", records, truth, empty)]
    size = records.stat().st_size
    small = folder / "ten.argus"
    first_records(records, small, 10)

    def readers(file: Path) -> list[Program]:
        return existing(
            [
                Program("ra 3.0.8", [str(THEIRS["ra"]), *plain, "-n", "-r", str(file)], reference=True),
                Program("pyargus ra", [str(OURS / "ra"), *plain, "-n", "-r", str(file)]),
            ]
        )

    print("records to text", file=sys.stderr)
    read = compare(readers(records), runs, messages)
    print("ten records to text", file=sys.stderr)
    started = compare(readers(small), STARTS, messages)
    for measured in (read, started):
        wrong += [f"{name} failed: {result.failure}" for name, result in measured.items() if result.failure]
    inputs = Inputs(records, folder)
    rated, failures = ratio_rows(OURS, THEIRS["ra"].with_name, plain, inputs, runs, messages)
    wrong += failures
    large, failures = memory_rows(OURS, plain, inputs, messages)
    wrong += failures
    inputs.remove()
    remove(messages)

    sums = ", ".join(f"{item.packets:,} {name}" for name, item in truth.protocols.items())
    conversations = sum(item.conversations for item in truth.protocols.values())
    lines = [
        "# Performance",
        "",
        "Written by `make bench`; do not edit. All programs have the same input, which is in the page cache, run one after the other",
        "in turn, and read an empty configuration. Ratios are medians of wall time divided by that of argus 3.0.8: below one is faster.",
        "Processor time and memory are the operating system's account of the process; pages of a mapped file count as its memory, and",
        "less than that of the small process that starts a program (about 8 MiB) is not seen. The records of every program are added up",
        "afterwards and must give the packets and bytes of the trace.",
        "",
        *machine(),
        f"* pyargus {package_version('pyargus-flow')}",
        *(
            f"* {version([str(THEIRS[name]), '-V' if name == 'nfpcapd' else '-h'], 'ersion')}"
            for name in THEIRS
            if name in ("argus", "ra", "nfpcapd") and THEIRS[name].exists()
        ),
        "",
        f"The trace: {truth.packets:,} packets ({sums}) of {conversations:,} conversations, {truth.bytes:,} bytes on the wire in "
        f"{truth.seconds:.0f} seconds; the file has {capture.stat().st_size:,} bytes.",
        "",
        *section("Packets to records", f"`argus -r trace -w records`, {runs} runs; nfpcapd makes unidirectional flows.", sensors, sensed),
        *section(
            "Records to text", f"`ra -n -r records`, {size:,} bytes of records, {runs} runs.", readers(records), read
        ),
        "## Clients",
        "",
        f"The records of the trace several times over, {runs} runs. `at most` is the ratio that the suite is made to hold.",
        "",
        *rated,
        "",
        "## Memory",
        "",
        "One run; the memory of sorting is that of `--memory` and its bookkeeping, that of merging grows with the groups.",
        "",
        *large,
        "",
        *section("Starting up", f"`ra -n -r` on ten records, {STARTS} runs.", readers(small), started, "ms"),
        "## Sums",
        "",
        *([f"* {line}" for line in wrong] or ["All outputs add up to what the trace holds."]),
    ]
    return lines, wrong


def main(arguments: list[str]) -> int:
    """Measure, write the page, and say what went wrong."""
    parser = argparse.ArgumentParser(prog="bench.run")
    parser.add_argument("--packets", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=ROOT / "docs/reference/performance.md")
    options = parser.parse_args(arguments)
    folder = ROOT / "bench/out"
    folder.mkdir(parents=True, exist_ok=True)
    lines, wrong = page(folder, options.packets, options.runs)
    options.output.write_text("\n".join(lines) + "\n")
    print(f"written to {options.output}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measuring the programs that read records, on the records of a trace as often as it takes."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.measure import Program, Result, compare, remove

OUT = "{out}"
"""Stands for the file or folder that a program writes."""
CSV_FIELDS = ["stime", "ltime", "dur", "proto", "saddr", "sport", "dir", "daddr", "dport", "state", "flgs", "spkts", "dpkts",
              "sbytes", "dbytes", "sappbytes", "dappbytes", "sload", "dload", "srate", "drate", "sloss", "dloss",
              "sttl", "dttl", "stos", "dtos", "seq", "srcid", "smac", "dmac", "smeansz", "dmeansz", "sjit", "djit",
              "swin", "dwin", "tcprtt", "synack", "ackdat"]  # fmt: skip
INITIAL = 128
"""Bytes of the management record that a file of records begins with."""


@dataclass(frozen=True)
class Case:
    """A command to measure.

    records: how many it reads at least; before, after: its words before and after its input; suffix: that of the file it writes,
    `.dir` for a folder, empty for a table; most: the ratio to stay below.
    """

    name: str
    program: str
    records: int
    most: float
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    suffix: str = ""


SOME, MANY, MOST = 450_000, 5_000_000, 10_000_000
CASES = (
    Case("listing", "ra", SOME, 0.25, ["-n"]),
    Case("40 fields as CSV", "ra", SOME, 0.25, ["-n", "-c", ","], ["-s", *CSV_FIELDS]),
    Case("filter on ports, records written", "ra", MANY, 1.0, [], ["-w", OUT, "-", "port", "80"], ".argus"),
    Case("totals", "racount", MANY, 1.0),
    Case("sorting, printed", "rasort", SOME, 0.3, ["-m", "bytes", "-n"]),
    Case("sorting, written", "rasort", SOME, 0.3, ["-m", "bytes"], ["-w", OUT], ".argus"),
    Case("files of so many records", "rasplit", SOME, 0.5, ["-M", "count", "10000"], ["-w", f"{OUT}/x"], ".dir"),
    Case("files by time", "rasplit", SOME, 0.5, ["-M", "time", "10s"], ["-w", f"{OUT}/%H%M%S"], ".dir"),
    Case("merging by the five-tuple", "racluster", SOME, 0.3, ["-n"]),
    Case("merging by the two addresses", "racluster", SOME, 0.3, ["-n", "-m", "saddr", "daddr"]),
    Case("bins of 10 s", "rabins", SOME, 0.3, ["-n", "-M", "time", "10s"]),
)
LARGE = (
    Case("sorting, written", "rasort", MOST, 1024, ["-m", "bytes"], ["-w", OUT], ".argus"),
    Case("merging by the two addresses", "racluster", MOST, 1024, ["-n", "-m", "saddr", "daddr"]),
    Case("listing", "ra", MOST, 64, ["-n"]),
)
"""What is read for its memory: `most` is in MiB."""


class Inputs:
    """Files of so many records, each made of whole copies of one file's."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.data = source.read_bytes()
        self.folder = folder
        self.each = count(self.data)
        self.made: list[Path] = []

    def of(self, records: int) -> tuple[Path, int]:
        """A file of at least so many records, and how many those are."""
        times = -(-records // self.each)
        path = self.folder / f"records-{times}.argus"
        if path not in self.made:
            with path.open("wb") as file:
                file.write(self.data[:INITIAL])
                for _ in range(times):
                    file.write(self.data[INITIAL:])
            self.made.append(path)
        return path, times * self.each

    def remove(self) -> None:
        """Remove the files."""
        for path in self.made:
            path.unlink()


def count(data: bytes) -> int:
    """Records in a file, the one it begins with left out: each says in its third and fourth byte of how many words of four bytes it is."""
    at, found = INITIAL, 0
    while at < len(data):
        at += 4 * int.from_bytes(data[at + 2 : at + 4])
        found += 1
    return found


def shown(case: Case) -> str:
    """The command as the page has it."""
    after = ["-s", "..."] if case.after[:1] == ["-s"] else [word.replace(OUT, "out") for word in case.after]
    return " ".join([case.program, *case.before, "-r", "records", *after])


def command(program: Path, plain: list[str], case: Case, source: Path, folder: Path, name: str) -> Program:
    """A program on an input. Its output is removed before each run."""
    out = folder / f"{name}{case.suffix}"
    after = [word.replace(OUT, str(out)) for word in case.after]
    words = [str(program), *plain, *case.before, "-r", str(source), *after]
    return Program(name, words, out if case.suffix else None, reference=name == "theirs")


def millions(records: int) -> str:
    """A number of records as a person says it."""
    return f"{records / 1e6:.2f} million" if records < 1_000_000 else f"{records / 1e6:.1f} million"


def ratio_rows(
    ours: Path, theirs: Callable[[str], Path], plain: list[str], inputs: Inputs, runs: int, messages: Path
) -> tuple[list[str], list[str]]:
    """A row for each case, and what went wrong."""
    rows = [
        "| | command | records | 3.0.8 (s) | pyargus (s) | ratio | of processor time | at most | memory 3.0.8, pyargus (MiB) |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    wrong = []
    for case in CASES:
        source, records = inputs.of(case.records)
        pair = [
            command(theirs(case.program), plain, case, source, inputs.folder, "theirs"),
            command(ours / case.program, plain, case, source, inputs.folder, "ours"),
        ]
        present = [program for program in pair if Path(program.command[0]).exists()]
        print(f"{case.name}: {case.program}, {records} records", file=sys.stderr)
        results = compare(present, runs, messages)
        wrong += [f"{case.program}, {case.name}: {name} failed: {result.failure}" for name, result in results.items() if result.failure]
        rows.append(row(case, records, results.get("theirs"), results.get("ours")))
        for program in present:
            if program.output is not None:
                remove(program.output)
    return rows, wrong


def row(case: Case, records: int, theirs: Result | None, ours: Result | None) -> str:
    """The line of a case; a dash where there is no result."""

    def cell(result: Result | None) -> str:
        return "-" if result is None or result.failure else f"{result.median():.2f}"

    def memory(result: Result | None) -> str:
        return "-" if result is None or result.failure else f"{median(result.memory) / 2**20:.0f}"

    ratio = of_cpu = "-"
    if theirs is not None and ours is not None and not theirs.failure and not ours.failure:
        ratio = f"{ours.median() / theirs.median():.2f}"
        of_cpu = f"{median(ours.cpu) / median(theirs.cpu):.2f}"
    return (
        f"| {case.name} | `{shown(case)}` | {millions(records)} | {cell(theirs)} | {cell(ours)} | {ratio} | {of_cpu} | {case.most:.2f} | "
        f"{memory(theirs)}, {memory(ours)} |"
    )


def memory_rows(ours: Path, plain: list[str], inputs: Inputs, messages: Path) -> tuple[list[str], list[str]]:
    """Time and peak memory of our programs on the largest input, run once."""
    rows = ["| command | records | pyargus (s) | peak memory (MiB) | at most |", "|---|---|---|---|---|"]
    wrong = []
    for case in LARGE:
        source, records = inputs.of(case.records)
        program = command(ours / case.program, plain, case, source, inputs.folder, "ours")
        print(f"memory of {case.program} on {records} records", file=sys.stderr)
        result = compare([program], 1, messages)["ours"]
        if program.output is not None:
            remove(program.output)
        if result.failure:
            wrong.append(f"{case.program} on {records} records failed: {result.failure}")
            continue
        peak = result.memory[0] / 2**20
        if peak > case.most:
            wrong.append(f"{case.program} on {records} records takes {peak:.0f} MiB, not at most {case.most:.0f}")
        rows.append(f"| `{shown(case)}` | {millions(records)} | {result.median():.1f} | {peak:.0f} | {case.most:.0f} |")
    return rows, wrong

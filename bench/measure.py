"""Running programs and measuring them: wall time, processor time, peak memory."""

import os
import platform
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

STARTER = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
with open(sys.argv[1], "w") as file:
    print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=file)
"""
"""Starts a program and writes what it took. Linux counts to the peak memory of a program what its starter had, so the starter is a
process of its own that has little."""


@dataclass(frozen=True)
class Program:
    """Something to measure: a name for the table, its command, and what it writes, which is removed before each run."""

    name: str
    command: list[str]
    output: Path | None = None
    reference: bool = False
    """True for the one that the others are compared with."""


@dataclass
class Result:
    """What the runs of a program took; seconds and bytes."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    failure: str | None = None

    def median(self) -> float:
        """Median of the wall times, seconds."""
        return statistics.median(self.wall)


def memory_kib(process: int, what: str) -> int:
    """Memory of a running process: VmRSS, what it has now, or VmHWM, the most that it had. Source: proc_pid_status(5)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition(f"{what}:")[2].split(maxsplit=1)[0])


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def run_once(program: Program, result: Result, messages: Path) -> None:
    """Run a program, its table into nowhere and its talk into a file, and add what it took."""
    if program.output is not None:
        remove(program.output)
        if program.output.suffix == ".dir":
            program.output.mkdir()
    account = messages.with_suffix(".account")
    starter = [sys.executable, "-I", "-S", "-c", STARTER, str(account), *program.command]
    with messages.open("wb") as talk:
        subprocess.run(starter, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=talk, check=False)
    if not account.exists():
        result.failure = f"could not be started: {messages.read_text(errors='replace').strip().splitlines()[-1]}"
        return
    code, wall, cpu, memory = account.read_text().split()
    account.unlink()
    if code != "0":
        last = messages.read_text(errors="replace").strip().splitlines()[-1:] or ["nothing said"]
        result.failure = f"exit {code}: {last[0]}"
        return
    result.wall.append(float(wall))
    result.cpu.append(float(cpu))
    result.memory.append(int(memory) * (1 if sys.platform == "darwin" else 1024))


def compare(programs: list[Program], runs: int, messages: Path) -> dict[str, Result]:
    """Run all programs in turn, so many times, so that whatever else the machine does falls on all of them."""
    results = {program.name: Result() for program in programs}
    for number in range(runs):
        for program in programs:
            if results[program.name].failure is None:
                run_once(program, results[program.name], messages)
        if runs <= 10 or number + 1 == runs:
            print(f"  run {number + 1} of {runs}: {', '.join(state(name, result) for name, result in results.items())}", file=sys.stderr)
    return results


def state(name: str, result: Result) -> str:
    """One word on a program while the runs go on."""
    return f"{name} failed ({result.failure})" if result.failure else f"{name} {result.wall[-1]:.2f} s"


def table(programs: list[Program], results: dict[str, Result], unit: str = "s") -> list[str]:
    """Lines of a Markdown table; ratios are those of the medians of wall time to that of the reference."""
    reference = next((program.name for program in programs if program.reference), None)
    usable = reference is not None and results[reference].failure is None
    factor, digits = (1000, 1) if unit == "ms" else (1, 2)
    lines = [
        f"| program | wall time, median ({unit}) | fastest to slowest ({unit}) | ratio | processor time ({unit}) | peak memory (MiB) |",
        "|---|---|---|---|---|---|",
    ]
    for program in programs:
        result = results[program.name]
        if result.failure is not None:
            lines.append(f"| {program.name} | failed: {result.failure} | | | | |")
            continue
        ratio = f"{result.median() / results[reference].median():.2f}" if usable and reference is not None else "-"
        spread = f"{min(result.wall) * factor:.{digits}f} to {max(result.wall) * factor:.{digits}f}"
        cpu, memory = statistics.median(result.cpu) * factor, statistics.median(result.memory) / 2**20
        lines.append(f"| {program.name} | {result.median() * factor:.{digits}f} | {spread} | {ratio} | {cpu:.{digits}f} | {memory:.0f} |")
    return lines


def machine() -> list[str]:
    """What it runs on, as lines of a Markdown list."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"* {model}, {os.cpu_count()} processors, {memory:.0f} GiB",
        f"* {platform.system()} {platform.release()}, Python {platform.python_version()}",
    ]


def version(command: list[str], word: str) -> str:
    """The first line with a word in what a program says of itself."""
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30)
    return next((line.strip() for line in (said.stdout + said.stderr).splitlines() if word in line), "version unknown")

"""Programs of this package, each run in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.golden import GOLDEN, ROOT

needs_samples = pytest.mark.skipif(not GOLDEN.exists(), reason="no sample files: set PYARGUS_SHARED")
PROCESSORS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
needs_two_processors = pytest.mark.skipif(len(PROCESSORS) < 2, reason="one processor")


def command(name: str) -> list[str]:
    """The words that run a program."""
    return [sys.executable, "-c", f"import sys; sys.argv[0] = {name!r}; from pyargus.clients.{name} import main; main()"]


def program(name: str, *arguments: str, input: bytes = b"", cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; times are UTC unless TZ is given."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TZ": "UTC", "LC_ALL": "C", **more}
    return subprocess.run([*command(name), *arguments], env=environment, input=input, cwd=cwd, capture_output=True, timeout=60, check=False)


def on(processors: int, *arguments: str) -> tuple[bytes, bytes, int]:
    """What a program prints and says where it may use so many processors, and its status."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, PROCESSORS[:processors])
    try:
        result = program(*arguments)
    finally:
        os.sched_setaffinity(0, before)
    return result.stdout, result.stderr, result.returncode


def started(name: str, *arguments: object) -> "subprocess.Popen[bytes]":
    """A program that runs in a group of processes of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TZ": "UTC", "LC_ALL": "C"}
    words = [*command(name), "-X", *map(str, arguments)]
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

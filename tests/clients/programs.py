"""Programs of this package, each run in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.golden import GOLDEN, ROOT

needs_samples = pytest.mark.skipif(not GOLDEN.exists(), reason="no sample files: set PYARGUS_SHARED")


def command(name: str) -> list[str]:
    """The words that run a program."""
    return [sys.executable, "-c", f"import sys; sys.argv[0] = {name!r}; from pyargus.clients.{name} import main; main()"]


def program(name: str, *arguments: str, input: bytes = b"", cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; times are UTC unless TZ is given."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TZ": "UTC", "LC_ALL": "C", **more}
    return subprocess.run([*command(name), *arguments], env=environment, input=input, cwd=cwd, capture_output=True, timeout=60, check=False)

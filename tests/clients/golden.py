"""The reference's golden cases of the client programs: command lines of a shell, run with our programs first in PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PYARGUS_SHARED", ROOT.parent / "shared"))
GOLDEN = SHARED / "golden" / "clients"
SCRIPTS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]


def cases(program: str) -> list[tuple[str, str]]:
    """Name and arguments of every case of a program; none where the cases are not there."""
    if not GOLDEN.exists():
        return []
    rows = [line.split("\t", 2) for line in (GOLDEN / "commands.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(row[0], row[2]) for row in rows if row[1] == program]


def make_programs(folder: Path) -> None:
    """Write a command for every program into a folder."""
    for name, target in SCRIPTS.items():
        module, function = target.split(":")
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from {module} import {function}; {function}()" "$@"\n')
        path.chmod(0o755)


def run_case(program: str, arguments: str, folder: Path) -> bytes:
    """What a command line prints, run in a copy of the cases' folder with an empty folder `out`."""
    here, commands = folder / "case", folder / "bin"
    commands.mkdir()
    make_programs(commands)
    here.mkdir()
    for name in ("data", "conf", "empty.conf"):
        (here / name).symlink_to(GOLDEN / name)
    (here / "out").mkdir()
    environment = {
        **os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src"), "TZ": "UTC", "LC_ALL": "C",
        "HOME": str(folder),
    }  # fmt: skip
    command = ["sh", "-c", f"{program} {arguments}"]
    result = subprocess.run(command, cwd=here, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    shutil.rmtree(here)
    return result.stdout


def expected(ident: str) -> bytes:
    """What the reference printed."""
    return (GOLDEN / "expected" / f"{ident}.txt").read_bytes()


def documented(word: str) -> bool:
    """Whether a word stands in the table of differences."""
    return word in (ROOT / "docs" / "reference" / "differences.md").read_text(encoding="utf-8")

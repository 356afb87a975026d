"""Every command line of the reference's golden cases, run in forked children: same bytes and status, or a difference that is documented."""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import time
import traceback
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("PYARGUS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
GOLDEN = SHARED / "golden" / "ra"
pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason="no golden cases: set PYARGUS_SHARED")

# What differs, and a word of the row of docs/reference/differences.md that says so.
DIFFERENT = {
    "fld03": "stddev",
    "wid13": "cut MAC address",
    "wid18": "unknown field",
    "wid19": "unknown field",
    "wid20": "unknown field",
    "man07": "offset",
    "rmon02": "-M rmon",
}
STATUS = {"inp04": "damaged input", "inp06": "damaged input", "inp07": "damaged input", "inp08": "damaged input"}


def table(name: str) -> list[list[str]]:
    """Rows of a tab-separated file of the cases."""
    return [line.split("\t", 2) for line in (GOLDEN / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def ra(arguments: list[str], output: Path) -> int:
    """Run ra in a child of this process, standard output to a file; its exit status."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        os.environ.update(TZ="UTC", LC_ALL="C")
        time.tzset()
        os.chdir(GOLDEN / "data")
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["ra", *arguments]
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", errors="surrogateescape")
        from pyargus.clients.ra import main

        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def test_every_case_is_equal_or_listed(tmp_path: Path) -> None:
    """The sets of differing outputs and exit statuses are those of the tables above, no more and no less."""
    empty = tmp_path / "empty"
    empty.touch()
    quirks = {row[0] for row in table("quirks.txt")}
    codes = {row[0]: int(row[1]) for row in table("exitcodes.txt")}
    different, statuses = set(), set()
    for row in table("commands.txt"):
        ident, source, arguments = row[0], row[1], row[2] if len(row) > 2 else ""
        out = tmp_path / "out"
        code = ra(["-X", "-F", str(empty), "-r", source, *shlex.split(arguments)], out)
        got = re.sub(rb'CurrentDate( ?= ?)"[^"]*"', rb'CurrentDate\1"NOW"', out.read_bytes())
        if got != (GOLDEN / "expected" / f"{ident}.txt").read_bytes():
            different.add(ident)
        elif ident in codes and code != codes[ident]:
            statuses.add(ident)
    assert different - quirks == set(DIFFERENT)
    assert statuses == set(STATUS)
    assert different & quirks == QUIRKS


# Cases whose expected text is a defect by their own account, and that come out right here.
QUIRKS: set[str] = set()


def test_differences_are_documented() -> None:
    """The word of every difference stands in the table of differences."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "differences.md").read_text(encoding="utf-8")
    for word in (DIFFERENT | STATUS).values():
        assert word in page, word

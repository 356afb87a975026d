"""ratop: browse flow records, live or recorded, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyargus.clients import frame
from pyargus.clients.argv import MANY, NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings


def _run(settings: Settings) -> int:
    from pyargus.clients.ratop.running import run

    return run(settings)


PROGRAM = Program(
    "ratop",
    "Browse flow records on a terminal: live from a server, or of files and captures.",
    own=(
        Option("m", "keys", MANY, "KEY...", "what is merged into one row (srcid proto saddr sport daddr dport)"),
        Option("P", "sort-keys", MANY, "KEY...", "sort by these fields, field[:asc|:desc] (pkts)"),
        Option("1", "once", NONE, "", "print the view once as text and stop"),
        Option("%", "percent", NONE, "", "counters as percent of all rows"),
        Option("A", "totals", NONE, "", "a row of totals"),
        Option("w", "write", ONE, "FILE", "write records", "rows are written from within, `:w file`"),
        Option("E", "rejected", ONE, "FILE", "write rejected records", "a browser writes nothing but what `:w file` asks for"),
        Option("c", "delimiter", ONE, "CHAR", "put CHAR between fields", "a screen has columns; ra and racluster print with delimiters"),
        Option("L", "labels", ONE, "N", "title line", "the title stands above the rows"),
        Option("q", "quiet", NONE, "", "print no records", "a browser shows them"),
        Option("f", "flow-file", ONE, "FILE", "what is merged into one row, as racluster.conf says it; instead of -m"),
        Option("T", "seconds", ONE, "N", "stop after N seconds; with -1, read servers for so long (5)"),
    ),
    modes=(
        Mode("realtime", "", "files at the pace of their records"),
        Mode("rate", "=N", "files at N seconds of theirs a second"),
        Mode("preserve", "", "keep fields that are no keys where all records agree"),
        Mode("nopreserve", "", "leave out fields that are no keys"),
        Mode("correct", "", "exchange directions to merge both halves of a conversation"),
        Mode("nocorrect", "", "never exchange directions"),
        Mode("norep", "", "make no statistics of what was merged"),
        Mode("nocurses", "", "as -1"),
        Mode("nomouse", "", "leave the mouse to the terminal"),
        Mode("light", "", "colours for a bright background, if COLORFGBG does not say so"),
        Mode("dark", "", "colours for a dark background"),
        Mode("history", "=MB,TIME", "records that are kept for the history: megabytes, a time with s, m, h or d, or both (128,60m)"),
    ),
    run=_run,
    writes=True,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

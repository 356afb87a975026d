"""ragrep: flow records whose user data match a regular expression."""

from __future__ import annotations

import re
from functools import partial

from pyargus.clients import frame
from pyargus.clients.argv import NONE, ONE
from pyargus.clients.formats import format_of
from pyargus.clients.options import Option
from pyargus.clients.program import Program
from pyargus.errors import BadUse, ExitCode, Unreachable

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.record.pick_cy import Search


def patterns_of(settings: Settings) -> tuple[list[re.Pattern[bytes]], list[re.Pattern[bytes]]]:
    """The expressions for the user data of source and destination.

    Raises BadUse for none at all and for one that does not compile, Unreachable for a file that cannot be read.
    """
    from pyargus.clients.regex import compile_regex

    texts = list(settings.own.get("e", []))
    for name in settings.own.get("f", []):
        try:
            with open(name, encoding="utf-8", errors="surrogateescape") as file:
                texts += [line for line in file.read().splitlines() if line]
        except OSError as error:
            raise Unreachable(f"{name}: {error.strerror}") from error
    if not texts:
        raise BadUse("-e REGEX or -f FILE: expected what to search for")
    source, destination = [], []
    for text in texts:
        side, colon, rest = text.partition(":")
        one_side = colon and side in ("s", "d")
        pattern = compile_regex(rest if one_side else text, "i" in settings.own)
        if not one_side or side == "s":
            source.append(pattern)
        if not one_side or side == "d":
            destination.append(pattern)
    return source, destination


def make_stage(settings: Settings, stages: list[Search]) -> Search:
    """The stage that searches."""
    from pyargus.record.pick_cy import Search

    stage = Search(*patterns_of(settings))
    stages.append(stage)
    stage.invert = "v" in settings.own
    stage.silent = "q" in settings.own
    stage.names_only = "l" in settings.own
    text = format_of(settings) == "text" and not settings.xml
    for letter in "bH":
        if letter in settings.own and not text:
            raise BadUse(f"-{letter} is for text")
    stage.offsets = "b" in settings.own
    stage.prefixed = "H" in settings.own
    return stage


def prepare(settings: Settings) -> None:
    """There is no title line, unless one is asked for."""
    if settings.labels == 0:
        settings.labels = -1


def run(settings: Settings) -> int:
    """Search all inputs; the status says whether something was found."""
    stages: list[Search] = []
    settings.program = settings.program.but(make_stage=partial(make_stage, stages=stages))
    status = frame.run(settings)
    return status if status or stages[0].passed else ExitCode.ERROR


PROGRAM = Program(
    "ragrep",
    "Search the user data of flow records, and print or write those that match.",
    own=(
        Option(
            "e", "regexp", ONE, "[s:|d:]REGEX", "what to search for; s: in the source's data, d: in the destination's; more than one: any"
        ),
        Option("f", "file", ONE, "FILE", "expressions, one a line"),
        Option("i", "ignore-case", NONE, "", "ignore case"),
        Option("v", "invert", NONE, "", "records that do not match"),
        Option("l", "files-with-matches", NONE, "", "print the names of the files that have a match"),
        Option("q", "quiet", NONE, "", "print nothing; the exit status says whether there is a match"),
        Option("b", "byte-offset", NONE, "", "print the offset of each record before it"),
        Option("H", "with-filename", NONE, "", "print the name of the file before each record"),
    ),
    prepare=prepare,
    run=run,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

"""rasort: put flow records in the order of their fields."""

from __future__ import annotations

import re

from pyargus.clients import frame
from pyargus.clients.argv import MANY, NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program
from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.record.sort_cy import Sorter

MEMORY = "256M"
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse_memory(text: str) -> int:
    """Bytes of a size as `N[kMG]`. Raises BadUse for anything else and for less than a megabyte."""
    match = re.fullmatch(r"(\d+)([kKmMgG]?)", text)
    size = int(match[1]) * _UNITS[match[2].lower()] if match else 0
    if size < 1 << 20:
        raise BadUse(f"--memory {text}: expected a size of at least 1M, as 512M or 2G")
    return size


def make_stage(settings: Settings) -> Sorter:
    """The stage that sorts."""
    from pyargus.clients.formats import format_of
    from pyargus.clients.select import make_arranger
    from pyargus.record.sort_cy import Sorter
    from pyargus.record.sortkeys import parse_keys

    memory = parse_memory(settings.own.get("memory", [MEMORY])[-1])
    stage = Sorter(parse_keys(settings.own.get("m", [])), "v" in settings.own, memory)
    stage.parts = settings.parts
    stage.arranger = make_arranger(settings)
    stage.rmon = settings.rmon
    stage.counts_written = settings.span.printed and format_of(settings) == "argus"
    stage.from_number = settings.span.first
    stage.to_number = settings.span.last or 0
    return stage


def run(settings: Settings) -> int:
    """Sort all inputs as one, or with -M replace each file in its place."""
    if "replace" in settings.mode_values:
        from pyargus.clients.replace import run_each

        return run_each(settings)
    return frame.run(settings)


PROGRAM = Program(
    "rasort",
    "Sort flow records, and print or write them.",
    own=(
        Option("m", "keys", MANY, "KEY...", "sort keys, most significant first: field[/length][:asc|:desc] (stime)"),
        Option("v", "reverse", NONE, "", "turn the whole order round"),
        Option("memory", "memory", ONE, "SIZE", f"memory for records; what exceeds it is sorted in temporary files ({MEMORY})"),
    ),
    modes=(Mode("replace", "", "sort each file in its place"),),
    make_stage=make_stage,
    run=run,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

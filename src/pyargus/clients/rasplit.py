"""rasplit: divide a stream of flow records into files."""

from __future__ import annotations

import os
import re

from pyargus.clients import frame
from pyargus.clients.argv import NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program
from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyargus.clients.archive import Archive
    from pyargus.clients.naming import Template
    from pyargus.clients.settings import Settings
    from pyargus.record.split_cy import Splitter

COUNT = 10_000
OPEN_FILES = 256
# Fields that the flow key of a record and its sensor give.
KEYED = frozenset({"proto", "saddr", "daddr", "sport", "dport", "srcid"})
SIZES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "g": 1_000_000_000}

OWN = (
    Option("w", "write", ONE, "TEMPLATE", "name of the files: strftime escapes of the period, $field for the value of a field (x)"),
    Option("a", "suffix-length", ONE, "N", "letters of the suffix that numbers the files of count, size and flow (2)"),
    Option("B", "hold", ONE, "SECONDS", "close a period's file this long after its end, by the records' time or the clock"),
    Option("d", "daemon", NONE, "", "run in the background"),
    Option("keep", "keep", ONE, "AGE", "delete files that the template names and that are older: N with s m h d or w"),
    Option("open", "open-files", ONE, "N", f"files that are open at the same time ({OPEN_FILES})"),
)
MODES = (
    Mode("count", "N[kmg]", f"a file for every N records ({COUNT})"),
    Mode("size", "N[kmg]", "a file for every N bytes of records, counted in blocks of 4096"),
    Mode("hard", "", "with size: no file grows beyond it"),
    Mode("time", "N[smhdwMy]", "a file for every period; records are cut at its edges"),
    Mode("flow", "FILTER", "a new file with every record that the filter passes"),
    Mode("nomodify", "", "cut no records: each belongs to the period of its start"),
)
WITHOUT = frozenset({"A", "L", "H", "z", "Z", "xml", "disa", "rmon", "color", "format", "f", "m", "P", "%"})


def parse_count(text: str, option: str) -> int:
    """A number above zero. Raises BadUse for anything else."""
    if not re.fullmatch(r"\d+", text) or int(text) == 0:
        raise BadUse(f"{option} {text}: expected a number above zero")
    return int(text)


def parse_hold(text: str) -> int:
    """µs of `N[smh]`. Raises BadUse for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if match is None:
        raise BadUse(f"-B {text}: expected a number of seconds")
    return round(float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]] * 1_000_000)


def parse_size(text: str, word: str) -> int:
    """Bytes, or records, of `N[kmg]`, where `kb` is `k`. Raises BadUse for anything else."""
    match = re.fullmatch(r"(\d+)(?:([kmg])b?|(b?))", text.lower())
    if match is None or int(match[1]) == 0:
        raise BadUse(f"-M {word} {text}: expected a number above zero and one of k m g")
    return int(match[1]) * SIZES[match[2] or match[3]]


def nothing(name: str) -> None:
    """What is done with a finished file: no more."""


def make_template(settings: Settings) -> Template:
    """The template of -w. Raises BadUse for a field that does not exist."""
    from pyargus.clients.naming import Template

    timed = "time" in settings.mode_values
    names = settings.own.get("w", ["x"])
    if len(names) > 1 or names[0] in ("", "-"):
        raise BadUse("-w: expected one template of file names")
    length = 0 if timed else parse_count(settings.own.get("a", ["2"])[-1], "-a")
    return Template(names[0], length, timed)


def make_splitter(settings: Settings, closed: Callable[[str], None]) -> Splitter:
    """The stage that splits; `closed` is called with the name of each finished file. Raises BadUse for words that exclude each other."""
    from pyargus.clients.archive import Archive, parse_age
    from pyargus.record.split_cy import Splitter

    kinds = [word for word in ("count", "size", "time", "flow") if word in settings.mode_values]
    if len(kinds) > 1:
        raise BadUse(f"-M {' and '.join(kinds)}: a stream is split by one of them")
    if "nomodify" in settings.mode_values and kinds != ["time"]:
        raise BadUse("-M nomodify is for -M time")
    if "hard" in settings.mode_values and kinds != ["size"]:
        raise BadUse("-M hard is for -M size")
    template = make_template(settings)
    keep = parse_age(settings.own["keep"][-1]) if "keep" in settings.own else 0.0
    limit = parse_count(settings.own.get("open", [str(OPEN_FILES)])[-1], "--open-files")
    archive = Archive(settings, template, limit, keep, closed)
    splitter = Splitter(make_cutter(settings), archive.opened, archive.flushed, archive.ended)
    archive.splitter = splitter
    splitter.whole = archive.finish
    splitter.skipped = archive.skip
    configure(splitter, settings, kinds[0] if kinds else "count")
    splitter.managed = template.records
    splitter.named_by_source = "srcid" in template.fields
    if template.fields:
        splitter.keyed = KEYED.issuperset(template.fields)
        splitter.names = make_names(settings, archive)
    return splitter


def make_cutter(settings: Settings) -> object:
    """What cuts records by time, or None where it is not time that divides."""
    if "time" not in settings.mode_values:
        return None
    from pyargus.record.bins import parse_bins
    from pyargus.record.cut_cy import Cutter

    return Cutter(parse_bins(settings.mode_values["time"]), False, "nomodify" in settings.mode_values)


def configure(splitter: Splitter, settings: Settings, kind: str) -> None:
    """Set what the stage is divided by."""
    if kind == "count":
        splitter.count_limit = parse_size(settings.mode_values.get("count", str(COUNT)), "count")
    elif kind == "size":
        splitter.size_limit = parse_size(settings.mode_values["size"], "size")
        splitter.strict = "hard" in settings.mode_values
    elif kind == "flow":
        from pyargus.record.filter import compile_filter
        from pyargus.record.filter_cy import Filter

        splitter.opener = Filter(compile_filter(settings.mode_values["flow"]), settings.precision)
    if "B" in settings.own:
        splitter.hold = parse_hold(settings.own["B"][-1])
        if kind != "time":
            raise BadUse("-B is for -M time")


def make_names(settings: Settings, archive: Archive) -> object:
    """What prints the fields of a name, a unit separator between them."""
    from pyargus.clients.output import make_printer
    from pyargus.clients.settings import Column

    columns = [Column(name) for name in archive.template.fields]
    plain = settings.but(columns=columns, widths={}, variable=True, delimiter="\x1f", labels=-1, xml=False, join=False, encoding=0)
    printer = make_printer(plain)
    # Every field is to have its place, whether a record has it or not.
    printer.even = True
    return printer


def make_stage(settings: Settings) -> Splitter:
    """The stage of rasplit."""
    splitter = make_splitter(settings, nothing)
    splitter.steady = "%" not in settings.own.get("w", [""])[-1] and "keep" not in settings.own
    return splitter


def prepare(settings: Settings) -> None:
    """Names of files are given by numbers, whatever is printed."""
    settings.names = max(settings.names, 1)


def ending(work: frame.Run) -> None:
    """Say what was not split."""
    if work.stage is not None and work.stage.cutter is not None:
        frame.tell_uncut(work.settings, work.stage.cutter)


def run(settings: Settings) -> int:
    """Split all inputs; with -d in the background."""
    if "d" in settings.own:
        from pyargus.clients.daemon import Log, into_background

        if not settings.inputs and not settings.folders and not settings.servers:
            raise BadUse("-d: a program in the background has no standard input; name a source with -r or -S")
        settings.inputs = [os.path.abspath(name) if name != "-" else name for name in settings.inputs]
        into_background(Log(settings.program.name))()
    return frame.run(settings)


PROGRAM = Program(
    "rasplit",
    "Split flow records into files.",
    own=OWN,
    modes=MODES,
    without=WITHOUT,
    make_stage=make_stage,
    prepare=prepare,
    ending=ending,
    run=run,
    writes=True,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

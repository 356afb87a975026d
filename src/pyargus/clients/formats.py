"""Output formats: which one a run writes, and the kernel and the file for it.

The format is that of `--format`, else that of the suffix of the file of `-w`, else text on standard output and records in a file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from pyargus.clients.packing import open_output, packing_of
from pyargus.clients.settings import Settings, nearest
from pyargus.clients.standard import StandardOutput
from pyargus.errors import BadUse, Unreachable
from pyargus.record.schema import BY_NAME, Field

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from pyargus.record.cells_cy import Cells

FORMATS = ("text", "csv", "ndjson", "json", "xml", "argus", "parquet", "arrow")
SUFFIXES = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json", ".parquet": "parquet", ".arrow": "arrow"}
FORMS = {"ndjson": 0, "json": 1, "csv": 2}
BINARY = {"argus", "parquet", "arrow"}

# Most user data that a record can hold; what is shown of them unless a width is given.
_ALL = 65535


def parse_format(text: str) -> str:
    """The format of a word. Raises BadUse if it is none."""
    if text not in FORMATS:
        raise BadUse(f"--format {text}: expected one of {', '.join(FORMATS)}{nearest(text, FORMATS)}")
    return text


def form_of_file(settings: Settings, name: str) -> str:
    """The format in which a file of -w is written."""
    return settings.format or form_of_name(name)


def form_of_name(name: str) -> str:
    """The format that the suffix of a file stands for; a suffix of compression may follow it."""
    stem, ending = os.path.splitext(name)
    return SUFFIXES.get((os.path.splitext(stem)[1] if packing_of(name) else ending).lower(), "argus")


def format_of(settings: Settings) -> str:
    """The format that a run writes; of several files that of records where one has it, else that of the first."""
    if not settings.writes:
        return settings.format or "text"
    forms = [form_of_file(settings, name) for name, _ in settings.writes]
    return "argus" if "argus" in forms else forms[0]


def typed_fields(settings: Settings) -> list[Field]:
    """The fields of the output, each once."""
    return [BY_NAME[name] for name in dict.fromkeys(column.name for column in settings.columns)]


def cell_arguments(settings: Settings, fields: Sequence[Field]) -> tuple[Any, list[int], list[int], list[int], int]:
    """What `Cells` and its kinds are made with: printer of texts, ids, kinds, management columns and digits."""
    from pyargus.clients.output import make_style
    from pyargus.record.cells_cy import KINDS
    from pyargus.record.print_cy import Printer

    # Ports are numbers here, so that their names are not needed; a dump below a line is hexadecimal digits in a value.
    names = max(settings.names, 2) if settings.names else 0
    style = make_style(settings.but(variable=False, names=names, encoding=3 if settings.encoding == 2 else settings.encoding))
    # An address is one whatever other columns there are.
    style.broadcast = False
    columns = [(field.id, 0, 0, 0, 2, settings.widths.get(field.name, _ALL), None) for field in fields]
    mans = [{"": 0, "zero": 1, "value": 2}[field.man] for field in fields]
    kinds = [KINDS[field.arrow] for field in fields]
    return Printer(style, columns), [field.id for field in fields], kinds, mans, min(settings.precision, 9)


def make_columns(settings: Settings, fields: Sequence[Field], capacity: int, full: Callable[[Any], object] | None) -> Cells:
    """The kernel that gathers columns and hands them to `full`; without one it pauses when they are full."""
    from pyargus.record.columns_cy import Columns

    return Columns(*cell_arguments(settings, fields), capacity, full)


def make_output(settings: Settings, form: str, file: BinaryIO) -> tuple[Any, Callable[[], None]]:
    """The kernel that writes a format, and what is to be called after its last byte."""
    if form in FORMS:
        from pyargus.record.lines_cy import Lines

        fields = typed_fields(settings)
        names = [field.name for field in fields]
        return Lines(*cell_arguments(settings, fields), names, FORMS[form], settings.unix), _nothing
    if form in ("parquet", "arrow"):
        from pyargus.record.arrow import ArrowWriter, rows_at_a_time

        fields = typed_fields(settings)
        writer = ArrowWriter(file, form, fields, stream=settings.writes == [] or settings.writes[0][0] == "-")
        return make_columns(settings, fields, rows_at_a_time(len(fields)), writer.write), writer.close
    from pyargus.clients.output import make_printer

    printer = make_printer(settings)
    if form == "text" and not settings.xml and coloured(settings):
        from pyargus.record.colour_cy import Coloured

        return Coloured(printer), _nothing
    return printer, _nothing


def coloured(settings: Settings) -> bool:
    """Whether lines of text are coloured: as --color says, or on a terminal unless NO_COLOR is set (no-color.org)."""
    if settings.color != "auto":
        return settings.color == "always"
    return not settings.writes and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _nothing() -> None:
    return None


def open_file(settings: Settings, form: str) -> Any:
    """Where the output goes: the file of -w (records are appended to it, other formats start it anew) or standard output.

    Raises BadUse for binary data to a terminal and Unreachable for a file that cannot be written.
    """
    name = settings.writes[0][0] if settings.writes else "-"
    if name == "-":
        if form in BINARY and sys.stdout.isatty():
            raise BadUse(f"-w -: {form} data are not for a terminal; send standard output to a file or a program")
        return StandardOutput()
    if form in ("parquet", "arrow") and packing_of(name):
        raise BadUse(f"-w {name}: {form} files are not compressed as a whole")
    try:
        return open_output(name, "wb")
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from error


class Target:
    """What a run prints to. printer: the kernel that takes the records; file: where its bytes go."""

    def __init__(self, form: str, file: Any, printer: Any, finished: Callable[[], None]) -> None:
        self.form = form
        self.file = file
        self.printer = printer
        self.finished = finished

    @property
    def standard(self) -> bool:
        """Whether it is standard output."""
        return isinstance(self.file, StandardOutput)

    def put(self, data: bytes) -> None:
        """Write bytes."""
        if data:
            self.file.write(data)

    def flush(self) -> None:
        """Let nothing wait in the buffer of a file."""
        if not self.standard:
            self.file.flush()

    def begin(self) -> None:
        """Write what comes before the records."""
        self.printer.begin()

    def end(self) -> None:
        """Write what comes after the records, and close the file."""
        self.printer.end()
        self.put(self.printer.out.take())
        self.finished()
        if not self.standard:
            self.file.close()


def open_target(settings: Settings) -> Target:
    """What the settings have records printed to; where they are written as they are, that is standard output, and nothing comes there."""
    if settings.program.writes:
        settings = settings.but(writes=[])
    form = format_of(settings)
    if form == "argus":
        from pyargus.clients.output import make_printer

        return Target(form, StandardOutput(), make_printer(settings), _nothing)
    file = open_file(settings, form)
    printer, finished = make_output(settings, form, file)
    return Target(form, file, printer, finished)


def open_targets(settings: Settings) -> list[tuple[Target, str]]:
    """Every target of the settings with the text of its filter: `open_target` for all files of records, and one for each other file.

    The target of the files of records, or of standard output, comes first; it has no filter. Raises what `open_target` raises.
    """
    if settings.program.writes or len(settings.writes) == 0:
        return [(open_target(settings), "")]
    records = [pair for pair in settings.writes if form_of_file(settings, pair[0]) == "argus"]
    out = [(open_target(settings.but(writes=records)), "")] if records else []
    out += [(open_target(settings.but(writes=[pair])), pair[1]) for pair in settings.writes if pair not in records]
    return out

"""rahisto: the histogram of a number over flow records."""

from __future__ import annotations

import os
import shutil
from array import array
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pyargus.clients import frame
from pyargus.clients.argv import MANY, NONE, ONE
from pyargus.clients.histogram import Bins, Spec, Summary, bar, find_range, make_bins, parse_spec, png, summarise, svg
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program
from pyargus.clients.tables import print_rows, take_format
from pyargus.errors import BadUse, ExitCode, Unreachable
from pyargus.record.schema import BY_NAME, FIELDS, Field

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.record.histogram_cy import Histogram

SUMMARY = ("metric", "records", "mean", "stddev", "min", "max", "median", "percentile_95")
ROW = ("start", "end", "share", "cumulative")
_HEAD = " Class      Interval         Freq    Rel.Freq     Cum.Freq    "


def metric_of(name: str) -> Field:
    """The field of a metric, also by the beginning of its name. Raises BadUse for one that is no number."""
    numbers = [field for field in FIELDS if field.kind in ("uint", "real") or field.name in ("sport", "dport")]
    known = {field.name: field for field in numbers}
    found = known.get(name) or next((field for field in numbers if field.name.startswith(name)), None)
    if found is None:
        from pyargus.clients.settings import nearest

        raise BadUse(f"-H {name}: no such number{nearest(name, known)}")
    return found


def make_values(field: Field, spec: Spec, gaps: bool) -> Histogram:
    """The stage that gathers the values."""
    from pyargus.record import histogram_cy as codes

    special = {"sport": codes.SPORT, "dport": codes.DPORT, "rate": codes.RATE}
    stage = codes.Histogram(special.get(field.name) or (codes.WHOLE if field.kind == "uint" else codes.REAL), field.id)
    stage.absolute = spec.absolute
    stage.gaps = gaps
    # Where the range is to be found, records without a value do not say what it is.
    stage.filled = spec.start is not None
    return stage


@dataclass
class Work:
    """A run. merging: whether the records of each bin are made one, for columns or a file."""

    settings: Settings
    spec: Spec
    field: Field
    merging: bool
    bins: Bins | None = None
    stage: Any = None

    def make_stage(self, settings: Settings) -> Histogram:
        """The stage of a pass: over values, or with a known range also over the records of bins."""
        words = settings.mode_values
        stage = make_values(self.field, self.spec, "interval" in words)
        if self.spec.start is not None:
            self.bins = make_bins(self.spec)
            if self.merging:
                from pyargus.record.group_cy import Aggregator
                from pyargus.record.keys import Key

                outside = int("outlayer" in words)
                tables = [Aggregator(Key((), ())) for _ in range(self.spec.bins + 2 * outside)]
                low, high = (0, self.spec.bins + 1) if outside else (-1, -1)
                tally, number = self.bins.tally, self.spec.bins

                def place(value: float) -> int:
                    at: int = tally.place(value)
                    return low if at == 0 else high if at > number else at - 1 + outside

                stage.tables, stage.place = tables, place
        stage.report = self.report
        if self.merging and settings.writes:
            stage.deliver = self.write
        self.stage = stage
        return stage

    def shares(self, count: int, total: float, of: int) -> tuple[float, float]:
        """The share of a bin, and that of it and all before, as IEEE singles."""
        share = array("f", [count / of])[0]
        return share, array("f", [total + share])[0]

    def count(self) -> tuple[Bins, Summary]:
        """The bins filled, and the summary of what is in them."""
        values = self.stage.values()
        if self.bins is None:
            find_range(self.spec, values)
            self.bins = make_bins(self.spec)
        bins = self.bins
        bins.tally.take(values)
        return bins, summarise(bins, values, "outlayer" in self.settings.mode_values)

    def rows(self, bins: Bins) -> list[tuple[int, float, int, int]]:
        """Class, lower edge, number of records and place of its table for every row; class 0 is not shown, and only counts."""
        out = [(edge, count, number) for number, (edge, count) in enumerate(zip(bins.edges, bins.counts, strict=False))]
        if "outlayer" in self.settings.mode_values:
            out = [(edge, count, place + 1) for edge, count, place in out]
            out.append((bins.edges[-1], bins.above, len(out) + 1))
            out.insert(0, (0.0, bins.below, 0))
        if "nozero" in self.settings.mode_values:
            out = [row for row in out if row[1]]
        # What lies below a range from zero is not shown; logarithms from zero begin at one.
        from_zero = bins.tally.start == 0 and not bins.tally.closed and not bins.tally.logarithmic
        hidden = "outlayer" in self.settings.mode_values and from_zero and bool(out) and out[0][2] == 0
        return [(number, *row) for number, row in enumerate(out, 0 if hidden else 1)]

    def report(self) -> bytes:
        """The histogram as text, and the picture where one is asked for."""
        bins, summary = self.count()
        self.draw(bins)
        settings = self.settings
        if form := settings.own["as"][0]:
            return print_rows(self.figures(bins, summary), ["table", *SUMMARY, *ROW], form)
        if not summary.count or settings.quiet:
            return b""
        digits = settings.precision

        def number(value: float, exact: bool = True) -> str:
            return str(int(value)) if summary.whole and exact and value == int(value) else f"{value:.{digits}f}"

        median = number(summary.median, summary.odd)
        modes = ",".join(number(value) for value in summary.modes)
        if settings.variable:
            return self.delimited(bins, summary, number, median, modes)
        mean, deviation = f"{summary.mean:.{digits}f}", f"{summary.deviation:.{digits}f}"
        percentile = number(summary.percentile)
        width = max(len(mean), len(deviation), 0 if summary.whole else len(percentile))
        text = f" N = {summary.count:<7} mean = {mean:>{width}}  stddev = {deviation:>{width}}  "
        text += f"max = {number(summary.high)}  min = {number(summary.low)}\n"
        text += f"           median = {median:>{width}}     95% = {percentile}\n"
        if modes:
            text += f"             mode = {modes:>{width}}\n"
        return (text + self.table(bins, summary)).encode()

    def figures(self, bins: Bins, summary: Summary) -> list[dict[str, Any]]:
        """The summary, and a row for each bin; what lies below and above them has no start or no end."""
        low = [{"table": "bin", "start": None, "end": bins.edges[0], "records": bins.below}]
        rows: list[dict[str, Any]] = [
            {"table": "bin", "start": start, "end": end, "records": count}
            for (start, end), count in zip(pairwise(bins.edges), bins.counts, strict=True)
        ]
        high = [{"table": "bin", "start": bins.edges[-1], "end": None, "records": bins.above}]
        if "outlayer" in self.settings.mode_values:
            rows = [*low, *rows, *high]
        total = 0
        for row in rows:
            total += row["records"]
            row["share"] = row["records"] / summary.count if summary.count else 0.0
            row["cumulative"] = total / summary.count if summary.count else 0.0
        if "nozero" in self.settings.mode_values:
            rows = [row for row in rows if row["records"]]
        whole: dict[str, Any] = {"table": "summary", "metric": self.field.name, "records": summary.count}
        if summary.count:
            whole |= {"mean": summary.mean, "stddev": summary.deviation, "min": summary.low, "max": summary.high}
            whole |= {"median": summary.median, "percentile_95": summary.percentile}
        return [whole, *rows]

    def delimited(self, bins: Bins, summary: Summary, number: Any, median: str, modes: str) -> bytes:
        """The histogram as lines of values with a delimiter."""
        mark = self.settings.delimiter or " "
        digits = self.settings.precision
        head = [f"N={summary.count}", f"mean={summary.mean:.{digits}f}", f"stddev={summary.deviation:.{digits}f}"]
        head += [f"max={number(summary.high)}", f"min={number(summary.low)}", f"median={median}", f"95%={number(summary.percentile)}"]
        titles = ["Class", "Interval", "Freq", "Rel.Freq", "Cum.Freq"]
        rows = []
        total = 0.0
        printers = self.columns(self.settings.delimiter)
        for label, edge, count, place in self.rows(bins):
            share, total = self.shares(count, total, summary.count)
            if label == 0:
                continue
            row = [str(label), f"{edge:.{digits}e}", str(count), f"{100 * share:.6f}%", f"{100 * total:.6f}%"]
            rows.append(mark.join(row) + (mark + printers(place, count) if printers and count else ""))
        if printers:
            titles += [BY_NAME[column.name].title for column in self.settings.columns]
        lines = [mark.join(head + ([f"mode={modes}"] if modes else [])), mark.join(titles), *rows]
        return ("\n".join(lines) + "\n").encode()

    def table(self, bins: Bins, summary: Summary) -> str:
        """The rows in columns, with a bar each where that is asked for."""
        out = ""
        printers = self.columns("")
        if self.settings.labels >= 0:
            from pyargus.clients.output import title_line

            out += _HEAD + (title_line(self.settings).decode().rstrip("\n") if printers else "") + "\n"
        rows = self.rows(bins)
        most = max([count for label, _, count, _ in rows if label] or [0]) or 1
        room = max(shutil.get_terminal_size((100, 24)).columns - 64, 10)
        total = 0.0
        for label, edge, count, place in rows:
            share, total = self.shares(count, total, summary.count)
            if label == 0:
                continue
            line = f"{label:>6} {edge:>15.{self.settings.precision}e} {count:>10} {100 * share:>10.4f}%  {100 * total:>10.4f}%    "
            if printers and count:
                line += printers(place, count)
            if "plot" in self.settings.own:
                line += bar(count / most, room)
            out += line + "\n"
        return out

    def columns(self, delimiter: str) -> Any:
        """What prints the columns of -s of the record of a bin, or None without."""
        if not self.merging or self.settings.writes:
            return None
        from pyargus.clients.output import make_printer
        from pyargus.record.record_cy import Record

        assert self.bins is not None
        tally = self.bins.tally
        first = 0 if "outlayer" in self.settings.mode_values else 1
        printer = make_printer(self.settings.but(labels=-1))
        rec = Record()

        def text(place: int, count: int) -> str:
            table = self.stage.tables[place]
            if not table.count:
                return ""
            table.record_of(table.handles()[0], rec)
            tally.describe(place + first, rec)
            printer.line(rec)
            return str(printer.out.take().decode("utf-8", "replace")).rstrip("\n")

        return text

    def write(self) -> None:
        """Put the one record of every bin; its times are the edges of the bin, in seconds since 1970."""
        from pyargus.record.record_cy import Record

        bins, _ = self.count()
        self.draw(bins)
        rec = Record()
        self.stage.out.aggregate = False
        for _, edge, _, place in self.rows(bins):
            table = self.stage.tables[place]
            if not table.count:
                continue
            table.record_of(table.handles()[0], rec)
            above = next((other for other in [*bins.edges, edge] if other > edge), edge)
            for side in ("s", "d"):
                for part, moment in (("start", edge), ("end", above)):
                    micro = max(round(moment * 1_000_000), 0)
                    setattr(rec, f"{side}{part}_s", micro // 1_000_000 & 0xFFFFFFFF)
                    setattr(rec, f"{side}{part}_f", micro % 1_000_000)
            self.stage.out.put(rec)

    def draw(self, bins: Bins) -> None:
        """Write the picture. Raises Unreachable if it cannot be written."""
        for name in self.settings.own.get("image", []):
            axis = f"{self.field.name} [{self.field.unit}]" if self.field.unit else self.field.name
            title = f"{self.field.title} of {sum(bins.counts)} records"
            try:
                if name.lower().endswith(".png"):
                    png(bins, title, axis, name)
                else:
                    with open(name, "w", encoding="utf-8") as file:
                        file.write(svg(bins, title, axis))
            except OSError as error:
                raise Unreachable(f"{name}: {error.strerror}") from error


def run(settings: Settings) -> int:
    """Count over all inputs; in two passes where bins of records are wanted and the range is to be found."""
    words = settings.own.get("H", [])
    if not words:
        raise BadUse("-H METRIC BINS: expected what to count, as -H dur 10:0-5")
    name = next((word for word in " ".join(words).split() if word != "abs"), "")
    field = metric_of(name)
    spec = parse_spec(words, field.unit == "s")
    for image in settings.own.get("image", []):
        if os.path.splitext(image)[1].lower() not in (".svg", ".png"):
            raise BadUse(f"--image {image}: expected a name that ends in .svg or .png")
    merging = settings.fields_given or bool(settings.writes)
    form = take_format(settings, "a histogram is", ", or with -w records", ("argus",))
    if form and merging:
        raise BadUse(f"--format {form}: the rows of a histogram, without -s or -w")
    settings.own["as"] = [form]
    work = Work(settings, spec, field, merging)
    if merging and spec.start is None:
        if not (settings.inputs or settings.folders) or "-" in settings.inputs:
            raise BadUse("-H: a range that is to be found needs two passes, and standard input has one: give the range")
        first = make_values(field, spec, "interval" in settings.mode_values)
        first.report = lambda: b""
        alone = settings.but(writes=[], program=settings.program.but(make_stage=lambda _: first))
        status = frame.run(alone)
        if status != ExitCode.OK:
            return status
        find_range(spec, first.values())
    settings.program = settings.program.but(make_stage=work.make_stage)
    return frame.run(settings)


PROGRAM = Program(
    "rahisto",
    "Count flow records by the size of a number of theirs.",
    own=(
        Option(
            "H", "histogram", MANY, "METRIC BINS[L][:RANGE]", "a number, how many bins (L: logarithmic), start-end or the size of a bin"
        ),
        Option("plot", "plot", NONE, "", "a bar for every row"),
        Option("image", "image", ONE, "FILE", "draw it to a file: .svg, or .png if matplotlib is installed"),
    ),
    modes=(
        Mode("outlayer", "", "rows for what lies below and above the range, which then counts in everything"),
        Mode("nozero", "", "no empty rows"),
        Mode("interval", "", "the time from the start of one record to that of the next, instead of the metric"),
    ),
    run=run,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

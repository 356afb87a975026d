"""rabins: flow records cut into time bins and merged within each."""

from __future__ import annotations

import re

from pyargus.clients import frame
from pyargus.clients.argv import MANY, NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program
from pyargus.clients.racluster import CONF, MODES, is_as_recorded, make_statements, starting
from pyargus.errors import BadUse
from pyargus.record.keys import parse_key

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.clients.settings import Settings
    from pyargus.record.bin_cy import Binner

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9}
SPLITS = ("time", "count", "size")


def parse_hold(text: str) -> int:
    """µs of -B: seconds, or a number with s, m, h or d. Raises BadUse for anything else."""
    from pyargus.clients.cluster_conf import parse_duration

    return parse_duration(text, "-B")


def parse_amount(word: str, text: str) -> int:
    """A number with k, m or g (or b) for powers of thousand. Raises BadUse for anything else and for zero."""
    match = re.fullmatch(r"(\d+)([kmgb]?)", text.lower())
    if match is None or int(match[1]) == 0:
        raise BadUse(f"-M {word} {text}: expected a number above 0, with k, m or g if need be")
    return int(match[1]) * _UNITS[match[2]]


def make_stage(settings: Settings) -> Binner:
    """The stage that makes bins."""
    from pyargus.clients.formats import format_of
    from pyargus.clients.settings import Range
    from pyargus.record.bin_cy import Binner
    from pyargus.record.bins import parse_bins
    from pyargus.record.cut_cy import Cutter
    from pyargus.record.sortkeys import parse_keys

    given = settings.mode_values
    cutter = None
    if "time" in given:
        cutter = Cutter(parse_bins(given["time"], utc=True), "hard" in given, "nomodify" in given)
    words = ["none"] if "nomerge" in given else None
    order = parse_keys(settings.own.get("P", ["stime"]))
    stage = Binner(make_statements(settings, preserve="nomerge" in given, words=words), order, cutter)
    for statement in stage.statements:
        if statement.table.status or statement.table.idle:
            raise BadUse(f"{settings.own['f'][-1]}: bins have an end of their own; status and idle have no place in their statements")
    stage.as_recorded = is_as_recorded(settings)
    stage.zero = "zero" in given
    stage.edges = cutter is not None and (format_of(settings) == "argus" or settings.bin_edges)
    stage.most_records = parse_amount("count", given["count"]) if "count" in given else 0
    stage.most_bytes = parse_amount("size", given["size"]) if "size" in given else 0
    if "B" in settings.own:
        stage.hold = stage.live = parse_hold(settings.own["B"][-1])
    if settings.time_range:
        from pyargus.record.timerange import parse_time_range

        # Of a range that is one piece of time, the bins are known.
        stage.begin, stage.end = parse_time_range(" ".join(settings.time_range)).span  # type: ignore[attr-defined]
    if settings.span.printed and settings.span.last != 0:
        # The range holds for each bin, so that it is not one of the whole output.
        stage.from_number = settings.span.first
        stage.to_number = settings.span.last or 0
        settings.span = Range()
    return stage


def prepare(settings: Settings) -> None:
    """Checks of what options mean together. Raises BadUse."""
    given = settings.mode_values
    splits = [word for word in SPLITS if word in given]
    if len(splits) != 1:
        raise BadUse("-M needs one of time N, count N and size N" if not splits else f"-M {' and '.join(splits)}: one of them")
    if splits != ["time"]:
        for word in ("hard", "zero", "nomodify"):
            if word in given:
                raise BadUse(f"-M {word}: only bins of time have edges")
        if "G" in settings.own or "B" in settings.own:
            raise BadUse(f"-G and -B are for -M time, not for -M {splits[0]}")
    if "f" in settings.own and ("m" in settings.own or "nomerge" in given):
        raise BadUse("-f and -m: the models of the file take the place of -m")
    if "G" in settings.own and "B" in settings.own:
        raise BadUse("-G and -B: the header says how many bins there are, which a stream does not know")
    if parse_key(settings.own.get("m", [])).rmon:
        settings.rmon = True
    if "G" in settings.own:
        settings.unix = True
        settings.labels = -1
        if not settings.variable:
            settings.delimiter = ","


def ending(work: Any) -> None:
    """All records were read: the header of -G, and what was left out."""
    settings, stage = work.settings, work.stage
    if stage.late:
        frame.complain(settings, f"{stage.late} records came after their bin had gone out and were left out; -B holds bins for longer")
    if stage.cutter is not None:
        frame.tell_uncut(settings, stage.cutter)
    if "G" in settings.own and not work.sinks:
        work.target.put(graph_header(settings, stage))


def graph_header(settings: Settings, stage: Binner) -> bytes:
    """What ragraph reads before the rows: the first and the last bin, their size and number, the columns."""
    from pyargus.clients.output import title_of

    start, end = stage.span()
    size = stage.cutter.bins.size / 1_000_000
    # One more than there are: ragraph reckons with a bin that begins where the last one ends.
    count = round((end - start) / stage.cutter.bins.size) + 1
    last = end / 1_000_000
    kind = "Protos" if settings.own.get("m") == ["proto"] else "Objects"
    return (
        f"StartTime={start / 1_000_000:.5f}\nStopTime={last:.5f}\nLastTime={last:.5f}\n"
        f"Seconds={round(count * size)}\nBinSize={size:.6f}\nBins={count}\n"
        f"Columns={','.join(title_of(settings, column) for column in settings.columns)}\n{kind}=\n\n"
    ).encode()


PROGRAM = Program(
    "rabins",
    "Cut flow records at the edges of time bins, merge them within each, and print or write the bins in the order of time.",
    own=(
        Option("m", "keys", MANY, "KEY...", "merge by these fields within a bin (srcid proto saddr sport daddr dport), as racluster does"),
        CONF,
        Option("P", "sort-keys", MANY, "KEY...", "order within a bin, as rasort does it (stime)"),
        Option("B", "hold", ONE, "N[smhd]", "put a bin so long after its end, and drop what comes later (live: 10s)"),
        Option("G", "graph", NONE, "", "begin with the header that ragraph reads; times since 1970, no titles"),
    ),
    modes=(
        Mode("time", "N[ms|s|m|h|d|w|M|y]", "size of the bins; fractions of seconds are allowed"),
        Mode("count", "N[kmg]", "bins of so many records"),
        Mode("size", "N[kmg]", "bins of so many bytes of traffic"),
        Mode("hard", "", "records get the times of their bin"),
        Mode("zero", "", "put empty bins too"),
        Mode("nomodify", "", "do not cut records: each belongs to the bin in which it starts"),
        Mode("nomerge", "", "cut, but do not merge"),
        *(mode for mode in MODES if mode.word not in ("preserve", "nopreserve")),
        Mode("preserve", "", "keep what all merged records have in common beside the key"),
        Mode("nopreserve", "", "zero addresses, ports and protocol that are not in the key (default)"),
    ),
    make_stage=make_stage,
    prepare=prepare,
    starting=starting,
    ending=ending,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

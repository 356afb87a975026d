"""racluster: merge flow records that have the same key."""

from __future__ import annotations

import re

from pyargus.clients import frame
from pyargus.clients.argv import MANY, NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program
from pyargus.errors import BadUse
from pyargus.record.keys import Key, parse_key

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.clients.settings import Settings
    from pyargus.clients.stop import Stopper
    from pyargus.record.cluster_cy import Cluster, Statement
    from pyargus.record.group_cy import Aggregator
    from pyargus.record.sortkeys_cy import SortKeys

MODES = (
    Mode("correct", "", "merge a flow with what was recorded of it from its other side; with -m, turn round what was recorded so"),
    Mode("nocorrect", "", "leave directions as they were recorded (default)"),
    Mode("preserve", "", "keep what all merged records have in common beside the key (default)"),
    Mode("nopreserve", "", "zero addresses, ports and protocol that are not in the key"),
    Mode("norep", "", "no statistics of aggregation: trans, mean, stddev ..."),
)
# Words of a key that the output is sorted by.
ORDERED = frozenset(("srcid", "proto", "saddr", "daddr", "sport", "dport", "smac", "dmac", "stos", "dtos", "sdsb", "ddsb", "sttl", "dttl",
                     "sipid", "dipid", "stcpb", "dtcpb", "inode", "svlan", "dvlan", "sco", "dco", "sas", "das", "ias"))  # fmt: skip
KEYS = Option("m", "keys", MANY, "KEY...", "merge by these fields (srcid proto saddr sport daddr dport); a list is below")
CONF = Option("f", "flow-file", ONE, "FILE", "read statements from a racluster.conf instead of -m")


def make_aggregator(settings: Settings, key: Key, preserve: bool = True, correct: bool | None = None) -> Aggregator:
    """Groups by a key, with the modes of the command line, which overrule `preserve` and `correct`.

    correct: None for a key of -m, of which only the default one is looked up from its other side, and that only for -M correct.
    """
    from pyargus.clients.select import is_raw
    from pyargus.record.group_cy import Aggregator

    given = settings.mode_values
    table = Aggregator(
        key,
        correct=("correct" in given or bool(correct)) and "nocorrect" not in given and not (key.given and correct is None),
        preserve=("preserve" in given or preserve) and "nopreserve" not in given,
        norep="norep" in given,
    )
    table.raw = is_raw(settings)
    return table


def order_of(key: Key) -> SortKeys | None:
    """What records merged by a key are sorted by: its words that have an order; None for the default key."""
    from pyargus.record.sortkeys import parse_keys

    wanted = []
    for word in key.words:
        name, _, mask = word.partition("/")
        if name in ORDERED:
            # What is cut to networks by a mask is compared whole: all that is merged is equal beyond it.
            wanted.append(word if mask.isdigit() else name)
    return parse_keys(wanted) if wanted else None


def make_statements(settings: Settings, preserve: bool = True, words: list[str] | None = None) -> list[Statement]:
    """The statements of the configuration file, or the one that the command line makes; `words`: its key, by default that of -m."""
    from pyargus.record.cluster_cy import Statement

    files = settings.own.get("f", [])
    if not files:
        key = parse_key(settings.own.get("m", []) if words is None else words, settings.rmon)
        return [Statement(make_aggregator(settings, key, preserve))]
    from pyargus.clients.cluster_conf import read_conf
    from pyargus.record.filter import compile_filter
    from pyargus.record.filter_cy import Filter

    conf = read_conf(files[-1], settings.rmon)
    out = []
    for rule in conf.rules:
        table = make_aggregator(settings, rule.key, preserve if conf.preserve is None else conf.preserve, bool(conf.correct))
        table.norep = table.norep or conf.report is False
        out.append(
            Statement(
                table,
                Filter(compile_filter(rule.filter), settings.precision) if rule.filter else None,
                re.compile(rule.grep.encode()) if rule.grep else None,
                rule.label.encode(errors="surrogateescape"),
                rule.status,
                rule.idle,
                rule.more,
            )
        )
    return out


def is_as_recorded(settings: Settings) -> bool:
    """Whether directions are those of the sensor: with a key that lacks an address or a port, unless they are to be corrected."""
    if "correct" in settings.mode_values:
        return False
    if settings.own.get("f"):
        from pyargus.clients.cluster_conf import read_conf

        return not all(rule.key.whole or not rule.key.given for rule in read_conf(settings.own["f"][-1]).rules)
    key = parse_key(settings.own.get("m", []), settings.rmon)
    return (key.given or key.rmon) and not key.whole


def make_stage(settings: Settings) -> Cluster:
    """The stage that merges."""
    from pyargus.clients.formats import format_of
    from pyargus.record.cluster_cy import Cluster

    order = None
    if "f" not in settings.own and settings.own.get("m"):
        order = order_of(parse_key(settings.own["m"], settings.rmon))
    stage = Cluster(make_statements(settings), order)
    stage.as_recorded = is_as_recorded(settings)
    stage.counts_written = settings.span.printed and format_of(settings) == "argus"
    stage.from_number = settings.span.first
    stage.to_number = settings.span.last or 0
    return stage


def prepare(settings: Settings) -> None:
    """Checks of what options mean together. Raises BadUse."""
    if "f" in settings.own and "m" in settings.own:
        raise BadUse("-f and -m: the models of the file take the place of -m")
    if parse_key(settings.own.get("m", [])).rmon:
        settings.rmon = True
    if "replace" in settings.mode_values and "ind" in settings.mode_values:
        raise BadUse("-M replace and ind: replaced files are merged each by itself")


def starting(work: Any, stopper: Stopper) -> None:
    """Before the first record: with -M norep no record is printed as one that stands for itself."""
    from pyargus.record.print_cy import Printer

    if "norep" in work.settings.mode_values:
        for target in work.targets:
            if isinstance(target.printer, Printer):
                target.printer.values.mask &= ~16


def ending(work: Any) -> None:
    """All records were read: say what was left out, and with -V how much becomes of how much; sum up for percentages."""
    settings, stage = work.settings, work.stage
    if "V" in settings.own:
        groups = sum(statement.table.count for statement in stage.statements)
        frame.complain(settings, f"{stage.records} records, {groups} groups")
    if "%" in settings.own:
        from pyargus.clients.output import give_shares

        give_shares(work.settings, work.delivery.printer, work.stage.totals)


def is_alone(settings: Settings) -> bool:
    """Whether each file is merged by itself."""
    return "ind" in settings.mode_values


def run(settings: Settings) -> int:
    """Merge the inputs, or put what becomes of each in its place."""
    if "replace" not in settings.mode_values:
        return frame.run(settings)
    from pyargus.clients.replace import run_each

    return run_each(settings)


PROGRAM = Program(
    "racluster",
    "Merge flow records that have the same key, and print or write what becomes of them.",
    own=(
        KEYS,
        CONF,
        Option("%", "percent", NONE, "", "counters as percentages of those of all records"),
        Option("V", "verbose", NONE, "", "say at the end how many records became how many"),
    ),
    modes=(
        *MODES,
        Mode("ind", "", "merge each file by itself"),
        Mode("replace", "", "merge each file by itself and put the result in its place"),
    ),
    make_stage=make_stage,
    prepare=prepare,
    starting=starting,
    ending=ending,
    run=run,
    alone=is_alone,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

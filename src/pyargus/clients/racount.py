"""racount: totals of flow records, by protocol, by kind of address, by the values of a field."""

from __future__ import annotations

from pyargus.clients import frame
from pyargus.clients.argv import ONE
from pyargus.clients.options import Option
from pyargus.clients.program import Mode, Program
from pyargus.clients.tables import print_rows, take_format
from pyargus.errors import BadUse
from pyargus.record import names
from pyargus.record.schema import BY_NAME

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.clients.settings import Settings
    from pyargus.record.count_cy import Counter

COUNTS = ("records", "total_pkts", "src_pkts", "dst_pkts", "total_bytes", "src_bytes", "dst_bytes")
SHARES = ("records_pct", "pkts_pct", "bytes_pct")
WIDTHS = (11, 14, 14, 14, 18, 18, 18)
TITLE = "racount   records     total_pkts     src_pkts       dst_pkts       total_bytes        src_bytes          dst_bytes\n"


def counts(sums: list[int]) -> dict[str, int]:
    """The columns of a row of sums."""
    records, spkts, sbytes, dpkts, dbytes = sums
    return dict(zip(COUNTS, (records, spkts + dpkts, spkts, dpkts, sbytes + dbytes, sbytes, dbytes), strict=True))


def protocols(counter: Counter, everything: bool) -> list[tuple[str, dict[str, int]]]:
    """Name and sums of every protocol with records: those of IP by number, Ethernet types, 802.11, ARP, RARP and what has no name.

    everything: also Ethernet types from 0x1000 on, which readers' table of text leaves out.
    """
    from pyargus.record import count_cy as rows

    ip, ethernet = names.protocols(), names.ethertypes()
    rest: dict[int, str] = {rows.WLAN: "wlan", rows.ARP: "arp", rows.RARP: "rarp", rows.UNKNOWN: "unkwn"}
    out = []
    for number in range(rows.PROTOCOLS, rows.ROWS):
        sums = counter.row(number)
        if not sums[0] or (not everything and rows.ETHERTYPES + 0x1000 <= number < rows.WLAN):
            continue
        if number < rows.ETHERTYPES:
            name = ip[number - rows.PROTOCOLS].decode()
        elif number in rest:
            name = rest[number]
        else:
            name = ethernet.get(number - rows.ETHERTYPES, b"unknown").decode()
        out.append((name, counts(sums)))
    return out


def addresses(counter: Counter) -> list[tuple[str, int, int]]:
    """Kind of address, distinct sources and distinct destinations of every kind that was seen."""
    from pyargus.clients.address_kinds import KINDS, kind_of_ipv4, kind_of_ipv6

    found = {kind: [0, 0] for kind in KINDS}
    for table, kind_of in ((counter.ipv4, kind_of_ipv4), (counter.ipv6, kind_of_ipv6)):
        for address, marks in table.items():
            row = found[kind_of(address)]
            row[0] += marks & 1
            row[1] += marks >> 1
    return [(kind, src, dst) for kind, (src, dst) in found.items() if src or dst]


def values(counter: Counter) -> list[tuple[str, dict[str, Any]]]:
    """Value, sums and shares of every value of the field, those with most records first."""
    total = counts(counter.row(0))
    out = []
    for text, sums in sorted(counter.values.items(), key=lambda item: (-item[1][0], item[0])):
        row: dict[str, Any] = counts(sums)
        for share, of in zip(SHARES, ("records", "total_pkts", "total_bytes"), strict=True):
            row[share] = round(100.0 * row[of] / total[of], 4) if total[of] else 0.0
        out.append((text.rstrip(b"\n").decode("utf-8", "replace"), row))
    return out


def text_report(settings: Settings, counter: Counter) -> str:
    """The tables as text. The number of records is one more than there are flows, as readers of the reference's table know it."""

    def line(columns: dict[str, int]) -> str:
        return " ".join(f"{columns[name]:<{width}}" for name, width in zip(COUNTS, WIDTHS, strict=True)) + "\n"

    whole = counts(counter.row(0))
    text = TITLE + "    sum   " + line({**whole, "records": whole["records"] + 1})
    if counter.by_protocol:
        text += "Protocol Summary\n" + "".join(f"{name[:8].rjust(7):<8}  {line(row)}" for name, row in protocols(counter, False))
    if counter.by_address:
        text += "Address Summary\n"
        for kind, src, dst in addresses(counter):
            text += f"  {kind:<25} {src:<10d}\n" if settings.rmon else f"  {kind:<25} src {src:<10d}  dst {dst:<10d}\n"
    if counter.printer is not None:
        rows = values(counter)
        title = BY_NAME[settings.own["by"][-1]].title
        width = max([len(title), *(len(value) for value, _ in rows)])
        text += f"{title:>{width}}  {'records':<11} {'share':>8}  {'total_pkts':<14} {'share':>8}  {'total_bytes':<18} {'share':>8}\n"
        for value, row in rows:
            text += (
                f"{value:>{width}}  {row['records']:<11} {row['records_pct']:>7.3f}%  {row['total_pkts']:<14} {row['pkts_pct']:>7.3f}%  "
            )
            text += f"{row['total_bytes']:<18} {row['bytes_pct']:>7.3f}%\n"
    return text


def table_report(settings: Settings, counter: Counter) -> list[dict[str, Any]]:
    """The tables as rows, each of which says which table it is of."""
    rows: list[dict[str, Any]] = [{"table": "sum", "value": "", **counts(counter.row(0))}]
    if counter.by_protocol:
        rows += [{"table": "protocol", "value": name, **row} for name, row in protocols(counter, True)]
    if counter.by_address:
        rows += [{"table": "address", "value": kind, "src": src, "dst": dst} for kind, src, dst in addresses(counter)]
    if counter.printer is not None:
        rows += [{"table": settings.own["by"][-1], "value": value, **row} for value, row in values(counter)]
    return rows


def report(settings: Settings, counter: Counter, form: str) -> bytes:
    """The counts in a format for programs, or as text."""
    if not form:
        return text_report(settings, counter).encode()
    columns = ["table", "value", *COUNTS]
    columns += ["src", "dst"] * counter.by_address + list(SHARES) * (counter.printer is not None)
    return print_rows(table_report(settings, counter), columns, form)


def make_stage(settings: Settings) -> Counter:
    """The stage that counts."""
    from pyargus.record.count_cy import Counter

    stage = Counter()
    stage.by_protocol = "proto" in settings.mode_values
    stage.by_address = "addr" in settings.mode_values
    stage.rmon = settings.rmon
    if settings.own.get("by"):
        from pyargus.clients.output import field_printer

        stage.printer = field_printer(settings, settings.own["by"][-1])
    form = settings.own["as"][0]
    stage.report = lambda: report(settings, stage, form)
    return stage


def prepare(settings: Settings) -> None:
    """Check what is asked for. Raises BadUse for a format that is not for counts and for a field that does not exist."""
    from pyargus.clients.settings import nearest

    settings.own["as"] = [take_format(settings, "counts are printed as")]
    for name in settings.own.get("by", []):
        if name not in BY_NAME or BY_NAME[name].id == 0:
            raise BadUse(f"--by {name}: no such field{nearest(name, BY_NAME)}")


PROGRAM = Program(
    "racount",
    "Count flow records, their packets and bytes.",
    own=(Option("by", "by", ONE, "FIELD", "records, packets and bytes of every value of a field, with their shares"),),
    modes=(Mode("proto", "", "also by protocol"), Mode("addr", "", "also the distinct addresses of each kind")),
    without=frozenset({"w", "s", "c", "L", "H", "z", "Z", "A", "q", "xml", "printer", "disa", "color", "m", "P", "%"}),
    make_stage=make_stage,
    prepare=prepare,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

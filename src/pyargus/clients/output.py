"""From settings to the printing kernel."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from pyargus.clients.settings import Column, Settings, width_of
from pyargus.errors import BadUse
from pyargus.record import names
from pyargus.record.output_cy import Output
from pyargus.record.print_cy import UNSTEADY, Printer
from pyargus.record.schema import BY_NAME, Field
from pyargus.record.state_cy import Style

# Where the fraction of a second is put, in what the clock says. No format has the character.
FRACTION = "\x01"
LOAD_TITLES = {"load": "AppLoad", "sload": "SrcAppLoad", "dload": "DstAppLoad"}
# Blanks behind a centred title, beyond those before it, in columns of even and of odd width.
CENTRED = {"rank": (0, -1), "suser": (0, 1), "duser": (0, 1)}
RMON_TITLES = {"saddr": "Host", "laddr": "Host", "snet": "Net", "lnet": "Net", "soui": "Oui", "smac": "Mac", "spkts": "OutPkts",
               "dpkts": "InPkts", "sbytes": "OutBytes", "dbytes": "InBytes", "sappbytes": "OAppBytes",
               "dappbytes": "IAppBytes"}  # fmt: skip


def make_style(settings: Settings) -> Style:
    """How values are written, with the name tables that the columns need."""
    style = Style()
    style.names = settings.names
    style.precision = settings.precision
    style.epoch = settings.unix
    style.abbreviate = settings.abbreviate
    style.tcp_letters = settings.tcp_letters
    style.user_encoding = settings.encoding
    style.cidr = settings.cidr > 0
    style.cidr_strict = settings.cidr > 1
    style.asn = settings.asn
    style.variable = settings.variable
    style.disa = settings.disa
    style.rmon = settings.rmon
    style.broadcast = settings.names <= 2 and any(column.name in ("smac", "dmac") for column in settings.columns)
    if settings.print_vendors and settings.vendors:
        style.vendors = names.vendors(settings.vendors)
    style.protocols = names.protocols()
    style.ethertypes = names.ethertypes()
    style.saps = names.saps()
    style.dscp = names.dscp(settings.disa)
    style.icmp = names.icmp()
    style.icmp6 = names.icmp6()
    style.unreachable = names.UNREACHABLE
    style.unreachable6 = names.UNREACHABLE6
    if settings.names <= 1:
        style.tcp, style.udp = names.services()
    if settings.names == 0:
        style.resolve = resolver(settings)
    return style


def resolver(settings: Settings) -> Callable[[int], bytes]:
    """A function from an IPv4 address to its host name, or to the dotted quad where there is none; answers are kept.

    Of hosts outside the local networks nothing is asked if only local ones are wanted; a name goes without its first label if only
    domains are.
    """
    import functools
    import socket

    local = None
    if settings.local_only:
        from pyargus.clients.select import local_networks

        if not settings.local_file:
            raise BadUse("RA_PRINT_LOCALONLY=yes: RA_LOCAL names no file of networks")
        local = local_networks(settings.local_file)

    @functools.lru_cache(1 << 16)
    def resolve(address: int) -> bytes:
        packed = address.to_bytes(4, "big")
        quad = socket.inet_ntoa(packed)
        if local is not None and not any(version == 4 and address & mask == network for version, network, mask in local):
            return quad.encode()
        try:
            name = socket.gethostbyaddr(quad)[0].encode("idna")
        except (OSError, UnicodeError):
            # No name is an answer: the address stands for itself.
            return quad.encode()
        return name.partition(b".")[2] or name if settings.domain_only else name

    return resolve


def column_width(settings: Settings, name: str, given: int | None = None) -> int:
    """Columns a value occupies; user data need room for their `s[n]=`. given: as for `width_of`."""
    width = width_of(settings, name, given)
    if name in ("suser", "duser"):
        room = 8 + (width >= 10) + (width >= 100) if name == "suser" else 8 + (width > 10)
        return room + (2 * width if settings.encoding >= 3 else width)
    if name in ("sdsb", "ddsb") and settings.disa:
        return (settings.widths.get(name) if given is None else given) or 8
    return width


def clock(settings: Settings) -> Callable[[int], bytes]:
    """Text of a time in the local zone, with a FRACTION for each place where the format shows the fraction of a second.

    Without a format it is that down to the second.
    """
    pattern = re.sub(r"%(.)", lambda match: FRACTION if match[1] == "f" else match[0], settings.time_format) or "%H:%M:%S"
    if not settings.precision:
        pattern = pattern.replace("." + FRACTION, "").replace(FRACTION, "")

    def text(seconds: int) -> bytes:
        return time.strftime(pattern, time.localtime(seconds)).encode()

    return text


def offset(quarter: int) -> int:
    """Seconds that local time is ahead of UTC during a quarter of an hour, counted from 1970; UNSTEADY where it changes within."""
    first, last = (time.localtime(900 * quarter + second).tm_gmtoff for second in (0, 899))
    return first if first == last else UNSTEADY


def shared(row: Field) -> bool:
    """Whether -% gives a field as a share of the whole: counters that add up."""
    return row.kind == "uint" and row.merge == "sum"


def give_shares(settings: Settings, printer: Output, totals: Callable[[list[int]], list[int]]) -> None:
    """Have a printer of text give counters as shares of their sums. totals: the sums of fields by their ids.

    Raises BadUse for a printer of another format.
    """
    from pyargus.record.colour_cy import Coloured

    if not isinstance(printer, Printer | Coloured):
        raise BadUse("-% is for text; other formats have the numbers themselves")
    rows = [BY_NAME[column.name] for column in settings.columns]
    sums = iter(totals([row.id for row in rows if shared(row)]))
    printer.shares([float(next(sums)) if shared(row) else -1.0 for row in rows])  # type: ignore[no-untyped-call]


def title_of(settings: Settings, column: Column) -> str:
    """The title of a column."""
    row = BY_NAME[column.name]
    text = RMON_TITLES.get(column.name, row.title) if settings.rmon else row.title
    text = LOAD_TITLES.get(column.name, text) if settings.totals else text
    return f"p{text}" if "%" in settings.own and shared(row) else text


def title_line(settings: Settings) -> bytes:
    """The header, newline included."""
    parts = []
    for column in settings.columns:
        row = BY_NAME[column.name]
        if column.name == "xxx":
            continue
        title = title_of(settings, column)
        # Titles of the times of one side stand a column to the right of their values.
        later = column.name in ("sstime", "sltime", "dstime", "dltime")
        if settings.variable:
            room = len(title) if row.align == "C" else column_width(settings, column.name, column.width) + later
            parts.append(f"{settings.quote}{title[:room] or '(null)'}{settings.quote}")
            continue
        if not row.title:
            continue
        # The title of suser is centred in the columns of duser, whose value is the narrower one.
        width = column_width(settings, "duser" if column.name == "suser" else column.name, column.width)
        if row.align == "C" or column.name in ("suser", "duser"):
            left = max(1, (width - len(title)) // 2)
            title = " " * left + title + " " * (left + CENTRED.get(column.name, (1, 0))[width % 2])
        else:
            if column.name == "stime" and not column.width:
                # Where a format shows no fraction of a second, the title of times keeps the room for it.
                width = 12 + settings.precision
            title = title[: width + later].rjust(width + later)
        parts.append(title)
    if settings.variable:
        line = (settings.delimiter or " ").join(parts)
        return line.encode() + (b" \n" if settings.delimiter in (" ", "") else b"\n")
    return "".join(part + settings.delimiter for part in parts).encode() + b"\n"


def printf_format(text: str) -> bytes | None:
    """A format of C's printf for one whole number as one of Python's, or None for none.

    Raises BadUse for a format that takes anything else.
    """
    if not text:
        return None
    match = re.fullmatch(r"([^%]*%[-+ #0]*\d*(?:\.\d+)?)(?:hh|h|ll|l|q|j|z)?([diuxXo])([^%]*)", text)
    if match is None:
        raise BadUse(f"format {text!r}: expected one whole number, as %u or 0x%08x")
    return f"{match[1]}{'d' if match[2] in 'iu' else match[2]}{match[3]}".encode()


def make_printer(settings: Settings) -> Printer:
    """The kernel that prints the columns of the settings."""
    level = {"": 0, "zero": 1, "value": 2}
    columns = []
    for column in settings.columns:
        row = BY_NAME[column.name]
        width = column_width(settings, column.name, column.width)
        shown = (width_of(settings, column.name, column.width), printf_format(column.format))
        columns.append((row.id, width, int(row.align == "L"), level[row.absent], level[row.man], *shown))
    if settings.xml:
        return make_xml(settings, columns)
    printer = Printer(make_style(settings), columns)
    printer.variable = settings.variable
    printer.join = settings.join
    printer.delimiter = (settings.delimiter or " ").encode()
    if not settings.variable and settings.delimiter != " ":
        # A tab between columns that keep their width: titles and left-justified values go without padding.
        printer.padded = False
        title = title_line(settings.but(variable=True, join_given=True))
        printer.header = title
    else:
        printer.header = title_line(settings)
    printer.label_every = settings.labels
    printer.clock = clock(settings)
    printer.offset = None if settings.time_format else offset
    printer.fraction = not settings.time_format
    return printer


def xml_attributes(settings: Settings) -> list[bytes]:
    """The attribute of each column: that of the field table, or the field's name where an attribute before has that; empty for none."""
    out: list[str] = []
    for column in settings.columns:
        attribute = BY_NAME[column.name].xml
        if attribute and attribute in out:
            attribute = "" if column.name in out else column.name
        out.append(attribute)
    return [attribute.encode() for attribute in out]


def make_xml(settings: Settings, columns: Sequence[tuple[object, ...]]) -> Printer:
    """The kernel that prints the columns as XML."""
    from pyargus.record.xml_cy import XmlPrinter

    printer = XmlPrinter(make_style(settings), columns, xml_attributes(settings))
    printer.clock = clock(settings.but(time_format="%Y-%m-%dT%H:%M:%S"))
    return printer


def xml_head(settings: Settings, initial: bytes) -> bytes:
    """The head of an XML document whose first source starts with the management record `initial`."""
    text = clock(settings.but(time_format="%Y-%m-%dT%H:%M:%S"))

    def moment(seconds: int, micro: int) -> str:
        digits = f"{micro:06d}"[: settings.precision]
        whole = str(seconds) if settings.unix else text(seconds).decode()
        return f"{whole}.{digits}" if digits else whole

    now = time.time_ns() // 1000
    start = moment(int.from_bytes(initial[24:28], "big"), int.from_bytes(initial[28:32], "big"))
    return f"""<?xml version ="1.0" encoding="UTF-8"?>
<!--Generated by {settings.program.name}(3.0.8.2) QoSient, LLC-->
<ArgusDataStream
  xmlns:xsi = "http://www.w3.org/2001/XMLSchema-instance"{" "}
  xsi:noNamespaceSchemaLocation = "http://qosient.com/argus/Xml/ArgusRecord.3.0.xsd"
  BeginDate = "{start}" CurrentDate = "{moment(now // 1000000, now % 1000000)}"
  MajorVersion = "3" MinorVersion = "0" InterfaceType = "DLT_NULL" InterfaceStatus = "Up"
  ArgusSourceId = "0.0.0.0"  NetAddr = "0.0.0.0"  NetMask = "0.0.0.0">

""".encode()


def field_printer(settings: Settings, name: str) -> Printer:
    """The kernel that prints one field and a line end, without padding, as `-s` would print it."""
    from pyargus.clients.settings import Column

    only = [Column(name)]
    return make_printer(settings.but(columns=only, widths={}, variable=True, delimiter=",", labels=-1, xml=False, join=False))

"""From settings to the printing kernel."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

from pyargus.clients.settings import Settings, width_of
from pyargus.errors import BadUse
from pyargus.record import names
from pyargus.record.print_cy import UNSTEADY, Printer
from pyargus.record.schema import BY_NAME
from pyargus.record.state_cy import Style

USES_PORT_NAMES = {"sport", "dport"}


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
        style.resolve = resolver()
    return style


def resolver() -> Callable[[int], bytes]:
    """A function from an IPv4 address to its host name, or to the dotted quad where there is none; answers are kept."""
    import functools
    import socket

    @functools.lru_cache(1 << 16)
    def resolve(address: int) -> bytes:
        packed = address.to_bytes(4, "big")
        quad = socket.inet_ntoa(packed)
        try:
            return socket.gethostbyaddr(quad)[0].encode("idna")
        except (OSError, UnicodeError):
            # No name is an answer: the address stands for itself.
            return quad.encode()

    return resolve


def column_width(settings: Settings, name: str) -> int:
    """Columns a value occupies; user data need room for their `s[n]=`."""
    width = width_of(settings, name)
    if name in ("suser", "duser"):
        if settings.encoding >= 3:
            width *= 2
        if name == "suser":
            return width + 8 + (width >= 10) + (width >= 100)
        return width + 8 + (width > 10)
    if name in ("sdsb", "ddsb") and settings.disa:
        return 8
    return width


def clock(settings: Settings) -> Callable[[int], bytes]:
    """Text of a time down to the second, in the local zone."""

    pattern = settings.time_format.replace(".%f", "").replace("%f", "") or "%H:%M:%S"

    def text(seconds: int) -> bytes:
        return time.strftime(pattern, time.localtime(seconds)).encode()

    return text


def offset(quarter: int) -> int:
    """Seconds that local time is ahead of UTC during a quarter of an hour, counted from 1970; UNSTEADY where it changes within."""
    first, last = (time.localtime(900 * quarter + second).tm_gmtoff for second in (0, 899))
    return first if first == last else UNSTEADY


def title_line(settings: Settings) -> bytes:
    """The header, newline included."""
    parts = []
    for column in settings.columns:
        row = BY_NAME[column.name]
        title = f"{settings.quote}{row.title}{settings.quote}"
        if settings.variable:
            parts.append(title[: column_width(settings, column.name) + 2 * len(settings.quote)] if row.title else "(null)")
            continue
        if not row.title:
            continue
        width = column_width(settings, column.name)
        if row.align == "C" or column.name in ("suser", "duser"):
            width += column.name == "binnum"
            left = (width - len(title)) // 2
            title = (" " * left + title).ljust(width)[:width] if left > 0 else title[:width]
        else:
            # Titles of the times of one side stand a column to the right of their values.
            width += column.name in ("sstime", "sltime", "dstime", "dltime")
            title = title[:width].rjust(width)
        parts.append(title)
    if settings.variable:
        line = (settings.delimiter or " ").join(parts)
        return line.encode() + (b" \n" if settings.delimiter in (" ", "") and not settings.join_given else b"\n")
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
        width = column_width(settings, column.name)
        shown = (width_of(settings, column.name), printf_format(column.format))
        columns.append((row.id, width, int(row.align == "L"), level[row.absent], level[row.man], *shown))
    printer = Printer(make_style(settings), columns)
    printer.variable = settings.variable
    printer.join = settings.join
    printer.delimiter = (settings.delimiter or " ").encode()
    if not settings.variable and settings.delimiter != " ":
        # A tab between columns that keep their width: titles and left-justified values go without padding.
        printer.padded = False
        title = title_line(replace(settings, variable=True, join_given=True))
        printer.header = title
    else:
        printer.header = title_line(settings)
    printer.label_every = settings.labels
    printer.clock = clock(settings)
    printer.offset = None if settings.time_format else offset
    printer.fraction = not settings.time_format or "%f" in settings.time_format
    return printer

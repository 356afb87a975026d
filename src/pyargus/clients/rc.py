"""rc files: `NAME=value` lines that set what options set.

Source: argus 3 "ra command line", section "rc files".
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from pyargus.clients.settings import ENCODINGS, Settings, nearest, parse_delimiter, parse_fields, parse_range
from pyargus.errors import BadUse


def _yes(value: str) -> bool:
    return value.lower() == "yes"


def _fields(settings: Settings, value: str) -> None:
    parse_fields(settings, [value])


def _delimiter(settings: Settings, value: str) -> None:
    text = value[1:-1] if len(value) > 2 and value[0] == value[-1] == "'" else value
    settings.delimiter = parse_delimiter(text)
    settings.join = settings.delimiter in (" ", "")
    # A tab keeps the columns, any other delimiter ends the padding.
    settings.variable = settings.variable or settings.delimiter not in ("\t", " ")


def _width(settings: Settings, value: str) -> None:
    settings.variable = value.lower() != "fixed"


def _names(settings: Settings, value: str) -> None:
    levels = {"none": 3, "proto": 2, "port": 1, "all": 0}
    if value.lower() not in levels:
        raise BadUse(f"RA_PRINT_NAMES={value}: expected none, proto, port or all")
    settings.names = levels[value.lower()]


def _letters(settings: Settings, value: str) -> None:
    if value[:1] in ("b", "s", "d") and settings.tcp_letters != 1:
        settings.tcp_letters = 2 + "bsd".index(value[0])


def _output(settings: Settings, value: str) -> None:
    name, _, text = value.partition(" ")
    settings.writes = [(name, text.strip().strip('"'))]


def _set(name: str) -> Callable[[Settings, str], None]:
    def setter(settings: Settings, value: str) -> None:
        setattr(settings, name, _yes(value))

    return setter


def _time_format(settings: Settings, value: str) -> None:
    import time

    settings.time_format = value
    settings.time_width = len(time.strftime(value.replace("%f", "0" * settings.precision), time.localtime())) - settings.precision


def _integer(name: str) -> Callable[[Settings, str], None]:
    def setter(settings: Settings, value: str) -> None:
        try:
            setattr(settings, name, int(value))
        except ValueError:
            raise BadUse(f"{value!r}: expected a number") from None

    return setter


def _ignore(settings: Settings, value: str) -> None:
    """A variable that has no effect on this client."""


VARIABLES: dict[str, Callable[[Settings, str], None]] = {
    "RA_INPUT_FILE": lambda s, v: s.inputs.append(v),
    "RA_OUTPUT_FILE": _output,
    "RA_EXCEPTION_OUTPUT_FILE": lambda s, v: setattr(s, "rejected", v),
    "RA_NO_OUTPUT": _set("quiet"),
    "RA_NUMBER": lambda s, v: setattr(s, "span", parse_range(v)),
    "RA_FIELD_DELIMITER": _delimiter,
    "RA_FIELD_QUOTED": lambda s, v: setattr(s, "quote", {"double": '"', "single": "'"}.get(v.lower(), "")),
    "RA_FIELD_WIDTH": _width,
    "RA_FIELD_SPECIFIER": _fields,
    "RA_TIME_FORMAT": _time_format,
    "RA_PRINT_ETHERNET_VENDORS": _set("print_vendors"),
    "RA_ETHERNET_VENDORS": lambda s, v: setattr(s, "vendors", v),
    "RA_TZ": lambda s, v: setattr(s, "zone", v),
    "RA_USEC_PRECISION": _integer("precision"),
    "RA_PRINT_UNIX_TIME": _set("unix"),
    "RA_PRINT_MAN_RECORDS": _set("man"),
    "RA_PRINT_EVENT_RECORDS": _set("events"),
    "RA_PRINT_LABELS": _integer("labels"),
    "RA_PRINT_NAMES": _names,
    "RA_PRINT_TCPSTATES": lambda s, v: setattr(s, "tcp_letters", 1 if _yes(v) else s.tcp_letters),
    "RA_PRINT_TCPFLAGS": _letters,
    "RA_USERDATA_ENCODE": lambda s, v: setattr(s, "encoding", ENCODINGS.get(v, 4)),
    "RA_FILTER": lambda s, v: setattr(s, "filter", v),
    "RA_CIDR_ADDRESS_FORMAT": lambda s, v: setattr(s, "cidr", {"yes": 1, "strict": 2}.get(v.lower(), 0)),
    "RA_ASN_PRINT_FORMAT": lambda s, v: setattr(s, "asn", {"asdot": 1, "asdot+": 2}.get(v.lower(), 0)),
    "RA_SEPARATE_ADDR_FROM_PORT_WITH_PERIOD": lambda s, v: setattr(s, "join", _yes(v)),
    "RA_PRINT_SUMMARY": _ignore,
    "RA_TIMERANGE": _ignore,
    "RA_PRINT_RESPONSE_DATA": _ignore,
    "RA_PRINT_LOCALONLY": _ignore,
    "RA_PRINT_DOMAINONLY": _ignore,
    "RA_RUN_TIME": _ignore,
    "RA_DEBUG_LEVEL": _ignore,
    "RA_FILTER_TIMEOUT": _ignore,
    "RA_SORT_ALGORITHMS": _ignore,
}


def read_rc(settings: Settings, name: str) -> None:
    """Apply a file. Raises BadUse for a file that cannot be read, an unknown variable or a value that cannot be used."""
    try:
        text = Path(name).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise BadUse(f"{name}: {error.strerror}") from error
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line[0] in "#!":
            continue
        variable, equals, value = line.partition("=")
        setter = VARIABLES.get(variable)
        if not equals or setter is None:
            hint = nearest(variable, VARIABLES)
            raise BadUse(f"{name}: line {number}: no such variable: {variable}{hint}")
        value = value.strip()
        value = value[1:] if value.startswith('"') else value
        value = value[:-1] if value.endswith('"') else value
        if not value:
            continue
        try:
            setter(settings, value)
        except BadUse as error:
            raise BadUse(f"{name}: line {number}: {error}") from None


def read_defaults(settings: Settings) -> None:
    """Apply the files a client reads unasked: /etc/ra.conf, $ARGUSHOME/ra.conf, then the first .rarc found."""
    home = os.environ.get("ARGUSHOME")
    places = ["/etc/ra.conf"]
    if home:
        places.append(f"{home}/ra.conf")
    path = os.environ.get("ARGUSPATH")
    if path:
        personal = [f"{folder}/.rarc" for folder in path.split(":") if folder]
    else:
        personal = [f"{folder}/.rarc" for folder in (home, os.environ.get("HOME")) if folder]
    for name in places:
        if os.path.exists(name):
            read_rc(settings, name)
    for name in personal:
        if os.path.exists(name):
            read_rc(settings, name)
            break

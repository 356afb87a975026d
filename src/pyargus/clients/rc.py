"""rc files: `NAME=value` lines that set what options set.

Source: argus 3 "ra command line", section "rc files".
"""

from __future__ import annotations

import os
from collections.abc import Callable

from pyargus.clients.settings import ENCODINGS, Settings, nearest, parse_delimiter, parse_fields, parse_range
from pyargus.errors import BadUse


def _yes(value: str) -> bool:
    return value.lower() == "yes"


def _fields(settings: Settings, value: str) -> None:
    parse_fields(settings, [value])
    # A -s begins a list of its own.
    settings.list_begun = False


def _delimiter(settings: Settings, value: str) -> None:
    text = value[1:-1] if len(value) > 2 and value[0] == value[-1] == "'" else value
    settings.delimiter = parse_delimiter(text)
    settings.join = settings.delimiter == ""
    # A tab keeps the columns, any other delimiter, a blank too, ends the padding.
    settings.variable = settings.variable or settings.delimiter != "\t"


def _width(settings: Settings, value: str) -> None:
    settings.variable = value.lower() == "variable"


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


def _integer(name: str) -> Callable[[Settings, str], None]:
    def setter(settings: Settings, value: str) -> None:
        try:
            setattr(settings, name, int(value))
        except ValueError:
            raise BadUse(f"{value!r}: expected a number") from None

    return setter


def _seconds(name: str) -> Callable[[Settings, str], None]:
    def setter(settings: Settings, value: str) -> None:
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise BadUse(f"{value!r}: expected a number of seconds")
        setattr(settings, name, number)

    return setter


def _run_time(settings: Settings, value: str) -> None:
    try:
        settings.run_time = float(value)
    except ValueError:
        raise BadUse(f"{value!r}: expected a number of seconds") from None


def _time_range(settings: Settings, value: str) -> None:
    if "-" not in value and "+" not in value:
        raise BadUse(f"RA_TIMERANGE={value}: expected a range with - or +")
    settings.time_range = value.split()


def _port_direction(settings: Settings, value: str) -> None:
    rules = value.replace(",", " ").split()
    for rule in rules:
        if rule not in PORT_RULES:
            raise BadUse(f"RA_PORT_DIRECTION={value}: no such rule: {rule!r}{nearest(rule, PORT_RULES)}")
    settings.port_rules = rules


def _local_direction(settings: Settings, value: str) -> None:
    if value not in LOCAL_RULES:
        raise BadUse(f"RA_LOCAL_DIRECTION={value}: expected one of {', '.join(LOCAL_RULES)}{nearest(value, LOCAL_RULES)}")
    settings.local_rule = value


def _warn(name: str, reason: str) -> Callable[[Settings, str], None]:
    def setter(settings: Settings, value: str) -> None:
        if value.lower() not in ("no", "0"):
            settings.warnings.append(f"{name}={value} has no effect: {reason}")

    return setter


def _elsewhere(settings: Settings, value: str) -> None:
    """A variable of other clients, or of the connection to a server: files are read without it."""


PORT_RULES = ("wellknown", "services", "registered")
LOCAL_RULES = ("src", "dst", "suggest:src", "suggest:dst", "force:src", "force:dst")

VARIABLES: dict[str, Callable[[Settings, str], None]] = {
    "RA_INPUT_FILE": lambda s, v: s.rc_inputs.append(v),
    "RA_OUTPUT_FILE": _output,
    "RA_EXCEPTION_OUTPUT_FILE": lambda s, v: setattr(s, "rejected", v),
    "RA_NO_OUTPUT": _set("quiet"),
    "RA_NUMBER": lambda s, v: setattr(s, "span", parse_range(v)),
    "RA_FIELD_DELIMITER": _delimiter,
    "RA_FIELD_QUOTED": lambda s, v: setattr(s, "quote", {"double": '"', "single": "'"}.get(v.lower(), "")),
    "RA_FIELD_WIDTH": _width,
    "RA_FIELD_SPECIFIER": _fields,
    "RA_TIME_FORMAT": lambda s, v: setattr(s, "time_format", v),
    "RA_PRINT_ETHERNET_VENDORS": _set("print_vendors"),
    "RA_ETHERNET_VENDORS": lambda s, v: setattr(s, "vendors", v),
    "RA_TZ": lambda s, v: setattr(s, "zone", v),
    "RA_USEC_PRECISION": _integer("precision"),
    "RA_PRINT_UNIX_TIME": _set("unix"),
    "RA_PRINT_MAN_RECORDS": _set("man"),
    "RA_PRINT_EVENT_RECORDS": _set("events"),
    "RA_GENERATE_BIN_MAR_RECORDS": _set("bin_edges"),
    "RA_PRINT_LABELS": _integer("labels"),
    "RA_PRINT_NAMES": _names,
    "RA_PRINT_TCPSTATES": lambda s, v: setattr(s, "tcp_letters", 1 if _yes(v) else s.tcp_letters),
    "RA_PRINT_TCPFLAGS": _letters,
    "RA_USERDATA_ENCODE": lambda s, v: setattr(s, "encoding", ENCODINGS.get(v, 4)),
    "RA_FILTER": lambda s, v: setattr(s, "filter", v),
    "RA_CIDR_ADDRESS_FORMAT": lambda s, v: setattr(s, "cidr", {"yes": 1, "strict": 2}.get(v.lower(), 0)),
    "RA_ASN_PRINT_FORMAT": lambda s, v: setattr(s, "asn", {"asdot": 1, "asdot+": 2}.get(v.lower(), 0)),
    "RA_SEPARATE_ADDR_FROM_PORT_WITH_PERIOD": lambda s, v: setattr(s, "join", _yes(v)),
    "RA_TIMERANGE": _time_range,
    "RA_RUN_TIME": _run_time,
    "RA_UPDATE_INTERVAL": _seconds("update_interval"),
    "RA_TIMEOUT_INTERVAL": _seconds("idle_timeout"),
    "RA_COLOR_SUPPORT": _set("color_support"),
    "RA_COLOR_CONFIG": lambda s, v: setattr(s, "color_config", v),
    "RA_PORT_DIRECTION": _port_direction,
    "RA_LOCAL": lambda s, v: setattr(s, "local_file", v),
    "RA_LOCAL_DIRECTION": _local_direction,
    "RA_PRINT_LOCALONLY": _set("local_only"),
    "RA_PRINT_DOMAINONLY": _set("domain_only"),
    "RA_ARGUS_SERVER": lambda s, v: s.rc_servers.append(v),
    "RA_ARGUS_SERVERPORT": _integer("server_port"),
    "RA_CISCONETFLOW_PORT": lambda s, v: s.rc_servers.append(f"cisco://{v if ':' in v else ':' + v}"),
    "RA_RELIABLE_CONNECT": _set("insist"),
    "RA_TLS_CA": lambda s, v: setattr(s, "tls_ca", v),
    "RA_TLS_CERT": lambda s, v: setattr(s, "tls_cert", v),
    "RA_TLS_KEY": lambda s, v: setattr(s, "tls_key", v),
} | {name: _warn(name, reason) for name, reason in (
    ("RA_PRINT_SUMMARY", "the totals are printed by -A"),
    ("RA_PRINT_RESPONSE_DATA", "there are no response data"),
    ("RA_DEBUG_LEVEL", "there are no debugging levels"),
    ("RA_FILTER_TIMEOUT", "filters compile at once"),
    ("RA_SET_PID", "readers of files write no process file"),
)} | dict.fromkeys((
    "RA_SOURCE_PORT", "RA_USER_AUTH", "RA_AUTH_PASS", "RA_MIN_SSF", "RA_MAX_SSF", "RA_CONNECT_TIME",
    "RA_PID_PATH", "RA_FLOW_MODEL", "RA_DELEGATED_IP", "RA_DATABASE",
    "RA_DB_USER", "RA_DB_PASS", "RA_DB_HOST", "RA_DB_PORT", "RA_DB_TABLE", "RA_AIS_CACHE", "MYSQL_DB_ENGINE", "ARGUS_ARCHIVE",
    "RA_SORT_ALGORITHMS", "RA_SERVICES_SIGNATURES", "RA_CORRELATE_EVENTS",
), _elsewhere)  # fmt: skip


def read_rc(settings: Settings, name: str) -> None:
    """Apply a file. Raises BadUse for a file that cannot be read, an unknown variable or a value that cannot be used."""
    try:
        with open(name, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError as error:
        raise BadUse(f"{name}: {error.strerror}") from error
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line[0] in "#!":
            continue
        variable, equals, value = line.partition("=")
        setter = VARIABLES.get(variable)
        if variable.startswith("RADIUM_"):
            raise BadUse(f"{name}: line {number}: {variable} is a variable of radium, not of clients")
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

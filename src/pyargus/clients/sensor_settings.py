"""The sensor's command line and configuration files, as settings. Source: sensor behaviour, "Command line" and "Configuration file"."""

from __future__ import annotations

import difflib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyargus.clients.argv import Arguments, normalise
from pyargus.clients.conf import read_lines
from pyargus.clients.sensor_live_settings import LETTERS as LIVE_LETTERS
from pyargus.clients.sensor_live_settings import LiveSettings
from pyargus.clients.sensor_options import OPTIONS, OTHERS, REFUSED, SECONDS, SILENT, SWITCHES, VARIABLES
from pyargus.errors import BadUse
from pyargus.flow.config import FlowConfig, KeystrokeLimits

SYSTEM_FILE = "/etc/argus.conf"

_TAKES = {option.letter: option.takes for option in OPTIONS}
_LONG = {option.name: option.letter for option in OPTIONS}
_REFUSED = {option.letter: option for option in OPTIONS if option.refused}
_FLAGS = {option.letter for option in OPTIONS if option.takes == "none"}
_KEYSTROKES = {"yes": 1, "tcp": 1, "no": 0, "": 0}
# How keystrokes are counted with a greater gap between client packets is not known.
_GPC_MOST = 3
_LIMIT_MOST = 2**31 - 1
_MATRICES = {"LAYER_2_MATRIX": 2, "LAYER_3_MATRIX": 3}


@dataclass(slots=True)
class SensorSettings:
    """What one run of the sensor does. skip, stop: packets passed over, and after which it stops (None: never); missing: configuration
    files that were named and are not there."""

    flow: FlowConfig = field(default_factory=FlowConfig)
    live: LiveSettings = field(default_factory=LiveSettings)
    inputs: list[str] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    outputs_from_file: bool = False
    packet_filter: str = ""
    optimise: bool = True
    show_filter: bool = False
    skip: int = 0
    stop: int | None = None
    management_interval: int = 60
    replay: float = 0.0
    follow: bool = False
    headers: bool = False
    packet_file: str = ""
    packet_errors: bool = False
    chroot: str = ""
    user: str = ""
    group: str = ""
    help: bool = False
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def from_argv(argv: Sequence[str]) -> SensorSettings:
    """Settings of a command line, the system's configuration file included where the reference reads it."""
    arguments = normalise(argv, _TAKES, _LONG)
    settings = SensorSettings()
    if not any(option.name in "FX" for option in arguments.options) and os.path.exists(SYSTEM_FILE):
        _file(settings, SYSTEM_FILE)
    _options(settings, arguments)
    if arguments.words:
        settings.packet_filter = " ".join(arguments.words)
    return settings


def _options(settings: SensorSettings, arguments: Arguments) -> None:
    for option in arguments.options:
        if option.name == "X":
            fresh = SensorSettings()
            for name in SensorSettings.__slots__:
                setattr(settings, name, getattr(fresh, name))
        elif option.name == "F":
            if os.path.exists(option.values[0]):
                _file(settings, option.values[0])
            else:
                settings.missing.append(option.values[0])
                settings.warnings.append(f"{option.values[0]}: no such configuration file, it is left out")
        else:
            dashes = "-" if len(option.name) == 1 else "--"
            _apply(settings, option.name, option.values, dashes + option.name, False)


def _apply(settings: SensorSettings, letter: str, values: list[str], shown: str, from_file: bool) -> None:
    """Carry out one option, or the variable that stands for it."""
    flow = settings.flow
    value = values[0] if values else ""
    if letter in _REFUSED:
        raise BadUse(f"{shown}: {_REFUSED[letter].refused}")
    if letter in LIVE_LETTERS:
        settings.live.apply(letter, value, shown, from_file)
        return
    match letter:
        case "r":
            # One word may hold several names, and one name may hold blanks.
            settings.inputs += [name for word in values for name in ([word] if os.path.exists(word) else word.split())]
        case "w":
            if not from_file and settings.outputs_from_file:
                settings.outputs.clear()
            settings.outputs_from_file = from_file
            settings.outputs.append((value, values[1] if len(values) > 1 else ""))
        case "A":
            flow.app_bytes = True
        case "J":
            flow.jitter = True
        case "m":
            flow.macs = True
        case "R":
            flow.response_times = True
        case "Z":
            flow.sizes = True
        case "C":
            flow.control_data = True
        case "U":
            flow.user_size = _number(value, shown, -1)
        case "S":
            flow.interval = status_interval(value, flow.interval)
        case "M":
            settings.management_interval = _number(value, shown, 0)
        case "N":
            settings.skip, settings.stop = packet_range(value)
        case "e":
            flow.ident_kind, flow.ident = source_id(value, shown)
        case "f":
            settings.follow = True
        case "t":
            settings.headers = True
        case "T":
            settings.replay = _factor(value)
        case "O":
            settings.optimise = False
        case "b":
            settings.show_filter = True
        case "c":
            settings.chroot = value
        case "u":
            settings.user = value
        case "g":
            settings.group = value
        case "h":
            settings.help = True


def _number(text: str, shown: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise BadUse(f"{shown}: a whole number from {least} on is expected, not {text!r}")
    return number


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor < float("inf"):
        raise BadUse(f"-T: a factor above 0 is expected, not {text!r}")
    return factor


def status_interval(text: str, before: int) -> int:
    """Microseconds of a status interval in seconds. A fraction above one half is mirrored, as the reference does."""
    try:
        seconds = float(text)
    except ValueError:
        return before
    if not 0 <= seconds < 2**31:
        return before
    whole = int(seconds)
    fraction = round((seconds - whole) * 1_000_000) if "." in text else 0
    if fraction > 500_000:
        fraction = 1_000_000 - fraction
    return whole * 1_000_000 + fraction


def packet_range(text: str) -> tuple[int, int | None]:
    """`n`: the first n packets, 0 for all; `a-b`: skip a, stop after packet b."""
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise BadUse(f"-N: a number of packets or a range a-b is expected, not {text!r}")
    if dash:
        return int(first), int(last)
    return 0, int(first) or None


def source_id(text: str, shown: str = "-e") -> tuple[int, int]:
    """Transport qualifier and 32-bit value of a source id."""
    if text.startswith('"'):
        return 0x21, int.from_bytes(text.strip('"').encode()[:4].ljust(4, b"\0"), "big")
    if text.isdecimal():
        if int(text) > 0xFFFFFFFF:
            raise BadUse(f"{shown}: {text} does not fit into 32 bits")
        return 0x20, int(text)
    if ":" in text:
        raise BadUse(f"{shown}: an IPv6 address cannot be a source id: {text}")
    name = socket.gethostname() if text == "`hostname`" else text
    if name.startswith("`"):
        raise BadUse(f"{shown}: of commands in backquotes only `hostname` is carried out, not {text}")
    try:
        packed = socket.inet_aton(name)
    except OSError:
        try:
            packed = socket.inet_aton(socket.gethostbyname(name))
        except (OSError, UnicodeError):
            raise BadUse(f"{shown}: {text} is no number, address, known host or quoted text") from None
    return 0x01, int.from_bytes(packed, "big")


# ---- configuration files


def _file(settings: SensorSettings, path: str) -> None:
    """Read one configuration file."""
    for line in read_lines(path):
        _variable(settings, line.name, [line.value, line.raw], line.where)


def _variable(settings: SensorSettings, name: str, values: list[str], where: str) -> None:
    short = name.removeprefix("ARGUS_")
    value = values[0]
    on = value.lower().startswith("yes")
    if short in VARIABLES and name != short:
        letter = VARIABLES[short]
        if letter in _FLAGS:
            if on:
                _apply(settings, letter, [], where, True)
            elif letter == "d":
                settings.live.daemon = False
            elif letter in "AJmZRC":
                _off(settings, letter)
        elif letter == "w":
            path, _, filter_text = value.partition(" ")
            _apply(settings, letter, [path, filter_text.strip()], where, True)
        elif value:
            _apply(settings, letter, [values[1] if letter == "e" else value], where, True)
    elif short in SWITCHES:
        setattr(settings.flow, SWITCHES[short], on)
    elif short in SECONDS:
        setattr(settings.flow, SECONDS[short], _number(value, where, 0))
    elif settings.live.variable(short, value, on, where):
        return
    elif short == "FILTER":
        settings.packet_filter = value
    elif short == "FILTER_OPTIMIZER":
        settings.optimise = on
    elif short == "PACKET_CAPTURE_FILE":
        settings.packet_file = value
    elif short == "PACKET_CAPTURE_ON_ERROR":
        settings.packet_errors = on
    elif short == "FLOW_TYPE":
        settings.flow.one_way = value.lower().startswith("uni")
    elif short == "FLOW_KEY":
        _flow_key(settings, value, where)
    elif short == "KEYSTROKE":
        _keystroke(settings, value, f"{where}: {name}")
    elif short == "KEYSTROKE_CONF":
        _keystroke_limits(settings.flow.keystroke_limits, value, f"{where}: {name}")
    elif short in REFUSED:
        if value and not value.lower().startswith("no"):
            raise BadUse(f"{where}: {name}: {REFUSED[short]}")
    elif short not in SILENT:
        known = [*VARIABLES, *SWITCHES, *SECONDS, *SILENT, *REFUSED, *OTHERS]
        close = difflib.get_close_matches(short, known, 1)
        hint = f" (nearest: ARGUS_{close[0]})" if close else ""
        settings.warnings.append(f"{where}: unknown variable {name}{hint}")


def _off(settings: SensorSettings, letter: str) -> None:
    attribute = {"A": "app_bytes", "J": "jitter", "m": "macs", "Z": "sizes", "R": "response_times", "C": "control_data"}[letter]
    setattr(settings.flow, attribute, False)


def _keystroke(settings: SensorSettings, value: str, shown: str) -> None:
    """Turn detection on or off. It begins with the default limits, whatever was set before."""
    kind = value.lower()
    if kind == "ssh":
        raise BadUse(f"{shown}: the count for SSH is not part of this release, only yes or tcp")
    if kind not in _KEYSTROKES:
        raise BadUse(f"{shown}: one of {', '.join(filter(None, _KEYSTROKES))} is expected, not {value!r}")
    settings.flow.keystroke = _KEYSTROKES[kind]
    settings.flow.keystroke_limits = KeystrokeLimits()


def _keystroke_limits(limits: KeystrokeLimits, text: str, shown: str) -> None:
    for item in filter(str.strip, text.split(";")):
        name, _, value = (part.strip() for part in item.partition("="))
        if name not in KeystrokeLimits.__slots__:
            raise BadUse(f"{shown}: {name} is none of {', '.join(KeystrokeLimits.__slots__)}")
        if name.startswith("ICR"):
            setattr(limits, name, _ratio(value, f"{shown}: {name}"))
            continue
        number = _number(value, f"{shown}: {name}", 0)
        most = _GPC_MOST if name == "GPC_MAX" else _LIMIT_MOST
        if number > most:
            raise BadUse(f"{shown}: {name}: {most} is the most, not {number}")
        setattr(limits, name, number)


def _ratio(text: str, shown: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = -1.0
    if not 0.0 <= ratio < float("inf"):
        raise BadUse(f"{shown}: a number from 0 on is expected, not {text!r}")
    return ratio


def _flow_key(settings: SensorSettings, text: str, where: str) -> None:
    """Tokens joined by `+`; a matrix replaces the five-tuple, labels join it."""
    flow = settings.flow
    flow.matrix, flow.by_vlan, flow.by_mpls = 0, False, False
    tokens = [token.strip() for token in text.split("+") if token.strip()]
    for token in tokens:
        if token in _MATRICES:
            flow.matrix = _MATRICES[token]
        elif token in ("LOCAL_MPLS", "COMPLETE_MPLS"):
            flow.by_mpls = True
        elif token == "VLAN":
            flow.by_vlan = True
        elif token not in ("CLASSIC_5_TUPLE", "LAYER_2"):
            raise BadUse(f"{where}: {token} is no part of a flow key")
    if flow.matrix == 0 and "CLASSIC_5_TUPLE" not in tokens:
        raise BadUse(f"{where}: a flow key needs CLASSIC_5_TUPLE, LAYER_2_MATRIX or LAYER_3_MATRIX, not only {text!r}")

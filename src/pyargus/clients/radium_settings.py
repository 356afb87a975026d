"""The relay's command line and configuration file, as settings. Source: radium, "Options" and "radium.conf"."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from pyargus.clients.argv import NONE, normalise
from pyargus.clients.conf import Line, read_lines
from pyargus.clients.radium_options import BY_LETTER, MEANINGS, OPTIONS, REFUSED, SILENT, VARIABLES
from pyargus.clients.sensor_settings import source_id
from pyargus.errors import BadUse

SYSTEM_FILE = "/etc/radium.conf"

_TAKES = {option.letter: option.takes for option in OPTIONS}
_LONG = {option.name: option.letter for option in OPTIONS}
_UNITS = {"s": 1, "m": 60, "h": 3600, "": 1}


@dataclass(slots=True)
class RadiumSettings:
    """What one run of the relay does.

    servers, outputs: each with a filter of its own or an empty text; threshold: seconds that a source's clock may be off, None for any;
    from_file: the lists whose values came from a configuration file, which the first one on the command line replaces.
    """

    servers: list[tuple[str, str]] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    from_file: set[str] = field(default_factory=set)
    filter: str = ""
    persistent: bool = True
    threshold: float | None = None
    ident_kind: int = 0
    ident: int = 0
    management_interval: int = 60
    port: int = 0
    bind: list[str] = field(default_factory=list)
    allow: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    tls_ca: str = ""
    source_cert: str = ""
    source_key: str = ""
    source_ca: str = ""
    metrics: str = ""
    daemon: bool = False
    foreground: bool = False
    chroot: str = ""
    user: str = ""
    group: str = ""
    set_pid: bool = False
    pid_path: str = "/var/run"
    help: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def in_background(self) -> bool:
        """Whether the program is to become a daemon."""
        return self.daemon and not self.foreground


def from_argv(argv: Sequence[str]) -> RadiumSettings:
    """Settings of a command line: the system's configuration file, unless -f names another or -X wants none, then the options in order.

    Raises BadUse for anything that cannot be followed.
    """
    arguments = normalise(argv, _TAKES, _LONG)
    settings = RadiumSettings()
    if any(given.name == "h" for given in arguments.options):
        return RadiumSettings(help=True)
    if not any(given.name in "fX" for given in arguments.options):
        path = system_file()
        if path:
            read_conf(settings, path)
    for given in arguments.options:
        if given.name == "X":
            fresh = RadiumSettings()
            for row in fields(RadiumSettings):
                setattr(settings, row.name, getattr(fresh, row.name))
        elif given.name == "f":
            read_conf(settings, given.values[0])
        else:
            apply(settings, given.name, given.values, f"-{given.name}" if len(given.name) == 1 else f"--{given.name}", False)
    if arguments.words:
        settings.filter = " ".join(arguments.words)
    return settings


def system_file() -> str:
    """The configuration file that is read unasked: /etc/radium.conf, else radium.conf of a folder that the environment names; or none."""
    folders = [*os.environ.get("RADIUMPATH", "").split(":"), os.environ.get("RADIUMHOME", "")]
    names = [SYSTEM_FILE, *(os.path.join(folder, "radium.conf") for folder in folders if folder)]
    return next((name for name in names if os.path.exists(name)), "")


def apply(settings: RadiumSettings, letter: str, values: list[str], shown: str, from_file: bool) -> None:
    """Carry out one option, or the variable that stands for it. Raises BadUse."""
    option = BY_LETTER[letter]
    if option.refused:
        raise BadUse(f"{shown}: {option.refused}")
    value = values[0] if values else ""
    match letter:
        case "S":
            _list(settings, "servers", from_file).append((value, values[1] if len(values) > 1 else ""))
        case "C":
            _list(settings, "servers", from_file).append((f"cisco://{value if ':' in value else ':' + value}", ""))
        case "r":
            _list(settings, "inputs", from_file).extend(values)
        case "w":
            _list(settings, "outputs", from_file).append((value, values[1] if len(values) > 1 else ""))
        case "p":
            settings.persistent = False
        case "T":
            settings.threshold = _threshold(value, shown)
        case "e":
            settings.ident_kind, settings.ident = source_id(value, shown)
        case "M":
            settings.management_interval = _whole(value, shown, 1, 65535)
        case "P":
            settings.port = _whole(value, shown, 0, 65535)
        case "B":
            settings.bind = [part.strip() for part in value.split(",") if part.strip()]
        case "d":
            settings.daemon = from_file or not settings.daemon
        case "foreground":
            settings.foreground = True
        case "c" | "u" | "g":
            setattr(settings, option.name, value)
        case "O":
            # Filters are never optimised.
            return
        case _:
            setattr(settings, option.name.replace("-", "_"), value)


def _list(settings: RadiumSettings, name: str, from_file: bool) -> list[Any]:
    """The list of that name, begun anew where the command line replaces what a file said."""
    if from_file:
        settings.from_file.add(name)
    elif name in settings.from_file:
        settings.from_file.discard(name)
        setattr(settings, name, [])
    found: list[Any] = getattr(settings, name)
    return found


def _whole(text: str, shown: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadUse(f"{shown}: a whole number from {least} to {most} is expected, not {text!r}")
    return int(text)


def _threshold(text: str, shown: str) -> float | None:
    """Seconds of `N[smh]`; None for `no`."""
    if text.lower() == "no":
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if found is None:
        raise BadUse(f"{shown}: a time such as 5s or 2m is expected, not {text!r}")
    return float(found[1]) * _UNITS[found[2]]


def read_conf(settings: RadiumSettings, path: str) -> None:
    """Apply a configuration file. Raises BadUse for a file that cannot be read or a value that cannot be used."""
    for line in read_lines(path):
        _variable(settings, line)


def _variable(settings: RadiumSettings, line: Line) -> None:
    short, value = line.name.removeprefix("RADIUM_"), line.value
    on = value.lower().startswith("yes")
    if short == line.name:
        _unknown(settings, line)
    elif short in VARIABLES:
        letter = VARIABLES[short]
        if BY_LETTER[letter].takes == NONE:
            settings.daemon = on
        elif letter in "Sw" and value:
            apply(settings, letter, name_and_filter(line), line.where, True)
        elif value:
            apply(settings, letter, [line.raw if letter == "e" else value], line.where, True)
    elif short == "FILTER":
        settings.filter = value
    elif short == "SET_PID":
        settings.set_pid = on
    elif short == "PID_PATH":
        settings.pid_path = value or settings.pid_path
    elif short in REFUSED:
        if value and value.lower() not in ("no", "0"):
            raise BadUse(f"{line.where}: {line.name}: {REFUSED[short]}")
    elif short not in SILENT:
        _unknown(settings, line)


def _unknown(settings: RadiumSettings, line: Line) -> None:
    known = [f"RADIUM_{name}" for name in (*VARIABLES, *MEANINGS, *SILENT, *REFUSED)]
    close = difflib.get_close_matches(line.name, known, 1)
    settings.warnings.append(f"{line.where}: unknown variable {line.name}" + (f" (nearest: {close[0]})" if close else ""))


def name_and_filter(line: Line) -> list[str]:
    """A file or server and the filter behind it: `name "filter"`, `"name" "filter"` or `"name filter"`."""
    if line.raw.startswith('"'):
        behind = line.raw[len(line.value) + 2 :].strip()
        if behind:
            return [line.value, behind.strip('"')]
    name, _, behind = line.value.partition(" ")
    return [name, behind.strip().strip('"')]

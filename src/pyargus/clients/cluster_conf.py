"""racluster.conf: settings and statements that say which records are merged by which key.

Source: argus 3 clients, "racluster.conf".
"""

from __future__ import annotations

import re

from pyargus.errors import BadUse, Unreachable
from pyargus.record.keys import Key, parse_key

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, Final

SETTINGS = ("RACLUSTER_MODEL_NAME", "RACLUSTER_PRESERVE_FIELDS", "RACLUSTER_REPORT_AGGREGATION", "RACLUSTER_AUTO_CORRECTION",
            "RACLUSTER_HISTOGRAM", "RACLUSTER_AGG_METRIC")  # fmt: skip
PARTS = ("filter", "grep", "model", "status", "idle", "label", "cont")
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_PART = re.compile(r"""\s*([A-Za-z]+)(?:\s*=\s*(?:"([^"]*)"|([^"\s]*)))?(?=\s|$)""")


class Rule:
    """A statement: what it takes, by what it merges, when groups go out (µs, 0 for never), what label they get."""

    __slots__ = ("filter", "grep", "idle", "key", "label", "more", "status")

    def __init__(
        self, key: Key, filter: str = "", grep: str = "", label: str = "", status: int = 0, idle: int = 0, more: bool = False
    ) -> None:
        self.key: Final = key
        self.filter: Final = filter
        self.grep: Final = grep
        self.label: Final = label
        self.status: Final = status
        self.idle: Final = idle
        self.more: Final = more


class Conf:
    """A whole file; None where a setting is not given. report: statistics of aggregation are kept.

    rules: the statements, and one of the default key for what none of them takes, or only such with `cont`.
    """

    __slots__ = ("correct", "name", "preserve", "report", "rules")

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.preserve: bool | None = None
        self.correct: bool | None = None
        self.report: bool | None = None
        self.name = ""


def parse_duration(text: str, where: str) -> int:
    """µs of `N[smhd]`. Raises BadUse for anything else."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None:
        raise BadUse(f"{where}={text}: expected seconds, or a number with s, m, h or d")
    return round(float(match[1]) * UNITS[match[2]] * 1_000_000)


def _yes(text: str, name: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise BadUse(f"{name}={text}: expected yes or no")
    return text.lower() == "yes"


def _nearest(word: str, words: Any) -> str:
    from pyargus.clients.settings import nearest

    return nearest(word, words)


def parse_rule(line: str, rmon: bool) -> Rule:
    """A statement. Raises BadUse for what is none."""
    found: dict[str, str] = {}
    at = 0
    while line[at:].strip():
        match = _PART.match(line, at)
        if match is None:
            raise BadUse(f"cannot be read from {line[at:].strip()!r} on")
        name, quoted, bare = match.groups()
        if name.lower() not in PARTS:
            raise BadUse(f"no such part of a statement: {name!r}{_nearest(name, PARTS)}")
        if name.lower() != "cont" and quoted is None and bare is None:
            raise BadUse(f"{name} needs a value")
        found[name.lower()] = quoted if quoted is not None else bare or ""
        at = match.end()
    if "grep" in found:
        try:
            re.compile(found["grep"].encode())
        except re.error as error:
            raise BadUse(f'grep="{found["grep"]}": {error}') from None
    if found.get("filter"):
        from pyargus.record.filter import compile_filter

        compile_filter(found["filter"])
    return Rule(
        key=parse_key([found.get("model") or ("none" if "model" in found else "")], rmon),
        filter=found.get("filter", ""),
        grep=found.get("grep", ""),
        label=found.get("label", ""),
        status=parse_duration(found["status"], "status") if found.get("status") else 0,
        idle=parse_duration(found["idle"], "idle") if found.get("idle") else 0,
        more="cont" in found and found["cont"].lower() != "no",
    )


def _setting(conf: Conf, name: str, value: str) -> None:
    if name not in SETTINGS:
        raise BadUse(f"no such setting: {name!r}{_nearest(name, SETTINGS)}")
    if name == "RACLUSTER_MODEL_NAME":
        conf.name = value
    elif name == "RACLUSTER_PRESERVE_FIELDS":
        conf.preserve = _yes(value, name)
    elif name == "RACLUSTER_REPORT_AGGREGATION":
        conf.report = _yes(value, name)
    elif name == "RACLUSTER_AUTO_CORRECTION":
        conf.correct = _yes(value, name)
    else:
        raise BadUse(f"{name} is not supported: the statistics are those of the duration")


def read_conf(path: str, rmon: bool = False) -> Conf:
    """Read a file. Raises Unreachable if it cannot be read, and BadUse with the number of the line that cannot be followed."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from error
    conf = Conf()
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line[0] in '#!"':
            continue
        try:
            match = re.fullmatch(r'(RA[A-Z_0-9]+)\s*=\s*"?([^"]*)"?', line)
            if match is not None:
                _setting(conf, match[1], match[2].strip())
            else:
                conf.rules.append(parse_rule(line, rmon))
        except BadUse as error:
            raise BadUse(f"{path}, line {number}: {error}") from None
    if not conf.rules:
        raise BadUse(f"{path}: no statement")
    conf.rules.append(Rule(parse_key([], rmon)))
    return conf

"""What -i names: interfaces, alone or as one source, each with a source id or a link type of its own if it has one.

Source: sensor behaviour, "Interfaces". `a`, `ind:a,b`: sources of their own; `"a b"`, `bond:a,b`, `dup:a,b`: one source; `a/ID`: source id;
`a(DLT)`: link type; `any`: the first interface; `all`: every interface that is up, as sources of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pyargus.errors import BadUse

FIRST, ALL = "any", "all"

_DEVICE = re.compile(r"(?P<name>[^/()\[\],\s]+)(?:\((?P<dlt>\d+)\))?(?:/(?P<ident>[^\s,\]]+))?")
_SHARED, _OWN = ("bond", "dup"), "ind"


@dataclass(frozen=True, slots=True)
class Device:
    """One interface. linktype: the one asked for, or None; ident: text of its source id, or empty; joined: of `all`, as one source."""

    name: str
    linktype: int | None = None
    ident: str = ""
    joined: bool = False


def parse(text: str, shown: str = "-i") -> list[list[Device]]:
    """The sources that one -i stands for, each with the interfaces whose packets it joins. Raises BadUse."""
    text = text.strip()
    kind, colon, rest = text.partition(":")
    if not colon or kind not in (*_SHARED, _OWN):
        # Words side by side are joined.
        words = text.split()
        if not words:
            raise BadUse(f"{shown}: the name of an interface is expected")
        return [[_device(word, shown) for word in words]]
    parts = _parts(rest, shown)
    if kind == _OWN:
        return [source for part in parts for source in parse(part, shown)]
    return [
        [replace(device, joined=device.name == ALL) for part in parts for source in parse(_opened(part), shown) for device in source]
    ]


def _opened(part: str) -> str:
    return part[1:-1] if part.startswith("[") and part.endswith("]") else part


def _parts(text: str, shown: str) -> list[str]:
    """What stands between the commas, but for those in brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    parts.append(text[start:].strip())
    if depth or not all(parts):
        raise BadUse(f"{shown}: {text}: names of interfaces with commas between them are expected")
    return [_opened(part) for part in parts]


def _device(text: str, shown: str) -> Device:
    match = _DEVICE.fullmatch(text)
    if match is None:
        raise BadUse(f"{shown}: {text}: an interface is named NAME, NAME/ID or NAME(DLT)")
    linktype = int(match["dlt"]) if match["dlt"] else None
    return Device(match["name"], linktype, match["ident"] or "")

"""Sort keys by name, for every client that orders records."""

from __future__ import annotations

import re

from pyargus.errors import BadUse
from pyargus.record import sortkeys_cy as codes
from pyargus.record.schema import BY_NAME, FIELDS, SORT_ASCENDING, Field
from pyargus.record.sortkeys_cy import SortKeys

_SPECIAL = {
    "saddr": codes.SADDR, "daddr": codes.DADDR, "sport": codes.SPORT, "dport": codes.DPORT, "proto": codes.PROTO, "srcid": codes.SRCID,
    "smac": codes.SMAC, "dmac": codes.DMAC, "soui": codes.SOUI, "doui": codes.DOUI, "inode": codes.INODE, "sdsb": codes.SDSB,
    "ddsb": codes.DDSB, "sipid": codes.SIPID, "dipid": codes.DIPID, "svlan": codes.SVLAN, "dvlan": codes.DVLAN, "rate": codes.RATE,
    "sco": codes.SCO, "dco": codes.DCO, "sas": codes.SAS, "das": codes.DAS, "ias": codes.IAS,
}  # fmt: skip
_KINDS = {"uint": codes.UINT, "real": codes.REAL, "time": codes.TIME}
# Other names of fields, as readers of the format have them for keys.
ALIASES = {"avgdur": "mean", "mindur": "min", "maxdur": "max", "psloss": "sploss", "pdloss": "dploss"}


def sortable(field: Field) -> bool:
    """Whether records can be ordered by a field."""
    return field.name in _SPECIAL or field.kind in _KINDS


def sort_names() -> list[str]:
    """Every name that a key may have."""
    return [field.name for field in FIELDS if sortable(field)] + list(ALIASES)


def parse_key(word: str) -> tuple[int, int, bool, int]:
    """A key `name[/length][:asc|:desc]` as `SortKeys` takes it. Raises BadUse if it is none."""
    match = re.fullmatch(r"([a-z]+)(?:/(\d+))?(?::(asc|desc))?", word)
    name = ALIASES.get(match[1], match[1]) if match else word
    field = BY_NAME.get(name)
    if match is None or field is None or not sortable(field):
        from difflib import get_close_matches

        close = get_close_matches(name, sort_names(), 1)
        hint = f" (nearest: {close[0]})" if close else ""
        reason = "has no order" if field is not None else "no such sort key"
        raise BadUse(f"{reason}: {word!r}{hint}")
    length = -1
    if match[2] is not None:
        if name not in ("saddr", "daddr") or int(match[2]) > 128:
            raise BadUse(f"sort key {word!r}: a prefix length is for saddr and daddr, up to 128")
        length = int(match[2])
    descending = name not in SORT_ASCENDING if match[3] is None else match[3] == "desc"
    return _SPECIAL.get(name) or _KINDS[field.kind], field.id, descending, length


def parse_keys(words: list[str]) -> SortKeys:
    """The keys of -m, most significant first, blanks and commas between them; the start time without any.

    Raises BadUse for what is no key.
    """
    names = [name for word in words for name in re.split(r"[\s,]+", word) if name]
    try:
        return SortKeys([parse_key(name) for name in names or ["stime"]])
    except ValueError as error:
        raise BadUse(f"-m: {error}") from None

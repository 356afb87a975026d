"""-e and -M label=: records chosen by a regular expression over their user data or label."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyargus.clients.settings import Settings
from pyargus.errors import BadUse

_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s", "blank": r" \t",
            "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "print": " -~", "graph": "!-~", "cntrl": r"\x00-\x1f\x7f"}  # fmt: skip


def compile_regex(text: str, ignore_case: bool) -> re.Pattern[bytes]:
    """A POSIX extended expression, its character classes included. Raises BadUse if it is none."""
    for name, members in _CLASSES.items():
        text = text.replace(f"[:{name}:]", members)
    try:
        return re.compile(text.encode("utf-8", "surrogateescape"), re.MULTILINE | (re.IGNORECASE if ignore_case else 0))
    except re.error as error:
        raise BadUse(f"regular expression {text!r}: {error}") from error


def matcher(settings: Settings) -> Callable[[Any], bool]:
    """A function that says whether a record has the wanted user data and label."""
    sides = "sd"
    text = settings.regex
    if text[:2] in ("s:", "d:"):
        sides, text = text[0], text[2:]
    pattern = compile_regex(text, settings.ignore_case) if settings.regex else None
    label = compile_regex(settings.label, settings.ignore_case) if settings.label else None

    def wanted(record: Any) -> bool:
        if pattern is not None:
            found = any(pattern.search(record.user_data(side == "d")) is not None for side in sides)
            if found == settings.invert:
                return False
        if label is not None:
            text = record.label()
            return text is not None and label.search(text) is not None
        return True

    return wanted

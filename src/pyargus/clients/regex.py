"""POSIX extended regular expressions as Python's `re` understands them.

Source: POSIX.1-2017, "Base Definitions", chapter 9; of the GNU extensions `\\w \\W \\s \\S \\b \\B \\< \\>` and back-references.
"""

from __future__ import annotations

import re

from pyargus.errors import BadUse

_CLASSES = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r"\s", "blank": r" \t",
            "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "print": " -~", "graph": "!-~", "cntrl": r"\x00-\x1f\x7f"}  # fmt: skip
_ESCAPES = {"w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S", "b": r"\b", "B": r"\B", "<": r"\b(?=\w)", ">": r"\b(?<=\w)",
            "`": r"\A", "'": r"\Z"}  # fmt: skip
_BOUNDS = re.compile(r"\{(\d*)(,?)(\d*)\}")


def compile_regex(text: str, ignore_case: bool) -> re.Pattern[bytes]:
    """A POSIX extended expression that is looked for in bytes. Raises BadUse if it is none."""
    try:
        made = _Translation(text).text
        return re.compile(made.encode("utf-8", "surrogateescape"), re.DOTALL | (re.IGNORECASE if ignore_case else 0))
    except re.error as error:
        raise BadUse(f"regular expression {text!r}: {error.msg}") from error


def occurs(pattern: re.Pattern[bytes], data: bytes) -> bool:
    """Whether the pattern matches in any of the texts that NUL bytes end; `^` and `$` stand for the ends of a text, not of a line."""
    return any(pattern.search(text) is not None for text in data.split(b"\0"))


class _Translation:
    """One expression in Python's syntax, `text`: made piece by piece, where `starts` are the places of the groups that are open."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.starts: list[int] = []
        # Where the last atom begins, or -1 where a quantifier has nothing to repeat; whether it was repeated already.
        self.atom = -1
        self.repeated = False
        while self.at < len(source):
            self.piece()
        self.text = "".join(self.out)

    def put(self, text: str) -> None:
        """An atom."""
        self.atom, self.repeated = len(self.out), False
        self.out.append(text)

    def piece(self) -> None:
        letter = self.source[self.at]
        self.at += 1
        bounds = _BOUNDS.match(self.source, self.at - 1) if letter == "{" else None
        if letter == "\\":
            if self.at == len(self.source):
                raise re.error("a backslash at the end")
            escaped = self.source[self.at]
            self.at += 1
            self.put(f"(?:\\{escaped})" if escaped in "123456789" else _ESCAPES.get(escaped) or re.escape(escaped))
        elif letter == "[":
            self.bracket()
        elif letter == "(":
            self.starts.append(len(self.out))
            self.out.append("(")
            self.atom = -1
        elif letter == ")" and self.starts:
            self.out.append(")")
            self.atom, self.repeated = self.starts.pop(), False
        elif letter == "|":
            self.out.append("|")
            self.atom = -1
        elif letter in "*+?" or bounds:
            if bounds:
                self.at = bounds.end()
                letter = bounds[0]
                if not bounds[1] and not bounds[2]:
                    raise re.error("a repetition without a number")
            self.repeat(letter)
        elif letter == "^":
            self.out.append(r"\A")
            self.atom = -1
        elif letter == "$":
            self.put(r"\Z")
        elif letter == ".":
            self.put(".")
        else:
            self.put(re.escape(letter))

    def repeat(self, quantifier: str) -> None:
        """A quantifier: one behind another repeats the whole; one with nothing before it stands for itself if it is `*`."""
        if self.atom < 0:
            if quantifier != "*":
                raise re.error("nothing to repeat")
            self.put(r"\*")
            return
        if self.repeated:
            before = self.out[-1]
            if before in "*+?" and quantifier in "*+?":
                # One repetition within another would take time without end on texts that do not match.
                self.out[-1] = before if before == quantifier else "*"
                return
            self.out.insert(self.atom, "(?:")
            self.out.append(")")
        self.out.append(quantifier)
        self.repeated = True

    def bracket(self) -> None:
        """A bracket expression, where a backslash is a character as any other."""
        source = self.source
        out = "["
        if source[self.at : self.at + 1] == "^":
            out += "^"
            self.at += 1
        first = True
        while self.at < len(source) and (source[self.at] != "]" or first):
            first = False
            kind = source[self.at : self.at + 2]
            end = source.find(kind[1:] + "]", self.at + 2) if kind in ("[:", "[.", "[=") else -1
            if end >= 0:
                name = source[self.at + 2 : end]
                if kind == "[:" and name not in _CLASSES:
                    raise re.error(f"no such class of characters: {name}")
                out += _CLASSES[name] if kind == "[:" else re.escape(name)
                self.at = end + 2
                continue
            out += f"\\{source[self.at]}" if source[self.at] in "\\[]^&~|" else source[self.at]
            self.at += 1
        if self.at == len(source):
            raise re.error("a bracket that does not end")
        self.at += 1
        self.put(out + "]")

"""Completion of command lines in bash, zsh and fish, from the tables of options, fields, modes and filter words.

click has the protocol of each shell: the script that `_RA_COMPLETE=bash_source ra` prints asks the program, with `_RA_COMPLETE` set to
`bash_complete`, what may follow. What may follow is said here, since the words are not parsed by click.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pyargus.clients.argv import MANY, NONE, PAIR
from pyargus.clients.options import Option

if TYPE_CHECKING:
    from pyargus.clients.program import Mode

# What the value of an option is called in help -> what the shell is to complete it with.
_FILES = {"FILE...": "file", "FILE": "file", "FILE [FILTER]": "file", "FOLDER...": "dir", "FOLDER": "dir"}


def waiting(words: Sequence[str], options: dict[str, Option]) -> tuple[Option | None, bool, bool]:
    """After these words: the option whose value may follow; whether it must; whether the filter has begun."""
    names = {option.name: option for option in options.values()}
    current: Option | None = None
    count = 0
    for word in words:
        if current is not None and count == 0:
            count = 1
        elif word in ("-", "--"):
            return None, False, True
        elif word.startswith("--"):
            name, equals, _ = word[2:].partition("=")
            current, count = names.get(name), int(bool(equals))
        elif word.startswith("-"):
            current, count = _cluster(word, options)
        else:
            count += 1
        if current is not None and not _open(current, count):
            current = None
    return current, current is not None and count == 0, False


def _cluster(word: str, options: dict[str, Option]) -> tuple[Option | None, int]:
    for place, letter in enumerate(word[1:], 2):
        option = options.get(letter)
        if option is None:
            return None, 0
        if option.takes != NONE:
            return option, int(place < len(word))
    return None, 0


def _open(option: Option, count: int) -> bool:
    return option.takes != NONE and (count == 0 or option.takes == MANY or (option.takes == PAIR and count < 2))


def values(option: Option, incomplete: str, needed: bool, modes: Iterable[Mode]) -> list[tuple[str, str, str]]:
    """What may stand as a value: the word, its kind (`plain`, or `file` and `dir` for the shell to find) and a line about it."""
    if option.value in _FILES and (needed or option.takes == MANY):
        return [(incomplete, _FILES[option.value], "")]
    if option.value == "FIELD...":
        from pyargus.record.schema import FIELDS

        sign = re.match(r"(?:\+\d*|-)?", incomplete)
        prefix = sign.group() if sign else ""
        return [(prefix + field.name, "plain", field.text) for field in FIELDS]
    if option.value == "MODE...":
        from pyargus.clients.settings import ENCODINGS

        found = []
        for mode in modes:
            if mode.word == "printer":
                found += [(f"printer={name}", "plain", "") for name in ENCODINGS]
            else:
                found.append((mode.word + mode.value[: mode.value.startswith("=")], "plain", mode.text))
        return found
    return []


def _spellings(options: Iterable[Option], incomplete: str) -> list[tuple[str, str, str]]:
    from pyargus.clients.help import listed

    out = []
    for option in listed(options):
        if len(option.letter) == 1 and not incomplete.startswith("--"):
            out.append((f"-{option.letter}", "plain", option.text))
        out.append((f"--{option.name}", "plain", option.text))
    return out


def candidates(
    words: Sequence[str], incomplete: str, options: Sequence[Option], filter_words: Sequence[str], modes: Iterable[Mode] = ()
) -> list[tuple[str, str, str]]:
    """What `incomplete` may become after `words`."""
    option, needed, filtering = waiting(words, {option.letter: option for option in options})
    found: list[tuple[str, str, str]] = []
    if filtering:
        found = [(word, "plain", "") for word in filter_words]
    elif option is not None and (needed or not incomplete.startswith("-") or option.value == "FIELD..."):
        found = values(option, incomplete, needed, modes)
        if option.takes == PAIR and not needed:
            found = [(word, "plain", "") for word in filter_words]
    elif not incomplete.startswith("-"):
        found = [(word, "plain", "") for word in filter_words]
    if not needed and not filtering and (incomplete.startswith("-") or not incomplete):
        found = found + _spellings(options, incomplete)
    return [item for item in found if item[1] != "plain" or item[0].startswith(incomplete)]


def respond(
    program: str, instruction: str, options: Sequence[Option], filter_words: Sequence[str], modes: Sequence[Mode] = ()
) -> int:
    """Carry out what `_PROGRAM_COMPLETE` asks for (`bash_source`, `zsh_complete`, ...); returns the exit status.

    Raises BadUse for an instruction or a shell that is not known.
    """
    import click
    from click.shell_completion import CompletionItem, get_completion_class

    from pyargus.errors import BadUse, ExitCode

    shell, _, action = instruction.partition("_")
    known = get_completion_class(shell)
    if known is None or action not in ("source", "complete"):
        raise BadUse(f"_{program.upper()}_COMPLETE={instruction}: expected bash, zsh or fish with _source or _complete")

    class Completion(known):  # type: ignore[valid-type, misc]
        def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
            found = candidates(args, incomplete, options, filter_words, modes)
            return [CompletionItem(value, type=kind, help=text or None) for value, kind, text in found]

    completion = Completion(click.Command(program), {}, program, f"_{program.upper()}_COMPLETE")
    click.echo(completion.source() if action == "source" else completion.complete())
    return ExitCode.OK

"""Help pages, from the option tables.

click lays them out; it is imported when a page is asked for and not before.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pyargus.clients.options import Option

if TYPE_CHECKING:
    from pyargus.clients.program import Mode, Program

# Title of a group of options -> the letters of those in it. What is in none of them is listed last.
READER_GROUPS: dict[str, str] = {
    "Input": "r R S C tls-ca tls-cert tls-key F X",
    "Output": "w E format s c L A q color",
    "Selection": "t e v i N T b",
    "Printing": "n u p Z z H M %",
    "Help": "fields h",
}
SENSOR_GROUPS: dict[str, str] = {
    "Input": "r t N f T b O F X",
    "Live capture": "i p s capture",
    "Output": "w e S M",
    "Serving": "P B allow tls-cert tls-key tls-ca metrics",
    "What records hold": "A J m R Z U C",
    "Service": "d foreground c u g",
    "Help": "h",
}


def listed(options: Iterable[Option]) -> list[Option]:
    """The options that do something."""
    return [option for option in options if not option.refused and not option.text.startswith("no effect")]


def idle_options(options: Iterable[Option]) -> str:
    """The letters of the options that are taken and do nothing."""
    return " ".join(f"-{option.letter}" for option in options if not option.refused and option.text.startswith("no effect"))


def grouped(options: Iterable[Option], groups: Mapping[str, str]) -> list[tuple[str, list[Option]]]:
    """The listed options under the titles of their groups, in the groups' order; empty groups are left out."""
    rest = {option.letter: option for option in listed(options)}
    out = []
    for title, letters in groups.items():
        members = [rest.pop(letter) for letter in letters.split() if letter in rest]
        if members:
            out.append((title, members))
    return [*out[:-1], ("Other", list(rest.values())), *out[-1:]] if rest else out


def spelled(option: Option) -> str:
    """An option as a page shows it: `-r, --read FILE...`."""
    short = f"-{option.letter}, " if len(option.letter) == 1 else "    "
    return f"{short}--{option.name} {option.value}".rstrip()


def page(
    program: str,
    summary: str,
    options: Iterable[Option],
    groups: Mapping[str, str],
    operands: str,
    width: int | None = None,
    modes: Iterable[Mode] = (),
) -> str:
    """The help of a program; `width` is the terminal's unless given, at least 50 columns."""
    import click

    columns = max(50, width or shutil.get_terminal_size().columns)
    formatter = click.HelpFormatter(width=columns)
    formatter.write_usage(program, f"[options] {operands}")
    formatter.write_paragraph()
    formatter.write_text(summary)
    for title, members in grouped(options, groups):
        with formatter.section(title):
            formatter.write_dl([(spelled(option), option.text) for option in members], col_max=max(24, columns // 3))
    rows = [(f"{mode.word}{'' if mode.value[:1] in ('', '=') else ' '}{mode.value}", mode.text) for mode in modes]
    if rows:
        with formatter.section("Words of -M"):
            formatter.write_dl(rows, col_max=max(24, columns // 3))
    idle = idle_options(options)
    if idle:
        formatter.write_paragraph()
        formatter.write_text(f"Taken without effect, for scripts of other clients and releases: {idle}.")
    formatter.write_paragraph()
    script = f"_{program.upper()}_COMPLETE=bash_source {program}"
    formatter.write_text(f'Completion for a shell: eval "$({script})", or zsh_source, fish_source.')
    return formatter.getvalue()


def reader_groups(program: Program) -> dict[str, str]:
    """The groups of a client's help page: its own options first."""
    own = listed(program.own)
    return {program.name: " ".join(option.letter for option in own), **READER_GROUPS} if own else READER_GROUPS


def reader_page(program: Program, width: int | None = None) -> str:
    """Help of a client of records."""
    from pyargus.clients.program import SUMMARY

    summary = f"{program.summary} {SUMMARY}"
    return page(program.name, summary, program.options, reader_groups(program), "[-- filter]", width, program.words.values())


def sensor_page(width: int | None = None) -> str:
    """Help of the sensor."""
    from pyargus.clients.sensor_options import OPTIONS

    summary = "Turn packets into flow records. The packet filter stands last; '-' or '--' before it sets it apart."
    return page("argus", summary, OPTIONS, SENSOR_GROUPS, "[-- packet filter]", width)

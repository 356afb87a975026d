"""The rows of a view as a file, in the order in which they are shown and in any format that clients write."""

from __future__ import annotations

import os
import time
from typing import BinaryIO

from pyargus.clients.formats import format_of, open_target
from pyargus.clients.output import give_shares
from pyargus.clients.program import RA
from pyargus.clients.ratop.view import View
from pyargus.clients.settings import Settings
from pyargus.clients.standard import StandardOutput, refuse_terminal
from pyargus.errors import BadUse, Unreachable
from pyargus.record.values_cy import Values

TEXTS = (".txt", ".text")


def write_rows(name: str, view: View, initial: bytes, replaces: bool = False, percent: bool = False) -> int:
    """Write every row that is shown; the suffix says the format, records without one. Returns how many.

    initial: management record that a file of records begins with; empty to make one; percent: text has counters as shares of their sums.
    Raises BadUse for a file that exists, unless it `replaces` it, and Unreachable for one that cannot be written.
    """
    if os.path.isdir(name):
        raise BadUse(f"{name}: is a folder")
    if os.path.exists(name) and not replaces:
        raise BadUse(f"{name}: exists; a `!` before the name replaces it")
    form = {".xml": "xml", ".argus": "argus"}.get(os.path.splitext(name)[1].lower(), "")
    if os.path.splitext(name)[1].lower() in TEXTS:
        form = "text"
    own = {"%": [""]} if percent and form in ("text", "xml") else {}
    settings = view.settings.but(program=RA, writes=[(name, "")], format=form, xml=form == "xml", color="never", own=own)
    if format_of(settings) == "argus":
        try:
            with open(name, "wb") as file:
                return _write_records(file, view, initial)
        except OSError as error:
            raise Unreachable(f"{name}: {error.strerror}") from error
    return _write(settings, view, initial)


def print_rows(form: str, view: View, initial: bytes) -> int:
    """Every row that is shown to standard output, in a format of --format; returns how many. Raises BadUse for binary to a terminal."""
    if form == "argus":
        refuse_terminal("--format argus")
        return _write_records(StandardOutput(), view, initial)
    return _write(view.settings.but(program=RA, writes=[], format=form, xml=form == "xml"), view, initial)


def _write(settings: Settings, view: View, initial: bytes) -> int:
    target = open_target(settings)
    if settings.xml:
        from pyargus.clients.output import xml_head

        target.printer.header = xml_head(settings, initial or _management())
    if "%" in settings.own:
        give_shares(settings, target.printer, lambda fields: _sums(view, fields))
    target.begin()
    for place in range(view.table.listed):
        target.printer.line(view.table.load(view.table.group_at(place)))
        if place % 256 == 255:
            target.put(target.printer.out.take())
    target.end()
    return view.table.listed


def _sums(view: View, fields: list[int]) -> list[int]:
    """The sums of integer fields, by their ids, over every row that is shown."""
    values = Values()
    sums = [0] * len(fields)
    for place in range(view.table.listed):
        record = view.table.load(view.table.group_at(place))
        for at, field in enumerate(fields):
            sums[at] += values.integer(record, field)
    return sums


def _write_records(file: BinaryIO | StandardOutput, view: View, initial: bytes) -> int:
    from pyargus.record.client_cy import client_form
    from pyargus.record.rewrite_cy import Rewriter

    writer = Rewriter()
    file.write(initial or _management())
    for place in range(view.table.listed):
        record = view.table.load(view.table.group_at(place))
        client_form(record, False)
        writer.write(record)
        if writer.size() > 1 << 16:
            file.write(writer.take())
    file.write(writer.take())
    return view.table.listed


def _management() -> bytes:
    from pyargus.record.management import Cause, Management, encode

    now = time.time_ns() // 1000
    return encode(Management(Cause.START, now, now))

"""From settings to a browser, and from there to the terminal or to a page of text."""

from __future__ import annotations

import os
import sys

from pyargus.clients.formats import coloured
from pyargus.clients.frame import complain, folder_files
from pyargus.clients.ratop.browser import Browser, light_terminal, unicode_terminal
from pyargus.clients.ratop.colours import read_colours
from pyargus.clients.ratop.commands import number, pace_of, set_zone
from pyargus.clients.ratop.engine import Engine
from pyargus.clients.ratop.log import Log, parse_history
from pyargus.clients.ratop.styles import Palette
from pyargus.clients.settings import Settings
from pyargus.clients.standard import emit
from pyargus.errors import BadUse, ExitCode


def make_browser(settings: Settings, colours: bool, unicode: bool) -> Browser:
    """The engine and the browser of the settings. Raises BadUse for what cannot be followed."""
    modes = settings.mode_values
    log = Log(*parse_history(modes["history"])) if "history" in modes else Log()
    engine = Engine(settings, log, pace_of(modes) or 0.0)
    browser = Browser(settings, engine, Palette(colours, light_terminal(modes)), unicode)
    browser.interval = max(0.05, settings.update_interval or browser.interval)
    if settings.idle_timeout is not None:
        browser.idle_seconds = settings.idle_timeout
    if settings.color_support and settings.color_config:
        browser.view.table.colours = read_colours(settings.color_config)
    browser.grid.percent = "%" in settings.own
    browser.grid.totals = "A" in settings.own
    browser.remote = settings.remote_filter if settings.servers else ""
    return browser


def complete(settings: Settings) -> None:
    """The sources of the settings: files of folders, and standard input where nothing else is named. Raises BadUse without any."""
    for folder in settings.folders:
        settings.inputs += folder_files(folder)
    settings.folders = []
    if not settings.inputs and not settings.servers:
        if sys.stdin.isatty():
            raise BadUse("there is nothing to read: name a server with -S, files with -r, or send records to standard input")
        settings.inputs = ["-"]


def run(settings: Settings) -> int:
    """Run until the person leaves; returns the exit status."""
    if settings.zone:
        set_zone(settings.zone)
    for warning in settings.warnings:
        complain(settings, warning)
    if settings.show_filter and settings.filter:
        from pyargus.record.filter import compile_filter

        emit(compile_filter(settings.filter).listing().encode())
        return ExitCode.OK
    complete(settings)
    once = "1" in settings.own or "nocurses" in settings.mode_values
    seconds = number(settings.own["T"][-1]) if "T" in settings.own else settings.run_time
    if settings.format and not once:
        raise BadUse("--format goes with -1; on the screen `:w file` writes the rows in any format")
    if settings.format and "A" in settings.own:
        raise BadUse("-A is a row of the view; --format prints the rows alone")
    if once:
        from pyargus.clients.ratop.once import run_once

        colours = coloured(settings)
        browser = make_browser(settings, colours, unicode_terminal())
        return run_once(browser, browser.engine, seconds, colours)
    colours = settings.color == "always" or (settings.color == "auto" and not os.environ.get("NO_COLOR"))
    browser = make_browser(settings, colours, unicode_terminal())
    if not sys.stdout.isatty():
        raise BadUse("standard output is no terminal; -1 prints the view once")
    from pyargus.clients.ratop.app import run_app

    return run_app(browser, "nomouse" not in settings.mode_values, seconds)

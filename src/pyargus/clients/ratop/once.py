"""The view printed once as text, without a terminal and without textual."""

from __future__ import annotations

import os
import shutil
import sys
import time

from pyargus.clients.ratop.browser import ROOMY, Browser
from pyargus.clients.ratop.engine import Engine
from pyargus.clients.ratop.styles import coded, plain
from pyargus.clients.standard import emit
from pyargus.errors import ExitCode

# Seconds that live sources are read for where -T does not say.
SECONDS = 5.0
# Wide enough for any list of fields, and the least that the lines around the table need.
WIDE = 10_000
LEAST = 100


def width_of_output() -> int:
    """Columns of the terminal, or of COLUMNS; 0 where the output is neither."""
    if os.environ.get("COLUMNS", "").isdigit():
        return max(20, int(os.environ["COLUMNS"]))
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def lines(browser: Browser, columns: int, coloured: bool) -> list[str]:
    """The screen with as many rows as the table has, and where `columns` is 0 as wide as the table."""
    browser.status = browser.whole = True
    browser.resize(columns or WIDE, ROOMY)
    browser.frame()
    # Two lines of the header, the titles, the rows; the status line and one for questions, which is left out.
    rows = 3 + browser.view.table.listed + browser.grid.totals + 2
    browser.resize(columns or WIDE, rows)
    frame = browser.frame()
    if not columns:
        last = browser.grid.places[-1]
        browser.resize(max(LEAST, last.x + last.width), rows)
        frame = browser.frame()
    return [coded(line).rstrip() if coloured else plain(line) for line in frame[:-1]]


def show(browser: Browser) -> None:
    """The rows of the view in the format that was asked for."""
    from pyargus.clients.ratop.writing import print_rows

    browser.frame()
    with browser.engine.held():
        print_rows(browser.settings.format, browser.view, browser.engine.log.initial)


def run_once(browser: Browser, engine: Engine, seconds: float, coloured: bool) -> int:
    """Read the sources, files to their end and servers for some seconds, and print the view; returns the exit status."""
    engine.start()
    started = time.monotonic()
    try:
        if any(feeder.live for feeder in engine.feeders):
            while time.monotonic() < started + (seconds or SECONDS) and engine.active:
                browser.beat()
                time.sleep(0.1)
        else:
            while not engine.settle(0.5) and not (seconds and time.monotonic() - started > seconds):
                continue
        browser.grid.cursor = False
        if browser.settings.format:
            show(browser)
        else:
            emit(("\n".join(lines(browser, width_of_output(), coloured)) + "\n").encode())
    finally:
        engine.stop()
    failed = [feeder for feeder in engine.feeders if feeder.state == "failed"]
    for feeder in engine.feeders:
        for note in feeder.note.splitlines():
            sys.stderr.write(f"ratop: {note}\n")
    return ExitCode.ERROR if failed else ExitCode.OK

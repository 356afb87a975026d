"""A browser over records of our own making, without a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyargus.capture.generate import generate
from pyargus.clients.ratop import PROGRAM
from pyargus.clients.ratop.browser import Browser
from pyargus.clients.ratop.running import make_browser
from pyargus.clients.ratop.styles import plain
from pyargus.clients.settings import from_argv

NOW = 1_800_000_000.0


def capture(folder: Path) -> Path:
    """The generated capture of an office."""
    path = folder / "office.pcap"
    path.write_bytes(generate())
    return path


@contextmanager
def browsing(*arguments: object, columns: int = 160, rows: int = 24, colours: bool = True, unicode: bool = True) -> Iterator[Browser]:
    """A browser of a command line whose sources have been read."""
    settings = from_argv(["-X", *map(str, arguments)], PROGRAM)
    browser = make_browser(settings, colours, unicode)
    browser.clock = lambda: NOW
    browser.resize(columns, rows)
    browser.engine.start()
    try:
        if not browser.engine.live:
            assert browser.engine.settle(30)
        browser.frame()
        yield browser
    finally:
        browser.engine.stop()
    assert browser.engine.error == ""


def screen(browser: Browser) -> list[str]:
    """The lines of the screen as text, once all jobs are done."""
    assert browser.engine.live or browser.engine.settle(30)
    browser.frame()
    return [plain(line) for line in browser.frame()]


def press(browser: Browser, *keys: str) -> list[str]:
    """Press keys, a text in `<...>` character by character, and return the screen."""
    for key in keys:
        for one in key[1:-1] if len(key) > 2 and key[0] == "<" else [key]:
            browser.press(one)
            if not browser.engine.live:
                assert browser.engine.settle(30)
            browser.frame()
    return screen(browser)

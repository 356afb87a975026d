"""The terminal's part: textual's pilot presses keys, and what is shown is the browser's lines."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from pyargus.clients.ratop import PROGRAM
from pyargus.clients.ratop.app import Ratop, key_of
from pyargus.clients.ratop.running import make_browser
from pyargus.clients.ratop.styles import plain
from pyargus.clients.settings import from_argv
from tests.clients.ratop.support import NOW, capture

Play = Callable[[Ratop, Pilot[int]], Awaitable[None]]


def play(path: Path, what: Play, size: tuple[int, int] = (100, 24), colours: bool = True) -> Ratop:
    """Run the program on a screen that is none."""
    settings = from_argv(["-X", "-n", "-M", "TZ=UTC", "-r", str(path)], PROGRAM)
    browser = make_browser(settings, colours, True)
    browser.clock = lambda: NOW
    app = Ratop(browser)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            browser.engine.settle(30)
            app.draw()
            await pilot.pause()
            await what(app, pilot)
            assert app.fault == ""

    try:
        asyncio.run(run())
    finally:
        browser.engine.stop()
    return app


def shown(app: Ratop) -> list[str]:
    """The text that the canvas shows."""
    return [app.canvas.render_line(y).text.rstrip() for y in range(app.size.height)]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return capture(tmp_path_factory.mktemp("capture"))


def test_what_is_shown_is_what_the_browser_makes(office: Path) -> None:
    async def what(app: Ratop, pilot: Pilot[int]) -> None:
        assert shown(app) == [plain(line) for line in app.browser.frame()]
        await pilot.press("j", "j", "G", "slash", "t", "c", "p", "enter", "colon", "h")
        assert "keys and commands" in shown(app)[1]
        await pilot.press("escape", "D")
        app.browser.engine.settle()
        app.draw()
        await pilot.press("enter")
        app.browser.engine.settle()
        app.draw()
        assert shown(app)[0].startswith("10.1.0.12 › peers")
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert len(shown(app)) == 5 and all(len(line) <= 20 for line in shown(app))
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert shown(app) == [plain(line) for line in app.browser.frame()]

    play(office, what)


def test_only_lines_that_changed_are_drawn(office: Path) -> None:
    async def what(app: Ratop, pilot: Pilot[int]) -> None:
        before = {y: app.canvas.render_line(y) for y in range(24)}
        await pilot.press("j")
        await pilot.pause()
        after = {y: app.canvas.render_line(y) for y in range(24)}
        assert [y for y in before if before[y] is not after[y]] == [3, 4]

    play(office, what)


def test_keys_and_mouse_reach_the_browser(office: Path) -> None:
    async def what(app: Ratop, pilot: Pilot[int]) -> None:
        view = app.browser.view
        await pilot.press("space")
        assert view.row > 5
        await pilot.press("home", "ctrl+f", "pageup", "less_than_sign", "greater_than_sign")
        await pilot.press("circumflex_accent", "dollar_sign", "0")
        await pilot.click(offset=(4, 2))
        assert view.sorting[0].field == "stime"
        await pilot.click(offset=(4, 6))
        assert view.row == view.top + 3
        app.post_message(Paste("tcp\x1b[31m\nudp"))
        await pilot.pause()
        assert app.browser.failed
        await pilot.press("f")
        app.post_message(Paste("tcp or\nudp"))
        await pilot.press("enter")
        assert view.display_text == "tcp or udp"
        await pilot.press("y", "ctrl+l")
        assert "copied: " in app.browser.message or app.browser.message == ""

    play(office, what)


def test_every_way_out_ends_the_program(office: Path) -> None:
    for keys in (["ctrl+c"], ["colon", "q"], ["q", "y", "enter"]):

        async def what(app: Ratop, pilot: Pilot[int], keys: list[str] = keys) -> None:
            await pilot.press(*keys)
            await pilot.pause()
            assert not app.is_running or app._exit

        app = play(office, what)
        assert app.return_code == 0


def test_without_colours_no_style_has_one(office: Path) -> None:
    async def what(app: Ratop, pilot: Pilot[int]) -> None:
        for keys in (["j"], ["enter"], ["escape", "slash", "t"]):
            await pilot.press(*keys)
            for y in range(24):
                for segment in app.canvas.render_line(y):
                    assert segment.style is None or (segment.style.color is None and segment.style.bgcolor is None)

    play(office, what, colours=False)


@pytest.mark.parametrize("name", ["main", "detail", "hosts", "help"])
def test_screens_are_as_agreed(office: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`PYARGUS_SNAPSHOTS=new` writes the screens as they are now."""
    monkeypatch.chdir(office.parent)
    keys = {"main": ["j", "j"], "detail": ["enter"], "hosts": ["D"], "help": ["f1"]}[name]
    path = Path(__file__).parent / "snapshots" / f"{name}.txt"

    async def what(app: Ratop, pilot: Pilot[int]) -> None:
        await pilot.press(*keys)
        app.browser.engine.settle()
        app.draw()
        text = "\n".join(shown(app)) + "\n"
        if os.environ.get("PYARGUS_SNAPSHOTS") == "new":
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert text == path.read_text()

    play(Path(office.name), what)


def test_a_fault_is_one_line(office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = from_argv(["-X", "-r", str(office)], PROGRAM)
    app = Ratop(make_browser(settings, True, True))
    monkeypatch.setattr(Ratop, "is_headless", property(lambda self: False))
    monkeypatch.setattr(app, "exit", lambda *_: None)
    try:
        raise ValueError("a fault")
    except ValueError as error:
        app._handle_exception(error)
    assert app.fault.startswith("a fault of the program at test_app.py:") and app.fault.endswith("ValueError: a fault")


def test_unknown_keys_have_names() -> None:
    from textual.events import Key

    assert key_of(Key("space", " ")) == " "
    assert key_of(Key("ctrl+i", "\t")) == "tab"
    assert key_of(Key("ctrl+m", "\r")) == "enter"
    assert key_of(Key("upper_g", "G")) == "G"
    assert key_of(Key("ctrl+@", "\x00")) == ""


@pytest.mark.parametrize("arguments", [["-1"], ["-h"], ["-M", "nocurses"]])
def test_textual_is_imported_for_the_screen_only(office: Path, arguments: list[str]) -> None:
    code = "import sys; from pyargus.clients.ratop import main\ntry: main()\nfinally: sys.stderr.write(str('textual' in sys.modules))"
    command = [sys.executable, "-c", code, "-X", "-r", str(office), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, "False")
    assert result.stdout


def test_ra_never_imports_textual(office: Path) -> None:
    code = "import sys; from pyargus.clients.ra import main\ntry: main()\nfinally: sys.stderr.write(str('textual' in sys.modules))"
    result = subprocess.run([sys.executable, "-c", code, "-X", "-r", str(office)], capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, "False")

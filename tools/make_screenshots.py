"""Pictures of ratop for the documentation: `python tools/make_screenshots.py [FOLDER]` writes SVG files, of a capture made on the spot."""

import asyncio
import io
import os
import random
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.segment import Segment, Segments
from rich.terminal_theme import TerminalTheme

from pyargus.capture import frames
from pyargus.capture.frames import ACK, PSH, SYN
from pyargus.capture.generate import BEGIN, Office, pcap, play
from pyargus.clients.ratop import PROGRAM
from pyargus.clients.ratop.app import Ratop
from pyargus.clients.ratop.commands import set_zone
from pyargus.clients.ratop.running import make_browser
from pyargus.clients.settings import from_argv

ROOT = Path(__file__).resolve().parents[1]
SIZE = (116, 30)
NOW = 1_700_000_085
FONTS = "font-family: Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace"
# Keys that lead to each picture.
PICTURES = {
    "ratop-main": ["j", "j", "j"],
    "ratop-detail": ["enter"],
    "ratop-drill-down": ["D", "j", "j"],
}
THEME = TerminalTheme(
    (24, 26, 31),
    (208, 212, 220),
    [(40, 44, 52), (224, 108, 117), (152, 195, 121), (229, 192, 123), (97, 175, 239), (198, 120, 221), (86, 182, 194), (208, 212, 220)],
    [(92, 99, 112), (240, 128, 136), (172, 215, 141), (245, 212, 143), (127, 195, 255), (218, 150, 241), (116, 202, 214), (255, 255, 255)],
)


def busy(office: Office) -> None:
    """A transfer that goes on for over a minute, at a pace that changes."""
    draw = random.Random(7)
    client, server, port = "10.1.0.11", "198.51.100.80", 50_443
    at, sent, got = BEGIN + 2_000_000, 1, 1
    office.send(at - 900, client, server, frames.tcp(client, port, server, 443, 0, 0, SYN))
    office.send(at - 500, server, client, frames.tcp(server, 443, client, port, 0, 1, SYN | ACK))
    while at < BEGIN + 78_000_000:
        phase = (at - BEGIN) / 1e6
        pace = 220_000 if 20 < phase < 34 or 52 < phase < 60 else 900_000 if phase < 64 else 3_000_000
        size = draw.randrange(100, 200)
        office.send(at, client, server, frames.tcp(client, port, server, 443, sent, got, ACK | PSH, draw.randbytes(60)))
        sent += 60
        at += office.delay(9_000)
        for _ in range(draw.randrange(1, 3)):
            office.send(at, server, client, frames.tcp(server, 443, client, port, got, sent, ACK | PSH, draw.randbytes(size)))
            got += size
            at += office.delay(2_000)
        at += office.delay(pace)


def capture(folder: Path) -> Path:
    """The capture that the pictures are of."""
    office = Office(1)
    play(office)
    busy(office)
    path = folder / "office.pcap"
    path.write_bytes(pcap(office))
    return path


async def picture(path: Path, keys: list[str]) -> str:
    """The screen after some keys, as SVG."""
    settings = from_argv(["-X", "-n", "-p", "3", "-r", str(path)], PROGRAM)
    browser = make_browser(settings, True, True)
    browser.clock = lambda: NOW
    app = Ratop(browser)
    async with app.run_test(size=SIZE) as pilot:
        browser.engine.settle()
        app.draw()
        for key in keys:
            await pilot.press(key)
            browser.engine.settle()
            app.draw()
        browser.view.widths.clear()
        app.draw()
        strips = [app.canvas.render_line(y) for y in range(SIZE[1])]
    console = Console(width=SIZE[0], height=SIZE[1], file=io.StringIO(), force_terminal=True, color_system="truecolor", record=True)
    console.print(Segments([segment for strip in strips for segment in (*strip, Segment.line())]), end="")
    browser.engine.stop()
    return own_fonts(console.export_svg(title="ratop", theme=THEME, unique_id="ratop"))


def own_fonts(picture: str) -> str:
    """A picture in the fonts of whoever looks at it; none are fetched."""
    return re.sub(r"@font-face \{[^}]*\}\s*", "", picture).replace("font-family: Fira Code, monospace", FONTS)


def main(arguments: list[str]) -> int:
    """Write the pictures."""
    set_zone("UTC")
    folder = Path(arguments[0]) if arguments else ROOT / "docs/images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        path = capture(Path())
        for name, keys in PICTURES.items():
            (folder / f"{name}.svg").write_text(asyncio.run(picture(path, keys)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

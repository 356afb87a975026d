"""The pictures of the documentation can be made."""

import re
import subprocess
import sys
from pathlib import Path

from tools import make_screenshots

FOLDER = make_screenshots.ROOT / "docs/images"


def text(path: Path) -> str:
    """What an SVG picture shows."""
    picture = re.sub(r"<style>.*?</style>", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"<[^>]*>", "", picture).replace("&#160;", " ")


def test_pictures_are_made_and_the_ones_there_show_the_same(tmp_path: Path) -> None:
    subprocess.run([sys.executable, make_screenshots.__file__, str(tmp_path)], check=True, timeout=120)
    for name in make_screenshots.PICTURES:
        shown = text(tmp_path / f"{name}.svg")
        for wanted in ("office.pcap", "StartTime" if name != "ratop-drill-down" else "OutPkts", "ProcessQueue", "commands"):
            assert wanted in shown
        assert text(tmp_path / f"{name}.svg") == text(FOLDER / f"{name}.svg"), "make screenshots"

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


def test_pictures_are_made_and_the_ones_there_show_the_program(tmp_path: Path) -> None:
    subprocess.run([sys.executable, make_screenshots.__file__, str(tmp_path)], check=True, timeout=120)
    for name in make_screenshots.PICTURES:
        # How wide columns are and what the sparklines show depends on how far the reader has come.
        for shown in (text(tmp_path / f"{name}.svg"), text(FOLDER / f"{name}.svg")):
            for wanted in ("office.pcap", "StartTime" if name != "ratop-drill-down" else "OutPkts", "ProcessQueue"):
                assert wanted in shown

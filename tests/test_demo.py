"""`make demo` in a copy of the tree, as a stranger finds it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.capture.generate import generate

ROOT = Path(__file__).resolve().parents[1]
MADE = shutil.ignore_patterns(".git", ".venv", "build", "dist", "out", "*.so", "*.pyd", "*.egg-info", "__pycache__", ".*_cache", ".h*")
STATES = (" CON", " FIN", " RST", " REQ", " ECO", " URP", " INT", " State ")


@pytest.mark.slow
def test_make_demo_from_a_bare_tree(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=MADE)
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL")}
    environment["TZ"] = "UTC"
    command = ["make", "--no-print-directory", "demo", f"PYTHON={sys.executable}"]
    first = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Traceback" not in first.stderr
    assert (tree / "build/demo/demo.pcap").read_bytes() == generate()
    table = [line for line in first.stdout.splitlines() if line.endswith(STATES)]
    assert table[0].split()[:4] == ["StartTime", "Flgs", "Proto", "SrcAddr"]
    assert len(table) == 61
    assert any("10.1.0.13.36075" in line and "198.51.100.21." in line for line in table)
    built = [path for path in (tree / "src").rglob("*_cy.py") if not list(path.parent.glob(path.stem + ".*.so"))]
    assert built == [] or shutil.which(os.environ.get("CC", "cc")) is None

    again = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
    assert [line for line in again.stdout.splitlines() if line.endswith(STATES)] == table  # run again it adds nothing to what is there

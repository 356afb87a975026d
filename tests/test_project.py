"""What the project says about itself is so: lists, links, commands."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_mypy_knows_every_kernel() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = [name for override in config["tool"]["mypy"]["overrides"] for name in override["module"] if name.endswith("_cy")]
    assert listed == sorted(".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in SOURCE.rglob("*_cy.py"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).is_file(), target


def test_every_page_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in PAGES[1:] if f"({page.relative_to(ROOT).as_posix()})" not in readme] == []


def test_readme_names_the_two_commands_and_make_knows_them() -> None:
    readme = (ROOT / "README.md").read_text()
    listed = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets is not None
    assert [line.split()[1] for line in listed.splitlines()] == targets[1].split()
    assert all(len(line.split()) > 2 for line in listed.splitlines())
    for command in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert command in targets[1].split()
    assert {"make demo", "make test"} <= set(re.findall(r"^make \w+", readme, re.MULTILINE))


def test_no_module_is_longer_than_agreed() -> None:
    lengths = {path.name: len(path.read_text().splitlines()) for path in [*SOURCE.rglob("*.py"), *(ROOT / "bench").rglob("*.py")]}
    assert {name: length for name, length in lengths.items() if length > 800} == {}

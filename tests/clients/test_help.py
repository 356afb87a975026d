"""Help pages byte for byte, and what is imported for them.

`PYARGUS_SNAPSHOTS=new` writes the pages as they are now.
"""

import importlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pyargus.clients import sensor_options
from pyargus.clients.help import SENSOR_GROUPS, grouped, listed, reader_groups, reader_page, sensor_page, spelled

FOLDER = Path(__file__).parent / "snapshots"
SCRIPTS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["scripts"]
PROGRAMS = {name: importlib.import_module(f"pyargus.clients.{name}").PROGRAM for name in SCRIPTS if name != "argus"}
MAKERS: dict[str, Callable[..., str]] = {"argus": sensor_page, **{name: partial(reader_page, row) for name, row in PROGRAMS.items()}}
PAGES = [(name, width) for name in MAKERS for width in (80, 132)]
TABLES = {"argus": (sensor_options.OPTIONS, SENSOR_GROUPS), **{name: (row.options, reader_groups(row)) for name, row in PROGRAMS.items()}}


@pytest.mark.parametrize(("name", "width"), PAGES)
def test_the_page_is_as_agreed(name: str, width: int) -> None:
    text = MAKERS[name](width=width)
    path = FOLDER / f"{name}-{width}.txt"
    if os.environ.get("PYARGUS_SNAPSHOTS") == "new":
        path.write_text(text)
    assert text == path.read_text()
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("program", TABLES)
def test_every_working_option_is_shown_once(program: str) -> None:
    table, groups = TABLES[program]
    shown = [option for _, members in grouped(table, groups) for option in members]
    assert sorted(spelled(option) for option in shown) == sorted(spelled(option) for option in listed(table))
    assert "Other" not in [title for title, _ in grouped(table, groups)], program
    refused = [option for option in table if option.refused]
    assert not set(refused) & set(shown)


def program(name: str, *arguments: str, code: str = "", **more: str) -> subprocess.CompletedProcess[bytes]:
    run = f"import sys; sys.argv[0] = {name!r}; from pyargus.clients.{name} import main\ntry: main()\nfinally: {code or 'pass'}"
    return subprocess.run([sys.executable, "-c", run, *arguments], env={**os.environ, **more}, capture_output=True, timeout=60, check=False)


@pytest.mark.parametrize("name", MAKERS)
def test_help_fits_the_terminal_and_ends_well(name: str) -> None:
    result = program(name, "-h", COLUMNS="80")
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode() == (FOLDER / f"{name}-80.txt").read_text()
    assert program(name, "--help", COLUMNS="132").stdout.decode() == (FOLDER / f"{name}-132.txt").read_text()


@pytest.mark.parametrize("name", ["ra", "argus"])
def test_click_is_imported_for_help_only(name: str) -> None:
    code = "sys.stderr.write(f'\\n{\"click\" in sys.modules}')"
    assert program(name, "-X", "-r", "/nowhere", code=code).stderr.endswith(b"\nFalse")
    assert program(name, "-h", code=code).stderr.endswith(b"\nTrue")


@pytest.mark.parametrize(
    ("name", "word", "hint"),
    [
        ("ra", "--raed", "--read"),
        ("ra", "-y", "-h"),
        ("ra", "-W", "-w"),
        ("ra", "--numeric=3", "takes no value"),
        ("argus", "--wirte", "--write"),
        ("argus", "-z", "-Z"),
    ],
)
def test_a_wrong_option_ends_with_2_and_the_nearest(name: str, word: str, hint: str) -> None:
    result = program(name, "-X", word)
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.count(b"\n") == 1 and hint.encode() in result.stderr

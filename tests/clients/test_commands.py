"""The readers as commands: they print and exit as their `main` does, and end at once where nothing is left to do."""

import importlib
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.record.samples import FILES, needs_samples

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS: dict[str, str] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
READERS = [name for name, target in SCRIPTS.items() if target.startswith("pyargus.clients.commands:")]
ENV = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
# Says when the process takes apart what it holds.
WITNESS = "class Witness:\n    def __del__(self, write=__import__('os').write): write(2, b'taken apart')\nwitness = Witness()\n"


def run(
    reader: str, *arguments: str, command: bool = True, before: str = "", stdout: int = subprocess.PIPE
) -> tuple[int, bytes | None, bytes]:
    module, function = (f"pyargus.clients.{reader}", "main") if not command else ("pyargus.clients.commands", reader)
    code = f"{before}\nfrom {module} import {function}\n{function}()"
    words = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(words, env=ENV, stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def sample() -> str:
    return str(next(path for path in FILES if path.stem == "tcp"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_is_there_under_its_name(name: str) -> None:
    module, function = SCRIPTS[name].split(":")
    target = getattr(importlib.import_module(module), function)
    assert callable(target)
    assert target.args == (name,) if name in READERS else function == "main"


@needs_samples
@pytest.mark.parametrize("name", READERS)
def test_a_command_prints_and_exits_as_the_program_does(name: str, tmp_path: Path) -> None:
    own = {
        "rabins": ["-M", "time", "1m"], "rafilteraddr": ["-f", os.devnull], "ragrep": ["-e", "GET"], "rahisto": ["-H", "dur", "10"],
        "rasplit": ["-w", str(tmp_path / "x")], "rastream": ["-h"],
    }  # fmt: skip
    words = ["-X", "-n", "-r", sample(), *own.get(name, [])]
    assert run(name, *words) == run(name, *words, command=False)


@needs_samples
def test_a_run_that_went_well_ends_at_once_and_with_whole_files(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("ra", "-X", "-r", sample(), "-w", str(out), before=WITNESS) == (0, b"", b"")
    assert out.read_bytes() == run("ra", "-X", "-r", sample(), "--format", "csv", command=False)[1]


@needs_samples
def test_what_is_left_to_do_at_the_end_is_done() -> None:
    for before in ("import atexit", "import threading"):
        assert run("ra", "-X", "-q", "-r", sample(), before=f"{before}\n{WITNESS}") == (0, b"", b"taken apart")
    assert run("ra", "-X", "-r", "/nonexistent", before=WITNESS)[::2] == (3, b"ra: /nonexistent: No such file or directory\ntaken apart")


@needs_samples
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
def test_text_that_cannot_be_written_is_an_error() -> None:
    before = "import sys\nsys.stdout.write('held until the end')"
    words = ["-X", "-q", "-r", sample()]
    with open("/dev/full", "wb", buffering=0) as full:
        got, expected = (run("ra", *words, command=command, before=before, stdout=full.fileno()) for command in (True, False))
    assert got == expected
    assert got[0] != 0 and b"No space left on device" in got[2]


@needs_samples
def test_an_interrupt_leaves_whole_files_and_exits_0(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    words = [sys.executable, "-c", "from pyargus.clients.commands import ra\nra()", "-X", "-w", str(out)]
    with subprocess.Popen(words, env=ENV, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(Path(sample()).read_bytes())
        process.stdin.flush()
        while not out.exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert out.read_bytes().count(b"\n") >= 1


def test_a_long_run_looks_for_garbage() -> None:
    code = "import gc, sys\nfrom pyargus.clients import commands, frame\n"
    code += "frame.main = lambda program, leave: sys.exit(not (gc.isenabled() and 0 < gc.get_threshold()[0] < 1 << 20))\ncommands.ra()"
    assert subprocess.run([sys.executable, "-c", code], env=ENV, timeout=60, check=False).returncode == 0

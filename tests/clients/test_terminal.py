"""What is for a person at a terminal: colour, progress, a quick answer."""

import io
import os
import pty
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyargus.clients.frame import Run
from pyargus.clients.progress import Progress
from pyargus.clients.ra import PROGRAM as ra
from pyargus.clients.racluster import PROGRAM as racluster
from pyargus.clients.settings import from_argv
from pyargus.kernels import interpreted
from tests.record.samples import FILES, identify, needs_samples

TCP = next((path for path in FILES if path.stem == "tcp"), Path())
CODE = "from pyargus.clients.ra import main; main()"
ENV = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TZ": "UTC", "LC_ALL": "C", "TERM": "xterm"}


def ours(*arguments: object) -> bytes:
    command = [sys.executable, "-c", CODE, "-X", *map(str, arguments)]
    return subprocess.run(command, env=ENV, capture_output=True, timeout=60, check=True).stdout


@needs_samples
@pytest.mark.parametrize("path", FILES, ids=identify)
def test_colour_changes_nothing_else(path: Path) -> None:
    for options in ([], ["-L", "3", "-c", ","], ["-s", "+suser:64", "-M", "printer=hex"]):
        plain = ours("-r", path, "--color", "never", *options)
        colour = ours("-r", path, "--color", "always", *options)
        assert b"\x1b" not in plain
        assert re.sub(rb"\x1b\[\d+m", b"", colour) == plain
        assert ours("-r", path, *options) == plain


@needs_samples
def test_states_have_their_colours() -> None:
    wanted = {b"RST": b"31", b"CON": b"32", b"REQ": b"33", b"INT": b"33"}
    seen = set()
    for path in FILES:
        for line in ours("-r", path, "-s", "state", "saddr", "--color", "always", "-L", "-1").splitlines():
            found = re.search(rb"^(?:\x1b\[(\d+)m)? *(\S+)", line)
            if found is not None and found[2] in wanted:
                assert found[1] == wanted[found[2]], line
                seen.add(found[2])
    assert seen == set(wanted)


def on_a_terminal(*arguments: object, **more: str) -> bytes:
    """What is printed where standard output is a terminal."""
    main, worker = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", CODE, "-X", *map(str, arguments)], stdout=worker, env=ENV | more)
    os.close(worker)
    out = b""
    try:
        while piece := os.read(main, 65536):
            out += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(main)
    assert process.wait(60) == 0
    return out


@needs_samples
def test_a_terminal_has_colour_unless_told_otherwise() -> None:
    assert b"\x1b[32m" in on_a_terminal("-r", TCP, "-N", "5")
    assert b"\x1b" not in on_a_terminal("-r", TCP, "-N", "5", NO_COLOR="1")
    assert b"\x1b" not in on_a_terminal("-r", TCP, "-N", "5", TERM="dumb")
    assert b"\x1b" not in on_a_terminal("-r", TCP, "-N", "5", "--color", "never")
    assert b"\x1b" not in on_a_terminal("-r", TCP, "-N", "5", "--format", "ndjson")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_those_who_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(1000))
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    for screen, wanted in ((Terminal(), True), (io.StringIO(), False)):
        now = 100.0
        monkeypatch.setattr(sys, "stderr", screen)
        progress = Progress()
        now = 100.9
        progress.tick("x", str(tmp_path / "x"), 100, 10)
        assert screen.getvalue() == ""
        now = 101.1
        progress.tick("x", str(tmp_path / "x"), 250, 12345)
        progress.tick("x", str(tmp_path / "x"), 500, 20000)
        assert screen.getvalue() == ("\r\x1b[Kx: 25%, 12,345 records" if wanted else "")
        progress.clear()
        assert screen.getvalue().endswith("\r\x1b[K") == wanted
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert not Progress().wanted
    assert Progress(silent=True).wanted
    receiver, sender = os.pipe()
    with os.fdopen(sender, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert not Progress().wanted and not Progress(silent=True).wanted
    os.close(receiver)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not Progress(silent=True).wanted


@needs_samples
def test_progress_is_shown_where_nothing_is_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(sys, "stderr", Terminal())
    file = str(tmp_path / "out")
    for program, arguments, wanted in (
        (ra, [], False),
        (ra, ["-w", "-", "--format", "csv"], False),
        (ra, ["-w", f"{file}.csv"], True),
        (ra, ["-w", file, "-w", f"{file}.json"], True),
        (ra, ["-q"], True),
        (racluster, [], True),
    ):
        work = Run(from_argv(["-X", "-r", str(TCP), *arguments], program))
        assert work.progress.wanted == wanted, arguments
        work.finish()


@needs_samples
@pytest.mark.skipif(bool(interpreted()), reason="kernels run interpreted")
def test_ten_records_are_there_at_once() -> None:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    taken = []
    for _ in range(11):
        before = spent()
        ours("-r", TCP, "-N", "10")
        taken.append(spent() - before)
    # Processor time, as on a busy machine a program waits for others; what shares its processor makes that longer too, so the least counts.
    assert min(taken) < 0.08, taken

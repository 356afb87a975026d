"""What a terminal may send: the program on a pseudo-terminal of which the test is the other side."""

import os
import pty
import random
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path

import pytest

from tests.clients.ratop.support import capture

SOURCE = Path(__file__).resolve().parents[3] / "src"
# Escape sequences, control characters, what looks like keys, and bytes that are no UTF-8.
EVIL = b"tcp\x1b:q\r\x1b[A\x1b" + b"x" * 40 + b"\x1b" + b":q\r\x03\x1a\xff\xfe\xc3\x28\x00\x7f"


# What the monkey types: every character, keys by their sequences, control characters but those that leave or stop, the mouse, pastes.
CONTROL = [bytes([code]) for code in range(1, 27) if code not in (3, 26)]
KEYS = [
    *(bytes([code]) for code in range(32, 127)), *CONTROL, "ä漢\u0301".encode(), b"\xff", b"\xc3",
    b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1bOP", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F", b"\x1b[3~", b"\x1b[Z", b"\x1b",
    b"\x1b[<0;10;5M\x1b[<0;10;5m", b"\x1b[<64;3;9M", b"\x1b[<65;3;9M", b"\x1b[<0;9999;9999M",
    b"\x1b[200~" + EVIL + b"\x1b[201~", b"\x1b[999;999~",
]  # fmt: skip


class Screen:
    """The program and its terminal; text: what was drawn since keys were sent last, all: everything."""

    def __init__(self, *arguments: object, folder: Path | None = None) -> None:
        self.arguments, self.folder = arguments, folder
        self.master, self.slave = pty.openpty()
        self.size(24, 100)
        self.text = self.all = b""
        self.again()

    def again(self) -> None:
        """Start the program."""
        code = "from pyargus.clients.ratop import main; main()"
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(SOURCE)}
        self.child = subprocess.Popen(
            [sys.executable, "-c", code, "-X", "-n", *map(str, self.arguments)], stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=environment, start_new_session=True, cwd=self.folder,
        )  # fmt: skip

    def size(self, rows: int, columns: int) -> None:
        ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, data: bytes) -> None:
        self.text = b""
        while data:
            self.read(0.0)
            # No more than the terminal has room for.
            os.write(self.master, data[:256])
            data = data[256:]

    def read(self, seconds: float) -> bool:
        """Take what is drawn; whether there was something."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 1 << 16)
        self.text += data
        self.all += data
        return True

    def drain(self, quiet: float = 0.1) -> None:
        """Take what is drawn until nothing comes for some time."""
        while self.read(quiet):
            continue

    def wait(self, what: bytes, seconds: float = 60.0) -> None:
        """Until a text has been drawn since the last keys were sent."""
        end = time.monotonic() + seconds
        while what not in re.sub(rb"\x1b\[[0-9;]*m", b"", self.text):
            assert time.monotonic() < end and self.child.poll() is None, self.text[-2000:]
            self.read(0.1)

    def ended(self, seconds: float = 60.0) -> int:
        """The exit status."""
        end = time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < end:
            if self.master >= 0:
                self.read(0.1)
            else:
                time.sleep(0.1)
        return self.child.wait(1)

    def close(self) -> None:
        """End it."""
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        for end in (self.master, self.slave):
            if end >= 0:
                os.close(end)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen("-r", capture(tmp_path))
    made.wait(b"TotalRecords")
    yield made
    made.close()


def test_what_is_pasted_is_never_a_key(screen: Screen) -> None:
    screen.send(b"\x1b[200~" + EVIL + b"\x1b[201~")
    screen.wait(b"text can be pasted into a question")
    screen.send(b"f")
    screen.wait(b"Specify filter:")
    screen.send(b"\x1b[200~" + EVIL + b"\x1b[201~")
    screen.wait(b"tcp:q [A")
    assert screen.child.poll() is None
    screen.send(b"\x1b")
    screen.wait(b"F1 help")
    screen.send(b":q")
    assert screen.ended() == 0


def test_bytes_that_are_no_text_are_borne(screen: Screen) -> None:
    screen.send(b"f\xff\xfe\xc3\x28tcp")
    screen.wait(b"tcp")
    screen.send(b"\x1b")
    screen.wait(b"F1 help")
    screen.send(b"\x1bf")
    screen.wait(b"Specify filter:")
    screen.send(b"\x1b:q")
    assert screen.ended() == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_at_the_keyboard(tmp_path: Path, seed: int) -> None:
    """Ten thousand keys at random in all, with the mouse, pastes and other sizes; no fault, and the terminal as before."""
    draw = random.Random(seed)
    office = capture(tmp_path)
    place = tmp_path / "place"
    place.mkdir()
    screen = Screen("-r", office, folder=place)
    before = termios.tcgetattr(screen.slave)
    try:
        screen.wait(b"TotalRecords")
        for _ in range(50):
            screen.send(b"".join(draw.choice(KEYS) for _ in range(100)))
            screen.size(draw.randrange(1, 50), draw.randrange(1, 150))
            os.kill(screen.child.pid, signal.SIGWINCH)
            screen.drain()
            if screen.child.poll() is not None:
                # A key that leaves was among them.
                assert screen.child.returncode == 0, screen.text[-2000:]
                assert termios.tcgetattr(screen.slave) == before
                screen.again()
                screen.size(24, 100)
                screen.wait(b"TotalRecords")
        while screen.child.poll() is None:
            screen.send(b"\x1b\x1b\x1b\x03")
            screen.drain(0.5)
        assert screen.child.returncode == 0
        assert termios.tcgetattr(screen.slave) == before
        assert b"Traceback" not in screen.all and b"a fault of the program" not in screen.all
        assert screen.all.rfind(b"\x1b[?1049l") > screen.all.rfind(b"\x1b[?1049h")
        assert screen.all.rfind(b"\x1b[?25h") > screen.all.rfind(b"\x1b[?25l")
    finally:
        screen.close()


def test_a_terminal_that_goes_ends_the_program(screen: Screen) -> None:
    os.close(screen.slave)
    os.close(screen.master)
    screen.master = screen.slave = -1
    screen.ended()

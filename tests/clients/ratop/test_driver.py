"""What a terminal may send: the program on a pseudo-terminal of which the test is the other side."""

import os
import pty
import re
import select
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

# Escape sequences, control characters, what looks like keys, and bytes that are no UTF-8.
EVIL = b"tcp\x1b:q\r\x1b[A\x1b" + b"x" * 40 + b"\x1b" + b":q\r\x03\x1a\xff\xfe\xc3\x28\x00\x7f"


class Screen:
    """The program and its terminal."""

    def __init__(self, *arguments: object) -> None:
        self.master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        code = "from pyargus.clients.ratop import main; main()"
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.child = subprocess.Popen(
            [sys.executable, "-c", code, "-X", "-n", *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.text = b""

    def send(self, data: bytes) -> None:
        self.text = b""
        os.write(self.master, data)

    def wait(self, what: bytes, seconds: float = 60.0) -> None:
        """Until a text has been drawn since the last keys were sent."""
        end = time.monotonic() + seconds
        while what not in re.sub(rb"\x1b\[[0-9;]*m", b"", self.text):
            assert time.monotonic() < end, self.text[-2000:]
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.master, 1 << 16)
                except OSError as error:
                    # The program has closed its side.
                    raise AssertionError(f"ended without {what!r}: {self.text[-2000:]!r}") from error

    def ended(self) -> int:
        """The exit status."""
        return self.child.wait(60)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    made = Screen("-r", capture(tmp_path))
    made.wait(b"TotalRecords")
    yield made
    if made.child.poll() is None:
        made.child.kill()
        made.child.wait()
    if made.master >= 0:
        os.close(made.master)


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


def test_a_terminal_that_goes_ends_the_program(screen: Screen) -> None:
    os.close(screen.master)
    screen.master = -1
    screen.ended()

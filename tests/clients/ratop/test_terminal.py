"""The program in a real terminal (tmux): screens, exits that leave the terminal as it was, servers that go and come."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.clients.ratop.support import capture

TMUX = shutil.which("tmux")
SOURCE = Path(__file__).resolve().parents[3] / "src"
pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")
RATOP = f"env PYTHONPATH={SOURCE} {sys.executable} -c 'from pyargus.clients.ratop import main; main()' -X -n"


class Terminal:
    """A shell in a terminal of its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.server = f"pyargus-test-{os.getpid()}-{name}"
        self.folder = folder
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "24", "env PS1='$ ' HOME=/nowhere LC_ALL=C.UTF-8 sh")
        self.tmux("set", "-g", "set-clipboard", "on")

    def tmux(self, *arguments: str) -> str:
        assert TMUX is not None
        command = [TMUX, "-L", self.server, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout

    def keys(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def wait(self, what: str | Callable[[str], bool], seconds: float = 15.0) -> str:
        """The screen once it shows a text."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.screen()
            if what in text if isinstance(what, str) else what(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"{what!r} did not come:\n{self.screen()}")

    def run(self, line: str) -> None:
        """Start a program; what the terminal is like is printed after it has ended."""
        self.keys(f"stty -g > {self.folder}/before; {line}; echo status $?; stty -g > {self.folder}/after; echo ended", "Enter")

    def ended(self, status: int = 0) -> str:
        """Wait for the program's end; the terminal must be as it was before."""
        text = self.wait(lambda text: "\nended" in text)
        assert f"status {status}" in text
        assert "Traceback" not in text
        assert (self.folder / "before").read_text() == (self.folder / "after").read_text()
        flags = self.tmux("display", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag}").split()
        assert flags[:3] == ["0", "1", "0"]
        return text

    def program(self) -> int:
        """The process id of the program in the foreground."""
        shell = int(self.tmux("display", "-p", "#{pane_pid}"))
        children = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        return int(children[0])


@pytest.fixture
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    made = Terminal(request.node.name.replace("[", "-").replace("]", ""), tmp_path)
    yield made
    made.tmux("kill-server")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return capture(tmp_path_factory.mktemp("capture"))


def test_a_walk_through_a_file(terminal: Terminal, office: Path) -> None:
    terminal.run(f"{RATOP} -r {office}")
    text = terminal.wait("TotalRecords       60")
    assert "StartTime" in text and "F1 help" in text
    terminal.keys("j", "Enter")
    assert "packets" in terminal.wait("status records")
    terminal.keys("BSpace")
    terminal.wait(lambda text: "SrcAddr" in text and "status records" not in text)
    terminal.keys("D")
    terminal.wait("OutPkts")
    terminal.tmux("resize-window", "-x", "20", "-y", "5")
    terminal.wait(lambda text: max(len(line) for line in text.splitlines()) <= 20 and "Host" in text)
    terminal.tmux("resize-window", "-x", "100", "-y", "24")
    terminal.wait("OutPkts")
    terminal.tmux("set-buffer", "garbage \x07 \x01 \t é漢 :q :w x\n:q\n")
    terminal.tmux("paste-buffer", "-p")
    terminal.wait("text can be pasted into a question")
    terminal.keys(":", "q")
    terminal.ended()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_kill_leaves_the_terminal_as_it_was(terminal: Terminal, office: Path, number: signal.Signals) -> None:
    terminal.run(f"{RATOP} -r {office}")
    terminal.wait("TotalRecords       60")
    os.kill(terminal.program(), number)
    terminal.ended()


def test_put_aside_and_brought_back(terminal: Terminal, office: Path) -> None:
    terminal.keys(f"{RATOP} -r {office}", "Enter")
    before = terminal.wait(lambda text: "TotalRecords       60" in text and "Idle" in text)
    terminal.keys("C-z")
    assert "TotalRecords" not in terminal.wait("Stopped")
    time.sleep(1.5)
    terminal.keys("fg", "Enter")
    after = terminal.wait(lambda text: "TotalRecords       60" in text and "Idle" in text)
    assert [line for line in after.splitlines() if "ratop" not in line] == [line for line in before.splitlines() if "ratop" not in line]
    # It draws by itself, however long it was away.
    terminal.wait(lambda text: text.splitlines()[0] != after.splitlines()[0], 4)
    terminal.keys("j", "Enter")
    terminal.wait("status records")
    terminal.keys("C-c")
    terminal.wait(lambda text: "TotalRecords" not in text)


def test_records_on_standard_input_and_keys_from_the_terminal(terminal: Terminal, office: Path) -> None:
    terminal.run(f"cat {office} | {RATOP} 2> {terminal.folder}/messages")
    terminal.wait("TotalRecords       60")
    terminal.keys("/", "a", "r", "p", "Enter")
    terminal.wait("arp")
    terminal.keys("C-c")
    terminal.ended()
    assert (terminal.folder / "messages").read_text() == ""


def test_an_error_before_the_screen_is_a_line(terminal: Terminal, office: Path) -> None:
    terminal.run(f"{RATOP} -r {office} -P nothing")
    assert "ratop: no such field to sort by: 'nothing'" in terminal.ended(2)


def test_a_fault_leaves_the_terminal_as_it_was(terminal: Terminal, office: Path) -> None:
    """A fault of the program while it draws is one line after the screen has been restored."""
    fault = terminal.folder / "fault.py"
    fault.write_text(
        "from pyargus.clients.ratop import main\nfrom pyargus.clients.ratop.browser import Browser\n"
        "def do_down(self): raise ValueError('made on purpose')\nBrowser.do_down = do_down\nmain()\n"
    )
    terminal.run(f"env PYTHONPATH={SOURCE} {sys.executable} {fault} -X -n -r {office}")
    terminal.wait("TotalRecords       60")
    terminal.keys("j")
    assert "ratop: a fault of the program at fault.py:3: ValueError: made on purpose" in terminal.ended(1)


def test_no_colours_are_sent_where_none_are_wanted(terminal: Terminal, office: Path) -> None:
    terminal.run(f"NO_COLOR=1 {RATOP} -r {office}")
    terminal.wait("TotalRecords       60")
    text = terminal.tmux("capture-pane", "-p", "-e")
    assert not [code for code in ("\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[46m", "[30m", "[38;", "[48;") if code in text]
    terminal.keys(":", "q")
    terminal.ended()


class Server:
    """Says what a sensor says: an initial management record, and records to everybody who connects."""

    def __init__(self, data: bytes, port: int = 0) -> None:
        self.data = data
        self.sock = socket.create_server(("127.0.0.1", port))
        self.port = self.sock.getsockname()[1]
        self.peers: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self.sock.accept()
            except OSError:
                return
            self.peers.append(peer)
            peer.sendall(self.data[:128])
            peer.recv(100)
            peer.sendall(self.data[128:])

    def close(self) -> None:
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        for peer in self.peers:
            peer.close()


def test_a_server_that_goes_and_comes_back(terminal: Terminal, office: Path) -> None:
    from pyargus.clients.inputs import open_input

    source = open_input(str(office))
    source.start()
    data = source.initial + b"".join(bytes(data) for data, _ in source.chunks())
    source.close()
    server = Server(data)
    terminal.run(f"{RATOP} -S 127.0.0.1:{server.port}")
    terminal.wait("TotalRecords       60")
    server.close()
    text = terminal.wait("Status Lost")
    assert "again in" in terminal.wait("again in") and text
    again = Server(data, server.port)
    terminal.wait("TotalRecords      120", 30)
    again.close()
    terminal.keys("C-c")
    terminal.ended()

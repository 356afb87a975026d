"""Two processes that take one half of the input each: what comes out is what one process makes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pyargus.capture.generate import generate
from pyargus.clients import halves, rabins, racluster, rasort
from pyargus.clients.frame import Run, status_of
from pyargus.clients.program import Program
from pyargus.clients.stop import Stopper
from tests.clients.programs import program
from tests.record.feed import compiled, decoded, records

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no second process on this system")
HOSTS = 1500
PROGRAMS = {"racluster": racluster.PROGRAM, "rabins": rabins.PROGRAM, "rasort": rasort.PROGRAM}
COMMANDS = [
    "racluster",
    "racluster -m saddr daddr",
    "racluster -m saddr/16 proto",
    "racluster -m dport -M nopreserve",
    "racluster -m matrix",
    "racluster -s saddr dport spkts -c ,",
    "racluster -M dsrs=-agr - tcp and dst port 80",
    "rabins -M time 10s",
    "rabins -M time 1h -m proto",
    "rabins -M hard time 30s -P bytes",
    "rabins -M time 20s nomodify -m srcid -P saddr daddr",
    "rasort",
    "rasort -m bytes",
    "rasort -m daddr sport:asc -v",
    "rasort -m stime - udp or icmp",
]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of the flows of an office that many hosts have, each of them twice."""
    folder = tmp_path_factory.mktemp("halves")
    capture, source, path = folder / "office.pcap", folder / "office.argus", folder / "crowd.argus"
    capture.write_bytes(generate())
    assert program("argus", "-X", "-AJmZ", "-S", "5", "-r", str(capture), "-w", str(source)).returncode == 0
    kernels = compiled()
    flows = []
    for data in records(source):
        address = (decoded(kernels, data).saddr_lo & 0xFFFFFFFF).to_bytes(4)
        flows.append((data, address if data.count(address) == 1 else b""))
    with path.open("wb") as file:
        file.write(source.read_bytes()[:128])
        for number in range(2 * HOSTS):
            data, address = flows[number * 7 % len(flows)]
            file.write(data.replace(address, (0x0A010001 + number % HOSTS).to_bytes(4)) if address else data)
    return path


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Has small inputs read by two processes; the runs for which there were two."""
    runs = []
    partner = halves.Partner

    def made(run: Run, *more: Any) -> halves.Partner:
        runs.append(run)
        return partner(run, *more)

    monkeypatch.setattr(halves, "spare", lambda: True)
    monkeypatch.setattr(halves, "_LEAST", 1000)
    monkeypatch.setattr(halves, "Partner", made)
    return runs


def outcome(command: str, source: Path, capfdbinary: pytest.CaptureFixture[bytes], *more: str) -> tuple[int, bytes, bytes]:
    """Exit status, output and messages of a command with its input."""
    words = command.split()
    tail = words.index("-") if "-" in words else len(words)
    chosen: Program = PROGRAMS[words[0]]
    before = ["-X", "-n", *words[1:tail], "-r", str(source), *more]
    status = status_of(chosen, [*before, *words[tail:]])
    return status, *capfdbinary.readouterr()


def alone(command: str, source: Path, capfdbinary: pytest.CaptureFixture[bytes], *more: str) -> tuple[int, bytes, bytes]:
    """The same by one process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "worthwhile", lambda *_: False)
        return outcome(command, source, capfdbinary, *more)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("write", [False, True], ids=["printed", "written"])
def test_two_processes_put_what_one_puts(
    command: str, write: bool, crowd: Path, two: list[Run], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    more = ("-w", "-") if write else ()
    one = alone(command, crowd, capfdbinary, *more)
    assert one[0] == 0 and len(one[1]) > 150
    assert outcome(command, crowd, capfdbinary, *more) == one
    assert len(two) == 1 and two[0].partner is not None


def test_several_files_and_totals(crowd: Path, two: list[Run], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    one = alone("racluster -A", crowd, capfdbinary, str(crowd))
    assert b"Totalrecords" in one[1]
    assert outcome("racluster -A", crowd, capfdbinary, str(crowd)) == one
    assert len(two) == 1


@pytest.mark.parametrize("command", ["racluster", "rabins -M time 10s", "rasort -m bytes"])
def test_what_stands_before_damage_is_put_and_the_damage_is_said_once(
    command: str, crowd: Path, two: list[Run], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    damaged = tmp_path / "damaged.argus"
    damaged.write_bytes(crowd.read_bytes()[:-37])
    one = alone(command, damaged, capfdbinary)
    assert one[0] != 0 and one[2].count(b"\n") == 1
    assert outcome(command, damaged, capfdbinary) == one
    assert len(two) == 1


def silent_end(*_: Any) -> None:
    """A helper that ends at once."""


def end_after_reading(*arguments: Any) -> None:
    """A helper that says what its half is and is gone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "put", lambda *_: None)
        SERVE(*arguments)


def end_after_some(*arguments: Any) -> None:
    """A helper that is gone in the middle of what it sends."""

    class Limited:
        def __init__(self, file: Any) -> None:
            self.file = file
            self.sent = 0

        def write(self, data: Any) -> None:
            self.sent += len(data)
            if self.sent > 40_000:
                self.file.flush()
                os._exit(1)
            self.file.write(data)

        def flush(self) -> None:
            self.file.flush()

    def put(stage: Any, half: Any, output: Any, delivery: Any, mouth: Any) -> None:
        PUT(stage, half, output, delivery, Limited(mouth))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "put", put)
        patch.setattr(halves, "_BLOCK", 5000)
        SERVE(*arguments)


SERVE, PUT = halves.serve, halves.put
FAILURES: list[Callable[..., None]] = [silent_end, end_after_reading, end_after_some]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
@pytest.mark.parametrize("command", ["racluster", "racluster -m saddr daddr", "rabins -M time 10s", "rasort -m bytes"])
@pytest.mark.parametrize("write", [False, True], ids=["printed", "written"])
def test_what_a_helper_that_fails_owes_is_read_here(
    write: bool,
    command: str,
    failure: Callable[..., None],
    crowd: Path,
    two: list[Run],
    capfdbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again = []
    read_again = halves.read_again

    def counted(run: Run, names: Any) -> None:
        again.append(run)
        read_again(run, names)

    monkeypatch.setattr(halves, "serve", failure)
    monkeypatch.setattr(halves, "read_again", counted)
    more = ("-w", "-") if write else ()
    one = alone(command, crowd, capfdbinary, *more)
    assert outcome(command, crowd, capfdbinary, *more) == one
    assert len(two) == len(again) == 1


@pytest.mark.parametrize("command", ["racluster", "rabins -M time 10s", "rasort -m bytes"])
def test_an_interrupt_ends_both_at_the_same_record(
    command: str, crowd: Path, two: list[Run], capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one process has read when it is interrupted is what two of them put."""
    process = os.getpid()
    until = Stopper.until

    def interrupted(self: Stopper, items: Iterator[Any], breaks: bool = True) -> Iterator[Any]:
        for number, item in enumerate(until(self, items, breaks)):
            yield item
            if number == 1 and os.getpid() == process:
                self.asked = True

    monkeypatch.setattr(Stopper, "until", interrupted)
    monkeypatch.setattr("pyargus.record.reader.WINDOW", 60_000)
    one = alone(command, crowd, capfdbinary)
    monkeypatch.undo()
    whole = alone(command, crowd, capfdbinary)
    assert 0 < len(one[1]) < len(whole[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stopper, "until", interrupted)
        patch.setattr("pyargus.record.reader.WINDOW", 60_000)
        patch.setattr(halves, "worthwhile", lambda *_: True)
        assert outcome(command, crowd, capfdbinary) == one


def test_what_is_not_divided(crowd: Path, tmp_path: Path, two: list[Run], capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Nothing is read twice where it cannot be, or where more is asked of the groups."""
    for command in ("racluster -V", "racluster -M norep", "racluster -M rmon", "racluster -M correct", "rabins -M zero time 10s",
                    "rabins -M count 100", "rasort -M rmon", "rasort -N 5", "racluster -c , -w x.csv", "rasort -L 10"):  # fmt: skip
        words = command.replace("x.csv", str(tmp_path / "x.csv"))
        assert outcome(words, crowd, capfdbinary)[0] == 0, command
        assert not two, command


def test_standard_input_is_left_to_be_read(crowd: Path) -> None:
    """What is only looked into is not lost; the input is large enough for two processes."""
    data = crowd.read_bytes()
    data += data[128:] * (12_000_000 // len(data))
    results = [program("racluster", "-X", "-n", "-r", name, input=data) for name in ("-", "/dev/stdin")]
    assert [result.returncode for result in results] == [0, 0]
    assert results[0].stdout == results[1].stdout and len(results[0].stdout) > 80 * HOSTS

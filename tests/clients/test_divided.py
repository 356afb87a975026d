"""Records that two processes read: what comes out is what one process makes, whatever happens to the other."""

import itertools
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pyargus.capture.generate import generate
from pyargus.clients import divided, helper
from pyargus.clients.frame import status_of
from pyargus.clients.ra import PROGRAM
from pyargus.record.reader import INITIAL, WINDOW
from tests.clients.large import SIZE, file, places, records
from tests.clients.programs import needs_two_processors, on, started
from tests.record.feed import compiled, decoded

__all__ = ["file", "records"]

KINDS = ("text", "argus")


class Watched:
    """ra in this process. shares: how many pieces the other process has made in the last run."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.patch = patch
        self.folder = folder
        self.shares = 0
        self.put = divided.Reading.put
        patch.setattr(helper, "alone", lambda: True)
        patch.setattr(divided, "LEAST", 1 << 20)
        self.when(lambda number, other: None)

    def when(self, action: Callable[[int, helper.Helper], object]) -> None:
        """Have something happen before each share of the other process; the action is given the number of those asked for before it."""
        asked = itertools.count()

        def put(reading: divided.Reading, other: helper.Helper, at: int, identity: tuple[int, int, int]) -> int:
            changed = action(next(asked), other)
            end = self.put(reading, other, at, (0, 0, 0) if changed == "identity" else identity)
            self.shares += end > at
            return end

        self.patch.setattr(divided.Reading, "put", put)

    def run(self, processors: int, kind: str, *arguments: object) -> tuple[int, bytes]:
        """Status and output of a command line."""
        out = self.folder / "out"
        out.unlink(missing_ok=True)
        self.shares = 0
        self.patch.setattr(helper, "processors", lambda: processors)
        form = ["--format", "csv"] if kind == "csv" else []
        if kind == "text":
            with out.open("wb") as file:
                before = os.dup(1)
                os.dup2(file.fileno(), 1)
                try:
                    status = status_of(PROGRAM, ["-X", "-n", *map(str, arguments)])
                finally:
                    os.dup2(before, 1)
                    os.close(before)
        else:
            status = status_of(PROGRAM, ["-X", *form, "-w", str(out), *map(str, arguments)])
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        return status, out.read_bytes()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watched:
    return Watched(monkeypatch, tmp_path)


OPTIONS = [
    "", "-n", "-nn -u", "-c ,", "-c , -s stime saddr daddr proto bytes state", "-s +1dur +sload +suser:16", "-L -1", "-M man", "-A",
    "-A -q", "-q", "-M uni", "-M rmon", "-M rmon -M uni", "-M dsrs=flow,time,metric", "-M dsrs=-net", "-Z b", "-z", "-H", "-p 2", "-e GET",
    "-t 2023/11/14.22:13:25+10s", "-M TZ=Europe/Zurich -s +ltime", "-M printer=hex -s +suser:32", "-w -", "-M uni -w -", "-M rmon -w -",
    "-M dsrs=-metric -w -", "-A -w -", "--format csv", "--format ndjson -s stime saddr bytes",
    # not divided
    "-N 100", "-N o100-200", "-L 100", "-s rank saddr", "--format json", "--format xml", "-M xml -A", "--color always", "-% -s saddr bytes",
]  # fmt: skip


@needs_two_processors
@pytest.mark.parametrize("filter", ["", "udp or man"])
@pytest.mark.parametrize("options", OPTIONS)
def test_two_processes_make_what_one_makes(options: str, filter: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("ra", "-X", "-r", str(file), str(file), *options.split(), *(["-", filter] if filter else []))
    one, two = on(1, *arguments), on(2, *arguments)
    assert one[1] == b""
    if "xml" in options:
        one, two = ((out.partition(b"CurrentDate")[2][40:], *rest) for out, *rest in (one, two))
    assert one == two


@pytest.mark.parametrize("kind", ["text", "argus", "csv"])
def test_the_copy_takes_its_turns(kind: str, file: Path, watched: Watched) -> None:
    expected = watched.run(1, kind, "-r", file, file)
    assert watched.shares == 0 and expected[0] == 0
    assert watched.run(2, kind, "-r", file, file) == expected
    assert watched.shares > SIZE // WINDOW


@pytest.mark.parametrize("options", ["-N 100", "-N o100-200", "-L 100", "-s rank saddr", "--color always", "-nn", "--format json"])
def test_what_depends_on_records_before_is_not_divided(options: str, file: Path, watched: Watched) -> None:
    watched.run(2, "text", "-r", file, *options.split())
    assert watched.shares == 0


def test_small_files_are_not_divided(records: bytes, watched: Watched, tmp_path: Path) -> None:
    path = tmp_path / "small.argus"
    path.write_bytes(records[: next(at for at in places(records) if at > 1 << 19)])
    watched.run(2, "text", "-r", path)
    assert watched.shares == 0
    watched.run(2, "text", "-r", path, path, path)
    assert watched.shares > 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", [0, 1, 2])
@pytest.mark.parametrize("place", range(5, 10))
def test_a_damaged_record(
    place: int, damage: int, kind: str, records: bytes, file: Path, watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In any of a row of pieces, whoever's it is: a length of zero, one beyond the file, an unknown class. What follows is read, too."""
    at = next(at for at in places(records) if at > place * WINDOW + WINDOW // 2)
    path = tmp_path / "damaged.argus"
    head = (records[at : at + 2] + b"\0\0", records[at : at + 2] + b"\xff\xff", b"\x50" + records[at + 1 : at + 4])[damage]
    path.write_bytes(records[:at] + head + records[at + 4 : at + (400 if damage == 1 else 1 << 20)])
    expected = watched.run(1, kind, "-r", path, file)
    said = capsys.readouterr().err
    assert expected[0] == 1 and f"at byte {at}:" in said
    assert watched.run(2, kind, "-r", path, file) == expected
    assert watched.shares > 2
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_ends_inside_a_record(
    kind: str, records: bytes, watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "short.argus"
    for size in (len(records) - 2, len(records) - 30, len(records) - WINDOW - 2):
        path.write_bytes(records[:size])
        expected = watched.run(1, kind, "-r", path)
        said = capsys.readouterr().err
        assert expected[0] == 1 and "ends inside a record" in said
        assert watched.run(2, kind, "-r", path) == expected
        assert capsys.readouterr().err == said


@needs_two_processors
def test_a_source_that_is_missing_and_ones_of_other_kinds(file: Path, tmp_path: Path) -> None:
    import gzip

    capture, packed, text = (tmp_path / name for name in ("in.pcap", "in.gz", "text"))
    capture.write_bytes(generate(7))
    packed.write_bytes(gzip.compress(file.read_bytes(), 1))
    text.write_text("this is no file of records")
    for other in (capture, packed, text, tmp_path / "missing"):
        arguments = ("ra", "-X", "-n", "-r", str(file), str(other), str(file))
        one, two = on(1, *arguments), on(2, *arguments)
        assert one == two
        assert (one[2] == 0) == (other in (capture, packed))


def test_a_filter_that_nothing_passes(file: Path, watched: Watched) -> None:
    for kind in KINDS:
        expected = watched.run(1, kind, "-r", file, "-", "host 203.0.113.250 and port 1")
        assert expected[0] == 1 and len(expected[1]) <= INITIAL
        assert watched.run(2, kind, "-r", file, "-", "host 203.0.113.250 and port 1") == expected
        assert watched.shares > 0


def test_a_filter_that_passes_only_what_is_the_copys(records: bytes, watched: Watched, tmp_path: Path) -> None:
    """The title line comes first, and the status is that of a run that has found something."""
    kernels = compiled()
    head, rest = records[:INITIAL], (records[at : at + 4 * int.from_bytes(records[at + 2 : at + 4])] for at in places(records))
    kinds = {decoded(kernels, data).proto: data for data in itertools.islice(rest, 200) if data[0] & 0xF0 != 0x80}
    path = tmp_path / "rare.argus"
    path.write_bytes(head + kinds[17] * (WINDOW * 3 // 2 // len(kinds[17])) + kinds[6] + kinds[17] * (4 * WINDOW // len(kinds[17])))
    expected = watched.run(1, "text", "-r", path, "-", "tcp")
    assert expected[0] == 0 and expected[1].count(b"\n") == 2
    assert watched.run(2, "text", "-r", path, "-", "tcp") == expected
    assert watched.shares > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_that_is_killed(kind: str, file: Path, watched: Watched) -> None:
    """What it has not sent is made here."""
    expected = watched.run(1, kind, "-r", file)

    def kill(number: int, other: helper.Helper) -> None:
        if number == 3:
            os.kill(other.process, signal.SIGKILL)

    watched.when(kill)
    assert watched.run(2, kind, "-r", file) == expected
    assert 0 < watched.shares < SIZE // WINDOW


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_that_has_read_something_else(kind: str, file: Path, watched: Watched) -> None:
    expected = watched.run(1, kind, "-r", file)

    def move(number: int, other: helper.Helper) -> str:
        return "identity" if number == 3 else ""

    watched.when(move)
    assert watched.run(2, kind, "-r", file) == expected
    assert 0 < watched.shares < SIZE // WINDOW


def wrapped(data: bytes, body: bytes) -> bytes:
    """A record with one more DSR, of a type that is unknown."""
    body = (0x6A800000 | (1 + len(body) // 4)).to_bytes(4) + body
    return data[:2] + ((len(data) + len(body)) // 4).to_bytes(2) + data[4:] + body


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", ["long", "records", "a few records", "heads"])
def test_records_that_hide_where_the_next_one_starts(body: str, kind: str, records: bytes, watched: Watched, tmp_path: Path) -> None:
    """Records that reach over pieces, and such with records or what looks like it in them, which end where the outer record does."""
    starts = list(itertools.islice(places(records), 300))
    some = [records[at:end] for at, end in itertools.pairwise(starts) if records[at] & 0xF0 != 0x80]
    inner = b"".join(some)
    size = divided.WINDOW - 4096
    bodies = {
        "long": bytes(size), "records": (inner * (size // len(inner) + 1))[: len(inner) * (size // len(inner))],
        "a few records": b"".join(some[:8]), "heads": b"\x10\x00\x00\x01" * 10_000,
    }  # fmt: skip
    outer = [wrapped(data, bodies[body]) for data in some[:100]]
    path = tmp_path / "hidden.argus"
    path.write_bytes(records[:INITIAL] + b"".join(outer) * (SIZE // sum(map(len, outer)) + 1) + inner)
    expected = watched.run(1, kind, "-r", path, "-M", "man")
    assert expected[0] == 0
    assert watched.run(2, kind, "-r", path, "-M", "man") == expected
    assert body != "a few records" or watched.shares > 0


def test_no_room_for_a_copy(file: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError

    expected = watched.run(1, "text", "-r", file)
    monkeypatch.setattr(os, "fork", refuse)
    assert watched.run(2, "text", "-r", file) == expected
    assert watched.shares == 0


def gone(process: "subprocess.Popen[bytes]") -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return True
    return False


@needs_two_processors
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_whole_lines_and_nobody(number: int, file: Path) -> None:
    """Both processes get it, and what was put until then is whole."""
    full = on(1, "ra", "-X", "-n", "-r", *[str(file)] * 3)[0]
    with started("ra", "-n", "-r", *[file] * 3) as process:
        assert process.stdout is not None and process.stderr is not None
        out = process.stdout.readline()
        os.killpg(process.pid, number)
        out += process.stdout.read()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
    assert out.endswith(b"\n") and len(out) < len(full) and full.startswith(out)
    assert gone(process)


@needs_two_processors
def test_a_reader_that_has_seen_enough(file: Path) -> None:
    with started("ra", "-n", "-r", *[file] * 3) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
    assert gone(process)

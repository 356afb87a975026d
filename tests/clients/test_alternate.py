"""Files of a divided stream, every other of which a second process writes: what they hold is what one process writes."""

import gzip
import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pyargus.clients import alternate, helper
from pyargus.clients.frame import status_of
from pyargus.clients.rasplit import PROGRAM
from pyargus.errors import BadInput
from pyargus.record.reader import INITIAL, Source
from tests.clients.large import file, places, records
from tests.clients.programs import needs_two_processors, on, started

__all__ = ["file", "records"]

Contents = dict[str, bytes]


def contents(folder: Path) -> Contents:
    """The files of a folder and what they hold; a compressed one has the time in it."""
    return {
        str(path.relative_to(folder)): gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Watched:
    """rasplit in this process. pieces: how many a second process was told of in the last run."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.patch = patch
        self.folder = folder
        self.pieces = 0
        self.runs = 0
        self.tell = alternate.Leader.tell
        patch.setattr(helper, "alone", lambda: True)
        patch.setattr(alternate, "LEAST", 1 << 20)
        self.when(lambda leader: None)

    def when(self, action: Callable[[alternate.Leader], object]) -> None:
        """Have something happen before each piece that is told of."""

        def tell(leader: alternate.Leader, *news: int) -> None:
            action(leader)
            self.pieces += 1
            self.tell(leader, *news)

        self.patch.setattr(alternate.Leader, "tell", tell)

    def run(self, processors: int, *arguments: object, template: str = "x") -> tuple[int, Contents]:
        """Status and files of a command line."""
        self.runs += 1
        self.pieces = 0
        folder = self.folder / f"out{self.runs}"
        folder.mkdir(exist_ok=True)
        self.patch.setattr(helper, "processors", lambda: processors)
        status = status_of(PROGRAM, ["-X", *map(str, arguments), "-w", f"{folder}/{template}"])
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        return status, contents(folder)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watched:
    return Watched(monkeypatch, tmp_path)


@pytest.mark.parametrize("template", ["x", "deep/er/x", "x.gz", "x.csv", "x.ndjson.gz"])
@pytest.mark.parametrize("count", [7, 1000, 1_000_000])
def test_two_processes_write_what_one_writes(
    count: int, template: str, file: Path, records: bytes, watched: Watched, tmp_path: Path
) -> None:
    small = tmp_path / "small.argus"
    small.write_bytes(records[: list(places(records))[5]])
    if count == 7:
        small.write_bytes(records[: list(places(records))[3000]])
        sources = [small]
        watched.patch.setattr(alternate, "LEAST", 1000)
    else:
        sources = [file, small, file]
    expected = watched.run(1, "-r", *sources, "-M", "count", count, template=template)
    assert watched.pieces == 0 and expected[0] == 0
    assert watched.run(2, "-r", *sources, "-M", "count", count, template=template) == expected
    assert watched.pieces >= len(sources)


@pytest.mark.parametrize("kind", ["time 1s", "size 100k", "flow tcp"])
def test_what_depends_on_the_records_is_not_divided(kind: str, file: Path, watched: Watched) -> None:
    assert watched.run(2, "-r", file, "-M", *kind.split())[0] == 0
    assert watched.pieces == 0


@pytest.mark.parametrize("options", ["-M dsrs=flow,time", "-e nothing -v", "-N 100", "-M uni", "--keep 1d", "- tcp"])
def test_records_that_are_chosen_or_changed_are_not_divided(options: str, file: Path, tmp_path: Path, watched: Watched) -> None:
    watched.patch.setattr(helper, "processors", lambda: 2)
    status = status_of(PROGRAM, ["-X", "-r", str(file), "-M", "count", "1000", "-w", f"{tmp_path}/made/x", *options.split()])
    assert status == 0 and contents(tmp_path / "made")
    assert watched.pieces == 0


@pytest.mark.parametrize("template", ["%Y-x", "$proto/x"])
def test_names_that_depend_on_the_records_are_not_divided(template: str, file: Path, watched: Watched) -> None:
    assert watched.run(2, "-r", file, "-M", "count", "1000", template=template)[0] == 0
    assert watched.pieces == 0


def test_files_that_are_there_are_appended_to(file: Path, tmp_path: Path, watched: Watched) -> None:
    watched.patch.setattr(helper, "processors", lambda: 2)
    folder = tmp_path / "twice"
    for _ in range(2):
        assert status_of(PROGRAM, ["-X", "-r", str(file), "-M", "count", "1000", "-w", f"{folder}/x"]) == 0
    once = watched.run(1, "-r", file, "-M", "count", "1000")[1]
    assert contents(folder) == {name: data + data[INITIAL:] for name, data in once.items()}


def odd(data: bytes) -> bytes:
    """A record that readers leave out: its first DSR is of no length."""
    return data[:4] + b"\x60\x00\x00\x00" + data[8:]


@pytest.mark.parametrize("damage", ["zero", "beyond", "class", "end", "odd"])
@pytest.mark.parametrize("place", [1000, 2500, 3500])
def test_a_damaged_record(
    place: int, damage: str, records: bytes, file: Path, watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever's file it would belong to; what is left out is not counted, and the next source is read."""
    starts = list(places(records))
    at, end = starts[place], starts[place + 1]
    record = records[at:end]
    path = tmp_path / "damaged.argus"
    if damage == "odd":
        path.write_bytes(records[:at] + b"".join(odd(records[a:b]) for a, b in itertools.pairwise(starts[place : place + 50]))
                         + records[starts[place + 49] :])  # fmt: skip
    elif damage == "end":
        path.write_bytes(records[: end - 2])
    else:
        head = {"zero": record[:2] + b"\0\0", "beyond": record[:2] + b"\xff\xff", "class": b"\x50" + record[1:4]}[damage]
        path.write_bytes(records[:at] + head + records[at + 4 : at + (400 if damage == "beyond" else 1 << 20)])
    watched.patch.setattr(alternate, "LEAST", 1 << 16)
    expected = watched.run(1, "-r", path, file, "-M", "count", "1000")
    said = capsys.readouterr().err
    assert (expected[0] == 0) == (damage == "odd")
    assert watched.run(2, "-r", path, file, "-M", "count", "1000") == expected
    assert watched.pieces > 2
    assert capsys.readouterr().err == said


def test_sources_of_other_kinds_are_not_divided(file: Path, watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "text"
    text.write_text("this is no file of records")
    for other in (text, tmp_path / "missing"):
        expected = watched.run(1, "-r", file, other, file, "-M", "count", "1000")
        said = capsys.readouterr().err
        assert watched.run(2, "-r", file, other, file, "-M", "count", "1000") == expected
        assert capsys.readouterr().err == said


def test_a_copy_that_is_killed(file: Path, watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    """Its files are missing, which is said; the others are whole."""
    expected = watched.run(1, "-r", file, "-M", "count", "1000")[1]
    watched.when(lambda leader: watched.pieces == 3 and os.kill(leader.helper.process, signal.SIGKILL))
    status, found = watched.run(2, "-r", file, "-M", "count", "1000")
    assert status == 1
    assert "some are missing or not complete" in capsys.readouterr().err
    odd_ones = sorted(expected)[1::2]
    assert {name: found[name] for name in odd_ones} == {name: expected[name] for name in odd_ones}


@pytest.mark.parametrize("number", [4, 5])
def test_a_file_that_cannot_be_written(
    number: int, file: Path, watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever's it is, it is said by its name, and the status is that of one process."""
    told = []
    for processors in (1, 2):
        name = f"out{watched.runs + 1}/xa{'abcdef'[number]}"
        (tmp_path / name).mkdir(parents=True)
        told.append((watched.run(processors, "-r", file, "-M", "count", "1000")[0], name in capsys.readouterr().err))
    assert told == [(3, True), (3, True)]


def test_a_file_that_another_took_the_place_of(file: Path, watched: Watched, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = tmp_path / "in.argus", tmp_path / "other.argus"
    path.write_bytes(file.read_bytes())
    other.write_bytes(file.read_bytes())

    def open_source(name: str) -> Source:
        os.replace(other, path)
        return real(name)

    real = alternate.open_source
    watched.patch.setattr(alternate, "open_source", open_source)
    assert watched.run(2, "-r", path, "-M", "count", "1000")[0] == 3
    assert "another file took the place" in capsys.readouterr().err


@needs_two_processors
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_first_records_in_whole_files(number: int, file: Path, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "some").mkdir()
    sources = [str(file)] * 40
    assert on(1, "rasplit", "-X", "-M", "count", "1000", "-r", *sources, "-w", f"{tmp_path}/all/x") == (b"", b"", 0)
    with started("rasplit", "-M", "count", "1000", "-r", *sources, "-w", f"{tmp_path}/some/x") as process:
        while not (tmp_path / "some" / "xaf").exists():
            assert process.poll() is None
        os.killpg(process.pid, number)
        assert process.wait(20) == 0
    every, some = contents(tmp_path / "all"), contents(tmp_path / "some")
    last = max(some)
    assert sorted(some) == sorted(every)[: len(some)] and len(some) < len(every)
    assert all(some[name] == every[name] for name in some if name != last)
    assert every[last].startswith(some[last])


def test_a_file_that_only_the_copy_finds_shorter(file: Path, watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    """Its files would hold other records than this process has counted, which is said."""

    class Changed(Source):
        def piece(self, at: int, stop: int, size: int, sure: bool = True) -> tuple[memoryview, int]:
            data, at = super().piece(at, stop, size, sure)
            if at > self.first:
                raise BadInput(self.name, at, "the file became shorter while it was read")
            return data, at

    def open_source(name: str) -> Source:
        source = real(name)
        source.__class__ = Changed
        return source

    real = alternate.open_source
    watched.patch.setattr(alternate, "open_source", open_source)
    assert watched.run(2, "-r", file, "-M", "count", "1000")[0] == 3
    assert "the file changed while it was read" in capsys.readouterr().err


@pytest.mark.parametrize("piece", [1, 2, 4])
def test_where_the_run_is_to_end_both_end_at_the_same_record(piece: int, file: Path, watched: Watched) -> None:
    """The files are those of the first pieces, whole: what the copy was told of before is handled here too."""
    expected = watched.run(1, "-r", file, "-M", "count", "100")[1]
    watched.when(lambda leader: watched.pieces == piece and os.kill(os.getpid(), signal.SIGINT))
    status, found = watched.run(2, "-r", file, "-M", "count", "100")
    assert status == 0 and 1 < len(found) < len(expected)
    *whole, last = sorted(found)
    assert whole == sorted(expected)[: len(whole)]
    assert all(found[name] == expected[name] for name in whole)
    assert expected[last].startswith(found[last])

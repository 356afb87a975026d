"""The small parts: the line that is typed, pictures, the pace, the log, colours, filters of rows."""

import os
import threading
import time
from pathlib import Path

import pytest

from pyargus.clients.ratop import PROGRAM, plots
from pyargus.clients.ratop.browser import light_terminal
from pyargus.clients.ratop.colours import parse_colour, parse_rule
from pyargus.clients.ratop.engine import Engine
from pyargus.clients.ratop.express import both_ways
from pyargus.clients.ratop.feed_cy import Cutter
from pyargus.clients.ratop.feeds import FileFeeder, Queue
from pyargus.clients.ratop.line import Editor, file_names
from pyargus.clients.ratop.log import Log, parse_history, spell_duration
from pyargus.clients.ratop.pace import Pace
from pyargus.clients.ratop.styles import Palette, coded, cut, fit, mark, plain, printable
from pyargus.clients.settings import from_argv
from pyargus.errors import BadUse
from pyargus.record.frames_cy import whole
from tests.clients.ratop.support import browsing, capture, screen


def typed(editor: Editor, *keys: str) -> str:
    for key in keys:
        for one in key[1:-1] if len(key) > 2 and key[0] == "<" else [key]:
            editor.press(one)
    return editor.text


def test_a_line_is_edited() -> None:
    editor = Editor("", ["first", "second"])
    assert typed(editor, "<abc>", "left", "X", "home", "Y", "end", "Z") == "YabXcZ"
    assert typed(editor, "backspace", "ctrl+a", "delete", "ctrl+k") == ""
    assert typed(editor, "<one two  >", "ctrl+w") == "one "
    assert typed(editor, "<two>", "left", "ctrl+u") == "o"
    assert typed(editor, "up") == "second"
    assert typed(editor, "up", "up") == "first"
    assert typed(editor, "down", "down") == "o"
    assert typed(editor, "ctrl+d") == ""
    assert not editor.press("f5")
    assert typed(Editor("saddr"), "< daddr>") == "daddr"
    assert typed(Editor("saddr"), "< >", "<x>") == "x"
    assert typed(Editor("saddr"), "end", "< daddr>") == "saddr daddr"
    editor = Editor("same", history := ["same"])
    assert editor.accepted() == "same" and history == ["same"]


def test_words_are_completed() -> None:
    words = ["saddr", "sport", "state", "daddr"]
    assert typed(Editor(words=lambda part: words), "<d>", "tab") == "daddr "
    editor = Editor(words=lambda part: words)
    assert typed(editor, "<-s>", "tab") == "-s" and editor.shown == ["saddr", "sport", "state"]
    assert typed(Editor(words=lambda part: words), "<daddr,sp>", "tab") == "daddr,sport "
    assert typed(Editor(words=lambda part: words), "<zz>", "tab") == "zz"


def test_files_are_completed(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "only.argus").touch()
    assert sorted(file_names(f"{tmp_path}/on")) == [f"{tmp_path}/one/", f"{tmp_path}/only.argus"]
    assert file_names("/nowhere/at/all/x") == []


def test_a_long_paste_has_an_end() -> None:
    editor = Editor()
    editor.insert("x" * 100_000 + "\n\x00\x1b")
    assert len(editor.text) == 4096


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7, "7"), (0.25, "0.2"), (950, "950"), (12_345, "12.3k"), (999_600, "1.00M"), (4.57e9, "4.57G"), (1e20, "100000P")],
)
def test_short_numbers(value: float, text: str) -> None:
    assert plots.short(value) == text


def test_pictures_have_the_size_asked_for() -> None:
    assert plots.spark([], 5) == "     "
    assert plots.spark([0, 1, 8], 3) == " ▁█"
    assert plots.spark([0, 1, 8], 3, False) == " .@"
    assert len(plots.spark(list(range(100)), 7)) == 7
    assert [len(line) for line in plots.chart([1, 2, 3], 9, 4)] == [9] * 4
    assert plots.chart([4, 2, 0], 3, 2) == ["█  ", "██ "]
    assert plots.bar(1, 4) == "━━━━" and plots.bar(0, 4) == "    " and plots.bar(0.0001, 4) == "╸   "
    assert plots.bar(2, 4, False) == "===="
    assert plots.split_bar(1, 3, 4, 8) == ("━━", "━━━━━━", "") and plots.split_bar(1, 1, 4, 4) == ("━", "━", "  ")
    assert plots.split_bar(1, 1, 4, 4, False, False) == ("=", "-", "  ") and plots.split_bar(0, 0, 4, 2) == ("", "", "  ")


def test_amounts_are_spread_over_their_time() -> None:
    second = 1_000_000
    assert plots.spread([(0, 10 * second, 100.0)], 0, 10 * second, 10) == [10.0] * 10
    assert plots.spread([(0, 0, 5.0), (9 * second, 10 * second, 5.0)], 0, 10 * second, 2) == [1.0, 1.0]
    rates = plots.spread([(3 * second, 7 * second, 40.0)], 0, 10 * second, 10)
    assert rates == [0, 0, 0, 10, 10, 10, 10, 0, 0, 0]


def test_lines_of_pieces() -> None:
    line = [("abc", "red"), ("def", "")]
    assert cut(line, 2, 2) == [("c", "red"), ("d", "")]
    assert fit(line, 8) == [*line, ("  ", "")] and fit(line, 2) == [("ab", "red")]
    assert mark(line, [(1, 4)], "x") == [("a", "red"), ("bc", "x"), ("d", "x"), ("ef", "")]
    assert mark(line, [(0, 1), (1, 1), (2, 3), (5, 9)], "x") == [("a", "x"), ("b", "red"), ("c", "x"), ("de", ""), ("f", "x")]
    assert mark(line, [], "x") == line
    assert plain([*line, ("  ", "")]) == "abcdef"
    assert coded([("a", "bold black on cyan"), ("b", "")]) == "\x1b[1;30;46ma\x1b[0mb"
    assert printable("a\x1b漢e\u0301") == "a.?e?"
    shown = Palette(False).shown
    assert shown("bold red on blue") == "bold"


def test_the_pace_of_files() -> None:
    now = [100.0]
    pace = Pace(10.0, lambda: now[0])
    pace.wait(5_000_000, lambda: False)
    assert pace.now() == 5_000_000
    now[0] += 1
    assert pace.now() == 15_000_000
    pace.set(1.0)
    now[0] += 2
    assert pace.now() == 17_000_000
    pace.wait(17_000_000, lambda: False)
    stopped: list[bool] = []
    waiting = threading.Thread(target=lambda: (pace.wait(10**12, lambda: bool(stopped)), stopped.append(False)))
    waiting.start()
    time.sleep(0.02)
    stopped.append(True)
    waiting.join(2)
    assert not waiting.is_alive()
    pace.set(0)
    assert pace.now() is None


def test_a_file_is_replayed_at_its_pace(tmp_path: Path) -> None:
    """At 40 seconds a second the 80 seconds of the office take two: however slow the machine, no record comes early, and all come."""
    path = capture(tmp_path)
    cutter = Cutter()
    with browsing("-n", "-r", path) as browser:
        data = b"".join(data for _, data in browser.engine.log.pieces())
        times = []
        at = 0
        while at < len(data):
            times.append(cutter.time(data, at))
            at += 4 * int.from_bytes(data[at + 2 : at + 4], "big")
        # Management records have no time.
        times = [moment for moment in times if moment]
    began = time.monotonic()
    seen = []
    with browsing("-n", "-M", "rate=40", "-r", path) as browser:
        while browser.engine.active or browser.engine.queue.size:
            assert time.monotonic() - began < 60
            time.sleep(0.05)
            browser.beat()
            screen(browser)
            with browser.engine.held():
                count = browser.view.table.flow.records
            seen.append((time.monotonic() - began, count))
        for _ in range(100):
            if browser.view.table.flow.records == 60:
                break
            time.sleep(0.1)
        assert browser.view.table.flow.records == 60
        assert browser.engine.rates
    # A record waits for the latest one before it.
    due = sorted(max(times[: number + 1]) - times[0] for number in range(len(times)))
    for elapsed, count in seen:
        assert count <= sum(moment <= elapsed * 40e6 for moment in due), (elapsed, count)
    assert time.monotonic() - began > (max(times) - times[0]) / 40e6


def test_the_log_keeps_the_newest() -> None:
    log = Log(100)
    for number in range(10):
        log.add(bytes([number]) * 30)
    assert (log.size, log.lost) == (90, 210)
    assert [piece[0] for _, piece in log.pieces()] == [7, 8, 9]
    assert [piece[0] for _, piece in log.pieces(2)] == [7] and not list(log.pieces(4))
    log.clear()
    assert (log.size, log.lost, list(log.pieces())) == (0, 0, [])


def test_a_file_larger_than_the_log_is_read_again(tmp_path: Path) -> None:
    from tests.clients.ratop.support import press

    with browsing("-n", "-r", capture(tmp_path)) as browser:
        records = b"".join(data for _, data in browser.engine.log.pieces())
        browser.engine.log.limit = 1
        browser.engine.log.add(b"")
        browser.engine.log.lost = 1
        press(browser, ":", "m", "< saddr>", "enter")
        assert browser.view.table.flow.records == 60
        # While it is read it is read again as far as tables have had it.
        first = whole(memoryview(records), 0, len(records) // 2)
        browser.engine.feeders[0].taken = first
        press(browser, ":", "m", "< daddr>", "enter")
        assert 0 < browser.view.table.flow.records < 60
        browser.engine.feeders[0].begun, browser.engine.feeders[0].taken = first, len(records)
        before = browser.view.table.flow.records
        press(browser, ":", "m", "< daddr>", "enter")
        assert browser.view.table.flow.records == 60 - before


def test_a_full_queue_drops_what_is_live_and_counts_it() -> None:
    queue = Queue(100)
    feeder = FileFeeder("x", queue, Pace())
    record = bytes.fromhex("13100004") + bytes(12)
    queue.put(feeder, record * 6)
    feeder.live = True  # type: ignore[misc]
    queue.put(feeder, record * 3)
    assert queue.dropped == 3
    assert queue.get(0) == (feeder, record * 6)
    queue.put(feeder, record)
    assert queue.get(0) == (feeder, record) and queue.get(0) is None
    queue.close()


def test_a_piece_is_in_the_queue_until_the_next_is_asked_for() -> None:
    """A table that takes long to feed is not settled meanwhile."""

    class Slow:
        past = False
        fed = b""

        def feed(self, data: bytes) -> None:
            time.sleep(0.3)
            self.fed += data

    record = bytes.fromhex("13100004") + bytes(12)
    engine, table = Engine(from_argv(["-X"], PROGRAM)), Slow()
    engine.tables.append(table)
    feeder = FileFeeder("x", engine.queue, Pace())
    feeder.done = True
    engine.feeders.append(feeder)
    engine.queue.put(feeder, record)
    assert not engine.queue.empty
    engine.start()
    assert engine.settle(30) and table.fed == record and engine.queue.empty
    engine.feeders.clear()
    engine.stop()


def test_rules_of_colour() -> None:
    rule = parse_rule('filter="tcp" color="saddr,sport:GREEN+BLINK daddr:YELLOW" cont')
    assert rule.test is not None and rule.goes_on
    assert rule.styles == {"saddr": "green blink", "sport": "green blink", "daddr": "bold yellow"}
    assert parse_colour("all:RED+Reverse") == {"": "red reverse"}
    for wrong in ("saddr", "saddr:PINK", "sadr:RED", "saddr:RED+Q"):
        with pytest.raises(BadUse):
            parse_colour(wrong)
    with pytest.raises(BadUse, match="expected filter="):
        parse_rule("color=red")


def test_filters_in_both_directions() -> None:
    assert both_ways("tcp and src host a and dst port 3") == "(tcp and src host a and dst port 3) or (tcp and dst host a and src port 3)"
    assert both_ways("arp") == "arp"


def test_the_log_forgets_what_is_old_of_live_records() -> None:
    now = [1000.0]
    log = Log(1000, 60.0, lambda: now[0])
    log.add(b"file")
    now[0] += 61
    log.trim()
    assert [data for _, data in log.pieces()] == [b"file"]
    log.clear()
    log.add(b"one", True)
    now[0] += 40
    log.add(b"two", True)
    now[0] += 40
    log.add(b"three", True)
    assert ([data for _, data in log.pieces()], log.lost) == ([b"two", b"three"], 3)
    now[0] += 100
    log.trim()
    assert (log.oldest(), log.size) == (b"", 0)
    log.seconds = 0
    log.add(b"four", True)
    now[0] += 1e6
    log.trim()
    assert log.oldest() == b"four"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("64", (64_000_000, 3600.0)), ("10m", (128_000_000, 600.0)), ("2h,1.5", (1_500_000, 7200.0)), ("32,90s", (32_000_000, 90.0)),
     ("0s", (128_000_000, 0.0))],
)  # fmt: skip
def test_what_history_may_be(text: str, wanted: tuple[int, float]) -> None:
    assert parse_history(text) == wanted


@pytest.mark.parametrize("text", ["", "x", "0", "-3", "10MB", "m", "nan", "inf", "5m,", "1e999"])
def test_what_history_may_not_be(text: str) -> None:
    with pytest.raises(BadUse, match="history="):
        parse_history(text)


def test_how_much_is_kept_in_words() -> None:
    assert Log(64_000_000, 600.0).kept() == "10m or 64 MB"
    assert Log(64_000_000, 0).kept() == "64 MB"
    assert [spell_duration(seconds) for seconds in (90, 5400, 7200, 0.5)] == ["90s", "90m", "2h", "0.5s"]


def test_colours_fit_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    dark, light = Palette(), Palette(light=True)
    assert (dark.shown("yellow"), light.shown("yellow"), light.shown("bold cyan")) == ("yellow", "magenta", "bold blue")
    assert (dark.shown("blue"), dark.shown("bold blue"), light.shown("blue")) == ("bold blue", "bold blue", "blue")
    assert dark["title"] == light["title"] == "bold black on cyan"
    for value, mode, wanted in (("0;15", "", True), ("15;0", "", False), ("", "", False), ("0;15", "dark", False), ("", "light", True)):
        monkeypatch.setenv("COLORFGBG", value)
        assert light_terminal({mode: ""} if mode else {}) is wanted


def test_files_are_read_one_after_another_and_side_by_side_at_a_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = capture(tmp_path)
    open_now, most = [], []

    def read(self: FileFeeder) -> None:
        open_now.append(self.name)
        most.append(len(open_now))
        time.sleep(0.02)
        open_now.remove(self.name)

    monkeypatch.setattr(FileFeeder, "read", read)
    with browsing("-r", *[office] * 40) as browser:
        assert (len(most), max(most)) == (40, 1)
        assert [feeder.state for feeder in browser.engine.feeders] == ["done"] * 40
        most.clear()
        browser.engine.pace.set(5)
        for _ in range(40):
            browser.engine.read_file(str(office))
        assert browser.engine.settle(10)
        assert len(most) == 40 and 1 < max(most) <= 32


def test_a_source_that_says_nothing_keeps_no_file_waiting(tmp_path: Path) -> None:
    silent = tmp_path / "pipe"
    os.mkfifo(silent)
    with browsing("-n", "-r", capture(tmp_path)) as browser:
        browser.engine.read_file(str(silent))
        browser.engine.read_file(browser.engine.feeders[0].name)
        end = time.monotonic() + 10
        while browser.view.table.flow.records < 120 and time.monotonic() < end:
            time.sleep(0.01)
        assert browser.view.table.flow.records == 120
        os.close(os.open(silent, os.O_WRONLY | os.O_NONBLOCK))

"""The browser without a terminal: keys in, lines out."""

import ipaddress
import random
import string
import struct
from pathlib import Path

import pytest

from pyargus.clients.ratop import header
from pyargus.clients.ratop.actions import ACTIONS, BY_KEY, BY_LETTER, GROUPS, spelled, ways
from pyargus.clients.ratop.browser import Browser
from pyargus.clients.ratop.styles import COLOURS, plain
from pyargus.clients.ratop.table import Table
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter
from pyargus.record.frames_cy import whole
from tests.capture.craft import Frame, pcap
from tests.clients.ratop.support import browsing, capture, press, screen
from tests.flow.craft import ether, udp


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return capture(tmp_path_factory.mktemp("capture"))


def rows(browser: Browser) -> list[str]:
    """The rows on the screen."""
    first = 1 + browser._roomy + 1
    return [line for line in screen(browser)[first : first + browser.body] if line]


def test_every_action_has_a_method_and_no_key_has_two() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))
    letters = [action.letter for action in ACTIONS if action.letter]
    assert len(letters) == len(set(letters))
    for action in ACTIONS:
        assert action.refused or callable(getattr(Browser, f"do_{action.name}"))
        assert action.refused or action.text
        assert action.keys or action.letter, action.name


def test_every_key_and_command_of_the_field_is_there() -> None:
    keys = ["j", "k", "h", "l", "up", "down", "left", "right", "g", "home", "G", "end", "ctrl+f", "ctrl+d", " ", "pagedown", "ctrl+b",
            "ctrl+u", "pageup", "ctrl+e", "ctrl+n", "ctrl+y", "0", "^", "$", "w", "b", "/", "?", "n", "N", "%", "A", "H", "P", "v",
            "ctrl+r", "ctrl+g", "ctrl+l", "escape", ":"]  # fmt: skip
    assert [key for key in keys if key not in BY_KEY] == []
    assert [letter for letter in "acdDefhHmMnNpPqQrRsStTuUvwzZ\\=%" if letter not in BY_LETTER] == []


def test_the_screen_has_its_lines(office: Path) -> None:
    with browsing("-n", "-r", office, columns=110) as browser:
        lines = screen(browser)
        assert len(lines) == 24
        assert lines[0].startswith(f"ratop -r {office}"[:80])
        assert lines[1].startswith(" pkts/s") and "bits/s" in lines[1] and "flows/s" in lines[1]
        assert lines[2].split()[:3] == ["StartTime", "Flgs", "Proto"] and "TotPkts▼" in lines[2]
        assert lines[-2].startswith("ProcessQueue     54 DisplayQueue     54 TotalRecords       60  Rate      0.7500 rps   Status Idle")
        assert lines[-1].startswith("F1 help")
        assert all(len("".join(text for text, _ in line)) == 110 for line in browser.frame())
        pkts = [int(line.split()[-3 - (line.split()[-1][0] in "━╸")]) for line in lines[3:10]]
        assert pkts == sorted(pkts, reverse=True)


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (1, 1), (200, 60), (40, 3), (3, 40)])
def test_any_size_is_filled_exactly(office: Path, size: tuple[int, int]) -> None:
    with browsing("-n", "-r", office, columns=size[0], rows=size[1]) as browser:
        pages = ([], ["enter"], ["escape", "f1"], ["escape", "D"], ["escape", "ctrl+p"])
        for keys in (*pages, ["escape", ":"], ["m"], ["escape", "f", "<bad (>"]):
            press(browser, *keys)
            frame = browser.frame()
            assert len(frame) == size[1]
            assert {len("".join(text for text, _ in line)) for line in frame} == {size[0]}


def test_twenty_by_five_still_shows_a_row(office: Path) -> None:
    with browsing("-n", "-r", office, columns=20, rows=5) as browser:
        lines = screen(browser)
        assert lines[1].strip() and lines[2].strip()
        assert press(browser, "j", "j")[2] != lines[2]
        assert press(browser, "f", "<tcp>")[-1] == "Specify fi: tcp"


SIXES = ("2001:db8:1:3:7aac:c0ff:fea7:d4c", "2001:db8:c0:3:8000:70ff:fe01:1001")


def test_long_addresses_lose_their_middle(tmp_path: Path) -> None:
    path = tmp_path / "six.pcap"
    source, target = (ipaddress.IPv6Address(address).packed for address in SIXES)
    packet = struct.pack("!IHBB", 0x60000000, 18, 17, 64) + source + target + udp(40000, 4000, b"x" * 10)
    frame = ether("a", "b", packet, 0x86DD)
    path.write_bytes(pcap([Frame(1_700_000_000_000_000_000, frame, len(frame))]))
    with browsing("-n", "-r", path, columns=80) as browser:
        line = screen(browser)[3]
        assert line == "  udp 2001:db8:*fea7:d4c.40000 2001:db8:*fe01:1001.4000         1       72   INT"
        browser.resize(20, 5)
        assert screen(browser)[2] == "2001:db*ea7:d4c.400*"
        assert press(browser, "l", "l")[2] == "2001:db*01:1001.4000"
        browser.resize(160, 24)
        assert all(address in screen(browser)[3] for address in SIXES)
        assert screen(browser)[2].split()[0] == "StartTime"


def test_moving(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        view = browser.view
        press(browser, "j", "j", "k")
        assert view.row == 1
        press(browser, "5", "j")
        assert view.row == 6
        press(browser, "1", "0", "G")
        assert view.row == 9
        press(browser, ":", "<20>", "enter")
        assert view.row == 19
        press(browser, "G")
        assert view.row == 53 and view.top == 54 - browser.body
        press(browser, "g")
        assert view.row == 0 and view.chosen is None
        press(browser, " ", "ctrl+e", "ctrl+e")
        assert view.top > 0
        press(browser, "ctrl+y", "pageup", "pageup")
        assert view.top == 0
        press(browser, "l", "l", "w")
        assert view.column == 3
        press(browser, "$")
        assert view.column == 10
        press(browser, "^")
        assert view.column == 0


def test_columns_beyond_the_edge_come_with_the_cursor(office: Path) -> None:
    with browsing("-n", "-r", office, columns=40) as browser:
        assert "State" not in screen(browser)[2]
        assert "State" in press(browser, "$")[2]
        assert "SrcAddr" in press(browser, "0")[2]


def test_columns_that_nobody_asked_for_give_way(office: Path) -> None:
    with browsing("-n", "-r", office, columns=160) as browser:
        assert screen(browser)[2].split()[:6] == ["StartTime", "Flgs", "Proto", "SrcAddr", "Sport", "Dir"]
        browser.resize(100, 24)
        browser.view.widths.clear()
        lines = screen(browser)
        assert lines[2].split()[:3] == ["StartTime", "Proto", "SrcAddr"] and lines[2].split()[-1] == "State"
        assert len(lines[3].split()[0]) == len("22:13:20")
        browser.resize(80, 24)
        assert screen(browser)[2].split() == ["Proto", "SrcAddr", "Sport", "DstAddr", "Dport", "TotPkts▼", "TotBytes", "State"]
        press(browser, "$", "h", "h")
        assert browser.view.columns()[browser.view.column].name == "pkts"
        press(browser, "<", "<", "<", "<", "<", "<", "<")
        assert browser.view.sorting[0].field == "proto"
        press(browser, ":", "P", "< stime>", "enter")
        assert screen(browser)[2].split()[0] == "StartTime▲"
        press(browser, ":", "s", "< stime flgs saddr daddr sport dport bytes state>", "enter")
        assert screen(browser)[2].split()[:2] == ["StartTime▲", "Flgs"] and len(screen(browser)[3].split()[0]) > 8


def test_columns_without_a_value_are_left_out(office: Path) -> None:
    with browsing("-n", "-r", office, "-m", "daddr", "dport", columns=200) as browser:
        titles = screen(browser)[2].split()
        assert "SrcAddr" not in titles and "Dir" not in titles and "DstAddr" in titles and "Dport" in titles
        press(browser, ":", "M", "<preserve>", "enter")
        assert "SrcAddr" in screen(browser)[2]
    with browsing("-n", "-r", office, "-m", "daddr", "-s", "saddr", "daddr", "pkts") as browser:
        assert "SrcAddr" in screen(browser)[2]


def test_what_lies_beyond_the_edges_is_marked(office: Path) -> None:
    with browsing("-n", "-r", office, "-s", "stime saddr daddr bytes state", columns=40) as browser:
        assert screen(browser)[2].endswith("›")
        title = press(browser, "$")[2]
        assert title.startswith("‹") and not title.endswith("›")


def test_bars_show_both_sides(office: Path) -> None:
    with browsing("-n", "-r", office, columns=160) as browser:
        assert " src  dst" in screen(browser)[2]
        frame = browser.frame()[4]
        parts = [(text, style) for text, style in frame if text.strip() and not text.strip("━╸")]
        assert [style for _, style in parts] == ["green", "bold blue"]
        assert sum(len(text) for text, _ in parts) < 32
    with browsing("-n", "-r", office, columns=160, colours=False) as browser:
        assert "━ src ─ dst" in screen(browser)[2] and "━─" in screen(browser)[4]


def test_an_empty_table_says_why(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        assert "no row passes the filter: port 9" in "".join(press(browser, "f", "<port 9>", "enter"))
        press(browser, "f", "< none>", "enter", ":", "e", "<zzz>", "enter")
        assert "no row is as asked for" in "".join(screen(browser))
    with browsing("-n", "-r", office, "-", "port 9") as browser:
        assert "no records pass the filter" in "".join(screen(browser))


def test_the_keys_shown_are_those_of_what_is_seen(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        assert screen(browser)[-1].startswith("F1 help")
        assert press(browser, "enter")[-1].startswith("Esc back  J next flow")
        assert press(browser, "f1")[-1].startswith("Esc back  j k scroll")
        assert press(browser, "escape", "escape", "D")[-1].startswith("Enter down  Esc back  F1 help")


def test_the_cursor_stays_on_its_flow(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "4", "j")
        chosen = browser.view.current()
        press(browser, "v")
        assert browser.view.current() == chosen
        assert browser.view.row == 53 - 4
        press(browser, ":", "P", "ctrl+d", "<stime:desc>", "enter")
        assert browser.view.current() == chosen
        assert browser.view.top <= browser.view.row < browser.view.top + browser.body


def test_sorting_by_keys_and_mouse(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "<>>")
        assert browser.view.sorting[0].field == "bytes"
        press(browser, "<")
        assert browser.view.sorting[0].field == "pkts"
        press(browser, "s")
        assert not browser.view.sorting[0].down
        assert "▲" in screen(browser)[2]
        at = press(browser, "0")[2].index("StartTime")
        browser.click(at, 2)
        assert browser.view.sorting[0].field == "stime"
        times = [line.split()[0] for line in rows(browser)]
        assert times == sorted(times)
        browser.click(5, 7)
        assert browser.view.row == 4
        browser.click(5, 7, twice=True)
        assert browser.pages and browser.pages[-1].name == "Detail"
        browser.wheel(3)
        press(browser, "escape")
        browser.wheel(3)
        assert browser.view.top == 3


def test_search_goes_along_while_it_is_typed(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "/", "<icm>")
        row = browser.view.row
        assert row > 0
        assert any("black on yellow" in style for line in browser.frame() for _, style in line)
        press(browser, "escape")
        assert browser.view.row == 0 and browser.grid.search is None
        press(browser, "/", "<arp>", "enter")
        first = browser.view.row
        press(browser, "n")
        assert browser.view.row > first
        press(browser, "n", "n")
        assert browser.view.row == first
        assert screen(browser)[-1] == "search hit BOTTOM, continuing at TOP"
        press(browser, "N")
        assert screen(browser)[-1] == "search hit TOP, continuing at BOTTOM"
        assert press(browser, "/", "<no such thing>", "enter")[-1] == "Pattern not found: no +such +thing"
        press(browser, "?", "<203.0.113.25.80>", "enter")
        assert "203.0.113.25.80" in rows(browser)[browser.view.row - browser.view.top]
        assert "regular expression" in press(browser, "/", "<(>")[-1]
        press(browser, "escape")


def test_a_search_reaches_rows_that_are_not_on_the_screen(office: Path) -> None:
    with browsing("-n", "-r", office, rows=8) as browser:
        press(browser, "/", "<203.0.113.66>", "enter")
        assert browser.view.top > 0
        assert any("203.0.113.66" in line for line in rows(browser))


def test_filters_apply_and_errors_stand_under_them(office: Path) -> None:
    with browsing("-n", "-r", office, columns=160) as browser:
        lines = press(browser, "f", "<tcp and por>")
        assert lines[-2].startswith("Specify filter: tcp and por")
        assert "por" in lines[-1] and lines[-1] != ""
        lines = press(browser, "<t 443>", "enter")
        assert "display filter: tcp and port 443" in lines[-1]
        assert all(" tcp " in line and ".443" in line for line in rows(browser))
        assert "- display 'tcp and port 443'" in lines[0]
        assert browser.view.table.listed < browser.view.table.count
        press(browser, ":", "f", "ctrl+d", "<none>", "enter")
        assert browser.view.table.listed == browser.view.table.count
        press(browser, ":", "f", "<local udp>", "enter")
        assert browser.view.table.count == browser.view.table.listed < 54
        assert browser.engine.base is browser.view.table
        press(browser, ":", "f", "ctrl+d", "<local>", "enter")
        assert browser.view.table.count == 54
        assert "no source is a server" in press(browser, "f", "ctrl+d", "<remote tcp>", "enter")[-1]
        press(browser, "escape")
        press(browser, ":", "e", "<443 +[0-9]>", "enter")
        assert 0 < browser.view.table.listed < 54
        press(browser, ":", "e", "ctrl+d", "enter")
        assert browser.view.table.listed == 54


def test_completion_of_filters_and_fields(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        lines = press(browser, "f", "<tcp and sr>", "tab")
        assert "src" in lines[-1] + lines[-2]
        press(browser, "escape", ":", "s", "<  dpk>", "tab")
        assert browser.prompt is not None and "dpkts" in browser.prompt.editor.text + " ".join(browser.prompt.editor.shown)
        press(browser, "escape")


def test_columns_keys_and_order_are_changed_while_running(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        lines = press(browser, ":", "s", "< saddr daddr bytes>", "enter")
        assert lines[2].split()[:3] == ["SrcAddr", "DstAddr", "TotBytes"]
        press(browser, ":", "s", "< +pkts>", "enter")
        assert [column.name for column in browser.view.columns()] == ["saddr", "daddr", "bytes", "pkts"]
        press(browser, ":", "m", "< saddr daddr>", "enter")
        assert browser.view.table.count < 54
        assert browser.engine.base is browser.view.table
        assert "-m saddr daddr" in screen(browser)[0]
        assert "no such key" in press(browser, ":", "m", "< sadr>", "enter")[-1]
        press(browser, "escape", ":", "P", "< saddr>", "enter")
        assert [one.field for one in browser.view.sorting] == ["saddr"]
        assert "no such field" in press(browser, ":", "s", "< nothing>", "enter")[-1]
        press(browser, "escape")
        press(browser, ":", "N", "ctrl+d", "<3>", "enter")
        assert len(rows(browser)) == 3


def test_appearance(office: Path) -> None:
    with browsing("-n", "-r", office, columns=130) as browser:
        assert "pTotPkts" in press(browser, "%")[2]
        shares = [float(line.split()[-3 if line.split()[-1][0] in "━╸" else -2]) for line in rows(browser)[:5]]
        assert 0 < max(shares) <= 100
        press(browser, ":", "%")
        assert "22.543K" in press(browser, "A")[3]
        press(browser, "H")
        press(browser, ":", "p", "ctrl+d", "<2>", "enter")
        assert all(len(line.split()[0]) == 11 for line in rows(browser))
        press(browser, ":", "n", "ctrl+d", "<port>", "enter")
        assert any("domain" in line or "http" in line for line in rows(browser))
        press(browser, ":", "z")
        assert any("sSEfFC" in line or "sSE" in line for line in rows(browser))
        press(browser, ":", "z")
        for text in ("both sides", "source", "destination", "off"):
            assert press(browser, ":", "Z")[-1] == f"TCP flags: {text}"
        lines = press(browser, ":", "a", "enter")
        assert "Totals" in lines[-3]
        assert "Totals" not in press(browser, ":", "a", "enter")[-3]
        assert not press(browser, "ctrl+g")[-2].startswith("ProcessQueue")
        assert press(browser, "ctrl+g")[-2].startswith("ProcessQueue")
        press(browser, ":", "u", "ctrl+d", "<2>", "enter")
        assert browser.interval == 2
        assert "0.05 or more" in press(browser, ":", "u", "ctrl+d", "<0>", "enter")[-1]
        press(browser, "escape", ":", "T", "ctrl+d", "<9>", "enter")
        assert browser.idle_seconds == 9
        assert ":D: there are no debugging levels" in press(browser, ":", "D")[-1]
        assert "is no command" in press(browser, ":", "x")[-1]
        assert "is no key" in press(browser, "ä")[-1]
        press(browser, ":", "M", "<printer=hex>", "enter", ":", "s", "< saddr suser:8 duser:8>", "enter")
        assert len(screen(browser)) == 24 and len(rows(browser)) == browser.body
        press(browser, ":", "M", "<disa>", "enter")
        assert browser.view.settings.disa
        assert "no such mode" in press(browser, ":", "M", "<nonsense>", "enter")[-1]
        press(browser, "escape")


def test_time_range_and_clear(office: Path) -> None:
    with browsing("-n", "-M", "TZ=UTC", "-r", office) as browser:
        press(browser, ":", "t", "<2023/11/14.22:13:20-22:13:40>", "enter")
        count = browser.view.table.count
        assert 0 < count < 54
        press(browser, ":", "t", "ctrl+d", "enter")
        assert browser.view.table.count == 54
        press(browser, ":", "=")
        assert browser.view.table.count == 0
        assert press(browser, "enter")[-1] == "there is no row"
        press(browser, ":", "r", "ctrl+d", f"<{office}>", "enter")
        assert browser.view.table.count == 54
        assert "there is no such file" in press(browser, ":", "r", "ctrl+d", "</nowhere>", "enter")[-1]
        press(browser, "escape", ":", "R", f"<{office.parent}>", "enter")
        assert browser.view.table.count == 54
        press(browser, ":", "d", "enter")
        assert browser.engine.feeders == []


def test_drilling_down_and_back(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        lines = press(browser, "D")
        assert lines[0].startswith("hosts") and "Host" in lines[2] and "OutPkts" in lines[2]
        top = lines[3].split()[0]
        lines = press(browser, "enter")
        assert lines[0].startswith(f"{top} › peers")
        peer = lines[3].split()[0]
        lines = press(browser, "enter")
        assert lines[0].startswith(f"{top} › {peer} › services")
        service = lines[3].split()[:2]
        lines = press(browser, "enter")
        assert lines[0].startswith(f"{top} › {peer} › {' '.join(service)} › flows")
        assert all(top in line and peer in line and f".{service[1]}" in line for line in rows(browser))
        press(browser, "enter")
        assert browser.pages
        for _ in range(5):
            press(browser, "escape")
        assert len(browser.views) == 1 and not browser.pages
        assert browser.engine.tables == [browser.view.table]


def test_another_key_in_a_drill_down(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "D")
        press(browser, ":", "m", "< proto>", "enter", "enter")
        assert browser.pages[-1].name == "Detail"
        press(browser, "escape", "escape")
        assert len(browser.views) == 1


def test_columns_are_given_widths_and_come_back(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        titles = screen(browser)[2]
        press(browser, ":", "s", "< saddr:30 daddr pkts>", "enter")
        assert screen(browser)[2].startswith(" " * 23 + "SrcAddr ")
        assert press(browser, ":", "s")[-1] == "Specify fields: saddr:30 daddr pkts"
        press(browser, "< +bytes>", "enter")
        assert screen(browser)[2].startswith(" " * 23 + "SrcAddr ") and "TotBytes" in screen(browser)[2]
        press(browser, ":", "s", "< saddr pkts>", "enter")
        assert not screen(browser)[2].startswith(" " * 23)
        press(browser, ":", "s", "ctrl+d", "enter")
        assert screen(browser)[2] == titles


def test_files_whose_names_need_quotes(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with browsing("-n", "-r", office) as browser:
        assert "2 records written" in press(browser, ":", "N", "<2>", "enter", ":", "w", "<~/two flows.argus>", "enter")[-1]
        press(browser, "%", ":", "p", "ctrl+d", "<2>", "enter", ":", "w", "<~/shares.txt>", "enter")
        written = (tmp_path / "shares.txt").read_text().splitlines()
        assert "pTotPkts" in written[0] and len(written) == 3
        assert sum(float(line.split()[-3]) for line in written[1:]) == pytest.approx(100.0, abs=0.02)
        press(browser, "%")
        press(browser, ":", "N", "ctrl+d", "enter", ":", "r", "< ~/two flows.argus>", "enter")
        assert "there is no such file" in screen(browser)[-1]
        press(browser, "ctrl+d", "<~/'two flows.argus'>", "enter")
        assert browser.view.table.flow.records == 2
        assert press(browser, ":", "r")[-1] == f"Read file(s): '{tmp_path}/two flows.argus'"
        assert "no closing quotation" in press(browser, "ctrl+d", "<'a>")[-1]
        press(browser, "escape", ":", "w", "<!~/tw>", "tab")
        assert browser.prompt is not None and browser.prompt.editor.text == "!~/two flows.argus "


def test_every_row_of_every_level_leads_somewhere(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        for keys in (["D"], ["D", "enter"], ["D", "enter", "enter"]):
            press(browser, *keys)
            depth = len(browser.views)
            for place in range(browser.view.table.listed):
                browser.view.move(place)
                press(browser, "enter")
                assert len(browser.views) == depth + 1, screen(browser)[-1]
                assert browser.view.table.listed > 0
                press(browser, "escape")
            while len(browser.views) > 1:
                press(browser, "escape")


def test_the_detail_of_every_flow_finds_its_records(office: Path) -> None:
    with browsing("-n", "-r", office, rows=80) as browser:
        for place in range(browser.view.table.listed):
            browser.view.move(place)
            record = browser.view.table.load(browser.view.current())
            pkts = record.spkts + record.dpkts
            lines = press(browser, "enter")
            page = browser.pages[-1]
            assert sum(one.spkts + one.dpkts for one in page.gatherer.records) == pkts, lines[1]  # type: ignore[attr-defined]
            assert any(line.startswith("stime") for line in lines) and any(line == "status records" for line in lines)
            assert not [line for line in lines if " -0.000000" in line]
            press(browser, "escape")
        press(browser, "g", "enter", "J")
        assert browser.view.row == 1
        press(browser, "K", "escape")
        assert browser.view.row == 0
        assert len(browser.engine.tables) == 1


def test_the_detail_of_rows_that_no_filter_says(office: Path) -> None:
    from pyargus.record.record_cy import Record

    with browsing("-n", "-r", office, "-m", "smac", "dmac", "-s", "smac dmac pkts") as browser:
        assert browser.view.table.listed > 3
        for place in range(browser.view.table.listed):
            browser.view.move(place)
            record = browser.view.table.load(browser.view.current())
            assert isinstance(record, Record)
            pkts = record.spkts + record.dpkts
            press(browser, "enter")
            page = browser.pages[-1]
            assert sum(one.spkts + one.dpkts for one in page.gatherer.records) == pkts  # type: ignore[attr-defined]
            press(browser, "escape")


def test_the_detail_outlives_its_row_and_its_table(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "3", "j", "enter")
        head = screen(browser)[1]
        press(browser, "{")
        assert screen(browser)[1].split()[:4] == head.split()[:4]
        press(browser, ".")
        assert screen(browser)[1] == head
        browser.view.table.expire(browser.view.table.clock() + 10, 0)
        assert screen(browser)[1] == head
        assert browser.view.table.count == 0
        press(browser, "escape", "j", "k", "y", "ctrl+r", "enter")


def test_a_row_is_copied_as_a_filter_that_finds_it(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        for place in range(browser.view.table.listed):
            browser.view.move(place)
            press(browser, "y")
            what, text = browser.effects.pop()
            assert what == "copy" and text in browser.message
            assert Filter(compile_filter(text)).accepts(browser.view.table.load(browser.view.current()))
            press(browser, "f", "ctrl+d")
            browser.paste(text)
            press(browser, "enter")
            assert browser.view.table.listed in (1, 2), text
            press(browser, "f", "ctrl+d", "enter")
        press(browser, ":", "m", "< saddr/24 daddr>", "enter", "y")
        assert "src net" in browser.effects.pop()[1]


def test_history_steps_back_and_returns(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        count = browser.view.table.count
        lines = press(browser, "{")
        assert lines[0].endswith("20 s back") and " history 2023/11/14" in lines[0]
        assert 0 < browser.view.table.count < count
        earlier = browser.view.table.count
        press(browser, "]")
        assert earlier <= browser.view.table.count <= count
        press(browser, "D")
        assert browser.view.table.flow.records < 60
        press(browser, ".")
        assert not browser.moment and browser.views[0].table.count == count
        assert browser.view.level == "hosts" and browser.view.table.flow.records == 60
        press(browser, "escape")
        assert "this is now" in press(browser, "]")[-1]
        assert "this is where the records begin" in press(browser, "9", "9", "9", "{")[-1]
        press(browser, ":", "m", "< saddr>", "enter")
        assert not browser.moment and browser.view.shape.keys == ("saddr",)
        assert browser.engine.tables == [browser.view.table]


def test_rates_in_the_history_are_those_of_its_moment(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        browser.engine.feeders[0].live = True
        newest = browser.view.table.flow.newest
        browser.engine.rates.extend((1.0, float(second), 0.0, 0.0) for second in range(100))
        assert plain(header.rates(browser, 160)).split()[:2] == ["pkts/s", "98"]
        browser.moment = newest - 50_000_000
        assert plain(header.rates(browser, 160)).split()[:2] == ["pkts/s", "48"]
        browser.moment = newest - 200_000_000
        assert plain(header.rates(browser, 160)).split()[:2] == ["pkts/s", "0"]
        browser.moment = 0


def test_a_fault_while_a_table_is_made_is_said_and_the_tables_go_on(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with browsing("-n", "-r", office) as browser:
        with monkeypatch.context() as patch:
            patch.setattr(Table, "feed", lambda self, data: 1 // 0)
            press(browser, ":", "m", "< saddr>", "enter")
        browser.beat()
        assert "a fault of the program: ZeroDivisionError" in screen(browser)[-1]
        assert not browser.view.pending
        press(browser, ":", "m", "< daddr>", "enter")
        assert browser.view.table.flow.records == 60 and browser.view.shape.keys == ("daddr",)


def test_frozen_rows_stay(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        before = rows(browser)
        assert "frozen" in press(browser, "P")[0]
        browser.engine.read_file(str(office))
        assert browser.engine.settle(10)
        assert rows(browser) == before
        assert browser.engine.waiting > 0
        press(browser, "P")
        assert browser.engine.waiting == 0
        assert browser.view.table.flow.records == 120
        assert rows(browser) != before


def test_nothing_that_came_while_frozen_counts_twice(office: Path) -> None:
    """Tables that are made meanwhile hold what was there when it was frozen, and all get what came after that."""
    with browsing("-n", "-r", office) as browser:
        press(browser, "P")
        browser.engine.read_file(str(office))
        press(browser, ":", "m", "< saddr daddr>", "enter")
        assert browser.view.table.flow.records == 60 and browser.engine.waiting
        press(browser, "D")
        assert browser.view.table.flow.records == 60
        press(browser, "P")
        assert [view.table.flow.records for view in browser.views] == [120, 120]
        press(browser, ":", "m", "< saddr>", "enter")
        assert browser.view.table.flow.records == 120


def test_what_is_emptied_while_frozen_does_not_come_back(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "P")
        browser.engine.read_file(str(office))
        press(browser, ":", "=")
        assert browser.engine.waiting == 0
        press(browser, "P")
        assert browser.view.table.count == 0
        browser.engine.log.lost = 1
        press(browser, ":", "m", "< saddr>", "enter")
        assert browser.view.table.count == 0
        browser.engine.read_file(str(office))
        press(browser, ":", "m", "< daddr>", "enter")
        assert browser.view.table.flow.records == 60


def test_rows_outlive_a_freeze_that_is_longer_than_their_time(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        now = [browser.view.table.clock()]
        browser.view.table.clock = lambda: now[0]
        before = browser.view.table.count
        browser.engine.feeders[0].live = True
        press(browser, "P")
        browser.engine.read_file(str(office))
        assert browser.engine.settle(10) and browser.engine.waiting
        now[0] += 100_000_000
        browser.paused = browser.engine.paused = False
        browser._beaten = 0.0
        browser.beat()
        assert browser.view.table.count == before
        browser.engine.pause(False)
        assert browser.engine.settle(10)
        browser._beaten = 0.0
        browser.beat()
        assert browser.view.table.count == before and browser.view.table.flow.records == 120


def test_a_table_made_anew_has_no_rows_that_fell_silent(office: Path) -> None:
    """Rows of live records that have gone do not come back with another key or a drill-down, and go when their time is over."""
    with browsing("-n", "-r", office) as browser:
        engine = browser.engine
        records = b"".join(data for _, data in engine.log.pieces())
        few = records[: whole(memoryview(records), 0, len(records) // 4)]
        now = [1000.0]
        engine.log._clock = lambda: now[0]
        engine.log.clear()
        engine.feeders[0].live = True
        for came, data in ((1000.0, records), (1055.0, few), (1070.0, few)):
            now[0] = came
            engine.log.add(data, True)
        wanted = Table(browser.view.shape, browser.view.settings)
        wanted.feed(few)
        press(browser, ":", "t", "enter")
        assert engine.settle(30)
        assert 0 < browser.view.table.count == wanted.count < 54
        press(browser, "D")
        assert engine.settle(30)
        hosts = Table(browser.view.shape, browser.view.settings)
        hosts.feed(few)
        assert 0 < browser.view.table.count == hosts.count


@pytest.mark.parametrize("suffix", ["argus", "csv", "json", "ndjson", "txt", "xml", ""])
def test_rows_are_written_in_the_order_shown(office: Path, tmp_path: Path, suffix: str) -> None:
    from pyargus import read

    with browsing("-n", "-r", office) as browser:
        press(browser, ":", "P", "< bytes>", "enter", "f", "<tcp>", "enter")
        listed = browser.view.table.listed
        name = tmp_path / (f"rows.{suffix}" if suffix else "rows")
        assert f"{listed} records written" in press(browser, ":", "w", f"< {name}>", "enter")[-1]
        assert "exists" in press(browser, ":", "w", f"<{name}>", "enter")[-1]
        press(browser, "escape", ":", "w", f"<!{name}>", "enter")
        assert f"{listed} records written" in screen(browser)[-1]
        assert "No such file" in press(browser, ":", "w", "</nowhere/rows>", "enter")[-1]
        press(browser, "escape")
    text = name.read_bytes()
    if suffix in ("argus", ""):
        sizes = [record.bytes for record in read(name, fields=["bytes"])]
        assert len(sizes) == listed and sizes == sorted(sizes, reverse=True)
    elif suffix == "xml":
        assert text.count(b"</ArgusFlowRecord>") == listed and text.rstrip().endswith(b"</ArgusDataStream>")
    elif suffix == "json":
        import json

        assert len(json.loads(text)) == listed
    else:
        assert text.count(b"\n") == listed + (suffix in ("csv", "txt"))


def test_help_and_palette(office: Path) -> None:
    with browsing("-n", "-r", office, rows=140) as browser:
        wide = "\n".join(press(browser, "f1"))
        assert all(title in wide and action.text[:30] in wide for title, members in GROUPS.items() for action in members)
        browser.resize(120, 140)
        lines = screen(browser)
        for title, members in GROUPS.items():
            assert title in lines
            for action in members:
                assert any(line.startswith(ways(action)[:20]) for line in lines), action.name
        press(browser, "escape", "ctrl+p", "<reverse order>")
        assert "reverse the order" in screen(browser)[3]
        press(browser, "enter")
        assert not browser.pages and not browser.view.sorting[0].down
        press(browser, "ctrl+p", "<zzz>", "enter", "escape")
        assert not browser.pages
    assert spelled("ctrl+f") == "^F"


def test_leaving(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, "q", "<n>", "enter")
        assert not browser.leaving
        press(browser, ":", "Q", "<y>", "enter")
        assert browser.leaving
        browser.leaving = False
        press(browser, ":", "q")
        assert browser.leaving
        browser.leaving = False
        press(browser, "ctrl+c")
        assert browser.leaving
        press(browser, "ctrl+l", "ctrl+z")
        assert browser.effects == [("redraw", ""), ("suspend", "")]


def test_without_colours_there_are_none(office: Path) -> None:
    with browsing("-n", "-r", office, colours=False) as browser:
        for keys in ([], ["D"], ["escape", "enter"], ["escape", "f1"], ["escape", "/", "<tcp>"], ["enter", "{"], [".", "P"]):
            press(browser, *keys)
            assert not [style for line in browser.frame() for _, style in line if set(style.split()) & set(COLOURS)], keys
        assert any("reverse" in style for line in browser.frame() for _, style in line)


def test_a_terminal_without_unicode_gets_ascii(office: Path) -> None:
    with browsing("-n", "-r", office, unicode=False, rows=50) as browser:
        for keys in ([], ["D"], ["enter"], ["escape", "escape", "enter"]):
            assert all(line.isascii() for line in press(browser, *keys)), keys


def test_garbage_is_pasted(office: Path) -> None:
    garbage = "".join(chr(code) for code in range(1, 0x300)) + "\x1b[31m漢字\ud800" + "x" * 10_000
    with browsing("-n", "-r", office) as browser:
        browser.paste(garbage)
        assert "text can be pasted into a question" in screen(browser)[-1]
        for keys in (["f"], ["/"], [":", "m"], ["ctrl+p"], [":", "w"]):
            press(browser, *keys)
            browser.paste(garbage)
            frame = browser.frame()
            assert all(len("".join(text for text, _ in line)) == 160 for line in frame)
            press(browser, "escape", "escape")


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    name = tmp_path / "text"
    name.write_text("this is no capture and no file of records\n" * 20)
    with browsing("-n", "-r", name, columns=300) as browser:
        assert "this is not an argus file" in screen(browser)[-1]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_finds_nothing(office: Path, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five thousand keys at random, questions answered and sizes changed on the way; nothing raises and every frame fills the screen."""
    monkeypatch.chdir(tmp_path)
    draw = random.Random(seed)
    known = [*sorted(BY_KEY), "tab", "delete", "ctrl+a", "ctrl+k", "ctrl+w", "enter", "escape", "escape"]
    typed = string.printable + "äß漢\u0301\x00"
    with browsing("-n", "-r", office) as browser:
        for step in range(5000):
            choice = draw.random()
            key = draw.choice(typed) if choice < 0.45 else draw.choice(known)
            if browser.prompt is not None and choice > 0.9:
                browser.paste(draw.choice(["saddr daddr", "tcp or udp", "3", "(", "-1", "y", "bytes", ".*", "Totals"]))
                key = "enter"
            if browser.prompt is not None and key == "enter" and browser.prompt.label.startswith(("Read", "Recurse", "Connect", "Write")):
                key = "escape"
            browser.press(key)
            if step % 50 == 0:
                browser.resize(draw.randrange(1, 160), draw.randrange(1, 60))
            if step % 7 == 0:
                frame = browser.frame()
                assert len(frame) == browser.rows
                assert {len("".join(text for text, _ in line)) for line in frame} <= {browser.columns}
            browser.effects.clear()
            browser.leaving = False
        assert browser.engine.settle(60)
    assert list(tmp_path.iterdir()) == []


def test_the_header_says_what_is_shown(office: Path) -> None:
    with browsing("-n", "-r", office, "-m", "saddr", "daddr", "-", "tcp", columns=200) as browser:
        assert header.command(browser) == f"ratop -r {office} -m saddr daddr - local 'tcp'"
        assert plain(header.title(browser, 200)).endswith(header.stamp(1_800_000_000.0))


def test_history_of_live_records_is_bounded_by_time(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        log = browser.engine.log
        pieces = [data for _, data in log.pieces()]
        now = [0.0]
        log._clock = lambda: now[0]
        log.clear()
        browser.engine.feeders.clear()
        for data in pieces:
            log.add(data, True)
        press(browser, ":", "M", "<history=10m>", "enter")
        assert (log.seconds, log.limit) == (600.0, 128_000_000)
        assert "records begin" in press(browser, *"{" * 20)[-1]
        now[0] = 601.0
        newest = browser.views[0].present.flow.newest if browser.views[0].present is not None else 0
        press(browser, ".", ":", "M", "<history=5m>", "enter")
        assert log.lost == sum(map(len, pieces)) and browser.engine.beginning() == newest
        assert "this is where the history begins: 5m or 128 MB are kept" in press(browser, "{")[-1]


def test_modes_are_taken_while_it_runs(office: Path) -> None:
    with browsing("-n", "-r", office) as browser:
        press(browser, ":", "M", "<preserve>", "enter")
        press(browser, ":", "M", "<nopreserve rate=20>", "enter")
        assert set(browser.settings.mode_values) == {"nopreserve", "rate"}
        assert browser.engine.pace.rate == 20
        assert "only on the command line" in press(browser, ":", "M", "<nomouse>", "enter")[-1]
        press(browser, "escape")
        assert "history=" in press(browser, ":", "M", "<history=abc>", "enter")[-1]
        press(browser, "escape", ":", "M", "<rmon oui norep>", "enter")
        assert "Host" in screen(browser)[2] and browser.view.settings.print_vendors and "norep" in browser.settings.mode_values
        assert "no such mode" in press(browser, ":", "M", "<nothing>", "enter")[-1]
        press(browser, "escape", ":", "M", "<normon nooui rep>", "enter")
        assert "SrcAddr" in screen(browser)[2] and not browser.view.settings.print_vendors and "norep" not in browser.settings.mode_values
        press(browser, "escape")

"""The lines above and below the table: what is read, how fast it comes, and how much of it is shown."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyargus.clients.ratop import plots
from pyargus.clients.ratop.feeds import FileFeeder
from pyargus.clients.ratop.styles import Line, fit, width
from pyargus.clients.ratop.table import DEFAULT_KEYS

if TYPE_CHECKING:
    from pyargus.clients.ratop.browser import Browser

# Seconds that the rates of live records are averaged over.
AVERAGED = 3
# Sources that are named; no screen is wide enough for more.
NAMED = 100


def command(browser: Browser) -> str:
    """The sources, the key and the filters, as on a command line."""
    words = ["ratop"]
    files = [feeder.name for feeder in browser.engine.feeders[:NAMED] if isinstance(feeder, FileFeeder)]
    words += ["-r", *files] if files else []
    for feeder in browser.engine.feeders[:NAMED]:
        if feeder.live:
            words += ["-S", feeder.name]
    shape = browser.views[0].shape
    if shape.models:
        words += ["-f", shape.models]
    elif shape.keys != DEFAULT_KEYS:
        words += ["-m", *shape.keys]
    if shape.hosts:
        words += ["-M", "rmon"]
    text = " ".join(shlex.quote(word) for word in words)
    for name, value in (("remote", browser.remote), ("local", browser.settings.filter), ("display", browser.view.display_text)):
        if value and not (name == "local" and value == browser.remote):
            text += f" - {name} '{value}'"
    return text


def stamp(seconds: float, zone: bool = True) -> str:
    """A local time as the header shows it."""
    return time.strftime("%Y/%m/%d.%H:%M:%S" + (" %Z" if zone else ""), time.localtime(seconds))


def title(browser: Browser, columns: int) -> Line:
    """The command and the time."""
    palette = browser.palette
    left: Line = [(command(browser), palette["command"])]
    crumbs = browser.crumbs()
    if crumbs:
        left = [(crumbs, palette["crumb"]), ("  ", ""), (command(browser), palette["label"])]
    right: Line = [(stamp(browser.clock()), palette["clock"])]
    chip = state(browser)
    if browser.moment:
        right = [chip]
    elif chip[0]:
        right = [chip, (" ", ""), *right]
    while right and columns < width(right) + 12:
        right.pop()
    return [*fit(left, columns - width(right) - 1), (" ", ""), *right] if right else fit(left, columns)


def seconds_back(browser: Browser) -> float:
    """How long before the newest record the moment of the history is."""
    base = browser.engine.base
    return max(0.0, base.flow.newest - browser.moment) / 1e6 if browser.moment and base is not None else 0.0


def state(browser: Browser) -> tuple[str, str]:
    """What is shown: now, the display as it was frozen, or a moment of the history; empty for a file that has been read."""
    palette, engine = browser.palette, browser.engine
    if browser.moment:
        return f" history {stamp(browser.moment / 1e6, False)}, {seconds_back(browser):.0f} s back ", palette["past"]
    if browser.paused:
        waiting = engine.waiting
        return f" frozen, {plots.short(waiting)}B wait " if waiting else " frozen ", palette["alert"]
    if any(feeder.state == "lost" for feeder in engine.feeders):
        return " lost ", palette["lost"]
    if any(feeder.live and feeder.state == "reading" for feeder in engine.feeders):
        return " live ", palette["live"]
    if engine.pace.rate and engine.active:
        return f" replay ×{engine.pace.rate:g} " if browser.unicode else f" replay x{engine.pace.rate:g} ", palette["live"]
    return "", ""


def empty(browser: Browser) -> str:
    """Why there are no rows."""
    engine, view = browser.engine, browser.view
    if view.pending:
        return "the records are being read again"
    if view.table.count:
        return f"no row passes the filter: {view.display_text}" if view.display_text else "no row is as asked for"
    for feeder in engine.feeders:
        if feeder.note:
            return feeder.note.splitlines()[0]
        if feeder.state == "connecting":
            return f"connecting to {feeder.name}"
    if browser.moment:
        return "there were no flows yet"
    if engine.active:
        return "waiting for records"
    if not engine.feeders:
        return "there is no source; :S and :r name one"
    return "no records pass the filter" if browser.settings.filter else "there are no flows"


def rates(browser: Browser, columns: int) -> Line:
    """Packets, bits and flows a second, each with its course over the last minutes."""
    engine, palette = browser.engine, browser.palette
    base = engine.base
    if base is None:
        return [(" " * columns, "")]
    flow = base.flow
    if engine.live:
        beats = list(engine.rates)
        # There is one for each second.
        beats = beats[: max(0, len(beats) - round(seconds_back(browser)))]
        last = beats[-AVERAGED:]
        series = [[beat[1] for beat in beats], [8 * beat[2] for beat in beats], [beat[3] for beat in beats]]
        values = [sum(row[-len(last) :]) / len(last) if last else 0.0 for row in series]
    else:
        seconds = max(1, flow.last - flow.first)
        values = [flow.pkts / seconds, 8 * flow.bytes_ / seconds, base.count / seconds]
        series = [[value / flow.step for value in flow.series(1)], [8 * value / flow.step for value in flow.series(2)],
                  [value / flow.step for value in flow.series(3)]]  # fmt: skip
    part = columns // 3
    out: Line = []
    for name, role, value, course in zip(("pkts/s", "bits/s", "flows/s"), ("pkts", "bits", "flows"), values, series, strict=True):
        text = plots.short(value)
        room = part - len(name) - 9
        out += [(f" {name} ", palette["label"]), (text.rjust(5), palette["rate"]), (" ", "")]
        out.append((plots.spark(course[-room:] if engine.live else course, room, browser.unicode) if room >= 4 else "", palette[role]))
        out.append((" ", ""))
    return fit(out, columns)


def status(browser: Browser, columns: int) -> Line:
    """How many rows there are and are shown, how many records were read and how fast, and what the sources do."""
    engine, view, palette = browser.engine, browser.view, browser.palette
    flow = view.table.flow
    label, value = palette["status"], palette["value"]
    state = "Active" if engine.active else "Idle"
    if view.pending:
        state = "Reading again"
    if any(feeder.state == "lost" for feeder in engine.feeders):
        state = "Lost"
    line: Line = []
    parts: Sequence[tuple[str, str]] = (
        ("ProcessQueue", f"{view.table.count:6d}"), ("DisplayQueue", f"{view.table.listed:6d}"), ("TotalRecords", f"{flow.records:8d}"),
        (" Rate", f"{browser.record_rate():11.4f} rps"), ("  Status", state),
    )  # fmt: skip
    if columns < 90:
        parts = (("Rows", str(view.table.count)), ("shown", str(view.table.listed)), ("records", str(flow.records)),
                 ("rate", f"{browser.record_rate():.4g}/s"), ("", state))  # fmt: skip
    for name, text in parts:
        line += [(name + " " if name else "", label), (text + " ", value)]
    if engine.queue.dropped:
        line.append((f" Dropped {engine.queue.dropped} ", palette["error"]))
    return fit(line, columns)


HINTS = (("F1", "help"), ("/", "search"), ("f", "filter"), ("Enter", "detail"), ("D", "hosts"), ("< >", "sort"), ("[ ]", "history"),
         ("P", "freeze"), ("^P", "commands"), (":q", "leave"))  # fmt: skip
# The keys of the drill-down, and of what lies over the table.
DOWN = (("Enter", "down"), ("Esc", "back"))
OVER = {"Detail": (("Esc", "back"), ("J", "next flow"), ("K", "previous flow"), ("y", "copy as filter"), ("j k", "scroll"), ("F1", "help")),
        "Help": (("Esc", "back"), ("j k", "scroll"), ("^P", "look for a command")),
        "Commands": (("Enter", "carry out"), ("Esc", "back"))}  # fmt: skip


def hints(browser: Browser) -> Sequence[tuple[str, str]]:
    """The keys that one needs first, and what they do."""
    if browser.pages:
        return OVER[browser.pages[-1].name]
    if browser.view.level and browser.view.level != "flows":
        return [*DOWN, *(hint for hint in HINTS if hint[0] not in ("Enter", "D"))]
    return [DOWN[1], *HINTS] if browser.view.level else HINTS


def bottom(browser: Browser, columns: int) -> Line:
    """The question that is asked, a message, or the keys that one needs first."""
    palette = browser.palette
    prompt = browser.prompt
    if prompt is not None:
        return question(browser, columns)
    if browser.message:
        return fit([(browser.message, palette["error" if browser.failed else "note"])], columns)
    if browser.count:
        return fit([(browser.count, palette["prompt"])], columns)
    notes = [note for feeder in browser.engine.feeders for note in feeder.note.splitlines()]
    if notes:
        return fit([(notes[0] + (f" (and {len(notes) - 1} more)" if len(notes) > 1 else ""), palette["error"])], columns)
    coming = [feeder.name for feeder in browser.engine.feeders if feeder.state == "connecting"]
    if coming:
        return fit([(f"connecting to {', '.join(coming)}", palette["note"])], columns)
    line: Line = []
    for key, text in hints(browser):
        if sum(len(part) for part, _ in line) + len(key) + len(text) + 3 > columns:
            break
        line += [(key, palette["key"]), (f" {text}  ", palette["label"])]
    return fit(line, columns)


def question(browser: Browser, columns: int) -> Line:
    """The question and what has been typed, the cursor always on the screen."""
    prompt, palette = browser.prompt, browser.palette
    assert prompt is not None
    label = prompt.label if prompt.label in (":", "/", "?") else prompt.label + " "
    if len(label) > columns - 8:
        label = label[: max(0, columns - 10)] + ": "
    editor = prompt.editor
    room = max(1, columns - len(label) - 1)
    start = max(0, editor.cursor - room + 1)
    text = editor.text[start : start + room]
    at = editor.cursor - start
    style = palette["label"] if editor.fresh else ""
    line: Line = [(label, palette["prompt"]), (text[:at], style), (text[at : at + 1] or " ", "reverse"), (text[at + 1 :], style)]
    return fit(line, columns)


def below_question(browser: Browser, columns: int) -> Line | None:
    """What is wrong with what has been typed, or what it can be completed to; None for nothing."""
    prompt = browser.prompt
    if prompt is None:
        return None
    if prompt.error:
        return fit([(prompt.error, browser.palette["error"])], columns)
    if prompt.editor.shown:
        return fit([("  ".join(prompt.editor.shown), browser.palette["label"])], columns)
    return None

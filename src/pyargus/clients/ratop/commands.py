"""The commands that change what is shown and how."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace

from pyargus.clients.ratop.finding import Finding
from pyargus.clients.ratop.log import parse_history
from pyargus.clients.ratop.table import DEFAULT_KEYS, Shape, Sorting, Table
from pyargus.clients.ratop.writing import write_rows
from pyargus.clients.settings import Settings, nearest, parse_fields, parse_modes
from pyargus.errors import BadUse
from pyargus.record.schema import BY_NAME, SORT_ASCENDING

# Words of -M that say how the program begins.
AT_THE_START = ("nocurses", "nomouse", "light", "dark")
# Words of -M that change nothing of the rows.
OF_THE_SOURCES = ("history", "rate", "realtime")
# Words of -M that set something on, and what.
SWITCHES = {"rmon": "rmon", "uni": "uni", "disa": "disa", "oui": "print_vendors"}
NAMES = {"all": 0, "port": 1, "proto": 2, "none": 3}
# What -Z can be, in the order in which the command steps through it; 0 is the word of the state.
FLAGS = {0: 2, 1: 2, 2: 3, 3: 4, 4: 0}
FLAG_NAMES = {0: "off", 2: "both sides", 3: "source", 4: "destination"}


def field_words(part: str) -> Sequence[str]:
    """The names of fields."""
    return list(BY_NAME)


def number(text: str, least: float = 0.0) -> float:
    """A number. Raises BadUse for what is none, or less than `least`."""
    try:
        value = float(text)
    except ValueError:
        raise BadUse(f"{text}: expected a number") from None
    if not least <= value < float("inf"):
        raise BadUse(f"{text}: expected a number of {least:g} or more")
    return value


def whole(text: str) -> int:
    """A whole number. Raises BadUse for what is none."""
    if not text.isdigit() or len(text) > 9:
        raise BadUse(f"{text}: expected a whole number")
    return int(text)


def pace_of(modes: dict[str, str]) -> float | None:
    """Seconds of a file's a second that the words of -M ask for; None where none does. Raises BadUse for a rate that is none."""
    return number(modes["rate"]) if "rate" in modes else 1.0 if "realtime" in modes else None


def parse_sorting(text: str) -> tuple[Sorting, ...]:
    """Fields to sort by, with the directions that rasort has for them unless `:asc` or `:desc` says so.

    Raises BadUse for a field that there is not.
    """
    out = []
    for word in text.replace(",", " ").split():
        name, _, way = word.partition(":")
        if name not in BY_NAME or not BY_NAME[name].id:
            raise BadUse(f"no such field to sort by: {name!r}{nearest(name, BY_NAME)}")
        if way not in ("", "asc", "desc"):
            raise BadUse(f"{word}: expected {name}:asc or {name}:desc")
        out.append(Sorting(name, way == "desc" if way else name not in SORT_ASCENDING))
    return tuple(out)


def spell_sorting(sorting: Sequence[Sorting]) -> str:
    """Fields to sort by, as they are typed."""
    out = []
    for one in sorting:
        usual = one.down == (one.field not in SORT_ASCENDING)
        out.append(one.field if usual else f"{one.field}:{'desc' if one.down else 'asc'}")
    return " ".join(out)


def spell_fields(settings: Settings) -> str:
    """The columns as they are typed, with the widths that were asked for."""
    widths = settings.widths
    return " ".join(f"{one.name}:{widths[one.name]}" if one.name in widths else one.name for one in settings.columns)


class Commands(Finding):
    """What is asked for after `:`."""

    def _with_fields(self, text: str) -> Settings:
        """Settings with the columns of a list, of which one that begins without a sign is all of them. Raises BadUse for none."""
        settings = copied(self.view.settings)
        if text[:1] not in ("+", "-"):
            settings.widths.clear()
        parse_fields(settings, [text])
        if not settings.columns:
            raise BadUse("at least one column is needed")
        return settings

    def do_fields(self) -> None:
        """Ask for the columns."""
        self.ask("Specify fields:", spell_fields(self.view.settings), self._fields, self._with_fields, field_words)

    def _fields(self, text: str) -> None:
        settings = self._with_fields(text) if text else self.view.began
        self.view.change(columns=settings.columns, widths=settings.widths, fields_given=bool(text) or settings.fields_given)

    def do_keys(self) -> None:
        """Ask for the key."""
        self.ask("Specify flow model fields:", " ".join(self.view.shape.keys), self._keys, self._check_keys, field_words)

    def _shape(self, text: str) -> Shape:
        return replace(self.view.shape, keys=tuple(text.replace(",", " ").split()) or DEFAULT_KEYS, models="")

    def _check_keys(self, text: str) -> None:
        Table(self._shape(text), self.view.settings)

    def _keys(self, text: str) -> None:
        self.leave_past()
        self.remake(self.view, self._shape(text))
        # What was a step of a drill-down is one no more: its rows are opened by themselves.
        self.view.level = ""

    def do_sort(self) -> None:
        """Ask for the order."""
        self.ask("Specify Priority Sort fields:", spell_sorting(self.view.sorting), self._sort, parse_sorting, field_words)

    def _sort(self, text: str) -> None:
        self.view.sorting = parse_sorting(text or "pkts")
        self.view.table.sort(self.view.sorting)

    def do_limit(self) -> None:
        """Ask how many rows are shown at most."""
        self.ask("Connections to display:", str(self.view.limit), self._limit, whole)

    def _limit(self, text: str) -> None:
        self.view.limit = whole(text or "0")
        self.view.table.show(self.view.display)

    def do_update(self) -> None:
        """Ask for the seconds between redraws."""
        self.ask("Specify Update value:", f"{self.interval:g}", self._update, lambda text: number(text, 0.05))

    def _update(self, text: str) -> None:
        self.interval = number(text or "0.25", 0.05)

    def do_playback(self) -> None:
        """Ask for the pace of files."""
        self.ask("Specify Playback rate (sec/sec):", f"{self.engine.pace.rate or 1:.2f}", self._playback, number)

    def _playback(self, text: str) -> None:
        rate = number(text or "0")
        self.engine.pace.set(rate)
        self.say(f"{rate:g} seconds a second" if rate else "as fast as files can be read")

    def do_idle(self) -> None:
        """Ask for the idle time-out."""
        self.ask("Specify record idle timeout (secs):", f"{self.idle_seconds:f}", self._idle, number)

    def _idle(self, text: str) -> None:
        self.idle_seconds = number(text or "0")

    def do_time_range(self) -> None:
        """Ask for the range of times."""
        self.ask("Specify time range:", " ".join(self.settings.time_range), self._time_range, _check_range)

    def _time_range(self, text: str) -> None:
        self.remake_all(self.settings.but(time_range=text.split()))

    def do_modes(self) -> None:
        """Ask for modes."""
        self.ask("Specify modes:", "", self._modes, self._check_modes, lambda part: list(self.settings.program.words))

    def _with_modes(self, text: str, modes: dict[str, str]) -> Settings:
        """The settings, of whose modes the program's own were `modes`, with those of a text; the last word about one holds.

        `no` before a mode, or after it what had `no` before it, takes it away. Raises BadUse for a word that is none.
        """
        settings = copied(self.settings).but(mode_values=dict(modes))
        known = settings.program.words
        words = []
        for word in text.split():
            other = word.removeprefix("no") if word.startswith("no") else f"no{word}"
            settings.mode_values.pop(other, None)
            if word in known or other not in known:
                words.append(word)
            elif other in SWITCHES:
                setattr(settings, SWITCHES[other], False)
        parse_modes(settings, words)
        return settings

    def _check_modes(self, text: str) -> None:
        settings = self._with_modes(text, {})
        modes = settings.mode_values
        for word in AT_THE_START:
            if word in modes:
                raise BadUse(f"{word}: only on the command line")
        pace_of(modes)
        if "history" in modes:
            parse_history(modes["history"])

    def _modes(self, text: str) -> None:
        settings = self._with_modes(text, self.settings.mode_values)
        if settings.zone and settings.zone != self.settings.zone:
            set_zone(settings.zone)
        self._apply_modes(self._with_modes(text, {}).mode_values)
        if all(word.partition("=")[0] in OF_THE_SOURCES for word in text.split()):
            self.settings = self.engine.settings = settings
            return
        for view in self.views:
            view.change(disa=settings.disa, encoding=settings.encoding, print_vendors=settings.print_vendors)
            if view is self.views[0] and settings.rmon != self.settings.rmon:
                view.table.shape = replace(view.shape, hosts=settings.rmon)
        self.remake_all(settings)

    def _apply_modes(self, modes: dict[str, str]) -> None:
        """Take over what the words say of the sources and the history."""
        pace = pace_of(modes)
        if pace is not None:
            self.engine.pace.set(pace)
        if "history" in modes:
            size, seconds = parse_history(modes["history"])

            def job() -> None:
                self.engine.log.limit, self.engine.log.seconds = size, seconds
                self.engine.log.trim()

            self.engine.run(job)

    def do_percent(self) -> None:
        """Counters as percent of their sums, or as they are."""
        self.grid.percent = not self.grid.percent
        self.view.widths.clear()

    def do_abbreviate(self) -> None:
        """Numbers with letters for powers of thousand, or with all digits."""
        self.view.change(abbreviate=not self.view.settings.abbreviate, precision=self.view.settings.precision)

    def do_names(self) -> None:
        """Ask which numbers have names."""
        now = next(name for name, level in NAMES.items() if level == self.view.settings.names)
        self.ask("Print Names: (all, proto, port, none)", now, self._names, _check_names, lambda part: list(NAMES))

    def _names(self, text: str) -> None:
        self.view.change(names=_check_names(text or "none"))

    def do_precision(self) -> None:
        """Ask for the number of decimals."""
        self.ask("Set Precision:", str(self.view.settings.precision), self._precision, whole)

    def _precision(self, text: str) -> None:
        self.view.change(precision=min(9, whole(text or "6")))

    def do_tcp_states(self) -> None:
        """The state as letters, or as a word."""
        self.view.change(tcp_letters=0 if self.view.settings.tcp_letters == 1 else 1)

    def do_tcp_flags(self) -> None:
        """The next of the forms of TCP flags."""
        letters = FLAGS[self.view.settings.tcp_letters]
        self.view.change(tcp_letters=letters)
        self.say(f"TCP flags: {FLAG_NAMES[letters]}")

    def do_add(self) -> None:
        """Ask what is added to the table."""
        self.ask("Add:", "-Totals" if self.grid.totals else "Totals", self._add, _check_add, lambda part: ["Totals"])

    def _add(self, text: str) -> None:
        if text:
            self.grid.totals = _check_add(text)

    def do_read(self) -> None:
        """Ask for files."""
        from pyargus.clients.ratop.line import file_names

        self.ask("Read file(s):", shlex.join(self.settings.inputs), self._read, _check_files, file_names)

    def _read(self, text: str) -> None:
        self._read_files(_check_files(text))

    def _read_files(self, names: list[str]) -> None:
        if not names:
            raise BadUse("there is no file to read")
        engine = self.engine
        settings = self.settings.but(inputs=names, folders=[], servers=[])
        self.leave_past()
        engine.drop_all()
        self.settings = engine.settings = settings
        for view in self.views:
            self.remake(view)

        def job() -> None:
            for name in names:
                engine.read_file(name)

        engine.run(job)

    def do_read_folder(self) -> None:
        """Ask for folders."""
        from pyargus.clients.ratop.line import file_names

        self.ask("Recurse directory(s):", "", self._read_folder, _check_folders, file_names)

    def _read_folder(self, text: str) -> None:
        from pyargus.clients.frame import folder_files

        self._read_files([name for folder in _check_folders(text) for name in folder_files(folder)])

    def do_connect(self) -> None:
        """Ask for a server."""
        self.ask("Connect to Server:", "", self._connect)

    do_connect_too = do_connect

    def _connect(self, text: str) -> None:
        if text:
            self.engine.connect(text, self.remote)

    def do_drop(self) -> None:
        """Ask for the source to let go of."""
        names = [feeder.name for feeder in self.engine.feeders]
        self.ask("Drop Connection to:", names[0] if len(names) == 1 else "", self._drop, None, lambda part: names)

    def _drop(self, text: str) -> None:
        for feeder in list(self.engine.feeders):
            if feeder.name == text:
                self.engine.drop(feeder)
                self.say(f"let go of {text}")
                return
        raise BadUse(f"no such source: {text!r}{nearest(text, [feeder.name for feeder in self.engine.feeders])}")

    def do_write(self) -> None:
        """Ask for a file to write."""
        from pyargus.clients.ratop.line import file_names

        self.ask("Write display to file:", "", self._write, None, file_names)

    def _write(self, text: str) -> None:
        if not text:
            raise BadUse("a name of a file is needed")
        replaces = text.startswith("!")
        name = os.path.expanduser(text.lstrip("!").strip())
        count = write_rows(name, self.view, self.engine.log.initial, replaces, self.grid.percent)
        self.say(f"{name}: {count} records written")

    def do_clear(self) -> None:
        """Empty every table; what comes fills them again."""

        def job() -> None:
            self.engine.empty()
            with self.engine.lock:
                for view in self.views:
                    view.table.clear()
                    view.home()

        self.engine.run(job)

    def do_ask_quit(self) -> None:
        """Ask whether to leave."""
        self.ask("Quit(y/n):", "", self._quit)

    def _quit(self, text: str) -> None:
        self.leaving = text.lower() in ("y", "yes")


def copied(settings: Settings) -> Settings:
    """Settings whose lists can be changed without the others'."""
    lists = {"columns": list(settings.columns), "widths": dict(settings.widths), "mode_values": dict(settings.mode_values)}
    return settings.but(**lists, fields_given=False)


def set_zone(zone: str) -> None:
    """The zone that times are shown in."""
    import time

    os.environ["TZ"] = zone
    time.tzset()


def _check_range(text: str) -> None:
    from pyargus.record.timerange import parse_time_range

    parse_time_range(text)


def _check_names(text: str) -> int:
    if text not in NAMES:
        raise BadUse(f"{text}: expected all, proto, port or none")
    return NAMES[text]


def _check_add(text: str) -> bool:
    if text.lstrip("-").lower() != "totals":
        raise BadUse(f"{text}: expected Totals or -Totals")
    return not text.startswith("-")


def names_in(text: str) -> list[str]:
    """Names of files, `~` and quotes as in a shell. Raises BadUse for a quote that is not closed."""
    try:
        return [os.path.expanduser(name) for name in shlex.split(text)]
    except ValueError as error:
        raise BadUse(f"{text}: {str(error).lower()}") from None


def _check_files(text: str) -> list[str]:
    names = names_in(text)
    for name in names:
        if not os.path.exists(name.partition("::")[0]):
            raise BadUse(f"{name}: there is no such file")
    return names


def _check_folders(text: str) -> list[str]:
    names = names_in(text)
    for name in names:
        if not os.path.isdir(name):
            raise BadUse(f"{name}: there is no such folder")
    return names

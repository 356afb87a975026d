"""From hosts to their peers, from there to services and to flows, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyargus.clients.ratop.detail import DetailPage
from pyargus.clients.ratop.express import PORTS, address
from pyargus.clients.ratop.past import Past
from pyargus.clients.ratop.table import DEFAULT_KEYS, Shape, Sorting, Table, combined
from pyargus.clients.ratop.view import View
from pyargus.clients.settings import Column
from pyargus.record.filter import compile_filter
from pyargus.record.filter_cy import Filter

if TYPE_CHECKING:
    from pyargus.record.record_cy import Record


@dataclass(frozen=True, slots=True)
class Level:
    """A step of the way. fields: its columns, none for those of the first view; below: the next step."""

    name: str
    keys: tuple[str, ...]
    hosts: bool
    fields: tuple[str, ...]
    below: str


LEVELS = {
    "hosts": Level("hosts", ("saddr",), True, ("saddr", "trans", "spkts", "dpkts", "sbytes", "dbytes", "bytes"), "peers"),
    "peers": Level("peers", ("saddr", "daddr"), True, ("daddr", "trans", "spkts", "dpkts", "sbytes", "dbytes", "bytes"), "services"),
    "services": Level("services", ("proto", "dport"), False, ("proto", "dport", "trans", "pkts", "sbytes", "dbytes", "bytes"), "flows"),
    "flows": Level("flows", DEFAULT_KEYS, False, (), ""),
}


class Drill(Past):
    """The keys that go down and come back."""

    def do_drill(self) -> None:
        """Show the hosts."""
        if self.view.level == "hosts":
            self.say("these are the hosts; Enter goes down, Esc comes back")
            return
        while len(self.views) > 1:
            self._leave()
        self._enter("hosts", "", "", None)

    def _enter(self, level: str, crumb: str, words: str, rows: str | None) -> None:
        """Look at a level: `words` is a filter of the records, `rows` one of the rows."""
        step = LEVELS[level]
        first = self.views[0]
        shape = Shape(step.keys, step.hosts, words)
        settings = first.settings.but(columns=[Column(name) for name in step.fields] or first.settings.columns, widths={})
        table = Table(shape, settings)
        table.colours = first.table.colours
        table.flow.until = self.moment
        sorting = (Sorting("bytes"),) if step.fields else first.sorting
        view = View(table, settings, sorting, crumb, level)
        view.display = Filter(compile_filter(rows)) if rows else None
        view.adopt(table)
        view.pending = True
        self.views.append(view)

        def then() -> None:
            view.pending = False

        self.fill(table, then)

    def _leave(self) -> None:
        view = self.views.pop()
        for table in (view.table, view.present):
            if table is not None:
                self.engine.forget(table)

    def do_open(self) -> None:
        """What is below the row: the next level, or the detail of a flow."""
        view = self.view
        group = view.current()
        if group is None:
            self.fail("the records are still being read" if view.pending else "there is no row")
            return
        record = view.table.load(group)
        if not view.level or view.level == "flows":
            self._detail()
            return
        crumb, words, rows = below(view, record)
        if not words:
            self.fail("no filter expression says what this row is")
            return
        self._enter(LEVELS[view.level].below, crumb, words, rows)

    def _detail(self) -> None:
        if self.view.current() is None:
            self.fail("there is no row")
            return
        page = DetailPage(self.palette, self.unicode, self.view)
        self.pages.append(page)
        page.start(self.engine, self.moment)

    def do_fields_up(self) -> None:
        """The detail of the flow above."""
        self._beside(-1)

    def do_fields_down(self) -> None:
        """The detail of the flow below."""
        self._beside(1)

    def _beside(self, step: int) -> None:
        if not self.pages or not isinstance(self.pages[-1], DetailPage):
            self.say("J and K step through flows while the detail of one is shown: Enter")
            return
        self.view.move(self.view.row + step * self.repeat())
        self.close_page()
        self._detail()

    def close_page(self) -> None:
        """Take away what lies over the table."""
        page = self.pages.pop()
        if isinstance(page, DetailPage):
            page.stop(self.engine)

    def do_back(self) -> None:
        """One step back."""
        if self.pages:
            self.close_page()
        elif len(self.views) > 1:
            self._leave()
        elif self.count:
            self.count = ""
        elif self.grid.search is not None:
            self.grid.search = None
            self.say("")
        elif self.moment:
            self.leave_past()
        else:
            self.say("")

    def crumbs(self) -> str:
        """The way to what is seen: hosts, the host, its peer, the service, and what is listed of them."""
        steps = [view.crumb for view in self.views if view.crumb]
        steps += [self.view.level] if self.view.level else []
        return (" › " if self.unicode else " > ").join(steps)


def below(view: View, record: Record) -> tuple[str, str, str | None]:
    """What the level below a row is called, the filter of its records, and that of its rows."""
    if view.level == "hosts":
        host = address(record, False)
        link = "ether " if host.count(":") == 5 and record.family == 3 else ""
        return host.partition(" ")[2], f"{link}{host}" if host else "", f"{link}src {host}"
    if view.level == "peers":
        ends = [address(record, False), address(record, True)]
        link = "ether " if record.family == 3 else ""
        words = " and ".join(f"{link}{end}" for end in ends if end)
        return ends[1].partition(" ")[2], words, None
    service = f"proto {record.proto}"
    if record.family in (1, 2) and record.proto in PORTS:
        service = f"{PORTS[record.proto]} and dst port {record.dport}" if record.dport else PORTS[record.proto]
    elif record.family in (4, 5):
        service = "arp" if record.family == 4 else "rarp"
    elif record.family == 3:
        service = ""
    words = combined(view.shape.filter, service)
    return service.replace(" and dst port", "").removeprefix("proto ") or "link layer", words, None

"""Keys that move the cursor, change the order and go back."""

from __future__ import annotations

from pyargus.clients.ratop.express import expression, parts_of
from pyargus.clients.ratop.state import State
from pyargus.clients.ratop.table import Sorting
from pyargus.record.schema import BY_NAME


class Moving(State):
    """`do_` and a name of the action table."""

    @property
    def body(self) -> int:
        """Rows of the table that the screen has room for."""
        return 1

    def do_down(self) -> None:
        """One row down."""
        self.view.move(self.view.row + self.repeat())

    def do_up(self) -> None:
        """One row up."""
        self.view.move(self.view.row - self.repeat())

    def do_page_down(self) -> None:
        """A page down."""
        self.view.move(self.view.row + self.repeat() * max(1, self.body - 1))

    def do_page_up(self) -> None:
        """A page up."""
        self.view.move(self.view.row - self.repeat() * max(1, self.body - 1))

    def do_scroll_down(self) -> None:
        """The rows one line up."""
        view = self.view
        view.top = max(0, min(view.top + self.repeat(), view.table.listed - self.body))
        view.move(max(view.row, view.top))

    def do_scroll_up(self) -> None:
        """The rows one line down."""
        view = self.view
        view.top = max(0, view.top - self.repeat())
        view.move(min(view.row, view.top + self.body - 1))

    def do_first_row(self) -> None:
        """The first row, or that of the number before."""
        if self.count:
            self.view.move(self.repeat() - 1)
        else:
            self.view.home()

    def do_last_row(self) -> None:
        """The last row, or that of the number before."""
        self.view.move(self.repeat() - 1 if self.count else self.view.table.listed - 1)

    def do_left(self) -> None:
        """One column to the left."""
        self.view.aside(-self.repeat())

    def do_right(self) -> None:
        """One column to the right."""
        self.view.aside(self.repeat())

    def do_first_column(self) -> None:
        """The first column."""
        self.view.column = self.view.left = 0
        self.view.aside(0)

    def do_last_column(self) -> None:
        """The last column."""
        self.view.column = max(0, len(self.view.columns()) - 1)
        self.view.aside(0)

    def sort_by(self, name: str) -> None:
        """Sort by a field; by the one that is sorted by already the other way round."""
        view = self.view
        first = view.sorting[0] if view.sorting else None
        down = not first.down if first is not None and first.field == name else BY_NAME[name].kind in ("uint", "real")
        view.sorting = (Sorting(name, down),)
        view.table.sort(view.sorting)
        self.say(f"sorted by {name}{'' if down else ', small ones first'}")

    def do_sort_column(self) -> None:
        """Sort by the column of the cursor."""
        if self.view.columns():
            self.sort_by(self.view.columns()[self.view.column].name)

    def _sort_beside(self, step: int) -> None:
        view = self.view
        names = [column.name for column in view.columns()]
        if not names:
            return
        now = view.sorting[0].field if view.sorting else ""
        if now in names:
            view.column = names.index(now)
        view.aside(step * self.repeat())
        if names[view.column] != now:
            self.sort_by(names[view.column])

    def do_sort_left(self) -> None:
        """Sort by the column to the left."""
        self._sort_beside(-1)

    def do_sort_right(self) -> None:
        """Sort by the column to the right."""
        self._sort_beside(1)

    def do_reverse(self) -> None:
        """Turn the order round."""
        view = self.view
        view.sorting = tuple(Sorting(one.field, not one.down) for one in view.sorting)
        view.table.sort(view.sorting)

    def do_turn(self) -> None:
        """Exchange source and destination of the row."""
        group = self.view.current()
        if group is not None and self.view.table.turn(group):
            self.say("source and destination exchanged")

    def do_copy(self) -> None:
        """The row as a filter expression, to the clipboard."""
        group = self.view.current()
        text = expression(self.view.table.load(group), parts_of(self.view.table.keys_of(group))) if group is not None else ""
        if text:
            self.effects.append(("copy", text))
            self.say(f"copied: {text}")
        else:
            self.fail("there is no row" if group is None else "no filter expression says what this row is")

    def do_status(self) -> None:
        """The status line on or off."""
        self.status = not self.status

    def do_redraw(self) -> None:
        """Draw everything anew, columns as narrow as they can be."""
        self.view.widths.clear()
        self.effects.append(("redraw", ""))

    def do_suspend(self) -> None:
        """Put the program aside."""
        self.effects.append(("suspend", ""))

    def do_quit(self) -> None:
        """Leave."""
        self.leaving = True

"""What is looked at and from where: a table, its order, the row and column of the cursor, and what is left and above the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyargus.clients.ratop.table import Shape, Sorting, Table
from pyargus.clients.settings import Column, Settings

if TYPE_CHECKING:
    import re

    from pyargus.record.filter_cy import Filter


@dataclass
class View:
    """settings: of this view, which may differ from another's in its columns. crumb: what the way here is called; level: of a drill-down.

    row: place of the cursor in the order; chosen: its group, which the cursor stays on, or None while it has not been moved. top: place of
    the first row on the screen. column: that of the cursor, left: the first one on the screen. display, display_text: rows that are shown;
    pattern: what must occur in a row as printed. widths: columns of the screen for each field so far. pending: its table is being made.
    present: the table of now while one of the past is shown. hidden: columns that have given way where the screen is narrow.
    began: the settings that it began with.
    """

    table: Table
    settings: Settings
    sorting: tuple[Sorting, ...] = (Sorting("pkts"),)
    crumb: str = ""
    level: str = ""
    row: int = 0
    chosen: Any = None
    top: int = 0
    column: int = 0
    left: int = 0
    display: Filter | None = None
    display_text: str = ""
    pattern: re.Pattern[str] | None = None
    limit: int = 0
    widths: dict[int, int] = field(default_factory=dict)
    pending: bool = False
    present: Table | None = None
    hidden: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.began = self.settings

    @property
    def shape(self) -> Shape:
        """What is merged into a row."""
        return self.table.shape

    def adopt(self, table: Table) -> None:
        """Look at another table instead; the cursor goes to the row of the same place."""
        self.table = table
        table.print_as(self.settings)
        table.show(self.display)
        table.match(self.pattern)
        table.sort(self.sorting)
        self.chosen = None
        self.pending = False

    def refresh(self) -> bool:
        """Bring the order up to date and the cursor back to its row; whether anything has changed."""
        changed = self.table.arrange(self.limit)
        if self.chosen is not None:
            place = self.table.place_of(self.chosen)
            if place >= 0:
                self.row = place
        self.row = max(0, min(self.row, self.table.listed - 1))
        return changed

    def scroll(self, rows: int) -> None:
        """Have the cursor's row among the `rows` of the screen."""
        rows = max(1, rows)
        if self.row < self.top:
            self.top = self.row
        elif self.row >= self.top + rows:
            self.top = self.row - rows + 1
        self.top = max(0, min(self.top, self.table.listed - rows))

    def move(self, to: int) -> None:
        """The cursor to a place, and to the group that is there."""
        self.row = max(0, min(to, self.table.listed - 1))
        self.chosen = self.table.group_at(self.row) if self.table.listed else None

    def home(self) -> None:
        """The cursor to the first row, whichever that is."""
        self.row = self.top = 0
        self.chosen = None

    def current(self) -> Any:
        """The group of the cursor, None in an empty table."""
        return self.table.group_at(self.row) if 0 <= self.row < self.table.listed else None

    def change(self, **what: Any) -> None:
        """Change settings of how rows are printed."""
        self.settings = self.settings.but(**what)
        self.widths.clear()
        self.table.print_as(self.settings)
        self.column = min(self.column, max(0, len(self.settings.columns) - 1))
        self.left = min(self.left, self.column)

    def aside(self, steps: int) -> None:
        """The cursor so many columns to the right, hidden ones not counted, or to the left."""
        shown = [at for at in range(len(self.columns())) if at not in self.hidden]
        if shown:
            near = min(shown, key=lambda at: (abs(at - self.column), at))
            self.column = shown[max(0, min(len(shown) - 1, shown.index(near) + steps))]

    def columns(self) -> list[Column]:
        """The columns."""
        return self.settings.columns

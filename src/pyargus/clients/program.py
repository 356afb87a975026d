"""A client as data: what it is called, its own options and modes, and what makes its stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from pyargus.clients.options import OPTIONS, Option

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, Final

    from pyargus.clients.settings import Settings

SUMMARY = "The filter stands last; '-' or '--' before it sets it apart."


class Mode:
    """A word of -M. value: how help shows what follows the word, empty if nothing does: `=TEXT` within the word, `N` as the next word."""

    __slots__ = ("text", "value", "word")

    def __init__(self, word: str, value: str = "", text: str = "") -> None:
        self.word: Final = word
        self.value: Final = value
        self.text: Final = text


SHARED_MODES: tuple[Mode, ...] = (
    Mode("man", "", "print management records"),
    Mode("noman", "", "print no management records"),
    Mode("TZ", "=ZONE", "time zone of the times printed"),
    Mode("printer", "=ENCODING", "user data as ascii, obfuscate, hex, encode32 or encode64"),
    Mode("disa", "", "names of the DISA for DSCP values"),
    Mode("oui", "", "vendors of MAC addresses"),
    Mode("label", "=REGEX", "only records whose label matches"),
    Mode("dsrs", "=LIST", "keep only these parts of a record, or all but -PART"),
    Mode("uni", "", "a record for each direction"),
    Mode("rmon", "", "every record once for each of its hosts"),
    Mode("xml", "", "print XML"),
)


class Program:
    """name: of the command; summary: a sentence for its help.

    own: rows of the option table that this client has or has otherwise than all clients; their values stand in `Settings.own` by letter.
    modes: its words of -M, whose values stand in `Settings.mode_values`. without: letters and words of the common tables that it lacks.
    make_stage: makes the stage between selection and outputs (`pyargus.record.stage_cy.Stage`), None to print what is selected.
    prepare: checks and completes the settings once all options are read. starting: called with the `frame.Run` and the
    `Stopper` before the first record. ending: called with the `frame.Run` once all records were read, before the stage puts what it
    holds. run: replaces the common run over the sources. alone: whether every source has a stage of its own.
    writes: whether -w is the client's own affair, so that no output is opened for it. man: whether it prints management records unless
    told not to.
    """

    def __init__(
        self,
        name: str,
        summary: str,
        own: tuple[Option, ...] = (),
        modes: tuple[Mode, ...] = (),
        without: frozenset[str] = frozenset(),
        make_stage: Callable[[Settings], Any] | None = None,
        prepare: Callable[[Settings], None] | None = None,
        starting: Callable[[Any, Any], None] | None = None,
        ending: Callable[[Any], None] | None = None,
        run: Callable[[Settings], int] | None = None,
        alone: Callable[[Settings], bool] | None = None,
        writes: bool = False,
        man: bool = False,
    ) -> None:
        self.name: Final = name
        self.summary: Final = summary
        self.own: Final = own
        self.modes: Final = modes
        self.without: Final = without
        self.make_stage: Final = make_stage
        self.prepare: Final = prepare
        self.starting: Final = starting
        self.ending: Final = ending
        self.run: Final = run
        self.alone: Final = alone
        self.writes: Final = writes
        self.man: Final = man

    def but(self, **changes: Any) -> Program:
        """The program with other values. Raises TypeError for a name that is none of the constructor's."""
        # What was derived from the values stands beside them.
        given = {name: value for name, value in vars(self).items() if name not in vars(Program)}
        return Program(**(given | changes))

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """All rows of this client's option table."""
        letters = {option.letter for option in self.own} | self.without
        return (*self.own, *(option for option in OPTIONS if option.letter not in letters))

    @cached_property
    def by_letter(self) -> Mapping[str, Option]:
        """Rows by letter, or by long name where there is no letter."""
        return {option.letter: option for option in self.options}

    @cached_property
    def own_letters(self) -> frozenset[str]:
        """Letters of the client's own rows."""
        return frozenset(option.letter for option in self.own)

    @cached_property
    def words(self) -> Mapping[str, Mode]:
        """Words of -M by name, own ones before common ones of the same name."""
        return {mode.word: mode for mode in (*SHARED_MODES, *self.modes) if mode.word not in self.without}

    def owns(self, word: str) -> bool:
        """Whether a word of -M is the client's own."""
        return any(mode.word == word for mode in self.modes)


RA = Program("ra", "Read flow records, select, and print or write them.")

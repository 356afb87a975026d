"""The one table of keys and commands: the help screen, the palette, the reference page and the dispatch are made from it.

A key is the character it types, or a name: `up`, `enter`, `ctrl+f`. A command is the letter after `:`; with a prompt it asks for a text.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done.

    name: of the browser's method `do_<name>`; keys: what does it; letter: its command after `:`, empty for none. prompt: the question the
    command asks, empty if it acts at once; refused: why the command is turned down, empty if it works.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    letter: str = ""
    prompt: str = ""
    refused: str = ""


GROUPS: dict[str, tuple[Action, ...]] = {
    "Moving": (
        Action("down", "one row down", ("j", "down")),
        Action("up", "one row up", ("k", "up")),
        Action("left", "one column to the left", ("h", "left", "b", "shift+tab")),
        Action("right", "one column to the right", ("l", "right", "w", "tab")),
        Action("page_down", "a page down", ("ctrl+f", "ctrl+d", " ", "pagedown")),
        Action("page_up", "a page up", ("ctrl+b", "ctrl+u", "pageup")),
        Action("scroll_down", "scroll one line down", ("ctrl+e", "ctrl+n")),
        Action("scroll_up", "scroll one line up", ("ctrl+y",)),
        Action("first_row", "first row, or the row of the number typed before", ("g", "home")),
        Action("last_row", "last row, or the row of the number typed before", ("G", "end")),
        Action("first_column", "first column", ("0", "^")),
        Action("last_column", "last column", ("$",)),
    ),
    "Looking closer": (
        Action("open", "detail of the flow; of a host, peer or service what is below it", ("enter",)),
        Action("drill", "hosts, and from them to peers, services and flows", ("D",)),
        Action("back", "back, or leave a prompt", ("escape", "backspace", "q")),
        Action("copy", "copy the row as a filter expression", ("y",)),
        Action("fields_up", "detail: previous flow", ("K",)),
        Action("fields_down", "detail: next flow", ("J",)),
    ),
    "Finding": (
        Action("search", "search the rows for a regular expression", ("/",)),
        Action("search_back", "search backwards", ("?",)),
        Action("again", "next match", ("n",)),
        Action("again_back", "previous match", ("N",)),
        Action("filter", "filter: local, display or remote before an expression says where", ("f",), "f", "Specify filter:"),
        Action("regex", "show only rows that match a regular expression", (), "e", "Specify regex:"),
    ),
    "Order": (
        Action("sort_column", "sort by the column of the cursor, again to reverse", ("s",)),
        Action("sort_left", "sort by the column to the left", ("<",)),
        Action("sort_right", "sort by the column to the right", (">",)),
        Action("reverse", "reverse the order", ("v",), "v"),
        Action("sort", "sort by fields, `:asc` or `:desc` after one says which way", (), "P", "Specify Priority Sort fields:"),
        Action("limit", "show no more than this many rows, 0 for all", (), "N", "Connections to display:"),
    ),
    "Time": (
        Action("pause", "freeze the display, again to go on", ("P",), "\\"),
        Action("history_back", "history: a step back", ("[",)),
        Action("history_forward", "history: a step forward", ("]",)),
        Action("history_far_back", "history: ten steps back", ("{",)),
        Action("history_far_forward", "history: ten steps forward", ("}",)),
        Action("live", "return from the history to now", (".",)),
        Action("update", "seconds between redraws", (), "u", "Specify Update value:"),
        Action("playback", "pace of files: seconds a second, 0 at once", (), "U", "Specify Playback rate (sec/sec):"),
        Action("time_range", "only records of a time range", (), "t", "Specify time range:"),
        Action("idle", "seconds until a silent row is dropped, 0 never", (), "T", "Specify record idle timeout (secs):"),
    ),
    "What is shown": (
        Action("fields", "columns, as -s; none for those of the beginning", (), "s", "Specify fields:"),
        Action("keys", "what is merged into one row, as -m", (), "m", "Specify flow model fields:"),
        Action("modes", "modes, as -M; `no` before one takes it away", (), "M", "Specify modes:"),
        Action("percent", "counters as percent of all rows", ("%",), "%"),
        Action("abbreviate", "numbers with k, M, G", ("A", "H"), "H"),
        Action("names", "names for numbers", (), "n", "Print Names: (all, proto, port, none)"),
        Action("precision", "decimals of times and rates", (), "p", "Set Precision:"),
        Action("tcp_states", "state of TCP: as a word, as letters of what was seen", (), "z"),
        Action("tcp_flags", "state of TCP: flags of both sides, of the source, of the destination, off", (), "Z"),
        Action("add", "`Totals` adds a row of totals, `-Totals` takes it away", (), "a", "Add:"),
        Action("turn", "exchange source and destination of the row", ("ctrl+r",)),
        Action("status", "status line", ("ctrl+g",)),
        Action("redraw", "draw the screen anew", ("ctrl+l",)),
    ),
    "Sources and files": (
        Action("read", "read files instead of the present sources", (), "r", "Read file(s):"),
        Action("read_folder", "read all files of folders instead of the present sources", (), "R", "Recurse directory(s):"),
        Action("connect", "read from one more server", (), "S", "Connect to Server:"),
        Action("connect_too", "read from one more server", (), "c", "Connect to Server:"),
        Action("drop", "let go of a source", (), "d", "Drop Connection to:"),
        Action("write", "write the rows to a file, format by suffix; `!` before the name replaces it", (), "w", "Write display to file:"),
        Action("clear", "empty the table", (), "="),
        Action("debug", "", (), "D", "", "there are no debugging levels"),
    ),
    "Program": (
        Action("command", "a command", (":",)),
        Action("palette", "look for a command by its words", ("ctrl+p",)),
        Action("help", "this page", ("f1",), "h"),
        Action("quit", "leave", ("ctrl+c",), "q"),
        Action("ask_quit", "leave after a question", (), "Q", "Quit(y/n):"),
        Action("suspend", "put the program aside, `fg` brings it back", ("ctrl+z",)),
    ),
}  # fmt: skip

ACTIONS: tuple[Action, ...] = tuple(action for members in GROUPS.values() for action in members)
BY_KEY: dict[str, Action] = {key: action for action in ACTIONS for key in action.keys}
BY_LETTER: dict[str, Action] = {action.letter: action for action in ACTIONS if action.letter}
BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}

SPELLED = {" ": "Space", "up": "Up", "down": "Down", "left": "Left", "right": "Right", "pagedown": "PgDn", "pageup": "PgUp", "home": "Home",
           "end": "End", "enter": "Enter", "escape": "Esc", "backspace": "Backspace", "tab": "Tab", "shift+tab": "S-Tab",
           "f1": "F1"}  # fmt: skip


def spelled(key: str) -> str:
    """A key as people write it: `^F` for `ctrl+f`."""
    if key.startswith("ctrl+"):
        return "^" + key[5:].upper()
    return SPELLED.get(key, key)


def ways(action: Action) -> str:
    """Every way to an action: its keys and its command."""
    return " ".join([*(spelled(key) for key in action.keys), *([f":{action.letter}"] if action.letter else [])])

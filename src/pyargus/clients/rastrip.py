"""rastrip: flow records without parts of them."""

from __future__ import annotations

from pyargus.clients import frame
from pyargus.clients.program import Mode, Program
from pyargus.clients.settings import DSRS
from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.record.pick_cy import Stripper

DEFAULT = ("flow", "time", "metric", "net")


def parse_parts(words: list[str]) -> int:
    """The parts to keep, bit n for DSR n: those named; or those kept by default and each `+part`; or all but each `-part`.

    Raises BadUse where plain words stand beside signed ones.
    """
    bits = {name: 1 << number for number, name in enumerate(DSRS)}
    plain = [word for word in words if word[0] not in "+-"]
    if plain and len(plain) < len(words):
        raise BadUse(f"-M {' '.join(words)}: either parts to keep, or parts to add (+) and to remove (-)")
    if plain:
        return sum(bits[word] for word in plain)
    minus = [word[1:] for word in words if word[0] == "-"]
    keep = 0xFFFFFFFF if minus else sum(bits[name] for name in DEFAULT)
    for word in words:
        keep = keep & ~bits[word[1:]] if word[0] == "-" else keep | bits[word[1:]]
    return keep


def make_stage(settings: Settings) -> Stripper:
    """The stage that takes parts away."""
    from pyargus.record.pick_cy import Stripper

    stage = Stripper(parse_parts([word for word in settings.mode_values if word != "replace"]))
    # A file that is replaced again and again does not collect first records.
    stage.takes_openings = "replace" not in settings.mode_values
    return stage


def run(settings: Settings) -> int:
    """Strip all inputs, or with -M replace each file in its place."""
    if "replace" in settings.mode_values:
        from pyargus.clients.replace import run_each

        return run_each(settings)
    return frame.run(settings)


PROGRAM = Program(
    "rastrip",
    "Take parts out of flow records, and print or write them.",
    modes=(
        *(Mode(name, "", f"keep {name}, and of the rest only what is named") for name in DSRS),
        *(Mode(f"+{name}", "", f"keep {name} too") for name in DSRS),
        *(Mode(f"-{name}", "", f"keep all but {name}") for name in DSRS),
        Mode("replace", "", "strip each file in its place"),
    ),
    without=frozenset({"dsrs"}),
    make_stage=make_stage,
    run=run,
    man=True,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

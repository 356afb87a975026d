"""ratimerange: the first and the last time of flow records."""

from __future__ import annotations

import time
from functools import partial

from pyargus.clients import frame
from pyargus.clients.program import Program
from pyargus.clients.tables import print_rows, take_format
from pyargus.errors import ExitCode

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.record.pick_cy import Extent


def moment(settings: Settings, micro: int) -> bytes:
    """A time in µs as the columns print it."""
    from pyargus.clients.output import FRACTION, clock

    seconds, rest = divmod(micro, 1_000_000)
    digits = (b"%06d" % rest)[: settings.precision]
    if settings.time_format and not settings.unix:
        return clock(settings)(seconds).replace(FRACTION.encode(), digits)
    whole = b"%d" % seconds if settings.unix else clock(settings)(seconds)
    return whole + b"." + digits if digits else whole


def typed(micro: int) -> str:
    """A time in µs as typed formats have it (ISO 8601, UTC)."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(micro // 1_000_000)) + f".{micro % 1_000_000:06d}Z"


def make_stage(settings: Settings, form: str, stages: list[Extent]) -> Extent:
    """The stage that looks at times."""
    from pyargus.record.pick_cy import Extent

    stage = Extent()
    stages.append(stage)

    def report() -> bytes:
        if form and stage.last:
            return print_rows([{"stime": typed(stage.first), "ltime": typed(stage.last)}], ("stime", "ltime"), form)
        return moment(settings, stage.first) + b" - " + moment(settings, stage.last) + b"\n" if stage.last else b""

    stage.report = report
    return stage


def run(settings: Settings) -> int:
    """Look at all inputs; without a flow record nothing is printed and the status is an error's."""
    stages: list[Extent] = []
    form = take_format(settings, "the times are printed as")
    settings.program = settings.program.but(make_stage=partial(make_stage, form=form, stages=stages))
    status = frame.run(settings)
    return status if status or stages[0].last else ExitCode.ERROR


PROGRAM = Program(
    "ratimerange",
    "Print the first and the last time of flow records.",
    without=frozenset({"w", "s", "c", "L", "H", "z", "Z", "A", "q", "xml", "printer", "disa", "color", "oui", "m", "P", "%"}),
    run=run,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

"""ra: read flow records, select, print or write them."""

from __future__ import annotations

import os

from pyargus.clients import frame
from pyargus.clients.argv import NONE
from pyargus.clients.options import Option
from pyargus.clients.program import RA, Program
from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pyargus.clients.settings import Settings
    from pyargus.clients.stop import Stopper


def prepare(settings: Settings) -> None:
    """Raises BadUse for -% where the input cannot be read twice or no text is printed."""
    if "%" not in settings.own:
        return
    if settings.writes or settings.format not in ("", "text", "xml"):
        raise BadUse("-% is for text; other formats have the numbers themselves")
    streams = [name for name in settings.inputs if os.path.exists(name) and not os.path.isfile(name)]
    if settings.servers or streams or "-" in settings.inputs or not (settings.inputs or settings.folders):
        raise BadUse(f"-% reads its input twice: give files with -r, not {'servers' if settings.servers else (streams or ['-'])[0]}")


class FirstReading(frame.Run):
    """A reading that only adds up. What is wrong with a source is said by the second."""

    def __init__(self, settings: Settings) -> None:
        from pyargus.clients.progress import Progress

        super().__init__(settings)
        self.progress = Progress(silent=True)

    def tell(self, text: object) -> None:
        """Nothing."""


def starting(work: frame.Run, stopper: Stopper) -> None:
    """With -%, read all sources for the sums of what will be printed."""
    settings = work.settings
    if "%" not in settings.own:
        return
    from pyargus.clients.output import give_shares
    from pyargus.record.totals_cy import Totals

    def totals(fields: list[int]) -> list[int]:
        first = FirstReading(settings.but(xml=False, rejected=""))
        first.delivery.printer = sums = Totals(fields)
        frame.read_all(first, stopper)
        return sums.result()  # type: ignore[no-any-return]

    give_shares(settings, work.delivery.printer, totals)


PROGRAM = Program(
    RA.name,
    RA.summary,
    own=(Option("%", "percent", NONE, "", "counters as percentages of those of all records printed; files are read twice"),),
    prepare=prepare,
    starting=starting,
)


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

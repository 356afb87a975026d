"""Time: the display frozen, and tables as they were."""

from __future__ import annotations

from pyargus.clients.ratop.commands import Commands

# Seconds of a step back: of live records, and for files the least of these that makes no more than so many steps.
LIVE_STEP = 10
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)
MOST_STEPS = 60


class Past(Commands):
    """The keys of the group Time."""

    def do_pause(self) -> None:
        """Freeze the display, or go on with everything that came meanwhile."""
        self.paused = not self.paused
        self.engine.pause(self.paused)
        self.say("frozen; P goes on" if self.paused else "")

    @property
    def step(self) -> int:
        """Seconds of a step."""
        flow = self.views[0].table.flow
        if self.engine.live:
            return LIVE_STEP
        span = flow.last - flow.first
        return next((step for step in STEPS if step * MOST_STEPS >= span), STEPS[-1])

    def _step(self, steps: int) -> None:
        engine = self.engine
        base = engine.base
        if base is None or not base.flow.records:
            self.fail("there are no records yet")
            return
        now = self.moment or base.flow.newest
        moment = now + steps * self.step * 1_000_000
        if moment >= base.flow.newest:
            if self.moment:
                self.do_live()
            else:
                self.say("this is now")
            return
        # A second on, so that there is something to be seen.
        first = min(engine.beginning() + 1_000_000, base.flow.newest - 1)
        if moment < first:
            moment = first
            what = f"history begins: {engine.log.kept()} are kept" if engine.log.lost else "records begin"
            self.say(f"this is where the {what}")
        self.go(moment)

    def go(self, moment: int) -> None:
        """Show the table as it was at a time, µs since 1970."""
        self.moment = moment
        for view in self.views:
            self.remake(view)

    def do_history_back(self) -> None:
        """A step back."""
        self._step(-self.repeat())

    def do_history_forward(self) -> None:
        """A step forward."""
        self._step(self.repeat())

    def do_history_far_back(self) -> None:
        """Ten steps back."""
        self._step(-10 * self.repeat())

    def do_history_far_forward(self) -> None:
        """Ten steps forward."""
        self._step(10 * self.repeat())

    def do_live(self) -> None:
        """Return to now."""
        if not self.moment:
            self.say("this is now")
            return
        self.leave_past()
        self.say("now")

"""Keystroke detection: TCP segments in which someone types and the server echoes.

A client packet of suitable size is a candidate, the next server packet with payload its echo. Two echoed candidates whose client
interval and server interval are about the same are strokes. Source: sensor behaviour, "Keystroke detection", and the reference's
answers to crafted connections.
"""

from array import array

import cython

from pyargus.flow.config import KeystrokeLimits

if cython.compiled:
    from cython.cimports.pyargus.flow.flow_cy import Keystrokes
else:
    from pyargus.flow.flow_cy import Keystrokes

# The first packet of a flow that is looked at.
FIRST_WATCHED = cython.declare(cython.ulonglong, 23)


@cython.final
@cython.no_gc
@cython.cclass
class KeystrokeDetector:
    """The limits, and the rule on one flow's state."""

    def __init__(self, limits: KeystrokeLimits) -> None:
        self.client_min = limits.DC_MIN
        self.client_max = limits.DC_MAX
        self.echo_min = limits.DS_MIN
        self.echo_max = limits.DS_MAX
        self.echo_gap = limits.GS_MAX
        self.client_gap = limits.GPC_MAX
        self.interval = limits.IC_MIN
        # Ratio, lowest and highest: compared in single precision, which interpreted only a cell has.
        self.ratio = memoryview(array("f", [0.0, limits.ICR_MIN, limits.ICR_MAX]))

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def packet(self, strokes: Keystrokes, now: cython.longlong, size: cython.longlong, from_src: cython.bint) -> cython.int:
        """One segment with `size` bytes of payload, at `now` (microseconds)."""
        strokes.seen += 1
        if strokes.seen < FIRST_WATCHED or size <= 0:
            return 0
        strokes.shown = True
        if from_src:
            if not self.client_min <= size <= self.client_max:
                strokes.pending = False
            elif not strokes.has_last or now - strokes.last_client >= self.interval:
                strokes.pending = True
                strokes.client = now
                strokes.number = strokes.seen
        elif strokes.pending:
            strokes.pending = False
            gap: cython.longlong = cython.cast(cython.longlong, strokes.seen - strokes.number)
            if self.echo_min <= size <= self.echo_max and gap <= self.echo_gap:
                self.echo(strokes, now)
        return 0

    @cython.cfunc
    @cython.exceptval(-1, check=False)
    def echo(self, strokes: Keystrokes, now: cython.longlong) -> cython.int:
        """The candidate was echoed at `now`: compare it with the last one."""
        if strokes.has_last:
            client: cython.longlong = strokes.client - strokes.last_client
            server: cython.longlong = now - strokes.last_server
            gap: cython.longlong = cython.cast(cython.longlong, strokes.number - strokes.last_number)
            if server != 0:
                self.ratio[0] = cython.cast(cython.double, client) / cython.cast(cython.double, server)
            if server == 0 or not self.ratio[1] <= self.ratio[0] <= self.ratio[2]:
                # Not a stroke; the one before it stays the measure.
                strokes.typing = False
                return 0
            if gap > self.client_gap:
                strokes.typing = False
            else:
                # The first pair is two strokes.
                strokes.source += 1 if strokes.typing else 2
                strokes.typing = True
        strokes.has_last = True
        strokes.last_client = strokes.client
        strokes.last_server = now
        strokes.last_number = strokes.number
        return 0

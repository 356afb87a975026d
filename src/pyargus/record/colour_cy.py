"""Lines of text in the colour of their record's state.

Source: ECMA-48, select graphic rendition.
"""
# mypy: ignore-errors

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.pyargus.record.output_cy import Output
    from cython.cimports.pyargus.record.print_cy import Printer
    from cython.cimports.pyargus.record.record_cy import Record
    from cython.cimports.pyargus.record.state_cy import state
    from cython.cimports.pyargus.record.text_cy import Text
else:
    from pyargus.record.output_cy import Output
    from pyargus.record.print_cy import Printer
    from pyargus.record.record_cy import Record
    from pyargus.record.state_cy import state
    from pyargus.record.text_cy import Text

RED, GREEN, YELLOW, BLUE = (b"\x1b[%dm" % code for code in (31, 32, 33, 34))
PLAIN = b"\x1b[0m"

# What failed, what is being tried, what goes on; what has ended well stays as it is.
STATES = {
    **dict.fromkeys([b"RST", b"ERR", b"TXD", b"PAR", b"TXT", b"TXR", b"PPH", b"PPNH", b"PPO"], RED),
    **dict.fromkeys([b"REQ", b"INT", b"ACC", b"TIM"], YELLOW),
    b"CON": GREEN,
    **dict.fromkeys([b"ECO", b"ECR", b"STA", b"STP", b"SHT"], BLUE),
}


@cython.final
@cython.cclass
class Coloured(Output):
    """A printer whose lines are coloured; its titles are not. `out` is the printer's."""

    printer: Printer
    word: Text

    def __init__(self, printer):
        Output.__init__(self)
        self.printer = printer
        self.out = printer.out
        self.word = Text()

    def shares(self, totals):
        """Print columns as percentages, as `Printer.shares` does."""
        return self.printer.shares(totals)

    @cython.ccall
    @cython.exceptval(-1, check=False)
    def line(self, rec: Record) -> cython.int:
        """Print one record."""
        t: Text = self.out
        printer: Printer = self.printer
        start: cython.Py_ssize_t = t.n
        every: cython.longlong = printer.label_every
        k: cython.Py_ssize_t
        size: cython.Py_ssize_t
        code: bytes
        if every >= 0 and (printer.printed == 0 or (every > 0 and printer.printed % every == 0)):
            start += len(printer.header)
        printer.line(rec)
        state(self.word, rec, printer.style)
        name = self.word.take()
        code = RED if name[:2] == b"UR" else STATES.get(name, b"")
        if not code:
            return 0
        t.room(4096)
        size = len(code)
        k = t.n - 1
        t.n = k + size
        while k > start:
            k -= 1
            t.s[k + size] = t.s[k]
        for k in range(size):
            t.s[start + k] = code[k]
        t.puts(PLAIN)
        return t.ch(10)

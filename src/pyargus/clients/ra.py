"""ra: read flow records, select, print or write them."""

from __future__ import annotations

from pyargus.clients import frame
from pyargus.clients.program import RA

PROGRAM = RA


def main() -> None:
    """Entry point of the program."""
    frame.main(PROGRAM)

"""The readers as commands: one client is run by the process, which starts and ends as quickly as a short run deserves."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial

from pyargus.clients import frame

# Objects that are made before the first look for garbage, and from one to the next: more than a start makes, which all stay.
_OBJECTS = 50_000


def _run(name: str) -> None:
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    module = f"pyargus.clients.{name}"
    # importlib would be two more modules to load.
    __import__(module)
    frame.main(sys.modules[module].PROGRAM, _leave)


def _leave(status: int) -> None:
    """End a process whose run went well and has closed its outputs, without taking apart what it holds.

    Returns where the ordinary end has more to do: threads, functions to be called at the end, or a standard stream that cannot be written.
    """
    if status or not sys.modules.keys().isdisjoint(("threading", "atexit")):
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        # The ordinary end tries again, says so and gives the exit status for it.
        return
    os._exit(status)


ra = partial(_run, "ra")
rabins = partial(_run, "rabins")
racluster = partial(_run, "racluster")
racount = partial(_run, "racount")
rafilteraddr = partial(_run, "rafilteraddr")
ragrep = partial(_run, "ragrep")
rahisto = partial(_run, "rahisto")
rasort = partial(_run, "rasort")
rasplit = partial(_run, "rasplit")
rastream = partial(_run, "rastream")
rastrip = partial(_run, "rastrip")
ratimerange = partial(_run, "ratimerange")

"""Compiles the filters of clients in a thread of its own, since looking up the name of a host can take long."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyargus.errors import BadUse

if TYPE_CHECKING:
    from pyargus.record.selector_cy import Selector


class Compiler:
    """done: number, text, selector (None for an empty text) and error (empty for none) of each filter that is through.

    notify: called, in the compiler's thread, whenever something was added to `done`.
    """

    def __init__(self, notify: Callable[[], None]) -> None:
        self.done: deque[tuple[int, str, Selector | None, str]] = deque()
        self._notify = notify
        self._jobs: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def compile(self, number: int, text: str) -> None:
        """Take up a filter; `number` says whose it is."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="filters", daemon=True)
            self._thread.start()
        self._jobs.put((number, text))

    def close(self) -> None:
        """End the thread after what it has to do."""
        self._jobs.put(None)

    def _run(self) -> None:
        from pyargus.record.filter import compile_filter
        from pyargus.record.filter_cy import Filter
        from pyargus.record.selector_cy import Selector

        while (job := self._jobs.get()) is not None:
            number, text = job
            selector, error = None, ""
            if text:
                try:
                    selector = Selector(Filter(compile_filter(text)))
                except (BadUse, RecursionError) as fault:
                    error = str(fault) or type(fault).__name__
                except Exception as fault:
                    # A client's text must not end the service for the others.
                    error = f"{type(fault).__name__}: {fault}"
            self.done.append((number, text, selector, error))
            self._notify()

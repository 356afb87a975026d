"""Compiles the filters of clients in threads of its own, since looking up the name of a host can take long."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyargus.errors import BadUse

if TYPE_CHECKING:
    from pyargus.record.selector_cy import Selector

LOOKUPS = 16
"""Filters with names of hosts that are compiled at the same time; more of them wait."""


class Compiler:
    """One thread for filters without names of hosts, and as many as are needed, to a bound, for those with: nobody waits for the names in
    another's filter, unless there are too many of those, and who has none never does.

    done: number, text, selector (None for an empty text) and error (empty for none) of each filter that is through. notify: called, in a
    thread of the compiler, whenever something was added to `done`. wanted: whether the filter of a number is still waited for; a filter
    that is not is dropped before its names are asked for.
    """

    def __init__(self, notify: Callable[[], None], wanted: Callable[[int], bool] = lambda number: True) -> None:
        self.done: deque[tuple[int, str, Selector | None, str]] = deque()
        self._notify = notify
        self._wanted = wanted
        self._jobs: queue.SimpleQueue[tuple[int, str] | None] = queue.SimpleQueue()
        self._named: deque[tuple[int, str]] = deque()
        self._lock = threading.Lock()
        self._lookups = 0
        self._thread: threading.Thread | None = None

    def compile(self, number: int, text: str) -> None:
        """Take up a filter; `number` says whose it is."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="filters", daemon=True)
            self._thread.start()
        self._jobs.put((number, text))

    def close(self) -> None:
        """End the thread after what it has to do; names that are being looked up are not waited for."""
        with self._lock:
            self._named.clear()
        self._jobs.put(None)

    def _run(self) -> None:
        from pyargus.record.filter import check_filter

        while (job := self._jobs.get()) is not None:
            number, text = job
            try:
                named = bool(text and check_filter(text))
            except Exception:
                # What is wrong with it is found again, and said, by compiling it.
                named = False
            if named:
                self._later(number, text)
            else:
                self._compile(number, text)

    def _later(self, number: int, text: str) -> None:
        with self._lock:
            self._named.append((number, text))
            if self._lookups == LOOKUPS:
                return
            self._lookups += 1
        threading.Thread(target=self._look_up, name="names", daemon=True).start()

    def _look_up(self) -> None:
        """Compile filters with names until there are none left."""
        while True:
            with self._lock:
                if not self._named:
                    self._lookups -= 1
                    return
                number, text = self._named.popleft()
            if self._wanted(number):
                self._compile(number, text)

    def _compile(self, number: int, text: str) -> None:
        from pyargus.record.filter import compile_filter
        from pyargus.record.filter_cy import Filter
        from pyargus.record.selector_cy import Selector

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

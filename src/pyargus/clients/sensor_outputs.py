"""Where the sensor's records go: the files of -w, each with a filter of its own if it has one, framed by management records."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, BinaryIO

from pyargus.clients.sensor_settings import SensorSettings
from pyargus.errors import BadUse, PyargusError, Unreachable

if TYPE_CHECKING:
    from pyargus.record.selector_cy import Selector


def _now() -> int:
    return time.time_ns() // 1000


class Outputs:
    """The files that records go to, and the management records that frame them."""

    def __init__(self, settings: SensorSettings) -> None:
        self.settings = settings
        self.files: list[tuple[str, BinaryIO]] = []
        self.selectors: dict[int, Selector] = {}
        self.started = self.last = _now()
        self.records = 0
        for name, selection in settings.outputs:
            if selection:
                self.selectors[len(self.files)] = self._selector(selection)
            self.files.append((name, self._open(name)))
        start = self._management("START")
        for place in range(len(self.files)):
            self._put(place, start)

    def _selector(self, selection: str) -> Selector:
        """What copies the records that pass a reader's filter. Raises BadUse for one that does not parse."""
        from pyargus.record.filter import compile_filter
        from pyargus.record.filter_cy import Filter
        from pyargus.record.selector_cy import Selector

        return Selector(Filter(compile_filter(selection)))

    def _open(self, name: str) -> BinaryIO:
        if "://" in name:
            raise BadUse(f"-w {name}: sending records over the network is not part of this release")
        if name == "-":
            if sys.stdout.isatty():
                raise BadUse("-w -: records are not for a terminal; send standard output to a file or a program")
            return sys.stdout.buffer
        try:
            return open(name, "ab")
        except OSError as error:
            raise Unreachable(f"{name}: {error.strerror}") from None

    def _management(self, cause: str, sequence: int = 0, records: int = 0) -> bytes:
        from pyargus.record.management import Cause, Management, encode

        flow = self.settings.flow
        now = _now()
        start = cause == "START"
        data = encode(
            Management(
                Cause[cause],
                self.last,
                now,
                flow.ident_kind,
                flow.ident,
                sequence=sequence,
                interval=flow.interval // 1_000_000,
                mar_interval=self.settings.management_interval,
                records=records,
                clients=0 if start else len(self.files),
                user_size=0 if start else flow.user_size,
            )
        )
        self.last = now
        return data

    def _put(self, place: int, data: bytes) -> None:
        name, file = self.files[place]
        try:
            file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise PyargusError(f"{name}: {error.strerror}") from None

    def write(self, data: bytes) -> None:
        """Flow records: to every output those that its filter, where it has one, lets pass."""
        for place in range(len(self.files)):
            selector = self.selectors.get(place)
            self._put(place, data if selector is None else selector.select(data))

    def _write_management(self, data: bytes) -> None:
        """A status or stop record: to the outputs without a filter."""
        for place in range(len(self.files)):
            if place not in self.selectors:
                self._put(place, data)

    def status_if_due(self, sequence: int, records: int) -> None:
        """A status record when the management interval has passed."""
        interval = self.settings.management_interval
        if interval and _now() - self.last >= interval * 1_000_000:
            self._write_management(self._management("STATUS", sequence, records - self.records))
            self.records = records

    def flush(self) -> None:
        """Let nothing wait in a buffer."""
        for name, file in self.files:
            try:
                file.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                raise PyargusError(f"{name}: {error.strerror}") from None

    def close(self, records: int) -> None:
        """The last management record; it counts itself."""
        self._write_management(self._management("STOP", 0, records - self.records + 1))
        self.flush()
        for name, file in self.files:
            if name != "-":
                file.close()

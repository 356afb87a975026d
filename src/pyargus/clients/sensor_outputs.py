"""Where the sensor's records go: the files of -w, each with a filter of its own if it has one, framed by management records."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, BinaryIO

from pyargus.clients.sensor_settings import SensorSettings
from pyargus.clients.standard import StandardOutput, refuse_terminal
from pyargus.errors import Unreachable
from pyargus.record.management import Cause, Management, encode

if TYPE_CHECKING:
    from pyargus.record.selector_cy import Selector


def _now() -> int:
    return time.time_ns() // 1000


class Account:
    """What the sensor says of itself in management records, and when it last did."""

    def __init__(self, settings: SensorSettings) -> None:
        self.settings = settings
        self.started = self.last = _now()
        self.records = 0
        self._clock = time.monotonic()

    def due(self) -> bool:
        """Whether the management interval has passed since the last record."""
        interval = self.settings.management_interval
        return bool(interval) and time.monotonic() - self._clock >= interval

    def start(self, clock: bool = True, network: tuple[int, int] = (0, 0)) -> bytes:
        """The record that begins a stream; clock: whether the interval begins with it."""
        flow = self.settings.flow
        now = _now()
        mar = Management(
            Cause.START, self.started, now, flow.ident_kind, flow.ident, *network,
            interval=flow.interval // 1_000_000, mar_interval=self.settings.management_interval,
        )  # fmt: skip
        if clock:
            self.last, self._clock = now, time.monotonic()
        return encode(mar)

    def report(self, cause: Cause, clients: int, sequence: int, records: int, **live: int) -> bytes:
        """A status or stop record. records: flow records since the start; live: values that only live capture has."""
        flow = self.settings.flow
        now = _now()
        stop = cause is Cause.STOP
        mar = Management(
            cause, self.last, now, flow.ident_kind, flow.ident,
            sequence=0 if stop else sequence,
            interval=flow.interval // 1_000_000,
            mar_interval=self.settings.management_interval,
            # The last record counts itself.
            records=records - self.records + stop,
            clients=clients,
            user_size=flow.user_size,
            **live,
        )  # fmt: skip
        self.records = records
        self.last, self._clock = now, time.monotonic()
        return encode(mar)


def selector_of(selection: str) -> Selector:
    """What copies the records that pass a reader's filter. Raises BadUse for one that does not parse."""
    from pyargus.record.filter import compile_filter
    from pyargus.record.filter_cy import Filter
    from pyargus.record.selector_cy import Selector

    return Selector(Filter(compile_filter(selection)))


def open_link(name: str) -> BinaryIO:
    """What sends records to the address of an output. Raises BadUse or Unreachable."""
    from pyargus.network.datagrams import open_sender

    return open_sender(name)  # type: ignore[return-value]


def open_stream(name: str) -> BinaryIO | StandardOutput:
    """What records to this output are written to. Raises BadUse or Unreachable."""
    if "://" in name:
        return open_link(name)
    if name == "-":
        refuse_terminal("-w -")
        return StandardOutput()
    try:
        return open(name, "ab")
    except OSError as error:
        raise Unreachable(f"{name}: {error.strerror}") from None


class Outputs:
    """The files that records go to, and the management records that frame them."""

    def __init__(self, settings: SensorSettings) -> None:
        self.settings = settings
        self.files: list[tuple[str, BinaryIO | StandardOutput]] = []
        self.selectors: dict[int, Selector] = {}
        self.account = Account(settings)
        for name, selection in settings.outputs:
            if selection:
                self.selectors[len(self.files)] = selector_of(selection)
            self.files.append((name, open_stream(name)))
        start = self.account.start()
        for place in range(len(self.files)):
            self._put(place, start)

    def _put(self, place: int, data: bytes) -> None:
        name, file = self.files[place]
        try:
            file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Unreachable(f"{name}: {error.strerror}") from None

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
        if self.account.due():
            self._write_management(self.account.report(Cause.STATUS, len(self.files), sequence, records))

    def flush(self) -> None:
        """Let nothing wait in a buffer."""
        for name, file in self.files:
            try:
                file.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                raise Unreachable(f"{name}: {error.strerror}") from None

    def close(self, records: int) -> None:
        """The last management record; it counts itself."""
        self._write_management(self.account.report(Cause.STOP, len(self.files), 0, records))
        self.flush()
        for _, file in self.files:
            file.close()

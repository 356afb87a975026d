"""The relay's loop: records of all sources, one after the other as they come, to all outputs.

Records are handed on as they are, the status and stop records of the sources with them; what begins a source's stream is not.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Generator, Iterator
from types import FrameType
from typing import TYPE_CHECKING

from pyargus.clients.inputs import open_input
from pyargus.clients.radium_settings import RadiumSettings
from pyargus.clients.sensor_live_outputs import LiveOutputs, Log
from pyargus.clients.sensor_outputs import selector_of
from pyargus.errors import BadInput, ExitCode, PyargusError, Unreachable
from pyargus.network.addresses import UDP, parse_uri
from pyargus.network.metrics import COUNTER, GAUGE, Metric, of_listener, of_sources, single
from pyargus.network.pieces_cy import complete, managements, records
from pyargus.network.shift_cy import shift
from pyargus.network.source import Delivery, Hub, RemoteSource
from pyargus.network.tls import TlsFiles, client_context
from pyargus.record.management import Cause, Management, encode

if TYPE_CHECKING:
    from pyargus.record.reader import Source
    from pyargus.record.selector_cy import Selector

# Seconds for which the loop waits for records, and hence until it sees a signal.
TURN = 0.25


class Account:
    """What the relay says of itself. bytes: of records relayed since the last time."""

    def __init__(self, settings: RadiumSettings) -> None:
        self.settings = settings
        self.started = time.time_ns() // 1000
        self.bytes = 0
        self.records = 0
        self.dropped = 0
        # The first status record is due at once.
        self._clock = float("-inf")

    def due(self) -> bool:
        """Whether the interval has passed since the last status record."""
        return time.monotonic() - self._clock >= self.settings.management_interval

    def _make(self, cause: Cause, **more: int) -> bytes:
        s = self.settings
        now = time.time_ns() // 1000
        interval = s.management_interval
        return encode(Management(cause, self.started, now, s.ident_kind, s.ident, interval=0, mar_interval=interval, **more))

    def start(self, clock: bool = True, network: tuple[int, int] = (0, 0)) -> bytes:
        """The record that begins a stream."""
        return self._make(Cause.START)

    def report(self, cause: Cause, clients: int, sequence: int, records: int, **live: int) -> bytes:
        """A status record, or the last one. live: dropped, the records lost since the start."""
        self._clock = time.monotonic()
        dropped = live.get("dropped", 0)
        made = self._make(
            cause,
            clients=clients,
            records=(records - self.records) & 0xFFFFFFFF,
            bytes=self.bytes,
            dropped=(dropped - self.dropped) & 0xFFFFFFFF,
        )
        self.records, self.dropped, self.bytes = records, dropped, 0
        return made


class Signals:
    """INT, TERM and QUIT ask for the end, a second one for it at once; HUP asks for the files to be opened anew."""

    def __init__(self) -> None:
        self.end = False
        self.hup = False

    def listen(self) -> None:
        """Take over the signals."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self.hup = True
        elif self.end:
            raise SystemExit(ExitCode.INTERRUPTED)
        else:
            self.end = True


class Relay:
    """Sources to outputs. status: the exit status so far.

    read_again: makes new settings of the same command line, for HUP.
    """

    def __init__(self, settings: RadiumSettings, log: Log, signals: Signals, read_again: Callable[[], RadiumSettings]) -> None:
        self.settings = settings
        self.log = log
        self.signals = signals
        self.account = Account(settings)
        self.status = int(ExitCode.OK)
        self.records = self.adjusted = 0
        self._read_again = read_again
        self._outputs: LiveOutputs
        self._drift: dict[RemoteSource, int] = {}
        self._selectors: dict[RemoteSource, Selector] = {}
        files = TlsFiles(settings.source_cert, settings.source_key, settings.source_ca)
        self.hub = Hub(log, lambda: client_context(files), settings.persistent)

    def open(self) -> None:
        """Take up the sources: listen for datagrams, check the rest. Raises BadUse and Unreachable."""
        settings = self.settings
        for text, own in settings.servers:
            self._add(text, own)
        if settings.filter:
            selector_of(settings.filter)
        if any(source.uri.scheme == "argus+tls" for source in self.hub.sources):
            # Files that cannot be used are said now, and read while we may still read them.
            self.hub.prepare_tls()

    def _add(self, text: str, own: str) -> None:
        both = " and ".join(f"({part})" for part in (self.settings.filter, own) if part)
        selector = selector_of(f"man or ({both})") if both else None
        source = self.hub.add(parse_uri(text), both)
        if selector is not None and source.uri.scheme in UDP:
            # Servers select for us; who sends datagrams is not asked.
            self._selectors[source] = selector

    # ---- the loop

    def begin(self, outputs: LiveOutputs) -> None:
        """Set where records go; they may be asked for figures from now on."""
        self._outputs = outputs

    def run(self) -> None:
        """Relay until a signal, or until every source has ended."""
        outputs = self._outputs
        files = self._files()
        reading = True
        while not self.signals.end and not outputs.broken_pipe:
            if self.signals.hup:
                self.signals.hup = False
                self._reopen()
            outputs.status_if_due(0, self.records, lambda: {"dropped": self.lost()})
            for delivery in self.hub.poll(0.0 if reading else TURN):
                self._take(delivery)
            if reading:
                data = next(files, None)
                reading = data is not None
                if data:
                    self._write(data)
                    outputs.wait_for_room()
            if not reading and not self.hub.alive:
                self._end_of_sources()
                break
        files.close()

    def _end_of_sources(self) -> None:
        if self.hub.sources and not any(source.connects for source in self.hub.sources):
            self.status = self.status or ExitCode.UNREACHABLE

    def lost(self) -> int:
        """Records that did not reach an output."""
        listener = self._outputs.listener
        return self._outputs.stats.lost + (listener.stats().lost if listener else 0)

    def _take(self, delivery: Delivery) -> None:
        source, data = delivery.source, delivery.data
        if self.settings.threshold is not None:
            data = self._adjust(source, data)
        if delivery.initial:
            return
        selector = self._selectors.get(source)
        self._write(data if selector is None else selector.select(data))

    def _write(self, data: bytes) -> None:
        self.records += records(memoryview(data), 0)[1]
        self.account.bytes += len(data)
        self._outputs.write(data)

    def _adjust(self, source: RemoteSource, data: bytes) -> bytes:
        """The records, their times moved where the source's clock, by its last management record, is off by more than the threshold."""
        threshold = self.settings.threshold
        assert threshold is not None
        at = 0
        out = bytearray(data)
        view = memoryview(out)
        for place in [*managements(memoryview(data)), len(data)]:
            drift = self._drift.get(source, 0)
            if place > at and abs(drift) > threshold * 1_000_000:
                self.adjusted += shift(view[at:place], drift)
            if place < len(data):
                seconds, fraction = (int.from_bytes(data[o : o + 4], "big") for o in (place + 32, place + 36))
                before, self._drift[source] = drift, time.time_ns() // 1000 - (1_000_000 * seconds + fraction)
                if abs(self._drift[source]) > threshold * 1_000_000 >= abs(before):
                    self.log("warning", f"{source.name}: its clock is off by {self._drift[source] / 1e6:.3f} s: times are corrected")
            at = place
        view.release()
        return bytes(out)

    # ---- files

    def _files(self) -> Generator[bytes, None, None]:
        """The records of the input files, chunk by chunk."""
        selector = selector_of(f"man or ({self.settings.filter})") if self.settings.filter else None
        for name in self.settings.inputs:
            try:
                source = open_input(name)
            except (BadInput, Unreachable) as error:
                self._fail(error)
                continue
            try:
                source.start()
                for data in self._whole(source):
                    yield data if selector is None else selector.select(data)
            except BadInput as error:
                self._fail(error)
            finally:
                source.close()

    def _whole(self, source: Source) -> Iterator[bytes]:
        for chunk, offset in source.chunks():
            data = bytes(chunk)
            end = complete(memoryview(data))
            yield data[:end]
            if end < len(data):
                raise BadInput(source.name, offset + end, "no whole record: the file is cut or damaged here")

    def _fail(self, error: PyargusError) -> None:
        self.log("error", str(error))
        self.status = self.status or error.exit_code

    # ---- HUP

    def _reopen(self) -> None:
        """Open the files anew, and follow what the configuration now says of outputs, sources and filter."""
        if folder := self.settings.chroot:
            self._outputs.reopen(self.settings.outputs)
            self.log("info", f"files opened anew; configuration files are outside the root folder {folder}: they are not read again")
            return
        try:
            wanted = self._read_again()
            if wanted.filter:
                selector_of(wanted.filter)
        except PyargusError as error:
            self.log("error", f"the configuration is left as it was: {error}")
            self._outputs.reopen(self.settings.outputs)
            return
        before = self.settings
        changed = wanted.filter != before.filter
        gone = [row for row in before.servers if changed or row not in wanted.servers]
        new = [row for row in wanted.servers if changed or row not in before.servers]
        before.servers, before.filter, before.outputs = wanted.servers, wanted.filter, wanted.outputs
        before.threshold = wanted.threshold
        for text, _ in gone:
            uri = parse_uri(text)
            for source in [source for source in self.hub.sources if source.uri == uri]:
                self.hub.remove(source)
                self._selectors.pop(source, None)
                self._drift.pop(source, None)
        for text, own in new:
            try:
                self._add(text, own)
            except PyargusError as error:
                self.log("error", str(error))
        self._outputs.reopen(wanted.outputs)
        self.log("info", "configuration read again, files opened anew")

    # ---- figures

    def metrics(self) -> list[Metric]:
        """What Prometheus is told."""
        outputs = self._outputs
        found = [
            single("argus_start_time_seconds", GAUGE, "When the relay was started", self.account.started / 1e6),
            single("argus_records_total", COUNTER, "Records relayed, management records of sources included", self.records),
            single("argus_adjusted_records_total", COUNTER, "Records whose times were corrected", self.adjusted),
            single("argus_files_records_total", COUNTER, "Records taken for files", outputs.stats.records),
            single("argus_files_lost_records_total", COUNTER, "Records that could not be written to files", outputs.stats.lost),
        ]
        found += of_sources([source.stats() for source in list(self.hub.sources)])
        return found + (of_listener(outputs.listener.stats()) if outputs.listener else [])

"""argus: packets to flow records."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from pyargus.clients.sensor_outputs import Outputs
from pyargus.clients.sensor_settings import SensorSettings, from_argv
from pyargus.clients.standard import emit, occupy
from pyargus.errors import BadUse, ExitCode, PyargusError, Unreachable

if TYPE_CHECKING:
    from pyargus.capture.batch import Batch
    from pyargus.capture.write import PacketWriter
    from pyargus.clients.sensor_daemon import Service
    from pyargus.clients.sensor_live_outputs import LiveOutputs

# Bytes of records held before they are written.
_FULL = 1 << 18
# Seconds between two looks at a file that is followed.
_LOOK = 0.1


class Interrupted(BaseException):
    """INT, TERM or HUP: flush what is held and end."""


class Interrupts:
    """The first signal ends the run where nothing can be lost: at once while the sensor waits, else before the next batch. The second
    ends it as it is."""

    def __init__(self) -> None:
        self.asked = False
        self.waiting = False

    def listen(self) -> None:
        """Take over the signals."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        if self.waiting:
            raise Interrupted

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """A stretch in which a signal may break in. Raises Interrupted there, or where one came before it."""
        self.waiting = True
        try:
            if self.asked:
                raise Interrupted
            yield
        finally:
            self.waiting = False

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """A stretch inside one at rest in which no signal may break in."""
        self.waiting = False
        yield
        self.waiting = True
        if self.asked:
            raise Interrupted


def complain(text: object) -> None:
    """One message on standard error."""
    sys.stderr.write(f"argus: {text}\n")


class Sensor:
    """Capture files through flow engines into the outputs; every file has an engine of its own."""

    def __init__(self, settings: SensorSettings, outputs: Outputs | LiveOutputs, interrupts: Interrupts) -> None:
        self.settings = settings
        self.outputs = outputs
        self.interrupts = interrupts
        self.records = 0
        self.status = ExitCode.OK
        self.packets: PacketWriter | None = None
        if settings.packet_file:
            from pyargus.capture.write import PacketWriter

            self.packets = PacketWriter(settings.packet_file)

    def close(self) -> None:
        """End the file of packets, where there is one."""
        if self.packets:
            self.packets.close()
            if self.packets.left_out:
                complain(f"{self.packets.path}: {self.packets.left_out} packets of other link types than the first one's are left out")

    def read(self, name: str) -> None:
        """One file to its end, or to where it is damaged: all before that has become records."""
        from pyargus.capture.reader import open_capture
        from pyargus.flow.engine_cy import Engine

        engine = Engine(self.settings.flow)
        interrupted = False

        def idle() -> None:
            with self.interrupts.at_work():
                self._drain(engine, True)
            time.sleep(_LOOK)

        try:
            with open_capture(name, idle if self.settings.follow else None, self.settings.headers) as capture:
                self._batches(name, capture, engine)
                for problem in capture.problems:
                    complain(problem)
        except PyargusError as error:
            complain(error)
            self.status = self.status or error.exit_code
        except Interrupted:
            interrupted = True
        # Whoever ends the following of a file has seen its end.
        engine.finish(interrupted and not self.settings.follow)
        self._drain(engine)
        self.records += engine.records
        if interrupted:
            raise Interrupted

    def _next(self, batches):  # type: ignore[no-untyped-def]
        with self.interrupts.at_rest():
            return next(batches, None)

    def _batches(self, name: str, capture: Iterator, engine) -> None:  # type: ignore[no-untyped-def,type-arg]
        from pyargus.capture.bpf import compile_filter
        from pyargus.capture.link_cy import supported

        settings = self.settings
        filters = {}
        seen = 0
        unsupported: dict[int, int] = {}
        pace = Pace(settings.replay) if settings.replay else None
        while (batch := self._next(capture)) is not None:
            first = max(0, settings.skip - seen)
            last = batch.count if settings.stop is None else min(batch.count, settings.stop - seen)
            seen += batch.count
            if not supported(batch.linktype):
                unsupported[batch.linktype] = unsupported.get(batch.linktype, 0) + batch.count
            elif first < last:
                if settings.packet_filter and batch.linktype not in filters:
                    filters[batch.linktype] = compile_filter(settings.packet_filter, batch.linktype, settings.optimise)
                    engine.select(filters[batch.linktype])
                elif settings.packet_filter:
                    engine.select(filters[batch.linktype])
                if pace is None and self.packets is None:
                    engine.feed(batch, first, last)
                else:
                    self._singly(batch, first, last, engine, pace)
            if engine.pending >= _FULL or name == "-":
                self._drain(engine, name == "-")
            if settings.stop is not None and seen >= settings.stop:
                break
        for linktype, count in unsupported.items():
            complain(f"{name}: link type {linktype} is not supported; {count} packets left out")
            self.status = self.status or ExitCode.ERROR

    def _singly(self, batch: Batch, first: int, last: int, engine, pace: Pace | None) -> None:  # type: ignore[no-untyped-def]
        """Packet by packet: at its time, and into the file of packets."""
        for i in range(first, last):
            if pace and pace.ahead(batch.ts[i]):
                self._drain(engine, True)
                with self.interrupts.at_rest():
                    pace.wait(batch.ts[i])
            taken, ignored = engine.packets, engine.ignored
            engine.feed(batch, i, i + 1)
            if self.packets and engine.packets != taken and (engine.ignored != ignored or not self.settings.packet_errors):
                self.packets.add(batch, i)

    def _drain(self, engine, now: bool = False) -> None:  # type: ignore[no-untyped-def]
        """Hand the records made so far to the outputs; now: a reader of theirs is to see them at once."""
        self.outputs.write(engine.take())
        self.outputs.status_if_due(engine.last_sequence, self.records + engine.records)
        if now:
            self.outputs.flush()
            if self.packets:
                self.packets.flush()


class Pace:
    """Holds packets back to the pace of their time stamps, `factor` times as fast."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.first: int | None = None
        self.began = 0.0

    def ahead(self, ts: int) -> bool:
        """Whether a packet stamped `ts` (nanoseconds) is still to come."""
        if self.first is None:
            self.first = ts
            self.began = time.monotonic()
        return self._due(ts) > time.monotonic()

    def wait(self, ts: int) -> None:
        """Sleep until the packet is due."""
        time.sleep(max(0.0, self._due(ts) - time.monotonic()))

    def _due(self, ts: int) -> float:
        return self.began + (ts - (self.first or 0)) / 1e9 / self.factor


def check_inputs(settings: SensorSettings) -> None:
    """Whether there is something to read, and it is there. Raises Unreachable or BadUse."""
    if settings.follow and len(settings.inputs) > 1:
        raise BadUse("-f: one file can be followed at a time")
    for name in settings.inputs:
        if name != "-" and not os.path.exists(name):
            raise Unreachable(f"input file {name!r}: No such file or directory")
        if settings.packet_file and name != "-" and os.path.exists(settings.packet_file) and os.path.samefile(name, settings.packet_file):
            raise BadUse(f"ARGUS_PACKET_CAPTURE_FILE: {settings.packet_file} is an input")


def open_service(settings: SensorSettings) -> Service | None:
    """What is replayed is served like live capture, also from the background; other files are not."""
    if not settings.replay or not (settings.live.port or settings.live.in_background):
        return None
    from pyargus.clients.sensor_daemon import Service

    service = Service(settings)
    service.begin()
    service.prepare("replay")
    return service


def run(settings: SensorSettings, interrupts: Interrupts | None = None, argv: Sequence[str] = ()) -> int:
    """Read every input, or capture where there is none; returns the exit status. argv: the command line, to be read again by HUP."""
    if settings.show_filter and settings.packet_filter:
        from pyargus.capture.bpf import instructions, listing

        emit(listing(instructions(settings.packet_filter, 1, settings.optimise)).encode())
        return ExitCode.OK
    if settings.packet_filter:
        from pyargus.capture.bpf import check

        check(settings.packet_filter)
    if not settings.inputs:
        if settings.packet_file:
            raise BadUse("ARGUS_PACKET_CAPTURE_FILE: packets are written when files are read, not from live capture")
        from pyargus.clients.sensor_daemon import run_live

        return run_live(settings, lambda: from_argv(argv))
    for warning in settings.warnings:
        complain(warning)
    check_inputs(settings)
    outputs: Outputs | LiveOutputs
    if service := open_service(settings):
        outputs = service.start()
    else:
        from pyargus.clients.daemon import give_up_privileges

        give_up_privileges(settings.chroot, settings.user, settings.group)
        outputs = Outputs(settings)
    sensor = Sensor(settings, outputs, interrupts or Interrupts())
    try:
        for name in sorted(settings.inputs):
            sensor.read(name)
    except Interrupted:
        complain("interrupted; what was held has been written")
    sensor.close()
    if service:
        service.end(sensor.records, {}, f"{sensor.records} records")
    else:
        outputs.close(sensor.records)
    return sensor.status


def main() -> None:
    """Entry point of the program."""
    from pyargus.kernels import tell_if_interpreted

    status: int
    occupy()
    try:
        if "_ARGUS_COMPLETE" in os.environ:
            from pyargus.clients.completion import respond
            from pyargus.clients.sensor_options import OPTIONS, PACKET_WORDS

            sys.exit(respond("argus", os.environ["_ARGUS_COMPLETE"], OPTIONS, PACKET_WORDS))
        settings = from_argv(sys.argv[1:])
        if settings.help:
            from pyargus.clients.help import sensor_page

            emit(sensor_page().encode())
            sys.exit(ExitCode.OK)
        tell_if_interpreted("argus")
        interrupts = Interrupts()
        interrupts.listen()
        status = run(settings, interrupts, sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = ExitCode.OK
    except KeyboardInterrupt:
        status = ExitCode.INTERRUPTED
    except PyargusError as error:
        complain(error)
        status = error.exit_code
    sys.exit(status)

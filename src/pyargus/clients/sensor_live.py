"""The sensor on live interfaces: capture, engines, clock, signals, and what it tells about itself.

One thread captures and makes flow records; the outputs and the listener have threads of their own. Time is the packets' own, and where
none come the wall clock's, a little late, so that packets that the kernel still holds are never older than it.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from types import FrameType

from pyargus.capture import interfaces
from pyargus.capture.batch import TURNS
from pyargus.capture.interleave import Interleaver
from pyargus.capture.link_cy import supported
from pyargus.capture.live import LiveCapture, open_live
from pyargus.clients.sensor_devices import ALL, FIRST, Device
from pyargus.clients.sensor_live_outputs import LiveOutputs
from pyargus.clients.sensor_settings import SensorSettings, source_id
from pyargus.errors import BadUse, PyargusError, Unreachable
from pyargus.flow.engine_cy import Engine

Log = Callable[[str, str], None]

TURN = 0.1
"""Seconds without packets after which time passes all the same."""
LAG = 200_000
"""Microseconds by which the clock of an idle sensor is late: the kernel holds packets back for less."""
BACKLOG = 3.0
"""Seconds for which a sensor that is to end goes on with packets that the kernel already holds."""
_FULL = 1 << 18
_LOOK = 1.0
"""Seconds between looks at the interfaces, and between attempts to open one that is gone."""
_TWICE = 0.5
"""Seconds after which a second signal is meant as one: what ends a whole group of processes often sends it twice."""
_ALL_TIME = (1 << 63) - 1
_MOST_WAITING = 1 << 19
"""Packets of joined interfaces that may wait to be put in order."""


class Tap:
    """One interface, and its captures one after the other where it goes away and comes back.

    received, drops: packets that the kernel had for us, and of those the ones that found no room; lost: dropped by the interface.
    """

    def __init__(self, device: Device, settings: SensorSettings, log: Log) -> None:
        self.device = device
        self.settings = settings
        self.log = log
        self.capture: LiveCapture | None = None
        self.linktype = -1
        self.up: bool | None = None
        self.received = self.drops = self.lost = 0
        self._before = (0, 0)
        self._lost_before = interfaces.dropped(device.name)

    def open(self) -> None:
        """Begin to capture. Raises Unreachable or BadUse."""
        live, settings = self.settings.live, self.settings
        self.capture = open_live(
            self.device.name,
            snaplen=live.captured(settings.flow.user_size, settings.flow.control_data),
            promiscuous=live.promiscuous,
            expression=settings.packet_filter,
            optimise=settings.optimise,
            how=live.capture,
            size=live.buffer,
        )
        wanted = self.device.linktype
        linktype = self.capture.linktype
        if not supported(linktype) or wanted not in (None, linktype) or self.linktype not in (-1, linktype):
            self.close()
            reason = "is not supported" if wanted in (None, linktype) else f"is what it has, not {wanted}"
            raise BadUse(f"{self.device.name}: link type {linktype} {reason}")
        self.linktype = linktype
        self.look()

    def look(self) -> None:
        """Count what was dropped, and notice an interface that goes up, down or away."""
        if self.capture is not None:
            received, drops = self.capture.statistics()
            self.received += received - self._before[0]
            self.drops += drops - self._before[1]
            self._before = received, drops
        lost = interfaces.dropped(self.device.name)
        # A new interface of the same name begins at 0.
        self.lost += max(0, lost - self._lost_before)
        self._lost_before = lost
        up = interfaces.is_up(self.device.name)
        if up != self.up:
            self.up = up
            self.log("info" if up else "warning", f"interface {self.device.name} is {'up' if up else 'down'}")

    def close(self) -> None:
        """Let go of the interface."""
        if self.capture is not None:
            self.capture.close()
            self.capture = None
            self._before = (0, 0)


class Modeler:
    """One engine and the interfaces that it has its packets from; of several the packets are put in order."""

    def __init__(self, taps: list[Tap], settings: SensorSettings) -> None:
        self.taps = taps
        self.settings = settings
        self.engine = Engine(settings.flow)
        self.drained = True
        self._joined: Interleaver | None = None
        self._records = 0

    def open(self) -> None:
        """Begin to capture. Raises Unreachable or BadUse."""
        for tap in self.taps:
            tap.open()
        if len(self.taps) > 1:
            linktypes = {tap.linktype for tap in self.taps}
            if len(linktypes) > 1:
                raise BadUse(f"{' '.join(tap.device.name for tap in self.taps)}: interfaces of different link types cannot be joined")
            self._joined = Interleaver(linktypes.pop())

    def take(self, tap: Tap, room: int | None) -> Iterator[int]:
        """Feed the engine with what an interface has, at most `room` packets; says after each batch how many there were."""
        capture = tap.capture
        if capture is None:
            return
        with closing(capture.batches()) as batches:  # type: ignore[type-var]
            for batch in batches:
                count = batch.count if room is None else min(batch.count, room)
                if room is not None:
                    room -= count
                    batch.count = count
                if self._joined is not None:
                    self._joined.add(batch)
                else:
                    self.engine.feed(batch)
                yield count
                if room == 0:
                    return

    @property
    def waiting(self) -> int:
        """Packets that wait to be put in order."""
        return self._joined.waiting if self._joined else 0

    def tick(self, now: int, ordered: bool = True) -> None:
        """Let time pass to `now` (microseconds); ordered: False where the clock was set back and nothing is to wait for it."""
        if self._joined is not None:
            batch, first, last = self._joined.until(now * 1000 if ordered else _ALL_TIME)
            if first < last:
                self.engine.feed(batch, first, last)
        self.engine.tick(now)

    def finish(self) -> None:
        """Report everything held."""
        self.tick(int(self.engine.now), False)
        self.engine.finish(True)


class Signals:
    """INT, TERM: end; HUP: open files again; a second INT or TERM ends the program as it is. USR1 and USR2 do nothing.

    `descriptor` is ready when one has come.
    """

    def __init__(self) -> None:
        self.ending = False
        self.reload = False
        self._asked = 0.0
        self.descriptor, self._writer = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._writer, False)

    def listen(self) -> None:
        """Take over the signals."""
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._reload)
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(number, lambda *_: None)

    def _end(self, number: int, frame: FrameType | None) -> None:
        if not self.ending:
            self.ending = True
            self._asked = time.monotonic()
        elif time.monotonic() - self._asked > _TWICE:
            raise KeyboardInterrupt

    def _reload(self, number: int, frame: FrameType | None) -> None:
        self.reload = True

    def clear(self) -> None:
        """Forget what has made the descriptor ready."""
        with suppress(BlockingIOError):
            os.read(self.descriptor, 512)


class LiveSensor:
    """Interfaces through engines into the outputs, until a signal.

    read_again: makes new settings of the same command line and configuration files, for HUP.
    """

    def __init__(self, settings: SensorSettings, log: Log, signals: Signals, read_again: Callable[[], SensorSettings]) -> None:
        self.settings = settings
        self.log = log
        self.signals = signals
        self.read_again = read_again
        self.modelers = [self._modeler(devices) for devices in sources(settings)]
        self.packets = 0
        self.records = 0
        self._told = (0, 0, 0)
        self._poll = select.poll()
        self._poll.register(signals.descriptor, select.POLLIN)
        self._ready: dict[int, tuple[Modeler, Tap]] = {}
        self._looked = time.monotonic()
        self._wall = time.time_ns() // 1000

    def _modeler(self, devices: list[Device]) -> Modeler:
        from dataclasses import replace

        settings = self.settings
        idents = [device.ident for device in devices if device.ident]
        if idents:
            kind, ident = source_id(idents[-1], "-i")
            settings = replace(settings, flow=replace(settings.flow, ident_kind=kind, ident=ident))
        return Modeler([Tap(device, settings, self.log) for device in devices], settings)

    @property
    def taps(self) -> list[Tap]:
        """All interfaces."""
        return [tap for modeler in self.modelers for tap in modeler.taps]

    def open(self) -> None:
        """Begin to capture, on every interface. Raises Unreachable or BadUse."""
        for modeler in self.modelers:
            modeler.open()
            for tap in modeler.taps:
                self._watch(modeler, tap)

    def _watch(self, modeler: Modeler, tap: Tap) -> None:
        if tap.capture is not None:
            descriptor = tap.capture.fileno()
            self._ready[descriptor] = (modeler, tap)
            self._poll.register(descriptor, select.POLLIN)

    def _forget(self, tap: Tap) -> None:
        for descriptor, (_, other) in list(self._ready.items()):
            if other is tap:
                self._poll.unregister(descriptor)
                del self._ready[descriptor]
        tap.close()

    def run(self, outputs: LiveOutputs) -> None:
        """Until a signal, the last packet of -N, or the end of whoever reads standard output."""
        while not self.signals.ending and not outputs.broken_pipe and not self._enough():
            self._turn(outputs, TURN)
            if self.signals.reload:
                self.signals.reload = False
                self._reload(outputs)
        self._last(outputs)

    def _enough(self) -> bool:
        return self.settings.stop is not None and self.packets >= self.settings.stop

    def _turn(self, outputs: LiveOutputs, wait: float) -> None:
        ready = self._poll.poll(wait * 1000)
        for modeler in self.modelers:
            modeler.drained = True
        for descriptor, _ in ready:
            if descriptor == self.signals.descriptor:
                self.signals.clear()
            elif descriptor in self._ready:
                self._take(*self._ready[descriptor], outputs)
        self._pass_time()
        for modeler in self.modelers:
            self._drain(modeler, outputs)
        outputs.status_if_due(self._sequence(), self._made(), self._counters)
        now = time.monotonic()
        if now - self._looked >= _LOOK:
            self._looked = now
            self._look()

    def _take(self, modeler: Modeler, tap: Tap, outputs: LiveOutputs) -> None:
        room = None if self.settings.stop is None else self.settings.stop - self.packets
        batches = 0
        try:
            for count in modeler.take(tap, room):
                self.packets += count
                batches += 1
                if modeler.engine.pending >= _FULL:
                    self._drain(modeler, outputs)
        except Unreachable as error:
            self.log("warning", f"{error}; it is opened again when it is back")
            self._forget(tap)
        # Under load, packets that are older than the wall clock may be waiting in the kernel.
        modeler.drained = modeler.drained and (batches < TURNS or modeler.waiting > _MOST_WAITING)

    def _pass_time(self) -> None:
        wall = time.time_ns() // 1000
        for modeler in self.modelers:
            if modeler.drained:
                modeler.tick(wall - LAG, wall >= self._wall)
        self._wall = wall

    def _drain(self, modeler: Modeler, outputs: LiveOutputs) -> None:
        if modeler.engine.pending:
            outputs.write(modeler.engine.take())

    def _look(self) -> None:
        """Interfaces that have gone or come."""
        for modeler in self.modelers:
            for tap in modeler.taps:
                tap.look()
                if tap.capture is None:
                    self._again(modeler, tap)
                    continue
                try:
                    tap.capture.check()
                except Unreachable as error:
                    self.log("warning", f"{error}; it is opened again when it is back")
                    self._forget(tap)

    def _again(self, modeler: Modeler, tap: Tap) -> None:
        if interfaces.flags(tap.device.name) is None:
            return
        try:
            tap.open()
        except PyargusError as error:
            self.log("warning", str(error))
            return
        self._watch(modeler, tap)
        self.log("info", f"interface {tap.device.name} is captured again")

    def _reload(self, outputs: LiveOutputs) -> None:
        """HUP: the configuration again. What packets are captured and where records go can change; the rest needs a new start."""
        old = self.settings
        if old.chroot:
            outputs.reopen(old.outputs)
            self.log("info", f"outputs opened again; configuration files are outside the root folder {old.chroot}: they are not read again")
            return
        try:
            settings = self.read_again()
            if gone := [name for name in settings.missing if name not in old.missing]:
                raise Unreachable(f"{gone[0]}: No such file or directory")
        except PyargusError as error:
            self.log("error", f"the configuration is left as it was: {error}")
            outputs.reopen(old.outputs)
            return
        if settings.flow != old.flow or settings.live != old.live:
            self.log("warning", "changes of flow keys, intervals, interfaces and ports take effect at the next start")
        old.management_interval = settings.management_interval
        old.outputs = settings.outputs
        outputs.reopen(settings.outputs)
        if settings.packet_filter != old.packet_filter:
            self._filter(settings.packet_filter)
        self.log("info", "outputs opened again")

    def _filter(self, expression: str) -> None:
        """Capture with another packet filter from now on; where it does not compile, with the one before."""
        for modeler in self.modelers:
            for tap in modeler.taps:
                before = tap.settings.packet_filter
                tap.look()
                self._forget(tap)
                try:
                    tap.settings.packet_filter = expression
                    tap.open()
                except PyargusError as error:
                    self.log("error", f"the packet filter is left as it was: {error}")
                    tap.settings.packet_filter = before
                    self._again(modeler, tap)
                else:
                    self._watch(modeler, tap)

    def _last(self, outputs: LiveOutputs) -> None:
        """What came until the signal: the kernel hands it over within its waiting time; under load, what waits there already first."""
        until = time.monotonic() + LAG / 1e6
        latest = until + BACKLOG
        while self._ready and not self._enough():
            now = time.monotonic()
            if now >= until and (now >= latest or all(modeler.drained for modeler in self.modelers)):
                break
            self._turn(outputs, max(0.0, min(TURN, until - now)))
        for tap in self.taps:
            tap.look()
        for modeler in self.modelers:
            modeler.finish()
            self._drain(modeler, outputs)
        self.records = self._made()
        for tap in self.taps:
            self._forget(tap)

    # ---- what is told

    def _sequence(self) -> int:
        return int(self.modelers[0].engine.last_sequence)

    def _made(self) -> int:
        return sum(int(modeler.engine.records) for modeler in self.modelers)

    @property
    def dropped(self) -> int:
        """Packets that the kernel or an interface has dropped."""
        return sum(tap.drops + tap.lost for tap in self.taps)

    def _counters(self) -> dict[str, int]:
        """Since the last status record."""
        for tap in self.taps:
            tap.look()
        packets = sum(int(modeler.engine.packets) for modeler in self.modelers)
        size = sum(int(modeler.engine.bytes) for modeler in self.modelers)
        dropped = self.dropped
        before, self._told = self._told, (packets, size, dropped)
        return {
            "packets": packets - before[0],
            "bytes": size - before[1],
            "dropped": dropped - before[2],
            "link": self.taps[0].linktype,
        }

    def last_counters(self) -> dict[str, int]:
        """For the stop record, which names no link type."""
        return {**self._counters(), "link": 0}

    def summary(self) -> str:
        """What was captured and what was not, of each interface."""
        parts = [
            f"{tap.device.name} ({tap.received} packets received by filter, {tap.drops} dropped by kernel, {tap.lost} by interface)"
            for tap in self.taps
        ]
        return f"{self.packets} packets, {self.records} records: {', '.join(parts)}"


def sources(settings: SensorSettings) -> list[list[Device]]:
    """The sources that the settings name, with `any`, `all` and nothing replaced by interfaces. Raises Unreachable where there is none."""
    found: list[list[Device]] = []
    for devices in settings.live.sources or [[Device(FIRST)]]:
        if len(devices) == 1 and devices[0].name == ALL and not devices[0].joined:
            found += [[Device(name, ident=devices[0].ident)] for name in _up()]
            continue
        joined = []
        for device in devices:
            if device.name == ALL:
                joined += [Device(name, ident=device.ident) for name in _up()]
            elif device.name == FIRST:
                joined.append(Device(_first(), device.linktype, device.ident))
            else:
                joined.append(device)
        found.append(joined)
    return found


def _up() -> list[str]:
    names = [name for name in interfaces.names() if interfaces.is_up(name)]
    if not names:
        raise Unreachable("no interface is up")
    return names


def _first() -> str:
    names = interfaces.names()
    if not names:
        raise Unreachable("there is no network interface")
    return names[0]

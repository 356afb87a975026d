"""The sensor as a service: background, ports, privileges, pid file, outputs, in the order in which they depend on one another."""

from __future__ import annotations

import socket
from collections.abc import Callable

from pyargus.capture import interfaces
from pyargus.clients.daemon import Log, PidFile, give_up_privileges, into_background, notify
from pyargus.clients.sensor_live import LiveSensor, Signals
from pyargus.clients.sensor_live_outputs import LiveOutputs
from pyargus.clients.sensor_metrics import figures
from pyargus.clients.sensor_outputs import Account
from pyargus.clients.sensor_settings import SensorSettings
from pyargus.errors import ExitCode
from pyargus.network.addresses import parse_networks
from pyargus.network.listener import Listener
from pyargus.network.metrics import Metric, MetricsServer
from pyargus.network.ports import is_open, open_sockets
from pyargus.network.tls import TlsFiles, server_context


class Service:
    """What a sensor that does not end has around it.

    begin: first of all, the background; prepare: what needs privileges; start: they are given up, outputs are opened and served.
    """

    def __init__(self, settings: SensorSettings) -> None:
        self.settings = settings
        self.log = Log("argus")
        self.outputs: LiveOutputs
        self._sockets: list[socket.socket] = []
        self._pid: PidFile | None = None
        self._metrics: MetricsServer | None = None
        self._ready: Callable[[], None] | None = None

    def begin(self) -> None:
        """Go into the background, where that is asked for, before there are threads and open files."""
        if self.settings.live.in_background:
            self._ready = into_background(self.log)

    def prepare(self, name: str) -> None:
        """Open ports and the pid file; name: of the interface, for its name. Raises Unreachable or BadUse."""
        live = self.settings.live
        self._networks = parse_networks([live.allow]) if live.allow else ()
        files = TlsFiles(live.tls_cert, live.tls_key, live.tls_ca)
        self._context = server_context(files) if files else None
        if live.port:
            self._sockets = open_sockets(live.bind, live.port)
        if live.set_pid:
            self._pid = PidFile(live.pid_path, f"argus.{name}")

    def prepare_metrics(self, collect: Callable[[], list[Metric]]) -> None:
        """Open the port for figures, where one was asked for. Raises Unreachable or BadUse."""
        if self.settings.live.metrics:
            self._metrics = MetricsServer(self.settings.live.metrics, collect)

    def start(self, network: tuple[int, int] = (0, 0)) -> LiveOutputs:
        """Give up privileges, open the outputs and begin to serve. Raises Unreachable or BadUse."""
        settings = self.settings
        give_up_privileges(settings.chroot, settings.user, settings.group)
        self.outputs = LiveOutputs(settings.outputs, Account(settings), self.log, network)
        if self._sockets:
            self.outputs.listener = Listener(self._sockets, self.outputs.welcome, self.log, self._networks, self._context)
            if is_open(self._sockets) and not self._networks and self._context is None:
                self.log("warning", f"port {settings.live.port} is open to all networks; see --allow, --tls-ca, -B")
        elif not settings.outputs:
            self.log("warning", "records go nowhere: neither -w nor -P was given")
        self.outputs.start()
        if self._metrics:
            self._metrics.start()
        self.log("info", "started")
        if self._ready:
            self._ready()
        notify("READY=1")
        return self.outputs

    def end(self, records: int, counters: dict[str, int], summary: str) -> None:
        """Deliver what waits, and close everything."""
        notify("STOPPING=1")
        self.outputs.close(records, **counters)
        if self._metrics:
            self._metrics.close()
        self.log("info", f"stopped: {summary}")
        if self._pid:
            self._pid.remove()


def run_live(settings: SensorSettings, read_again: Callable[[], SensorSettings]) -> int:
    """Capture until a signal; returns the exit status. read_again: makes new settings of the same command line. Raises PyargusError."""
    service = Service(settings)
    for warning in settings.warnings:
        service.log("warning", warning)
    service.begin()
    signals = Signals()
    # Whoever is told that the sensor is ready may end it in the same moment.
    signals.listen()
    sensor = LiveSensor(settings, service.log, signals, read_again)
    sensor.open()
    name = sensor.taps[0].device.name
    service.prepare(name)
    service.prepare_metrics(lambda: figures(sensor, service.outputs))
    outputs = service.start(interfaces.network(name))
    sensor.run(outputs)
    service.end(sensor.records, sensor.last_counters(), sensor.summary())
    return ExitCode.OK

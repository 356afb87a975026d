"""radium: collect records from many sources and relay them to clients and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from pyargus.clients.options import OPTIONS as READER_OPTIONS
from pyargus.clients.program import SHARED_MODES, Program
from pyargus.clients.radium_options import OPTIONS
from pyargus.clients.radium_settings import RadiumSettings, from_argv
from pyargus.clients.standard import emit, occupy
from pyargus.errors import BadUse, ExitCode, PyargusError

PROGRAM = Program(
    "radium",
    "Collect flow records from many sources, relay them to clients and files.",
    own=OPTIONS,
    without=frozenset({option.letter for option in READER_OPTIONS} | {mode.word for mode in SHARED_MODES}),
)


def run(settings: RadiumSettings, argv: Sequence[str]) -> int:
    """Relay until a signal or the end of all sources; returns the exit status. argv: the command line, read again by HUP."""
    from pyargus.clients.daemon import Log, PidFile, give_up_privileges, into_background, notify
    from pyargus.clients.relay import Relay, Signals
    from pyargus.clients.sensor_live_outputs import LiveOutputs
    from pyargus.network.addresses import parse_networks
    from pyargus.network.listener import Listener
    from pyargus.network.metrics import MetricsServer
    from pyargus.network.ports import is_open, open_sockets
    from pyargus.network.tls import TlsFiles, server_context
    from pyargus.record.management import Cause

    log = Log("radium")
    if not settings.servers and not settings.inputs:
        raise BadUse("no sources: name servers with -S or files with -r")
    if not settings.outputs and not settings.port:
        raise BadUse("records would go nowhere: serve them with -P or write them with -w")
    for warning in settings.warnings:
        log("warning", warning)
    networks = parse_networks([settings.allow])
    files = TlsFiles(settings.tls_cert, settings.tls_key, settings.tls_ca)
    context = server_context(files) if files else None
    if settings.in_background:
        for name, values in (("inputs", settings.inputs), ("outputs", [name for name, _ in settings.outputs])):
            if "-" in values:
                raise BadUse(f"-d: standard files are not there in the background ({name})")
    ready = into_background(log) if settings.in_background else None
    signals = Signals()
    signals.listen()
    # What needs privileges comes first.
    sockets = open_sockets(settings.bind, settings.port) if settings.port else []
    relay = Relay(settings, log, signals, lambda: from_argv(argv))
    relay.open()
    metrics = MetricsServer(settings.metrics, relay.metrics) if settings.metrics else None
    pid = PidFile(settings.pid_path, "radium") if settings.set_pid else None
    give_up_privileges(settings.chroot, settings.user, settings.group)
    outputs = LiveOutputs(settings.outputs, relay.account, log)
    outputs.last = Cause.SHUTDOWN
    if sockets:
        outputs.listener = Listener(sockets, outputs.welcome, log, networks, context)
        if is_open(sockets) and not networks and not settings.tls_ca:
            log("warning", f"port {settings.port} is open to all networks; see --allow, --tls-ca, -B")
    outputs.start()
    relay.begin(outputs)
    if metrics:
        metrics.start()
    log("info", f"started: {len(settings.servers)} servers, {len(settings.inputs)} files")
    if ready:
        ready()
    notify("READY=1")
    relay.run()
    notify("STOPPING=1")
    relay.hub.close()
    outputs.close(relay.records, dropped=relay.lost())
    if metrics:
        metrics.close()
    log("info", f"stopped: {relay.records} records relayed, {relay.lost()} lost")
    if pid:
        pid.remove()
    return relay.status


def main() -> None:
    """Entry point of the program."""
    status: int
    occupy()
    try:
        if "_RADIUM_COMPLETE" in os.environ:
            from pyargus.clients.completion import respond
            from pyargus.record.filter_words import vocabulary

            sys.exit(respond("radium", os.environ["_RADIUM_COMPLETE"], OPTIONS, vocabulary()))
        settings = from_argv(sys.argv[1:])
        if settings.help:
            from pyargus.clients.help import reader_page

            emit(reader_page(PROGRAM).encode())
            sys.exit(ExitCode.OK)
        status = run(settings, sys.argv[1:])
    except KeyboardInterrupt:
        status = ExitCode.INTERRUPTED
    except PyargusError as error:
        sys.stderr.write(f"radium: {error}\n")
        status = error.exit_code
    sys.exit(status)

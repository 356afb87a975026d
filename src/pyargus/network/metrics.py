"""Figures for Prometheus: its text format, and a small HTTP server that answers with it.

Source: Prometheus text exposition format 0.0.4.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pyargus.errors import BadUse, Unreachable
from pyargus.network.addresses import joined, parse_uri, resolve
from pyargus.network.listener import ListenerStats
from pyargus.network.source import SourceStats

COUNTER, GAUGE = "counter", "gauge"

# Seconds that whoever asks may take to do so.
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure: name, COUNTER or GAUGE, what it is, and its value for each set of labels (name, value)."""

    name: str
    kind: str
    text: str
    samples: Sequence[tuple[tuple[tuple[str, str], ...], float]] = field(default_factory=list)


def single(name: str, kind: str, text: str, value: float) -> Metric:
    """A figure without labels."""
    return Metric(name, kind, text, [((), value)])


def render(metrics: Iterable[Metric]) -> str:
    """The metrics as text."""
    lines = []
    for metric in metrics:
        lines.append(f"# HELP {metric.name} {metric.text}\n# TYPE {metric.name} {metric.kind}\n")
        for labels, value in metric.samples:
            inside = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            lines.append(f"{metric.name}{'{' + inside + '}' if inside else ''} {value:.17g}\n")
    return "".join(lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def of_listener(stats: ListenerStats) -> list[Metric]:
    """What a listener knows of its clients."""
    started = [client for client in stats.clients if client.started]
    names = [((("client", str(client.number)), ("address", client.address)), client) for client in started]
    return [
        single("argus_clients", GAUGE, "Clients that get records", len(started)),
        single("argus_connections_pending", GAUGE, "Connections that have not asked for records", len(stats.clients) - len(started)),
        single("argus_connections_accepted_total", COUNTER, "Connections accepted", stats.accepted),
        single("argus_connections_refused_total", COUNTER, "Connections refused by the list of networks or the limit", stats.refused),
        single("argus_published_bytes_total", COUNTER, "Bytes of records offered to clients", stats.published_bytes),
        single("argus_clients_lost_records_total", COUNTER, "Records dropped from queues of clients that read too slowly", stats.lost),
        Metric("argus_client_queue_bytes", GAUGE, "Bytes waiting for a client", [(name, one.queued) for name, one in names]),
        Metric("argus_client_sent_bytes_total", COUNTER, "Bytes sent to a client", [(name, one.sent_bytes) for name, one in names]),
        Metric("argus_client_lost_records_total", COUNTER, "Records dropped from its queue", [(name, one.lost) for name, one in names]),
    ]


def of_sources(stats: Sequence[SourceStats]) -> list[Metric]:
    """What a hub knows of its sources."""
    names = [((("source", one.name),), one) for one in stats]
    return [
        Metric("argus_source_up", GAUGE, "Whether a source is connected", [(name, one.phase == "open") for name, one in names]),
        Metric("argus_source_connects_total", COUNTER, "How often a source was opened", [(name, one.connects) for name, one in names]),
        Metric("argus_source_losses_total", COUNTER, "How often it was lost or not reached", [(name, one.losses) for name, one in names]),
        Metric("argus_source_bytes_total", COUNTER, "Bytes of records from a source", [(name, one.bytes) for name, one in names]),
        Metric("argus_source_malformed_total", COUNTER, "Datagrams or parts of them that could not be read",
               [(name, one.malformed) for name, one in names]),
        Metric("argus_source_left_out_total", COUNTER, "Datagrams or sets in them that are whole and yet gave no records",
               [((*name, ("reason", reason)), count) for name, one in names for reason, count in one.left_out.items()]),
    ]  # fmt: skip


class MetricsServer:
    """Answers `GET /metrics` in threads of its own. collect: gives the figures, called in one of those threads.

    where: `[address:]port`, on 127.0.0.1 without an address. Raises BadUse for what is none, Unreachable where it cannot listen.
    """

    def __init__(self, where: str, collect: Callable[[], Iterable[Metric]]) -> None:
        if not where.rpartition(":")[2].isdecimal():
            raise BadUse(f"metrics: expected [address:]port, not {where}")
        uri = parse_uri(f"127.0.0.1:{where}" if where.isdecimal() else where)
        family, address = resolve(uri.host, uri.port, passive=True)[0]

        class Handler(BaseHTTPRequestHandler):
            timeout = TIMEOUT
            server_version = "argus"
            sys_version = ""

            def do_GET(self) -> None:
                if self.path.partition("?")[0] != "/metrics":
                    self.send_error(HTTPStatus.NOT_FOUND)
                    return
                body = render(collect()).encode()
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads who asked."""

        class Server(ThreadingHTTPServer):
            address_family = family
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever asks and goes away before the answer has none."""

        try:
            self._server = Server(address, Handler)
        except OSError as error:
            raise Unreachable(f"cannot serve metrics on {joined(uri.host, uri.port)}: {error.strerror}") from None
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)

    @property
    def port(self) -> int:
        """The port listened on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer. After a fork, not before."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()


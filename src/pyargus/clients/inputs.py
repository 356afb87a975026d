"""What readers of records read from: argus files, and captures, which go through the sensor on the way.

Which of the two an input is, is known by its content, also when it is compressed or a stream.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from pyargus.clients.settings import Settings
from pyargus.errors import BadInput
from pyargus.record.reader import COOKIES, INITIAL, Buffer, Source, open_source

# Bytes of records that the engine holds before they are handed on.
_FULL = 1 << 18


class _Rest:
    """The content of a source as the stream that a capture is read from."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.held = memoryview(b"")

    def readinto(self, target: memoryview, /) -> int:
        """Read into `target`; 0 at the end."""
        if not self.held:
            self.held = memoryview(self.source.read())
        size = min(len(target), len(self.held))
        target[:size] = self.held[:size]
        self.held = self.held[size:]
        return size


class CaptureSource(Source):
    """A capture as a source of records: those that the sensor writes with application bytes, packet sizes, jitter and MAC addresses.

    The records are framed by the management records of a sensor's file, so that offsets, sequence numbers and totals are those of the
    file that `argus -AJmZ` would have written.
    """

    def __init__(self, source: Source) -> None:
        from pyargus.capture.reader import CaptureReader, open_capture

        self.name = source.name
        self.seekable = False
        self.initial = b""
        self.notes = []
        self._started = 0
        self.file = source.file
        if source.path:
            source.close()
            self._capture = open_capture(source.path)
        else:
            self._capture = CaptureReader(source.name, source.file, stream=True, raw=_Rest(source))

    def close(self) -> None:
        """Let go of the capture."""
        self._capture.close()

    def _management(self, cause: str, records: int = 0) -> bytes:
        from pyargus.record.management import Cause, Management, encode

        now = time.time_ns() // 1000
        before, self._started = self._started or now, now
        return encode(Management(Cause[cause], before, now, records=records))

    def start(self) -> None:
        """Make the initial management record."""
        self.initial = self._management("START")

    def chunks(self) -> Iterator[tuple[Buffer, int]]:
        """Records as the packets of the capture make them.

        Raises BadInput where the capture is damaged, after the records of all packets before that place, and after all records where
        packets of a link type that is not supported were left out.
        """
        from pyargus.capture.link_cy import supported
        from pyargus.flow.config import FlowConfig
        from pyargus.flow.engine_cy import Engine

        engine = Engine(FlowConfig(app_bytes=True, jitter=True, macs=True, sizes=True))
        offset = len(self.initial)
        left_out: dict[int, int] = {}
        fault: BadInput | None = None
        try:
            for batch in self._capture:
                if not supported(batch.linktype):
                    left_out[batch.linktype] = left_out.get(batch.linktype, 0) + batch.count
                    continue
                engine.feed(batch)
                if engine.pending >= _FULL:
                    data = engine.take()
                    yield data, offset
                    offset += len(data)
        except BadInput as error:
            fault = error
        engine.finish()
        data = engine.take() + self._management("STOP", engine.records + 1)
        yield data, offset
        if fault is not None:
            raise fault
        self.notes += self._capture.problems
        for linktype, count in left_out.items():
            raise BadInput(self.name, None, f"link type {linktype} is not supported; {count} packets left out")


def open_input(name: str) -> Source:
    """Open a file of records or a capture by name, `-` for standard input.

    Raises Unreachable if it cannot be opened and BadInput if its compression is damaged at the start.
    """
    source = open_source(name)
    try:
        head = source.peek(12)
    except BadInput:
        source.close()
        raise
    if head[8:12] in COOKIES or len(head) < 4:
        return source
    from pyargus.capture.pcap import recognise
    from pyargus.capture.pcapng import SECTION

    if head[:4] == SECTION or recognise(head[:4]):
        if source.first != INITIAL or source.last is not None:
            source.close()
            raise BadInput(name, None, "a range of bytes can be read of a file of records only")
        return CaptureSource(source)
    return source


def open_servers(settings: Settings, say: Callable[[str], None]) -> Source:
    """The servers of the settings as one source; `say` takes a sentence for each that is lost or cannot be reached.

    Raises BadUse for a URI that is none, Unreachable for datagrams that cannot be received.
    """
    from pyargus.network.addresses import parse_uri
    from pyargus.network.live import LiveSource
    from pyargus.network.source import Hub
    from pyargus.network.tls import TlsFiles, client_context

    def log(level: str, text: str) -> None:
        # What cannot be reached at the start is the error that ends the run.
        if settings.insist or any(remote.initial for remote in hub.sources):
            say(text)

    files = TlsFiles(settings.tls_cert, settings.tls_key, settings.tls_ca)
    hub = Hub(log, lambda: client_context(files))
    source = LiveSource(hub, settings.insist)
    try:
        for text in settings.servers:
            uri = parse_uri(text, default_port=settings.server_port)
            if uri.scheme == "argus+tls":
                # Files that cannot be used are said before anybody is asked.
                hub.prepare_tls()
            hub.add(uri, settings.remote_filter)
    except BaseException:
        hub.close()
        raise
    return source

"""Servers and exporters as one source of records, for programs that read one source after the other."""

from __future__ import annotations

from collections.abc import Iterator

from pyargus.errors import Unreachable
from pyargus.network.source import Delivery, Hub, until_open
from pyargus.record.reader import Buffer, Source

# Seconds after which a reader gets a turn although nothing has come.
TURN = 0.25


class LiveSource(Source):
    """The sources of a hub, their records in the order in which they come. Where nothing comes an empty buffer does, every quarter second.

    insist: wait for servers that cannot be reached at the start.
    """

    live = True

    def __init__(self, hub: Hub, insist: bool = False) -> None:
        self.path = ""
        self.seekable = False
        self.initial = b""
        self.notes = []
        self._hub = hub
        self._insist = insist
        self._waiting: list[Delivery] = []

    @property
    def name(self) -> str:  # type: ignore[override]
        """All of them."""
        return ", ".join(source.name for source in self._hub.sources)

    def start(self) -> None:
        """Wait until one of the sources is open. Raises Unreachable once none can be."""
        while not self.initial:
            try:
                for found in until_open(self._hub, TURN):
                    self._waiting += found
            except Unreachable:
                if not self._insist:
                    raise
                continue
            self.initial = next(source.initial for source in self._hub.sources if source.initial)

    def chunks(self) -> Iterator[tuple[Buffer, int]]:
        """Whole records, among them the initial management records of all sources but the first."""
        offset = len(self.initial)
        first = self.initial
        waiting, self._waiting = self._waiting, []
        while True:
            for delivery in waiting:
                if delivery.initial and delivery.data == first:
                    first = b""
                    continue
                yield delivery.data, offset
                offset += len(delivery.data)
            if not self._hub.alive:
                return
            waiting = self._hub.poll(TURN)
            if not waiting:
                yield b"", offset

    def close(self) -> None:
        """Say goodbye to the servers."""
        for source in self._hub.sources:
            if source.receiver is None:
                continue
            if source.receiver.malformed:
                self.notes.append(f"{source.name}: {source.receiver.malformed} malformed datagrams or sets in them left out")
            for reason, count in source.receiver.left_out.items():
                self.notes.append(f"{source.name}: {count} datagrams or sets left out: {reason}")
        self._hub.close()

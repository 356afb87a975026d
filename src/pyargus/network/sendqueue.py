"""What waits to be sent to one client: bounded in bytes, and when it is full whole records are dropped, the oldest first.

The bytes are shared by all clients; a queue holds references to them and how far it has come.
"""

from __future__ import annotations

from collections import deque

from pyargus.network.pieces_cy import cut, records

# Small enough that little is dropped at once, large enough that a client costs few calls.
PIECE = 1 << 16

Buffer = bytes | memoryview


class Piece:
    """Bytes of whole records and their number; 0 marks what is never dropped: answers to commands, status records."""

    __slots__ = ("data", "records")

    def __init__(self, data: Buffer, count: int) -> None:
        self.data = data
        self.records = count


def pieces(data: bytes) -> list[Piece]:
    """A buffer of whole records as pieces that share its bytes."""
    view = memoryview(data)
    spans = cut(view, PIECE)
    if len(spans) == 1 and spans[0][1] == len(data):
        return [Piece(data, spans[0][2])]
    return [Piece(view[start:end], count) for start, end, count in spans]


class SendQueue:
    """limit: bytes held at most. size: bytes held; lost: records dropped since it began; lost_bytes: their bytes."""

    __slots__ = ("_pieces", "_sent", "limit", "lost", "lost_bytes", "size", "waiting")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.waiting = 0
        self.lost = 0
        self.lost_bytes = 0
        self._pieces: deque[Piece] = deque()
        # bytes of the first piece that are already sent
        self._sent = 0

    def put(self, piece: Piece) -> None:
        """Add a piece at the end; where that is too much, drop from the front."""
        self._pieces.append(piece)
        self.size += len(piece.data)
        self.waiting += piece.records
        if self.size > self.limit:
            self._drop()

    def _drop(self) -> None:
        kept: list[Piece] = []
        if self._sent:
            # A record whose first bytes are out is sent to its end.
            head = self._pieces.popleft()
            if head.records:
                end, count = records(memoryview(head.data), self._sent)
                self._lose(head.records, count, len(head.data) - end)
                head = Piece(memoryview(head.data)[:end], 0)
            if self._sent < len(head.data):
                kept.append(head)
            else:
                self._sent = 0
        while self._pieces and self.size > self.limit:
            piece = self._pieces.popleft()
            if piece.records:
                self._lose(piece.records, piece.records, len(piece.data))
            else:
                kept.append(piece)
        self._pieces.extendleft(reversed(kept))

    def _lose(self, waiting: int, count: int, size: int) -> None:
        self.waiting -= waiting
        self.size -= size
        self.lost += count
        self.lost_bytes += size

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def buffers(self, most: int) -> list[Buffer]:
        """The next bytes to send, as up to `most` buffers."""
        out: list[Buffer] = []
        for piece in self._pieces:
            out.append(memoryview(piece.data)[self._sent :] if not out and self._sent else piece.data)
            if len(out) == most:
                break
        return out

    def advance(self, count: int) -> None:
        """So many bytes of the buffers are sent."""
        self.size -= count
        count += self._sent
        while self._pieces and count >= len(self._pieces[0].data):
            piece = self._pieces.popleft()
            self.waiting -= piece.records
            count -= len(piece.data)
        self._sent = count

"""Sockets of servers, and what those of both ends have in common."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from pyargus.errors import PyargusError, Unreachable
from pyargus.network.addresses import joined, peer_address, resolve


def open_sockets(addresses: Sequence[str], port: int) -> list[socket.socket]:
    """Listening sockets of the addresses, all of the machine's without any. Port 0: a free one, the same for all.

    Raises Unreachable for an address or port that cannot be had.
    """
    sockets: list[socket.socket] = []
    try:
        for name in addresses or ("0.0.0.0", "::"):
            for family, address in resolve(name, port, passive=True):
                try:
                    sock = socket.socket(family, socket.SOCK_STREAM)
                except OSError:
                    if not addresses and sockets:
                        # A machine without IPv6.
                        continue
                    raise
                sockets.append(sock)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                try:
                    sock.bind((address[0], port, *address[2:]))
                except OSError as error:
                    if not addresses and len(sockets) > 1 and error.errno == errno.EADDRNOTAVAIL:
                        sockets.pop().close()
                        continue
                    raise Unreachable(f"cannot listen on {joined(address[0], port)}: {meaning(error, port)}") from None
                sock.listen(128)
                sock.setblocking(False)
                port = port or sock.getsockname()[1]
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise Unreachable(f"cannot listen on port {port}: {error.strerror}") from None
    except PyargusError:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def meaning(error: OSError, port: int) -> str:
    """What it means that a socket could not be bound to a port."""
    if error.errno == errno.EACCES and port < 1024:
        return f"{error.strerror}: a port below 1024 needs root or the capability CAP_NET_BIND_SERVICE"
    return error.strerror or str(error)


def is_open(sockets: Sequence[socket.socket]) -> bool:
    """Whether other machines reach one of the listening sockets."""
    return any(not peer_address(sock.getsockname()).is_loopback for sock in sockets)


def keep_alive(sock: socket.socket) -> None:
    """Find out within minutes that a peer is gone."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

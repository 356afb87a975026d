"""Addresses as they are written, and lists of networks that may connect."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from pyargus.errors import BadUse, Unreachable
from pyargus.network.protocol import PORT

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

TCP = ("argus", "argus-tcp", "argus+tls")
UDP = ("argus-udp", "cisco")
_NO_USE = {"jflow": "use cisco://, which reads NetFlow and IPFIX", "sflow": "sFlow is not supported"}
_SCHEMES = {
    "argus": "argus",
    "argus-tcp": "argus",
    "argus+tls": "argus+tls",
    "argus-udp": "argus-udp",
    "udp": "argus-udp",
    "cisco": "cisco",
    "ipfix": "cisco",
    "ipfix-udp": "cisco",
}
NETFLOW_PORT = 9995


@dataclass(frozen=True, slots=True)
class Uri:
    """A place to read from or to send to. scheme: argus, argus+tls, argus-udp or cisco; host: empty for any address of this machine."""

    scheme: str
    host: str
    port: int
    user: str = ""

    def __str__(self) -> str:
        return f"{self.scheme}://{joined(self.host, self.port)}"

    @property
    def short(self) -> str:
        """host:port"""
        return joined(self.host, self.port)


def joined(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_uri(text: str, scheme: str = "argus", default_port: int = PORT) -> Uri:
    """`[scheme://][user[:password]@]host[:port]`; without a scheme it is `scheme`. Raises BadUse for what is none or is not supported."""
    given, mark, rest = text.partition("://")
    if mark:
        if given in _NO_USE:
            raise BadUse(f"{text}: {_NO_USE[given]}")
        if given not in _SCHEMES:
            raise BadUse(f"{text}: no such kind of source: {given}:// (known: {', '.join(sorted(_SCHEMES))})")
        scheme = _SCHEMES[given]
    else:
        rest = text
    user, _, rest = rest.rpartition("@")
    if "/" in rest.rstrip("/"):
        raise BadUse(f"{text}: stored files are not asked of a server; read them where they are with -r")
    match = re.fullmatch(r"\[([^\]]+)\](?::(\d+))?|([^:\[\]]*)(?::(\d+))?", rest.rstrip("/"))
    if match is None:
        try:
            ipaddress.IPv6Address(rest)
        except ValueError:
            raise BadUse(f"{text}: expected host, host:port or [IPv6 address]:port") from None
        host, port = rest, ""
    else:
        host, port = match[1] or match[3] or "", match[2] or match[4] or ""
    if not host and scheme in TCP:
        raise BadUse(f"{text}: no host in it")
    number = int(port) if port else (NETFLOW_PORT if scheme == "cisco" else default_port)
    if not 0 < number < 65536:
        raise BadUse(f"{text}: no such port: {port}")
    return Uri(scheme, host, number, unquote(user.partition(":")[0].partition("/")[0]))


def resolve(host: str, port: int, kind: int = socket.SOCK_STREAM, passive: bool = False) -> list[tuple[int, tuple[str, int]]]:
    """(family, socket address) of every address of a host, in the system's order. Raises Unreachable for one that has none."""
    flags = socket.AI_PASSIVE if passive else 0
    try:
        found = socket.getaddrinfo(host or None, port, type=kind, flags=flags)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"{joined(host, port)}: {getattr(error, 'strerror', None) or error}") from None
    return [(int(item[0]), item[4]) for item in found if item[0] in (socket.AF_INET, socket.AF_INET6)]  # type: ignore[misc]


def is_numeric(host: str) -> bool:
    """Whether a host is written as an address, so that finding it asks nobody."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def parse_networks(words: Iterable[str]) -> tuple[Network, ...]:
    """Networks and addresses, separated by commas or blanks. Raises BadUse for what is neither."""
    networks: list[Network] = []
    for word in [part for item in words for part in re.split(r"[,\s]+", item) if part]:
        try:
            networks.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise BadUse(f"{word}: expected a network such as 192.0.2.0/24 or 2001:db8::/32") from None
    return tuple(networks)


def peer_address(address: Sequence[object]) -> Address:
    """The address in a socket address; an IPv4 address in IPv6 form as IPv4."""
    found = ipaddress.ip_address(str(address[0]).partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return mapped or found


def allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Whether a list of networks lets an address in; an empty list lets in all."""
    return not networks or any(address.version == network.version and address in network for network in networks)

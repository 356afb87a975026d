"""Kinds of addresses: what the registries of special-purpose and multicast addresses say.

Source: IANA special-purpose address registries (RFC 6890 and what updates it), RFC 5771 (IPv4 multicast), RFC 4291 and 7346 (IPv6).
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

# The more specific network stands before the one that holds it.
_IPV4 = (
    ("0.0.0.0/8", "IPv4 Unicast This Network"),
    ("10.0.0.0/8", "IPv4 Unicast Private"),
    ("100.64.0.0/10", "IPv4 Unicast Shared"),
    ("127.0.0.0/8", "IPv4 Unicast LoopBack"),
    ("169.254.0.0/16", "IPv4 Unicast Link Local"),
    ("172.16.0.0/12", "IPv4 Unicast Private"),
    ("192.0.0.0/24", "IPv4 Unicast Reserved"),
    ("192.0.2.0/24", "IPv4 Unicast Test Net"),
    ("192.168.0.0/16", "IPv4 Unicast Private"),
    ("198.18.0.0/15", "IPv4 Unicast Benchmark"),
    ("198.51.100.0/24", "IPv4 Unicast Test Net"),
    ("203.0.113.0/24", "IPv4 Unicast Test Net"),
    ("224.0.0.0/24", "IPv4 Multicast Local"),
    ("224.0.1.0/24", "IPv4 Multicast Internet"),
    ("224.0.0.0/16", "IPv4 Multicast AdHoc"),
    ("224.2.0.0/16", "IPv4 Multicast SdpSap"),
    ("224.3.0.0/16", "IPv4 Multicast AdHoc"),
    ("224.4.0.0/16", "IPv4 Multicast AdHoc"),
    ("232.0.0.0/8", "IPv4 Multicast Src Spec"),
    ("233.252.0.0/14", "IPv4 Multicast AdHoc"),
    ("233.0.0.0/8", "IPv4 Multicast GLOP"),
    ("234.0.0.0/8", "IPv4 Multicast Unicast Prefix"),
    ("239.192.0.0/14", "IPv4 Multicast OrgLocal"),
    ("239.255.0.0/16", "IPv4 Multicast SiteLocal"),
    ("239.0.0.0/8", "IPv4 Multicast Admin"),
    ("224.0.0.0/4", "IPv4 Multicast Reserved"),
    ("255.255.255.255/32", "IPv4 Broadcast"),
    ("240.0.0.0/4", "IPv4 Unicast Reserved"),
    ("0.0.0.0/0", "IPv4 Unicast"),
)
_IPV6 = (
    ("::/128", "IPv6 Unspecified"),
    ("::1/128", "IPv6 Loopback"),
    ("::ffff:0:0/96", "IPv6 IPv4 Mapped"),
    ("64:ff9b::/96", "IPv6 Translation"),
    ("64:ff9b:1::/48", "IPv6 Translation"),
    ("100::/64", "IPv6 Discard"),
    ("2001:db8::/32", "IPv6 Documentation"),
    ("3fff::/20", "IPv6 Documentation"),
    ("2001::/32", "IPv6 Teredo"),
    ("2002::/16", "IPv6 6to4"),
    ("2000::/3", "IPv6 Global"),
    ("fc00::/7", "IPv6 Unique Local"),
    ("fe80::/10", "IPv6 LinkLocal"),
    ("fec0::/10", "IPv6 SiteLocal"),
    ("ff00::/8", "IPv6 Multicast"),
    ("::/0", "IPv6 Reserved"),
)
_SCOPES = {1: "Node Local", 2: "Link Local", 5: "Site Local", 8: "Org Local", 14: "Global"}


def _table(rows: tuple[tuple[str, str], ...], network: type[IPv4Network] | type[IPv6Network]) -> list[tuple[int, int, str]]:
    return [(int(net.network_address), int(net.netmask), kind) for net, kind in ((network(text), kind) for text, kind in rows)]


_TABLE4 = _table(_IPV4, IPv4Network)
_TABLE6 = _table(_IPV6, IPv6Network)


def _first(rows: tuple[tuple[str, str], ...]) -> list[str]:
    return list(dict.fromkeys(kind for _, kind in rows))


# In the order of the report: IPv4 unicast in general first, then the special kinds.
KINDS: tuple[str, ...] = (
    "IPv4 Unicast",
    *(kind for kind in _first(_IPV4) if kind != "IPv4 Unicast"),
    *(kind for kind in _first(_IPV6) if kind != "IPv6 Multicast"),
    *(f"IPv6 Multicast {scope}" for scope in _SCOPES.values()),
    "IPv6 Multicast",
)


def kind_of_ipv4(address: int) -> str:
    """The kind of an IPv4 address."""
    return next(kind for net, mask, kind in _TABLE4 if address & mask == net)


def kind_of_ipv6(address: int) -> str:
    """The kind of an IPv6 address; of multicast also its scope."""
    kind = next(kind for net, mask, kind in _TABLE6 if address & mask == net)
    if kind != "IPv6 Multicast":
        return kind
    scope = _SCOPES.get(address >> 112 & 15)
    return f"{kind} {scope}" if scope else kind

"""-e and -M label=: records chosen by a regular expression over their user data or label."""

from __future__ import annotations

from collections.abc import Callable

from pyargus.clients.settings import Settings
from pyargus.errors import BadUse

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    from pyargus.record.arrange_cy import Arranger
    from pyargus.record.filter_cy import Filter


def matcher(settings: Settings) -> Callable[[Any], bool]:
    """A function that says whether a record has the wanted user data and label."""
    from pyargus.clients.regex import compile_regex, occurs

    sides = "sd"
    text = settings.regex
    if text[:2] in ("s:", "d:"):
        sides, text = text[0], text[2:]
    pattern = compile_regex(text, settings.ignore_case) if settings.regex else None
    label = compile_regex(settings.label, settings.ignore_case) if settings.label else None

    def wanted(record: Any) -> bool:
        if pattern is not None:
            # What was not captured is no empty text.
            held = record.present & ~record.opaque
            found = any(held & (0x1000 if side == "d" else 0x800) and occurs(pattern, record.user_data(side == "d")) for side in sides)
            if found == settings.invert:
                return False
        if label is not None:
            text = record.label()
            return text is not None and label.search(text) is not None
        return True

    return wanted


def make_filter(settings: Settings) -> Filter | None:
    """The filter of the settings, compiled, or None."""
    if not settings.filter:
        return None
    from pyargus.record.filter import compile_filter
    from pyargus.record.filter_cy import Filter

    return Filter(compile_filter(settings.filter), settings.precision)


def local_networks(name: str) -> list[tuple[int, int, int]]:
    """The networks of a file: each line starts with an address or `address/length`; version, network and mask of each as integers.

    Raises BadUse for a file that cannot be read or a line that is no network.
    """
    import ipaddress

    try:
        with open(name, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.readlines()
    except OSError as error:
        raise BadUse(f"RA_LOCAL={name}: {error.strerror}") from error
    out: list[tuple[int, int, int]] = []
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        try:
            network = ipaddress.ip_network(words[0], strict=False)
        except ValueError as error:
            raise BadUse(f"{name}: line {number}: {error}") from error
        out.append((network.version, int(network.network_address), int(network.netmask)))
    return out


def make_arranger(settings: Settings) -> Arranger | None:
    """What decides the direction of records in doubt, or None. Raises BadUse for local networks without a file of them."""
    rule = settings.local_rule
    if not settings.port_rules and not rule:
        return None
    if rule and not settings.local_file:
        raise BadUse(f"RA_LOCAL_DIRECTION={rule}: RA_LOCAL names no file of networks")
    from pyargus.record.arrange_cy import Arranger

    made = Arranger(local_networks(settings.local_file) if rule else [])
    made.wellknown = "wellknown" in settings.port_rules
    made.registered = "registered" in settings.port_rules
    if "services" in settings.port_rules:
        from pyargus.record.names import services

        made.services = True
        made.named = frozenset(services()[0])
    made.local_is_destination = rule == "force:dst"
    made.local_is_source = bool(rule) and rule != "force:dst"
    return made


def is_raw(settings: Settings) -> bool:
    """Whether records come out of the selection as they were decoded and repaired, so that the bytes they were read from say the same."""
    return settings.parts == 0xFFFFFFFF and not settings.uni and make_arranger(settings) is None

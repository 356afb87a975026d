"""What of the sensor's options and variables matters to live capture and to serving records, as settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyargus.capture.live import AUTO, PCAP, RING, RING_SIZE
from pyargus.clients.argv import NONE, ONE
from pyargus.clients.options import Option
from pyargus.clients.sensor_devices import Device, parse
from pyargus.errors import BadUse

OPTIONS: tuple[Option, ...] = (
    Option("i", "interface", ONE, "DEVICE", "capture from an interface: NAME, NAME/ID, ind:A,B, bond:A,B, dup:A,B, any, all; not with -r"),
    Option("P", "port", ONE, "PORT", "serve records on this TCP port (561 is the well-known one); with -r only if -T is given too"),
    Option("B", "bind", ONE, "ADDRESS,...", "listen on these addresses only, IPv4 or IPv6"),
    Option("d", "daemon", NONE, "", "run in the background; a second time: in the foreground"),
    Option("p", "no-promiscuous", NONE, "", "do not make interfaces promiscuous"),
    Option("s", "snaplen", ONE, "BYTES", "bytes to capture of each packet (192, with -U so many more, with -C 65535)"),
    Option("foreground", "foreground", NONE, "", "stay in the foreground whatever -d and the configuration say, as systemd wants it"),
    Option("capture", "capture", ONE, "HOW", "how to capture: ring (Linux), pcap (libpcap) or auto"),
    Option("metrics", "metrics", ONE, "[ADDRESS:]PORT", "serve figures for Prometheus, on the loopback address unless another is given"),
    Option("allow", "allow", ONE, "NETWORK,...", "only these networks may connect to the port of -P"),
    Option("tls-cert", "tls-cert", ONE, "FILE", "serve with TLS: certificate and chain (PEM)"),
    Option("tls-key", "tls-key", ONE, "FILE", "key of the certificate (PEM), where it is not in the same file"),
    Option("tls-ca", "tls-ca", ONE, "FILE", "clients must show a certificate signed by one of these (PEM)"),
)
LETTERS = frozenset(option.letter for option in OPTIONS)

# variable without ARGUS_ -> option
VARIABLES: dict[str, str] = {
    "DAEMON": "d",
    "ACCESS_PORT": "P",
    "BIND_IP": "B",
    "INTERFACE": "i",
    "ALLOW": "allow",
    "METRICS": "metrics",
    "CAPTURE": "capture",
    "TLS_CERT": "tls-cert",
    "TLS_KEY": "tls-key",
    "TLS_CA": "tls-ca",
}

# What the variables do for which no option stands.
MEANINGS: dict[str, str] = {
    "GO_PROMISCUOUS": "`no` as `-p`",
    "SET_PID": "write a pid file",
    "PID_PATH": "folder of the pid file (`/var/run`)",
    "PCAP_BUF_SIZE": "bytes of packets that the kernel holds for us, with K, M or G (128M)",
}

_HEADERS = 192
"""Bytes that hold the headers of any usual packet: Ethernet, tags, labels, a tunnel, IPv6 with extensions, TCP with options."""
_SNAPLEN_MOST = 262144


@dataclass(slots=True)
class LiveSettings:
    """Defaults are the reference's compiled-in values where it has one.

    sources: each a list of interfaces whose packets are joined, none for the first usable; snaplen: 0 as the options need it; port: 0 no
    listener; buffer: bytes of packets held by the kernel; metrics, allow, tls_*: as the options say.
    """

    sources: list[list[Device]] = field(default_factory=list)
    sources_from_file: bool = False
    promiscuous: bool = True
    snaplen: int = 0
    capture: str = AUTO
    buffer: int = RING_SIZE
    port: int = 0
    bind: list[str] = field(default_factory=list)
    daemon: bool = False
    foreground: bool = False
    set_pid: bool = False
    pid_path: str = "/var/run"
    metrics: str = ""
    allow: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    tls_ca: str = ""

    def apply(self, letter: str, value: str, shown: str, from_file: bool) -> None:
        """Carry out one option of the table, or the variable that stands for it. Raises BadUse."""
        match letter:
            case "i":
                if not from_file and self.sources_from_file:
                    self.sources.clear()
                self.sources_from_file = from_file
                self.sources += parse(value, shown)
            case "P":
                self.port = _whole(value, shown, 0, 65535)
            case "B":
                self.bind = [part.strip() for part in value.split(",") if part.strip()]
            case "d":
                self.daemon = from_file or not self.daemon
            case "p":
                self.promiscuous = False
            case "s":
                self.snaplen = _whole(value, shown, 1, _SNAPLEN_MOST)
            case "foreground":
                self.foreground = True
            case "capture":
                if value not in (AUTO, RING, PCAP):
                    raise BadUse(f"{shown}: {AUTO}, {RING} or {PCAP} is expected, not {value!r}")
                self.capture = value
            case _:
                setattr(self, letter.replace("-", "_"), value)

    def variable(self, name: str, value: str, on: bool, where: str) -> bool:
        """Carry out a variable for which no option stands; whether it is one of those here. Raises BadUse."""
        match name:
            case "GO_PROMISCUOUS":
                self.promiscuous = on
            case "SET_PID":
                self.set_pid = on
            case "PID_PATH":
                self.pid_path = value or self.pid_path
            case "PCAP_BUF_SIZE":
                self.buffer = _size(value, where) if value else self.buffer
            case _:
                return False
        return True

    def captured(self, user_size: int, control_data: bool) -> int:
        """Bytes of a packet that are captured."""
        if self.snaplen:
            return self.snaplen
        if control_data or user_size < 0:
            return 65535
        return min(_HEADERS + user_size, _SNAPLEN_MOST)

    @property
    def in_background(self) -> bool:
        """Whether the program is to become a daemon."""
        return self.daemon and not self.foreground


def _whole(text: str, shown: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadUse(f"{shown}: a whole number from {least} to {most} is expected, not {text!r}")
    return int(text)


def _size(text: str, where: str) -> int:
    """Bytes of a number with K, M or G behind it."""
    number, unit = (text[:-1], text[-1].upper()) if text[-1].upper() in "KMG" else (text, "")
    if not number.strip().isdecimal():
        raise BadUse(f"{where}: a number of bytes such as 64M is expected, not {text!r}")
    return int(number) << {"": 0, "K": 10, "M": 20, "G": 30}[unit]

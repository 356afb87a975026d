"""What the flow engine is told: the sensor's options that change records."""

from dataclasses import dataclass, field

# Seconds after which a flow without traffic is forgotten, counted from its last report, by protocol.
# The first four can be configured.
TIMEOUTS = {"tcp": 60, "ip": 30, "icmp": 5, "arp": 5, "esp": 30, "igmp": 30, "other": 30}


@dataclass(slots=True)
class KeystrokeLimits:
    """Limits of keystroke detection, with the names of the configuration file: TCP payload of client packets (bytes), packets from one
    to its echo, payload of echoes, time between client packets (microseconds), packets between client packets, and the ratio of the
    client's interval to the server's. LCS_MAX changes nothing in the reference."""

    DC_MIN: int = 48
    DC_MAX: int = 128
    GS_MAX: int = 3
    DS_MIN: int = 24
    DS_MAX: int = 256
    IC_MIN: int = 50_000
    LCS_MAX: int = 50_000
    GPC_MAX: int = 3
    ICR_MIN: float = 0.892
    ICR_MAX: float = 1.122


@dataclass(slots=True)
class FlowConfig:
    """Defaults are the reference's compiled-in values.

    interval: status interval in microseconds, 0 reports every packet; ident_kind and ident: source id as transport qualifier and
    32-bit value; user_size: bytes of user data a direction and record, -1 for all; matrix: 0 five-tuple, 2 MAC pairs, 3 address pairs;
    keystroke: 0 no detection, else the subtype of the behaviour DSR: 1 TCP.
    """

    interval: int = 5_000_000
    ident_kind: int = 0
    ident: int = 0
    app_bytes: bool = False
    jitter: bool = False
    macs: bool = False
    sizes: bool = False
    response_times: bool = False
    user_size: int = 0
    control_data: bool = False
    four_times: bool = False
    start_records: bool = False
    track_duplicates: bool = False
    tunnels: bool = False
    one_way: bool = False
    matrix: int = 0
    by_vlan: bool = False
    by_mpls: bool = False
    tcp_timeout: int = TIMEOUTS["tcp"]
    ip_timeout: int = TIMEOUTS["ip"]
    icmp_timeout: int = TIMEOUTS["icmp"]
    arp_timeout: int = TIMEOUTS["arp"]
    keystroke: int = 0
    keystroke_limits: KeystrokeLimits = field(default_factory=KeystrokeLimits)

"""The relay's options and configuration variables, as tables.

A row of `VARIABLES` says which option a variable of radium.conf stands for. Source: radium, "Options" and "radium.conf".
"""

from __future__ import annotations

from pyargus.clients.argv import MANY, NONE, ONE, PAIR
from pyargus.clients.options import Option

OPTIONS: tuple[Option, ...] = (
    Option("S", "server", PAIR, "URI [FILTER]", "read from host[:port], argus+tls://host, argus-udp://, cisco://:port; may be repeated"),
    Option("r", "read", MANY, "FILE...", "read files; without servers the relay ends with the last of them"),
    Option("C", "netflow", ONE, "[ADDRESS:]PORT", "receive NetFlow, as -S cisco:// does"),
    Option("p", "no-persistence", NONE, "", "end when the sources have closed, instead of connecting again"),
    Option("T", "adjust-time", ONE, "N[smh]", "correct the times of a source whose clock is off by more than this"),
    Option("source-ca", "source-ca", ONE, "FILE", "certificates that those of argus+tls:// servers are checked against (PEM)"),
    Option("source-cert", "source-cert", ONE, "FILE", "certificate to show to argus+tls:// servers (PEM)"),
    Option("source-key", "source-key", ONE, "FILE", "its key (PEM), where it is not in the same file"),
    Option("w", "write", PAIR, "FILE [FILTER]", "append records to a file, '-' is stdout, argus-udp://HOST sends them; may be repeated"),
    Option("e", "source-id", ONE, "ID", 'id of the relay: a number, an address, a host name or "four" characters in quotes'),
    Option("M", "management-interval", ONE, "SECONDS", "seconds between management records of its own (60)"),
    Option("P", "port", ONE, "PORT", "serve records on this TCP port (561 is the well-known one)"),
    Option("B", "bind", ONE, "ADDRESS,...", "listen on these addresses only, IPv4 or IPv6"),
    Option("allow", "allow", ONE, "NETWORK,...", "only these networks may connect to the port of -P"),
    Option("tls-cert", "tls-cert", ONE, "FILE", "serve with TLS: certificate and chain (PEM)"),
    Option("tls-key", "tls-key", ONE, "FILE", "key of the certificate (PEM), where it is not in the same file"),
    Option("tls-ca", "tls-ca", ONE, "FILE", "clients must show a certificate signed by one of these (PEM)"),
    Option("metrics", "metrics", ONE, "[ADDRESS:]PORT", "serve figures for Prometheus, on the loopback address unless another is given"),
    Option("f", "config", ONE, "FILE", "read this configuration file instead of /etc/radium.conf"),
    Option("X", "no-config", NONE, "", "ignore /etc/radium.conf and every option before this one"),
    Option("d", "daemon", NONE, "", "run in the background; a second time: in the foreground"),
    Option("foreground", "foreground", NONE, "", "stay in the foreground whatever -d and the configuration say, as systemd wants it"),
    Option("c", "chroot", ONE, "FOLDER", "change the root folder once ports are open"),
    Option("u", "user", ONE, "USER", "give up privileges for this user's"),
    Option("g", "group", ONE, "GROUP", "give up privileges for this group's"),
    Option("O", "no-optimiser", NONE, "", "no effect: filters are compiled without an optimiser"),
    Option("U", "user-auth", ONE, "USER/AUTH", "SASL credentials", "there is no SASL; see --source-cert and --tls-ca"),
    Option("D", "debug", ONE, "LEVEL", "debugging level", "there are no debugging levels"),
    Option("h", "help", NONE, "", "this help"),
)
BY_LETTER = {option.letter: option for option in OPTIONS}

# variable without RADIUM_ -> option; a boolean variable stands for an option without a value
VARIABLES: dict[str, str] = {
    "DAEMON": "d",
    "MONITOR_ID": "e",
    "ARGUS_SERVER": "S",
    "CISCONETFLOW_PORT": "C",
    "INPUT_FILE": "r",
    "ACCESS_PORT": "P",
    "BIND_IP": "B",
    "OUTPUT_FILE": "w",
    "OUTPUT_STREAM": "w",
    "MAR_STATUS_INTERVAL": "M",
    "ADJUST_TIME": "T",
    "CHROOT_DIR": "c",
    "SETUSER_ID": "u",
    "SETGROUP_ID": "g",
    "ALLOW": "allow",
    "METRICS": "metrics",
    "TLS_CERT": "tls-cert",
    "TLS_KEY": "tls-key",
    "TLS_CA": "tls-ca",
    "SOURCE_CERT": "source-cert",
    "SOURCE_KEY": "source-key",
    "SOURCE_CA": "source-ca",
}

# What the variables do for which no option stands.
MEANINGS: dict[str, str] = {
    "FILTER": "the filter; one on the command line replaces it",
    "SET_PID": "write a pid file",
    "PID_PATH": "folder of the pid file (`/var/run`)",
}

# Taken, and without effect.
SILENT = frozenset({"FILTER_OPTIMIZER", "DEBUG_LEVEL", "MAX_SSF"})

# Known, and not carried out: set to anything but "no" or 0 they are refused.
REFUSED: dict[str, str] = {
    "CLASSIFIER_FILE": "records are not labelled on their way; label them with ralabel",
    "CORRELATE": "records of several sensors are not correlated",
    "MIN_SSF": "there is no SASL; demand TLS with RADIUM_TLS_CERT and RADIUM_TLS_CA",
    "USER_AUTH": "there is no SASL; TLS certificates say who is who",
    "AUTH_PASS": "there is no SASL; TLS certificates say who is who",
}

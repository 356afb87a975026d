"""The sensor as a program: command line, configuration files, outputs, signals, exit codes."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pyargus.capture.generate import generate
from pyargus.capture.reader import open_capture
from pyargus.clients import sensor_options
from pyargus.clients.help import listed
from pyargus.clients.sensor_devices import Device
from pyargus.clients.sensor_settings import SensorSettings, from_argv, packet_range, source_id, status_interval
from pyargus.errors import BadUse
from pyargus.flow.config import KeystrokeLimits
from tests.capture.craft import Frame, pcap
from tests.flow.craft import SHUTDOWN, START, A, B, Packet, counts, datagram, parse, split

COMMAND = [sys.executable, "-c", "from pyargus.clients.argus import main; main()"]
PACKETS = 464


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture of two minutes and 464 packets."""
    path = tmp_path_factory.mktemp("demo") / "demo.pcap"
    path.write_bytes(generate())
    return path


def argus(*argv: str | Path, stdin: bytes | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """One run of the program."""
    given = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
    return subprocess.run([*COMMAND, *map(str, argv)], capture_output=True, cwd=cwd, timeout=60, check=False, **given)  # type: ignore[call-overload,no-any-return]


def written(path: Path, packets: list[Packet], linktype: int = 1) -> Path:
    """A capture of these packets."""
    path.write_bytes(pcap([Frame(packet.at * 1000, packet.data, packet.size, linktype) for packet in packets], network=linktype))
    return path


def marks(data: bytes) -> list[tuple[int, int]]:
    """Kind and cause of the management records, and where the flow records are (0, 0)."""
    found: list[tuple[int, int]] = []
    for record in split(data):
        mark = (record[0], record[1]) if record[0] == 0x83 else (0, 0)
        if mark != (0, 0) or found[-1] != (0, 0):
            found.append(mark)
    return found


WHOLE = [(0x83, 0x10), (0, 0), (0x83, 0x30)]


# ---- options into settings


def test_options_set_what_they_say(demo: Path) -> None:
    settings = from_argv(["-X", "-AJmRZC", "-U12", "-S", "2", "-M", "30", "-e", "7", "-O", "-T", "2", "-N", "3-9", "-r", str(demo)])
    flow = settings.flow
    assert (flow.app_bytes, flow.jitter, flow.macs, flow.response_times, flow.sizes, flow.control_data) == (True,) * 6
    assert (flow.user_size, flow.interval, settings.management_interval) == (12, 2_000_000, 30)
    assert (flow.ident_kind, flow.ident, settings.optimise, settings.replay) == (0x20, 7, False, 2.0)
    assert (settings.skip, settings.stop, settings.inputs) == (3, 9, [str(demo)])


def test_inputs_are_greedy_and_the_filter_is_not_one_of_them() -> None:
    settings = from_argv(["-X", "-r", "a", "b c", "-r", "d", "-w", "out", "-", "tcp", "and", "port", "80"])
    assert settings.inputs == ["a", "b", "c", "d"]
    assert settings.outputs == [("out", "")]
    assert settings.packet_filter == "tcp and port 80"
    assert from_argv(["-X", "-w", "out", "--", "udp"]).packet_filter == "udp"
    assert from_argv(["-X", "-A", "udp", "or", "tcp"]).packet_filter == "udp or tcp"


def test_a_file_name_with_blanks(tmp_path: Path) -> None:
    name = tmp_path / "a b.pcap"
    name.write_bytes(b"")
    assert from_argv(["-X", "-r", str(name)]).inputs == [str(name)]


def test_several_outputs_and_their_filters() -> None:
    settings = from_argv(["-X", "-w", "one", "tcp and syn", "-w", "two", "-w", "-", "-r", "x"])
    assert settings.outputs == [("one", "tcp and syn"), ("two", ""), ("-", "")]
    assert settings.inputs == ["x"]


def test_no_config_forgets_what_was_before_it() -> None:
    assert from_argv(["-A", "-S", "9", "-e", "4", "-w", "gone", "-X", "-J"]) == from_argv(["-X", "-J"])
    assert from_argv(["-X", "-A"]).flow.app_bytes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("5", 5_000_000),
        ("0.5", 500_000),
        ("2.7", 2_300_000),
        ("0.9", 100_000),
        ("1.25", 1_250_000),
        ("-1", 77),
        ("x", 77),
        ("", 77),
        ("nan", 77),
        ("inf", 77),
        ("99999999999", 77),
    ],
)
def test_status_interval(text: str, expected: int) -> None:
    assert status_interval(text, 77) == expected


@pytest.mark.parametrize(("text", "expected"), [("0", (0, None)), ("5", (0, 5)), ("5-8", (5, 8)), ("8-5", (8, 5)), ("0-0", (0, 0))])
def test_packet_range(text: str, expected: tuple[int, int | None]) -> None:
    assert packet_range(text) == expected


@pytest.mark.parametrize("text", ["", "x", "-5", "5-", "5-x", "1.5", "²"])
def test_what_is_no_packet_range(text: str) -> None:
    with pytest.raises(BadUse, match="-N"):
        packet_range(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"abcd"', (0x21, 0x61626364)),
        ('"ab"', (0x21, 0x61620000)),
        ('"probe7"', (0x21, 0x70726F62)),
        ("10.2.3.4", (0x01, 0x0A020304)),
        ("1.2.3", (0x01, 0x01020003)),
        ("4294967295", (0x20, 0xFFFFFFFF)),
        ("0", (0x20, 0)),
        ("localhost", (0x01, 0x7F000001)),
    ],
)
def test_source_id(text: str, expected: tuple[int, int]) -> None:
    assert source_id(text) == expected


@pytest.mark.parametrize("text", ["4294967296", "fe80::1", "`date`", "no such host.invalid", "a" * 300])
def test_what_is_no_source_id(text: str) -> None:
    with pytest.raises(BadUse, match="-e"):
        source_id(text)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["-q"], "no such option: -q"),
        (["--raed", "x"], "nearest: --read"),
        (["-r"], "option -r needs a value"),
        (["-U", "many"], "-U"),
        (["-U", "-2"], "-U"),
        (["-M", "-1"], "-M"),
        (["-T", "0"], "-T"),
        (["-T", "fast"], "-T"),
        (["--mac=1"], "takes no value"),
        (["-H", "9"], "-H: the flow table grows by itself"),
    ],
)
def test_command_lines_that_cannot_be_followed(argv: list[str], words: str) -> None:
    with pytest.raises(BadUse) as caught:
        from_argv(["-X", *argv])
    assert words in str(caught.value)


def test_a_debugging_level_changes_nothing() -> None:
    assert from_argv(["-X", "-D", "3", "-A"]) == from_argv(["-X", "-A"])


# ---- argus.conf


def configured(tmp_path: Path, text: str) -> SensorSettings:
    """The settings of a configuration file alone."""
    path = tmp_path / "argus.conf"
    path.write_text(text)
    return from_argv(["-F", str(path)])


# variable -> a value, attribute path, what it is to be
VALUES: dict[str, tuple[str, str, object]] = {
    "MONITOR_ID": ("9.8.7.6", "flow.ident", 0x09080706),
    "CHROOT_DIR": ("/jail", "chroot", "/jail"),
    "SETUSER_ID": ("nobody", "user", "nobody"),
    "SETGROUP_ID": ("nogroup", "group", "nogroup"),
    "CAPTURE_FULL_CONTROL_DATA": ("yes", "flow.control_data", True),
    "OUTPUT_FILE": ('"/tmp/out"', "outputs", [("/tmp/out", "")]),
    "OUTPUT_STREAM": ('"/tmp/out tcp and syn"', "outputs", [("/tmp/out", "tcp and syn")]),
    "FLOW_STATUS_INTERVAL": ("0.5", "flow.interval", 500_000),
    "MAR_STATUS_INTERVAL": ("90", "management_interval", 90),
    "GENERATE_RESPONSE_TIME_DATA": ("yes", "flow.response_times", True),
    "GENERATE_PACKET_SIZE": ("YES", "flow.sizes", True),
    "GENERATE_JITTER_DATA": ("Yes please", "flow.jitter", True),
    "GENERATE_MAC_DATA": ("yes", "flow.macs", True),
    "GENERATE_APPBYTE_METRIC": ('"yes"', "flow.app_bytes", True),
    "CAPTURE_DATA_LEN": ("33", "flow.user_size", 33),
    "GENERATE_START_RECORDS": ("yes", "flow.start_records", True),
    "GENERATE_BIDIRECTIONAL_TIMESTAMPS": ("yes", "flow.four_times", True),
    "TUNNEL_DISCOVERY": ("yes", "flow.tunnels", True),
    "TRACK_DUPLICATES": ("yes", "flow.track_duplicates", True),
    "IP_TIMEOUT": ("11", "flow.ip_timeout", 11),
    "TCP_TIMEOUT": ("12", "flow.tcp_timeout", 12),
    "ICMP_TIMEOUT": ("13", "flow.icmp_timeout", 13),
    "ARP_TIMEOUT": ("14", "flow.arp_timeout", 14),
    "FILTER": ('"tcp and port 80"', "packet_filter", "tcp and port 80"),
    "FILTER_OPTIMIZER": ("no", "optimise", False),
    "FLOW_TYPE": ('"Unidirectional"', "flow.one_way", True),
    "FLOW_KEY": ('"CLASSIC_5_TUPLE+VLAN+LOCAL_MPLS"', "flow.by_vlan", True),
    "KEYSTROKE": ("tcp", "flow.keystroke", 1),
    "KEYSTROKE_CONF": ('"DC_MIN=20;IC_MIN=9"', "flow.keystroke_limits", KeystrokeLimits(DC_MIN=20, IC_MIN=9)),
    "PACKET_CAPTURE_FILE": ("packets.pcap", "packet_file", "packets.pcap"),
    "PACKET_CAPTURE_ON_ERROR": ("yes", "packet_errors", True),
    "DAEMON": ("yes", "live.daemon", True),
    "ACCESS_PORT": ("561", "live.port", 561),
    "BIND_IP": ("127.0.0.1,::1", "live.bind", ["127.0.0.1", "::1"]),
    "INTERFACE": ("dup:a,b/7", "live.sources", [[Device("a"), Device("b", None, "7")]]),
    "ALLOW": ("192.0.2.0/24", "live.allow", "192.0.2.0/24"),
    "METRICS": ("9100", "live.metrics", "9100"),
    "CAPTURE": ("pcap", "live.capture", "pcap"),
    "TLS_CERT": ("/a.pem", "live.tls_cert", "/a.pem"),
    "TLS_KEY": ("/b.pem", "live.tls_key", "/b.pem"),
    "TLS_CA": ("/c.pem", "live.tls_ca", "/c.pem"),
    "GO_PROMISCUOUS": ("no", "live.promiscuous", False),
    "SET_PID": ("yes", "live.set_pid", True),
    "PID_PATH": ("/run/argus", "live.pid_path", "/run/argus"),
    "PCAP_BUF_SIZE": ("3M", "live.buffer", 3 << 20),
}


@pytest.mark.parametrize("name", VALUES)
def test_variable(tmp_path: Path, name: str) -> None:
    text, path, expected = VALUES[name]
    settings: object = configured(tmp_path, f"# a comment\n! another\n\nARGUS_{name}={text}\n")
    before: object = from_argv(["-X"])
    for part in path.split("."):
        settings, before = getattr(settings, part), getattr(before, part)
    assert settings == expected != before


def test_every_variable_is_tested() -> None:
    tables = {
        *sensor_options.VARIABLES,
        *sensor_options.SWITCHES,
        *sensor_options.SECONDS,
        *sensor_options.OTHERS,
    }
    assert tables == set(VALUES)


@pytest.mark.parametrize("name", sorted(sensor_options.SILENT))
def test_variables_without_effect_on_files(tmp_path: Path, name: str) -> None:
    assert configured(tmp_path, f"ARGUS_{name}=yes\n") == configured(tmp_path, "")


@pytest.mark.parametrize("name", sensor_options.REFUSED)
def test_refused_variables(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadUse, match=f"line 2: ARGUS_{name}: "):
        configured(tmp_path, f"\nARGUS_{name}=yes\n")
    assert configured(tmp_path, f"ARGUS_{name}=no\n") == configured(tmp_path, f"ARGUS_{name}=\n") == from_argv(["-X"])


def test_unknown_variables_are_told_with_the_nearest_name(tmp_path: Path) -> None:
    settings = configured(tmp_path, "ARGUS_FLOW_STATUS_INTERVALL=9\nNONSENSE=1\nno equals sign\n")
    assert [warning.partition(", ")[2] for warning in settings.warnings] == [
        "line 1: unknown variable ARGUS_FLOW_STATUS_INTERVALL (nearest: ARGUS_FLOW_STATUS_INTERVAL)",
        "line 2: unknown variable NONSENSE",
    ]


def test_values_end_at_comments_and_quotes_must_close(tmp_path: Path) -> None:
    assert configured(tmp_path, "ARGUS_CAPTURE_DATA_LEN=9 // nine\n").flow.user_size == 9
    with pytest.raises(BadUse, match="line 1: closing quote missing"):
        configured(tmp_path, 'ARGUS_FILTER="tcp\n')


@pytest.mark.parametrize("key", ["VLAN", "LAYER_2", "LOCAL_MPLS", "LAYER_9", ""])
def test_flow_keys_that_cannot_be(tmp_path: Path, key: str) -> None:
    with pytest.raises(BadUse, match="line 1"):
        configured(tmp_path, f'ARGUS_FLOW_KEY="{key}"\n')


def test_what_comes_later_wins_and_options_replace_outputs_of_files(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_text('ARGUS_FLOW_STATUS_INTERVAL=9\nARGUS_GENERATE_JITTER_DATA=no\nARGUS_OUTPUT_FILE="conf"\nARGUS_FILTER="udp"\n')
    settings = from_argv(["-S", "1", "-J", "-F", str(path), "-w", "mine", "-", "tcp"])
    assert (settings.flow.interval, settings.flow.jitter, settings.outputs, settings.packet_filter) == (
        9_000_000,
        False,
        [("mine", "")],
        "tcp",
    )
    assert from_argv(["-F", str(path), "-S", "1"]).flow.interval == 1_000_000


# ---- outputs


def test_management_records_frame_the_flows(demo: Path, tmp_path: Path) -> None:
    before = time.time()
    done = argus("-X", "-A", "-S", "3", "-M", "17", "-U", "20", "-e", "10.2.3.4", "-r", demo, "-w", tmp_path / "out")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    data = (tmp_path / "out").read_bytes()
    assert marks(data) == WHOLE
    records = list(split(data))
    first, last = (struct.unpack(">32I", record) for record in (records[0], records[-1]))
    assert (first[0], last[0]) == (0x83100020, 0x83300020)
    assert (first[1], last[1]) == (0x800000, 0x800000)
    assert (first[2], last[2]) == (0xE5712DCB, 0x0A020304)
    assert before - 1 < first[8] <= last[8] < time.time() + 1
    assert (last[6], last[7]) == (first[8], first[9])
    assert first[11] == last[11] == 3 << 16 | 17
    assert (first[18], last[18]) == (0, len(records) - 1)  # the last one counts itself, the first was before the count
    assert (first[23], last[23]) == (0, 1)
    assert last[26] == 0x14001400
    assert (first[30], last[30], first[31], last[31]) == (0x0A020304, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    assert counts(parse(data))[0] == PACKETS


def test_a_text_id_is_reversed_in_management_records_only(demo: Path) -> None:
    records = list(split(argus("-X", "-e", '"abcd"', "-r", demo, "-w", "-").stdout))
    assert (records[0][4:8], records[0][120:124], records[-1][8:12]) == (b"\0\x20\0\0", b"dcba", b"dcba")
    assert records[1][4:12] == b"\x01\x03\x21\x03abcd"


def test_several_outputs_get_the_same_and_files_are_appended_to(demo: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    done = argus("-X", "-r", demo, "-w", one, "-w", two, "-w", "-")
    assert done.returncode == 0
    assert one.read_bytes() == two.read_bytes() == done.stdout
    assert list(split(done.stdout))[-1][92:96] == b"\0\0\0\3"  # each output is a client
    argus("-X", "-r", demo, "-w", one)
    assert marks(one.read_bytes()) == WHOLE * 2
    assert oct(two.stat().st_mode & 0o777) == oct(0o666 & ~_umask())


def _umask() -> int:
    value = os.umask(0)
    os.umask(value)
    return value


def test_without_an_output_nothing_is_said(demo: Path) -> None:
    done = argus("-X", "-r", demo)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_files_are_read_in_the_order_of_their_names_each_with_its_own_flows(tmp_path: Path) -> None:
    last = written(tmp_path / "b", [datagram(0, A, 1, B, 2)])
    first = written(tmp_path / "a", [datagram(9_000_000, A, 1, B, 2), datagram(9_000_001, A, 3, B, 4)])
    records = list(parse(argus("-X", "-r", last, first, "-w", "-").stdout))
    assert [(record.sequence, record.cause) for record in records] == [(1, START), (2, START), (1, START)]
    assert len(list(parse(argus("-X", "-r", last, last, "-w", "-").stdout))) == 2


def test_standard_input(demo: Path) -> None:
    done = argus("-X", "-r", "-", "-w", "-", stdin=demo.read_bytes())
    assert done.returncode == 0
    flows = [record.raw for record in parse(done.stdout)]
    assert flows == [record.raw for record in parse(argus("-X", "-r", demo, "-w", "-").stdout)]


def test_records_of_a_slow_input_come_before_its_end(tmp_path: Path) -> None:
    content = pcap(
        [Frame(packet.at * 1000, packet.data, packet.size) for packet in (datagram(0, A, 1, B, 2), datagram(9_000_000, A, 1, B, 2))]
    )
    with subprocess.Popen([*COMMAND, "-X", "-r", "-", "-w", str(tmp_path / "out")], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(content)
        process.stdin.flush()
        deadline = time.monotonic() + 20
        while not (tmp_path / "out").exists() or len(list(parse((tmp_path / "out").read_bytes()))) < 1:
            assert time.monotonic() < deadline, "no record while the input is open"
            time.sleep(0.02)
        process.stdin.close()
        assert process.wait(20) == 0
    assert marks((tmp_path / "out").read_bytes()) == WHOLE


@pytest.mark.parametrize(("text", "packets"), [("10", 10), ("10-15", 5), ("0", PACKETS), ("8-5", 0), ("460-900", 4), ("9999", PACKETS)])
def test_packet_ranges(demo: Path, text: str, packets: int) -> None:
    done = argus("-X", "-N", text, "-r", demo, "-w", "-")
    assert done.returncode == 0
    assert counts(parse(done.stdout))[0] == packets


# ---- packet filters


def test_filter_expression(demo: Path) -> None:
    pytest.importorskip("pcapy")
    everything = counts(parse(argus("-X", "-r", demo, "-w", "-").stdout))
    tcp = counts(parse(argus("-X", "-r", demo, "-w", "-", "-", "tcp").stdout))
    rest = counts(parse(argus("-X", "-O", "-r", demo, "-w", "-", "--", "not", "tcp").stdout))
    assert 0 < tcp[0] < everything[0]
    assert (tcp[0] + rest[0], tcp[1] + rest[1]) == everything


@pytest.mark.parametrize("expression", ["arp", "ip6", "ether host 02:00:00:00:00:01", "len > 100 and ip[8] & 3 != 0", "less 60"])
@pytest.mark.parametrize("optimiser", [[], ["-O"]])
def test_show_filter_is_what_tcpdump_shows(expression: str, optimiser: list[str]) -> None:
    pytest.importorskip("pcapy")
    tcpdump = shutil.which("tcpdump")
    if tcpdump is None:
        pytest.skip("tcpdump is not installed")
    shown = subprocess.run([tcpdump, "-d", "-y", "EN10MB", *optimiser, expression], capture_output=True, check=True).stdout
    done = argus("-X", "-b", *optimiser, "-", *expression.split())
    assert (done.returncode, done.stdout, done.stderr) == (0, shown, b"")


def test_bad_expression_leaves_the_output_alone(demo: Path, tmp_path: Path) -> None:
    pytest.importorskip("pcapy")
    done = argus("-X", "-r", demo, "-w", tmp_path / "out", "-", "tcp", "and", "and")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"argus: packet filter 'tcp and and': ")
    assert not (tmp_path / "out").exists()


def test_an_expression_that_this_link_type_does_not_know(tmp_path: Path) -> None:
    pytest.importorskip("pcapy")
    raw = written(tmp_path / "raw", [Packet(packet.at, packet.data[14:]) for packet in [datagram(0, A, 1, B, 2)]], 101)
    done = argus("-X", "-r", raw, "-w", "-", "-", "ether", "host", "02:00:00:00:00:01")
    assert done.returncode == 2
    assert b"packet filter" in done.stderr and b"Traceback" not in done.stderr


# ---- what goes wrong


def test_help_names_every_option_that_works() -> None:
    done = argus("-h")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    for option in sensor_options.OPTIONS:
        short = f"-{option.letter}, " if len(option.letter) == 1 else ""
        assert (f"{short}--{option.name}" in text) == (option in listed(sensor_options.OPTIONS))
    assert "Taken without effect, for scripts of other clients and releases: -D." in text


@pytest.mark.parametrize(
    ("argv", "code", "words"),
    [
        (["-q"], 2, "no such option: -q"),
        (["-i", "a b["], 2, "-i: b[: an interface is named NAME, NAME/ID or NAME(DLT)"),
        (["-r", "no-such-file"], 3, "input file 'no-such-file': No such file or directory"),
        (["-r", "."], 3, ".: Is a directory"),
        (["-r", "empty"], 1, "but it is empty"),
        (["-r", "text"], 1, "not a file that begins with 68656c6c"),
        (["-r", "usb"], 1, "usb: link type 189 is not supported; 2 packets left out"),
        (["-r", "cut"], 1, "cut at byte "),
        (["-r", "good", "-w", "no/such/folder"], 3, "no/such/folder: No such file or directory"),
        (["-r", "good", "-w", "argus://127.0.0.1"], 2, "records are sent to argus-udp://host[:port] only"),
        (["-r", "good", "-c", "no-jail"], 3, "-c no-jail: No such file or directory"),
        (["-r", "good", "-u", "no-such-user"], 2, "no-such-user"),
        (["-r", "good", "-F", "argus.conf"], 2, "argus.conf, line 1: ARGUS_KEYSTROKE: "),
        (["-r", "good", "-F", "id.conf"], 2, "id.conf, line 1: a b is no number, address, known host or quoted text"),
    ],
)
def test_failures_are_one_line_and_a_code(tmp_path: Path, argv: list[str], code: int, words: str) -> None:
    packets = [datagram(0, A, 1, B, 2), datagram(5, A, 3, B, 4)]
    written(tmp_path / "good", packets)
    written(tmp_path / "usb", packets, 189)
    (tmp_path / "cut").write_bytes((tmp_path / "good").read_bytes()[:-3])
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_bytes(b"hello, world")
    (tmp_path / "argus.conf").write_text("ARGUS_KEYSTROKE=perhaps\n")
    (tmp_path / "id.conf").write_text("ARGUS_MONITOR_ID=a b\n")
    if "-c" in argv and os.geteuid() != 0:
        pytest.skip("only root may change the root folder")
    done = argus("-X", *argv, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.count(b"\n") == 1 and words.encode() in done.stderr and done.stderr.startswith(b"argus: ")


@pytest.mark.parametrize(("name", "packets"), [("cut", 1), ("usb", 0), ("empty", 0)])
def test_what_was_good_before_a_fault_is_written(tmp_path: Path, name: str, packets: int) -> None:
    content = [datagram(0, A, 1, B, 2), datagram(5, A, 3, B, 4)]
    data = written(tmp_path / "whole", content, 189 if name == "usb" else 1).read_bytes()
    (tmp_path / name).write_bytes({"cut": data[:-3], "usb": data, "empty": b""}[name])
    written(tmp_path / "zz-next", content)
    done = argus("-X", "-r", tmp_path / name, tmp_path / "zz-next", "-w", "-")
    assert done.returncode == 1
    assert marks(done.stdout) == WHOLE
    assert counts(parse(done.stdout))[0] == packets + 2


def test_a_missing_configuration_file_is_told_and_left_out(demo: Path) -> None:
    done = argus("-F", "no-such.conf", "-r", demo)
    assert done.returncode == 0
    assert done.stderr == b"argus: no-such.conf: no such configuration file, it is left out\n"


def test_a_full_disk(demo: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    done = argus("-X", "-r", demo, "-w", "/dev/full")
    assert (done.returncode, done.stderr) == (3, b"argus: /dev/full: No space left on device\n")


def test_a_reader_that_goes_away_ends_it_quietly(demo: Path) -> None:
    out, into = os.pipe()
    os.close(out)
    with open(into, "wb") as closed:
        done = subprocess.run([*COMMAND, "-X", "-r", str(demo), "-w", "-"], stdout=closed, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


# ---- signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_writes_what_is_held(tmp_path: Path, number: signal.Signals) -> None:
    """Six seconds of packets at their own pace, interrupted when the first record is out."""
    packets = [datagram(i * 10_000, A, 1, B, 2) for i in range(100)] + [datagram(60_000_000, A, 1, B, 2)]
    capture = written(tmp_path / "a", packets)
    out = tmp_path / "out"
    command = [*COMMAND, "-X", "-T", "1", "-S", "0.5", "-r", str(capture), "-w", str(out)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 20
        while not out.exists() or not list(parse(out.read_bytes())):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert said == b"argus: interrupted; what was held has been written\n"
    data = out.read_bytes()
    assert marks(data) == WHOLE
    causes = [record.cause for record in parse(data)]
    assert causes[0] == START and causes[-1] == SHUTDOWN
    assert 50 <= counts(parse(data))[0] <= 100


def test_outputs_with_filters_of_their_own(demo: Path, tmp_path: Path) -> None:
    both, udp, rest = tmp_path / "both", tmp_path / "udp", tmp_path / "rest"
    done = argus("-X", "-r", demo, "-w", both, "-w", udp, "udp and port 53", "-w", rest, "not (udp and port 53)")
    assert done.returncode == 0
    whole, picked, others = (list(parse(path.read_bytes())) for path in (both, udp, rest))
    assert picked and others
    assert len(whole) == len(picked) + len(others)
    assert marks(both.read_bytes()) == WHOLE
    for path in (udp, rest):  # a start record, and no stop record
        assert marks(path.read_bytes()) == [WHOLE[0], (0, 0)]


def test_a_signal_while_standard_input_is_silent(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with subprocess.Popen([*COMMAND, "-X", "-r", "-", "-w", str(out)], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(pcap([Frame(packet.at * 1000, packet.data, packet.size) for packet in [datagram(0, A, 1, B, 2)]]))
        process.stdin.flush()
        deadline = time.monotonic() + 20
        while not out.exists() or out.stat().st_size < 128:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert [record.cause for record in parse(out.read_bytes())] == [SHUTDOWN]
    assert marks(out.read_bytes()) == WHOLE


@pytest.mark.parametrize("errors", [False, True])
def test_the_packets_read_are_written(tmp_path: Path, errors: bool) -> None:
    capture, out, conf = tmp_path / "a", tmp_path / "out", tmp_path / "conf"
    packets = [datagram(i * 1000, A, 1, B, 2 + i % 2) for i in range(10)]
    packets.insert(4, Packet(packets[4].at, b"\2" * 12 + b"\x08\x06" + bytes(28), 60))  # ARP of no known operation
    written(capture, packets)
    conf.write_text(f'ARGUS_PACKET_CAPTURE_FILE="{out}"\nARGUS_PACKET_CAPTURE_ON_ERROR={"yes" if errors else "no"}\n')
    done = argus("-F", conf, "-r", capture, "-w", "-", "-", "not", "port", "3")
    assert done.returncode == 0 and done.stderr == b""
    assert counts(parse(done.stdout))[0] == 5
    with open_capture(str(out)) as reader:
        found = [
            (batch.ts[i] // 1000, bytes(batch.buf[batch.offset[i] :][: batch.caplen[i]]), batch.wirelen[i])
            for batch in reader
            for i in range(batch.count)
        ]
    kept = [packet for packet in packets if packet.data[12:14] == b"\x08\x06" or (not errors and packet.data[36:38] == b"\0\2")]
    assert found == [(packet.at, packet.data, packet.size) for packet in kept]


def test_packets_are_not_written_over_what_is_read(tmp_path: Path) -> None:
    capture, conf = written(tmp_path / "a", [datagram(0, A, 1, B, 2)]), tmp_path / "conf"
    before = capture.read_bytes()
    conf.write_text(f"ARGUS_PACKET_CAPTURE_FILE={capture}\n")
    done = argus("-F", conf, "-r", capture, "-w", "-")
    assert done.returncode == 2 and b"is an input" in done.stderr
    assert capture.read_bytes() == before


def test_packets_of_two_link_types_do_not_fit_one_file(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a", [datagram(0, A, 1, B, 2)]), written(tmp_path / "b", [datagram(0, A, 1, B, 2)] * 3, 113)
    conf = tmp_path / "conf"
    conf.write_text(f"ARGUS_PACKET_CAPTURE_FILE={tmp_path / 'out'}\n")
    done = argus("-F", conf, "-r", first, second, "-w", "-")
    assert done.returncode == 0
    assert b"3 packets of other link types than the first one's are left out" in done.stderr


def until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Wait for something that a running program is to do."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 where there is none yet."""
    return path.stat().st_size if path.exists() else 0


@pytest.mark.parametrize("head", [0, 3, 24, 100])
def test_following_a_file_that_grows(tmp_path: Path, head: int) -> None:
    """The file begins with `head` bytes and ends inside a packet; its records are there while it still grows."""
    capture, out = tmp_path / "a", tmp_path / "out"
    packets = [datagram(i * 1_000_000, A, 1, B, 2) for i in range(20)]
    whole = pcap([Frame(packet.at * 1000, packet.data, packet.size) for packet in packets])
    with (
        open(capture, "wb", buffering=0) as file,
        subprocess.Popen([*COMMAND, "-X", "-f", "-r", str(capture), "-w", str(out)], stderr=subprocess.PIPE) as process,
    ):
        try:
            file.write(whole[:head])
            until(lambda: size_of(out) == 128, process)
            middle = len(whole) // 2
            file.write(whole[head:middle])
            until(lambda: size_of(out) > 128, process)
            assert 5 <= counts(parse(out.read_bytes()))[0] < 10
            file.write(whole[middle:-7])
            until(lambda: counts(parse(out.read_bytes()))[0] > 14, process)
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert said == b"argus: interrupted; what was held has been written\n"
    assert marks(out.read_bytes()) == WHOLE
    assert counts(parse(out.read_bytes()))[0] == 19
    # The end of the following is the end of the file.
    capture.write_bytes(whole[:-7])
    at_once = argus("-X", "-r", capture, "-w", "-").stdout
    assert [record.raw for record in parse(out.read_bytes())] == [record.raw for record in parse(at_once)]


def test_a_followed_file_that_becomes_shorter(tmp_path: Path) -> None:
    capture, out = tmp_path / "a", tmp_path / "out"
    written(capture, [datagram(0, A, 1, B, 2), datagram(20_000_000, A, 1, B, 2)])
    with subprocess.Popen([*COMMAND, "-X", "-f", "-r", str(capture), "-w", str(out)], stderr=subprocess.PIPE) as process:
        try:
            until(lambda: size_of(out) > 128, process)
            os.truncate(capture, 30)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 1
    assert b"the file has become shorter" in said
    assert counts(parse(out.read_bytes()))[0] == 2


def test_one_file_can_be_followed(demo: Path) -> None:
    done = argus("-X", "-f", "-r", demo, demo, "-w", "-")
    assert done.returncode == 2 and done.stdout == b""
    assert b"-f: one file can be followed at a time" in done.stderr


def test_replay_keeps_the_pace(tmp_path: Path) -> None:
    capture = written(tmp_path / "a", [datagram(i * 100_000, A, 1, B, 2) for i in range(21)])
    times = {}
    for factor in ("4", "40"):
        began = time.monotonic()
        assert counts(parse(argus("-X", "-T", factor, "-r", capture, "-w", "-").stdout))[0] == 21
        times[factor] = time.monotonic() - began
    assert times["4"] - times["40"] > 0.3  # 0.5 s against 0.05 s

"""What is shipped for systemd: units are valid, configurations are understood, and a program tells systemd when it is ready."""

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from pyargus.clients import radium_settings, sensor_settings
from tests.clients.live import COMMAND
from tests.namespace import Wire, wire

__all__ = ["wire"]

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_valid(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    text = unit.read_text()
    program = tmp_path / unit.stem
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    # The programs need not be installed for their units to be right.
    (tmp_path / unit.name).write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={program}", text, flags=re.MULTILINE))
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False, timeout=60)
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, complaints) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_in_the_foreground_and_report(unit: Path) -> None:
    text = unit.read_text()
    for line in ("Type=notify", "NoNewPrivileges=yes", "ProtectSystem=strict", "ExecReload=/bin/kill -HUP $MAINPID"):
        assert line in text.splitlines()
    command = re.search(r"(?m)^ExecStart=\S*/(\w+) (.*)", text)
    assert command is not None and command[1] == unit.stem and "--foreground" in command[2].split()


@pytest.mark.parametrize("conf", sorted(FOLDER.glob("*.conf")), ids=lambda conf: conf.name)
def test_configurations_are_understood(conf: Path, tmp_path: Path) -> None:
    """As they stand, and with every line that is commented out."""
    text = conf.read_text()
    for form in (text, re.sub(r"(?m)^#(\w+=)", r"\1", text)):
        copy = tmp_path / conf.name
        copy.write_text(form)
        if conf.stem == "radium":
            relay = radium_settings.from_argv(["-f", str(copy)])
            assert not relay.warnings and relay.servers and relay.outputs and relay.port
        else:
            sensor = sensor_settings.from_argv(["-F", str(copy)])
            assert not sensor.warnings and sensor.outputs


def test_the_unit_gives_what_capturing_needs_and_no_more() -> None:
    text = (FOLDER / "argus.service").read_text()
    assert "AmbientCapabilities=CAP_NET_RAW CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_NET_RAW CAP_NET_BIND_SERVICE\n" in text


def test_the_example_is_understood() -> None:
    settings = sensor_settings.from_argv(["--foreground", "-F", str(FOLDER / "argus.conf")])
    assert settings.warnings == []
    live = settings.live
    assert ([device.name for source in live.sources for device in source], live.port, live.bind) == (["eth1"], 561, ["127.0.0.1", "::1"])
    assert (settings.outputs, settings.flow.user_size, live.in_background) == ([("/var/log/argus/argus.out", "")], 0, False)


def test_systemd_is_told(wire: Wire, tmp_path: Path) -> None:
    where = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(where)
        manager.settimeout(30)
        command = [*COMMAND, "-X", "-d", "--foreground", "-i", wire.far, "-w", str(tmp_path / "out")]
        process = subprocess.Popen(command, env={**os.environ, "NOTIFY_SOCKET": where}, stderr=subprocess.DEVNULL)
        try:
            assert manager.recv(100) == b"READY=1"
            process.send_signal(signal.SIGTERM)
            assert manager.recv(100) == b"STOPPING=1"
            assert process.wait(20) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

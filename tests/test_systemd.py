"""Unit files and the configurations shipped with them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.clients import radium_settings, sensor_settings

FOLDER = Path(__file__).resolve().parents[1] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_units_are_valid(unit: Path, tmp_path: Path) -> None:
    """The program is not installed where the unit says, so another stands for it."""
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", unit.read_text()))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.name in line]) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_in_the_foreground_and_report(unit: Path) -> None:
    text = unit.read_text()
    assert "Type=notify" in text and "--foreground" in text
    name = re.search(r"(?m)^ExecStart=\S*/(\w+)", text)
    assert name is not None and name[1] == unit.stem


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

"""Keystroke detection: the rule on crafted segments, and its settings."""

from pathlib import Path

import pytest

from pyargus.clients.sensor_settings import from_argv
from pyargus.errors import BadUse
from pyargus.flow.config import KeystrokeLimits


def configured(folder: Path, text: str) -> tuple[int, KeystrokeLimits]:
    (folder / "a.conf").write_text(text)
    flow = from_argv(["-X", "-F", str(folder / "a.conf")]).flow
    return flow.keystroke, flow.keystroke_limits


def test_settings(tmp_path: Path) -> None:
    assert configured(tmp_path, "") == (0, KeystrokeLimits())
    assert configured(tmp_path, 'ARGUS_KEYSTROKE="yes"\nARGUS_KEYSTROKE_CONF="DC_MIN=20; ICR_MAX=1.5"\n') == (
        1,
        KeystrokeLimits(DC_MIN=20, ICR_MAX=1.5),
    )
    # Turning detection on sets the limits back.
    assert configured(tmp_path, 'ARGUS_KEYSTROKE_CONF="DC_MIN=20"\nARGUS_KEYSTROKE="tcp"\n') == (1, KeystrokeLimits())


REFUSED = ["ARGUS_KEYSTROKE=ssh", "ARGUS_KEYSTROKE=perhaps", "ARGUS_KEYSTROKE_CONF=FOO=1", "ARGUS_KEYSTROKE_CONF=DC_MIN=a"]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadUse, match="ARGUS_KEYSTROKE"):
        configured(tmp_path, text + "\n")

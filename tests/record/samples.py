"""Where the tests find argus files, and the reference programs."""

import os
import shutil
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("PYARGUS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
DAMAGED = {"trunc", "nomar", "zlen", "biglen", "badtype", "empty", "text"}
FOLDERS = [SHARED / "golden" / folder / "data" for folder in ("ra", "clients")]
FILES = sorted(path for folder in FOLDERS for path in folder.glob("*.argus") if path.stem not in DAMAGED)
needs_samples = pytest.mark.skipif(not FILES, reason="no sample files: set PYARGUS_SHARED")
REFERENCE = shutil.which("ra", path="/usr/bin:/usr/local/bin")
needs_reference = pytest.mark.skipif(REFERENCE is None, reason="the reference ra is not installed")


def identify(path: Path) -> str:
    """Test id of a sample."""
    return f"{path.parent.parent.name}-{path.stem}"

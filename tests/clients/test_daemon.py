"""What long-running programs do to themselves: privileges that are given up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(os.geteuid() != 0, reason="another root folder needs root")
def test_threads_may_end_in_another_root_folder(tmp_path: Path) -> None:
    """Threads that still run when the program ends are ended by what lies outside the new root folder."""
    program = f"""
import threading, time
from pyargus.clients.daemon import give_up_privileges
give_up_privileges({str(tmp_path)!r}, "", "")
def work():
    while True:
        time.sleep(0.0005)
for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")

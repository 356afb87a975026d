"""Files that are replaced by what a program makes of them, each by itself."""

from __future__ import annotations

import os
import shutil
import tempfile

from pyargus.clients import frame
from pyargus.clients.packing import compressed, compression_of
from pyargus.clients.settings import Settings
from pyargus.errors import BadUse, ExitCode

# The record that every file begins with; alone it is what is left where a time range, say, holds no record of the file.
OPENING = 128


def run_each(settings: Settings) -> int:
    """Run the program on every input by itself; its output takes the place of the input, compressed as that was.

    An input from which nothing could be made, or not without an error, stays as it is. Returns the exit status. Raises BadUse for what
    cannot be replaced.
    """
    if settings.writes or settings.format not in ("", "argus"):
        raise BadUse("-M replace writes records to the files that are read: -w and --format have no place")
    names = list(settings.inputs)
    for folder in settings.folders:
        names += frame.folder_files(folder)
    if not names:
        raise BadUse("-M replace needs files: -r FILE...")
    for name in names:
        if not os.path.isfile(name):
            raise BadUse(f"{name}: cannot be replaced, as it is no file")
    status = int(ExitCode.OK)
    for name in names:
        status = replace_one(settings, name) or status
    return status


def replace_one(settings: Settings, name: str) -> int:
    """Replace one file; returns the exit status of the run over it."""
    how = compression_of(name)
    real = os.path.realpath(name)
    handle, work = tempfile.mkstemp(prefix=".pyargus-", dir=os.path.dirname(real))
    os.close(handle)
    packed = work + ".packed"
    try:
        once = settings.but(inputs=[name], folders=[], writes=[(work, "")], format="argus")
        status = frame.run(once)
        if status != ExitCode.OK or os.path.getsize(work) <= OPENING:
            frame.complain(settings, f"{name}: left as it is")
            return status
        if how:
            with open(work, "rb") as source, open(packed, "wb") as plain, compressed(plain, how) as target:
                shutil.copyfileobj(source, target, 1 << 20)
            os.replace(packed, work)
        shutil.copymode(real, work)
        os.replace(work, real)
        return status
    finally:
        for leftover in (work, packed):
            if os.path.exists(leftover):
                os.unlink(leftover)

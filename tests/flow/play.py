"""Captures through the flow engine, without the program around it. Also a program: `play.py JOBS FOLDER`, for the interpreted kernels.

JOBS is a JSON list of argument vectors of the sensor; the records of the n-th go to FOLDER/n. It imports nothing but pyargus, so that it
runs wherever PYTHONPATH finds that.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pyargus.capture.bpf import compile_filter
from pyargus.capture.reader import open_capture
from pyargus.clients.sensor_settings import SensorSettings, from_argv
from pyargus.errors import BadInput
from pyargus.flow.engine_cy import Engine


def play(settings: SensorSettings) -> tuple[bytes, str]:
    """The flow records of the inputs one after the other, and what is wrong with the first bad one."""
    records = b""
    fault = ""
    for name in settings.inputs:
        engine = Engine(settings.flow)
        seen = 0
        try:
            with open_capture(name, headers=settings.headers) as capture:
                for batch in capture:
                    if settings.packet_filter:
                        engine.select(compile_filter(settings.packet_filter, batch.linktype, settings.optimise))
                    engine.feed(batch, max(0, settings.skip - seen), batch.count if settings.stop is None else settings.stop - seen)
                    seen += batch.count
                    records += engine.take()
        except BadInput as error:
            fault = fault or str(error)
        engine.finish()
        records += engine.take()
    return records, fault


def play_all(jobs: Sequence[Sequence[str]]) -> list[bytes]:
    """The records of each argument vector."""
    return [play(from_argv(argv))[0] for argv in jobs]


if __name__ == "__main__":
    compiled = [name for name, module in sys.modules.items() if name.endswith("_cy") and not str(module.__file__).endswith(".py")]
    if compiled:
        sys.exit(f"compiled kernels were imported: {', '.join(compiled)}")
    for number, data in enumerate(play_all(json.loads(Path(sys.argv[1]).read_text()))):
        Path(sys.argv[2], str(number)).write_bytes(data)

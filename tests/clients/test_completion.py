"""What may follow on a command line, and that a shell is told so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyargus.clients import sensor_options
from pyargus.clients.completion import candidates
from pyargus.clients.program import RA
from pyargus.record.filter_words import vocabulary
from pyargus.record.schema import FIELDS


def words(*line: str) -> list[str]:
    *before, incomplete = line
    return [value for value, _, _ in candidates(before, incomplete, RA.options, vocabulary(), RA.words.values())]


def kinds(*line: str) -> set[str]:
    *before, incomplete = line
    return {kind for _, kind, _ in candidates(before, incomplete, RA.options, vocabulary(), RA.words.values())}


def test_options() -> None:
    assert words("--re") == ["--read", "--read-folder", "--records", "--regex", "--rejected"]
    assert {"-r", "--read", "-n"} <= set(words("-"))
    assert "--daemon" not in words("--"), "a refused option is not offered"


def test_fields_after_s() -> None:
    assert words("-s", "sadd") == words("-ns", "sadd") == words("-s", "stime", "sadd") == ["saddr"]
    assert words("-s", "+2dpo") == ["+2dport"]
    assert "-dport" in words("-s", "-dp")
    assert set(words("-s", "")) >= {field.name for field in FIELDS}
    assert "saddr" not in words("-s", "stime", "-n", "sadd"), "-n takes no value, and ends the list"


def test_modes_after_m() -> None:
    assert words("-M", "printer=h") == ["printer=hex"]
    assert {"man", "noman", "TZ="} <= set(words("-n", "-M", ""))


def test_files_are_the_shell_s() -> None:
    assert kinds("-r", "") == kinds("-r", "da") == kinds("-r", "a", "da") == kinds("-w", "da") == kinds("--read", "da") == {"file"}
    assert kinds("-R", "da") == {"dir"}
    assert kinds("-F", "a", "t") == {"plain"}


def test_filter_words() -> None:
    assert words("-", "inod") == words("-r", "a", "-", "tcp", "and", "inod") == words("-w", "out", "inod") == ["inode"]
    assert words("-n", "inod") == ["inode"]


def test_the_sensor_has_its_own() -> None:
    found = [value for value, _, _ in candidates(["-X", "-"], "port", sensor_options.OPTIONS, sensor_options.PACKET_WORDS)]
    assert found == ["port", "portrange"]
    assert candidates([], "--jit", sensor_options.OPTIONS, ())[0][0] == "--jitter"


def ask(program: str, instruction: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"from pyargus.clients.{program} import main; main()"]
    env = {**os.environ, f"_{program.upper()}_COMPLETE": instruction, **more}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_its_script_and_its_answer(shell: str) -> None:
    for program in ("ra", "argus"):
        script = ask(program, f"{shell}_source")
        assert script.returncode == 0 and f"{shell}_complete" in script.stdout and program in script.stdout
    cursor = "--rea" if shell == "fish" else "1"
    answer = ask("ra", f"{shell}_complete", COMP_WORDS="ra --rea", COMP_CWORD=cursor)
    assert answer.returncode == 0 and "--read-folder" in answer.stdout and "--records" not in answer.stdout


@pytest.mark.parametrize("instruction", ["bash", "nothing_source", "bash_nothing", ""])
def test_anything_else_is_refused(instruction: str) -> None:
    result = ask("ra", instruction)
    assert result.returncode == 2 and "bash, zsh or fish" in result.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes(tmp_path: Path) -> None:
    program = tmp_path / "ra"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -c 'from pyargus.clients.ra import main; main()' \"$@\"\n")
    program.chmod(0o755)
    script = ask("ra", "bash_source").stdout
    script += 'COMP_WORDS=(ra -n -s stime sadd); COMP_CWORD=4; _ra_completion ra; echo "${COMPREPLY[@]}"\n'
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    result = subprocess.run(["bash", "--norc", "-c", script], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout == "saddr\n", result.stderr

"""Every command where its streams or its surroundings are poor: it does what it can, and never ends in a traceback."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.cli import COMMANDS
from tests.support.waiting import PATIENCE

# What each command is asked; in a home with a committed model, of which it changes nothing.
ARGUMENTS = {
    "init": "init {home}",  # which is there
    "retrain": "retrain --help",
    "pull": "pull --help",
    "resume": "resume --help",
    "serve": "serve --help",
    "rollback": "rollback nothing",
    "verify": "verify HEAD",
    "check": "check {log}",
    "score": "score {log}",
    "predict": "predict --context {log} --steps 3",
    "export": "export --help",
    "demo": "demo --help",
    "backtest": "backtest --help",
    "audit": "audit --help",
    "upgrade": "upgrade --help",
    "open": "open",
}
POOR = {
    "the C locale, no HOME and few descriptors": (
        "ulimit -n 32; env -u HOME LC_ALL=C PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 {logling}"
    ),
    "a closed stdout": "{logling} >&-",
    "a full disk behind stdout": "{logling} >/dev/full",
    "a reader that has enough": "{logling} | true",
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with characters beyond ASCII."""
    path = tmp_path_factory.mktemp("log") / "ü.log"
    path.write_text("07 alpha fan – slow ök\n" * 300)
    return path


def run(shell: str, command: str, home: Path) -> subprocess.CompletedProcess[str]:
    logling = f"{shlex.quote(str(Path(sys.executable).with_name('logling')))} {command}"
    environment = {**os.environ, "LOGLING_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        ["sh", "-c", shell.format(logling=logling)], capture_output=True, text=True, env=environment, timeout=PATIENCE
    )


@pytest.mark.parametrize("poor", POOR)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_ends_in_a_traceback_with(reader: Any, log: Path, command: str, poor: str) -> None:
    arguments = ARGUMENTS.get(command, command).format(home=reader.home.path, log=log)
    result = run(POOR[poor], arguments, reader.home.path)
    assert [word for word in ("Traceback", "Exception ignored", "Errno") if word in result.stderr] == []


@pytest.mark.parametrize("shell", ["env PYTHONIOENCODING=ascii {logling}", next(iter(POOR.values()))])
def test_a_character_that_cannot_be_shown_is_an_escape(reader: Any, log: Path, shell: str) -> None:
    result = run(shell, f"score {log}", reader.home.path)
    assert (result.returncode, "fan \\u2013 slow" in result.stdout) == (0, True)


def test_a_result_that_could_not_be_written_is_no_success(reader: Any) -> None:
    result = run(POOR["a full disk behind stdout"], "history --json", reader.home.path)
    assert (result.returncode, "No space left on device" in result.stderr) == (1, True)


def test_a_command_with_a_closed_stdout_still_does_its_job(reader: Any) -> None:
    assert run(POOR["a closed stdout"], "history --json", reader.home.path).returncode == 0

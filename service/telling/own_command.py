"""A command of the operator's own: without a shell, without secrets in its environment, and with a time limit."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from tempfile import TemporaryFile

from ..environment import HOME_VARIABLE
from ..errors import LoglingError
from ..exit_status import describe_exit_status
from ..home import Home

# What a command gets of our environment. All else may hold a secret, such as a token for git or for a cloud.
PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM", "HOSTNAME"),
    *("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "VIRTUAL_ENV"),
)
LONGEST_SAID = 200  # characters of its last line, in a problem


def run_own_command(command: str, home: Home, facts: Mapping[str, str], text: str, seconds: float) -> None:
    """Run a command to its end, with a text on its stdin. Raises LoglingError that says what went wrong.

    `facts`: variables that it gets. Its output goes nowhere, but for its last line on stderr where it fails.
    """
    words = shlex.split(command)
    with TemporaryFile("w+", errors="replace") as said:  # no pipe: what the command has started may go on, and hold it
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, text=True,
                start_new_session=True, env=environment_of(home, facts), cwd="/",
            )  # fmt: skip
        except (OSError, ValueError) as error:
            raise LoglingError(f"{words[0]} could not be started: {getattr(error, 'strerror', error)}") from None
        try:
            process.communicate(text, seconds)
        except subprocess.TimeoutExpired:
            raise LoglingError(f"{words[0]} had not ended after {seconds:g} s, and was stopped") from None
        finally:
            end(process)
        if process.returncode:
            said.seek(0)
            last = "".join(sign for sign in (said.read().strip().splitlines() or [""])[-1] if sign.isprintable())
            told = f": {last[:LONGEST_SAID]}" if last else ""
            raise LoglingError(f"{words[0]}: {describe_exit_status(process.returncode)}{told}")


def end(process: subprocess.Popen[str]) -> None:
    """End a process with all that it started, unless it has done its job."""
    if process.poll() != 0:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def environment_of(home: Home, facts: Mapping[str, str]) -> dict[str, str]:
    """The environment of a command."""
    passed = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith("LC_")}
    return {**passed, HOME_VARIABLE: str(home.path), **facts}

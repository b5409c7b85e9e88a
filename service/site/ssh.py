"""ssh as git begins it, whoever chose the command: it asks nothing and gives up in time."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath

SETTINGS = r"^(core\.sshcommand|ssh\.variant)$"  # of git; as `git config --get-regexp` wants it


def quiet_ssh(environment: Mapping[str, str], configured: Mapping[str, str], seconds: float) -> dict[str, str]:
    """The variables with which git's ssh is one that cannot ask, and that tells in `seconds` that nobody answers.

    A person's own command (in git's order: GIT_SSH_COMMAND, core.sshCommand, GIT_SSH) stays, and what it says itself
    wins, for ssh takes the first of two options. Nothing is added for a program that is not OpenSSH's, as git tells
    them apart: its options are not known.
    """
    command = environment.get("GIT_SSH_COMMAND") or configured.get("core.sshcommand")
    command = command or shlex.quote(environment.get("GIT_SSH") or "ssh")
    variant = environment.get("GIT_SSH_VARIANT") or configured.get("ssh.variant", "auto")
    if variant != "ssh" and not (variant == "auto" and is_openssh(command)):
        return {}
    return {"GIT_SSH_COMMAND": f"{command} -o BatchMode=yes -o ConnectTimeout={max(1, round(seconds))}"}


def is_openssh(command: str) -> bool:
    """Whether a command's program is named as OpenSSH's is."""
    try:
        return PurePath(shlex.split(command)[0]).name == "ssh"
    except (ValueError, IndexError):
        return False

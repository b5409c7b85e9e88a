"""Make the ssh that git starts ask nothing and give up in time, whoever chose the command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath

SETTINGS = r"^(core\.sshcommand|ssh\.variant)$"  # of git; as `git config --get-regexp` wants it


def quiet_ssh(environment: Mapping[str, str], configured: Mapping[str, str], seconds: float) -> dict[str, str]:
    """Variables that make git's ssh ask nothing, and give up after `seconds` if nobody answers.

    A person's own command (in git's order: GIT_SSH_COMMAND, core.sshCommand, GIT_SSH) is kept, and its own options win,
    because ssh uses the first of two. A program that answers in place of a person is asked. Nothing is added to a
    program that git does not take for OpenSSH, because its options are not known.
    """
    command = environment.get("GIT_SSH_COMMAND") or configured.get("core.sshcommand")
    command = command or shlex.quote(environment.get("GIT_SSH") or "ssh")
    variant = environment.get("GIT_SSH_VARIANT") or configured.get("ssh.variant", "auto")
    if variant != "ssh" and not (variant == "auto" and is_openssh(command)):
        return {}
    batch = "" if has_answering_program(environment) else " -o BatchMode=yes"
    return {"GIT_SSH_COMMAND": f"{command}{batch} -o ConnectTimeout={max(1, round(seconds))}"}


def has_answering_program(environment: Mapping[str, str]) -> bool:
    """Whether SSH_ASKPASS answers in place of a person. Without `force` it is a desktop's, which opens a window."""
    return bool(environment.get("SSH_ASKPASS")) and environment.get("SSH_ASKPASS_REQUIRE") == "force"


def is_openssh(command: str) -> bool:
    """Whether a command runs a program named ssh."""
    try:
        return PurePath(shlex.split(command)[0]).name == "ssh"
    except (ValueError, IndexError):
        return False

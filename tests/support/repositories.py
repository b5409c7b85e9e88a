"""Git repositories as a person works in them: commands, hooks, scripts."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git(at: Path, *arguments: str, check: bool = True) -> str:
    """What a person's own git prints."""
    command = ["git", "-C", str(at), "-c", "user.name=Person", "-c", "user.email=p@x", *arguments]
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout.rstrip("\n")


def write_script(path: Path, text: str) -> Path:
    """A shell script that can be run."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nset -e\n{text}\n")
    path.chmod(0o755)
    return path


def write_hook(repository: Path, name: str, text: str) -> None:
    """A hook of a repository, which may be bare."""
    folder = repository / ".git" if (repository / ".git").exists() else repository
    write_script(folder / "hooks" / name, text)

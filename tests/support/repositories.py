"""Git repositories as a person works in them: commands, hooks, scripts; and a site with its remote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from service.settings import GitSettings
from service.site.commit_message import format_message
from service.site.site import Site

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Serve = Callable[..., str]  # serves a remote over the web; gives its URL


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


class Pair(NamedTuple):
    """A site and its bare remote."""

    site: Path
    remote: Path

    def open(self, url: str = "", **changes: object) -> Site:
        return Site(self.site, GitSettings().model_copy(update={"remote": url or str(self.remote), **changes}))

    def commit(self, file: bytes) -> str:
        site = self.open()
        return site.commit_weights(file, format_message("Weights", {"Logling-Run": file.decode().strip()}), NOON).commit

    def publish(self) -> list[str]:
        """Take over, then push, as a run does."""
        site = self.open()
        told = site.remote.synchronise()
        site.remote.push()
        return told

    def others_commit(self, **files: bytes | None) -> str:
        """Somebody else changes files at the top of the page's folder; None takes one away."""
        others = self.site.with_name("others")
        if not others.exists():
            git(self.site.parent, "clone", "--quiet", str(self.remote), str(others))
        git(others, "pull", "--quiet", "--ff-only")
        for name, content in files.items():
            if content is None:
                git(others, "rm", "--quiet", f"web/{name}.js")
            else:
                (others / "web" / f"{name}.js").write_bytes(content)
        git(others, "add", ".")
        git(others, "commit", "--quiet", "--message", "others")
        git(others, "push", "--quiet")
        return git(others, "rev-parse", "HEAD")

    def tips(self) -> tuple[str, str]:
        return git(self.site, "rev-parse", "HEAD"), git(self.site, f"--git-dir={self.remote}", "rev-parse", "main")

"""Homes with a log, and the real command on them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from rich.console import Console

from service.commands.init import make_home
from service.home import Home
from service.progress import Reporter
from service.run import retrain
from service.settings import Settings
from tests.support.runs import Document
from tests.support.waiting import PATIENCE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKENS = 40_000
FIRST_LINES = 500


@dataclass(frozen=True)
class Place:
    """A folder with a log, and a home whose source it is."""

    folder: Path

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    @property
    def log(self) -> Path:
        return self.folder / "logs" / "app.log"

    def append(self, lines: list[str]) -> None:
        self.log.parent.mkdir(exist_ok=True)
        with self.log.open("a", encoding="utf-8") as log:
            log.writelines(line + "\n" for line in lines)

    def append_usual(self, count: int) -> None:
        """More lines of the kind that the model knows, or will."""
        start = len(self.log.read_text().splitlines()) if self.log.exists() else 0
        chance = random.Random(start)
        names = ["alpha", "bravo", "delta"]
        self.append(
            [
                f"{n % 60:02d} {names[n % 3]} fan {chance.choice(['slow', 'fast'])} ok"
                for n in range(start, start + count)
            ]
        )

    def set(self, old: str, new: str) -> None:
        """Edit the settings file as a person would."""
        text = self.home.settings_file.read_text()
        assert old in text
        self.home.settings_file.write_text(text.replace(old, new))

    def retrain(self, settings: Settings | None = None, now: datetime = NOON) -> Document:
        reporter = Reporter(Console(file=StringIO()))
        with reporter:
            return retrain(self.home, settings or self.home.settings(), lambda: now, reporter).as_json()

    def logling(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return logling(*arguments, LOGLING_HOME=str(self.home.path), **environment)

    def git(self, *arguments: str, at: str = "home/site") -> str:
        command = ["git", "-C", str(self.folder / at), "-c", "user.name=Person", "-c", "user.email=p@x", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def add_remote(self) -> Path:
        """An empty bare repository that the home pushes to from now on."""
        remote = self.folder / "remote.git"
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), at=".")
        self.git("remote", "add", "origin", str(remote))
        self.set('# remote = ""', f"remote = '{remote}'")
        return remote


def logling(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    command = [str(Path(sys.executable).with_name("logling")), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=PATIENCE)


def made(folder: Path) -> Place:
    place = Place(folder)
    place.append_usual(FIRST_LINES)
    make_home(place.home.path, sources=[str(place.log)], preset="seed", remote="")
    place.set("[training]\n", f"[training]\ntokens = {TOKENS}\n")
    return place

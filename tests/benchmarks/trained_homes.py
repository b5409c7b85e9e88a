"""Logs cut in two, and homes whose model learned the first part, kept in a scratch folder between benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

TRAINED_SHARE = 0.9


class NotCommitted(SystemExit):
    """A run that committed no model, in this home; a benchmark that does not expect it ends with its reason."""

    def __init__(self, home: Path, reason: str) -> None:
        super().__init__(reason)
        self.home = home


class CutLog(NamedTuple):
    """A log's older lines, which are learned, and its newest, which are scored."""

    name: str
    train: Path
    test: Path

    @property
    def folder(self) -> Path:
        """Where all that is kept of this log lies."""
        return self.train.parent


class TrainedHome(NamedTuple):
    """A home with its first model, and what `logling retrain --json` said of it."""

    path: Path
    record: dict[str, Any]

    @property
    def weights(self) -> Path:
        """The committed weights."""
        return self.path / "site" / "web" / "weights.js"


def logs_in(paths: list[Path]) -> list[Path]:
    """Files, and the .txt and .log files of folders; label files are no logs."""
    found = []
    for path in paths:
        files = [*path.glob("*.txt"), *path.glob("*.log")] if path.is_dir() else [path]
        found += [file for file in files if ".labels" not in file.name]
    return sorted(found, key=lambda file: file.stem)


def cut(log: Path, scratch: Path, share: float = TRAINED_SHARE) -> CutLog:
    """Cut a log, once: one that grows later stays as it was in the scratch folder."""
    folder = scratch / log.stem
    parts = CutLog(log.stem, folder / "train.log", folder / "test.log")
    if not parts.test.exists():
        folder.mkdir(parents=True, exist_ok=True)
        lines = log.read_bytes().split(b"\n")[:-1]
        at = int(len(lines) * share)
        for file, part in ((parts.train, lines[:at]), (parts.test, lines[at:])):
            file.write_bytes(b"".join(line + b"\n" for line in part))
    return parts


def trained(log: CutLog, preset: str, name: str | None = None, overrides: dict[str, str] | None = None) -> TrainedHome:
    """A home that learned the older lines, trained now unless it was before.

    `overrides`: variables of settings; such a home needs a `name` of its own. Raises NotCommitted when a run rejects.
    """
    folder = log.folder / (name or preset)
    home, record = folder / "home", folder / "record.json"
    if not record.exists():
        if not home.exists():
            logling("init", str(home), "--source", str(log.train), "--preset", preset)
        record.write_text(logling("retrain", "--home", str(home), "--json", overrides=overrides))
    said = json.loads(record.read_text())
    if said["outcome"] != "committed":
        raise NotCommitted(home, f"{log.name}, {preset}: no model was committed: {said['reason']}")
    return TrainedHome(home, said)


def logling(*arguments: str, overrides: dict[str, str] | None = None) -> str:
    """What the command prints on stdout."""
    command = [str(Path(sys.executable).with_name("logling")), *arguments]
    environment = {**os.environ, **(overrides or {})}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def lines_of(file: Path) -> list[str]:
    """The lines of a log, without their newlines."""
    return file.read_bytes().decode().split("\n")[:-1]

"""The logs that this machine has, which `logling init` proposes where none was named."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ..errors import LoglingError
from ..sources import journal
from ..sources.docker import running_containers
from ..sources.path_pattern import is_pattern
from ..sources.rotated_names import SUFFIXES, family
from ..sources.source_preview import how_to_read, look_at
from .terminal import out

LOGS = Path("/var/log")
MOST = 8  # proposals of each kind
FEWEST_LINES = 400  # of a log from which a model can learn something
FEWEST_ENTRIES = 400  # of a unit, among the newest MOST_ENTRIES
MOST_ENTRIES = 20_000
MOST_FILES = 2_000
DEPTH = 3  # of folders


class Proposal(NamedTuple):
    """An option of `init`, and what stands behind it."""

    option: str
    words: str


def print_proposals(home: Path) -> None:
    """Print a command for each log of this machine, the largest first."""
    logs, refused = file_proposals(LOGS)
    found = [*logs[:MOST], *journal_proposals(), *container_proposals()[:MOST]]
    where = shlex.quote(str(home))
    if found:
        out.print("Nothing was made: name the log that the model is to learn. This machine has, for example:\n")
        width = max(len(proposal.option) for proposal in found)
        for proposal in found:
            out.print(f"  logling init {where} {proposal.option:<{width}}  # {proposal.words}")
        out.print("\nOne log a home gives the best models; `--remote URL` pushes them, `--name NAME` names them.")
    else:
        out.print("Nothing was made: name the log that the model is to learn, as in\n")
        out.print(f"  logling init {where} --source '/var/log/dpkg.log*'   # or --journal UNIT, or --docker NAME")
    if refused:
        hint = how_to_read(refused[0])
        count = "1 log" if len(refused) == 1 else f"{len(refused)} logs"
        out.print(f"\n{count} in {LOGS} may not be read by you, as {refused[0]}{f': {hint}' if hint else ''}.")


def file_proposals(folder: Path) -> tuple[list[Proposal], list[Path]]:
    """The logs below a folder that have enough lines, the largest first, and the files that may not be read."""
    logs: dict[str, int] = {}
    refused: list[Path] = []
    for path in files_below(folder, DEPTH):
        if is_pattern(str(path)) or not str(path).isprintable():
            continue
        if path.suffix in SUFFIXES:
            continue  # a log that is still written to has one that is not packed
        if os.access(path, os.R_OK):
            logs.setdefault(family(path), 0)
        else:
            refused.append(path)
    for log in logs:
        logs[log] = look_at(f"{log}*").lines
    largest = sorted(logs.items(), key=lambda log: -log[1])
    return [
        Proposal(f"--source {shlex.quote(f'{log}*')}", f"{lines:,} lines")
        for log, lines in largest
        if lines >= FEWEST_LINES
    ], refused


def files_below(folder: Path, depth: int) -> Iterator[Path]:
    """The files in a folder and the folders in it, links left out; at most MOST_FILES."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries[:MOST_FILES]:
        if entry.is_dir(follow_symlinks=False):
            if depth > 1 and entry.name != "journal":
                yield from files_below(Path(entry.path), depth - 1)
        elif entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_size:
            yield Path(entry.path)


def journal_proposals() -> list[Proposal]:
    """The units that wrote most of the journal's newest entries; none where it cannot be read."""
    units: Counter[str] = Counter()
    try:
        with journal.journalctl([f"--lines={MOST_ENTRIES}"], journal.SILENCE) as entries:
            units.update(
                str(entry.get("_SYSTEMD_UNIT") or "") for entry in entries if not isinstance(entry, journal.Skipped)
            )
    except LoglingError:
        return []
    total = units.total()
    return [
        Proposal(f"--journal {shlex.quote(unit)}", f"{count:,} of the journal's newest {total:,} entries")
        for unit, count in units.most_common(MOST)
        if unit and "@" not in unit and count >= FEWEST_ENTRIES
    ]


def container_proposals() -> list[Proposal]:
    """The containers that run; none where docker does not answer."""
    try:
        return [Proposal(f"--docker {shlex.quote(name)}", "a container that runs") for name in running_containers()]
    except (LoglingError, OSError):
        return []

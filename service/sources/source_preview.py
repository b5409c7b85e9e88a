"""A look at a source before it is read: what it matches, about how many lines, and why something cannot be read."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..reading.compression import Damaged
from ..reading.decoding import SAMPLE_BYTES
from ..reading.log_reader import LogReader
from ..reading.reading import Reading
from .files import find_files
from .log_file import BinaryFile, LogFile, OpenLog, RefusedFile, printable
from .path_pattern import is_pattern

MOST_BYTES = 8 * 1024 * 1024  # that are looked at of one source
MOST_FILES = 1000


class Preview(NamedTuple):
    """What a pattern matches now."""

    files: Sequence[LogFile]  # oldest first
    lines: int
    is_estimate: bool  # of the lines
    problems: Sequence[str]  # each with what mends it, where that is known

    def describe(self) -> str:
        """In words, as "1 file, 1,800 lines"."""
        if not self.files:
            return "matches nothing that can be read" if self.problems else "matches nothing yet"
        files = "1 file" if len(self.files) == 1 else f"{len(self.files):,} files"
        about = "about " if self.is_estimate else ""
        return f"{files}, {about}{self.lines:,} {'line' if self.lines == 1 else 'lines'}"


def look_at(pattern: str, most_bytes: int = MOST_BYTES) -> Preview:
    """What a pattern matches now. Of `most_bytes` on disk the lines are counted, beyond that they are estimated."""
    found = find_files([pattern])
    problems = [text for text in found.problems if not text.endswith(": no file matches")]
    if problems and (hint := how_to_read(fixed_part(pattern))):
        problems[-1] += f"; {hint}"
    read: list[LogFile] = []
    lines = size = looked_at = 0
    for file in reversed(found.files):  # the newest first
        budget = max(0, most_bytes - looked_at) if len(read) < MOST_FILES else 0
        count, used, problem = _count(file.path, budget)
        if problem:
            problems.append(problem)
        if count is None:
            continue
        read.append(file)
        lines, looked_at, size = lines + count, looked_at + used, size + file.size
    is_estimate = looked_at < size
    if is_estimate and looked_at:
        lines = _rounded(lines * size / looked_at)
    return Preview(read[::-1], lines, is_estimate, problems)


def _count(path: Path, budget: int) -> tuple[int | None, int, str]:
    """The lines in the first `budget` bytes on disk of a file, how many bytes that were, and a problem.

    The count is None where the file cannot be read.
    """
    lines = used = 0
    try:
        with OpenLog(path) as log:
            log.refuse_binary()
            for chunk in log.chunks() if budget else ():
                lines += chunk.count(b"\n")
                used = log.bytes_read()
                if used >= budget:
                    break
    except Damaged as damage:
        problem = f"{printable(path)}: {damage}; what can be read of it is: replace it by a whole or unpacked one"
        return lines, used, problem
    except (RefusedFile, BinaryFile) as refusal:
        return None, 0, str(refusal)
    except OSError as error:
        hint = how_to_read(path)
        return None, 0, f"{printable(path)}: {error.strerror or error}" + (f"; {hint}" if hint else "")
    return lines, used, ""


def _rounded(count: float) -> int:
    """Two figures of a number: nobody should take an estimate for a count."""
    digits = max(0, len(str(int(count))) - 2)
    unit = int(10**digits)
    return round(count / unit) * unit


def newest_lines(file: LogFile, reading: Reading) -> list[str]:
    """The lines at the end of a file, as they are read; those at the start of a compressed one.

    Raises OSError and RefusedFile.
    """
    with OpenLog(file.path) as log:
        head = log.head(SAMPLE_BYTES)
        start = 0 if log.compressed else max(0, log.file.size - SAMPLE_BYTES) // 2 * 2
        data = head if log.compressed else b"".join(log.chunks(start))
    reader = LogReader(reading, head)
    lines = reader.feed(data) + reader.finish()
    return lines[1:] if start else lines  # the first may be half a line


def fixed_part(pattern: str) -> Path:
    """The part of a pattern before its first wildcard."""
    path = Path(pattern).expanduser() if pattern.startswith("~") else Path(pattern)
    while is_pattern(str(path)) and path != path.parent:
        path = path.parent
    return path


def how_to_read(path: Path) -> str:
    """What lets this user read a file that is there; empty where that is not the trouble."""
    for place in (*reversed(path.absolute().parents), path.absolute()):
        try:
            status = place.stat()
        except OSError:
            return ""
        is_folder = stat.S_ISDIR(status.st_mode)
        needed = os.X_OK if is_folder and place != path else os.R_OK | (os.X_OK if is_folder else 0)
        if not os.access(place, needed, effective_ids=os.access in os.supports_effective_ids):
            return _grant(place, status, needed)
    return ""


def _grant(place: Path, status: os.stat_result, needed: int) -> str:
    user = user_name()
    group = _group_name(status.st_gid)
    if group and status.st_gid and (status.st_mode >> 3) & needed == needed:
        return f"group {group} may: sudo usermod -aG {group} {user}, then log in again, or restart the service"
    return f"sudo setfacl -m u:{user}:{'rx' if stat.S_ISDIR(status.st_mode) else 'r'} {printable(place)}"


def user_name() -> str:
    """The user whose rights count; a number where it has no name, as in containers."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _group_name(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return ""

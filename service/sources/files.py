"""Where lines come from: the files that patterns name, and what belongs to their logs beside these, oldest first.

How one is read is in logfile.py, how it is known again over rotations in identity.py. The journal is in journal.py.
"""

import glob
import os
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..storage.position import Position
from .log_file import LogFile, RefusedFile, is_utf8, log_file
from .rotated_names import SUFFIXES, family, number


@dataclass
class Found:
    files: list[LogFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class FileSource:
    """The files that one pattern names: absolute or from ~, with *, ?, [...] and ** for any folders."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._expanded = str(Path(pattern).expanduser()) if pattern.startswith("~") else pattern

    def find(self) -> Found:
        """The readable candidates in no particular order, and in words why others are left out."""
        if not Path(self._expanded).is_absolute():
            return Found(problems=[f"{self.pattern}: give an absolute path, or one that starts with ~"])
        found = Found()
        is_name = os.path.lexists(self._expanded)
        # Not Path.glob: it matches hidden files (editors' swap files), and before 3.13 ** finds no files.
        names = [self._expanded] if is_name else sorted(glob.glob(self._expanded, recursive=True))  # noqa: PTH207
        for name in names:
            self._examine(name, is_name, found)
        if not names:
            found.problems.append(f"{self.pattern}: no file matches")
        return found

    def _examine(self, name: str, is_name: bool, found: Found) -> None:
        try:
            path = Path(name).resolve(strict=True)
            if path.is_dir() and not is_name:
                return  # a wildcard meets folders by the way; only one that was asked for is a mistake
            found.files.append(log_file(path, path.stat(), self.pattern))
        except RefusedFile as refusal:
            found.problems.append(str(refusal))
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, before Python 3.13
            found.problems.append(f"{name}: {_in_words(error)}")


def find_files(patterns: Sequence[str]) -> Found:
    """The files of all patterns, each once whatever its names, oldest first.

    By time of last writing, because that survives renaming and compression alike and needs no knowledge of
    how names count: app.log.1 is the newest rotated file for logrotate, the oldest for others. Equal
    times go by falling number, then name, and a file goes before its own .gz.
    """
    found = Found()
    seen: dict[tuple[int, int], LogFile] = {}
    for pattern in dict.fromkeys(patterns):
        of_pattern = FileSource(pattern).find()
        found.problems += [problem for problem in of_pattern.problems if problem not in found.problems]
        for file in of_pattern.files:
            seen.setdefault(file.place, file)
    found.files = oldest_first(list(seen.values()))
    return found


def with_siblings(files: Sequence[LogFile], known: Sequence[Position], patterns: Sequence[str]) -> list[LogFile]:
    """`files` and what no pattern matches (any more) but belongs to a log that a pattern found, oldest first.

    That is a file that was read before and has since been renamed, or is no longer where a symlink points;
    and a file named like a rotation of that log and written to since it was last read. All in its folder.
    Where the clock was set back since, nobody knows when that was: then it is every rotation of the log.
    """
    followed = [row for row in known if row.pattern in patterns]  # also of a log that is gone for now
    present = {file.place for file in files}
    set_back = _set_back(files, followed)
    siblings: list[LogFile] = []
    for folder in {str(Path(row.family).parent) for row in followed}:
        rows = [row for row in followed if str(Path(row.family).parent) == folder]
        siblings += [file for file in _siblings(folder, rows, set_back) if file.place not in present]
    return oldest_first([*files, *{file.place: file for file in siblings}.values()])


def _set_back(files: Sequence[LogFile], rows: Sequence[Position]) -> set[str]:
    """The logs that were last written to, it seems, before they were last read."""
    written = {row.inode: row.mtime_ns for row in rows if not row.compressed}  # compressors set times back
    last = {row.family: row.mtime_ns for row in sorted(rows, key=lambda row: row.mtime_ns)}
    lives = [file for file in files if str(file.path) == file.family]
    return {file.family for file in files if file.mtime_ns < written.get(file.inode, 0)} | {
        file.family for file in lives if file.mtime_ns < last.get(file.family, 0)
    }


def _siblings(folder: str, rows: Sequence[Position], set_back: Container[str]) -> Iterator[LogFile]:
    by_inode = {row.inode: row for row in rows}
    newest = {row.family: row for row in sorted(rows, key=lambda row: row.mtime_ns)}
    seconds = {(row.family, row.mtime_ns // 10**9) for row in rows}  # compressors keep the time of writing
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                same, of_log = by_inode.get(entry.inode()), newest.get(family(Path(entry.path)))
                row = of_log or same
                if row is None or not entry.is_file(follow_symlinks=False) or not is_utf8(entry.path):
                    continue
                file = log_file(Path(entry.path), entry.stat(follow_symlinks=False), row.pattern)
                is_of_row = same is not None or (file.family, file.mtime_ns // 10**9) in seconds
                if is_of_row or file.family in set_back or file.mtime_ns >= row.mtime_ns:
                    yield file
    except OSError:
        return  # what cannot be listed now is looked for at the next pull


def oldest_first(files: Sequence[LogFile]) -> list[LogFile]:
    """By time of last writing; a file right before what it is packed into, whatever a clock that was set says."""
    at = {file.path: file for file in files}

    def age(file: LogFile) -> tuple[int, str, int, str]:
        plain = at.get(file.path.with_suffix(""), file) if file.path.suffix in SUFFIXES else file
        return plain.mtime_ns, plain.family, -number(plain.path), str(file.path)

    return sorted(files, key=age)


def _in_words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)

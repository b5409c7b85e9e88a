"""Find the files of all sources: those that a pattern matches, and rotated files of the same logs, oldest first.

How one file is read is in log_file.py, and how it is recognised after a rotation in rotation.py.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..storage.position import Position
from .links import PlantedLink, real_path, trusted_users
from .log_file import LogFile, RefusedFile, is_utf8, log_file, printable
from .path_pattern import MOST_ENTRIES, MOST_FOLDERS_DEEP, MatchedPath, Search, is_pattern, search
from .rotated_names import SUFFIXES, family, number
from .source_reading import Trouble


@dataclass
class FoundFiles:
    """Files to read, and in words why others are left out."""

    files: list[LogFile] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Why files are left out, each reason once."""
        return list(dict.fromkeys(trouble.text for trouble in self.troubles))


class FileSource:
    """The files that one pattern matches. A pattern begins with / or ~ and may have *, ?, [...] and **."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._name = printable(pattern)  # in messages

    def find(self) -> FoundFiles:
        """The files that can be read, in no particular order, and why others are left out."""
        found = FoundFiles()
        try:
            pattern = self._expanded()
            is_name = _is_there(pattern)
            matches = [MatchedPath(pattern, is_link=True)] if is_name else self._search(pattern, found)
        except (OSError, ValueError, RuntimeError) as error:
            found.troubles.append(self._unreadable(f"{self._name}: {_describe(error)}"))
            return found
        for match in matches:
            self._examine(match, is_name, found)
        if not matches:
            found.troubles.append(Trouble(self.pattern, "missing", f"{self._name}: no file matches"))
        return found

    def _unreadable(self, text: str) -> Trouble:
        return Trouble(self.pattern, "unreadable", text)

    def _expanded(self) -> str:
        """The pattern with ~ replaced. Raises ValueError where it cannot be, RuntimeError where a user has no home."""
        expanded = str(Path(self.pattern).expanduser()) if self.pattern.startswith("~") else self.pattern
        if not Path(expanded).is_absolute():
            raise ValueError("give an absolute path, or one that starts with ~")
        if "\0" in expanded:
            raise ValueError("a path has no NUL in it")
        return expanded

    def _search(self, pattern: str, found: FoundFiles) -> list[MatchedPath]:
        if not is_pattern(pattern):
            return []
        result = search(pattern)
        found.troubles += [self._unreadable(f"{self._name}: {words}") for words in _describe_search(result)]
        return result.matches

    def _examine(self, match: MatchedPath, is_name: bool, found: FoundFiles) -> None:
        try:
            path = Path(real_path(match.path, trusted_users()) if match.is_link else match.path)
            status = path.stat()
            if stat.S_ISDIR(status.st_mode) and not is_name:
                return  # a wildcard also matches folders; only a folder that was named is a mistake
            found.files.append(log_file(path, status, self.pattern))
        except RefusedFile as refusal:
            found.troubles.append(self._unreadable(str(refusal)))
        except PlantedLink as planted:
            found.troubles.append(self._unreadable(f"{printable(planted.filename)}: {_describe(planted)}"))
        except OSError as error:
            found.troubles.append(self._unreadable(f"{printable(match.path)}: {_describe(error)}"))


def _is_there(path: str) -> bool:
    """Whether there is a file of exactly this name, also if it has wildcards in it. Raises OSError."""
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        if is_pattern(path):
            return False
        raise
    return True


def _describe_search(result: Search) -> Iterator[str]:
    if result.unlisted:
        more = f" and {len(result.unlisted) - 1} more" if len(result.unlisted) > 1 else ""
        yield f"the folder {printable(result.unlisted[0])}{more} may not be listed"
    yield from (f"{printable(planted.filename)}: {_describe(planted)}" for planted in result.planted)
    if result.is_cut:
        yield (
            f"only {MOST_ENTRIES:,} names are looked at, and folders at most {MOST_FOLDERS_DEEP} deep; there are more,"
            " so some files may not be read"
        )


def find_files(patterns: Sequence[str]) -> FoundFiles:
    """The files of all patterns, each once even if it has several names, oldest first.

    They are sorted by the time of last writing, which renaming and compressing keep. Numbers in names are no help:
    app.log.1 is the newest rotated file for logrotate and the oldest for others. Of equal times the higher number
    comes first, then the name decides, and a file comes before its own .gz.
    """
    found = FoundFiles()
    seen: dict[tuple[int, int], LogFile] = {}
    for pattern in dict.fromkeys(patterns):
        of_pattern = FileSource(pattern).find()
        found.troubles += of_pattern.troubles
        for file in of_pattern.files:
            seen.setdefault(file.place, file)
    found.files = oldest_first(list(seen.values()))
    return found


def with_siblings(files: Sequence[LogFile], known: Sequence[Position], patterns: Sequence[str]) -> list[LogFile]:
    """`files`, and other files in their folders that belong to the same logs, oldest first.

    These are files that were read before and have been renamed since, or are no longer where a symlink points, and
    files that are named like a rotation of the log and were written to since it was last read. For example, `files`
    has app.log, and logrotate has made app.log.1 of what was app.log at the last pull: app.log.1 is added.
    If the clock was set back since then, the times of writing prove nothing, and all rotations are added.
    """
    followed: defaultdict[str, list[Position]] = defaultdict(list)  # by folder; also of a log that is missing now
    wanted = set(patterns)
    for row in known:
        if row.pattern in wanted:
            followed[row.family.rpartition("/")[0]].append(row)
    present = {file.place for file in files}
    set_back = _set_back(files, [row for rows in followed.values() for row in rows])
    siblings: list[LogFile] = []
    for folder, rows in followed.items():
        siblings += [file for file in _siblings(folder or "/", rows, set_back) if file.place not in present]
    return oldest_first([*files, *{file.place: file for file in siblings}.values()])


def _set_back(files: Sequence[LogFile], rows: Sequence[Position]) -> set[str]:
    """The logs whose times say that they were last written to before they were last read."""
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
        return  # the next pull looks again


def oldest_first(files: Sequence[LogFile]) -> list[LogFile]:
    """Files by time of last writing. A file comes right before its own compressed form, even if the times differ."""
    at = {file.path: file for file in files}

    def age(file: LogFile) -> tuple[int, str, int, str]:
        plain = at.get(file.path.with_suffix(""), file) if file.path.suffix in SUFFIXES else file
        return plain.mtime_ns, plain.family, -number(plain.path), str(file.path)

    return sorted(files, key=age)


def _describe(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)

"""The paths that a pattern matches: *, ? and [...] within a name, ** for any folders.

As with the standard library's glob, hidden names are matched only by a pattern that begins with a dot. It is not used
because it follows links into folders again and again: two links to `.` under ** make it run for ever. Here each folder
is listed once for each part of the pattern, whatever links lead to it, and the search is bounded.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import translate
from typing import NamedTuple

from .links import PlantedLink, real_path, trusted_users

MOST_ENTRIES = 1_000_000  # names that are looked at for one pattern
MOST_FOLDERS_DEEP = 100  # links through other folders count too

_MAGIC = re.compile(r"[*?[]")
_BRACES = re.compile(r"\{[^{}]*,[^{}]*\}")


def is_pattern(path: str) -> bool:
    """Whether a path has wildcards in it."""
    return bool(_MAGIC.search(path))


def brace_hint(pattern: str) -> str:
    """What to write in place of a shell's braces, as the end of a sentence. Empty where a pattern has none.

    >>> brace_hint("/var/log/*.log")
    ''
    """
    return "; {a,b} is no wildcard here: write a source for each" if _BRACES.search(pattern) else ""


class MatchedPath(NamedTuple):
    """A path that a pattern matches."""

    path: str
    is_link: bool  # itself; the folders above it are without links


@dataclass
class Search:
    """What was found, and why there may be more."""

    matches: list[MatchedPath] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)  # folders that may not be listed
    planted: list[PlantedLink] = field(default_factory=list)  # links to folders that are not followed
    is_cut: bool = False  # whether a bound was reached


class _Place(NamedTuple):
    """A folder, without links, in which a part of the pattern is looked for."""

    folder: str
    part: int
    depth: int


def search(pattern: str) -> Search:
    """All paths that an absolute pattern matches, sorted. Folders are among them only if a link leads there."""
    return _PatternSearch(pattern).run()


class _PatternSearch:
    def __init__(self, pattern: str) -> None:
        *folders, name = pattern.split("/")
        self._parts = [*filter(None, folders), name]
        self._matchers = [_matcher(part) for part in self._parts]
        self._found = Search()
        self._visited: set[tuple[int, int, int]] = set()  # device and inode of a folder, and the part looked for in it
        self._entries = 0
        self._open = [_Place("/", 0, 0)]

    def run(self) -> Search:
        while self._open and self._entries <= MOST_ENTRIES:
            place = self._open.pop()
            try:
                if self._is_first_visit(place):
                    self._look_in(place)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                self._found.unlisted.append(place.folder)
        self._found.matches = sorted(set(self._found.matches))
        return self._found

    def _is_first_visit(self, place: _Place) -> bool:
        status = os.stat(place.folder)  # noqa: PTH116, a Path for each folder takes longer than its listing
        visit = (status.st_dev, status.st_ino, place.part)
        is_first = visit not in self._visited
        self._visited.add(visit)
        return is_first

    def _look_in(self, place: _Place) -> None:
        part, matcher = self._parts[place.part], self._matchers[place.part]
        is_last = place.part == len(self._parts) - 1
        if part == "**":
            if not is_last:
                self._open.append(place._replace(part=place.part + 1))
            self._look_below(place, is_last)
        elif matcher is None:
            path = os.path.join(place.folder, part)  # noqa: PTH118
            if not is_last:
                self._enter(path, place.part + 1, place.depth)
            elif part and os.path.lexists(path):
                self._found.matches.append(MatchedPath(path, is_link=True))
        else:
            for entry in self._list(place.folder):
                if matcher(entry.name) and (part.startswith(".") or not entry.name.startswith(".")):
                    self._take(entry, place, place.part + 1, is_last)

    def _look_below(self, place: _Place, is_last: bool) -> None:
        for entry in self._list(place.folder):
            if entry.name.startswith("."):
                continue
            is_folder = _is_folder(entry)
            if is_folder:
                self._enter_entry(entry, place, place.part)
            if is_last and (not is_folder or entry.is_symlink()):
                self._found.matches.append(MatchedPath(entry.path, entry.is_symlink()))

    def _take(self, entry: os.DirEntry[str], place: _Place, part: int, is_last: bool) -> None:
        if not is_last:
            if _is_folder(entry):
                self._enter_entry(entry, place, part)
        elif entry.is_symlink() or not entry.is_dir():
            self._found.matches.append(MatchedPath(entry.path, entry.is_symlink()))

    def _enter_entry(self, entry: os.DirEntry[str], place: _Place, part: int) -> None:
        if entry.is_symlink():
            self._enter(entry.path, part, place.depth + 1)
        elif place.depth < MOST_FOLDERS_DEEP:
            self._open.append(_Place(entry.path, part, place.depth + 1))
        else:
            self._found.is_cut = True

    def _enter(self, path: str, part: int, depth: int) -> None:
        if depth > MOST_FOLDERS_DEEP:
            self._found.is_cut = True
            return
        try:
            self._open.append(_Place(real_path(path, trusted_users()), part, depth))
        except PlantedLink as planted:
            self._found.planted.append(planted)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError:
            self._found.unlisted.append(path)

    def _list(self, folder: str) -> Iterator[os.DirEntry[str]]:
        with os.scandir(folder) as entries:
            for entry in entries:
                self._entries += 1
                if self._entries > MOST_ENTRIES:
                    self._found.is_cut = True
                    return
                yield entry


def _matcher(part: str) -> Callable[[str], object] | None:
    """Whether a name matches a part of a pattern; None for a part that is a name itself."""
    return re.compile(translate(part)).match if is_pattern(part) else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False

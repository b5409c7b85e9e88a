"""The files that are there now, by inode: those that a pull found, and all in their folders."""

import os
from collections import defaultdict
from collections.abc import Iterable

from .log_file import LogFile


class PresentFiles:
    """Where files are. A folder is listed when it is first asked for, and again only after a file came or left."""

    def __init__(self, files: Iterable[LogFile] = ()) -> None:
        self._found: defaultdict[int, list[str]] = defaultdict(list)
        self._listings: dict[str, tuple[int, dict[int, list[str]]]] = {}
        for file in files:
            self._found[file.inode].append(str(file.path))

    def paths(self, inode: int, folder: str | None = None) -> list[str]:
        """The paths of an inode, sorted, among the files found and in a folder. It may be one of another device."""
        paths = set(self._found.get(inode, ()))
        if folder is not None:
            paths.update(self._listing(folder).get(inode, ()))
        return sorted(paths)

    def _listing(self, folder: str) -> dict[int, list[str]]:
        try:
            changed_at = os.stat(folder).st_mtime_ns  # noqa: PTH116, called for each file that is gone
            if folder not in self._listings or self._listings[folder][0] != changed_at:
                self._listings[folder] = changed_at, _list(folder)
        except OSError:
            return {}
        return self._listings[folder][1]


def _list(folder: str) -> dict[int, list[str]]:
    listing: defaultdict[int, list[str]] = defaultdict(list)
    with os.scandir(folder) as entries:
        for entry in entries:  # a symlink has its own inode, so no entry leads out of the folder
            listing[entry.inode()].append(entry.path)
    return listing

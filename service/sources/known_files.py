"""The files of earlier pulls, indexed by inode, by log and by their first bytes: no search looks at all of them."""

import os
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from operator import itemgetter

from ..storage.position import HEAD_BYTES, Position, digest
from .log_file import OpenLog, RefusedFile, untouched_file
from .present_files import PresentFiles

INDEXED_BYTES = 4096  # at the start of each file, for the search for its copies

_Head = tuple[int, bytes]  # length and hash of the first bytes
_Ids = list[int]


class KnownFiles:
    """The positions of earlier pulls and of this one.

    A position is unchanged when its file was seen at its path with the size and time of writing that are stored. No
    other file can be the one of an unchanged position, so the search by content passes it over.
    """

    def __init__(self, rows: Iterable[Position] = ()) -> None:
        self._rows: dict[int | None, Position] = {}
        self._of_inode: defaultdict[int, dict[int | None, None]] = defaultdict(dict)
        self._of_family: defaultdict[str, dict[int | None, None]] = defaultdict(dict)
        self._at_path: defaultdict[str, set[int | None]] = defaultdict(set)
        self._patterns: defaultdict[str, set[str]] = defaultdict(set)
        # Those that are not unchanged, by their first bytes, position, and bytes before that: the ids, sorted.
        self._open_rows: dict[_Head, dict[int, dict[bytes, _Ids]]] = {}
        self._lengths: Counter[int] = Counter()  # of the first bytes in there
        self._unchanged: defaultdict[str, set[int | None]] = defaultdict(set)  # by folder
        self._changed_at: dict[str, int] = {}  # folders, as `recheck_unchanged` last saw them
        self._heads: defaultdict[str, list[tuple[bytes, int]]] = defaultdict(list)  # by family, sorted
        self._has_head: set[int | None] = set()
        self._without_head: defaultdict[str, list[int | None]] = defaultdict(list)  # by family
        for row in rows:
            self.put(row)

    def __iter__(self) -> Iterator[Position]:
        return iter(self._rows.values())

    def get(self, row_id: int | None) -> Position | None:
        """The position with an id, if there is one."""
        return self._rows.get(row_id)

    def of_inode(self, inode: int) -> list[Position]:
        """The files that had an inode."""
        return [self._rows[row_id] for row_id in self._of_inode.get(inode, ())]

    def of_family(self, family: str) -> list[Position]:
        """The files of one log, in the order in which they were first read."""
        return [self._rows[row_id] for row_id in self._of_family.get(family, ())]

    def has_log(self, family: str, pattern: str) -> bool:
        """Whether a pattern has found files of a log."""
        return pattern in self._patterns.get(family, ())

    def put(self, row: Position) -> None:
        """Add a position, or replace the one with its id. It does not count as unchanged."""
        before = self._rows.get(row.id)
        if before is not None:
            self._take_out(before)
        self._rows[row.id] = row
        self._of_inode[row.inode][row.id] = None
        self._of_family[row.family][row.id] = None
        self._at_path[row.path or ""].add(row.id)
        self._patterns[row.family].add(row.pattern)
        self._without_head[row.family] += [] if row.id in self._has_head else [row.id]
        self._add_to_search(row)

    def remove(self, row_id: int | None) -> None:
        """Remove a position."""
        self._take_out(self._rows.pop(row_id))

    def mark_unchanged(self, row: Position) -> None:
        """Note that the file of a position was seen unchanged."""
        if row.path is not None and row.id not in self._unchanged[_folder(row)]:
            self._take_from_search(row)
            self._unchanged[_folder(row)].add(row.id)

    def recheck_unchanged(self, family: str) -> None:
        """Look again at the unchanged files that may have gone or been emptied during this pull.

        These are the live file of the log, and all in its folder if any came there or left since the last call.
        """
        folder = family.rpartition("/")[0]
        try:
            changed_at = os.stat(folder).st_mtime_ns  # noqa: PTH116, called for each new file
        except OSError:
            changed_at = -1
        looked_at = self._at_path.get(family, set())
        if self._changed_at.get(folder) != changed_at:
            self._changed_at[folder] = changed_at
            looked_at = self._unchanged[folder]
        for row_id in looked_at & self._unchanged[folder]:
            row = self._rows[row_id]
            if untouched_file(row) is None:
                self._unchanged[folder].discard(row_id)
                self._add_to_search(row)

    def continued_by(self, log: OpenLog) -> Iterator[Position]:
        """The positions that are not unchanged and that a file may continue, those that were read furthest first.

        It has their first bytes and the bytes before the position. Those after that, `OpenLog.continues` compares.
        """
        head = log.head(HEAD_BYTES) if self._open_rows else b""
        lengths = [length for length, count in self._lengths.items() if count and length <= len(head)]
        by_position = [self._open_rows.get((length, digest(head[:length])), {}) for length in lengths]
        found = [(position, of_tail) for of_head in by_position for position, of_tail in of_head.items()]
        for position, of_tail in sorted(found, key=itemgetter(0), reverse=True):
            ends = log.ends(position)
            if ends is not None:
                yield from (self._rows[row_id] for row_id in of_tail.get(_tail(position, digest(ends.tail)), ()))

    def that_begin_with(self, prefix: bytes, family: str, present: PresentFiles) -> list[Position]:
        """The files of a log whose first bytes are `prefix`, in the order in which they were first read.

        Only INDEXED_BYTES of each file are compared, as they were when the file was first looked at in this pull.
        """
        self._index_heads(family, present)
        heads, prefix = self._heads[family], prefix[:INDEXED_BYTES]
        found = []
        at = bisect_left(heads, (prefix, 0))
        while at < len(heads) and heads[at][0].startswith(prefix):
            found.append(heads[at][1])
            at += 1
        return [self._rows[row_id] for row_id in sorted(found) if row_id in self._rows]

    def _index_heads(self, family: str, present: PresentFiles) -> None:
        for row_id in self._without_head.pop(family, []):
            row = self._rows.get(row_id)
            if row is None or row.path is None or row_id in self._has_head:
                continue
            for path in [*present.paths(row.inode), row.path]:
                try:
                    with OpenLog(path) as log:
                        if not log.is_at_inode(row):
                            continue
                        insort(self._heads[family], (log.head(INDEXED_BYTES), row_id or 0))
                except (OSError, RefusedFile):
                    continue
                self._has_head.add(row_id)
                break

    def _take_out(self, row: Position) -> None:
        del self._of_inode[row.inode][row.id], self._of_family[row.family][row.id]
        self._at_path[row.path or ""].discard(row.id)
        if row.id in self._unchanged[_folder(row)]:
            self._unchanged[_folder(row)].discard(row.id)
        else:
            self._take_from_search(row)

    def _add_to_search(self, row: Position) -> None:
        head = _head(row)
        of_tail = self._open_rows.setdefault(head, {}).setdefault(row.position, {})
        insort(of_tail.setdefault(_tail(row.position, row.tail_hash), []), row.id or 0)
        self._lengths[head[0]] += 1

    def _take_from_search(self, row: Position) -> None:
        head, tail = _head(row), _tail(row.position, row.tail_hash)
        of_position = self._open_rows[head]
        of_tail = of_position[row.position]
        del of_tail[tail][bisect_left(of_tail[tail], row.id or 0)]
        self._lengths[head[0]] -= 1
        if not of_tail[tail]:
            del of_tail[tail]
        if not of_tail:
            del of_position[row.position]
        if not of_position:
            del self._open_rows[head]


def _head(row: Position) -> _Head:
    return (row.head_length, row.head_hash) if row.position else (0, digest(b""))


def _tail(position: int, tail_hash: bytes) -> bytes:
    return tail_hash if position else b""


def _folder(row: Position) -> str:
    return (row.path or "").rpartition("/")[0]

"""What makes a file the same file: which earlier reading a log file carries on.

A name is not an identity (logs are renamed) and neither is an inode (they are reused). A file is the one
that was read before if it has the inode of that, was not born since, and still has its first bytes, those
just before the position and those just after. Where the inode says nothing (a log that was copied,
compressed or moved to another disk) the content alone decides, with these limits:

- Fewer than HEAD_BYTES may be a banner with which many files begin. They carry an earlier reading on only
  under a rotated name of the same log; under a live name they are a new file, unless the time of writing
  too is that of the earlier reading.
- A rotated file that is, whole, how a file that is still there begins is a copy of it, and its lines are
  that file's. For fewer than HEAD_BYTES that were all read already this could also be a log that was
  emptied and began again with the very same lines. No reader can tell; pull reports it.
- What was noted as a copy while it was short stays one as long as it is how that file begins, whatever the times
  say. If it no longer is, and of that file fewer than HEAD_BYTES were read, which it still has, then both have them.
- A file that was emptied in place, left no copy, and then began again with exactly the bytes that were
  read from it cannot be told from one that only grew. What a program writes between the copy and the
  truncation of copytruncate is in no file afterwards; nobody can count it.

Which of two files is the copy, their times say only where nothing else does: not content, nor what was there before.
A clock that was set back does no harm then, unless fewer than HEAD_BYTES were written before and copied after it,
with no pull in between: they may be read twice.
"""

import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..storage.position import HEAD_BYTES, Position
from .log_file import LogFile, OpenLog, RefusedFile
from .rotated_names import is_numbered, is_packed


class Standing(NamedTuple):
    """Where the reading of a file stands before this pull."""

    position: Position
    absorbs: int | None = None  # a row that this one takes the place of


Places = Mapping[tuple[int, int], Path]  # of the files found in this pull, by device and inode
Before = Set[tuple[int, int, str]]  # inode, birth and pattern of the files known when a pull last came to its end


def recognise(
    log: OpenLog, known: Sequence[Position], places: Places | None = None, before: Before = frozenset()
) -> Standing | None:
    """The earlier reading that this file carries on, moved to where the file is now; None for a new file.

    First the file that had this inode; then, by content, a file that is no longer where it was: renamed
    over a file system, copied before it was truncated, or compressed.
    """
    places = places or {}
    own = max((row for row in known if log.is_at_inode(row)), key=_recency, default=None)
    if own is not None and not log.continues(own):
        own = None
    if own is not None and _is_settled(log, own, known):
        return Standing(replace(log.here(own), copy_of=None), absorbs=_outlived(own, known, places))
    copy = _copy(log, known, own, places, before) if log.is_rotated else None
    if copy is not None and not copy.position.doubt:
        return copy
    for row in sorted(known, key=lambda row: row.position, reverse=True):
        if _may_claim(log, row, own) and _is_read(row, known) and log.continues(row) and survivor(row, places) is None:
            doubt = row.position if _is_common(row, log, known) else 0
            return Standing(replace(log.here(row), copy_of=None, doubt=doubt), absorbs=own.id if own else None)
    if copy is not None:
        return copy
    if own is not None:
        return Standing(_on_its_own(log, own, known, places))
    return None if log.is_rotated else _original(log, known, places, before)


def _is_read(row: Position, known: Sequence[Position]) -> bool:
    """Whether all up to its position was taken in; for a copy, through its original."""
    original = next((other for other in known if other.id == row.copy_of), None)
    return row.copy_of is None or original is None or original.position >= row.position


def _recency(row: Position) -> int:
    return row.id or 0


def _is_settled(log: OpenLog, own: Position, known: Sequence[Position]) -> bool:
    """Whether the file's own row is all that counts: it is live, or has not changed, and no other is read for it."""
    return _is_read(own, known) and (log.file.size == own.size or not log.is_rotated)


def _outlived(own: Position, known: Sequence[Position], places: Places) -> int | None:
    """The row of the file that this one is a copy of, if the copy holds all that was read of it and it is gone."""
    original = next((row for row in known if row.id == own.copy_of), None)
    if original is None or original.position != own.position or survivor(original, places) is not None:
        return None
    return original.id


def _is_common(row: Position, log: OpenLog, known: Sequence[Position]) -> bool:
    """Whether the little that is known of a file is how others of its log begin too, as with a banner."""
    if row.is_known_whole:
        return False
    for other in known:
        if other.family == row.family and other.id != row.id and other.path is not None:
            try:
                with OpenLog(Path(other.path)) as begins:
                    if begins.file.place != log.file.place and begins.continues(row):
                        return True
            except (OSError, RefusedFile):
                continue
    return False


def _may_claim(log: OpenLog, row: Position, own: Position | None) -> bool:
    """Whether equal content is evidence enough that this is the same log under another inode."""
    if log.is_at_inode(row) or not row.position + row.torn_length:
        return False
    if own is not None and own.copy_of == row.id:
        return True
    if own is not None and (own.position or not row.position):
        return False
    if row.is_known_whole:
        return True
    if row.family != log.file.family:
        return False
    if row.path is None and log.compressed and not row.compressed:
        return log.file.mtime_ns == row.mtime_ns  # compressors keep the time of writing
    is_unchanged = (log.file.mtime_ns, log.file.size) == (row.mtime_ns, row.size)
    # What is compressed is not added to.
    return is_unchanged or (
        log.is_rotated and row.path is not None and not row.compressed and _may_become(Path(row.path), log)
    )


def _may_become(path: Path, log: OpenLog) -> bool:
    """Whether what was at the path may be under the name of this file after a rotation."""
    is_live = str(path) == log.file.family
    return is_live or (log.compressed and (is_numbered(path) or is_packed(log.file.path, path)))


def _copy(
    log: OpenLog, known: Sequence[Position], own: Position | None, places: Places, before: Before
) -> Standing | None:
    """The file as a copy of one that is still there, which is read instead: copytruncate or gzip is at work."""
    for row in known:
        if row.family != log.file.family or log.is_at_inode(row) or row.copy_of is not None:
            continue
        original = survivor(row, places)
        is_noted = own is not None and own.copy_of == row.id
        end = None if original is None else _copied(log, original, before, is_noted)
        if end is not None:
            marked = log.mark_at(own or log.start(), end)
            is_known = own is not None and is_noted and own.position == end
            is_sure = is_known or not 0 < end <= row.position or end >= HEAD_BYTES or log.compressed
            return Standing(replace(marked, copy_of=row.id, doubt=0 if is_sure else end))
    return None


def _copied(log: OpenLog, original: LogFile, before: Before, is_noted: bool) -> int | None:
    """Up to where a file is a copy of another by content, if by its age it can be one, or was one when still short."""
    if not log.file.size:
        return None
    try:
        with OpenLog(original.path) as other:
            end = log.is_beginning_of(other) if other.file.place == original.place else None
    except (OSError, RefusedFile):
        return None
    if end is None or end >= HEAD_BYTES or is_noted or is_packed(log.file.path, original.path):
        return end
    # A short file may as well be another one, with the same banner: compressed at any time, or the next by date.
    is_of_live = str(original.path) == original.family and not log.compressed
    return end if is_of_live and _is_made_later(log.file, original, before) else None


def _is_made_later(copy: LogFile, original: LogFile, before: Before) -> bool:
    pattern = copy.pattern or original.pattern  # one that was changed may find what was there all along
    if (original.inode, original.born, pattern) in before and (copy.inode, copy.born, pattern) not in before:
        return True
    if copy.born and original.born:  # a clock that was set back may spoil one of the two
        return copy.born > original.born or copy.mtime_ns > original.mtime_ns
    return copy.mtime_ns >= original.mtime_ns


def _original(log: OpenLog, known: Sequence[Position], places: Places, before: Before) -> Standing | None:
    """A live file that was never read, but of which a copy was: copytruncate was at work all along."""
    for row in sorted(known, key=lambda row: row.position, reverse=True):
        is_evidence = row.is_known_whole or (row.position and not row.compressed)
        if row.family != log.file.family or not is_evidence or not log.continues(row):
            continue
        copy = survivor(row, places)
        is_copy = copy is not None and (row.is_known_whole or _is_made_later(copy, log.file, before))
        if is_copy and _is_read(row, known):
            doubt = 0 if row.is_known_whole else row.position
            return Standing(replace(log.here(row), id=None, copy_of=None, doubt=doubt))
    return None


def _on_its_own(log: OpenLog, own: Position, known: Sequence[Position], places: Places) -> Position:
    """The reading of a file that has a row; if it was a copy of one that was read further, up to its end."""
    original = next((row for row in known if row.id == own.copy_of), None)
    if original is not None and not original.is_known_whole and survivor(original, places) is not None:
        return replace(log.start(), id=own.id)  # the original began again, with the few lines that were read of it
    if original is not None and original.position > own.position:
        return replace(log.mark_at(own, log.whole_lines(original.position)), copy_of=None)
    return replace(log.here(own), copy_of=None)


def survivor(known: Position, places: Places | None = None) -> LogFile | None:
    """The file itself, if it was found, or is in the folder where it was read under any name, and carries on."""
    if known.path is None:
        return None
    names = {str(path) for (_, inode), path in (places or {}).items() if inode == known.inode}
    try:
        with os.scandir(Path(known.path).parent) as entries:
            # A symlink has an inode of its own, so no entry is followed out of the folder.
            names |= {entry.path for entry in entries if entry.inode() == known.inode}
    except OSError:
        pass
    for name in sorted(names):
        try:
            with OpenLog(Path(name)) as log:
                if log.is_at_inode(known) and log.continues(known):
                    return log.file
        except (OSError, RefusedFile):
            continue
    return None

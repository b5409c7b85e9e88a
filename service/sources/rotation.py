"""Recognise a log file over rotations: which file that was read before is it, and where does reading go on?

A name does not identify a file, because logs are renamed. An inode does not either, because inodes are reused. A file
is the one that was read before if it has that inode, was not made since, and still has the same bytes at its start,
just before the position and just after it. Where the inode says nothing (a log that was copied, compressed or moved to
another disk), the content alone decides.

For example, app.log was read up to byte 5,000 when logrotate renames it to app.log.1 and makes a new app.log.
app.log.1 has the inode and the bytes of the old app.log: it is read on from byte 5,000. The new app.log has another
inode and other bytes: it is a new file and is read from its start. With copytruncate, app.log.1 is a new file that
begins with all that was read of app.log, and app.log has shrunk: again app.log.1 is read on, and app.log anew.

The rules that are less obvious:

- Fewer than HEAD_BYTES may be a banner that many files begin with. Such a file is recognised only under a rotated name
  of the same log. Under the live name it is a new file, unless its time of writing is that of the earlier reading too.
- A rotated file of which all bytes are the start of another file that is still there is a copy of that file, and its
  lines are read from there. If it has fewer than HEAD_BYTES and all of them were read, it could also be a log that was
  emptied and began again with the same lines. The two cases cannot be told apart, so the pull reports it.
- A file that was found to be a copy while it was short stays a copy as long as the other file begins with it, whatever
  the times say. If the other file no longer does, and fewer than HEAD_BYTES were read of it, both files keep them.
- A file whose inode, path, size and time of writing are those of the last pull is not opened. One that is rewritten in
  place with as many bytes, in the same tick of the clock in which it was last read, is not noticed.
- A file that was emptied in place, left no copy, and began again with exactly the bytes that were read looks like one
  that only grew. What a program writes between the copy and the truncation of copytruncate is in no file afterwards.
  Neither can be noticed.

The times of two files decide which one is the copy only if neither the content nor the last pull says so. A clock that
was set back does harm only if fewer than HEAD_BYTES were written before that and copied after it, with no pull in
between. They may then be read twice.
"""

import os
from collections.abc import Set
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ..storage.position import HEAD_BYTES, Position
from .known_files import INDEXED_BYTES, KnownFiles
from .log_file import LogFile, OpenLog, RefusedFile, untouched_file
from .present_files import PresentFiles
from .rotated_names import SUFFIXES, is_numbered, is_packed


class Recognised(NamedTuple):
    """A file that was recognised, and where its reading goes on."""

    position: Position
    replaces: int | None = None  # the id of a row that this position replaces


Before = Set[tuple[int, int, str]]  # inode, birth and pattern of the files known when a pull last came to its end


def recognise(
    log: OpenLog, known: KnownFiles, present: PresentFiles | None = None, before: Before = frozenset()
) -> Recognised | None:
    """The file among those of earlier pulls that this file is, with its position moved here. None for a new file.

    The file that had this inode is tried first. Then the content decides among files that are no longer at their path:
    they were moved to another file system, copied before they were truncated, or compressed.

    `known` are the positions of earlier pulls, `present` the files found in this pull, and `before` those that were
    known when a pull last finished.
    """
    present = present or PresentFiles()
    rows = [row for row in known.of_inode(log.file.inode) if log.is_at_inode(row)]
    own = max(rows, key=_recency, default=None)
    if own is not None and not log.continues(own):
        own = None
    if own is not None and _is_decided(log, own, known):
        return Recognised(replace(log.here(own), copy_of=None), replaces=_lost_original(own, known, present))
    known.recheck_unchanged(log.file.family)
    copy = _copy(log, known, own, present, before) if log.is_rotated else None
    if copy is not None and not copy.position.unsure_bytes:
        return copy
    claimed = _claimed(log, known, own, present)
    if claimed is not None:
        unsure_bytes = claimed.position if _is_common(claimed, log, known, present) else 0
        return Recognised(
            replace(log.here(claimed), copy_of=None, unsure_bytes=unsure_bytes), replaces=own.id if own else None
        )
    if copy is not None:
        return copy
    if own is not None:
        return Recognised(_on_its_own(log, own, known, present))
    return None if log.is_rotated else _original(log, known, present, before)


def _claimed(log: OpenLog, known: KnownFiles, own: Position | None, present: PresentFiles) -> Position | None:
    """The file of an earlier pull that this one is under another inode, by its content."""
    if own is not None and own.position:
        original = known.get(own.copy_of)
        rows = iter([original] if original is not None else [])
    else:
        rows = known.continued_by(log)
    for row in rows:
        is_candidate = _may_claim(log, row, own) and _is_read(row, known)
        if is_candidate and log.continues(row) and survivor(row, present) is None:
            return row
    return None


def _is_read(row: Position, known: KnownFiles) -> bool:
    """Whether all lines up to its position were read. Those of a copy are read from its original."""
    original = known.get(row.copy_of)
    return row.copy_of is None or original is None or original.position >= row.position


def _recency(row: Position) -> int:
    return row.id or 0


def _is_decided(log: OpenLog, own: Position, known: KnownFiles) -> bool:
    """Whether the file's own row decides: it is live or has not changed, and no other file is read instead."""
    return _is_read(own, known) and (log.file.size == own.size or not log.is_rotated)


def _lost_original(own: Position, known: KnownFiles, present: PresentFiles) -> int | None:
    """The row of the file that this one is a copy of, if that is gone and the copy has all that was read of it."""
    original = known.get(own.copy_of)
    if original is None or original.position != own.position or survivor(original, present) is not None:
        return None
    return original.id


def _is_common(row: Position, log: OpenLog, known: KnownFiles, present: PresentFiles) -> bool:
    """Whether other files of the same log begin with the few bytes that are known, as with a banner."""
    if row.is_known_whole:
        return False
    first_bytes = log.head(row.position + row.torn_length)  # it continues the row, so they are those of the row
    for other in known.that_begin_with(first_bytes, row.family, present):
        if other.id != row.id and other.path is not None:
            try:
                with OpenLog(Path(other.path)) as other_log:
                    if other_log.file.place != log.file.place and other_log.continues(row):
                        return True
            except (OSError, RefusedFile):
                continue
    return False


def _may_claim(log: OpenLog, row: Position, own: Position | None) -> bool:
    """Whether equal content is enough evidence that this is the same log under another inode."""
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
    # Nothing is added to a compressed file.
    return is_unchanged or (
        log.is_rotated and row.path is not None and not row.compressed and _may_become(Path(row.path), log)
    )


def _may_become(path: Path, log: OpenLog) -> bool:
    """Whether a rotation may give the file at a path the name of this file."""
    is_live = str(path) == log.file.family
    return is_live or (log.compressed and (is_numbered(path) or is_packed(log.file.path, path)))


def _copy(
    log: OpenLog, known: KnownFiles, own: Position | None, present: PresentFiles, before: Before
) -> Recognised | None:
    """This file as a copy of one that is still there and is read instead. copytruncate or gzip is at work then."""
    for row in _possible_originals(log, known, own, present):
        if row.family != log.file.family or log.is_at_inode(row) or row.copy_of is not None:
            continue
        original = survivor(row, present)
        is_noted = own is not None and own.copy_of == row.id
        end = None if original is None else _copied(log, original, before, is_noted)
        if end is not None:
            marked = log.mark_at(own or log.start(), end)
            is_known = own is not None and is_noted and own.position == end
            is_sure = is_known or not 0 < end <= row.position or end >= HEAD_BYTES or log.compressed
            return Recognised(replace(marked, copy_of=row.id, unsure_bytes=0 if is_sure else end))
    return None


def _possible_originals(log: OpenLog, known: KnownFiles, own: Position | None, present: PresentFiles) -> list[Position]:
    """The files that this one may be a copy of, as far as `_copied` would say so, in the order of their ids."""
    noted = known.get(own.copy_of) if own is not None else None
    found = {noted.id: noted} if noted is not None else {}
    path, family = str(log.file.path), log.file.family
    for place in [family, *(path.removesuffix(suffix) for suffix in SUFFIXES if path.endswith(suffix))]:
        try:
            inode = os.stat(place).st_ino  # noqa: PTH116, called for each new file
        except OSError:
            continue
        found |= {row.id: row for row in known.of_inode(inode)}
    head = log.head(INDEXED_BYTES)
    if len(head) >= HEAD_BYTES:
        found |= {row.id: row for row in known.that_begin_with(head, family, present)}
    return sorted(found.values(), key=_recency)


def _copied(log: OpenLog, original: LogFile, before: Before, is_noted: bool) -> int | None:
    """Up to where a file is a copy of another one. None if it is none, by its content or by its age."""
    if not log.file.size:
        return None
    try:
        with OpenLog(original.path) as other:
            end = log.is_beginning_of(other) if other.file.place == original.place else None
    except (OSError, RefusedFile):
        return None
    if end is None or end >= HEAD_BYTES or is_noted or is_packed(log.file.path, original.path):
        return end
    # A short file may also be another one with the same banner: compressed at any time, or the next one by date.
    is_of_live = str(original.path) == original.family and not log.compressed
    return end if is_of_live and _is_made_later(log.file, original, before) else None


def _is_made_later(copy: LogFile, original: LogFile, before: Before) -> bool:
    pattern = copy.pattern or original.pattern  # a changed pattern may find an old file for the first time
    if (original.inode, original.born, pattern) in before and (copy.inode, copy.born, pattern) not in before:
        return True
    if copy.born and original.born:  # if the clock was set back, one of the two may be wrong
        return copy.born > original.born or copy.mtime_ns > original.mtime_ns
    return copy.mtime_ns >= original.mtime_ns


def _original(log: OpenLog, known: KnownFiles, present: PresentFiles, before: Before) -> Recognised | None:
    """A live file that was never read itself, but a copy of it was, made by copytruncate."""
    for row in sorted(known.of_family(log.file.family), key=lambda row: row.position, reverse=True):
        is_evidence = row.is_known_whole or (row.position and not row.compressed)
        if not is_evidence or not log.continues(row):
            continue
        copy = survivor(row, present)
        is_copy = copy is not None and (row.is_known_whole or _is_made_later(copy, log.file, before))
        if is_copy and _is_read(row, known):
            unsure_bytes = 0 if row.is_known_whole else row.position
            return Recognised(replace(log.here(row), id=None, copy_of=None, unsure_bytes=unsure_bytes))
    return None


def _on_its_own(log: OpenLog, own: Position, known: KnownFiles, present: PresentFiles) -> Position:
    """The position of a file that has a row. If it was a copy of a file that was read further, it is at its end."""
    original = known.get(own.copy_of)
    if original is not None and not original.is_known_whole and survivor(original, present) is not None:
        return replace(log.start(), id=own.id)  # the original began again with the few lines that were read of it
    if original is not None and original.position > own.position:
        return replace(log.mark_at(own, log.whole_lines(original.position)), copy_of=None)
    return replace(log.here(own), copy_of=None)


def survivor(known: Position, present: PresentFiles) -> LogFile | None:
    """The file of a position, if it is still there under any name, among those present or in the folder of its path."""
    if known.path is None:
        return None
    if untouched := untouched_file(known):
        return untouched
    for path in present.paths(known.inode, str(Path(known.path).parent)):
        try:
            with OpenLog(path) as log:
                if log.is_at_inode(known) and log.continues(known):
                    return log.file
        except (OSError, RefusedFile):
            continue
    return None

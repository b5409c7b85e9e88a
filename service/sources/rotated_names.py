"""What the names of rotated files say: which log they belong to, and which rotation they are.

Each pattern takes time in proportion to the length of a name.
"""

import re
from pathlib import Path

# A date with a time or number after it, read from the end of a name so that no digit is tried twice: logrotate's
# -20240131, Python's .2024-01-31_07, and .2024-01-31T07:15:22.
_DATE_AT_END = re.compile(r"(?:\d[T_.:-]?)*\d\d-?\d\d-?\d{4}[._-]")
# logrotate's -1706659200, plain .1, editors' .old and ~
_COUNT_AT_END = re.compile(r"(?:[.-]\d+|\.old|\.bak|~)\Z")
_DATE_INSIDE = re.compile(r"[._-]\d{4}-?\d\d-?\d\d(?=\.[A-Za-z]+\Z)")
_NUMBER = re.compile(r"[.-](\d+)(?:\.(?:gz|xz|zst))?\Z")
SUFFIXES = (".gz", ".xz", ".zst", ".bz2")
_DATED = re.compile(r"\d{8}|\d{4}-\d\d-\d\d")


def family(path: Path) -> str:
    """The name that a log keeps over its rotations.

    >>> family(Path("/var/log/app.log.2.gz")), family(Path("/var/log/app-2024-01-31.log"))
    ('/var/log/app.log', '/var/log/app.log')
    """
    folder, slash, name = str(path).rpartition("/")
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    name = _without_rotation(name) or name
    return folder + slash + _DATE_INSIDE.sub("", name)


def _without_rotation(name: str) -> str:
    date = _DATE_AT_END.match(name[::-1])
    return name[: -date.end()] if date else _COUNT_AT_END.sub("", name)


def number(path: Path) -> int:
    """The number that a rotation gave to a file, 2 for app.log.2.gz; 0 if it has none."""
    found = _NUMBER.search(path.name)
    return int(found[1]) if found else 0


def is_numbered(path: Path) -> bool:
    """Whether the name counts rotations, not days. Each rotation renames such a file to the next number."""
    return bool(_NUMBER.search(path.name)) and not _DATED.search(path.name)


def is_packed(packed: Path, path: Path) -> bool:
    """Whether `packed` is the name that a compressor gives the file `path`."""
    return any(str(packed) == f"{path}{suffix}" for suffix in SUFFIXES)

"""What the names of rotated files say: which log they belong to, and which rotation they are."""

import re
from pathlib import Path

# logrotate's -20240131 and -1706659200, Python's .2024-01-31_07, plain .1, editors' .old and ~
_ROTATED = re.compile(r"(?:[._-]\d{4}-?\d\d-?\d\d(?:[T_.-]?\d{1,6}|[T_.-]?\d\d[:-]\d\d)*|[.-]\d+|\.old|\.bak|~)$")
_DATE_INSIDE = re.compile(r"[._-]\d{4}-?\d\d-?\d\d(?=\.[A-Za-z]+$)")
_NUMBER = re.compile(r"[.-](\d+)(?:\.(?:gz|xz|zst))?$")
SUFFIXES = (".gz", ".xz", ".zst", ".bz2")
_DATED = re.compile(r"\d{8}|\d{4}-\d\d-\d\d")


def family(path: Path) -> str:
    """The name that a log keeps over its rotations.

    >>> family(Path("/var/log/app.log.2.gz")), family(Path("/var/log/app-2024-01-31.log"))
    ('/var/log/app.log', '/var/log/app.log')
    """
    name = path.name
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    name = _ROTATED.sub("", name) or name
    return str(path.with_name(_DATE_INSIDE.sub("", name)))


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

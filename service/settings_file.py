"""The text of `logling.toml`, and in which of its lines a setting stands."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from .errors import LoglingError

_HEADER = re.compile(r"\s*(\[{1,2})\s*([^\[\]#=]+?)\s*\]")
_KEY = re.compile(r"\s*([\w\"'-][\w\"'. -]*?)\s*=")

Location = tuple[int | str, ...]


class SettingsError(LoglingError):
    """A key or a value in the settings that cannot be used."""


def read_settings_text(path: Path) -> str:
    """The text of a settings file; a byte order mark at its start is passed over. Raises SettingsError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist: make a home with `logling init`") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:2]:
        raise SettingsError(f"{path} cannot be read: it is UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise SettingsError(f"{path} cannot be read: line {_line_at(data, data.index(0))} has a NUL byte; remove it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = f"line {_line_at(data, error.start)} is not UTF-8 (byte 0x{data[error.start]:02x})"
        raise SettingsError(f"{path} cannot be read: {wrong}; save it as UTF-8") from None


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def find_line(text: str, location: Location) -> int | None:
    """The line of a setting, from 1, or of the table that has it; None where the file has neither.

    >>> find_line("[[source]]\\nfiles = '/a'\\n[gate]\\nforgetting = 2", ("gate", "forgetting"))
    4
    """
    best, found = 0, None
    table: Location = ()
    counts: dict[Location, int] = {}
    quote = ""  # of a string of several lines
    for number, line in enumerate(text.split("\n"), 1):
        if quote:
            quote = "" if line.count(quote) % 2 else quote
            continue
        if header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            here = table
        elif key := _KEY.match(line):
            here = (*table, *_names(key[1]))
        else:
            continue
        place = here[: len(location)] if header else here  # [[gate]] is where `gate` stands, too
        if len(place) > best and place == location[: len(place)]:
            best, found = len(place), number
        quote = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return found


def _names(dotted: str) -> Location:
    return tuple(name.strip().strip("\"'") for name in dotted.split("."))

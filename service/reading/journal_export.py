"""The journal's export format, as `journalctl --output=export` writes it: https://systemd.io/JOURNAL_EXPORT_FORMATS/."""

from __future__ import annotations

import re

from .containers import journal_line
from .lines import Oddities, clean_text
from .records import Item

LONGEST_ENTRY = 16 * 1024 * 1024  # bytes

_START = re.compile(rb"__CURSOR=[!-~]{1,1000}\n")
_FIELD_NAME = re.compile(rb"[A-Z0-9_]{1,64}")


def is_export(head: bytes) -> bool:
    """Whether a log that begins with these bytes is in the journal's export format."""
    return bool(_START.match(head))


class ExportSplitter:
    """The entries of one stream of bytes as lines. `unfinished` is where the entry without an end yet begins."""

    def __init__(self) -> None:
        self._held = b""
        self._fed = self._count = 0
        self._oddities = Oddities()

    @property
    def unfinished(self) -> int:
        return self._fed - len(self._held)

    def feed(self, chunk: bytes) -> list[Item]:
        """The entries that this chunk completes."""
        start = self._fed - len(self._held)
        self._fed += len(chunk)
        data = self._held + chunk
        items, at = [], 0
        while found := export_entry(data, at):
            fields, end = found
            if fields:
                self._count += 1
                items.append(Item(clean_text(journal_line(fields), self._oddities), self._count, start + at))
            at = end
        self._held = data[at:]
        if len(self._held) > LONGEST_ENTRY:
            self._held = self._held[self._held.find(b"\n\n__CURSOR=") :] if b"\n\n__CURSOR=" in self._held else b""
        return items

    def finish(self) -> list[Item]:
        """The last entry, also without the blank line after it."""
        return self.feed(b"" if self._held.endswith(b"\n\n") or not self._held else b"\n\n")


def export_entry(data: bytes, start: int) -> tuple[dict[str, str], int] | None:
    """The fields of the entry at `start` and where the next one begins; None if its end has not come yet."""
    fields: dict[str, str] = {}
    while (end := data.find(b"\n", start)) >= 0:
        name, is_text, value = data[start:end].partition(b"=")
        start = end + 1
        if not name and not is_text:
            return fields, start
        if not is_text and _FIELD_NAME.fullmatch(name):
            size = int.from_bytes(data[start : start + 8], "little")
            if len(data) < start + 9 + size:
                return None
            value = data[start + 8 : start + 8 + size]
            start += 9 + size
        fields.setdefault(name.decode("ascii", "replace"), value.decode(errors="replace"))
    return None

"""How the bytes of a log are to be read as text: its encoding and what ends its lines, told by its first bytes.

A byte-order mark decides before the setting does. The encodings are those that browsers know too, so that a page reads
a log as the service does: https://encoding.spec.whatwg.org.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

SAMPLE_BYTES = 64 * 1024  # of a file's start are looked at

# Python's codec for each name; where a browser reads a superset, this is the superset.
CODECS = {
    "utf-8": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "iso-8859-2": "iso8859_2",
    "iso-8859-5": "iso8859_5",
    "iso-8859-7": "iso8859_7",
    "iso-8859-15": "iso8859_15",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "windows-1253": "cp1253",
    "windows-1254": "cp1254",
}
_ALIASES = {
    "utf8": "utf-8",
    "utf-16": "utf-16le",
    "utf16": "utf-16le",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "cp936": "gbk",
    "gb2312": "gbk",
    "shift-jis": "shift_jis",
    "sjis": "shift_jis",
    "cp932": "shift_jis",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "iso-8859-1": "windows-1252",
    "ascii": "utf-8",
    **{f"cp125{digit}": f"windows-125{digit}" for digit in "01234"},
}
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16le", b"\xfe\xff": "utf-16be"}
_NEWLINES = {"utf-16le": b"\n\0", "utf-16be": b"\0\n"}
_CHANGING = re.compile(rb"[0-9.,%#=>| \t-]+")  # in the states of a progress bar


class Encoding(NamedTuple):
    """How one stream of bytes is decoded and split."""

    name: str = "utf-8"
    newline: bytes = b"\n"

    @property
    def width(self) -> int:
        """Bytes of a newline. Lines begin at multiples of it."""
        return len(self.newline)

    @property
    def codec(self) -> str:
        """Python's name of the encoding."""
        return CODECS[self.name]


UTF_8 = Encoding()


def known_encoding(text: str) -> str:
    """The name of an encoding as browsers have it. Raises ValueError if it is none of those that can be read."""
    name = text.strip().lower()
    name = _ALIASES.get(name, name)
    if name not in CODECS:
        raise ValueError(f"allowed are {', '.join(CODECS)}; empty: UTF-8, or as a byte-order mark says")
    return name


def encoding_of(head: bytes, setting: str = "") -> Encoding:
    """The encoding of a log that begins with these bytes, decompressed. `setting` counts where no mark says otherwise.

    >>> encoding_of(b"\\xff\\xfeo\\0k\\0").name
    'utf-16le'
    """
    start = head.lstrip(b"\0")  # a hole that copytruncate left
    marked = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")
    name = marked or (known_encoding(setting) if setting else "utf-8")
    if newline := _NEWLINES.get(name):
        return Encoding(name, newline)
    return Encoding(name, b"\r" if _ends_lines_with_cr(head) else b"\n")


def _ends_lines_with_cr(head: bytes) -> bool:
    """Whether lines end with \\r alone, as on old Macs. A progress bar has them too, but all its states are alike."""
    if b"\n" in head or head.count(b"\r") < 2:
        return False
    pieces = head[: head.rfind(b"\r")].split(b"\r")
    return len({_CHANGING.sub(b"", piece) for piece in pieces}) > 1


def decode_text(raw: bytes, codec: str, is_cut: bool = False) -> tuple[str, bool]:
    """Bytes as text with U+FFFD for what is invalid, and whether anything was. Half a character at a cut is dropped."""
    for errors in ("strict", "replace"):
        try:
            return codecs.getincrementaldecoder(codec)(errors).decode(raw, final=not is_cut), errors == "replace"
        except UnicodeDecodeError:
            continue
    raise AssertionError("text is never invalid where what is invalid is replaced")

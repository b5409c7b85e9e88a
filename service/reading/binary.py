"""Tell text from a file that is none, so that no model learns an image or a database."""

from __future__ import annotations

import re

from .decoding import SAMPLE_BYTES, decode_text, encoding_of

_CONTROL = re.compile("[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]")
# What packs files in a way that is not unpacked here, by the first bytes, and what unpacks it.
_PACKERS = {
    b"BZh": ("bzip2", "bzip2 -dk"),
    b"PK\3\4": ("zip", "unzip"),
    b"7z\xbc\xaf": ("7-Zip", "7z x"),
    b"\x04\x22\x4d\x18": ("lz4", "lz4 -d"),
    b"\x1f\x9d": ("compress", "uncompress"),
}
_TAR_MAGIC_AT = 257
_HOLE = re.compile(rb"\0{1024,}")  # of a sparse file, or what copytruncate left


def describe_binary(start: bytes, encoding: str = "") -> str:
    """Why a file that begins with these bytes, decompressed, is no log. Empty where it is one.

    `encoding` is that of its source's settings.

    >>> describe_binary(bytes(range(32)) * 100)[:14]
    'looks binary ('
    """
    if start[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        return "is a tar archive of files; not read: unpack it first (tar -xf)"
    for magic, (name, unpack) in _PACKERS.items():
        if start.startswith(magic):
            return f"is packed with {name}, which is not unpacked here; not read: unpack it first ({unpack})"
    sample = _HOLE.sub(b"", start[:SAMPLE_BYTES].lstrip(b"\0"))
    if not sample:
        return ""
    text, _ = decode_text(sample, encoding_of(start, encoding).codec)
    control, nuls, invalid = len(_CONTROL.findall(text)), text.count("\0"), text.count("\ufffd")
    # A few odd bytes in a few bytes of text prove nothing.
    if control + nuls <= max(8, 0.05 * len(text)) and invalid <= max(8, 0.3 * len(text)):
        return ""
    return (
        f"looks binary (of its first {len(sample)} bytes {control + nuls} are control characters and {invalid} are not"
        " valid text); not read"
    )

"""Tell text from a file that is none, so that no model learns an image or a database."""

from __future__ import annotations

SAMPLE_BYTES = 64 * 1024  # of a file's start are looked at

_CONTROL_BYTES = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x1b")


def describe_binary(start: bytes) -> str:
    """Why a file that begins with these bytes, decompressed, is no text. Empty where it is text.

    >>> describe_binary(bytes(range(32)) * 100)[:14]
    'looks binary ('
    """
    # A run of leading NULs is the hole that copytruncate leaves before lines.
    sample = start[:SAMPLE_BYTES].lstrip(b"\0")
    if not sample:
        return ""
    control = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    text = sample.decode(errors="replace")
    invalid = text.count("\ufffd")
    # A few odd bytes in a few bytes of text prove nothing.
    if control <= max(8, 0.05 * len(sample)) and invalid <= max(8, 0.3 * len(text)):
        return ""
    return (
        f"looks binary (of its first {len(sample)} bytes {control} are control bytes and {invalid} are not UTF-8);"
        " not read"
    )

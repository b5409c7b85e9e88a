"""Pick fields of JSON and logfmt lines by a template.

A source does so only if its settings ask for it, because scores are of the exact text. Each line is looked at by
itself: it is JSON, logfmt, or, if there is other text around an object or between pairs, neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from .json_object import json_text, parse_object
from .lines import Oddities, clean_text

MISSING = "-"

_TOKEN = re.compile(r"""([^ \t="{}\[\]()<>,;]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^ \t"]*)))?(?:[ \t]+|$)""")
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


class Template:
    """Text with keys of JSON or logfmt in braces, as `{level} {http.status} {msg}`. Raises ValueError.

    Dots lead into nested objects unless the whole key is there. A missing field becomes "-".
    """

    def __init__(self, text: str) -> None:
        self._parts: list[tuple[str, str | None]] = []
        for literal, key, spec, conversion in Formatter().parse(text):
            if spec or conversion or (key is not None and not key.strip()):
                raise ValueError("a field is a key in braces, as {msg} or {http.status}, and nothing else")
            self._parts.append((literal, key))
        self.keys = [key for _, key in self._parts if key is not None]
        if not self.keys:
            raise ValueError("a format needs a field, as {msg} or {http.status}")

    def apply(self, line: str, oddities: Oddities) -> str:
        """The template with the fields of a line. A line that has none of them stays as it is, and is counted."""
        fields = fields_of(line)
        values = {key: find_field(fields, key) for key in self.keys} if fields else {}
        if all(value is None for value in values.values()):
            oddities.unformatted += 1
            return line
        texts = {key: MISSING if value is None else _text(value) for key, value in values.items()}
        return clean_text(
            "".join(literal + (texts[key] if key is not None else "") for literal, key in self._parts), oddities
        )


def fields_of(line: str) -> Mapping[str, Any]:
    """The fields of a line by name. Empty if it is neither JSON nor logfmt."""
    text = line.strip(" \t")
    return parse_object(text) or {} if text.startswith("{") else _logfmt(text)


def _logfmt(text: str) -> Mapping[str, Any]:
    """The pairs of a logfmt line. A word without "=" is a key without value; a line of more words than pairs is prose.

    >>> _logfmt('level=warn msg="try again" retry n=3')
    {'level': 'warn', 'msg': 'try again', 'n': '3'}
    """
    pairs: dict[str, str] = {}
    at = words = count = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            return {}
        key, quoted, bare = found.groups()
        if quoted is None and bare is None:
            words += 1
            if not count:
                return {}
        else:
            count += 1
            pairs[key] = bare if quoted is None else _ESCAPED.sub(_unescaped, quoted)
        at = found.end()
    return pairs if words <= count else {}


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape[1], escape[1])


def find_field(fields: Any, key: str) -> Any:
    """The value at a key. None if there is none, or null."""
    if not isinstance(fields, dict):
        return None
    if key in fields:
        return fields[key]
    for dot in (at for at, character in enumerate(key) if character == "."):
        found = find_field(fields.get(key[:dot]), key[dot + 1 :])
        if found is not None:
            return found
    return None


def _text(value: Any) -> str:
    """A value as text: a string without its quotes, anything else as JSON writes it."""
    return value if isinstance(value, str) else json_text(value)

"""Pick fields of JSON and logfmt lines by a template, and drop the time that a line begins with.

A source does neither unless its settings ask for it, because scores are of the exact text. Each line is looked at by
itself: it is JSON, logfmt, or, if there is other text around an object or between pairs, neither.
"""

import json
import re
from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any

from .lines import Oddities, clean_text

MISSING = "-"

LineFilter = Callable[[list[str], Oddities], list[str]]

_PAIR = r"""[^\s="{}\[\]()<>,;]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)"""
_LOGFMT = re.compile(rf"{_PAIR}(?:\s+{_PAIR})*\s*")
_PAIRS = re.compile(r"""([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))""")
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}

_CLOCK = r"\d\d?:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:\s?(?:[Zz]|UTC|GMT|[+-]\d\d:?(?:\d\d)?)(?![\w:]))?"
_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIMES = (
    rf"\d{{4}}-\d\d-\d\d[Tt ]{_CLOCK}{_ZONE}",  # ISO 8601, RFC 3339, Python, Java
    rf"\d{{8}}T\d{{4}}(?:\d\d(?:[.,]\d{{1,9}})?)?{_ZONE}",  # ISO 8601, basic
    rf"\d{{4}}/\d\d?/\d\d? {_CLOCK}{_ZONE}",  # Go, nginx
    rf"(?:{_DAY},? )?{_MONTH} [ \d]?\d {_CLOCK}(?: \d{{4}}(?!\d))?",  # syslog, asctime
    rf"{_DAY}, \d\d? {_MONTH} \d{{4}} {_CLOCK}{_ZONE}",  # RFC 2822
    rf"\d\d?/{_MONTH}/\d{{4}}[: ]{_CLOCK}{_ZONE}",  # Apache, nginx access
    r"1\d{9}(?:\d{3}|\d{6}|\d{9})?(?:\.\d{1,9})?",  # since 1970, in seconds or thousandths and so on
)
# A time that a letter or digit follows at once is part of a word.
_TIME = re.compile(rf"\s*(?:\[(?:{'|'.join(_TIMES)})\]|(?:{'|'.join(_TIMES)})(?![\w.,-]|:\d))\s*")


def drop_time(line: str) -> str:
    """The line without the time that it begins with, in brackets or not.

    >>> drop_time("2026-11-23T03:30:00Z door open")
    'door open'
    """
    found = _TIME.match(line)
    return line[found.end() :] if found else line


class _Number(str):
    """A number of JSON, as it was written."""


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
        self._keys = [key for _, key in self._parts if key is not None]
        if not self._keys:
            raise ValueError("a format needs a field, as {msg} or {http.status}")

    def apply(self, line: str, oddities: Oddities) -> str:
        """The template with the fields of a line. A line that has none of them stays as it is, and is counted."""
        fields = _fields(line)
        values = {key: _find(fields, key) for key in self._keys} if fields else {}
        if all(value is None for value in values.values()):
            oddities.unformatted += 1
            return line
        try:
            texts = {key: MISSING if value is None else _text(value) for key, value in values.items()}
        except RecursionError:  # an object in an object, hundreds of times
            oddities.unformatted += 1
            return line
        return clean_text(
            "".join(literal + (texts[key] if key is not None else "") for literal, key in self._parts), oddities
        )


def line_filter(template: str, keep_time: bool) -> LineFilter:
    """The function that does what a source's settings ask for. Lines that become empty are dropped and counted."""
    steps: list[Callable[[str, Oddities], str]] = []
    if template:
        steps.append(Template(template).apply)
    if not keep_time:
        steps.append(lambda line, _: drop_time(line))

    def apply(lines: list[str], oddities: Oddities) -> list[str]:
        for step in steps:
            filtered = [step(line, oddities) for line in lines]
            lines = [line for line in filtered if line and not line.isspace()]
            oddities.blank += len(filtered) - len(lines)
        return lines

    return apply


def _fields(line: str) -> Mapping[str, Any]:
    """The fields of a line by name. Empty if it is neither JSON nor logfmt."""
    text = line.strip()
    if text.startswith("{"):
        try:
            fields = json.loads(text, parse_float=_Number, parse_int=_Number, parse_constant=_Number)
        except (ValueError, RecursionError):
            return {}
        return fields if isinstance(fields, dict) else {}
    if _LOGFMT.fullmatch(text):
        return {
            key: bare if bare or not quoted else _ESCAPED.sub(_unescaped, quoted)
            for key, quoted, bare in _PAIRS.findall(text)
        }
    return {}


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape[1], escape[1])


def _find(fields: Any, key: str) -> Any:
    """The value at a key. None if there is none, or null."""
    if not isinstance(fields, dict):
        return None
    if key in fields:
        return fields[key]
    for dot in (at for at, character in enumerate(key) if character == "."):
        found = _find(fields.get(key[:dot]), key[dot + 1 :])
        if found is not None:
            return found
    return None


def _text(value: Any) -> str:
    """A value as text: a string without its quotes, anything else as JSON writes it."""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, _Number):
        return value
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join([f"{_json(key)}:{_json(member)}" for key, member in value.items()]) + "}"
    return json.dumps(value, ensure_ascii=False)

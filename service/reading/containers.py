"""Take lines out of what a container runtime, the journal or syslog wrapped them in.

Docker's json-file, Kubernetes' CRI, the journal's JSON and the priority of syslog (RFC 3164, RFC 5424) are a wrapping
around each line, so each line is looked at by itself; one that is in no wrapping stays as it is. The journal's export
format is a wrapping around the whole stream: see `journal_export.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .json_object import Number, parse_object
from .rules import compiled, shared_rules

CONTAINERS = ("auto", "none", "docker", "cri", "journal", "syslog")

_RULES = shared_rules("reading_rules")
_CRI, _SYSLOG = compiled(_RULES["cri"]), compiled(_RULES["syslog"])
_DOCKER_KEYS = frozenset(_RULES["docker_keys"])
# How a line in each wrapping of JSON spells one of its keys. Without it, a line is not even parsed.
_KEYS = {"docker": '"log"', "journal": '"__REALTIME_TIMESTAMP"'}
_BLANKS = " \t\n"
_LAST_TIME = 253_402_300_799 * 10**6  # the end of the year 9999


class Unwrapped(NamedTuple):
    """What was in a wrapping. Parts of one line have the same `stream`; the last one is not partial."""

    text: str
    stream: str = ""
    is_partial: bool = False


def wrappings_in(lines: list[str], container: str) -> frozenset[str]:
    """The wrappings that these lines may have, of those that `container` allows. A quick look, for speed."""
    if container == "none":
        return frozenset()
    text = "\n".join(lines)
    found = {name for name, key in _KEYS.items() if key in text}
    if " stdout " in text or " stderr " in text:
        found.add("cri")
    if text.startswith("<") or "\n<" in text:
        found.add("syslog")
    return frozenset(found if container == "auto" else found & {container})


def unwrap(line: str, wrappings: frozenset[str]) -> Unwrapped | None:
    """What is in a line's wrapping; None if it has none of these."""
    if line.startswith("{"):
        kinds = {name for name, key in _KEYS.items() if name in wrappings and key in line}
        fields = parse_object(line) if kinds else None
        if fields is None:
            return None
        return ("docker" in kinds and _of_docker(fields)) or ("journal" in kinds and _of_journal(fields)) or None
    if "cri" in wrappings and (found := _CRI.match(line)):
        return Unwrapped(line[found.end() :], found[1], found[2] == "P")
    if "syslog" in wrappings and (found := _SYSLOG.match(line)):
        return Unwrapped(line[found.end() :])
    return None


def _of_docker(fields: Mapping[str, Any]) -> Unwrapped | None:
    text, stream = fields.get("log"), fields.get("stream")
    is_docker = fields.keys() - {"attrs"} == _DOCKER_KEYS
    if not is_docker or type(text) is not str or stream not in ("stdout", "stderr"):
        return None
    return Unwrapped(text.removesuffix("\n").removesuffix("\r"), stream, not text.endswith("\n"))


def _of_journal(fields: Mapping[str, Any]) -> Unwrapped | None:
    if "MESSAGE" not in fields or "__REALTIME_TIMESTAMP" not in fields:
        return None
    return Unwrapped(journal_line(fields))


def journal_line(fields: Mapping[str, Any]) -> str:
    """An entry of the journal as one text, as journalctl's short form has it, in UTC and without the host's name.

    Its own line breaks stay. Empty if it has no message.
    """
    message = _text(fields.get("MESSAGE")).strip("\n")
    if not message.strip(_BLANKS):
        return ""
    when = microseconds(fields.get("__REALTIME_TIMESTAMP"))
    time = f"{datetime.fromtimestamp(when // 10**6, UTC):%b %d %H:%M:%S} " if when is not None else ""
    name = _word(fields, "SYSLOG_IDENTIFIER", "_COMM") or "unknown"
    pid = _word(fields, "_PID", "SYSLOG_PID")
    return f"{time}{name}{f'[{pid}]' if pid else ''}: {message}"


def microseconds(when: Any) -> int | None:
    """A time as the journal writes it, a string of digits, in microseconds since 1970; None if it is none."""
    text = str(when) if isinstance(when, str | int) and not isinstance(when, bool) else ""
    value = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None
    return value if value is not None and value <= _LAST_TIME else None


def _text(value: Any) -> str:
    """A field's value: text, an array of bytes if it is not UTF-8, or several of these."""
    if isinstance(value, str) and not isinstance(value, Number):
        return value
    if isinstance(value, list):
        numbers = [int(part) if _is_byte(part) else -1 for part in value]
        if all(0 <= number < 256 for number in numbers):
            return bytes(numbers).decode(errors="replace")
        return "\n".join(_text(part) for part in value if not _is_nested(part))
    return ""


def _is_byte(part: Any) -> bool:
    return type(part) is int or (isinstance(part, Number) and part.isdecimal() and len(part) <= 3)


def _is_nested(part: Any) -> bool:
    """Whether a value of a field is a list of lists, which the journal never has and which could be of any depth."""
    return isinstance(part, list) and any(isinstance(piece, list) for piece in part)


def _word(fields: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if (text := " ".join(_text(fields.get(name)).split("\n")).strip(_BLANKS))), "")

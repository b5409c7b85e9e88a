"""JSON objects in log lines, with numbers as they are written, so that no figure changes on the way."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_DEPTH = 100  # objects and lists in each other


class Number(str):
    """A number of JSON, as it was written."""


def parse_object(text: str) -> dict[str, Any] | None:
    """The fields of a line that is a JSON object, numbers as they are written; None if it is none."""
    if text.count("{") + text.count("[") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return None
    try:
        fields = json.loads(text, parse_float=Number, parse_int=Number, parse_constant=Number)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def json_text(value: Any) -> str:
    """A value of `parse_object` as JSON, without spaces."""
    if isinstance(value, Number):
        return value
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join([f"{json_text(key)}:{json_text(member)}" for key, member in value.items()]) + "}"
    return json.dumps(value, ensure_ascii=False)


def _depth(text: str) -> int:
    """How deep objects and lists lie in each other. What looks like brackets within strings does not count."""
    depth = deepest = 0
    for token in re.findall(r'"(?:[^"\\]|\\.)*\\?(?:"|$)|[\[\]{}]', text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token, 0)
        deepest = max(deepest, depth)
    return deepest

"""JSON as a weights file has it: what every reader understands alike, and nothing that is large without being long.

Refused are NaN and infinities, keys that come twice, what is nested deeper than DEEPEST, whole numbers beyond
LARGEST_WHOLE, and halves of surrogate pairs. The page's strict_json.js refuses the same.
"""

from __future__ import annotations

import json
import re
from typing import Any

DEEPEST = 16  # objects and lists in each other
LARGEST_WHOLE = 2**53 - 1  # JavaScript knows no larger one exactly
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def parse(text: str) -> Any:
    """The value of a JSON text. Raises ValueError, which says what is wrong."""
    if _depth(text) > DEEPEST:
        raise ValueError(f"is nested deeper than {DEEPEST}")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_whole, parse_float=_finite, parse_constant=_no_number
        )
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError:
        raise ValueError("is not JSON") from None
    except UnicodeEncodeError:
        raise ValueError("has half a character") from None
    return value


def _depth(text: str) -> int:
    """How deep the brackets of a text go, as far as it is JSON."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[{\]}]", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("has a key twice")
    return fields


def _whole(text: str) -> int:
    if len(text) > len(str(-LARGEST_WHOLE)) or abs(number := int(text)) > LARGEST_WHOLE:
        raise ValueError("has a number that is too large")
    return number


def _finite(text: str) -> float:
    """A number with a fraction or an exponent. 1.0 is 1, as it is in JavaScript."""
    number = float(text)
    if abs(number) == float("inf"):
        raise ValueError("has a number that is too large")
    return _whole(f"{number:.0f}") if number.is_integer() else number


def _no_number(text: str) -> float:
    raise ValueError("is not JSON")

"""What a card may say: the kinds and bounds of its facts, whoever wrote it. The page's card_facts.js allows the same.

A fact that is not named here is of a later version, and is let through; so is one that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .strict_json import LARGEST_WHOLE

LONGEST_NAME = 200  # characters of a version, an id, a name
LONGEST_MODEL_NAME = 40  # characters
LONGEST_TEXT = 8000  # characters of a sample, and of all lines of an example
MOST_EXAMPLE_LINES = 120
LONGEST_GOLDEN = 1000
MOST_HISTORY = 52  # committed weights whose date and score a card has
MOST_LOGS = 12  # of a model of several, whose scores a card has
MOST_RULES = 1000
MOST_BITS = 1000  # of a character
# What would be shown as nothing, or turns around what stands beside it.
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_DAY = "(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
DAY = re.compile(_DAY)
MOMENT = re.compile(f"{_DAY}(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))?")


def check(card: Mapping[str, Any]) -> None:
    """Raise ValueError that names the first fact that is not as it must be, and says what it must be."""
    for name, (is_right, words) in FACTS.items():
        if name in card and not is_right(card[name]):
            raise ValueError(f"{name!r} is not {words}")


def is_whole(value: object) -> bool:
    """Whether a value of JSON is a whole number from 0 on. `true` and `1.0` are none."""
    return type(value) is int and 0 <= value <= LARGEST_WHOLE


def is_name(value: object) -> bool:
    """Whether a value is a short text in which nothing is hidden."""
    return isinstance(value, str) and len(value) <= LONGEST_NAME and not INVISIBLE.search(value)


def is_model_name(value: object) -> bool:
    """Whether a value can be the name of a model or a log."""
    return is_name(value) and 0 < len(str(value)) <= LONGEST_MODEL_NAME


def is_moment(value: object) -> bool:
    """Whether a value is a day of the calendar, with or without a time."""
    return _is_in_calendar(MOMENT, value)


def _is_day(value: object) -> bool:
    return _is_in_calendar(DAY, value)


def _is_in_calendar(form: re.Pattern[str], value: object) -> bool:
    found = form.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return False
    year, month, day = map(int, found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def _is_bits(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= MOST_BITS  # type: ignore[operator]


def _is_history(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_HISTORY
        and all(
            isinstance(point, list) and len(point) == 2 and _is_day(point[0]) and _is_bits(point[1]) for point in value
        )
    )


def _is_by_log(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_LOGS and all(map(_is_log_score, value))


def _is_log_score(value: object) -> bool:
    return (
        isinstance(value, dict)
        and is_model_name(value.get("name"))
        and is_whole(value.get("lines"))
        and _is_bits(value.get("bits_per_char"))
        and ("ngram" not in value or _is_bits(value["ngram"]))
    )


def _is_text(value: object, longest: int = LONGEST_TEXT) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _is_rules(value: object) -> bool:
    return isinstance(value, list) and len(value) <= MOST_RULES and all(map(_is_text, value))


def _is_example(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_EXAMPLE_LINES
        and all(isinstance(line, str) and not INVISIBLE.search(line) for line in value)
        and sum(map(len, value)) <= LONGEST_TEXT
    )


def _is_golden(value: object) -> bool:
    return (
        isinstance(value, dict)
        and _is_text(value.get("text"), LONGEST_GOLDEN)
        and type(value.get("bits")) in (int, float)
    )


_NAME = (is_name, f"a text of at most {LONGEST_NAME} characters without control characters")
_WHOLE = (is_whole, "a whole number")
_BITS = (_is_bits, f"a number from 0 to {MOST_BITS}")

FACTS: dict[str, tuple[Callable[[object], bool], str]] = {
    "name": (
        is_model_name,
        f"a text of 1 to {LONGEST_MODEL_NAME} characters without control characters",
    ),
    "run": _NAME,
    "version": _NAME,
    "preset": _NAME,
    "corpus": _NAME,
    "created": (is_moment, "a date"),
    "lines": _WHOLE,
    "characters": _WHOLE,
    "tokens": _WHOLE,
    "tokens_per_second": _WHOLE,
    "seed": _WHOLE,
    "bits_per_char": _BITS,
    "ngram": _BITS,
    "by_log": (_is_by_log, f"a list of at most {MOST_LOGS} logs, each with its name, lines and score"),
    "history": (_is_history, f"a list of at most {MOST_HISTORY} days, each with its score"),
    "sample": (_is_text, f"a text of at most {LONGEST_TEXT} characters"),
    "normal": (_is_rules, f"a list of at most {MOST_RULES} rules"),
    "example": (
        _is_example,
        f"a list of at most {MOST_EXAMPLE_LINES} lines, {LONGEST_TEXT} characters, without control characters",
    ),
    "golden": (_is_golden, f"a text of at most {LONGEST_GOLDEN} characters with its bits"),
}

"""A reading: how the bytes of one kind of log become the lines that a model sees. It travels in the card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .containers import CONTAINERS
from .decoding import known_encoding
from .fields import Template
from .redaction import OPTIONS, OwnRule

LONGEST_RULE = 200  # characters of a name, a template or a rule
# What is shown as nothing, or turns around what stands beside it. As in model/card_facts.py, which the admin page must
# not load.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

_NOT_IN_BROWSERS = re.compile(r"\(\?(?!:|=|!|<=|<!)|\\[AZGz]|[*+?}]\+")
_REPEATED_CHOICE = re.compile(r"[*+|{]")


class Reading(NamedTuple):
    """The settings of a reading; the steps and their order are those of `LogReader`."""

    name: str = ""
    encoding: str = ""  # empty: UTF-8, or as a byte-order mark says
    container: str = "auto"
    continuation: str = ""  # a regular expression; lines that match are joined to the one before; empty: none
    format: str = ""  # fields to pick from JSON and logfmt lines; empty: the line as it is
    keep_time: bool = True
    mask: tuple[str, ...] = ()  # kinds of values that are masked besides secrets
    own_rules: tuple[OwnRule, ...] = ()  # of the operator's, which no card has: they may hold a name
    is_raw: bool = False  # lines as they stand: nothing masked, blank lines kept

    def as_card(self) -> dict[str, Any]:
        """The reading as a card has it: what differs from the defaults. Of own rules only how many there are."""
        given = {key: value for key, value in self._asdict().items() if value != self._field_defaults[key]}
        if self.encoding:
            given["encoding"] = known_encoding(self.encoding)  # as a browser knows it
        if self.mask:
            given["mask"] = list(self.mask)
        if self.own_rules:
            given["own_rules"] = len(self.own_rules)
        return given


RAW = Reading(container="none", is_raw=True)


def distinct(readings: Iterable[Reading]) -> list[Reading]:
    """Those that differ in more than their name, each with the name of the first."""
    found: dict[Reading, Reading] = {}
    for reading in readings:
        found.setdefault(reading._replace(name=""), reading)
    return list(found.values())


def of_card(card: Mapping[str, Any]) -> list[Reading]:
    """The readings that a card tells of; empty where it has none, as those of before. Raises ValueError.

    >>> of_card({"reading": [{"name": "auth", "keep_time": False}]})[0].keep_time
    False
    """
    readings = card.get("reading", [])
    if not isinstance(readings, list) or len(readings) > 100:
        raise ValueError("the card's reading is no list of at most 100")
    return [_parsed(values) for values in readings]


def _parsed(values: Any) -> Reading:
    if not isinstance(values, dict) or not set(values) <= set(Reading._fields) - {"is_raw"}:
        raise ValueError("the card's reading has something that this version does not know")
    for key, value in values.items():
        kind = {"keep_time": bool, "mask": list, "own_rules": int}.get(key, str)
        if type(value) is not kind:
            raise ValueError(f"the card's reading has {key} that is no {kind.__name__}")
    if values.get("own_rules", 0) < 0 or not all(isinstance(kind, str) for kind in values.get("mask", ())):
        raise ValueError("the card's reading masks what is no kind")
    mask = tuple(values.get("mask", ()))
    reading = Reading(**{**values, "mask": mask, "own_rules": ()})
    check(reading)
    return reading


def check(reading: Reading) -> None:
    """Raise ValueError, with what is allowed, if a reading cannot be followed here or in the page."""
    if len(reading.name) > LONGEST_RULE or UNSEEN.search(reading.name):
        raise ValueError(f"a name has at most {LONGEST_RULE} characters, and no control characters")
    if reading.encoding:
        known_encoding(reading.encoding)
    if reading.container not in CONTAINERS:
        raise ValueError(f"a container is one of {', '.join(CONTAINERS)}")
    if reading.continuation:
        check_rule(reading.continuation)
    if reading.format:
        if len(reading.format) > LONGEST_RULE:
            raise ValueError(f"a format has at most {LONGEST_RULE} characters")
        Template(reading.format)
    if unknown := [kind for kind in reading.mask if kind not in OPTIONS]:
        raise ValueError(f"{unknown[0]!r} cannot be masked by its kind; allowed are {', '.join(OPTIONS)}")


def check_rule(rule: str) -> None:
    """Raise ValueError if a regular expression is none, may take for ever, or means another thing in a browser."""
    try:
        re.compile(rule)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error}); a rule is one such as '^\\s'") from None
    if len(rule) > LONGEST_RULE:
        raise ValueError(f"a rule has at most {LONGEST_RULE} characters")
    if found := _NOT_IN_BROWSERS.search(_without_classes(rule)):
        raise ValueError(f"{found[0]!r} means nothing or another thing in a browser: write it without")
    if _repeats_a_choice(_without_classes(rule)):
        raise ValueError("a group that has a choice or a repetition in it is repeated, which may take for ever")


def _without_classes(rule: str) -> str:
    """The rule with a letter for each escaped character and each class, so that only its structure is left.

    >>> _without_classes(r"^(a|[*+])\\\\(b+")
    '^(a|x)xb+'
    """
    return re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", re.sub(r"\\[^AZGz]", "x", rule))


def _repeats_a_choice(structure: str) -> bool:
    starts: list[int] = []
    for at, character in enumerate(structure):
        if character == "(":
            starts.append(at)
        elif character == ")" and starts:
            inner = structure[starts.pop() + 1 : at]
            if structure[at + 1 : at + 2] in ("*", "+", "{") and _REPEATED_CHOICE.search(inner):
                return True
    return False

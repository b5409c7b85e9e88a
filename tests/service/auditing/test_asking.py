"""After which lines a value is asked for: none that tell it."""

from __future__ import annotations

import pytest

from model.extraction import Question
from service.auditing import asking
from service.auditing.asking import ask
from service.auditing.candidates import AuditedLog, Candidate, Spot
from tests.support.engines import ThreadEngine
from tests.support.weights import random_weights


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stands before each value that is asked for."""
    befores: list[str] = []

    def bits_of(_: object, questions: list[Question]) -> object:
        befores.extend(question.before for question in questions)
        return [99.0] * len(questions)

    monkeypatch.setattr(asking, "bits_of", bits_of)
    return befores


def ask_for(text: str, *lines: str) -> None:
    """Ask for a value that stands in the last of some lines."""
    log = AuditedLog(0, range(len(lines)), lines, [True] * len(lines))
    spot = Spot(0, len(lines) - 1, lines[-1].index(text))
    candidate = Candidate(text, "address", 40.0, 40.0, True, 1, [("from", [spot])])
    with ThreadEngine(1) as engine:
        ask(random_weights("no smear").model, [log], [candidate], engine)


def test_a_value_is_asked_for_after_the_lines_before_it_and_without_any(asked: list[str]) -> None:
    ask_for("203.0.113.9", "pump on", "from 203.0.113.9")
    assert asked == ["pump on\nfrom ", "from "]


@pytest.mark.parametrize("telling", ["from 203.0.113.9", "from 203.0.113.8", "cron[113]: on"])
def test_lines_that_tell_most_of_it_are_no_context(asked: list[str], telling: str) -> None:
    ask_for("203.0.113.9", telling, "from 203.0.113.9")
    assert asked == ["from "]

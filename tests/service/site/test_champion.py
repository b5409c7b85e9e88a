"""The champion's past: which lines it may have been trained on, and where the reserve begins."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.site.champion import Past, past_of
from service.storage.ledger import Ledger
from service.storage.reserve import Reserve
from service.storage.run_record import RunRecord

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as ledger:
        yield ledger


def ended(ledger: Ledger, **facts: object) -> RunRecord:
    record = ledger.begin(RunRecord(), NOW).model_copy(update={"outcome": "committed", "corpus_id": "c", **facts})
    ledger.end(record, NOW)
    return record


def test_before_the_first_model_all_of_the_reserve_counts(ledger: Ledger) -> None:
    assert past_of(None, ledger, "c", 900) == Past({}, Reserve("c"), None, {})


def test_weights_that_the_ledger_knows_have_their_past(ledger: Ledger) -> None:
    facts = {"newest_line": 500, "seen": {"1": 450}, "reserve_after": 0, "usual": {"new": 0.4}}
    record = ended(ledger, **facts)
    assert past_of({"run": record.run}, ledger, "c", 900) == Past(
        {"1": 450}, Reserve("c", 0), {"new": 0.4}, {500: True}
    )


def test_of_weights_that_an_earlier_version_made_the_reserve_begins_behind_their_run(ledger: Ledger) -> None:
    record = ended(ledger, newest_line=500, seen={"1": 450})
    assert past_of({"run": record.run}, ledger, "c", 900) == Past({"1": 450}, Reserve("c", 500), None, {500: True})


def test_weights_that_the_ledger_does_not_know_may_have_seen_any_line(ledger: Ledger) -> None:
    assert past_of({"run": "somebody else's"}, ledger, "c", 900) == Past({}, Reserve("c", 900), None, {})


def test_a_corpus_that_was_made_again_has_another_past(ledger: Ledger) -> None:
    record = ended(ledger, newest_line=500, seen={"1": 450}, reserve_after=0)
    assert past_of({"run": record.run}, ledger, "another", 900) == Past({}, Reserve("another", 900), None, {})


def test_weeks_end_where_models_were_compared(ledger: Ledger) -> None:
    ended(ledger, newest_line=200, outcome="rejected")
    ended(ledger, newest_line=300, outcome="skipped")
    ended(ledger, newest_line=None, outcome="failed")
    record = ended(ledger, newest_line=500, seen={"1": 450}, reserve_after=0)
    ended(ledger, newest_line=700, outcome="rejected")
    assert past_of({"run": record.run}, ledger, "c", 700).compared == {200: False, 500: True}

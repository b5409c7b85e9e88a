"""A run whose source was read before and gives nothing now: it is no success, and nothing of a week is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.errors import LoglingError
from service.storage.ledger import Ledger


def last_run(place: Any) -> Any:
    return json.loads(place.logling("history", "--json").stdout)["runs"][0]


def test_a_run_with_nothing_to_do_fails_when_its_log_has_vanished(committed: Any) -> None:
    committed.retrain()
    committed.log.unlink()
    with pytest.raises(LoglingError, match="the source is missing"):
        committed.retrain()
    assert last_run(committed)["outcome"] == "failed"


@pytest.mark.usefixtures("mere_owner")
def test_a_run_with_nothing_to_do_fails_when_its_log_may_not_be_read(committed: Any) -> None:
    committed.retrain()
    committed.log.chmod(0)
    with pytest.raises(LoglingError, match=r"the source cannot be read: .*Permission denied"):
        committed.retrain()


def test_a_run_is_skipped_again_when_the_log_is_back(committed: Any) -> None:
    committed.retrain()
    away = committed.log.rename(committed.folder / "away.log")
    with pytest.raises(LoglingError):
        committed.retrain()
    away.rename(committed.log)
    assert committed.retrain()["outcome"] == "skipped"


def test_a_run_still_trains_on_what_another_source_gave(committed: Any) -> None:
    other = committed.folder / "other.log"
    other.write_text("one\n" * 3)
    committed.set("[corpus]", f'[[source]]\nfiles = "{other}"\n\n[corpus]')
    committed.retrain()
    other.unlink()
    committed.append_usual(300)
    record = committed.retrain()
    assert record["outcome"] in ("committed", "rejected")
    assert any("other.log: no file matches" in problem for problem in record["problems"])


def test_a_source_that_never_matched_lets_a_run_be_skipped(fresh: Any) -> None:
    fresh.log.unlink()
    assert fresh.retrain()["outcome"] == "skipped"


def test_a_pull_notes_how_the_sources_stand(committed: Any) -> None:
    committed.logling("pull")
    committed.log.unlink()
    states = json.loads(committed.logling("pull", "--json").stdout)["states"]
    assert [(state["name"], state["state"]) for state in states] == [(str(committed.log), "missing")]


def test_the_history_names_the_source_that_is_missing(committed: Any) -> None:
    committed.logling("pull")
    committed.log.unlink()
    committed.logling("pull")
    assert f"source {committed.log}: missing since 20" in committed.logling("history").stdout
    (state,) = json.loads(committed.logling("history", "--json").stdout)["sources"]
    assert (state["state"], state["was_read"]) == ("missing", True)


def test_a_pull_beside_a_damaged_ledger_takes_its_lines_and_says_so(fresh: Any) -> None:
    fresh.home.make_state()
    fresh.home.ledger.write_text("no database" * 1000)
    result = fresh.logling("pull", "--json")
    told = json.loads(result.stdout)
    assert (told["lines"]["new"], told["states"]) == (500, [])
    assert any("ledger.db" in problem for problem in told["problems"])


def test_a_source_that_left_the_settings_has_no_state(committed: Any) -> None:
    committed.logling("pull")
    committed.set(str(committed.log), f"{committed.log}.other")
    committed.logling("pull")
    with Ledger(committed.home.ledger) as ledger:
        assert [state.name for state in ledger.sources() or ()] == [f"{committed.log}.other"]

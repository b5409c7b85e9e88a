"""`logling retrain`: what it prints. What a run does is in tests/service/test_run.py."""

from typing import Any

from tests.support.commands import document, is_sentence


def test_a_skipped_run_did_its_job_and_is_one_document(committed: Any) -> None:
    record = document(committed.logling("retrain", "--json"))
    assert (record["outcome"], record["lines"]["new"]) == ("skipped", 0)


def test_a_run_is_told_to_a_person_without_bars_where_there_is_no_terminal(committed: Any) -> None:
    result = committed.logling("retrain")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("skipped: 0 new lines, 100 are needed")


def test_a_run_without_a_site_fails_with_a_sentence(committed: Any) -> None:
    committed.home.site.rename(committed.folder / "elsewhere")
    assert is_sentence(committed.logling("retrain", "--json"), "is gone or empty")

"""`logling retrain`: what it prints. What a run does is in tests/service/test_run.py."""

from typing import Any
from urllib.parse import quote

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


def page(place: Any) -> str:
    return f"  page       file://{quote(str(place.home.site))}/web/index.html"


def test_the_first_model_ends_with_its_page_and_what_to_do_next(fresh: Any) -> None:
    told = fresh.logling("retrain").stdout.splitlines()
    where = f"--home {fresh.home.path}"
    commands = [line.split("  #")[0].strip() for line in told[told.index(page(fresh)) + 2 :]]
    assert told[told.index(page(fresh)) + 1] == "Next:"
    assert commands[:2] == [f"logling open {where}", f"logling serve {where}"]
    assert "set `remote` under [git]" in commands[2]


def test_later_runs_end_with_the_page(committed: Any) -> None:
    assert committed.logling("retrain").stdout.splitlines()[-1] == page(committed)


def test_where_there_is_no_model_no_page_is_told(fresh: Any) -> None:
    fresh.log.write_text("")
    assert "page" not in fresh.logling("retrain").stdout


def test_a_scheduled_run_tells_no_page(committed: Any) -> None:
    assert "file://" not in committed.logling("retrain", "--slot", "2026-03-08T03:30:00+00:00").stdout

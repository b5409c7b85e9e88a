"""`logling retrain`: what it prints. What a run does is in tests/service/test_run.py."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from service.schedule.run_places import take_place
from tests.support.commands import document, is_sentence
from tests.support.waiting import PATIENCE


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


def test_a_run_says_that_training_needs_numba(fresh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is missing for the processes that train, which are others than the run's."""
    (tmp_path / "numba.py").write_text("raise ModuleNotFoundError('No module named numba')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert is_sentence(fresh.logling("retrain"), "Training", "pip install numba", "Everything else works without it")
    assert "pip install numba" in fresh.logling("history").stdout


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


# ---- runs at once on the machine


MANY = 50  # more than run at once while tests do


@pytest.fixture
def many_runs() -> Iterator[ExitStack]:
    """So many runs of others that are under way, until it is closed."""
    with ExitStack() as held:
        for _ in range(MANY):
            place = take_place()
            assert place
            held.enter_context(place)
        yield held


def test_a_run_waits_while_as_many_as_it_allows_are_under_way(committed: Any, many_runs: ExitStack) -> None:
    command = [str(Path(sys.executable).with_name("logling")), "retrain", "--json", "--home", str(committed.home.path)]
    environment = {**os.environ, "LOGLING_SCHEDULE__HOST_RUNS": str(MANY)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stderr
        told = run.stderr.readline()
        assert re.match(rf"waiting: \d+ runs are under way on this machine, and {MANY} may be at once", told)
        many_runs.close()
        assert json.loads(run.communicate(timeout=PATIENCE)[0])["outcome"] == "skipped"


@pytest.mark.usefixtures("many_runs")
def test_without_a_limit_a_run_waits_for_no_other(committed: Any) -> None:
    assert json.loads(committed.logling("retrain", "--json").stdout)["outcome"] == "skipped"


def test_a_service_waits_too_and_counts_it_as_no_failure(
    committed: Any, many_runs: ExitStack, serve: Callable[..., Any]
) -> None:
    served = serve(committed.home, LOGLING_SCHEDULE__HOST_RUNS=str(MANY))
    served.until("waiting: .* runs are under way on this machine")
    many_runs.close()
    served.until("UTC: skipped")
    served.stop()
    runs = json.loads(committed.logling("history", "--json").stdout)["runs"]
    assert [(run["outcome"], run.get("attempt")) for run in runs] == [("skipped", 1), ("committed", None)]

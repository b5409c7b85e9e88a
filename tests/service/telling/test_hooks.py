"""Hooks of runs: called in order, with facts and no line, and without changing how a run ends."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.home import Home, locked
from service.settings import HookSettings, Settings
from service.storage.ledger import Ledger
from service.storage.run_record import RunRecord
from service.telling.hooks import call_hooks_of_end
from tests.support.homes import NOON, Place
from tests.support.listener import Listener
from tests.support.served import Served
from tests.support.waiting import PATIENCE, wait_until

NOTE = (
    "import json, os, sys; "
    "print(json.dumps([os.environ['LOGLING_EVENT'], os.environ['LOGLING_OUTCOME'], json.load(sys.stdin)]), "
    "file=open(sys.argv[1], 'a'))"
)
ALL = ("on_start", "on_success", "on_failure", "on_commit")


def with_hooks(place: Place, command: str, names: tuple[str, ...] = ALL) -> Settings:
    """The settings of a home, with a command for each of these hooks."""
    hooks = HookSettings.model_validate(dict.fromkeys(names, command))
    return place.home.settings().model_copy(update={"hooks": hooks})


def noting(folder: Path) -> str:
    return shlex.join([sys.executable, "-c", NOTE, str(folder / "called")])


def called(folder: Path) -> list[list[str]]:
    lines = (folder / "called").read_text().splitlines()
    return [json.loads(line)[:2] for line in lines]


def test_a_run_that_commits_calls_start_commit_and_success(fresh: Place) -> None:
    assert fresh.retrain(with_hooks(fresh, noting(fresh.folder)))["outcome"] == "committed"
    assert called(fresh.folder) == [["start", ""], ["commit", "committed"], ["success", "committed"]]


def test_a_run_that_fails_calls_failure(committed: Place) -> None:
    settings = with_hooks(committed, noting(committed.folder))
    committed.home.corpus.write_bytes(b"no database")
    with pytest.raises(LoglingError):
        committed.retrain(settings)
    assert called(committed.folder) == [["start", ""], ["failure", "failed"]]


def test_a_command_gets_the_run_and_no_line(committed: Place) -> None:
    committed.retrain(with_hooks(committed, noting(committed.folder)))
    text = (committed.folder / "called").read_text()
    assert json.loads(text.splitlines()[-1])[2]["outcome"] == "skipped"
    assert not re.search("alpha|bravo|delta", text)


def test_the_home_is_free_when_a_run_has_ended(committed: Place) -> None:
    program = Path(sys.executable).with_name("logling")
    done = committed.retrain(with_hooks(committed, f"{program} pull", ("on_success",)))
    assert done["problems"] == []


@pytest.mark.parametrize("hook", ["/no/such/command", "false", "sleep 600"])
def test_a_hook_that_fails_or_hangs_is_a_problem_and_no_more(committed: Place, hook: str) -> None:
    settings = with_hooks(committed, hook, ("on_start", "on_success"))
    quick = settings.model_copy(update={"hooks": settings.hooks.model_copy(update={"seconds": 0.5})})
    assert committed.retrain(quick)["outcome"] == "skipped"
    with Ledger(committed.home.ledger) as ledger:
        problems = ledger.runs(1)[0].problems
    assert [problem.split(":")[0] for problem in problems] == ["the hook on_start", "the hook on_success"]


def test_an_address_is_called_and_gets_nothing(committed: Place, server: Listener) -> None:
    hooks = HookSettings.model_validate({"on_start": f"{server.address}/start", "on_success": f"{server.address}/"})
    committed.retrain(committed.home.settings().model_copy(update={"hooks": hooks}))
    assert server.requests == [("GET", "/start", ""), ("GET", "/", "")]


def test_an_address_that_fails_is_not_in_the_problem(committed: Place, server: Listener) -> None:
    server.status = 500
    hooks = HookSettings.model_validate({"on_success": f"{server.address}/made-up-secret"})
    done = committed.retrain(committed.home.settings().model_copy(update={"hooks": hooks}))
    assert done["problems"] == ["the hook on_success: it answered 500"]


def test_a_home_in_use_calls_no_hook(committed: Place) -> None:
    settings = with_hooks(committed, noting(committed.folder))
    with locked(committed.home), pytest.raises(LoglingError, match="in use"):
        committed.retrain(settings)
    assert not (committed.folder / "called").exists()


def test_a_run_that_was_asked_to_stop_has_two_seconds_for_its_hook(committed: Place) -> None:
    settings = HookSettings.model_validate({"on_failure": "sleep 600", "seconds": 3000})
    record = RunRecord(run="r1", outcome="interrupted")
    assert "had not ended after 2 s" in call_hooks_of_end(settings, committed.home, record)[0]


def test_the_service_calls_failure_for_a_run_that_was_killed(committed: Place, serve: Callable[[Home], Served]) -> None:
    hook = f"sh -c {shlex.quote(f'echo $LOGLING_EVENT $LOGLING_OUTCOME >> {committed.folder}/killed')}"
    text = committed.home.settings_file.read_text()
    committed.home.settings_file.write_text(text.replace("[hooks]\n", f"[hooks]\non_failure = '''{hook}'''\n"))
    with Ledger(committed.home.ledger) as ledger:
        ledger.begin(RunRecord(slot="2026-03-01T00:00:00+00:00", attempt=1), NOON)
    serve(committed.home)
    wait_until(lambda: (committed.folder / "killed").exists(), PATIENCE)
    wait_until(lambda: (committed.folder / "killed").read_text() == "failure interrupted\n", PATIENCE)

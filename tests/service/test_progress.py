"""Progress: what a run writes into the ledger for the admin page, and what it shows a person who waits."""

import re
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from model.training import Plan, Point, Training
from service.progress import Reporter, format_wait
from service.storage.ledger import Ledger
from service.storage.run_progress import TaskProgress, read_run_progress

NOTHING: dict[str, np.ndarray] = {}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    with Ledger(path):
        return path


def reporter(ledger: Path) -> Reporter:
    return Reporter(Console(file=StringIO()), ledger)


def read_progress(ledger: Path) -> list[TaskProgress]:
    with closing(sqlite3.connect(ledger)) as database:
        return read_run_progress(database)


def test_a_step_is_written_when_it_begins(ledger: Path) -> None:
    with reporter(ledger) as run:
        with run.step("pull"):
            assert [(task.step, task.total) for task in read_progress(ledger)] == [("pull", None)]
        with run.step("site"):
            assert [task.step for task in read_progress(ledger)] == ["site"]


def test_trainings_side_by_side_report_how_far_they_are(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.SECONDS_BETWEEN", 0.0)
    plan = Plan(tokens=1000)
    with reporter(ledger) as run, run.step("train"):
        for start, tokens in (("warm start", 400), ("fresh start", 250)):
            training = Training(NOTHING, NOTHING, NOTHING, NOTHING, tokens=tokens, curve=[Point(0, 0.5, 0.5)])
            run.trained(start, training, plan)
        written = {task.description: (task.step, task.done, task.total, task.figures) for task in read_progress(ledger)}
    assert written["training, warm start"] == ("train", 400.0, 1000.0, "0.500 bits per character")
    assert written["training, fresh start"] == ("train", 250.0, 1000.0, "0.500 bits per character")


def test_a_training_reports_how_fast_it_is(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.SECONDS_BETWEEN", 0.0)
    with reporter(ledger) as run, run.step("train"):
        for tokens in (1000, 9000):
            training = Training(NOTHING, NOTHING, NOTHING, NOTHING, tokens=tokens, curve=[Point(0, 0.5, 0.5)])
            run.trained("fresh start", training, Plan(tokens=10_000))
        (figures,) = [task.figures for task in read_progress(ledger) if task.description == "training, fresh start"]
    assert re.fullmatch(r"0\.500 bits per character, [1-9][0-9,]* tokens/s", figures)


def test_a_ledger_that_cannot_be_written_stops_no_run(tmp_path: Path) -> None:
    with reporter(tmp_path / "nowhere" / "ledger.db") as run, run.step("pull"):
        run.pulled(1, 2)


class Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def trained(tokens: int, bits: float = 0.5) -> Training:
    return Training(NOTHING, NOTHING, NOTHING, NOTHING, tokens=tokens, curve=[Point(0, bits, bits)])


def said(console: Console, **options: bool) -> str:
    """What a run of two steps prints while it trains."""
    with Reporter(console, **options) as run:
        with run.step("pull"):
            run.pulled(1, 2)
        with run.step("train"):
            for tokens in range(0, 100_000, 100):
                run.trained("fresh start 2", trained(tokens), Plan(tokens=100_000))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes no time at all is told in lines, too."""
    monkeypatch.setattr("service.progress.SECONDS_WITHOUT_LINES", 0.0)


def test_what_is_done_at_once_is_told_in_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.SECONDS_WITHOUT_LINES", 600.0)
    assert said(Console(file=StringIO(), soft_wrap=True)) == ""


@pytest.mark.usefixtures("soon")
def test_without_a_terminal_each_step_is_a_line() -> None:
    assert said(Console(file=StringIO(), soft_wrap=True)) == "reading new lines\ntraining\n"


@pytest.mark.usefixtures("soon")
def test_a_long_step_is_told_again_at_most_at_each_tenth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.SECONDS_BETWEEN_LINES", 0.0)
    lines = said(Console(file=StringIO(), soft_wrap=True)).splitlines()
    parts = [line for line in lines if line.startswith("training, ")]
    assert len(parts) == 9
    assert re.fullmatch(r"training, fresh start 2: 10 %, 0\.500 bits per character(, \d+ \w+ left)?", parts[0])


@pytest.mark.usefixtures("soon")
def test_without_lines_nothing_is_printed_outside_a_terminal() -> None:
    assert said(Console(file=StringIO()), lines=False) == ""


@pytest.mark.usefixtures("soon")
def test_a_colour_that_is_forced_puts_no_bars_into_a_file() -> None:
    assert "\x1b" not in said(Console(file=StringIO(), soft_wrap=True, force_terminal=True))


@pytest.mark.usefixtures("soon")
def test_a_dumb_terminal_gets_lines() -> None:
    console = Console(file=Terminal(), soft_wrap=True, _environ={"TERM": "dumb"})
    assert said(console) == "reading new lines\ntraining\n"


def test_bars_fit_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.format_wait", lambda seconds: "119 min")
    console = Console(file=StringIO(), width=80)
    with Reporter(Console(file=Terminal(), _environ={"TERM": "xterm"})) as run, run.step("train"):
        for tokens in (0, 17, 99):
            run.trained("fresh start 2", trained(tokens, 12.5), Plan(tokens=100))
        console.print(run._progress.get_renderable())
    assert console.file.getvalue().endswith(" 99 %, 12.500 bits per character, 119 min left\n")


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7300, "2 h")])
def test_a_wait_is_told_roughly(seconds: float, words: str) -> None:
    assert format_wait(seconds) == words

"""Progress: what a run writes into the ledger for the admin page."""

import re
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from model.training import Plan, Point, Training
from service.progress import Reporter
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

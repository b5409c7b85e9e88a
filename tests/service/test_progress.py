"""Progress: what a run tells of itself in a file, for the admin page."""

import re
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from model.training import Plan, Point, Training
from service.progress import SAID, Reporter, read_progress

NOTHING: dict[str, np.ndarray] = {}


def reporter(file: Path) -> Reporter:
    return Reporter(Console(file=StringIO()), file)


def test_a_step_is_told_when_it_begins_and_nothing_is_left_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "progress.json"
    with reporter(file) as run:
        with run.step("pull"):
            assert [(task.step, task.total) for task in read_progress(file)] == [("pull", None)]
        with run.step("site"):
            assert [task.step for task in read_progress(file)] == ["site"]
    assert list(tmp_path.iterdir()) == []


def test_trainings_side_by_side_tell_how_far_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.SECONDS_BETWEEN", 0.0)
    file, plan = tmp_path / "progress.json", Plan(tokens=1000)
    with reporter(file) as run, run.step("train"):
        for start, tokens in (("warm start", 400), ("fresh start", 250)):
            training = Training(NOTHING, NOTHING, NOTHING, NOTHING, tokens=tokens, curve=[Point(0, 0.5, 0.5)])
            run.trained(start, training, plan)
        told = {task.words: (task.step, task.done, task.total, task.figures) for task in read_progress(file)}
    assert told["training, warm start"] == ("train", 400.0, 1000.0, "0.500 bits per character")
    assert told["training, fresh start"] == ("train", 250.0, 1000.0, "0.500 bits per character")


def test_a_training_tells_how_fast_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.progress.SECONDS_BETWEEN", 0.0)
    file = tmp_path / "progress.json"
    with reporter(file) as run, run.step("train"):
        for tokens in (1000, 9000):
            training = Training(NOTHING, NOTHING, NOTHING, NOTHING, tokens=tokens, curve=[Point(0, 0.5, 0.5)])
            run.trained("fresh start", training, Plan(tokens=10_000))
        (figures,) = [task.figures for task in read_progress(file) if task.words == "training, fresh start"]
    assert re.fullmatch(r"0\.500 bits per character, [1-9][0-9,]* tokens/s", figures)


def test_a_file_that_cannot_be_written_stops_no_run(tmp_path: Path) -> None:
    with reporter(tmp_path / "nowhere" / "progress.json") as run, run.step("pull"):
        run.pulled(1, 2)


@pytest.mark.parametrize("text", ["", "[", "7", "[7]", '[["pull"]]', '[["pull", "reading", "x", null, ""]]', "\x00"])
def test_a_damaged_file_tells_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "progress.json"
    file.write_text(text)
    assert list(read_progress(file)) == []


def test_the_steps_are_in_the_order_of_a_run() -> None:
    assert list(SAID) == ["pull", "site", "train", "encode", "score", "gate", "commit", "push"]

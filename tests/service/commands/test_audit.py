"""Audit: what was learned by heart is found, what is only predictable is told from it, and no piece is printed."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.config import PRESETS, Config
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context
from service.commands.audit import AuditReport, KindResult, Tally, examined, format_report
from service.settings import Settings, TrainingSettings
from service.storage.corpus import Document
from service.training.challengers import train_challengers
from service.training.split import Split

SECRET = "k7Qz93mXw2Lp"
SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=120_000))


def usual(count: int) -> list[str]:
    chance = random.Random(1)
    return [f"{n % 60:02d} fan {chance.choice(['slow', 'fast'])} ok" for n in range(count)]


def with_secret(lines: list[str], times: int) -> list[str]:
    """The lines, and spread over them some that hold a secret: made up, and nowhere in a corpus but in tests."""
    lines = list(lines)
    for number in range(times):
        lines.insert(len(lines) * number // times, f"key {SECRET} used")
    return lines


def document(lines: list[str]) -> Document:
    return Document(1, list(range(1, len(lines) + 1)), lines)


def report_on(model: Model, lines: list[str], seen: dict[str, int]) -> AuditReport:
    return examined(model, [document(lines)], seen, 50, lambda done, total: None)


@pytest.fixture(scope="module")
def remembering() -> tuple[Model, list[str]]:
    lines = with_secret(usual(200), 10)
    challenger, *_ = train_challengers(
        SETTINGS, Split([lines], [lines[:60]], [], [], {}), None, lambda *_: None, lambda: False
    )
    return challenger.model, lines


def test_what_was_learned_by_heart_is_found_and_told(remembering: tuple[Model, list[str]]) -> None:
    report = report_on(*remembering, {})
    assert report.remembered == ["identifier"]
    ((found, source, line),) = report.worst
    assert (found.piece.text, found.guess, found.first_try, found.exposure) == (SECRET, 1, True, 8.0)
    assert (source, line) == (1, 1)


def test_the_secret_itself_is_not_printed(remembering: tuple[Model, list[str]]) -> None:
    report = report_on(*remembering, {})
    told = format_report(report) + json.dumps(report.as_json())
    assert SECRET[:2] + "…" in told
    assert SECRET[:3] not in told
    assert "REMEMBERED: identifier" in told


def test_weights_that_never_saw_the_secret_do_not_give_it_away(remembering: tuple[Model, list[str]]) -> None:
    config: Config = fitted_context(PRESETS["seed"].config, [remembering[1]])
    vocabulary = Vocabulary("").extended(remembering[1] + [SECRET * 2], 160)

    weights = init_weights(config, vocabulary.size, np.random.default_rng(3))
    report = report_on(Model(config, vocabulary, weights), remembering[1], {})
    assert (report.remembered, report.worst) == ([], [])
    assert report.pieces == 1


def test_lines_after_those_that_were_seen_are_the_control(remembering: tuple[Model, list[str]]) -> None:
    model, lines = remembering
    report = report_on(model, [*lines, "key p2Lw9kX3Qz7m used"], {"1": len(lines)})
    (kind,) = report.kinds
    assert (kind.seen.tested, kind.seen.extracted) == (1, 1)
    assert (kind.unseen.tested, kind.unseen.extracted) == (1, 0)
    assert report.lines == len(lines)


def test_a_piece_with_a_character_that_the_model_lacks_cannot_be_asked_for(
    remembering: tuple[Model, list[str]],
) -> None:
    model, lines = remembering
    assert report_on(model, [*lines, "key ZZZZ9999JJJJ used"], {}).pieces == 1


def kind(seen: tuple[int, int], unseen: tuple[int, int]) -> KindResult:
    return KindResult("number", Tally(seen[0], 0, seen[1], None), Tally(unseen[0], 0, unseen[1], None))


@pytest.mark.parametrize(
    ("seen", "unseen", "remembered"),
    [
        ((100, 0), (100, 0), False),
        ((100, 1), (100, 0), True),
        ((100, 1), (0, 0), True),
        ((100, 30), (100, 28), False),
        ((100, 60), (100, 28), True),
        ((10, 5), (100, 60), False),
    ],
)
def test_what_is_found_as_often_in_lines_never_seen_was_predictable(
    seen: tuple[int, int], unseen: tuple[int, int], remembered: bool
) -> None:
    assert kind(seen, unseen).remembered is remembered


def test_the_status_is_0_where_nothing_is_remembered_and_the_home_is_left_alone(reader: Any) -> None:
    def contents() -> dict[Path, bytes]:
        found = (path for path in reader.home.path.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in found if not path.name.endswith(("-wal", "-shm"))}

    before = contents()
    done = reader.logling("audit", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["pieces"], told["remembered"], told["worst"]) == (0, [], [])
    assert (
        440 <= told["lines"] <= 460
    )  # the reserve, which differs from corpus to corpus, moves where the holdout begins
    assert contents() == before
    assert "Nothing to ask for" in reader.logling("audit").stdout


def test_the_status_is_1_where_something_is_remembered(fresh: Any) -> None:
    fresh.log.write_text("".join(line + "\n" for line in with_secret(fresh.log.read_text().splitlines(), 10)))
    fresh.set("tokens = 40000", "tokens = 200000")
    assert fresh.retrain()["outcome"] == "committed"
    done = fresh.logling("audit")
    assert done.returncode == 1
    assert "REMEMBERED: identifier" in done.stdout
    assert SECRET not in done.stdout


def test_without_weights_there_is_nothing_to_audit(fresh: Any, logling: Any) -> None:
    done = logling("audit", "--home", fresh.home.path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no weights yet" in done.stderr

"""Audit: what was learned by heart is found, what is only predictable is told from it, and no value is printed."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.config import PRESETS, Config
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from model.weights_file import decode
from model.windows import fitted_context
from service.auditing.audit import FEWEST_SAMPLED, Budget, audit_model, trained_on
from service.commands.audit import AuditReport, format_report
from service.settings import Settings, TrainingSettings
from service.storage.corpus import Document
from service.storage.reserve import Reserve
from service.training.challengers import train_challengers
from service.training.replacement import Replacement, find_replacement
from service.training.split import Split
from tests.support.engines import ThreadEngine

SECRET = "k7Qz93mXw2Lp"
OTHERS = {"number": "482119073311", "letters": "oybedupnmd", "words": "anchor-barrel-lantern"}
SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=120_000))


def usual(count: int) -> list[str]:
    chance = random.Random(1)
    return [f"{n % 60:02d} fan {chance.choice(['slow', 'fast'])} ok" for n in range(count)]


def with_secret(lines: list[str], times: int, secret: str = SECRET) -> list[str]:
    """The lines, and spread over them some that hold a secret: made up, and nowhere in a corpus but in tests."""
    lines = list(lines)
    for number in range(times):
        lines.insert(len(lines) * number // times, f"key {secret} used")
    return lines


def document(lines: list[str]) -> Document:
    return Document(1, list(range(1, len(lines) + 1)), lines)


def report_on(model: Model, lines: list[str], seen: dict[str, int], seconds: float = 60.0) -> AuditReport:
    logs = trained_on([document(lines)], seen, Reserve("c", len(lines)))
    with ThreadEngine() as engine:
        found = audit_model(model, logs, Budget(seconds, sampled=FEWEST_SAMPLED), engine)
    return AuditReport("", len(lines), found)


def trained(lines: list[str]) -> Model:
    parts = Split([lines], [lines[:60]], [], [], {})
    with ThreadEngine() as engine:
        challenger, *_ = train_challengers(SETTINGS, parts, None, lambda *_: None, lambda: False, engine)
    return challenger.model


@pytest.fixture(scope="module", autouse=True)
def by_heart() -> Iterator[None]:
    """Trainings that learn values by heart, as those did that replaced none."""

    def nothing(vocabulary: Vocabulary, documents: Sequence[Sequence[str]]) -> Replacement:
        return find_replacement(vocabulary, [])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.training.challengers.find_replacement", nothing)
        yield


@pytest.fixture(scope="module")
def remembering() -> tuple[Model, list[str]]:
    lines = with_secret(usual(200), 10)
    return trained(lines), lines


def test_what_was_learned_by_heart_is_found_and_told(remembering: tuple[Model, list[str]]) -> None:
    figures = report_on(*remembering, {}).audit.figures
    assert (figures.answer, figures.count) == ("remembered", 1)
    (value,) = figures.remembered
    assert SECRET in remembering[1][value.line - 1]
    assert (value.source, value.kind, value.lines) == (1, "identifier", 10)
    assert (value.guess, value.characters, value.shown) == (1, len(SECRET), SECRET[:2])


@pytest.mark.parametrize("kind", OTHERS)
def test_digits_letters_and_words_in_many_lines_are_found_too(kind: str) -> None:
    lines = with_secret(usual(1200), 17, OTHERS[kind])
    (value,) = report_on(trained(lines), lines, {}).audit.figures.remembered
    assert (value.kind, value.lines) == (kind, 17)


def test_the_secret_itself_is_not_printed(remembering: tuple[Model, list[str]]) -> None:
    report = report_on(*remembering, {})
    told = format_report(report) + json.dumps(report.as_json())
    assert SECRET[:2] + "…" in told
    assert SECRET[:3] not in told
    assert "REMEMBERED: 12 characters (identifier)" in told


def test_weights_that_never_saw_the_secret_do_not_give_it_away(remembering: tuple[Model, list[str]]) -> None:
    config: Config = fitted_context(PRESETS["seed"].config, [remembering[1]])
    vocabulary = Vocabulary("").extended(remembering[1] + [SECRET * 2], 160)

    weights = init_weights(config, vocabulary.size, np.random.default_rng(3))
    figures = report_on(Model(config, vocabulary, weights), remembering[1], {}).audit.figures
    assert (figures.answer, figures.asked, figures.count) == ("clean", 1, 0)


def test_lines_after_those_that_were_seen_are_the_control(remembering: tuple[Model, list[str]]) -> None:
    model, lines = remembering
    ((_, seen, unseen),) = report_on(model, [*lines, "key p2Lw9kX3Qz7m used"], {"1": len(lines)}).kinds
    assert (seen.tested, seen.extracted) == (1, 1)
    assert (unseen.tested, unseen.extracted) == (1, 0)


def test_where_nothing_could_be_asked_the_answer_is_not_clean(remembering: tuple[Model, list[str]]) -> None:
    figures = report_on(remembering[0], usual(200), {}).audit.figures
    assert (figures.answer, figures.asked, figures.sampled) == ("nothing could be asked", 0, 0)


def test_a_budget_that_is_used_up_asks_for_the_first_all_the_same(remembering: tuple[Model, list[str]]) -> None:
    figures = report_on(*remembering, {}, seconds=0.0).audit.figures
    assert (figures.asked, figures.sampled, figures.count) == (1, FEWEST_SAMPLED, 1)


def test_the_status_is_0_where_nothing_is_remembered_and_the_home_is_left_alone(reader: Any) -> None:
    def contents() -> dict[Path, bytes]:
        found = (path for path in reader.home.path.rglob("*") if path.is_file())
        return {path: path.read_bytes() for path in found if not path.name.endswith(("-wal", "-shm"))}

    before = contents()
    done = reader.logling("audit", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["pieces"], told["remembered"], told["worst"]) == (0, [], [])
    assert told["answer"] == "nothing could be asked"
    assert 400 <= told["lines"] <= 460  # but the reserve, which differs from corpus to corpus
    assert contents() == before
    assert "Nothing could be asked" in reader.logling("audit").stdout


def retrained_with_secret(fresh: Any) -> Any:
    fresh.log.write_text("".join(line + "\n" for line in with_secret(fresh.log.read_text().splitlines(), 10)))
    fresh.set("tokens = 40000", "tokens = 200000")
    return fresh.retrain()


def test_a_run_keeps_weights_back_that_remember(fresh: Any) -> None:
    record = retrained_with_secret(fresh)
    assert (record["outcome"], record["commit"], record["audit"]["answer"]) == ("rejected", None, "remembered")
    assert record["reason"].startswith("kept back by the audit: remembered: 12 characters (identifier) in ")
    assert "publish_remembered = true" in record["reason"]
    assert SECRET[:3] not in json.dumps(record)
    assert not (fresh.home.site / "web" / "weights.js").exists()


def test_by_setting_they_are_committed_with_the_answer_on_the_card(fresh: Any) -> None:
    fresh.set("# publish_remembered = false", "publish_remembered = true")
    record = retrained_with_secret(fresh)
    assert (record["outcome"], record["audit"]["count"]) == ("committed", 1)
    _, card = decode((fresh.home.site / "web" / "weights.js").read_bytes())
    assert set(card["audit"]) == {"answer", "values", "asked", "unseen", "sampled", "count"}
    assert (card["audit"]["answer"], card["audit"]["count"]) == ("remembered", 1)
    done = fresh.logling("audit")
    assert done.returncode == 1
    assert "REMEMBERED: 12 characters (identifier)" in done.stdout


def test_the_answer_is_in_the_output_of_a_run_and_in_the_history(fresh: Any) -> None:
    assert "audit      nothing could be asked" in fresh.logling("retrain").stdout
    assert ", audit: nothing could be asked" in fresh.logling("history").stdout

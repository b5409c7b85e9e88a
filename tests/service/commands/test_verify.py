"""Verify: a run's commit can be made again to the byte, and what a run did not make cannot pass for it."""

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from model import weights_file
from model.transformer import Model
from service.commands.rollback import roll_back
from service.commands.verify import Verification, verify_commit
from service.errors import LoglingError
from service.storage.ledger import Ledger
from service.training.card import GOLDEN_TEXT
from tests.support.runs import Document, documents
from tests.support.weights import Weights

LATER = datetime(2026, 3, 9, 12, tzinfo=UTC)


def verified(place: Any, commit: str = "HEAD") -> Verification:
    return verify_commit(place.home, place.home.settings(), commit, lambda *_: None)


def path_of(place: Any) -> Path:
    return Path(place.home.site / "web" / "weights.js")


def altered(file: bytes, **facts: Any) -> bytes:
    """A sound weights file with one weight, or facts of its card, changed by hand."""
    model, card = weights_file.decode(file)
    if not facts:
        name = next(iter(model.weights))
        model.weights[name].flat[0] += 0.5
    return weights_file.encode(Model(*model), {**card, **facts}, GOLDEN_TEXT, weights_file.profile_bytes(file) or b"")


def put(place: Any, file: bytes) -> None:
    """Commit a file with the message of the commit before, trailers and all."""
    path_of(place).write_bytes(file)
    place.git("commit", "--quiet", "--all", "--reuse-message", "HEAD")


def test_the_first_commit_can_be_made_again(committed: Any, first_record: Document) -> None:
    result = verified(committed)
    assert (result.commit, result.run) == (first_record["commit"], first_record["run"])
    assert (result.equal, result.reason) == (True, "the same bytes")


def test_nothing_is_changed_by_it(committed: Any) -> None:
    before = committed.git("rev-parse", "HEAD"), committed.git("status", "--porcelain")
    with Ledger(committed.home.ledger) as ledger:
        runs = documents(ledger)
    verified(committed)
    assert (committed.git("rev-parse", "HEAD"), committed.git("status", "--porcelain")) == before
    with Ledger(committed.home.ledger) as ledger:
        assert documents(ledger) == runs


def test_commits_that_went_on_from_a_champion_can_be_made_again_also_after_a_rollback(committed: Any) -> None:
    committed.append_usual(200)
    second = committed.retrain()
    roll_back(committed.home, committed.home.settings(), "", LATER)
    committed.logling("resume")
    committed.append_usual(200)
    third = committed.retrain()
    assert (second["outcome"], third["outcome"]) == ("committed", "committed")
    committed.append_usual(50)
    committed.retrain()
    assert [verified(committed, record["commit"]).equal for record in (second, third)] == [True, True]


def test_a_name_that_was_given_since_does_not_matter(committed: Any) -> None:
    committed.set('# name = ""  # at most', 'name = "doors"  # at most')
    assert committed.logling("verify", "HEAD").returncode == 0


def test_settings_that_changed_since_do_not_matter(committed: Any) -> None:
    committed.set("tokens = 40000", "tokens = 5000\nseed = 7")
    assert verified(committed).equal is True


def test_a_log_that_came_later_does_not_matter(committed: Any) -> None:
    committed.set(f'files = "{committed.log}"', f'files = "{committed.log.parent}/*.log"')
    (committed.log.parent / "other.log").write_text("".join(f"{n} other\n" for n in range(60)))
    assert committed.retrain()["lines"]["new"] == 60
    assert verified(committed).equal is True


def test_weights_that_were_altered_by_hand_are_not_equal(committed: Any) -> None:
    put(committed, altered(path_of(committed).read_bytes()))
    assert verified(committed).equal is False


def test_weights_of_another_run_under_its_trailers_are_not_equal(committed: Any) -> None:
    put(committed, altered(path_of(committed).read_bytes(), run="20260301T120000Z-000000"))
    result = verified(committed)
    assert (result.equal, "not those of run" in result.reason) == (False, True)


def test_a_file_that_is_damaged_is_not_equal(committed: Any) -> None:
    put(committed, b"nonsense")
    assert verified(committed).equal is False


def test_what_was_written_before_recall_is_not_said_to_be_altered(committed: Any) -> None:
    model, card = weights_file.decode(path_of(committed).read_bytes())
    facts = {name: fact for name, fact in card.items() if name != "profile"}
    tensors = {name: tensor for name, tensor in model.weights.items() if name != "recall"}
    older = Model(replace(model.config, recall=False), model.vocabulary, tensors)
    file = weights_file.encode(older, facts, GOLDEN_TEXT)
    put(committed, Weights(file, older).rewritten(to_format_before_recall))
    result = verified(committed)
    assert (result.equal, result.reason) == (None, "its file has format 1, and this version writes format 2")


def to_format_before_recall(_: object, card: dict[str, Any]) -> None:
    card["format"] = weights_file.BEFORE_RECALL
    del card["config"]["recall"]


@pytest.mark.parametrize("facts", [{"version": "9.9.9"}, {"corpus": "0" * 16}])
def test_what_another_version_or_other_lines_made_cannot_be_told(committed: Any, facts: dict[str, str]) -> None:
    put(committed, altered(path_of(committed).read_bytes(), **facts))
    assert verified(committed).equal is None


def test_without_the_lines_it_cannot_be_told(committed: Any) -> None:
    committed.home.corpus.unlink()
    result = verified(committed)
    assert (result.equal, result.reason) == (None, "the corpus no longer has the lines that it was trained on")


def test_without_the_record_it_cannot_be_told(committed: Any, first_record: Document) -> None:
    committed.home.ledger.unlink()
    assert verified(committed).reason == f"the ledger does not know run {first_record['run']}"


@pytest.mark.parametrize("commit", ["HEAD~1", "nonsense"])
def test_a_commit_that_no_run_made_is_refused(committed: Any, commit: str) -> None:
    with pytest.raises(LoglingError, match=r"not made by a run|no commit"):
        verified(committed, commit)


def test_the_command_says_it_by_word_and_by_status(committed: Any) -> None:
    equal: subprocess.CompletedProcess[str] = committed.logling("verify", "HEAD")
    assert (equal.returncode, "equal: the same bytes" in equal.stdout) == (0, True)
    put(committed, altered(path_of(committed).read_bytes()))
    other = committed.logling("verify", "HEAD")
    assert (other.returncode, "NOT equal" in other.stdout) == (1, True)


def test_a_commit_of_another_home_is_not_taken_for_ours(committed: Any) -> None:
    committed.set('# folder = ""', 'folder = "auth"')
    committed.append_usual(300)
    ours = committed.retrain()
    assert ours["outcome"] == "committed", ours["reason"]
    assert verified(committed, ours["commit"]).equal
    theirs = committed.home.site / "web" / "apache" / "weights.js"
    theirs.parent.mkdir()
    theirs.write_text("theirs\n")
    committed.git("add", ".")
    committed.git("commit", "--quiet", "--message", "theirs\n\nLogling-Run: another")
    with pytest.raises(LoglingError, match=rf"did not change web/auth/weights\.js: {ours['commit'][:9]} is the newest"):
        verified(committed)

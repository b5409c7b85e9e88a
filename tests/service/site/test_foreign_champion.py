"""The champion is used only if all of its file is as a run writes it; nothing of another goes into the next commit."""

from __future__ import annotations

from typing import Any

import pytest

from model import weights_file
from service.commands.rollback import roll_back
from service.errors import LoglingError
from service.training.card import GOLDEN_TEXT
from tests.support.homes import NOON

HOSTILE: dict[str, Any] = {
    "history": {"2026-01-01": 0.1},
    "created": "<img>",
    "reading": [{"continuation": "(a+)+$"}],
    "profile": {"windows": []},
    "version": "1\u202e0",
}


def commit_card(place: Any, **facts: Any) -> None:
    """Somebody commits the same weights with other facts."""
    path = place.home.site / "web" / "weights.js"
    model, card = weights_file.decode(path.read_bytes())
    profile = weights_file.profile_bytes(path.read_bytes()) or b""
    path.write_bytes(weights_file.encode(model, {**card, **facts}, GOLDEN_TEXT, profile))
    place.git("commit", "--quiet", "--all", "--message", "facts of others")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_run_goes_on_from_no_card_that_is_out_of_bounds(committed: Any, name: str) -> None:
    commit_card(committed, **{name: HOSTILE[name]})
    tip = committed.git("rev-parse", "HEAD")
    committed.append_usual(200)
    with pytest.raises(LoglingError, match=r"altered or damaged.*`logling rollback` brings earlier ones back"):
        committed.retrain()
    assert committed.git("rev-parse", "HEAD") == tip


def test_rollback_gets_out_of_it(committed: Any) -> None:
    commit_card(committed, history=[["soon", 1]])
    roll_back(committed.home, committed.home.settings(), "", NOON)
    committed.append_usual(200)
    assert committed.retrain()["reason"].startswith("publishing is held")


@pytest.mark.parametrize("command", ["doctor", "check", "score", "export", "verify"])
def test_a_command_says_what_is_wrong_with_it(committed: Any, command: str) -> None:
    commit_card(committed, history=[["soon", 1]])
    arguments = {"verify": ["HEAD"], "check": [committed.log], "score": [committed.log]}.get(command, [])
    done = committed.logling(command, *arguments)
    words = " ".join((done.stdout + done.stderr).split())
    assert (done.returncode, "Traceback" in words) == (1, False)
    assert "'history' is not a list" in words or "not made by a run" in words

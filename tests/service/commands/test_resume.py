"""Resume after somebody withdrew commits from the remote: held until then, told everywhere, never pushed again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.commands.resume import resume
from service.errors import LoglingError
from service.site.publish import push_again
from service.storage.hold import Hold

LATER = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.fixture
def withdrawn(committed: Any) -> Any:
    """A home whose only weights somebody has withdrawn from the remote."""
    remote = committed.add_remote()
    assert committed.retrain()["pushed"] is True
    committed.git("update-ref", "refs/heads/main", "main^", at=remote.name)
    return committed


def remote_tip(place: Any) -> str:
    return str(place.git("rev-parse", "main", at="remote.git"))


def test_a_skipped_run_holds_and_pushes_nothing(withdrawn: Any) -> None:
    tip = remote_tip(withdrawn)
    record = withdrawn.retrain()
    assert (record["outcome"], record["pushed"]) == ("skipped", False)
    assert any("somebody has withdrawn it" in problem for problem in record["problems"])
    assert (Hold(withdrawn.home).is_for_withdrawn(), remote_tip(withdrawn)) == (True, tip)


def test_a_run_with_enough_lines_commits_and_pushes_nothing(withdrawn: Any) -> None:
    tip, ours = remote_tip(withdrawn), withdrawn.git("rev-parse", "HEAD")
    withdrawn.append_usual(200)
    record = withdrawn.retrain()
    assert record["outcome"] == "rejected"
    assert (remote_tip(withdrawn), withdrawn.git("rev-parse", "HEAD")) == (tip, ours)


def test_a_push_between_runs_holds_too(withdrawn: Any) -> None:
    with pytest.raises(LoglingError, match="the remote no longer has commit"):
        push_again(withdrawn.home, withdrawn.home.settings(), LATER)
    assert Hold(withdrawn.home).is_for_withdrawn()


def test_the_hold_keeps_its_first_moment(withdrawn: Any) -> None:
    withdrawn.retrain()
    since = Hold(withdrawn.home).read()
    withdrawn.retrain(now=LATER + timedelta(days=9))
    assert Hold(withdrawn.home).read() == since


def test_history_and_doctor_tell_it(withdrawn: Any) -> None:
    withdrawn.retrain()
    told = withdrawn.logling("history").stdout, withdrawn.logling("doctor").stdout
    assert ["the remote no longer has commit" in text for text in told] == [True, True]
    assert json.loads(withdrawn.logling("history", "--json").stdout)["hold"]["why"] == "withdrawn"


def test_doctor_tells_it_before_any_run(withdrawn: Any) -> None:
    assert "BAD  remote: the remote no longer has commit" in withdrawn.logling("doctor").stdout


@pytest.mark.parametrize("command", ["rollback", "upgrade"])
def test_other_commands_commit_nothing_meanwhile(withdrawn: Any, command: str) -> None:
    tip = withdrawn.git("rev-parse", "HEAD")
    done = withdrawn.logling(command)
    assert (done.returncode, "`logling resume` first" in " ".join(done.stderr.split())) == (1, True)
    assert withdrawn.git("rev-parse", "HEAD") == tip


def test_resume_takes_the_remotes_history_over(withdrawn: Any) -> None:
    withdrawn.retrain()
    done = resume(withdrawn.home)
    assert (done.was_held, done.left, done.to_push) == (True, 1, 0)
    assert (done.tip, withdrawn.git("rev-parse", "HEAD")) == (remote_tip(withdrawn), remote_tip(withdrawn))
    assert (Hold(withdrawn.home).read(), withdrawn.home.unpushed.exists()) == (None, False)


def test_the_run_after_resume_begins_from_nothing(withdrawn: Any) -> None:
    withdrawn.retrain()
    resume(withdrawn.home)
    withdrawn.append_usual(200)
    record = withdrawn.retrain()
    assert (record["outcome"], record["pushed"], record["bits_per_char"]["champion"]) == ("committed", True, None)
    assert withdrawn.git("rev-list", "--count", "main", at="remote.git") == "2"


def test_resume_says_what_it_did(withdrawn: Any) -> None:
    withdrawn.retrain()
    told = withdrawn.logling("resume").stdout
    assert "1 commit is no longer on it. To be pushed: 0." in " ".join(told.split())


def test_resume_after_the_branch_was_deleted_pushes_the_page_alone(withdrawn: Any) -> None:
    withdrawn.git("update-ref", "-d", "refs/heads/main", at="remote.git")
    withdrawn.retrain()
    assert resume(withdrawn.home).to_push == 1
    withdrawn.retrain()
    assert "web/weights.js" not in withdrawn.git("ls-tree", "-r", "--name-only", "main", at="remote.git")


def test_resume_without_the_remote_holds_on(withdrawn: Any) -> None:
    withdrawn.retrain()
    (withdrawn.folder / "remote.git").rename(withdrawn.folder / "away.git")
    with pytest.raises(LoglingError):
        resume(withdrawn.home)
    assert Hold(withdrawn.home).is_for_withdrawn()


def test_resume_after_a_person_pushed_it_again_changes_nothing(withdrawn: Any) -> None:
    tip = withdrawn.git("rev-parse", "HEAD")
    withdrawn.retrain()
    withdrawn.git("push", "--quiet", "origin", "main")
    assert resume(withdrawn.home).left == 0
    assert withdrawn.git("rev-parse", "HEAD") == tip

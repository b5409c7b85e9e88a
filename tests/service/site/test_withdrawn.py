"""A remote that no longer has what it had: nothing is pushed there again until a person says so."""

from __future__ import annotations

import pytest

from service.site.git import SiteError
from service.site.remote import Withdrawn
from tests.support.repositories import Pair, git, write_hook


def rewind(pair: Pair) -> str:
    """Somebody takes the newest commit of the remote back. -> where it was"""
    git(pair.remote, "update-ref", "refs/heads/main", "main^")
    return git(pair.site, "rev-parse", "HEAD")


def test_a_remote_that_was_rewound_is_noticed(pair: Pair) -> None:
    withdrawn = rewind(pair)
    with pytest.raises(Withdrawn, match=f"no longer has commit {withdrawn[:9]}.*`logling resume`"):
        pair.open().remote.synchronise()


def test_a_remote_that_was_rewritten_is_not_merged(pair: Pair) -> None:
    before = git(pair.site, "rev-parse", "HEAD")
    tree = git(pair.remote, "rev-parse", "main^^{tree}")
    git(pair.remote, "update-ref", "refs/heads/main", git(pair.remote, "commit-tree", tree, "-m", "anew"))
    with pytest.raises(Withdrawn):
        pair.open().remote.synchronise()
    assert git(pair.site, "rev-parse", "HEAD") == before


def test_a_branch_that_was_deleted_is_noticed(pair: Pair) -> None:
    git(pair.remote, "update-ref", "-d", "refs/heads/main")
    with pytest.raises(Withdrawn, match="its branch is gone"):
        pair.open().remote.synchronise()


def test_a_remote_that_was_made_again_is_noticed(pair: Pair) -> None:
    pair.remote.rename(pair.remote.with_name("old.git"))
    git(pair.site.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(pair.remote))
    with pytest.raises(Withdrawn, match="its branch is gone"):
        pair.open().remote.synchronise()


def test_it_is_noticed_again_and_again(pair: Pair) -> None:
    rewind(pair)
    for _ in range(3):
        with pytest.raises(Withdrawn):
            pair.open().remote.synchronise()


def test_what_a_person_fetched_meanwhile_does_not_hide_it(pair: Pair) -> None:
    rewind(pair)
    git(pair.site, "fetch", "--quiet", "--prune", "origin")
    with pytest.raises(Withdrawn):
        pair.open().remote.synchronise()


def test_what_is_withdrawn_between_fetch_and_push_is_not_pushed_again(pair: Pair) -> None:
    made = pair.commit(b"second\n")
    site = pair.open()
    site.remote.synchronise()
    rewind(pair)
    with pytest.raises(SiteError, match=r"stale info.*next run looks"):
        site.remote.push()
    assert made not in pair.tips()[1]


def test_another_remote_in_the_settings_was_not_rewound(pair: Pair) -> None:
    git(pair.site.parent, "init", "--quiet", "--bare", "--initial-branch=main", "other.git")
    other = Pair(pair.site, pair.site.with_name("other.git"))
    other.publish()
    assert len(set(other.tips())) == 1


def test_a_remote_that_moved_on_was_not_rewound(pair: Pair) -> None:
    theirs = pair.others_commit(note=b"hello")
    pair.publish()
    assert pair.open().remote.describe_withdrawn() == ""
    assert pair.open().remote.last_tip() == theirs


def test_doctor_can_tell_without_a_fetch(pair: Pair) -> None:
    rewind(pair)
    assert "somebody has withdrawn it" in pair.open().remote.describe_withdrawn()


def test_a_branch_that_is_gone_is_told_without_a_fetch(pair: Pair) -> None:
    git(pair.remote, "update-ref", "-d", "refs/heads/main")
    assert "its branch is gone" in pair.open().remote.describe_withdrawn()


def test_accepting_takes_the_rewound_history_over(pair: Pair) -> None:
    pair.commit(b"second\n")
    rewind(pair)
    left, tip = pair.open().remote.accept()
    assert (left, pair.tips()) == (2, (tip, tip))
    assert not (pair.site / "web" / "weights.js").exists()


def test_after_accepting_nothing_is_withdrawn(pair: Pair) -> None:
    rewind(pair)
    pair.open().remote.accept()
    assert pair.publish() == []


def test_accepting_a_branch_that_is_gone_begins_with_the_page_alone(pair: Pair) -> None:
    git(pair.remote, "update-ref", "-d", "refs/heads/main")
    pair.open().remote.accept()
    assert git(pair.site, "ls-tree", "-r", "--name-only", "HEAD").splitlines() == ["web/page.js"]
    assert git(pair.site, "rev-list", "--count", "HEAD") == "1"
    pair.publish()
    assert len(set(pair.tips())) == 1


def test_accepting_leaves_a_persons_changed_file(pair: Pair) -> None:
    rewind(pair)
    (pair.site / "web" / "weights.js").write_text("mine")
    with pytest.raises(SiteError, match="left as it is"):
        pair.open().remote.accept()
    assert (pair.site / "web" / "weights.js").read_text() == "mine"


def test_a_push_that_a_hook_refuses_is_not_taken_for_pushed(pair: Pair) -> None:
    before = pair.open().remote.last_tip()
    write_hook(pair.remote, "pre-receive", "exit 1")
    pair.commit(b"second\n")
    with pytest.raises(SiteError):
        pair.open().remote.push()
    assert pair.open().remote.last_tip() == before

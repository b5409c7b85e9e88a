"""Links out of the site are neither taken over, nor written through, nor read as weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import GitSettings
from service.site.git import SiteError
from service.site.site import create
from service.site.tree_links import leads_out
from tests.support.repositories import Pair, git


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that is no site's, with a file named as the weights."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "weights.js").write_text("not ours")
    return tmp_path / "outside"


def push_entry(pair: Pair, mode: str, name: str, text: str) -> None:
    """Somebody pushes a commit with one more entry of any kind; `web` goes where it is in the way."""
    others = pair.site.with_name("others")
    git(pair.site.parent, "clone", "--quiet", str(pair.remote), str(others))
    (others / "text").write_text(text)
    blob = git(others, "hash-object", "-w", "text") if mode != "160000" else git(others, "rev-parse", "HEAD")
    git(others, "rm", "--quiet", "--cached", "-r", "--ignore-unmatch", name)
    git(others, "update-index", "--add", "--cacheinfo", f"{mode},{blob},{name}")
    git(others, "commit", "--quiet", "--message", "an entry")
    git(others, "push", "--quiet")


TAKEN = [
    ("120000", "web", "/etc"),
    ("120000", "web", "../outside"),
    ("120000", "web/weights.js", "../../outside/weights.js"),
    ("120000", "web/other.js", "page.js"),
    ("120000", "docs/latest", "../../outside"),
    ("120000", "latest", "docs/../../outside"),
    ("160000", "web/module", ""),
    ("160000", "web", ""),
    ("100644", "web", "a file"),
]


@pytest.mark.parametrize(("mode", "name", "target"), TAKEN)
def test_what_leads_out_is_not_taken_over(pair: Pair, outside: Path, mode: str, name: str, target: str) -> None:
    push_entry(pair, mode, name, target)
    before = git(pair.site, "rev-parse", "HEAD")
    with pytest.raises(SiteError, match=f"the remote has .* at {name}, which is not taken over"):
        pair.open().remote.synchronise()
    assert (git(pair.site, "rev-parse", "HEAD"), git(pair.site, "status", "--porcelain")) == (before, "")


@pytest.mark.parametrize(("mode", "name", "target"), TAKEN)
def test_a_new_site_does_not_take_it_over(
    pair: Pair, outside: Path, tmp_path: Path, mode: str, name: str, target: str
) -> None:
    push_entry(pair, mode, name, target)
    with pytest.raises(SiteError, match="not taken over"):
        create(tmp_path / "new", tmp_path / "page", GitSettings(remote=str(pair.remote)))
    assert sorted(path.name for path in outside.iterdir()) == ["weights.js"]


@pytest.mark.parametrize(("mode", "name"), [("120000", "latest"), ("160000", "module"), ("100755", "hooks/pre-commit")])
def test_what_stays_inside_is_taken_over(pair: Pair, mode: str, name: str) -> None:
    push_entry(pair, mode, name, "web")
    pair.publish()
    assert len(set(pair.tips())) == 1


def test_links_that_a_rewritten_history_has_are_not_accepted(pair: Pair, outside: Path) -> None:
    push_entry(pair, "120000", "web", "../outside")
    git(pair.remote, "update-ref", "refs/heads/main", git(pair.remote, "commit-tree", "main^{tree}", "-m", "anew"))
    with pytest.raises(SiteError, match="not taken over"):
        pair.open().remote.accept()
    assert (pair.site / "web").is_dir()


@pytest.mark.parametrize("name", ["web", "web/weights.js", ".git"])
def test_a_site_with_a_link_in_its_place_is_refused(pair: Pair, outside: Path, name: str) -> None:
    place = pair.site / name
    place.rename(outside / "moved")
    place.symlink_to(outside / "moved")
    with pytest.raises(SiteError, match="is a link, by which files outside of the site are changed"):
        pair.open().check_ready()


def test_nothing_is_written_through_a_link(pair: Pair, outside: Path) -> None:
    (pair.site / "web" / "weights.js").unlink()
    (pair.site / "web" / "weights.js").symlink_to(outside / "weights.js")
    with pytest.raises(SiteError, match="is a link"):
        pair.commit(b"second\n")
    assert (outside / "weights.js").read_text() == "not ours"


def test_a_link_in_a_commit_is_not_read_as_weights(pair: Pair) -> None:
    (pair.site / "web" / "weights.js").unlink()
    (pair.site / "web" / "weights.js").symlink_to("page.js")
    git(pair.site, "commit", "--quiet", "--all", "--message", "a link")
    with pytest.raises(SiteError, match="is a link, not a file of weights"):
        pair.open().weights()


@pytest.mark.parametrize(
    ("target", "out"), [("web", False), ("./web//page.js", False), ("/web", True), ("..", True), ("a/../../b", True)]
)
def test_a_link_at_the_top_leads_out(target: str, out: bool) -> None:
    assert leads_out("link", target) is out

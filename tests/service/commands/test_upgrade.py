"""Upgrade: the page of this version goes into the site whole, and nobody's work is lost."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from model import weights_file
from service.commands.doctor import examine
from service.commands.rollback import roll_back
from service.commands.upgrade import Upgrade, upgrade_page
from service.errors import LoglingError
from service.home import locked
from service.installation import is_newer, page_folder, program_version
from service.site.page_files import page_files
from service.site.site import Site, create
from service.site.work_tree import WorkTree
from service.storage.hold import Hold
from service.training.card import GOLDEN_TEXT
from tests.support.homes import Place

NOW = datetime(2026, 3, 8, 9, tzinfo=UTC)
OLD = {"index.html": "old index", "style.css": "old style", "gone.js": "old script"}
NEW = {"index.html": "new index", "style.css": "old style", "page.js": "new script"}


def page(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in {**files, "weights.js": "never shipped"}.items():
        (folder / name).write_text(text)
    return folder


@dataclass
class Old:
    """A home whose site has an old page, and the folder with the new one."""

    place: Place
    new: Path

    def upgrade(self, overwrite: bool = False) -> Upgrade:
        return upgrade_page(self.place.home, self.place.home.settings(), self.new, NOW, overwrite)

    def shown(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in (self.place.home.site / "web").iterdir()}

    def committed(self) -> dict[str, str]:
        names = self.place.git("ls-tree", "--name-only", "HEAD:web").splitlines()
        return {name: self.place.git("show", f"HEAD:web/{name}") for name in names}

    def change(self, name: str, text: str) -> None:
        (self.place.home.site / "web" / name).write_text(text)

    def commit(self, words: str = "my own") -> str:
        self.place.git("add", "--all")
        self.place.git("commit", "--quiet", "--message", words)
        return self.place.git("rev-parse", "HEAD")


@pytest.fixture
def old(fresh: Place, tmp_path: Path) -> Old:
    shutil.rmtree(fresh.home.site)
    create(fresh.home.site, page(tmp_path / "old", OLD), fresh.home.settings().git)
    return Old(fresh, page(tmp_path / "new", NEW))


def test_the_page_becomes_the_new_one_in_one_commit(old: Old) -> None:
    done = old.upgrade()
    assert (done.changed, done.added, done.removed) == (["web/index.html"], ["web/page.js"], ["web/gone.js"])
    assert old.committed() == old.shown() == NEW
    assert old.place.git("rev-list", "--count", "HEAD") == "2"
    assert done.commit == old.place.git("rev-parse", "HEAD")
    assert old.place.git("status", "--porcelain") == ""


def test_the_commit_says_which_version_it_is(old: Old) -> None:
    old.upgrade()
    assert old.place.git("log", "-1", "--format=%s|%an|%cI|%(trailers:only,unfold)") == (
        f"Upgrade the page to Logling {program_version()}|Logling|2026-03-08T09:00:00+00:00|"
        f"Logling-Version: {program_version()}"
    )


def test_a_second_upgrade_has_nothing_to_do(old: Old) -> None:
    first = old.upgrade()
    done = old.upgrade()
    assert (done.commit, done.changed, done.added, done.removed, done.problems) == (None, [], [], [], [])
    assert old.place.git("rev-parse", "HEAD") == first.commit


def test_an_upgrade_over_an_upgrade_knows_the_files_of_the_one_before(old: Old, tmp_path: Path) -> None:
    old.upgrade()
    old.new = page(tmp_path / "newest", {"index.html": "newest index"})
    assert old.upgrade().removed == ["web/page.js", "web/style.css"]
    assert old.committed() == {"index.html": "newest index"}


def test_weights_stay_as_they_are(committed: Place, tmp_path: Path) -> None:
    before = (committed.home.site / "web" / "weights.js").read_bytes()
    Old(committed, page(tmp_path / "new", NEW)).upgrade()
    assert (committed.home.site / "web" / "weights.js").read_bytes() == before
    assert committed.git("show", "--format=", "--name-only", "HEAD", "--", "web/weights.js") == ""


def test_a_run_after_an_upgrade_goes_on_from_the_weights(committed: Place, tmp_path: Path) -> None:
    Old(committed, page(tmp_path / "new", NEW)).upgrade()
    committed.append_usual(300)
    assert committed.retrain()["bits_per_char"]["champion"] is not None


@pytest.mark.parametrize("change", ["altered", "removed"])
def test_what_a_person_has_committed_is_refused_by_name(old: Old, change: str) -> None:
    if change == "altered":
        old.change("index.html", "my index")
    else:
        old.place.git("rm", "--quiet", "web/index.html")
    mine = old.commit()
    with pytest.raises(LoglingError, match=r"a person has changed web/index\.html in .*--overwrite"):
        old.upgrade()
    assert old.place.git("rev-parse", "HEAD") == mine


def test_a_file_of_a_persons_own_under_a_new_name_is_refused_by_name(old: Old) -> None:
    old.change("page.js", "my script")
    old.commit()
    with pytest.raises(LoglingError, match=r"web/page\.js"):
        old.upgrade()


def test_a_persons_commit_is_overwritten_when_asked_for_and_stays_in_the_history(old: Old) -> None:
    old.change("index.html", "my index")
    mine = old.commit()
    old.upgrade(overwrite=True)
    assert old.committed() == old.shown() == NEW
    assert old.place.git("show", f"{mine}:web/index.html") == "my index"


def test_a_persons_return_to_what_was_shipped_is_no_change(old: Old) -> None:
    old.change("index.html", "my index")
    old.commit()
    old.change("index.html", OLD["index.html"])
    old.commit()
    assert old.upgrade().changed == ["web/index.html"]


def test_what_a_person_has_not_committed_is_refused_by_name(old: Old) -> None:
    old.change("index.html", "my index")
    old.change("page.js", "my script")
    with pytest.raises(LoglingError, match=r"web/index\.html, web/page\.js in .* has changes that are not committed"):
        old.upgrade()
    assert old.place.git("rev-list", "--count", "HEAD") == "1"


def test_what_a_person_has_not_committed_stays_also_when_asked_to_overwrite(old: Old) -> None:
    old.change("index.html", "my index")
    done = old.upgrade(overwrite=True)
    assert old.committed() == NEW
    assert old.shown() == {**NEW, "index.html": "my index"}
    assert any("web/index.html" in problem and "left as it is" in problem for problem in done.problems)


def test_files_beside_the_page_are_left_alone(old: Old) -> None:
    old.change("CNAME", "logs.example.org")
    (old.place.home.site / "README.md").write_text("mine")
    old.commit()
    old.change("draft.txt", "not committed")
    old.upgrade()
    assert old.shown() == {**NEW, "CNAME": "logs.example.org", "draft.txt": "not committed"}
    assert old.place.git("show", "HEAD:README.md") == "mine"


def test_what_a_person_has_staged_elsewhere_stays_staged(old: Old) -> None:
    (old.place.home.site / "README.md").write_text("mine")
    old.place.git("add", "README.md")
    old.upgrade()
    assert old.place.git("status", "--porcelain") == "A  README.md"


def test_a_file_that_the_page_no_longer_has_is_kept_when_a_person_changed_it(old: Old) -> None:
    old.change("gone.js", "my script")
    old.commit()
    done = old.upgrade()
    assert (done.removed, done.kept) == ([], ["web/gone.js"])
    assert old.committed() == {**NEW, "gone.js": "my script"}


def test_a_page_of_a_newer_version_is_refused_by_its_version(old: Old) -> None:
    old.change("index.html", "newest index")
    old.commit("Upgrade the page to Logling 99.1.0\n\nLogling-Version: 99.1.0")
    with pytest.raises(LoglingError, match=r"is of version 99\.1\.0, newer than this .*: update Logling"):
        old.upgrade(overwrite=True)


def with_format(place: Place, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commit the weights as a version of another format would have written them."""
    site = Site(place.home.site, place.home.settings().git)
    model, card = weights_file.decode(site.weights() or b"")
    with monkeypatch.context() as other:
        other.setattr(weights_file, "FORMAT", number)
        file = weights_file.encode(model, {**card, "format": number}, GOLDEN_TEXT)
    site.commit_weights(file, "Weights of another version", NOW)


def test_weights_of_a_newer_format_are_refused_by_number(
    committed: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_format(committed, 3, monkeypatch)
    with pytest.raises(LoglingError, match="the weights file has format 3, this version reads format 2: update"):
        Old(committed, page(tmp_path / "new", NEW)).upgrade()


def test_weights_of_an_older_format_are_told(committed: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_format(committed, 0, monkeypatch)
    done = Old(committed, page(tmp_path / "new", NEW)).upgrade()
    assert done.commit
    assert done.problems == ["the weights file has format 0, this version reads format 2: retrain to write a new file"]


def test_it_is_pushed(old: Old) -> None:
    remote = old.place.add_remote()
    done = old.upgrade()
    assert done.pushed is True
    assert old.place.git("rev-parse", "main", at=str(remote)) == done.commit


def test_what_could_not_be_pushed_is_told_and_pushed_by_the_next(old: Old) -> None:
    remote = old.place.add_remote()
    away = remote.rename(remote.with_name("away.git"))
    done = old.upgrade()
    assert done.pushed is False
    assert any("remote.git" in problem for problem in done.problems)
    away.rename(remote)
    again = old.upgrade()
    assert (again.commit, again.pushed) == (None, True)
    assert old.place.git("rev-parse", "main", at=str(remote)) == done.commit


def test_what_others_pushed_is_taken_over_first(old: Old, tmp_path: Path) -> None:
    remote = old.place.add_remote()
    old.place.git("push", "--quiet", "origin", "main")
    old.place.git("clone", "--quiet", str(remote), str(tmp_path / "theirs"), at=".")
    (tmp_path / "theirs" / "README.md").write_text("theirs")
    for words in (["add", "--all"], ["commit", "-qm", "theirs"], ["push", "-q"]):
        old.place.git(*words, at="theirs")
    done = old.upgrade()
    assert done.pushed is True
    assert old.place.git("show", "main:README.md", at=str(remote)) == "theirs"


def test_a_hold_does_not_hold_it(committed: Place, tmp_path: Path) -> None:
    committed.append_usual(400)
    committed.set("[gate]\n", "[gate]\nforgetting = 100.0\n")
    committed.retrain()
    site = Site(committed.home.site, committed.home.settings().git)
    site.commit_weights(b"other weights\n", "Other weights", NOW)
    roll_back(committed.home, committed.home.settings(), "", NOW)
    assert Hold(committed.home).read()
    assert Old(committed, page(tmp_path / "new", NEW)).upgrade().commit


def test_it_waits_for_nobody_who_holds_the_home(old: Old) -> None:
    with locked(old.place.home), pytest.raises(LoglingError, match="in use by"):
        old.upgrade()


def test_a_hook_that_refuses_leaves_everything_as_it_was(old: Old) -> None:
    hook = old.place.home.site / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today; exit 1\n")
    hook.chmod(0o755)
    with pytest.raises(LoglingError, match="not today"):
        old.upgrade()
    assert old.committed() == old.shown() == OLD
    assert old.place.git("status", "--porcelain") == ""


def test_a_crash_before_the_work_tree_followed_is_mended_by_the_next(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(WorkTree, "catch_up", lambda *_: "")
        old.upgrade()
    assert (old.committed(), old.shown()) == (NEW, OLD)
    assert old.upgrade().commit is None
    assert old.shown() == NEW
    assert old.place.git("status", "--porcelain") == ""


def test_a_site_from_before_versions_were_named_is_known_as_ours(old: Old) -> None:
    old.place.git("commit", "--quiet", "--amend", "--message", "Add the page that runs the model")
    assert old.upgrade().changed == ["web/index.html"]


def test_an_empty_site_gets_the_page(fresh: Place, tmp_path: Path) -> None:
    shutil.rmtree(fresh.home.site)
    fresh.git("init", "--quiet", "--initial-branch=main", "site", at="home")
    site = Old(fresh, page(tmp_path / "new", NEW))
    assert sorted(site.upgrade().added) == ["web/index.html", "web/page.js", "web/style.css"]
    assert site.committed() == site.shown() == NEW


SCRIPTS_OF_BEFORE = [
    "about",
    "adaptive",
    "charts",
    "check",
    "complete",
    "completion",
    "elements",
    "fields",
    "findings",
    "findings_export",
    "findings_list",
    "jobs",
    "lines",
    "loading",
    "log",
    "log_check",
    "log_reader",
    "memory",
    "mixing",
    "page",
    "predict",
    "slices",
    "surprise",
    "transformer",
    "views",
    "vocabulary",
    "workers",
]


def test_a_site_with_a_script_for_each_idea_gets_two_scripts(fresh: Place, tmp_path: Path) -> None:
    shutil.rmtree(fresh.home.site)
    files = {"index.html": "old index", **{f"{name}.js": name for name in SCRIPTS_OF_BEFORE}}
    create(fresh.home.site, page(tmp_path / "old", files), fresh.home.settings().git)
    site = Old(fresh, page_folder())
    site.change("charts.js", "my charts")
    site.commit()
    done = site.upgrade()
    gone = sorted(f"web/{name}.js" for name in SCRIPTS_OF_BEFORE if name not in ("charts", "page"))
    assert (done.removed, done.kept) == (gone, ["web/charts.js"])
    shipped = {name: file.decode() for name, file in page_files(page_folder()).items()}
    assert site.shown() == {**shipped, "charts.js": "my charts"}


Check = Callable[[Place], str]


@pytest.fixture
def page_check() -> Check:
    def check(place: Place) -> str:
        (found,) = [check for check in examine(place.home) if check.name == "page"]
        return f"{'ok' if found.ok else 'BAD'} {found.detail}"

    return check


def test_doctor_finds_a_new_homes_page_well(fresh: Place, page_check: Check) -> None:
    assert page_check(fresh) == f"ok as in {program_version()}"


def test_doctor_tells_of_an_older_page(old: Old, page_check: Check) -> None:
    old.place.git("commit", "--quiet", "--amend", "--message", "Add the page\n\nLogling-Version: 0.0.1")
    assert page_check(old.place) == (
        f"BAD of version 0.0.1, not as this Logling {program_version()} has it: `logling upgrade` refreshes it"
    )


def test_doctor_names_what_a_person_has_changed(fresh: Place, page_check: Check) -> None:
    (fresh.home.site / "web" / "style.css").write_text("mine")
    fresh.git("commit", "-aqm", "mine")
    assert page_check(fresh) == f"ok as in {program_version()}, but for what a person has changed: web/style.css"


def test_the_command_brings_the_page_of_the_installed_version(old: Old) -> None:
    done = json.loads(old.place.logling("upgrade", "--json").stdout)
    assert done["removed"] == ["web/gone.js"]
    assert old.shown() == {name: file.decode() for name, file in page_files(page_folder()).items()}
    assert old.place.logling("upgrade").stdout == f"The page is of Logling {program_version()}: nothing to do.\n"


def test_the_command_says_in_a_sentence_why_not(old: Old) -> None:
    old.change("style.css", "mine")
    old.commit()
    refused = old.place.logling("upgrade")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("logling: a person has changed web/style.css")
    assert old.place.logling("upgrade", "--overwrite").returncode == 0


@pytest.mark.parametrize(
    ("one", "other", "newer"),
    [("0.10.0", "0.9.1", True), ("0.1.0", "0.1.0", False), ("0.1.0", "0.2.0", False), ("", "0.1.0", False)],
)
def test_versions_are_compared_as_numbers(one: str, other: str, newer: Any) -> None:
    assert is_newer(one, other) is newer

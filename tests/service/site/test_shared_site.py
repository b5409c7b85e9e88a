"""Several homes that publish into one repository, each into a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from service.commands.init import make_home
from service.commands.upgrade import upgrade_page
from service.errors import LoglingError
from service.home import Home
from service.installation import page_folder
from service.site import page_difference
from service.site.commit_message import FIRST_SUBJECT, ROLLBACK_TRAILER, VERSION_TRAILER, format_message
from service.site.git import SiteError
from service.site.publish import hash_of_weights
from service.site.remote import Withdrawn
from service.site.site import Site
from service.storage.hold import Hold
from tests.support.publisher import NOON, publish_round, run_id
from tests.support.repositories import git
from tests.support.waiting import PATIENCE, wait_until

Make = Callable[[str], Home]


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    return remote


@pytest.fixture
def make(tmp_path: Path, remote: Path) -> Make:
    """Make a home that publishes into a folder of the remote; "" is none."""

    def make(folder: str) -> Home:
        path = tmp_path / (folder or "alone")
        return make_home(path, sources=["/made/up.log"], preset="seed", remote=str(remote), folder=folder)

    return make


def open_site(home: Home) -> Site:
    return Site(home.site, home.settings().git)


def files_of(remote: Path) -> list[str]:
    names = git(remote, "ls-tree", "-r", "--name-only", "main").splitlines()
    return [name for name in names if name.endswith(("weights.js", "models.js"))]


def listed(remote: Path) -> str:
    comment, list_ = git(remote, "show", "main:web/models.js").splitlines()
    assert comment.startswith("// ")
    return list_


def runs_of(remote: Path, folder: str) -> list[str]:
    """The runs that changed a home's file, oldest first, with no history simplified away."""
    trailer = "--format=%(trailers:key=Logling-Run,valueonly,separator=)"
    name = f"web/{folder}/weights.js" if folder else "web/weights.js"
    return git(remote, "log", "--reverse", "--no-merges", "--full-history", trailer, "main", "--", name).splitlines()


# ---- two homes


def test_homes_publish_into_folders_of_their_own(make: Make, remote: Path) -> None:
    for home in (make("apache"), make("auth")):
        assert publish_round(home, 0) == []
    assert files_of(remote) == ["web/apache/weights.js", "web/auth/weights.js", "web/models.js"]
    assert listed(remote) == 'globalThis.LOGLING_MODELS = ["apache", "auth"];'


def test_homes_that_were_made_at_the_same_time_begin_one_history(make: Make, remote: Path) -> None:
    homes = [make("apache"), make("auth"), make("dpkg")]
    assert [publish_round(home, 0) for home in homes] == [[], [], []]
    assert listed(remote) == 'globalThis.LOGLING_MODELS = ["apache", "auth", "dpkg"];'


def test_a_commit_of_another_home_is_taken_over_in_the_run_that_pushes(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    for home in (apache, auth):
        publish_round(home, 0)
    site = open_site(apache)  # as a run that trained while another home pushed: it has not asked the remote since
    made = site.commit_weights(b"more\n", "more\n", NOON).commit
    site.remote.push_over()
    assert git(remote, "merge-base", "--is-ancestor", made, "main") == ""
    assert git(remote, "show", "main:web/auth/weights.js") == run_id(auth, 0)
    assert git(apache.site, "status", "--porcelain") == ""


def test_the_champion_of_a_home_stays_when_another_home_commits(make: Make) -> None:
    apache, auth = make("apache"), make("auth")
    publish_round(apache, 0)
    publish_round(auth, 0)
    site = open_site(apache)
    site.remote.synchronise()
    assert site.weights() == f"{run_id(apache, 0)}\n".encode()
    assert [version.run for version in site.versions()] == [run_id(apache, 0)]


def test_a_commit_changes_the_list_only_when_a_model_comes(make: Make, remote: Path) -> None:
    home = make("apache")
    for number in range(2):
        publish_round(home, number)
    changed = git(remote, "log", "-2", "--format=", "--name-only", "main").splitlines()
    assert changed == ["web/apache/weights.js", "web/apache/weights.js", "web/models.js"]


def test_weights_of_its_own_that_changed_on_the_remote_are_not_pushed_over(make: Make, remote: Path) -> None:
    home = make("auth")
    publish_round(home, 0)
    git(remote.parent, "clone", "--quiet", str(remote), "twin")
    (remote.parent / "twin/web/auth/weights.js").write_text("twin\n")
    git(remote.parent / "twin", "commit", "--quiet", "--all", "--message", "twin")
    site = open_site(home)
    site.commit_weights(b"ours\n", "ours\n", NOON)
    git(remote.parent / "twin", "push", "--quiet")
    with pytest.raises(SiteError, match=r"stale info|fetch first|non-fast-forward"):
        site.remote.push_over()
    site.remote.synchronise()
    assert site.weights() == b"twin\n"


def test_a_list_that_two_homes_changed_is_made_again(make: Make, remote: Path) -> None:
    apache, auth, dpkg = make("apache"), make("auth"), make("dpkg")
    publish_round(apache, 0)
    for home in (auth, dpkg):
        open_site(home).remote.synchronise()
    for home in (auth, dpkg):  # neither has seen the other
        open_site(home).commit_weights(b"x\n", "x\n", NOON)
        open_site(home).remote.push_over()
    assert listed(remote) == 'globalThis.LOGLING_MODELS = ["apache", "auth", "dpkg"];'


def test_a_model_that_a_person_took_away_leaves_the_list(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    for home in (apache, auth):
        publish_round(home, 0)
    git(remote.parent, "clone", "--quiet", str(remote), "person")
    git(remote.parent / "person", "rm", "-r", "--quiet", "web/auth")
    git(remote.parent / "person", "commit", "--quiet", "--message", "away")
    git(remote.parent / "person", "push", "--quiet")
    publish_round(apache, 1)
    assert listed(remote) == 'globalThis.LOGLING_MODELS = ["apache"];'


def test_a_rollback_of_one_home_leaves_the_weights_of_others(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    publish_round(apache, 0)
    publish_round(auth, 0)
    publish_round(apache, 1)
    site = open_site(auth)
    site.remote.synchronise()
    first = site.versions()[0].commit
    made = site.commit_weights(b"old\n", format_message("Roll back", {ROLLBACK_TRAILER: first}), NOON).commit
    assert git(auth.site, "show", "--format=", "--name-only", made) == "web/auth/weights.js"
    assert hash_of_weights(open_site(apache), "HEAD") != ""


# ---- one model, and then several


def test_a_site_of_one_home_has_no_list(make: Make, remote: Path) -> None:
    publish_round(make(""), 0)
    assert files_of(remote) == ["web/weights.js"]
    assert "models.js" not in git(remote, "show", "main:web/index.html")


def test_a_model_without_a_folder_is_listed_beside_those_with_one(make: Make, remote: Path) -> None:
    alone = make("")
    publish_round(alone, 0)
    auth = make("auth")
    publish_round(auth, 0)
    assert listed(remote) == 'globalThis.LOGLING_MODELS = [".", "auth"];'
    publish_round(alone, 1)
    assert files_of(remote) == ["web/auth/weights.js", "web/models.js", "web/weights.js"]


def test_an_upgrade_makes_the_page_of_one_model_that_of_several(make: Make, remote: Path) -> None:
    publish_round(make(""), 0)
    auth = make("auth")
    assert 'src="weights.js"' in (auth.page).read_text()
    done = upgrade_page(auth, auth.settings(), page_folder(), NOON)
    assert (done.changed, done.pushed) == (["web/index.html"], True)
    assert 'src="models.js"' in git(remote, "show", "main:web/index.html")


# ---- the page's files, which homes share


def test_an_upgrade_leaves_the_weights_of_other_homes(make: Make, remote: Path, tmp_path: Path) -> None:
    homes = [make("apache"), make("auth")]
    for home in homes:
        publish_round(home, 0)
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text('<script src="weights.js"></script>')
    done = upgrade_page(homes[0], homes[0].settings(), page, NOON)
    assert "web/page.js" in done.removed
    assert files_of(remote) == ["web/apache/weights.js", "web/auth/weights.js", "web/models.js"]


def test_weights_of_another_version_do_not_pass_for_the_page_of_it(make: Make) -> None:
    auth = make("auth")
    publish_round(auth, 0)
    site = open_site(auth)
    before = page_difference.version_of(site)
    site.commit_weights(b"newer\n", format_message("newer", {VERSION_TRAILER: "99.0"}), NOON)
    assert page_difference.version_of(site) == before


def test_an_older_logling_leaves_the_page_of_a_newer_one(make: Make) -> None:
    auth, apache = make("auth"), make("apache")
    publish_round(auth, 0)
    site = open_site(auth)
    newer = format_message("Upgrade", {VERSION_TRAILER: "99.0"})
    site.commit_files({"web/page.js": b"newer\n"}, newer, NOON)
    site.remote.push_over()
    with pytest.raises(LoglingError, match=r"of version 99\.0, newer than this"):
        upgrade_page(apache, apache.settings(), page_folder(), NOON)
    assert (apache.site / "web/page.js").read_text() == "newer\n"


def test_of_two_upgrades_at_the_same_time_the_newer_page_stays(make: Make, remote: Path) -> None:
    auth, apache = make("auth"), make("apache")
    for home in (auth, apache, auth):
        publish_round(home, 0)
    for home, version in ((auth, "98.0"), (apache, "99.0")):
        message = format_message("Upgrade", {VERSION_TRAILER: version})
        files: dict[str, bytes | None] = {"web/page.js": version.encode(), "web/style.css": version.encode()}
        open_site(home).commit_files(files, message, NOON)
    for home in (apache, auth):
        open_site(home).remote.push_over()
    shown = [git(remote, "show", f"main:web/{name}") for name in ("page.js", "style.css")]
    assert shown == ["99.0", "99.0"]


def test_a_page_that_a_person_changed_too_is_left_to_a_person(make: Make, remote: Path) -> None:
    auth = make("auth")
    publish_round(auth, 0)
    git(remote.parent, "clone", "--quiet", str(remote), "person")
    (remote.parent / "person/web/page.js").write_text("mine\n")
    git(remote.parent / "person", "commit", "--quiet", "--all", "--message", "mine")
    git(remote.parent / "person", "push", "--quiet")
    site = open_site(auth)
    site.commit_files({"web/page.js": b"ours\n"}, format_message("Upgrade", {VERSION_TRAILER: "99.0"}), NOON)
    with pytest.raises(SiteError, match=r"have both changed web/page\.js: merge them there"):
        site.remote.push_over()


# ---- what was withdrawn


def rewind(remote: Path, commits: int = 1) -> None:
    git(remote, "update-ref", "refs/heads/main", f"main~{commits}")


def test_a_home_whose_weights_were_withdrawn_is_held(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    for home in (apache, auth):
        publish_round(home, 0)
    publish_round(auth, 1)
    rewind(remote)
    with pytest.raises(Withdrawn, match="somebody has withdrawn it"):
        open_site(auth).remote.synchronise()


def test_a_home_whose_weights_stayed_follows_and_goes_on(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    for home in (apache, auth, apache):
        publish_round(home, 0)
    publish_round(auth, 1)
    open_site(apache).remote.synchronise()
    rewind(remote)
    assert open_site(apache).remote.describe_withdrawn() == ""
    (told,) = publish_round(apache, 1)
    assert "These weights are not among it: 1 commits of others were left out here too" in told
    assert not Hold(apache).read()
    assert runs_of(remote, "auth") == [run_id(auth, 0)]
    assert runs_of(remote, "apache") == [run_id(apache, 0), run_id(apache, 1)]


def test_a_home_with_commits_that_were_not_pushed_is_held(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    for home in (apache, auth, apache):
        publish_round(home, 0)
    publish_round(auth, 1)
    site = open_site(apache)
    site.remote.synchronise()
    site.commit_weights(b"unpushed\n", "unpushed\n", NOON)
    rewind(remote)
    with pytest.raises(Withdrawn):
        site.remote.synchronise()
    assert site.weights() == b"unpushed\n"


def test_no_home_brings_back_the_weights_of_a_branch_that_is_gone(make: Make, remote: Path) -> None:
    apache, auth = make("apache"), make("auth")
    for home in (apache, auth, apache):
        publish_round(home, 0)
    git(remote, "update-ref", "-d", "refs/heads/main")
    with pytest.raises(Withdrawn, match="its branch is gone"):
        open_site(apache).remote.synchronise()
    open_site(apache).remote.accept()
    open_site(apache).remote.push_over()
    assert files_of(remote) == ["web/models.js"]
    assert listed(remote) == "globalThis.LOGLING_MODELS = [];"


# ---- at the same time, in processes of their own

ROUNDS = 20


def begin(home: Home) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.publisher", str(home.path), str(ROUNDS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_homes_that_push_at_the_same_time_lose_and_repeat_nothing(make: Make, remote: Path) -> None:
    homes = [make(folder) for folder in ("apache", "auth", "dpkg")]
    processes = [begin(home) for home in homes]
    killed = processes[1]
    wait_until(lambda: len(open_site(homes[1]).versions()) > ROUNDS // 4)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    processes[1] = begin(homes[1])
    told = [process.communicate(timeout=PATIENCE)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], told
    assert (told[0], told[2]) == ("", "")
    for home in homes:
        publish_round(home, ROUNDS - 1)
        assert runs_of(remote, home.path.name) == [run_id(home, number) for number in range(ROUNDS)]
    assert listed(remote) == 'globalThis.LOGLING_MODELS = ["apache", "auth", "dpkg"];'
    assert git(remote, "fsck", "--no-progress") == ""
    assert git(remote, "log", "--format=%s", "main").splitlines().count(FIRST_SUBJECT) <= len(homes)

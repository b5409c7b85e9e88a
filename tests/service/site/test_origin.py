"""What a person has set up for the remote works as it does with plain git, and stays."""

import os
import stat
from pathlib import Path

import pytest

from service.settings import GitSettings
from service.site.git import SiteError
from service.site.site import create
from tests.support.repositories import Pair, Serve, git, write_script


def second_remote(pair: Pair) -> Path:
    """Another bare repository with what the first has."""
    mirror = pair.remote.with_name("mirror.git")
    git(pair.remote.parent, "clone", "--quiet", "--bare", str(pair.remote), str(mirror))
    return mirror


def push_second_weights(pair: Pair) -> str:
    made = pair.commit(b"second\n")
    pair.publish()
    return made


# ---- several URLs and refspecs


@pytest.mark.parametrize("how", [["set-url", "--add"], ["set-url", "--add", "--push"]])
def test_every_url_that_a_person_added_is_pushed_to(pair: Pair, how: list[str]) -> None:
    mirror = second_remote(pair)
    if "--push" in how:  # git then pushes to those alone
        git(pair.site, "remote", *how, "origin", str(pair.remote))
    git(pair.site, "remote", *how, "origin", str(mirror))
    made = push_second_weights(pair)
    assert [git(place, "rev-parse", "main") for place in (pair.remote, mirror)] == [made, made]


def test_a_new_remote_in_the_settings_leaves_the_other_urls(pair: Pair) -> None:
    mirror = second_remote(pair)
    git(pair.site, "remote", "set-url", "--add", "origin", str(mirror))
    moved = pair.remote.rename(pair.remote.with_name("moved.git"))
    pair.open(str(moved)).remote.synchronise()
    assert git(pair.site, "config", "--get-all", "remote.origin.url").split() == [str(moved), str(mirror)]


@pytest.mark.parametrize(
    "refspecs",
    [
        ["+refs/heads/*:refs/remotes/origin/*", "+refs/notes/*:refs/notes/*"],
        ["+refs/heads/main:refs/remotes/origin/main"],
        ["+refs/heads/*:refs/remotes/elsewhere/*"],
        [],
    ],
)
def test_the_refspecs_of_a_person_stay_and_the_branch_is_taken_over(pair: Pair, refspecs: list[str]) -> None:
    git(pair.site, "config", "--unset-all", "remote.origin.fetch")
    for refspec in refspecs:
        git(pair.site, "config", "--add", "remote.origin.fetch", refspec)
    theirs = pair.others_commit(note=b"hello")
    pair.publish()
    assert pair.tips() == (theirs, theirs)
    kept = git(pair.site, "config", "--get-all", "remote.origin.fetch").split()
    assert kept == (refspecs or ["+refs/heads/*:refs/remotes/origin/*"])


def test_refspecs_of_a_person_for_pushes_do_not_lead_ours_elsewhere(pair: Pair) -> None:
    git(pair.site, "config", "--add", "remote.origin.push", "refs/heads/main:refs/heads/one")
    git(pair.site, "config", "--add", "remote.origin.push", "refs/heads/main:refs/heads/two")
    made = push_second_weights(pair)
    assert pair.tips() == (made, made)


def test_a_remote_set_up_as_a_mirror_loses_no_branch(pair: Pair) -> None:
    git(pair.remote, "branch", "of-others", "main")
    git(pair.site, "config", "remote.origin.mirror", "true")
    made = push_second_weights(pair)
    assert pair.tips() == (made, made)
    assert git(pair.remote, "rev-parse", "--verify", "of-others") != ""


@pytest.mark.parametrize("key", ["insteadOf", "pushInsteadOf"])
def test_a_short_form_of_a_url_means_what_a_person_set(pair: Pair, key: str) -> None:
    mirror = second_remote(pair)
    short = "short:mirror" if key == "insteadOf" else str(pair.remote)
    git(pair.site, "config", f"url.{mirror}.{key}", short)
    made = pair.commit(b"second\n")
    site = pair.open(short)
    site.remote.synchronise()
    site.remote.push()
    site.remote.check()
    assert git(mirror, "rev-parse", "main") == made


def test_a_url_with_a_password_is_in_a_file_of_the_owner_alone(pair: Pair, serve: Serve) -> None:
    config = pair.site / ".git" / "config"
    config.chmod(0o644)
    site = pair.open(serve("http", "me:made-up-secret").replace("://", "://me:made-up-secret@"))
    site.remote.synchronise()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_a_new_remote_in_the_settings_is_pushed_to_where_the_old_one_was(pair: Pair) -> None:
    mirror = second_remote(pair)
    for url in (pair.remote, mirror):
        git(pair.site, "remote", "set-url", "--add", "--push", "origin", str(url))
    moved = Pair(pair.site, pair.remote.rename(pair.remote.with_name("moved.git")))
    made = push_second_weights(moved)
    assert moved.tips() == (made, made)
    assert git(pair.site, "config", "--get-all", "remote.origin.pushurl").split() == [str(moved.remote), str(mirror)]


# ---- who answers for the password


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    """A program that knows name and password, and notes that it was asked."""
    return write_script(
        tmp_path / "answers" / "askpass",
        f'echo "$1" >> {tmp_path}/questions\ncase "$1" in User*) echo me;; *) echo made-up-secret;; esac',
    )


def test_a_persons_askpass_in_the_environment_answers(
    pair: Pair, serve: Serve, answer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_ASKPASS", str(answer))
    pair.open(serve("http", "me:made-up-secret")).remote.synchronise()


def test_a_persons_askpass_in_gits_settings_answers(pair: Pair, serve: Serve, answer: Path) -> None:
    git(pair.site, "config", "core.askPass", str(answer))
    pair.open(serve("http", "me:made-up-secret")).remote.synchronise()


def test_a_persons_ssh_askpass_answers_where_it_is_forced(
    pair: Pair, serve: Serve, answer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_ASKPASS", str(answer))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    pair.open(serve("http", "me:made-up-secret")).remote.synchronise()


def test_a_desktops_ssh_askpass_is_not_opened(
    pair: Pair, serve: Serve, answer: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSH_ASKPASS", str(answer))
    site = pair.open(serve("http", "me:made-up-secret"))
    with pytest.raises(SiteError, match=r"could not read Username.*credential helper"):
        site.remote.synchronise()
    assert not (tmp_path / "questions").exists()


def test_a_credential_helper_answers(pair: Pair, serve: Serve, tmp_path: Path) -> None:
    helper = write_script(tmp_path / "helpers" / "helper", "echo username=me\necho password=made-up-secret")
    git(pair.site, "config", "credential.helper", str(helper))
    pair.open(serve("http", "me:made-up-secret")).remote.synchronise()


# ---- branches


def test_a_branch_below_ours_on_the_remote_is_not_taken_for_it(pair: Pair) -> None:
    git(pair.remote, "branch", "--move", "main", "main/x")
    with pytest.raises(SiteError, match="its branch is gone"):
        pair.open().remote.synchronise()


def test_a_branch_below_ours_on_the_remote_is_named_with_the_mend(pair: Pair) -> None:
    git(pair.remote, "branch", "--move", "main", "main/x")
    site = pair.open()
    site.remote.accept()
    with pytest.raises(SiteError, match=r"refs/heads/main/x.*rename it"):
        site.remote.push()


def test_a_remote_whose_clones_get_nothing_is_told_with_the_mend(pair: Pair) -> None:
    git(pair.remote, "symbolic-ref", "HEAD", "refs/heads/master")
    problem = pair.open().remote.describe_default_branch()
    assert "clones get nothing" in problem
    assert "git symbolic-ref HEAD refs/heads/main" in problem
    assert "git clone --branch main" in problem


def test_a_remote_whose_clones_get_another_branch_is_told(pair: Pair) -> None:
    git(pair.remote, "branch", "trunk", "main")
    git(pair.remote, "symbolic-ref", "HEAD", "refs/heads/trunk")
    assert "branch trunk" in pair.open().remote.describe_default_branch()


def test_a_remote_whose_default_branch_is_ours_is_no_problem(pair: Pair) -> None:
    assert pair.open().remote.describe_default_branch() == ""


# ---- other settings of git


@pytest.mark.parametrize(
    "config",
    [
        "[transfer]\nfsckObjects = true",
        "[safe]\nbareRepository = explicit",
        "[push]\ndefault = nothing\nautoSetupRemote = true",
        "[fetch]\nprune = false\nfsckObjects = true",
        "[init]\ndefaultBranch = trunk",
        "[push]\nfollowTags = true",
        "[remote]\npushDefault = elsewhere",
    ],
)
def test_a_site_goes_both_ways_whatever_git_is_set_to(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    (tmp_path / "gitconfig").write_text(config + "\n")
    theirs = pair.others_commit(note=b"hello")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    pair.publish()
    assert pair.tips() == (theirs, theirs)
    made = push_second_weights(pair)
    assert pair.tips() == (made, made)


def test_a_transport_that_git_forbids_is_named(pair: Pair) -> None:
    git(pair.site, "config", "protocol.file.allow", "never")
    with pytest.raises(SiteError, match="transport 'file' not allowed"):
        pair.open().remote.synchronise()


def test_a_push_that_cannot_be_signed_says_so(pair: Pair) -> None:
    git(pair.site, "config", "push.gpgSign", "true")
    pair.commit(b"second\n")
    with pytest.raises(SiteError, match="does not support --signed push"):
        pair.open().remote.push()


@pytest.mark.parametrize("options", [["--depth=1"], ["--filter=blob:none"], ["--single-branch"]])
def test_a_clone_that_has_not_all_is_a_site(pair: Pair, tmp_path: Path, options: list[str]) -> None:
    git(pair.remote, "config", "uploadpack.allowFilter", "true")
    push_second_weights(pair)
    git(tmp_path, "clone", "--quiet", *options, pair.remote.as_uri(), "partial")
    partial = Pair(tmp_path / "partial", pair.remote)
    partial.commit(b"third\n")
    partial.others_commit(note=b"hello")
    partial.publish()
    assert len(set(partial.tips())) == 1
    assert partial.open().weights() == b"third\n"


def test_a_remote_that_a_new_site_pushes_to_keeps_the_refspec_that_git_gives(pair: Pair, tmp_path: Path) -> None:
    create(tmp_path / "new", tmp_path / "page", GitSettings(remote=str(pair.remote)))
    assert git(tmp_path / "new", "config", "remote.origin.fetch") == "+refs/heads/*:refs/remotes/origin/*"


def test_git_opens_no_window(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    write_script(pair.site / ".git" / "hooks" / "pre-push", f'echo "[$DISPLAY$WAYLAND_DISPLAY]" > {tmp_path}/seen')
    push_second_weights(pair)
    assert (tmp_path / "seen").read_text() == "[]\n"
    assert os.environ["DISPLAY"] == ":0"


FOLDED = "Weights\n\nLogling-Run: made\n up\nLogling-Rollback: none\n"
HARMFUL = "Weights\n\nLogling-Run: a\u2028b\x1b]52;c;bWFk\x07c\x0b\td\n"


@pytest.mark.parametrize("message", [FOLDED, HARMFUL])
def test_trailers_that_others_wrote_are_read_in_one_line_without_control_signs(pair: Pair, message: str) -> None:
    pair.others_commit(weights=b"theirs\n")
    others = pair.site.with_name("others")
    git(others, "commit", "--quiet", "--amend", "--cleanup=verbatim", "--message", message)
    git(others, "push", "--quiet", "--force")
    pair.publish()
    version = pair.open().versions()[0]
    assert (version.commit, version.run.isprintable()) == (git(others, "rev-parse", "HEAD"), True)
    assert "bWFk" not in version.run

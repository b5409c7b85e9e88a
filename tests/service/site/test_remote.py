"""The site and its remote: every way to reach one, all that others may have done there, all that it may refuse."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.site.git import SiteError
from service.site.repository import WEIGHTS
from tests.support.repositories import Pair, Serve, git, write_script

# ---- ways to reach it


@pytest.fixture
def fake_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ssh that goes nowhere: it runs the command here, and notes its arguments and whether it could ask anybody."""
    program = tmp_path / "bin" / "ssh"
    notes = (
        f'(: < /dev/tty) 2>&1 | grep -c "No such" >> {tmp_path}/asked\n'
        f'echo "$SSH_ASKPASS_REQUIRE" >> {tmp_path}/asked\n'
        f'echo "$@" >> {tmp_path}/arguments\n'
    )
    write_script(program, notes + 'while [ $# -gt 1 ]; do shift; done\nexec sh -c "$1"')
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return program


def goes_both_ways(pair: Pair, url: str) -> None:
    """What the site has goes there, and what others push comes here."""
    pair.commit(b"second\n")
    site = pair.open(url)
    assert site.remote.synchronise() == []
    site.remote.push()
    assert site.remote.ahead() == 0
    theirs = pair.others_commit(note=b"hello")
    site = pair.open(url)
    assert site.remote.synchronise() == []
    assert pair.tips() == (theirs, theirs)
    assert git(pair.site, "status", "--porcelain") == ""


def test_a_remote_is_reached_by_its_path(pair: Pair) -> None:
    goes_both_ways(pair, str(pair.remote))


def test_a_remote_is_reached_by_a_file_url(pair: Pair) -> None:
    goes_both_ways(pair, pair.remote.as_uri())


QUIET = "-o BatchMode=yes -o ConnectTimeout=30"


def over_ssh(pair: Pair) -> str:
    return f"ssh://git@host.invalid{pair.remote}"


def test_a_remote_is_reached_by_ssh_which_asks_nothing(pair: Pair, fake_ssh: Path, tmp_path: Path) -> None:
    goes_both_ways(pair, over_ssh(pair))
    assert set((tmp_path / "asked").read_text().split()) == {"1", "never"}
    lines = (tmp_path / "arguments").read_text().splitlines()
    assert [line for line in lines if not line.startswith(QUIET)] == []


def test_the_doctor_s_question_asks_nothing_either(pair: Pair, fake_ssh: Path, tmp_path: Path) -> None:
    pair.open(over_ssh(pair)).remote.check()
    assert (tmp_path / "arguments").read_text().startswith(QUIET)


@pytest.mark.parametrize("where", ["GIT_SSH_COMMAND", "core.sshCommand"])
def test_a_persons_own_ssh_command_keeps_its_options_and_asks_nothing(
    pair: Pair, fake_ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    command = f"'{fake_ssh}' -i 'my key' -o BatchMode=no"
    if where == "GIT_SSH_COMMAND":
        monkeypatch.setenv("GIT_SSH_COMMAND", command)
        git(pair.site, "config", "core.sshCommand", "false")
    else:
        git(pair.site, "config", "core.sshCommand", command)
    goes_both_ways(pair, over_ssh(pair))
    assert (tmp_path / "arguments").read_text().startswith(f"-i my key -o BatchMode=no {QUIET}")


def test_a_persons_own_ssh_program_is_the_one_that_runs(
    pair: Pair, fake_ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fake_ssh.rename(tmp_path / "ssh")
    monkeypatch.setenv("GIT_SSH", str(own))
    goes_both_ways(pair, over_ssh(pair))
    assert (tmp_path / "arguments").read_text().startswith(QUIET)


@pytest.mark.parametrize(("variant", "expected"), [("simple", "git@host.invalid"), ("ssh", QUIET)])
def test_a_program_that_is_not_named_ssh_gets_only_options_that_a_person_says_it_knows(
    pair: Pair, fake_ssh: Path, tmp_path: Path, variant: str, expected: str
) -> None:
    own = fake_ssh.rename(tmp_path / "tunnel")
    git(pair.site, "config", "core.sshCommand", str(own))
    git(pair.site, "config", "ssh.variant", variant)
    goes_both_ways(pair, over_ssh(pair))
    assert (tmp_path / "arguments").read_text().startswith(expected)


@pytest.fixture
def deaf() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_real_ssh_gives_up_before_git_does_and_says_why(pair: Pair, deaf: int) -> None:
    site = pair.open(f"ssh://git@127.0.0.1:{deaf}/site.git", seconds=6)
    with pytest.raises(SiteError, match=r"git fetch: .*timed out"):
        site.remote.synchronise()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_remote_is_reached_by_the_web(pair: Pair, serve: Serve, scheme: str) -> None:
    goes_both_ways(pair, serve(scheme))


def test_a_remote_that_wants_a_password_is_told_at_once_and_nobody_is_asked(pair: Pair, serve: Serve) -> None:
    site = pair.open(serve("http", "me:secret"))
    with pytest.raises(SiteError, match=r"Authentication failed|Username"):
        site.remote.synchronise()


def test_a_password_in_the_url_opens_the_remote_and_is_never_told(pair: Pair, serve: Serve) -> None:
    url = serve("http", "me:secret")
    goes_both_ways(pair, url.replace("://", "://me:secret@"))
    site = pair.open(url.replace("://", "://me:wrongsecret@"))
    with pytest.raises(SiteError) as told:
        site.remote.synchronise()
    assert "wrongsecret" not in str(told.value)


@pytest.fixture(params=["path", "ssh", "https"])
def checked_out(request: pytest.FixtureRequest, tmp_path: Path, pair: Pair, serve: Serve, fake_ssh: Path) -> str:
    """The URL of a remote that has a work tree."""
    path = tmp_path / "checked-out"
    git(tmp_path, "clone", "--quiet", str(pair.remote), str(path))
    pair.commit(b"second\n")
    urls = {
        "path": lambda: str(path),
        "ssh": lambda: f"ssh://git@host.invalid{path}",
        "https": lambda: serve("https", name=path.name),
    }
    return urls[request.param]()


def test_a_checked_out_remote_refuses_its_own_branch_with_a_reason(pair: Pair, checked_out: str) -> None:
    site = pair.open(checked_out)
    site.remote.synchronise()
    with pytest.raises(SiteError, match="checked out"):
        site.remote.push()


def test_a_checked_out_remote_that_follows_has_the_new_weights(tmp_path: Path, pair: Pair, checked_out: str) -> None:
    git(tmp_path / "checked-out", "config", "receive.denyCurrentBranch", "updateInstead")
    pair.open(checked_out).remote.push()
    assert (tmp_path / "checked-out" / WEIGHTS).read_bytes() == b"second\n"
    assert git(tmp_path / "checked-out", "status", "--porcelain") == ""


def test_a_shallow_clone_is_a_site_like_any_other(tmp_path: Path, pair: Pair) -> None:
    pair.commit(b"second\n")
    pair.publish()
    git(tmp_path, "clone", "--quiet", "--depth=1", pair.remote.as_uri(), "shallow")
    shallow = Pair(tmp_path / "shallow", pair.remote)
    shallow.commit(b"third\n")
    shallow.others_commit(note=b"hello")
    assert shallow.publish() == ["merged 1 commits of the remote with 1 of ours"]
    assert len(set(shallow.tips())) == 1


# ---- what others did there


def test_the_remotes_weights_win_over_ours_that_it_never_had(pair: Pair) -> None:
    ours, theirs = pair.commit(b"ours\n"), pair.others_commit(weights=b"theirs\n", note=b"hello")
    assert pair.publish() == ["merged 1 commits of the remote with 1 of ours"]
    assert (pair.site / WEIGHTS).read_bytes() == b"theirs\n"
    assert (pair.site / "web" / "note.js").read_bytes() == b"hello"
    assert git(pair.remote, "show", "--no-patch", "--format=%P", "main").split() == [ours, theirs]
    assert git(pair.site, "status", "--porcelain") == ""


def test_our_weights_stay_where_the_remote_has_changed_other_files(pair: Pair) -> None:
    pair.commit(b"ours\n")
    pair.others_commit(page=b"changed\n")
    pair.publish()
    assert (pair.site / WEIGHTS).read_bytes() == b"ours\n"
    assert (pair.site / "web" / "page.js").read_bytes() == b"changed\n"


def test_weights_that_were_taken_back_on_the_remote_do_not_come_again(pair: Pair) -> None:
    pair.commit(b"ours\n")
    pair.others_commit(weights=None)
    pair.publish()
    site = pair.open()
    assert site.weights() is None
    assert len(set(pair.tips())) == 1


def test_a_commit_that_a_merge_left_behind_still_says_which_run_made_it(pair: Pair) -> None:
    ours = pair.commit(b"ours\n")
    pair.others_commit(weights=b"theirs\n")
    pair.publish()
    site = pair.open()
    assert site.version(ours).run == "ours"


def test_a_file_that_both_have_changed_is_named_and_left_to_a_person(pair: Pair) -> None:
    (pair.site / "web" / "page.js").write_text("here\n")
    git(pair.site, "commit", "--quiet", "--all", "--message", "here")
    pair.others_commit(page=b"there\n")
    before = pair.tips()
    site = pair.open()
    with pytest.raises(SiteError, match=r"have both changed web/page\.js: merge them there"):
        site.remote.synchronise()
    assert (pair.tips(), git(pair.site, "status", "--porcelain")) == (before, "")


def test_a_remote_with_a_history_of_its_own_is_told_and_not_merged(tmp_path: Path, pair: Pair) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "alien")
    git(tmp_path / "alien", "commit", "--quiet", "--allow-empty", "--message", "alien")
    site = pair.open(str(tmp_path / "alien"))
    with pytest.raises(SiteError, match="unrelated histories"):
        site.remote.synchronise()


def test_after_weeks_without_the_remote_all_commits_go_at_once(pair: Pair) -> None:
    away = pair.remote.rename(pair.remote.with_name("away"))
    for week in range(3):
        site = pair.open()
        with pytest.raises(SiteError):
            site.remote.synchronise()
        pair.commit(f"week {week}\n".encode())
    away.rename(pair.remote)
    site = pair.open()
    assert site.remote.ahead() == 3
    pair.publish()
    assert len(set(pair.tips())) == 1


# ---- what it refuses


@pytest.mark.parametrize("name", ["pre-receive", "update"])
def test_a_protected_branch_is_told_in_the_remotes_words_and_the_commit_stays(pair: Pair, name: str) -> None:
    write_script(pair.remote / "hooks" / name, "echo 'main is protected'; exit 1")
    ours = pair.commit(b"second\n")
    site = pair.open()
    with pytest.raises(SiteError, match="main is protected"):
        site.remote.push()
    assert site.remote.ahead() == 1
    (pair.remote / "hooks" / name).unlink()
    pair.publish()
    assert pair.tips() == (ours, ours)


def test_a_push_that_comes_too_late_is_refused_and_goes_after_the_merge(pair: Pair) -> None:
    pair.commit(b"second\n")
    pair.others_commit(note=b"hello")
    site = pair.open()
    with pytest.raises(SiteError, match="rejected"):
        site.remote.push()
    pair.publish()
    assert len(set(pair.tips())) == 1


def test_a_hook_of_the_clone_may_refuse_the_push(pair: Pair) -> None:
    write_script(pair.site / ".git" / "hooks" / "pre-push", "echo 'not on a Sunday' >&2; exit 1")
    pair.commit(b"second\n")
    site = pair.open()
    with pytest.raises(SiteError, match="not on a Sunday"):
        site.remote.push()

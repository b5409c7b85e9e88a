"""What `logling doctor` says of the site, its commits and its remote: each fault by its cause, with the mend."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.run import describe_kept_back
from service.storage.hold import Hold
from service.storage.ledger import Ledger
from service.storage.run_record import AuditFigures, RememberedValue, RunRecord
from tests.support.homes import NOON
from tests.support.repositories import write_hook, write_script

Checks = dict[str, dict[str, Any]]


def checks(place: Any, **environment: str) -> Checks:
    """All checks by name."""
    result = place.logling("doctor", "--json", **environment)
    assert "Traceback" not in result.stderr
    return {check["name"]: check for check in json.loads(result.stdout)["checks"]}


def is_told(check: dict[str, Any], *words: str) -> bool:
    """Whether a check found a fault and says these words of it."""
    assert [word for word in words if word not in check["detail"]] == []
    return check["ok"] is False


@pytest.fixture
def pushed(committed: Any) -> Any:
    """A home whose remote has everything."""
    committed.add_remote()
    assert committed.logling("push").returncode == 0
    return committed


def test_a_home_with_a_remote_is_well(pushed: Any) -> None:
    assert [check for check in checks(pushed).values() if not check["ok"]] == []


def test_weights_that_an_audit_kept_back_are_told_with_what_to_do(committed: Any) -> None:
    value = RememberedValue(source=1, line=7, kind="number", characters=12, lines=3)
    figures = AuditFigures(answer="remembered", asked=9, unseen=0, sampled=256, language=0, count=1, remembered=[value])
    with Ledger(committed.home.ledger) as ledger:
        for _ in range(2):
            record = ledger.begin(RunRecord(), NOON)
            record.audit, record.outcome = figures, "rejected"
            record.reason = describe_kept_back(record, committed.home.settings())
            ledger.end(record, NOON)
    assert is_told(checks(committed)["audit"], "the last 2 runs", "source 1, line 7", "publish_remembered")


def test_a_hold_is_told_with_what_lifts_it(committed: Any) -> None:
    Hold(committed.home).begin("made-up", NOON)
    assert is_told(checks(committed)["hold"], "publishing is held", "`logling resume`")


@pytest.mark.parametrize(
    ("name", "work"), [("MERGE_HEAD", "merge"), ("rebase-merge", "rebase"), ("CHERRY_PICK_HEAD", "cherry-pick")]
)
def test_unfinished_work_is_told(committed: Any, name: str, work: str) -> None:
    (committed.home.site / ".git" / name).write_text(committed.git("rev-parse", "HEAD") + "\n")
    assert is_told(checks(committed)["site"], f"a {work} is under way", "finish or abort it")


def test_a_bisect_is_told(committed: Any) -> None:
    committed.git("bisect", "start")
    assert is_told(checks(committed)["site"], "a bisect is under way")


def test_a_detached_head_is_told(committed: Any) -> None:
    committed.git("checkout", "--quiet", "--detach")
    assert is_told(checks(committed)["site"], "detached HEAD", "`git switch main`")


def test_an_unborn_branch_is_told(committed: Any) -> None:
    committed.git("update-ref", "-d", "refs/heads/main")
    assert is_told(checks(committed)["site"], "has no commit", "`logling upgrade`")


def test_another_owner_is_told_with_both_mends(committed: Any) -> None:
    told = checks(committed, GIT_TEST_ASSUME_DIFFERENT_OWNER="1")["site"]
    assert is_told(told, "dubious ownership", "git config --global --add safe.directory", "chown")


def test_a_lost_site_with_a_remote_is_to_be_cloned(pushed: Any) -> None:
    shutil.rmtree(pushed.home.site)
    assert is_told(checks(pushed)["site"], f"`git clone {pushed.folder / 'remote.git'} {pushed.home.site}`")


def test_what_a_lost_site_is_told_to_do_mends_it(pushed: Any) -> None:
    shutil.rmtree(pushed.home.site)
    pushed.git("clone", "--quiet", str(pushed.folder / "remote.git"), str(pushed.home.site), at=".")
    assert [check for check in checks(pushed).values() if not check["ok"]] == []


@pytest.mark.parametrize("hook", ["pre-commit", "commit-msg"])
def test_a_hook_that_refuses_is_told_in_its_words(committed: Any, hook: str) -> None:
    write_hook(committed.home.site, hook, "echo 'not in this house' >&2; exit 1")
    assert is_told(checks(committed)["commit"], f"the hook {hook}", "not in this house")


def test_a_key_that_cannot_sign_is_told(committed: Any, tmp_path: Path) -> None:
    committed.git("config", "commit.gpgSign", "true")
    committed.git("config", "gpg.program", str(write_script(tmp_path / "bin" / "gpg", "exit 2")))
    assert is_told(checks(committed)["commit"], "gpg failed to sign", "commit.gpgSign false")


def test_a_commit_that_doctor_tries_changes_nothing(committed: Any) -> None:
    before = committed.git("status"), committed.git("log", "--all"), committed.git("reflog")
    assert checks(committed)["commit"]["ok"]
    assert (committed.git("status"), committed.git("log", "--all"), committed.git("reflog")) == before


def test_weights_behind_a_filter_are_told(committed: Any) -> None:
    (committed.home.site / ".gitattributes").write_text("*.js filter=lfs\n")
    assert is_told(checks(committed)["site"], "filter=lfs", "!filter")


def test_a_password_that_others_can_read_is_told(committed: Any) -> None:
    committed.git("config", "remote.backup.url", "https://me:made-up-secret@example.org/site.git")
    (committed.home.site / ".git" / "config").chmod(0o644)
    told = checks(committed)["site"]
    assert is_told(told, "others can read it", "chmod 600")
    assert "made-up-secret" not in told["detail"]


def test_a_remote_that_is_gone_is_told(pushed: Any) -> None:
    (pushed.folder / "remote.git").rename(pushed.folder / "moved.git")
    assert is_told(checks(pushed)["remote"], "does not appear to be a git repository", "git.remote")


def test_a_remote_whose_clones_get_nothing_is_told(pushed: Any) -> None:
    pushed.git("symbolic-ref", "HEAD", "refs/heads/master", at="remote.git")
    assert is_told(checks(pushed)["remote"], "clones get nothing", "git symbolic-ref HEAD refs/heads/main")


def test_a_push_that_a_hook_of_the_remote_declined_is_told_until_it_goes(pushed: Any) -> None:
    write_hook(pushed.folder / "remote.git", "pre-receive", "echo 'main is protected'; exit 1")
    pushed.git("commit", "--quiet", "--allow-empty", "--message", "more")
    since = pushed.home.unpushed
    assert pushed.logling("push").returncode == 1
    assert is_told(checks(pushed)["push"], "main is protected", "pre-receive hook declined")
    (pushed.folder / "remote.git" / "hooks" / "pre-receive").unlink()
    assert pushed.logling("push").returncode == 0
    assert (checks(pushed)["push"]["ok"], since.exists()) == (True, False)


def test_a_hook_of_the_site_that_refuses_pushes_is_told(pushed: Any) -> None:
    write_hook(pushed.home.site, "pre-push", "echo 'not on a Sunday' >&2; exit 1")
    pushed.git("commit", "--quiet", "--allow-empty", "--message", "more")
    assert is_told(checks(pushed)["remote"], "not on a Sunday")


def test_commits_of_others_on_the_remote_are_no_fault(pushed: Any) -> None:
    pushed.git("clone", "--quiet", "remote.git", "others", at=".")
    pushed.git("commit", "--quiet", "--allow-empty", "--message", "theirs", at="others")
    pushed.git("push", "--quiet", at="others")
    assert checks(pushed)["remote"]["ok"]


SSH_FAULTS = [
    ("Host key verification failed.", "ssh-keyscan"),
    ("git@host.invalid: Permission denied (publickey).", "public key"),
    ("ERROR: Repository not found.", "git.remote"),
    ("ssh: Could not resolve hostname host.invalid: Name or service not known", "check the host"),
]


@pytest.mark.parametrize(("words", "mend"), SSH_FAULTS)
def test_what_ssh_cannot_do_is_told_with_the_mend(pushed: Any, tmp_path: Path, words: str, mend: str) -> None:
    ssh = write_script(tmp_path / "bin" / "ssh", f"echo '{words}' >&2; exit 255")
    pushed.set(f"'{pushed.folder / 'remote.git'}'", "'git@host.invalid:site.git'")
    assert is_told(checks(pushed, GIT_SSH=str(ssh))["remote"], words, mend)


def test_no_secret_of_a_remote_is_shown(pushed: Any) -> None:
    url = "http://me:made-up-secret@127.0.0.1:9/site.git?access_token=made-up-token"
    pushed.set(f"'{pushed.folder / 'remote.git'}'", f"'{url}'")
    shown = pushed.logling("doctor").stdout + pushed.logling("doctor", "--json").stdout
    assert "127.0.0.1:9" in shown
    assert "made-up-secret" not in shown
    assert "made-up-token" not in shown

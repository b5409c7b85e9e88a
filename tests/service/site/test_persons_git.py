"""Attributes, settings and variables of a person's git: they work as with plain git, or are refused by name."""

import shutil
from pathlib import Path

import pytest

from service.settings import GitSettings
from service.site.commit_message import FIRST_SUBJECT, format_message
from service.site.git import SiteError
from service.site.page_difference import compare
from service.site.site import Site, create
from tests.support.homes import logling
from tests.support.repositories import NOON, Pair, git, write_hook, write_script

SETTINGS = GitSettings()


def attribute(pair: Pair, line: str) -> None:
    (pair.site / ".gitattributes").write_text(line + "\n")
    git(pair.site, "add", ".gitattributes")
    git(pair.site, "commit", "--quiet", "--message", "attributes")


# ---- attributes


@pytest.mark.parametrize("line", ["*.js filter=made-up", "web/* filter=lfs -text", "*.js working-tree-encoding=UTF-16"])
def test_weights_that_git_would_store_otherwise_are_refused_by_name(pair: Pair, line: str) -> None:
    attribute(pair, line)
    with pytest.raises(SiteError, match=r"web/weights\.js .*(filter=|working-tree-encoding=).*\.gitattributes"):
        pair.commit(b"second\n")


def test_a_filter_on_the_page_refuses_an_upgrade(pair: Pair) -> None:
    attribute(pair, "*.html filter=made-up")
    site = pair.open()
    with pytest.raises(SiteError, match=r"web/index\.html has the attribute filter=made-up"):
        site.commit_files({"web/index.html": b"page\n"}, "Upgrade\n", NOON)


def test_a_filter_on_other_files_is_a_persons_business(pair: Pair) -> None:
    attribute(pair, "*.png filter=made-up")
    pair.commit(b"second\n")
    assert git(pair.site, "status", "--porcelain") == ""


LINE_ENDS = [
    "* text", "* text=auto", "* text eol=crlf", "*.js eol=lf", "* -text", "* ident", "* export-ignore", "* binary"
]  # fmt: skip


@pytest.mark.parametrize("line", LINE_ENDS)
def test_weights_are_committed_byte_for_byte_whatever_the_line_ends(pair: Pair, line: str) -> None:
    attribute(pair, line)
    pair.commit(b"second\n")
    assert pair.open().weights() == b"second\n"
    assert git(pair.site, "status", "--porcelain") == ""


CONFIGS = [
    "[core]\nautocrlf = true\nsafecrlf = true",
    "[core]\nautocrlf = input\nsafecrlf = true",
    "[core]\neol = crlf\nautocrlf = false",
    "[core]\nquotePath = false\nfsmonitor = true\nuntrackedCache = true",
    "[core]\nfsmonitor = /nowhere/fsmonitor",
    "[commit]\ntemplate = /nowhere\ncleanup = verbatim\nverbose = true",
    "[status]\nshort = true\nbranch = true\nshowUntrackedFiles = no",
    "[log]\nshowSignature = true\ndecorate = full\ndate = relative\nfollow = true",
    "[diff]\nnoprefix = true\nrenames = copies\nexternal = false\n[color]\nui = always",
    "[index]\nversion = 4\nsplitIndex = true",
    "[init]\ndefaultBranch = trunk",
    "[merge]\nconflictStyle = diff3\nff = only",
    "[i18n]\nlogOutputEncoding = UTF-16\ncommitEncoding = ISO-8859-1",
    "[core]\nexcludesFile = {folder}/ignored",
    "[core]\nattributesFile = {folder}/attributes",
    "[core]\nhooksPath = /dev/null\nlogAllRefUpdates = false\nfileMode = false",
    "[feature]\nmanyFiles = true\nexperimental = true",
    "[user]\nuseConfigOnly = true\n[format]\npretty = fuller\n[trailer]\nseparators = =",
]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_site_is_made_and_written_whatever_git_is_set_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str
) -> None:
    (tmp_path / "gitconfig").write_text(config.format(folder=tmp_path) + "\n")
    (tmp_path / "ignored").write_text("*.js\n")
    (tmp_path / "attributes").write_text("* text=auto eol=crlf\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    page = tmp_path / "page"
    page.mkdir()
    (page / "page.js").write_text("page\n")
    create(tmp_path / "site", page, SETTINGS)
    site = Site(tmp_path / "site", SETTINGS)
    made = site.commit_weights(b"first\n", format_message("Weights", {"Logling-Run": "r1"}), NOON)
    assert (made.problem, site.repair()) == ("", [])
    assert [version.run for version in site.versions()] == ["r1"]
    assert compare(site, page).names == []
    assert site.uncommitted(["web"]) == []


def test_a_failing_hook_of_all_repositories_is_named(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path / "hooks" / "pre-commit", "echo 'not in this house' >&2; exit 1")
    (tmp_path / "gitconfig").write_text(f"[core]\nhooksPath = {tmp_path / 'hooks'}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    with pytest.raises(SiteError, match="the hook pre-commit: not in this house"):
        pair.commit(b"second\n")


def test_a_new_site_whose_commit_cannot_be_signed_says_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = write_script(tmp_path / "bin" / "gpg", "echo 'gpg: no secret key' >&2; exit 2")
    (tmp_path / "gitconfig").write_text(f"[commit]\ngpgSign = true\n[gpg]\nprogram = {program}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    page = tmp_path / "page"
    page.mkdir()
    (page / "page.js").write_text("page\n")
    with pytest.raises(SiteError, match=r"gpg failed to sign.*commit\.gpgSign false"):
        create(tmp_path / "site", page, SETTINGS)


# ---- sparse checkouts


def test_a_sparse_checkout_without_the_page_stays_sparse(pair: Pair) -> None:
    (pair.site / "docs").mkdir()
    (pair.site / "docs" / "text.txt").write_text("text\n")
    git(pair.site, "add", "docs")
    git(pair.site, "commit", "--quiet", "--message", "docs")
    git(pair.site, "sparse-checkout", "set", "docs")
    assert not (pair.site / "web").exists()
    site = pair.open()
    made = site.commit_weights(b"second\n", "Weights\n", NOON)
    assert (made.problem, site.weights()) == ("", b"second\n")
    assert (git(pair.site, "status", "--porcelain"), (pair.site / "web").exists()) == ("", False)
    assert site.repair() == []
    pair.others_commit(weights=b"theirs\n")
    pair.publish()
    assert (git(pair.site, "status", "--porcelain"), (pair.site / "web").exists()) == ("", False)


# ---- variables, as in a hook


VARIABLES = [
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_PREFIX", "GIT_CONFIG", "GIT_ATTR_SOURCE",
    "GIT_SHALLOW_FILE", "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_GRAFT_FILE",
]  # fmt: skip
SWITCHES = [
    "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_TRACE",
    "GIT_NO_REPLACE_OBJECTS", "GIT_OPTIONAL_LOCKS",
]  # fmt: skip


@pytest.mark.parametrize("variable", [*VARIABLES, *SWITCHES])
def test_a_variable_of_git_leads_no_command_elsewhere(tmp_path: Path, variable: str) -> None:
    home = tmp_path / "home"
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", str(other))
    value = "1" if variable in SWITCHES else str(other / ".git")
    made = logling("init", home, "--source", tmp_path / "a.log", "--preset", "seed", **{variable: value})
    assert (made.returncode, git(home / "site", "log", "--format=%s")) == (0, FIRST_SUBJECT)
    assert logling("upgrade", "--home", home, **{variable: value}).stdout.endswith("nothing to do.\n")


# ---- failures are told by their own cause


def test_a_site_of_another_owner_is_told_as_that(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(SiteError, match=r"dubious ownership.*git config --global --add safe\.directory.*chown"):
        pair.open().check_ready()


@pytest.mark.parametrize("ask", ["weights", "versions", "tip", "check_ready"])
def test_a_site_of_another_owner_is_never_an_empty_one(pair: Pair, monkeypatch: pytest.MonkeyPatch, ask: str) -> None:
    site = pair.open()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(SiteError, match="dubious ownership"):
        getattr(site, ask)()


def test_a_commit_asked_for_in_a_site_of_another_owner_is_not_missing(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = pair.open()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(SiteError, match="dubious ownership"):
        site.resolve("HEAD")


def test_a_detached_head_is_told_as_that(pair: Pair) -> None:
    git(pair.site, "checkout", "--quiet", "--detach")
    with pytest.raises(SiteError, match=r"detached HEAD: `git switch main` there"):
        pair.open().check_ready()


def test_a_damaged_head_is_not_told_as_a_detached_one(pair: Pair) -> None:
    (pair.site / ".git" / "HEAD").write_text("made-up\n")
    with pytest.raises(SiteError, match="not a git repository"):
        pair.open().check_ready()


@pytest.mark.parametrize("content", ["", "made-up\n", "\0" * 41])
def test_a_damaged_branch_is_no_empty_site(pair: Pair, content: str) -> None:
    (pair.site / ".git" / "refs" / "heads" / "main").write_text(content)
    with pytest.raises(SiteError, match=r"refs/heads/main.*damaged.*logs/refs/heads/main"):
        pair.open().weights()


def test_weights_whose_folder_git_has_lost_are_not_missing(pair: Pair) -> None:
    tree = git(pair.site, "rev-parse", "HEAD:web")
    (pair.site / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(SiteError, match=tree):
        pair.open().weights()


def test_a_lost_site_is_cloned_where_there_is_a_remote(pair: Pair) -> None:
    shutil.rmtree(pair.site)
    with pytest.raises(SiteError, match=f"`git clone {pair.remote} {pair.site}`"):
        pair.open()


def test_a_lost_site_without_a_remote_comes_from_a_backup(pair: Pair) -> None:
    shutil.rmtree(pair.site)
    pair.site.mkdir()
    with pytest.raises(SiteError, match="restore it from a backup"):
        Site(pair.site, SETTINGS)


def test_the_secret_of_a_remote_is_not_in_the_advice_to_clone_it(pair: Pair) -> None:
    shutil.rmtree(pair.site)
    with pytest.raises(SiteError, match=r"git clone 'https://\*\*\*@example\.org"):
        pair.open("https://me:made-up-secret@example.org/site.git")


@pytest.mark.usefixtures("mere_owner")
def test_a_site_that_may_not_be_entered_is_told_as_that(pair: Pair) -> None:
    pair.site.chmod(0)
    try:
        with pytest.raises(SiteError, match="Permission denied"):
            pair.open()
    finally:
        pair.site.chmod(0o755)


def test_a_damaged_site_within_another_repository_is_not_that_one(pair: Pair) -> None:
    git(pair.site.parent, "init", "--quiet")
    (pair.site / ".git" / "HEAD").write_text("made-up\n")
    with pytest.raises(SiteError, match="not a git repository"):
        pair.open().tip()


def test_what_hooks_say_has_no_control_signs_and_an_end(pair: Pair) -> None:
    says = r"printf '\033[31mred\033[0m \033]52;c;bWFkZSB1cA==\a\033]8;;http://made.up\033\\link\b\b\r\342\200\256x'"
    write_hook(pair.site, "pre-commit", f"{says} >&2; head -c 100000 /dev/zero | tr '\\0' y >&2; exit 1")
    with pytest.raises(SiteError) as told:
        pair.commit(b"second\n")
    assert str(told.value).isprintable()
    assert "red link" in str(told.value)
    assert "bWFk" not in str(told.value)
    assert len(str(told.value)) < 1500


def test_a_person_who_wants_to_see_signatures_hides_no_run(pair: Pair, tmp_path: Path) -> None:
    signs = "cat > /dev/null; echo '[GNUPG:] SIG_CREATED ' >&2\necho -----BEGIN PGP SIGNATURE-----\n"
    signs += "echo made-up; echo -----END PGP SIGNATURE-----"
    program = write_script(
        tmp_path / "bin" / "gpg", f'case "$*" in *--verify*) echo made-up >&2; exit 1;; esac\n{signs}'
    )
    for key, value in {"gpg.program": program, "commit.gpgSign": "true", "log.showSignature": "true"}.items():
        git(pair.site, "config", key, str(value))
    pair.commit(b"second\n")
    assert [version.run for version in pair.open().versions()] == ["second", "first"]

"""Links to logs are followed, but none that another user may have planted to have a file read that they may not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.home import ROOT
from service.sources.links import PlantedLink, open_unlinked, real_path, refuse_hard_link
from service.sources.log_file import OpenLog
from tests.support.logs import Logs

OF_ROOT = "/etc/passwd"
STRANGER = 54321
TRUSTED = frozenset((ROOT,))

Plant = Callable[[Path, str], Path]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Makes a link of a user who is neither root nor the one who runs Logling."""

    def link(at: Path, to: str) -> Path:
        at.symlink_to(to)
        if os.geteuid() == ROOT:
            os.lchown(at, STRANGER, -1)
        else:  # the link's owner is this user, so Logling has to be run by another one
            monkeypatch.setattr(os, "geteuid", lambda: STRANGER)
        return at

    return link


def test_a_strangers_link_to_a_file_of_root_is_not_followed(tmp_path: Path, plant: Plant) -> None:
    link = plant(tmp_path / "x.log", OF_ROOT)
    with pytest.raises(PlantedLink, match=r"a link of .* that leads to /etc/passwd of root; not followed"):
        real_path(str(link), TRUSTED)


def test_nor_is_one_at_the_end_of_other_links(tmp_path: Path, plant: Plant) -> None:
    plant(tmp_path / "second.log", OF_ROOT)
    link = plant(tmp_path / "first.log", "second.log")
    with pytest.raises(PlantedLink):
        real_path(str(link), TRUSTED)


def test_nor_is_a_strangers_link_to_a_folder_on_the_way(tmp_path: Path, plant: Plant) -> None:
    plant(tmp_path / "app", "/etc")
    with pytest.raises(PlantedLink):
        real_path(f"{tmp_path}/app/passwd", TRUSTED)


def test_a_link_of_a_trusted_user_is_followed_wherever_it_leads(tmp_path: Path, plant: Plant) -> None:
    link = plant(tmp_path / "x.log", OF_ROOT)
    assert real_path(str(link), {link.lstat().st_uid}) == OF_ROOT


def test_a_link_to_a_file_of_the_same_owner_is_followed(tmp_path: Path, plant: Plant) -> None:
    (tmp_path / "today.log").touch()
    link = plant(tmp_path / "current.log", "./../" + tmp_path.name + "/today.log")
    os.chown(tmp_path / "today.log", link.lstat().st_uid, -1)
    assert real_path(str(link), frozenset()) == str(tmp_path / "today.log")


def test_links_as_kubernetes_makes_them_are_followed(logs: Logs) -> None:
    pod = logs.folder / "pods" / "web"
    pod.mkdir(parents=True)
    (logs.folder / "docker.log").write_text("one\n")
    (pod / "0.log").symlink_to(logs.folder / "docker.log")
    (logs.folder / "containers").mkdir()
    (logs.folder / "containers" / "web.log").symlink_to(pod / "0.log")
    report = logs.pull("containers/*.log")
    assert (report.new, report.problems) == (1, [])


@pytest.mark.parametrize("pattern", ["app/*.log", "app/x.log", "**/*.log"])
def test_a_pull_says_which_link_it_did_not_follow(logs: Logs, plant: Plant, pattern: str) -> None:
    (logs.folder / "app").mkdir()
    (logs.folder / "app" / "good.log").write_text("good\n")
    link = plant(logs.folder / "app" / "x.log", OF_ROOT)
    report = logs.pull(pattern)
    assert [problem for problem in report.problems if problem.startswith(f"{link}: a link of ")]
    assert "root:" not in "\n".join(logs.lines())


def test_a_pull_says_which_folder_it_did_not_enter(logs: Logs, plant: Plant) -> None:
    link = plant(logs.folder / "app", "/etc")
    report = logs.pull("*/passwd")
    assert (report.new, f"{link}: a link of" in report.problems[0]) == (0, True)


@pytest.mark.parametrize("changed", ["x.log", "app"])
def test_what_became_a_link_after_it_was_found_is_not_opened(tmp_path: Path, changed: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.log").write_text("secret\n")
    if changed == "app":
        (tmp_path / "app").symlink_to(tmp_path / "other")
    else:
        (tmp_path / "app").mkdir()
        (tmp_path / "app" / "x.log").symlink_to(tmp_path / "other" / "x.log")
    with pytest.raises(OSError, match=r"app/x\.log"):
        OpenLog(tmp_path / "app" / "x.log")


def test_opening_leaves_no_descriptor_open(tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()
    before = len(list(Path("/proc/self/fd").iterdir()))
    os.close(open_unlinked(str(tmp_path / "a.log"), TRUSTED))
    with pytest.raises(FileNotFoundError):
        open_unlinked(str(tmp_path / "gone.log"), TRUSTED)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def status(path: Path, **changed: int) -> os.stat_result:
    """The status of a file, as it would be if some of it were otherwise."""
    found = path.stat()
    names = ["mode", "ino", "dev", "nlink", "uid", "gid", "size", "atime", "mtime", "ctime"]
    return os.stat_result(changed.get(name, getattr(found, f"st_{name}")) for name in names)


def refuses(tmp_path: Path, *, nlink: int, file: int, folder: int, mode: int) -> bool:
    """Whether a file with so many names is refused; `file` and `folder` are their owners."""
    try:
        refuse_hard_link(status(tmp_path, nlink=nlink, uid=file), status(tmp_path, uid=folder, mode=mode), TRUSTED, "x")
    except PlantedLink:
        return True
    return False


def test_a_second_name_in_a_strangers_folder_is_refused(tmp_path: Path) -> None:
    assert refuses(tmp_path, nlink=2, file=1, folder=STRANGER, mode=0o755)
    assert refuses(tmp_path, nlink=2, file=1, folder=ROOT, mode=0o1777)


def test_a_file_with_one_name_or_of_the_folders_owner_is_read(tmp_path: Path) -> None:
    assert not refuses(tmp_path, nlink=1, file=1, folder=STRANGER, mode=0o755)
    assert not refuses(tmp_path, nlink=2, file=STRANGER, folder=STRANGER, mode=0o755)
    assert not refuses(tmp_path, nlink=2, file=1, folder=ROOT, mode=0o755)

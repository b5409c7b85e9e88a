"""Finding files: all that the patterns name, once, and oldest first."""

import os
import socket
from pathlib import Path

import pytest

from service.sources.files import FileSource, find_files


def write(path: Path, data: bytes | str, age: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (1_700_000_000 - age,) * 2)
    return path


def names(patterns: list[str]) -> list[str]:
    return [file.path.name for file in find_files(patterns).files]


def test_rotated_files_come_oldest_first_by_time_of_writing(tmp_path: Path) -> None:
    for name, age in [("app.log", 0), ("app.log.1", 10), ("app.log.2.gz", 20), ("app.log.10.gz", 100)]:
        write(tmp_path / name, name, age)
    assert names([f"{tmp_path}/app*"]) == ["app.log.10.gz", "app.log.2.gz", "app.log.1", "app.log"]


def test_files_of_one_time_come_by_falling_number_and_before_their_gzip(tmp_path: Path) -> None:
    for name in ("app.log", "app.log.1", "app.log.1.gz", "app.log.12"):
        write(tmp_path / name, name)
    assert names([f"{tmp_path}/*"]) == ["app.log.12", "app.log.1", "app.log.1.gz", "app.log"]


def test_a_file_with_several_names_is_found_once(tmp_path: Path) -> None:
    log = write(tmp_path / "logs" / "app.log", "one\n")
    (tmp_path / "link.log").symlink_to(log)
    (tmp_path / "hard.log").hardlink_to(log)
    assert len(names([f"{tmp_path}/**/*.log", str(log), f"{tmp_path}/*.log"])) == 1


def test_two_stars_search_all_folders_below(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b" / "deep.log", "one\n")
    assert names([f"{tmp_path}/**/*.log"]) == ["deep.log"]


def test_a_name_with_brackets_is_also_read_as_it_stands(tmp_path: Path) -> None:
    write(tmp_path / "app[1].log", "one\n")
    assert names([f"{tmp_path}/app[1].log"]) == ["app[1].log"]


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "app.log", "one\n")
    assert names(["~/app.log"]) == ["app.log"]


def test_what_is_no_file_is_refused_with_its_kind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        patterns = [f"{tmp_path}/{name}" for name in ("pipe", "folder", "socket", "dangling")]
        found = find_files([*patterns, "/dev/null"])
    assert found.files == []
    for problem, kind in zip(found.problems, ["named pipe", "folder", "socket", "No such file", "device"], strict=True):
        assert kind in problem


def test_a_folder_met_by_a_wildcard_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    write(tmp_path / "app.log", "one\n")
    assert FileSource(f"{tmp_path}/*").find().problems == []


def test_a_wildcard_that_meets_only_folders_matches_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (problem,) = FileSource(f"{tmp_path}/*").find().problems
    assert "no file matches" in problem


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("~nosuchuser/app.log", "home directory"),
        ("/logs/\0/app.log", "NUL"),
        ("~/a\0*", "NUL"),
        ("/logs/a\nb*", "no file matches"),
        ("/logs/a\nb", "no file matches"),
        ("/" + "x" * 300, "File name too long"),
        ("/" + "x/" * 3_000, "File name too long"),
        ("/" + "x/" * 3_000 + "*", "no file matches"),
        ("/dev/null/app.log", "no file matches"),
        ("/\udcff/*.log", "no file matches"),
        ("relative/*", "absolute"),
        ("", "absolute"),
    ],
)
def test_a_bad_pattern_is_a_problem_of_its_own_and_the_others_are_read(
    tmp_path: Path, pattern: str, reason: str
) -> None:
    write(tmp_path / "app.log", "one\n")
    found = find_files([pattern, f"{tmp_path}/*.log"])
    assert [file.path.name for file in found.files] == ["app.log"]
    (problem,) = found.problems
    assert reason in problem
    assert problem.isprintable()


def test_a_tilde_without_a_home_is_a_problem_of_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_user(*_: object) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", no_such_user)  # as with a user id that has no entry in /etc/passwd
    write(tmp_path / "app.log", "one\n")
    found = find_files(["~/app.log", str(tmp_path / "app.log")])
    assert (len(found.files), len(found.problems)) == (1, 1)


@pytest.mark.usefixtures("mere_owner")
@pytest.mark.parametrize("pattern", ["closed/*.log", "**/*.log", "closed/app.log", "*/*.log"])
def test_a_folder_that_may_not_be_listed_is_named_and_the_others_are_read(tmp_path: Path, pattern: str) -> None:
    write(tmp_path / "closed" / "app.log", "one\n")
    write(tmp_path / "open" / "app.log", "one\n")
    (tmp_path / "closed").chmod(0)
    found = find_files([f"{tmp_path}/{pattern}", f"{tmp_path}/open/*"])
    (tmp_path / "closed").chmod(0o700)
    assert [str(file.path) for file in found.files] == [f"{tmp_path}/open/app.log"]
    assert [problem for problem in found.problems if "closed" in problem] == found.problems
    assert found.problems


def test_a_name_that_is_not_utf8_or_has_control_characters_is_told_in_escapes(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xff.log")).write_text("one\n")
    (tmp_path / os.fsdecode(b"dangling\xff.log")).symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "c\x1b[31m\n.log")
    write(tmp_path / "good\n.log", "one\n")
    found = find_files([f"{tmp_path}/*.log"])
    assert [file.path.name for file in found.files] == ["good\n.log"]
    assert len(found.problems) == 3
    assert all(problem.isprintable() for problem in found.problems)


@pytest.mark.parametrize(("pattern", "reason"), [("logs/app.log", "absolute"), ("/nowhere/*.log", "no file matches")])
def test_a_pattern_that_finds_nothing_says_why(pattern: str, reason: str) -> None:
    (problem,) = find_files([pattern, pattern]).problems
    assert pattern in problem
    assert reason in problem

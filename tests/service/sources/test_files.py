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
    assert FileSource(f"{tmp_path}/*").find().problems == []


@pytest.mark.parametrize(("pattern", "reason"), [("logs/app.log", "absolute"), ("/nowhere/*.log", "no file matches")])
def test_a_pattern_that_finds_nothing_says_why(pattern: str, reason: str) -> None:
    (problem,) = find_files([pattern, pattern]).problems
    assert pattern in problem
    assert reason in problem

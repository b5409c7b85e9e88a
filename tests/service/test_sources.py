"""Finding files, and knowing them again."""

import gzip
import os
import socket
from pathlib import Path

import pytest

from service.sources import FileSource, OpenLog, Position, RefusedFile, family, find_files, recognise, survivor


def write(path: Path, data: bytes | str, age: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    os.utime(path, (1_700_000_000 - age,) * 2)
    return path


def read(path: Path, row: int = 1) -> Position:
    """The position after reading all of a file."""
    with OpenLog(path) as log:
        trail, at = log.trail(0), 0
        for chunk in log.chunks():
            trail.feed(chunk, at + chunk.rfind(b"\n") + 1)
            at += len(chunk)
        marked = trail.mark(log.start())
    return Position(**{**marked.__dict__, "id": row})


def known_again(path: Path, *known: Position) -> int | None:
    """From where reading goes on; None for a new file."""
    with OpenLog(path) as log:
        standing = recognise(log, known)
    return None if standing is None else standing.position.position


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


ROTATIONS = [
    "app.log",
    "app.log.1",
    "app.log.2.gz",
    "app.log.old",
    "app.log-20240131",
    "app.log-20240131.gz",
    "app.log-20240131.1",
    "app.log-20240131-1706659200",
    "app.log.2024-01-31_07",
    "app-2024-01-31.log",
]


@pytest.mark.parametrize("name", ROTATIONS)
def test_a_log_keeps_its_family_over_rotations(name: str) -> None:
    assert family(Path("/logs") / name) == "/logs/app.log"


@pytest.mark.parametrize("name", ["node-2.log", "app2.log", "mysql.err", "20240131"])
def test_a_number_that_is_part_of_the_name_stays(name: str) -> None:
    assert family(Path("/logs") / name) == f"/logs/{name}"


def test_a_file_that_grew_is_carried_on(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", "one\ntorn")
    known = read(log)
    write(log, "one\ntorn no more\n")
    assert known_again(log, known) == 4


def test_a_renamed_file_is_known_by_its_inode(tmp_path: Path) -> None:
    known = read(write(tmp_path / "a.log", "one\n"))
    (tmp_path / "a.log").rename(tmp_path / "a.log.1")
    write(tmp_path / "a.log", "two\n")
    assert known_again(tmp_path / "a.log.1", known) == 4
    assert known_again(tmp_path / "a.log", known) is None


def test_a_file_copied_before_it_was_truncated_is_known_by_its_content(tmp_path: Path) -> None:
    known = read(write(tmp_path / "a.log", "one\n"))
    write(tmp_path / "a.log.1", "one\ntwo\n")
    write(tmp_path / "a.log", "")
    assert known_again(tmp_path / "a.log.1", known) == 4
    assert known_again(tmp_path / "a.log", known) is None


@pytest.mark.parametrize("length", [3, 200, 5_000])
def test_two_files_that_begin_alike_are_two_files(tmp_path: Path, length: int) -> None:
    banner = "=" * length + "\n"
    known = read(write(tmp_path / "a.log", banner))
    write(tmp_path / "b.log", banner + "of b\n")
    write(tmp_path / "b.log.1", banner + "of b\n")
    assert known_again(tmp_path / "b.log", known) is None
    assert known_again(tmp_path / "b.log.1", known) is None


def test_a_new_short_log_under_the_old_name_is_new_even_if_it_begins_alike(tmp_path: Path) -> None:
    known = read(write(tmp_path / "a.log", "started\n"))
    (tmp_path / "a.log").rename(tmp_path.parent / "moved-away.log")
    write(tmp_path / "a.log", "started\nof the new one\n")
    assert known_again(tmp_path / "a.log", known) is None


@pytest.mark.parametrize("regrown", ["", "two\n", "one more than before, and longer\n" * 9])
def test_a_truncated_file_is_new_also_if_it_grew_past_the_position(tmp_path: Path, regrown: str) -> None:
    log = write(tmp_path / "a.log", "one\nand more\n")
    known = read(log)
    write(log, regrown)
    assert known_again(log, known) is None


def test_a_rewritten_end_is_noticed_behind_an_equal_head(tmp_path: Path) -> None:
    head = "=" * 5_000 + "\n"
    log = write(tmp_path / "a.log", head + "one\n")
    known = read(log)
    write(log, head + "two\n")
    assert known_again(log, known) is None


def test_a_compressed_file_is_carried_on_from_where_the_plain_one_was_read(tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(100_000))
    known = read(write(tmp_path / "a.log.1", text))
    (tmp_path / "a.log.1").unlink()
    write(tmp_path / "a.log.2.gz", gzip.compress((text + "last\n").encode()))
    assert known_again(tmp_path / "a.log.2.gz", known) == len(text)


def test_a_gzip_of_many_small_members_is_known_again(tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(500))
    known = read(write(tmp_path / "a.log", text))
    (tmp_path / "a.log").unlink()
    write(tmp_path / "a.log.1.gz", b"".join(gzip.compress(f"{line}\n".encode()) for line in text.split("\n")[:-1]))
    assert known_again(tmp_path / "a.log.1.gz", known) == len(text)


def test_a_gzip_beside_its_plain_file_is_a_reading_of_its_own(tmp_path: Path) -> None:
    known = read(write(tmp_path / "a.log.1", "one\n"))
    write(tmp_path / "a.log.1.gz", gzip.compress(b"one\n"))
    with OpenLog(tmp_path / "a.log.1.gz") as log:
        standing = recognise(log, [known])
    assert standing is not None
    assert (standing.position.position, standing.position.id, standing.position.copy_of) == (4, None, known.id)


def test_a_survivor_is_found_under_another_name_in_its_folder(tmp_path: Path) -> None:
    known = read(write(tmp_path / "a.log", "one\n"))
    (tmp_path / "a.log").rename(tmp_path / "old")
    found = survivor(known)
    assert found is not None
    assert found.path.name == "old"
    write(tmp_path / "old", "")
    assert survivor(known) is None


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 300, b"\x7fELF" + b"\0\1\2" * 5_000, gzip.compress(bytes(range(256)) * 9)],
)
def test_a_binary_file_is_refused_with_the_reason(tmp_path: Path, data: bytes) -> None:
    with OpenLog(write(tmp_path / "a.log", data)) as log, pytest.raises(RefusedFile, match=r"a\.log: looks binary"):
        log.refuse_binary()


@pytest.mark.parametrize(
    "data",
    [b"", b"one\n", b"\0" * 100_000 + b"one\n", "größe\n".encode("latin-1"), b"\x1b[31mred\x1b[0m\r\n" * 99],
)
def test_odd_text_is_not_taken_for_binary(tmp_path: Path, data: bytes) -> None:
    with OpenLog(write(tmp_path / "a.log", data)) as log:
        log.refuse_binary()


def test_opening_and_closing_leaves_no_descriptor(tmp_path: Path) -> None:
    log = write(tmp_path / "a.log", "one\n")
    os.mkfifo(tmp_path / "pipe")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        with OpenLog(log) as opened:
            next(opened.chunks())
        with pytest.raises(RefusedFile):
            OpenLog(tmp_path / "pipe")
    assert len(list(Path("/proc/self/fd").iterdir())) == before

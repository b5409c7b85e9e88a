"""Identity: which earlier reading a file carries on."""

import gzip
from pathlib import Path

import pytest

from service.sources.known_files import KnownFiles
from service.sources.log_file import OpenLog
from service.sources.present_files import PresentFiles
from service.sources.rotation import recognise, survivor
from service.storage.position import Position


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
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
        standing = recognise(log, KnownFiles(known))
    return None if standing is None else standing.position.position


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
        standing = recognise(log, KnownFiles([known]))
    assert standing is not None
    assert (standing.position.position, standing.position.id, standing.position.copy_of) == (4, None, known.id)


def test_a_survivor_is_found_under_another_name_in_its_folder(tmp_path: Path) -> None:
    known = read(write(tmp_path / "a.log", "one\n"))
    (tmp_path / "a.log").rename(tmp_path / "old")
    found = survivor(known, PresentFiles())
    assert found is not None
    assert found.path.name == "old"
    write(tmp_path / "old", "")
    assert survivor(known, PresentFiles()) is None

"""A file that is followed through rotation: each new line once, in its order."""

from __future__ import annotations

import gzip
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.errors import LoglingError
from service.reading.reading import RAW, Reading
from service.sources.followed_file import LINES_BEFORE, FollowedFile


class Log:
    """A log, and what was read of it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "app.log"
        self.path.write_text("old 1\nold 2\n")
        self.reading = Reading()
        self.followed: FollowedFile | None = None

    def append(self, text: str, name: str = "app.log") -> None:
        with self.path.with_name(name).open("a", encoding="utf-8") as log:
            log.write(text)

    def read(self) -> list[str]:
        """All that can be read now, up to where nothing comes twice."""
        self.followed = self.followed or FollowedFile(self.path, lambda _: self.reading)
        lines, quiet = [], 0
        while quiet < 2:
            found = self.followed.read(0)
            quiet = 0 if found else quiet + 1
            lines += found
        return lines


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_following_begins_at_the_end(log: Log) -> None:
    assert log.read() == []
    log.append("new\n")
    assert log.read() == ["new"]


def test_the_last_lines_before_are_known(log: Log) -> None:
    assert FollowedFile(log.path, lambda _: RAW).before == ["old 1", "old 2"]


def test_of_a_long_log_the_last_200_whole_lines_are_known(log: Log) -> None:
    log.append("".join(f"line {n} {'x' * 300}\n" for n in range(1000)))
    before = FollowedFile(log.path, lambda _: RAW).before
    assert len(before) <= LINES_BEFORE
    assert [line.split()[1] for line in before] == [str(n) for n in range(1000 - len(before), 1000)]


def test_a_line_is_read_when_it_is_whole(log: Log) -> None:
    log.read()
    log.append("half ")
    assert log.read() == []
    log.append("and half\n")
    assert log.read() == ["half and half"]


def test_a_renamed_file_is_read_to_its_end_before_the_new_one(log: Log) -> None:
    log.read()
    log.append("one\n")
    log.path.rename(log.path.with_name("app.log.1"))
    log.append("two\n", "app.log.1")
    log.append("three\n")
    assert log.read() == ["one", "two", "three"]


def test_a_renamed_file_is_read_on_while_the_new_one_is_empty(log: Log) -> None:
    log.read()
    log.path.rename(log.path.with_name("app.log.1"))
    log.path.touch()
    assert log.read() == []
    log.append("late\n", "app.log.1")
    assert log.read() == ["late"]
    log.append("new\n")
    assert log.read() == ["new"]


def test_a_file_that_was_copied_and_emptied_is_read_from_its_start(log: Log) -> None:
    log.read()
    os.truncate(log.path, 0)
    assert log.read() == []
    log.append("new\n")
    assert log.read() == ["new"]


def test_a_file_that_was_emptied_and_is_longer_again_is_read_from_its_start(log: Log) -> None:
    log.read()
    os.truncate(log.path, 0)
    log.append("new 1\nnew 2\nnew 3\n")
    assert log.read() == ["new 1", "new 2", "new 3"]


def test_a_file_that_is_missing_for_a_while_is_waited_for(log: Log) -> None:
    log.read()
    log.path.unlink()
    assert log.read() == []
    assert log.followed
    assert "No such file" in log.followed.trouble
    log.append("back\n")
    assert log.read() == ["back"]
    log.read()
    assert log.followed.trouble == ""


def test_the_rest_of_a_removed_file_is_read(log: Log) -> None:
    log.read()
    log.append("last words")
    log.path.unlink()
    log.append("new\n")
    assert log.read() == ["last words", "new"]


def test_a_link_that_leads_to_another_file_is_followed_there(log: Log) -> None:
    link = log.path.with_name("current")
    link.symlink_to(log.path)
    followed = FollowedFile(link, lambda _: RAW)
    link.unlink()
    log.append("new\n", "other.log")
    link.symlink_to(log.path.with_name("other.log"))
    assert [line for _ in range(3) for line in followed.read(0)] == ["new"]


def test_a_new_file_that_begins_with_the_same_few_lines_is_read_from_its_start(log: Log) -> None:
    log.read()
    log.path.rename(log.path.with_name("app.log.1"))
    log.append("old 1\nold 2\n")
    assert log.read() == ["old 1", "old 2"]


def test_a_file_that_an_editor_wrote_anew_is_read_on(log: Log) -> None:
    log.append("".join(f"old {n}\n" for n in range(300)))
    log.read()
    log.path.with_name("new").write_text(log.path.read_text() + "new\n")
    log.path.with_name("new").rename(log.path)
    assert log.read() == ["new"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["line", "line", "read", "rename", "remove", "empty"]), max_size=40))
def test_through_any_rotations_each_line_is_read_once_in_its_order(tmp_path: Path, events: list[str]) -> None:
    log = Log(Path(tempfile.mkdtemp(dir=tmp_path)))
    read = log.read()
    written = 0
    for number, event in enumerate(events):
        if event == "line":
            log.append(f"line {written}\n")
            written += 1
        elif event == "read" or not log.path.exists():
            read += log.read()
        else:  # of two rotations between two looks, the file in between would be missed
            read += log.read()
            if event == "empty":
                os.truncate(log.path, 0)
            else:
                log.path.rename(log.path.with_name(f"app.log.{number}"))
                log.append(f"line {written}\n", f"app.log.{number}")  # by who has it open still
                written += 1
            if event == "rename":
                log.path.touch()
    log.append("last\n")
    assert [*read, *log.read()] == [*(f"line {number}" for number in range(written)), "last"]


def test_a_record_that_can_go_on_is_read_when_nothing_comes(log: Log) -> None:
    log.reading = Reading(continuation=r"^\s")
    log.read()
    log.append("ERROR\n  at one\n")
    assert log.followed
    assert log.followed.read(0) == []
    log.append("  at two\n")
    assert log.read() == ["ERROR⏎  at one⏎  at two"]


def test_secrets_are_masked(log: Log) -> None:
    log.read()
    log.append("password=made-up-secret\n")
    assert "made-up-secret" not in log.read()[0]


def test_a_log_in_utf_16_is_followed(log: Log) -> None:
    log.path.write_bytes("\ufeffold\n".encode("utf-16-le"))
    log.read()
    with log.path.open("ab") as file:
        file.write("grün\n".encode("utf-16-le"))
    assert log.read() == ["grün"]


def test_an_empty_file_is_followed(log: Log) -> None:
    log.path.write_text("")
    log.read()
    log.append("first\n")
    assert log.read() == ["first"]


def test_a_missing_file_is_named(log: Log) -> None:
    log.path.unlink()
    with pytest.raises(FileNotFoundError, match=r"app\.log"):
        log.read()


def test_a_folder_is_named_as_one(tmp_path: Path) -> None:
    with pytest.raises(LoglingError, match="a folder"):
        FollowedFile(tmp_path, lambda _: RAW)


def test_a_compressed_file_is_refused(log: Log) -> None:
    log.path.write_bytes(gzip.compress(b"old\n"))
    with pytest.raises(LoglingError, match="compressed and does not grow: `logling check` reads it"):
        log.read()


def test_a_file_that_is_no_text_is_refused(log: Log) -> None:
    log.path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(LoglingError, match=r"app\.log"):
        log.read()


def test_no_descriptor_is_left_open(log: Log) -> None:
    log.read()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for n in range(50):
        log.path.rename(log.path.with_name(f"app.log.{n}"))
        log.append("new\n")
        assert log.read() == ["new"]
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208

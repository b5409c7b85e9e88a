"""What a source matches, before anything is read of it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from service.sources.source_preview import how_to_read, look_at
from tests.support.logs import Logs


def test_one_file_is_counted_with_its_lines(logs: Logs) -> None:
    logs.write("app.log", "line\n" * 1800)
    assert look_at(f"{logs.folder}/app.log").describe() == "1 file, 1,800 lines"


def test_the_lines_of_an_archive_are_counted_too(logs: Logs) -> None:
    logs.write("app.log", "line\n" * 2)
    logs.write("app.log.1.gz", gzip.compress(b"line\n" * 3))
    assert look_at(f"{logs.folder}/app.log*").describe() == "2 files, 5 lines"


def test_a_large_log_is_estimated_from_its_beginning(logs: Logs) -> None:
    logs.write("app.log", "a line\n" * 300_000)
    assert look_at(f"{logs.folder}/app.log", most_bytes=100_000).describe() == "1 file, about 300,000 lines"


def test_a_pattern_without_a_file_matches_nothing_yet(logs: Logs) -> None:
    found = look_at(f"{logs.folder}/*.log")
    assert (found.describe(), list(found.problems)) == ("matches nothing yet", [])


def test_a_truncated_archive_is_a_problem(logs: Logs) -> None:
    logs.write("app.log.gz", gzip.compress(b"line\n" * 999)[:-9])
    (problem,) = look_at(f"{logs.folder}/*").problems
    assert "ends early" in problem


def test_a_binary_file_is_a_problem_and_not_counted(logs: Logs) -> None:
    logs.write("app.log", bytes(range(256)) * 40)
    found = look_at(f"{logs.folder}/app.log")
    assert (len(found.files), "looks binary" in found.problems[0]) == (0, True)


@pytest.mark.usefixtures("mere_owner")
def test_a_file_that_may_not_be_read_is_told_with_what_mends_it(logs: Logs) -> None:
    logs.write("app.log", "line\n").chmod(0)
    (problem,) = look_at(f"{logs.folder}/app.log").problems
    assert "Permission denied; sudo setfacl -m u:" in problem


@pytest.mark.usefixtures("mere_owner")
def test_a_folder_that_may_not_be_entered_is_what_has_to_be_opened(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert how_to_read(closed / "app.log").endswith(f":rx {closed}")


def test_what_may_be_read_needs_no_mending(logs: Logs) -> None:
    assert how_to_read(logs.write("app.log", "line\n")) == ""

"""What readers of logs are known to have got wrong, with where it was reported."""

import gzip
import os
import sqlite3
from collections import Counter
from typing import Any

import pytest


def test_two_logs_with_the_same_first_line_are_not_merged(logs: Any) -> None:
    """vectordotdev/vector#5833"""
    for name in ("a.log", "b.log"):
        logs.write(name, "time,level,message\n")
    logs.pull()
    for name in ("a.log", "b.log"):
        logs.append(name, f"of {name}\n")
    logs.pull()
    assert Counter(logs.lines()) == {"time,level,message": 2, "of a.log": 1, "of b.log": 1}


def test_a_file_smaller_than_any_fingerprint_is_read(logs: Any) -> None:
    """vectordotdev/vector#2701"""
    logs.write("a.log", "x\n")
    assert logs.pull().new == 1


def test_an_inode_used_again_with_a_position_past_its_end_does_not_stall(logs: Any) -> None:
    """vectordotdev/vector#23076, fluent/fluent-bit#8025"""
    path = logs.write("a.log", "long before\n" * 50)
    logs.pull()
    inode = path.stat().st_ino
    path.write_text("")
    with path.open("r+") as same:
        same.write("new\n")
    assert path.stat().st_ino == inode
    assert (logs.pull().new, logs.lines()[-1]) == (1, "new")


def test_a_file_emptied_while_nobody_looked_and_regrown_past_the_position_is_read_anew(logs: Any) -> None:
    logs.write("a.log", "before\n" * 10)
    logs.pull()
    (logs.folder / "a.log").write_text("after\n" * 100)
    report = logs.pull()
    assert (report.new, len(report.gaps)) == (100, 1)


def test_the_hole_that_copytruncate_leaves_is_not_part_of_the_line(logs: Any) -> None:
    """logrotate/logrotate#34"""
    path = logs.write("a.log", "before\n" * 1000)
    logs.pull()
    with path.open("r+b") as writer:  # without O_APPEND
        writer.seek(0, os.SEEK_END)
        logs.write("a.log.1", path.read_bytes())
        os.truncate(path, 0)
        writer.write(b"after\n")
    report = logs.pull()
    assert (report.new, logs.lines()[-1], report.oddities.nul) == (1, "after", 1)
    logs.append("a.log", "and more\n")
    assert (logs.pull().new, logs.lines()[-1]) == (1, "and more")


def test_a_line_longer_than_the_buffer_does_not_hide_what_follows(logs: Any) -> None:
    """fluent/fluent-bit#10435"""
    logs.write("a.log", "x" * 3_000_000 + "\nnext\n")
    assert (logs.pull().new, logs.lines()[1]) == (2, "next")


def test_positions_survive_a_kill_in_the_middle_of_their_writing(logs: Any) -> None:
    """vectordotdev/vector#20753: a checkpoint file was empty after a kill; here it is SQLite's journal that is torn"""
    logs.write("a.log", "one\n")
    logs.pull()
    logs.corpus.with_name("corpus.db-wal").write_bytes(b"torn" * 1000)
    logs.append("a.log", "two\n")
    assert (logs.pull().new, logs.lines()) == (1, ["one", "two"])


@pytest.mark.parametrize("after", ["new\n", "started\nnew\n", "started\nnew and\nlonger than what was there\n"])
def test_a_file_deleted_and_made_anew_at_the_same_inode_is_a_new_file(logs: Any, after: str) -> None:
    """elastic/beats' and others' stale offsets; here even where no birth time is known"""
    path = logs.write("a.log", "started\nold one\nold two\n")
    logs.pull()
    path.unlink()
    inode = logs.write("a.log", after).stat().st_ino
    with sqlite3.connect(logs.corpus) as database:
        database.execute("UPDATE files SET inode = ?, born = 0", (str(inode),))
    report = logs.pull()
    assert (report.new, len(report.gaps), logs.lines()[3:]) == (after.count("\n"), 1, after.splitlines())


def test_broken_utf8_and_a_character_torn_in_two_stop_nothing(logs: Any) -> None:
    """pygtail"""
    logs.write("a.log", b"gr\xf6\xdfe\ngr\xc3")
    assert logs.pull().oddities.invalid_utf8 == 1
    logs.write("a.log", b"gr\xf6\xdfe\ngr\xc3\xb6\xc3\x9fe\n")
    assert (logs.pull().oddities.invalid_utf8, logs.lines()) == (0, ["gr\ufffd\ufffde", "größe"])


def test_two_rotations_by_number_and_a_compression_between_two_pulls_lose_nothing(logs: Any) -> None:
    """pygtail"""
    logs.write("a.log", "one\n")
    logs.pull("a.log")
    for day, unread in enumerate(["two\nto", "rn\nthree\n", "four\n"]):
        logs.append("a.log", unread)
        if day == 1:
            logs.write("a.log.2.gz", gzip.compress((logs.folder / "a.log.1").read_bytes()))
        if day < 2:
            (logs.folder / "a.log").rename(logs.folder / "a.log.1")
    report = logs.pull("a.log")
    assert (report.gaps, sorted(logs.lines())) == ([], ["four", "one", "rn", "three", "to", "two"])


def test_what_was_read_between_copy_and_truncation_is_kept_though_no_copy_has_it(logs: Any) -> None:
    """logrotate/logrotate#363, elastic/beats#45300: copytruncate loses lines"""
    path = logs.write("a.log", "one\n")
    logs.pull()
    logs.write("a.log.1", path.read_bytes())
    logs.append("a.log", "two\n")
    logs.pull()
    path.write_text("")
    logs.append("a.log", "three\n")
    logs.pull()
    assert logs.lines() == ["one", "two", "three"]

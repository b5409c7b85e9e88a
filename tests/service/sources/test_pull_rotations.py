"""Pull over rotations that `tests/benchmarks/rotations.py` does not make, and what is reported of them."""

import gzip
import lzma
import os
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from service.settings import Source
from service.sources.pull import pull
from service.sources.pull_report import PullReport
from service.storage.corpus import Corpus

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


def test_a_file_that_was_empty_when_last_seen_leaves_no_gap_when_it_is_compressed(logs: Any) -> None:
    logs.write("a.log", "")
    logs.pull()
    logs.write("a.log.1.gz", gzip.compress(b"one\n"))
    (logs.folder / "a.log").unlink()
    logs.write("a.log", "two\n")
    report = logs.pull()
    assert (report.gaps, report.new) == ([], 2)


def test_a_file_renamed_through_all_its_numbers_and_removed_leaves_no_gap(logs: Any) -> None:
    for day in range(8):
        for number in (3, 2, 1):
            if (old := logs.folder / f"a.log.{number}").exists():
                old.rename(logs.folder / f"a.log.{number + 1}")
        if (live := logs.folder / "a.log").exists():
            live.rename(logs.folder / "a.log.1")
        logs.write("a.log", f"day {day}\n")
        report = logs.pull()
        assert (report.gaps, report.new, report.problems) == ([], 1, [])
    assert logs.lines() == [f"day {day}" for day in range(8)]


@pytest.mark.parametrize("after", ["", "new\n", "new, and longer than what was there before\n" * 3])
def test_an_emptied_file_is_read_from_the_start_and_its_lost_bytes_are_a_gap(logs: Any, after: str) -> None:
    path = logs.write("a.log", "one\nunfinished")
    logs.pull()
    path.write_text(after)
    report = logs.pull()
    (gap,) = report.gaps
    assert (gap.source, gap.bytes) == (str(path), len("unfinished"))
    assert report.new == after.count("\n")
    assert logs.pull().gaps == []


def test_a_replaced_file_is_a_gap_of_unknown_size_when_all_that_was_seen_was_read(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull()
    path.write_text("")
    (gap,) = logs.pull().gaps
    assert (gap.bytes, "not known" in gap.reason) == (0, True)


def test_a_file_is_read_on_under_a_name_that_no_pattern_matches(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull("a.log")
    logs.append("a.log", "two\n")
    path.rename(logs.folder / "a.log.1")
    logs.write("a.log", "three\n")
    assert (logs.pull("a.log").gaps, logs.lines()) == ([], ["one", "two", "three"])


def test_rotations_between_two_pulls_are_read_though_the_pattern_names_only_the_live_file(logs: Any) -> None:
    for day in range(4):
        logs.write("a.log", f"day {day}\n")
        if day in (0, 3):
            logs.pull("a.log")
        (logs.folder / "a.log").rename(logs.folder / f"a.log-2026010{day}")
    logs.write("b.log", "not asked for\n")
    assert (logs.pull("a.log").new, sorted(logs.lines())) == (0, [f"day {day}" for day in range(4)])


def test_a_log_that_was_gone_at_a_pull_and_rotated_since_it_came_again_is_read(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull("a.log")
    path.unlink()
    assert len(logs.pull("a.log").gaps) == 1
    logs.write("a.log-20260101.gz", gzip.compress(b"two\n"))
    assert (logs.pull("a.log").new, logs.lines()) == (1, ["one", "two"])
    logs.write("a.log", "three\n")
    assert (logs.pull("a.log").new, logs.pull("a.log").new) == (1, 0)


def test_rotations_from_before_the_first_pull_are_not_read_unless_a_pattern_matches_them(logs: Any) -> None:
    os.utime(logs.write("a.log.1", "old\n"), (1_700_000_000,) * 2)
    logs.write("a.log", "new\n")
    assert [logs.pull("a.log").new for _ in range(2)] == [1, 0]
    assert logs.pull("a.log*").new == 1


def test_a_file_is_not_followed_when_its_source_was_taken_out(logs: Any) -> None:
    logs.write("a.log", "one\n")
    logs.pull("a.log")
    logs.append("a.log", "two\n")
    report = logs.pull("b.log")
    assert (report.new, report.gaps) == (0, [])


def test_a_file_that_moved_out_of_sight_after_it_was_read_is_no_gap(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull("a.log")
    path.rename(logs.folder / "a.log.1")
    logs.write("a.log", "two\n")
    assert logs.pull("a.log").gaps == []


def test_a_damaged_gzip_gives_its_lines_up_to_the_damage_once_and_says_so(logs: Any) -> None:
    packed = gzip.compress("".join(f"line {number} {number**3}\n" for number in range(20_000)).encode())
    logs.write("a.log.1.gz", packed[: len(packed) // 2])
    report = logs.pull()
    assert 5_000 < report.new < 15_000
    assert "ends early; the lines before that are kept" in report.problems[0]
    logs.write("a.log.1.gz", packed)
    assert logs.pull().new == 20_000 - report.new
    assert len(set(logs.lines())) == 20_000


@pytest.mark.parametrize("suffix", COMPRESS)
def test_every_compression_carries_on_and_its_damage_is_told(logs: Any, suffix: str) -> None:
    text = "".join(f"line {number} {number**3}\n" for number in range(20_000)).encode()
    packed = COMPRESS[suffix](text)
    path = logs.write("a.log", text[: text.index(b"\n", len(text) // 2) + 1])
    before = logs.pull().new
    path.unlink()
    logs.write(f"a.log.1{suffix}", packed)
    logs.write("a.log", "")
    report = logs.pull()
    assert (report.new, report.gaps, report.problems) == (20_000 - before, [], [])
    logs.write(f"b.log.1{suffix}", packed[: len(packed) // 2])
    report = logs.pull()
    assert "the compressed data" in report.problems[0]
    assert 1_000 < report.new < 15_000


def test_a_device_that_is_numbered_anew_at_mounting_is_not_read_again(logs: Any) -> None:
    logs.write("a.log", "short\n")
    logs.pull()
    with sqlite3.connect(logs.corpus) as database:
        known = database.execute("SELECT born FROM files").fetchone()[0]
        database.execute("UPDATE files SET device = '12345'")
    assert logs.pull().new == (0 if known else 1)


def test_a_deleted_log_is_a_gap_of_unknown_size_and_a_rotated_one_is_none(logs: Any) -> None:
    for name in ("a.log", "a.log.1"):
        logs.write(name, f"{name}\n")
    logs.pull()
    (logs.folder / "a.log.1").unlink()
    assert logs.pull().gaps == []
    (logs.folder / "a.log").unlink()
    assert [gap.bytes for gap in logs.pull().gaps] == [0]
    assert logs.pull().gaps == []


def test_a_symlink_that_leads_nowhere_for_a_while_is_a_problem_and_then_read_on(logs: Any) -> None:
    first, link = logs.write("one-20260101.log", "one\n"), logs.folder / "current"
    link.symlink_to(first)
    logs.pull("current")
    logs.append(first.name, "two\n")
    first.rename(logs.folder / "kept")
    report = logs.pull("current")
    assert (report.gaps, "No such file" in report.problems[0]) == ([], True)
    (logs.folder / "kept").rename(first)
    logs.append(first.name, "three\n")
    assert (logs.pull("current").gaps, logs.lines()) == ([], ["one", "two", "three"])


def test_a_symlink_from_elsewhere_that_is_pointed_back_goes_on_where_it_was(logs: Any) -> None:
    (logs.folder / "a").mkdir()
    link = logs.folder / "current"
    for day, name in enumerate(["a/one.log", "a/two.log", "a/one.log"]):
        logs.append(name, f"day {day}\n")
        link.unlink(missing_ok=True)
        link.symlink_to(logs.folder / name)
        assert (logs.pull("current").new, logs.pull("current").gaps) == (1, [])
    assert sorted(logs.lines()) == ["day 0", "day 1", "day 2"]


def test_a_glob_that_starts_to_match_later_reads_from_the_start(logs: Any) -> None:
    logs.write("a.log", "one\n")
    assert logs.pull("*.log", "new/**/*.log").new == 1
    logs.write("b.log", "two\n")
    (logs.folder / "new" / "deep").mkdir(parents=True)
    logs.write("new/deep/c.log", "three\n")
    assert (logs.pull("*.log", "new/**/*.log").new, sorted(logs.lines())) == (2, ["one", "three", "two"])


def test_a_file_that_another_source_has_read_is_read_on_when_a_glob_starts_to_match_it(logs: Any) -> None:
    path = logs.write("a.tmp", "one\n")
    logs.pull("*.tmp", "*.log")
    path.rename(logs.folder / "a.log")
    logs.append("a.log", "two\n")
    report = logs.pull("*.tmp", "*.log")
    assert (report.new, report.gaps, sorted(logs.lines())) == (1, [], ["one", "two"])


def test_a_log_whose_live_name_has_the_day_is_read_over_its_days_also_late_and_compressed(logs: Any) -> None:
    for day in range(1, 6):
        logs.append(f"app-2026-01-0{day}.log", f"day {day}\n")
        if day > 1:
            logs.append(f"app-2026-01-0{day - 1}.log", f"late on day {day - 1}\n")
        if day > 2:
            path = logs.folder / f"app-2026-01-0{day - 2}.log"
            times = path.stat()
            packed = logs.write(f"{path.name}.gz", gzip.compress(path.read_bytes()))
            os.utime(packed, ns=(times.st_atime_ns, times.st_mtime_ns))
            path.unlink()
        report = logs.pull("app-*.log")
        assert (report.new, report.gaps) == (1 if day == 1 else 2, [])
    assert sorted(logs.lines()) == sorted([f"day {n}" for n in range(1, 6)] + [f"late on day {n}" for n in range(1, 5)])


def numbered(first: int, count: int) -> bytes:
    """Lines that compress badly, so that an archive of them is read in several pieces."""
    return b"".join(b"%d %d\n" % (number, number**9) for number in range(first, first + count))


def pulled_while(logs: Any, change: Callable[[], None]) -> PullReport:
    """A pull during which, after the first piece, something happens to its files."""
    left = [change]
    with Corpus(logs.corpus) as corpus:
        return pull([Source(files=f"{logs.folder}/*")], corpus, lambda *_: left.pop()() if left else None)


@pytest.mark.parametrize("suffix", COMPRESS)
def test_an_archive_that_is_written_while_it_is_read_gives_every_line_once(logs: Any, suffix: str) -> None:
    packed = COMPRESS[suffix](numbered(0, 20_000))
    path = logs.write(f"a.log.1{suffix}", packed[:-50_000])

    def go_on() -> None:
        with path.open("ab") as archive:
            archive.write(packed[-50_000:-20_000])

    first = pulled_while(logs, go_on)
    path.write_bytes(packed)
    assert (first.new + logs.pull().new, len(set(logs.lines()))) == (20_000, 20_000)
    assert logs.pull().new == 0


@pytest.mark.parametrize("suffix", COMPRESS)
def test_an_archive_that_is_replaced_while_it_is_read_is_read_and_then_its_successor(logs: Any, suffix: str) -> None:
    path = logs.write(f"a.log.1{suffix}", COMPRESS[suffix](numbered(0, 20_000)))

    def replace_it() -> None:
        logs.write("new", COMPRESS[suffix](numbered(50_000, 20_000))).rename(path)

    assert (pulled_while(logs, replace_it).new, logs.pull().new) == (20_000, 20_000)
    assert (len(set(logs.lines())), logs.pull().new) == (40_000, 0)


def test_an_archive_that_is_replaced_in_its_place_by_one_as_large_is_read(logs: Any) -> None:
    head = "=" * 2000 + "\n"
    path = logs.write("a.log.1.gz", gzip.compress(f"{head}one\n".encode(), 0))
    logs.pull()
    os.utime(path, (1_700_000_000,) * 2)
    assert logs.pull().new == 0
    logs.write("a.log.1.gz", gzip.compress(f"{head}two\n".encode(), 0))
    logs.pull()
    assert "two" in logs.lines()


def test_what_is_packed_after_the_clock_was_set_back_is_still_read_after_the_plain_file(logs: Any) -> None:
    logs.write("a.log.1", numbered(0, 2_000))
    packed = logs.write("a.log.1.gz", gzip.compress(numbered(0, 2_000))[:-20])
    os.utime(packed, (time.time() - 86_400,) * 2)
    assert (logs.pull().new, logs.pull().new) == (2_000, 0)


def test_a_short_rotation_that_a_changed_pattern_finds_is_no_copy_though_it_begins_as_the_log_does(logs: Any) -> None:
    os.utime(logs.write("a.log.1", "started\n"), (time.time() - 86_400,) * 2)
    time.sleep(0.01)  # a birth in the same tick of the clock cannot be told
    logs.write("a.log", "started\nmore\n")
    assert [logs.pull(pattern).new for pattern in ("a.log", "a.log*", "a.log*")] == [2, 1, 0]


def test_a_log_that_began_again_with_what_was_copied_is_told_also_when_no_time_says_which_is_the_copy(
    logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.sources.log_file.born", lambda descriptor: 0)  # a file system that keeps no birth
    logs.write("a.log", "started\n")
    logs.pull()
    copy = logs.write("a.log.1", "start")  # not yet all of it
    logs.pull()
    logs.append("a.log.1", "ed\n")
    logs.write("a.log", "started\n")
    os.utime(copy, (time.time() - 60,) * 2)
    assert [(gap.source, gap.bytes) for gap in logs.pull().gaps] == [(str(copy), len("started\n"))]
    assert (logs.lines(), logs.pull().gaps) == (["started"], [])


def test_a_log_that_grew_while_it_was_copied_and_then_began_again_alike_is_read_as_two_files(logs: Any) -> None:
    logs.write("a.log", "started\n")
    logs.pull()
    logs.write("a.log.1", "start")  # not yet all of it
    logs.pull()
    logs.append("a.log.1", "ed\nmore\n")
    logs.write("a.log", "started\n")
    assert (logs.pull().gaps, sorted(logs.lines())) == ([], ["more", "started", "started"])
    assert logs.pull().new == 0


def test_a_log_that_grew_while_it_was_copied_is_read_once_when_no_time_says_which_is_the_copy(
    logs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.sources.log_file.born", lambda descriptor: 0)
    logs.write("a.log", "started\n")
    logs.pull()
    copy = logs.write("a.log.1", "start")  # not yet all of it
    logs.pull()
    logs.append("a.log.1", "ed\nmore\n")
    logs.append("a.log", "more\n")
    os.utime(copy, (time.time() - 60,) * 2)
    assert (logs.pull().gaps, logs.lines()) == ([], ["started", "more"])

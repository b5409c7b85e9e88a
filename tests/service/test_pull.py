"""Pull: each line of each file once, whatever happens to the files or to the process."""

import gzip
import lzma
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from service.corpus import Corpus
from service.pull import pull
from service.reports import PullReport
from service.settings import Source


class Logs:
    """A folder of logs and a corpus that is opened anew for every pull."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "logs"
        self.folder.mkdir()
        self.corpus = folder / "corpus.db"

    def write(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def append(self, name: str, text: str) -> None:
        with (self.folder / name).open("a") as log:
            log.write(text)

    def pull(self, *patterns: str) -> PullReport:
        with Corpus(self.corpus) as corpus:
            return pull([Source(files=f"{self.folder}/{pattern}") for pattern in patterns or ("*",)], corpus)

    def lines(self) -> list[str]:
        with Corpus(self.corpus) as corpus:
            return [line for document in corpus.documents() for line in document.lines]


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)


def test_the_report_has_what_the_contract_names(logs: Logs) -> None:
    path = logs.write("a.log", b"one\r\npassword=example0\n\ntorn")
    report = logs.pull()
    assert report.as_json() == {
        "lines": {"new": 2, "total": 2},
        "gaps": [],
        "sources": [{"path": str(path), "position": 24, "lines": 2}],
        "oddities": {"invalid_utf8": 0, "nul": 0, "crlf": 1, "control": 0, "overlong": 0, "blank": 1, "unformatted": 0},
        "masked": {"named_value": 1},
        "problems": [],
    }
    assert logs.lines() == ["one", "password=<secret>"]


def test_a_second_pull_reads_only_what_is_new_and_a_torn_line_once_it_is_complete(logs: Logs) -> None:
    logs.write("a.log", "one\ntwo, to")
    assert [logs.pull().new, logs.pull().new] == [1, 0]
    logs.append("a.log", "rn\nthree\n")
    assert logs.pull().new == 2
    assert logs.lines() == ["one", "two, torn", "three"]


def test_files_that_are_small_empty_or_alike_are_each_read(logs: Logs) -> None:
    for name in ("a.log", "b.log", "c.log"):
        logs.write(name, "started\n")
    logs.write("empty.log", "")
    assert logs.pull().new == 3
    logs.append("b.log", "of b\n")
    logs.append("empty.log", "x\n")
    assert logs.pull().new == 2
    assert Counter(logs.lines()) == {"started": 3, "of b": 1, "x": 1}


def test_a_renamed_file_is_read_on_and_its_successor_from_the_start(logs: Logs) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull()
    logs.append("a.log", "two\n")
    path.rename(logs.folder / "a.log.1")
    logs.write("a.log", "three\n")
    report = logs.pull()
    assert (report.gaps, logs.lines()) == ([], ["one", "two", "three"])


def test_a_copied_and_truncated_file_is_read_once(logs: Logs) -> None:
    logs.write("a.log", "one\n")
    logs.pull()
    logs.write("a.log.1", "one\ntwo\n")
    logs.write("a.log", "three\n")
    report = logs.pull()
    assert (report.gaps, sorted(logs.lines())) == ([], ["one", "three", "two"])
    assert logs.pull().new == 0


def test_a_rotation_that_compresses_is_read_once_with_its_unfinished_last_line(logs: Logs) -> None:
    logs.write("a.log", "one\ntwo\nto")
    logs.pull()
    (logs.folder / "a.log").unlink()
    logs.write("a.log.1.gz", gzip.compress(b"one\ntwo\ntorn\nunfinished"))
    logs.write("a.log", "new\n")
    report = logs.pull()
    assert (report.gaps, report.new) == ([], 3)
    assert sorted(logs.lines()) == ["new", "one", "torn", "two", "unfinished"]
    assert logs.pull().new == 0


def test_a_file_that_was_empty_when_last_seen_leaves_no_gap_when_it_is_compressed(logs: Logs) -> None:
    logs.write("a.log", "")
    logs.pull()
    logs.write("a.log.1.gz", gzip.compress(b"one\n"))
    (logs.folder / "a.log").unlink()
    logs.write("a.log", "two\n")
    report = logs.pull()
    assert (report.gaps, report.new) == ([], 2)


def test_a_file_renamed_through_all_its_numbers_and_removed_leaves_no_gap(logs: Logs) -> None:
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
def test_an_emptied_file_is_read_from_the_start_and_its_lost_bytes_are_a_gap(logs: Logs, after: str) -> None:
    path = logs.write("a.log", "one\nunfinished")
    logs.pull()
    path.write_text(after)
    report = logs.pull()
    (gap,) = report.gaps
    assert (gap.source, gap.bytes) == (str(path), len("unfinished"))
    assert report.new == after.count("\n")
    assert logs.pull().gaps == []


def test_a_replaced_file_is_a_gap_of_unknown_size_when_all_that_was_seen_was_read(logs: Logs) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull()
    path.write_text("")
    (gap,) = logs.pull().gaps
    assert (gap.bytes, "not known" in gap.reason) == (0, True)


def test_a_file_is_read_on_under_a_name_that_no_pattern_matches(logs: Logs) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull("a.log")
    logs.append("a.log", "two\n")
    path.rename(logs.folder / "a.log.1")
    logs.write("a.log", "three\n")
    assert (logs.pull("a.log").gaps, logs.lines()) == ([], ["one", "two", "three"])


def test_rotations_between_two_pulls_are_read_though_the_pattern_names_only_the_live_file(logs: Logs) -> None:
    for day in range(4):
        logs.write("a.log", f"day {day}\n")
        if day in (0, 3):
            logs.pull("a.log")
        (logs.folder / "a.log").rename(logs.folder / f"a.log-2026010{day}")
    logs.write("b.log", "not asked for\n")
    assert (logs.pull("a.log").new, sorted(logs.lines())) == (0, [f"day {day}" for day in range(4)])


def test_rotations_from_before_the_first_pull_are_not_read_unless_a_pattern_matches_them(logs: Logs) -> None:
    os.utime(logs.write("a.log.1", "old\n"), (1_700_000_000,) * 2)
    logs.write("a.log", "new\n")
    assert [logs.pull("a.log").new for _ in range(2)] == [1, 0]
    assert logs.pull("a.log*").new == 1


def test_a_file_is_not_followed_when_its_source_was_taken_out(logs: Logs) -> None:
    logs.write("a.log", "one\n")
    logs.pull("a.log")
    logs.append("a.log", "two\n")
    report = logs.pull("b.log")
    assert (report.new, report.gaps) == (0, [])


def test_a_file_that_moved_out_of_sight_after_it_was_read_is_no_gap(logs: Logs) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull("a.log")
    path.rename(logs.folder / "a.log.1")
    logs.write("a.log", "two\n")
    assert logs.pull("a.log").gaps == []


def test_a_damaged_gzip_gives_its_lines_up_to_the_damage_once_and_says_so(logs: Logs) -> None:
    packed = gzip.compress("".join(f"line {number} {number**3}\n" for number in range(20_000)).encode())
    logs.write("a.log.1.gz", packed[: len(packed) // 2])
    report = logs.pull()
    assert 5_000 < report.new < 15_000
    assert "ends early; the lines before that are kept" in report.problems[0]
    logs.write("a.log.1.gz", packed)
    assert logs.pull().new == 20_000 - report.new
    assert len(set(logs.lines())) == 20_000


def test_files_that_cannot_be_read_are_problems_and_the_others_are_read(logs: Logs) -> None:
    logs.write("a.log", "one\n")
    logs.write("b.log", bytes(range(256)) * 99)
    os.mkfifo(logs.folder / "c.log")
    report = logs.pull("*", "missing.log")
    assert report.new == 1
    assert [problem.split(":")[0][-5:] for problem in report.problems] == ["c.log", "g.log", "b.log"]


def test_a_file_that_was_empty_and_then_is_binary_is_refused(logs: Logs) -> None:
    logs.write("a.log", "")
    logs.pull()
    logs.write("a.log", bytes(range(256)) * 99)
    report = logs.pull()
    assert (report.new, "looks binary" in report.problems[0]) == (0, True)


@pytest.mark.usefixtures("mere_owner")
def test_a_file_without_permission_is_a_problem_and_is_read_when_it_may_be(logs: Logs) -> None:
    path = logs.write("a.log", "one\n")
    path.chmod(0)
    report = logs.pull()
    assert (report.new, report.gaps) == (0, [])
    assert "Permission denied" in report.problems[0]
    path.chmod(0o600)
    assert (logs.pull().new, logs.lines()) == (1, ["one"])


@pytest.mark.usefixtures("mere_owner")
def test_a_folder_that_may_not_be_entered_for_a_while_is_no_gap(logs: Logs) -> None:
    logs.write("a.log", "one\ntorn")
    logs.pull("a.log")
    logs.folder.chmod(0)
    report = logs.pull("a.log")
    logs.folder.chmod(0o700)
    assert (report.new, report.gaps, "a.log" in report.problems[0]) == (0, [], True)
    logs.append("a.log", " no more\n")
    assert (logs.pull("a.log").new, logs.lines()) == (1, ["one", "torn no more"])


def test_progress_ends_at_all_bytes(logs: Logs) -> None:
    logs.write("a.log", "one\n" * 300_000)
    logs.write("a.log.1.gz", gzip.compress(b"two\n" * 300_000))
    seen: list[tuple[int, int]] = []
    with Corpus(logs.corpus) as corpus:
        pull([Source(files=f"{logs.folder}/*")], corpus, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == sum(path.stat().st_size for path in logs.folder.iterdir())


def test_a_first_pull_larger_than_the_corpus_stays_bounded_and_keeps_the_end(logs: Logs) -> None:
    logs.write("a.log", "".join(f"line {number:09d}\n" for number in range(200_000)))
    with Corpus(logs.corpus, max_bytes=100_000) as corpus:
        report = pull([Source(files=f"{logs.folder}/*")], corpus)
        assert report.new == corpus.totals().lines_ever == 200_000
        assert corpus.totals().bytes <= 100_000
        assert corpus.documents()[0].lines[-1] == "line 000199999"


def test_nothing_new_writes_nothing(logs: Logs) -> None:
    logs.write("a.log", "one\ntorn")
    logs.write("b.log.gz", gzip.compress(b"two\n"))
    logs.pull()
    before = logs.corpus.read_bytes()
    logs.pull()
    assert logs.corpus.read_bytes() == before


def test_two_logs_with_the_same_first_line_are_not_merged(logs: Logs) -> None:
    """vectordotdev/vector#5833"""
    for name in ("a.log", "b.log"):
        logs.write(name, "time,level,message\n")
    logs.pull()
    for name in ("a.log", "b.log"):
        logs.append(name, f"of {name}\n")
    logs.pull()
    assert Counter(logs.lines()) == {"time,level,message": 2, "of a.log": 1, "of b.log": 1}


def test_a_file_smaller_than_any_fingerprint_is_read(logs: Logs) -> None:
    """vectordotdev/vector#2701"""
    logs.write("a.log", "x\n")
    assert logs.pull().new == 1


def test_an_inode_used_again_with_a_position_past_its_end_does_not_stall(logs: Logs) -> None:
    """vectordotdev/vector#23076, fluent/fluent-bit#8025"""
    path = logs.write("a.log", "long before\n" * 50)
    logs.pull()
    inode = path.stat().st_ino
    path.write_text("")
    with path.open("r+") as same:
        same.write("new\n")
    assert path.stat().st_ino == inode
    assert (logs.pull().new, logs.lines()[-1]) == (1, "new")


def test_a_file_emptied_while_nobody_looked_and_regrown_past_the_position_is_read_anew(logs: Logs) -> None:
    logs.write("a.log", "before\n" * 10)
    logs.pull()
    (logs.folder / "a.log").write_text("after\n" * 100)
    report = logs.pull()
    assert (report.new, len(report.gaps)) == (100, 1)


def test_the_hole_that_copytruncate_leaves_is_not_part_of_the_line(logs: Logs) -> None:
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


def test_a_line_longer_than_the_buffer_does_not_hide_what_follows(logs: Logs) -> None:
    """fluent/fluent-bit#10435"""
    logs.write("a.log", "x" * 3_000_000 + "\nnext\n")
    assert (logs.pull().new, logs.lines()[1]) == (2, "next")


def test_an_overlong_line_is_given_out_once_and_its_growing_rest_is_not_read_again(logs: Logs) -> None:
    logs.write("a.log", "one\n" + "x" * 100_000)
    reports = [logs.pull()]
    for _ in range(3):
        logs.append("a.log", "y" * 100_000)
        reports.append(logs.pull())
    logs.append("a.log", "end\ntwo\n")
    reports.append(logs.pull())
    assert [report.new for report in reports] == [2, 0, 0, 0, 1]
    assert [report.sources[0].position for report in reports[:4]] == [4 + 100_000 * n for n in (1, 2, 3, 4)]
    assert [line[:3] for line in logs.lines()] == ["one", "xxx", "two"]


def test_positions_survive_a_kill_in_the_middle_of_their_writing(logs: Logs) -> None:
    """vectordotdev/vector#20753: a checkpoint file was empty after a kill; here it is SQLite's journal that is torn"""
    logs.write("a.log", "one\n")
    logs.pull()
    logs.corpus.with_name("corpus.db-wal").write_bytes(b"torn" * 1000)
    logs.append("a.log", "two\n")
    assert (logs.pull().new, logs.lines()) == (1, ["one", "two"])


@pytest.mark.parametrize("lines", [3, 3_000])
def test_a_pull_between_copy_and_truncation_reads_the_copy_not_again(logs: Logs, lines: int) -> None:
    path = logs.write("a.log", "")
    logs.append("a.log", "".join(f"line {number}\n" for number in range(lines)))
    logs.pull()
    logs.append("a.log", "unread\n")
    logs.write("a.log.1", path.read_bytes())
    assert (logs.pull().new, logs.pull().new) == (1, 0)
    path.write_text("")
    logs.append("a.log", "after\n")
    assert logs.pull().new == 1
    assert Counter(logs.lines()).most_common(1)[0][1] == 1


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst"])
def test_every_compression_carries_on_and_its_damage_is_told(logs: Logs, suffix: str) -> None:
    text = "".join(f"line {number} {number**3}\n" for number in range(20_000)).encode()
    packed = {".gz": gzip.compress, ".xz": lzma.compress, ".zst": zstandard.ZstdCompressor().compress}[suffix](text)
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


def test_a_symlink_that_is_re_pointed_leaves_no_line_behind(logs: Logs) -> None:
    (logs.folder / "current").symlink_to(logs.write("app-20260101.log", "one\n"))
    logs.pull("current")
    logs.append("app-20260101.log", "two\n")
    (logs.folder / "current").unlink()
    (logs.folder / "current").symlink_to(logs.write("app-20260102.log", "three\n"))
    assert (logs.pull("current").gaps, logs.lines()) == ([], ["one", "two", "three"])


def test_a_device_that_is_numbered_anew_at_mounting_is_not_read_again(logs: Logs) -> None:
    logs.write("a.log", "short\n")
    logs.pull()
    with sqlite3.connect(logs.corpus) as database:
        known = database.execute("SELECT born FROM files").fetchone()[0]
        database.execute("UPDATE files SET device = '12345'")
    assert logs.pull().new == (0 if known else 1)


def test_a_deleted_log_is_a_gap_of_unknown_size_and_a_rotated_one_is_none(logs: Logs) -> None:
    for name in ("a.log", "a.log.1"):
        logs.write(name, f"{name}\n")
    logs.pull()
    (logs.folder / "a.log.1").unlink()
    assert logs.pull().gaps == []
    (logs.folder / "a.log").unlink()
    assert [gap.bytes for gap in logs.pull().gaps] == [0]
    assert logs.pull().gaps == []


def test_a_stack_trace_is_one_line_also_when_it_is_written_over_several_pulls(logs: Logs) -> None:
    def pulled() -> int:
        with Corpus(logs.corpus) as corpus:
            return pull([Source(files=f"{logs.folder}/a.log", continuation=r"^\s")], corpus).new

    logs.write("a.log", "one\nTraceback\n  File x\n")
    counts = [pulled()]
    logs.append("a.log", "    foo()\n")
    counts.append(pulled())
    logs.append("a.log", "Error\nlast\n  of it\n  to")
    counts += [pulled(), pulled(), pulled()]
    logs.append("a.log", "rn\nnext\n")
    counts += [pulled(), pulled(), pulled()]
    assert logs.lines() == ["one", "Traceback⏎  File x⏎    foo()", "Error", "last⏎  of it", "  torn", "next"]
    assert sum(counts) == 6


PULL = """
import sys
from service.corpus import Corpus
from service.pull import pull
from service.settings import Source

sources = [Source(files=pattern) for pattern in sys.argv[2:]]
pull(sources, Corpus(sys.argv[1], 10**9), lambda done, total: print(done, total, flush=True))
"""


def kill_during_pull(logs: Logs, chunks: int, delay: float) -> bool:
    """Whether a pull in a child process was still at work when it was killed, some chunks in."""
    command = [sys.executable, "-c", PULL, str(logs.corpus), f"{logs.folder}/*"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        for _ in range(chunks):
            child.stdout.readline()
        time.sleep(delay)
        child.kill()
    return child.returncode == -signal.SIGKILL


def test_a_pull_killed_anywhere_neither_loses_nor_repeats_a_line(logs: Logs) -> None:
    chance = random.Random(7)
    expected: list[str] = []
    killed = 0
    for attempt in range(20):
        for name in ("a.log", "b.log"):
            new = [f"{name} {attempt} {number} {'.' * 90}" for number in range(8_000)]
            logs.append(name, "".join(line + "\n" for line in new))
            expected += new
        killed += kill_during_pull(logs, chance.randint(1, 6), chance.random() * 0.02)
        if attempt % 5 == 4:
            (logs.folder / "a.log").rename(logs.folder / f"a.log.{20 - attempt}")
    with Corpus(logs.corpus, 10**9) as corpus:
        pull([Source(files=f"{logs.folder}/*")], corpus)
    assert killed >= 15
    assert Counter(logs.lines()) == Counter(expected)

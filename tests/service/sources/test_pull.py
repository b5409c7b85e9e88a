"""Pull: each line of each file once, whatever happens to the files or to the process."""

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from service.settings import Source
from service.sources.pull import pull
from service.storage.corpus import Corpus


def test_the_report_has_what_the_contract_names(logs: Any) -> None:
    path = logs.write("a.log", b"one\r\npassword=example0\n\ntorn")
    report = logs.pull()
    assert report.as_json() == {
        "lines": {"new": 2, "total": 2},
        "gaps": [],
        "sources": [{"path": str(path), "position": 24, "lines": 2}],
        "oddities": {
            "invalid_utf8": 0,
            "nul": 0,
            "crlf": 1,
            "control": 0,
            "overlong": 0,
            "blank": 1,
            "unformatted": 0,
            "untimed": 0,
        },
        "masked": {"named_value": 1},
        "problems": [],
    }
    assert logs.lines() == ["one", "password=<secret>"]


def test_a_second_pull_reads_only_what_is_new_and_a_torn_line_once_it_is_complete(logs: Any) -> None:
    logs.write("a.log", "one\ntwo, to")
    assert [logs.pull().new, logs.pull().new] == [1, 0]
    logs.append("a.log", "rn\nthree\n")
    assert logs.pull().new == 2
    assert logs.lines() == ["one", "two, torn", "three"]


def test_files_that_are_small_empty_or_alike_are_each_read(logs: Any) -> None:
    for name in ("a.log", "b.log", "c.log"):
        logs.write(name, "started\n")
    logs.write("empty.log", "")
    assert logs.pull().new == 3
    logs.append("b.log", "of b\n")
    logs.append("empty.log", "x\n")
    assert logs.pull().new == 2
    assert Counter(logs.lines()) == {"started": 3, "of b": 1, "x": 1}


def test_files_that_cannot_be_read_are_problems_and_the_others_are_read(logs: Any) -> None:
    logs.write("a.log", "one\n")
    logs.write("b.log", bytes(range(256)) * 99)
    os.mkfifo(logs.folder / "c.log")
    report = logs.pull("*", "missing.log")
    assert report.new == 1
    assert [problem.split(":")[0][-5:] for problem in report.problems] == ["c.log", "g.log", "b.log"]


def test_a_file_that_was_empty_and_then_is_binary_is_refused(logs: Any) -> None:
    logs.write("a.log", "")
    logs.pull()
    logs.write("a.log", bytes(range(256)) * 99)
    report = logs.pull()
    assert (report.new, "looks binary" in report.problems[0]) == (0, True)


@pytest.mark.usefixtures("mere_owner")
def test_a_file_without_permission_is_a_problem_and_is_read_when_it_may_be(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    path.chmod(0)
    report = logs.pull()
    assert (report.new, report.gaps) == (0, [])
    assert "Permission denied" in report.problems[0]
    path.chmod(0o600)
    assert (logs.pull().new, logs.lines()) == (1, ["one"])


@pytest.mark.usefixtures("mere_owner")
def test_a_folder_that_may_not_be_entered_for_a_while_is_no_gap(logs: Any) -> None:
    logs.write("a.log", "one\ntorn")
    logs.pull("a.log")
    logs.folder.chmod(0)
    report = logs.pull("a.log")
    logs.folder.chmod(0o700)
    assert (report.new, report.gaps, "a.log" in report.problems[0]) == (0, [], True)
    logs.append("a.log", " no more\n")
    assert (logs.pull("a.log").new, logs.lines()) == (1, ["one", "torn no more"])


def test_progress_ends_at_all_bytes(logs: Any) -> None:
    logs.write("a.log", "one\n" * 300_000)
    logs.write("a.log.1.gz", gzip.compress(b"two\n" * 300_000))
    seen: list[tuple[int, int]] = []
    with Corpus(logs.corpus) as corpus:
        pull([Source(files=f"{logs.folder}/*")], corpus, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == sum(path.stat().st_size for path in logs.folder.iterdir())


def test_a_first_pull_larger_than_the_corpus_stays_bounded_and_keeps_the_end(logs: Any) -> None:
    logs.write("a.log", "".join(f"line {number:09d}\n" for number in range(200_000)))
    with Corpus(logs.corpus, max_bytes=100_000) as corpus:
        report = pull([Source(files=f"{logs.folder}/*")], corpus)
        assert report.new == corpus.totals().lines_ever == 200_000
        assert corpus.totals().bytes <= 100_000
        assert corpus.documents()[0].lines[-1] == "line 000199999"


def test_nothing_new_writes_nothing(logs: Any) -> None:
    logs.write("a.log", "one\ntorn")
    logs.write("b.log.gz", gzip.compress(b"two\n"))
    logs.pull()
    before = logs.corpus.read_bytes()
    logs.pull()
    assert logs.corpus.read_bytes() == before


def test_an_overlong_line_is_given_out_once_and_its_growing_rest_is_not_read_again(logs: Any) -> None:
    logs.write("a.log", "one\n" + "x" * 300_000)
    reports = [logs.pull()]
    for _ in range(3):
        logs.append("a.log", "y" * 300_000)
        reports.append(logs.pull())
    logs.append("a.log", "end\ntwo\n")
    reports.append(logs.pull())
    assert [report.new for report in reports] == [2, 0, 0, 0, 1]
    assert [report.sources[0].position for report in reports[:4]] == [4 + 300_000 * n for n in (1, 2, 3, 4)]
    assert [line[:3] for line in logs.lines()] == ["one", "xxx", "two"]


def test_a_stack_trace_is_one_line_also_when_it_is_written_over_several_pulls(logs: Any) -> None:
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


def test_a_file_has_its_fields_picked_its_time_dropped_and_its_traces_joined_where_that_is_asked_for(logs: Any) -> None:
    logs.write("a.log", '2026-01-02 03:04:05 up\n{"msg": "ready", "n": 1.50}\n')
    logs.write(
        "b.log", '2026-01-02 03:04:05 up\n{"msg": "ready", "n": 1.50}\n\ttrace\nlevel=warn n=2 msg="disk full"\nend\n'
    )
    plain = Source(files=f"{logs.folder}/a.log")
    shaped = Source(files=f"{logs.folder}/b.log", format="{n} {msg}", keep_time=False, continuation=r"^\s")
    with Corpus(logs.corpus) as corpus:
        report = pull([plain, shaped], corpus)
    assert logs.lines() == [
        "2026-01-02 03:04:05 up",
        '{"msg": "ready", "n": 1.50}',
        "up",
        '{"msg": "ready", "n": 1.50}⏎\ttrace',
        "2 disk full",
    ]
    assert report.oddities.unformatted == 2


PULL = """
import sys
from service.storage.corpus import Corpus
from service.sources.pull import pull
from service.settings import Source

sources = [Source(files=pattern) for pattern in sys.argv[2:]]
pull(sources, Corpus(sys.argv[1], 10**9), lambda done, total: print(done, total, flush=True))
"""


def kill_during_pull(logs: Any, chunks: int, delay: float) -> bool:
    """Whether a pull in a child process was still at work when it was killed, some chunks in."""
    command = [sys.executable, "-c", PULL, str(logs.corpus), f"{logs.folder}/*"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout
        for _ in range(chunks):
            child.stdout.readline()
        time.sleep(delay)
        child.kill()
    return child.returncode == -signal.SIGKILL


def test_a_pull_killed_anywhere_neither_loses_nor_repeats_a_line(logs: Any) -> None:
    chance = random.Random(7)
    expected: list[str] = []
    killed = 0
    for attempt in range(10):
        for name in ("a.log", "b.log"):
            new = [f"{name} {attempt} {number} {'.' * 90}" for number in range(4_000)]
            logs.append(name, "".join(line + "\n" for line in new))
            expected += new
        killed += kill_during_pull(logs, chance.randint(1, 6), chance.random() * 0.02)
        if attempt % 5 == 4:
            (logs.folder / "a.log").rename(logs.folder / f"a.log.{20 - attempt}")
    with Corpus(logs.corpus, 10**9) as corpus:
        pull([Source(files=f"{logs.folder}/*")], corpus)
    assert killed >= 5
    assert Counter(logs.lines()) == Counter(expected)


@pytest.mark.parametrize("bad", ["~nosuchuser/a.log", "/a\0b", "/a\nb*", "/" + "x" * 5_000, "not/absolute"])
def test_a_bad_source_is_reported_and_the_other_sources_are_read(logs: Any, bad: str) -> None:
    logs.write("a.log", "one\n")
    with Corpus(logs.corpus) as corpus:
        report = pull([Source(files=bad), Source(files=f"{logs.folder}/*")], corpus)
    assert (report.new, len(report.problems)) == (1, 1)


def test_links_in_a_circle_do_not_hold_up_a_pull(logs: Any) -> None:
    logs.write("a.log", "one\n")
    for name in ("self", "again"):
        (logs.folder / name).symlink_to(".")
    assert (logs.pull("**/*.log").new, logs.pull("**/*.log").problems) == (1, [])


def test_a_file_with_many_digits_in_its_name_does_not_hold_up_a_pull(logs: Any) -> None:
    logs.write("a.log", "one\n")
    logs.write("dump-2026" + "1" * 46 + "x", "two\n")
    assert [logs.pull("a.log").new, logs.pull().new] == [1, 1]


def test_the_holes_of_a_sparse_file_are_passed_over_and_its_position_kept(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    for size, line in ((10**12, "two\n"), (2 * 10**12, "three\n")):
        os.truncate(path, size)
        logs.append("a.log", line)
        assert logs.pull().sources[0].position == size + len(line)
    assert logs.lines() == ["one", "two", "three"]


def test_a_log_of_utf_16_is_read_on_from_its_position(logs: Any) -> None:
    path = logs.write("a.log", "\ufeffone\ntw".encode("utf-16-le"))
    assert logs.pull().new == 1
    with path.open("ab") as log:
        log.write("o\nthree\n".encode("utf-16-le"))
    assert logs.pull().new == 2
    assert logs.lines() == ["one", "two", "three"]


def test_the_parts_of_a_line_in_a_container_are_waited_for(logs: Any) -> None:
    head = "2026-11-01T00:00:00Z stdout"
    logs.write("a.log", f"{head} P first half, \n2026-11-01T00:00:00Z stderr F another\n")
    assert logs.pull().new == 0
    logs.append("a.log", f"{head} F second half\n")
    assert logs.pull().new == 2
    assert logs.lines() == ["first half, second half", "another"]


def test_a_part_whose_end_never_came_is_read_at_the_next_pull(logs: Any) -> None:
    logs.write("a.log", "2026-11-01T00:00:00Z stdout P alone\n")
    assert [logs.pull().new, logs.pull().new, logs.pull().new] == [0, 1, 0]

"""Many files: the work of a pull grows in proportion to them, and an unchanged file is not opened."""

from __future__ import annotations

import gzip
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.settings import Source
from service.sources.pull import pull
from service.sources.pull_report import PullReport
from service.storage.corpus import Corpus
from tests.benchmarks.many_files import KINDS, STEPS

FEW, MANY = 60, 240


@contextmanager
def counted(calls: Counter[str]) -> Iterator[None]:
    """Count all calls of functions, and those that look at files by name."""

    def count(_: Any, event: str, what: Any) -> None:
        if event in ("call", "c_call"):
            calls["all"] += 1
        if event == "c_call" and getattr(what, "__module__", "") == "posix":
            calls[what.__name__] += 1

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)


def work(folder: Path, kind: str, files: int) -> dict[str, Counter[str]]:
    """The calls of each pull of a history of many files."""
    logs = folder / f"logs{files}"
    logs.mkdir()
    KINDS[kind](logs, files)
    found = {}
    for step, change in STEPS.items():
        change(logs)
        found[step] = Counter[str]()
        with Corpus(folder / f"corpus{files}.db") as corpus, counted(found[step]):
            report = pull([Source(files=f"{logs}/**")], corpus)
        assert report.problems == []
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_work_of_a_pull_grows_in_proportion_to_the_files(tmp_path: Path, kind: str) -> None:
    few, many = work(tmp_path, kind, FEW), work(tmp_path, kind, MANY)
    # Four times the files: what is quadratic takes sixteen times as many calls.
    assert {step: calls["all"] for step, calls in many.items() if calls["all"] > 8 * few[step]["all"]} == {}
    assert {step: calls["open"] for step, calls in many.items() if calls["open"] > 8 * MANY} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_an_unchanged_file_is_not_opened_and_costs_about_a_stat(tmp_path: Path, kind: str) -> None:
    calls = work(tmp_path, kind, MANY)["unchanged"]
    assert calls["open"] == 0
    assert calls["stat"] < 3 * MANY
    assert calls["scandir"] <= 3 * 101  # separate logs are in a hundred folders


@pytest.mark.usefixtures("mere_owner")
def test_an_unchanged_file_that_may_no_longer_be_read_is_a_problem(logs: Any) -> None:
    path = logs.write("a.log", "one\n")
    logs.pull()
    path.chmod(0)
    (problem,) = logs.pull().problems
    path.chmod(0o600)
    assert "Permission denied" in problem


def pulled_while(logs: Any, change: Callable[[], object]) -> PullReport:
    """A pull during which something happens to its files, after the first of them was read."""
    left = [change]
    with Corpus(logs.corpus) as corpus:
        return pull([Source(files=f"{logs.folder}/*")], corpus, lambda *_: left.pop()() if left else None)  # type: ignore[func-returns-value]


def aged(path: Path, seconds: int) -> Path:
    os.utime(path, (1_700_000_000 - seconds,) * 2)
    return path


@pytest.mark.parametrize("lines", [3, 3_000])
def test_a_file_that_goes_during_a_pull_is_read_on_in_its_compressed_form(logs: Any, lines: int) -> None:
    text = "".join(f"line {number}\n" for number in range(lines)).encode()
    path = aged(logs.write("a.log.1", text), 20)
    aged(logs.write("a.log.1.gz", gzip.compress(text + b"unread\n")), 10)
    assert pulled_while(logs, path.unlink).new == lines + 1
    assert (len(set(logs.lines())), logs.pull().new) == (lines + 1, 0)


@pytest.mark.parametrize("lines", [3, 3_000])
def test_a_log_that_is_emptied_during_a_pull_is_read_on_in_its_copy(logs: Any, lines: int) -> None:
    text = "".join(f"line {number}\n" for number in range(lines))
    path = aged(logs.write("a.log", text), 20)
    aged(logs.write("a.log.1", text + "unread\n"), 10)
    assert pulled_while(logs, lambda: path.write_text("")).new == lines + 1
    logs.append("a.log", "new\n")
    assert (logs.pull().new, len(set(logs.lines()))) == (1, lines + 2)


def test_a_file_that_is_renamed_during_a_pull_is_no_gap(logs: Any) -> None:
    logs.write("a.log", "one\n")
    path = logs.write("b.log", "one\n")
    logs.pull("a.log", "b.log")
    aged(logs.write("a.log", "one\ntwo\n"), 20)
    logs.append("b.log", "torn")
    report = pulled_while(logs, lambda: path.rename(logs.folder / "kept"))
    assert report.gaps == []

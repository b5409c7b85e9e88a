"""A run that cannot write any further, as on a full disk: a sentence, nothing lost, and the next run succeeds.

The limit is one on the size of files (RLIMIT_FSIZE), for the process and all that it starts, so that it needs no disk
of its own and no rights.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.storage.corpus import Corpus
from service.storage.database import check
from service.storage.ledger import Ledger
from tests.support.runs import Document, documents
from tests.support.waiting import PATIENCE

# `logling retrain`, in which no file may grow beyond a size from the begin (or the end) of a step on, or during it.
PROGRAM = """
import resource, sys
from contextlib import contextmanager
from service import cli
from service import progress

when, step, size, home = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
original = progress.Reporter.step

def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

@contextmanager
def until_full(self, name):
    if name == step and when in ("from", "during"):
        limit(size)
    try:
        with original(self, name):
            yield
    finally:
        if name == step and when == "during":
            limit(resource.RLIM_INFINITY)
    if name == step and when == "after":
        limit(size)

progress.Reporter.step = until_full
sys.argv = ["logling", "retrain", "--json", "--home", home]
cli.main()
"""
DATABASES = "ledger or corpus in .* cannot be used: disk I/O error: see what .*"
LARGE = "RLIMIT_FSIZE"


def retrain_on_a_full_disk(place: Any, when: str, step: str, size: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, when, step, str(size), str(place.home.path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


@pytest.fixture
def growing(committed: Any) -> Any:
    """A home with a remote, all pushed, and new lines."""
    committed.add_remote()
    committed.retrain()
    committed.append_usual(200)
    return committed


def newest(place: Any) -> Document:
    with Ledger(place.home.ledger) as ledger:
        return documents(ledger, 1)[0]


@pytest.mark.parametrize(
    ("when", "step"), [("from", "pull"), ("after", "pull"), ("from", "commit"), ("after", "commit")]
)
def test_a_disk_that_is_full_for_good_is_a_sentence_and_loses_nothing(growing: Any, when: str, step: str) -> None:
    done = retrain_on_a_full_disk(growing, when, step, 0)
    assert done.returncode == 1
    assert re.fullmatch(f"logling: {DATABASES}\n", done.stderr)
    assert goes_on_by_itself(growing) == []


@pytest.mark.parametrize(
    ("step", "size", "words"), [("pull", 0, DATABASES), ("pull", 5_000, DATABASES), ("commit", 0, LARGE)]
)
def test_a_disk_that_is_full_during_a_step_fails_the_run_with_the_reason(
    growing: Any, step: str, size: int, words: str
) -> None:
    tip = growing.git("rev-parse", "HEAD")
    done = retrain_on_a_full_disk(growing, "during", step, size)
    assert done.returncode == 1
    assert re.fullmatch(f"logling: .*{words}.*\n", done.stderr)
    assert newest(growing)["outcome"] == "failed"
    assert (growing.git("rev-parse", "HEAD"), growing.git("status", "--porcelain")) == (tip, "")
    assert goes_on_by_itself(growing) == []


@pytest.mark.parametrize(
    ("step", "share", "words", "pushed"),
    [
        ("site", 0, LARGE, True),
        ("commit", 0.9, "behind its HEAD", True),
        ("push", 0, r"not pushed: git push: \w", False),
    ],
)
def test_a_disk_that_is_full_for_what_a_commit_does_not_need_is_a_problem_told(
    growing: Any, step: str, share: float, words: str, pushed: bool
) -> None:
    size = share * len((growing.home.site / "web" / "weights.js").read_bytes())
    done = retrain_on_a_full_disk(growing, "during", step, int(size))
    assert done.returncode == 0, done.stderr
    record = newest(growing)
    assert (record["outcome"], record["pushed"]) == ("committed", pushed)
    assert [problem for problem in record["problems"] if re.search(words, problem)]
    assert goes_on_by_itself(growing) == []


def goes_on_by_itself(place: Any) -> list[str]:
    """What is wrong after what a full disk left, and after the next run, which can write again."""
    wrong = [word for word in [fsck(place)] if word]
    following = place.retrain()
    if following["outcome"] not in ("committed", "skipped"):
        wrong.append(f"{following['outcome']}: {following['reason']}")
    return wrong + what_is_wrong(place)


def fsck(place: Any) -> str:
    command = ["git", "-C", str(place.home.site), "fsck", "--no-progress", "--no-dangling"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout + done.stderr


def what_is_wrong(place: Any) -> list[str]:
    """What is not as it must be, after a run that could write again."""
    wrong = [word for word in map(check, (place.home.ledger, place.home.corpus)) if word != "ok"]
    with Corpus(place.home.corpus, place.home.settings().corpus_bytes) as corpus:
        kept = [line for document in corpus.documents() for line in document.lines]
    if kept != place.log.read_text().splitlines():
        wrong.append(f"{len(kept)} lines in the corpus, which are not those of the log")
    with Ledger(place.home.ledger) as ledger:
        recorded = {run["commit"] for run in documents(ledger) if run["outcome"] == "committed"}
    if recorded != set(place.git("log", "--grep=^Logling-Run: ", "--format=%H").split()):
        wrong.append("ledger and repository do not agree")
    if place.git("status", "--porcelain"):
        wrong.append("the work tree is not as HEAD")
    if place.git("rev-parse", "HEAD") != place.git("rev-parse", "main", at="remote.git"):
        wrong.append("the remote has not all commits")
    return wrong + [str(path) for path in Path(place.home.site, ".git").rglob("*.lock")]

"""Several at once on one home that nobody has used yet: each thing is done once, by one of them."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any

from service.settings import Source
from service.sources.pull import pull
from service.storage.corpus import Corpus

LOGLING = str(Path(sys.executable).with_name("logling"))


def begun(home: Path, *command: str) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "LOGLING_HOME": str(home)}
    return subprocess.Popen([LOGLING, *command], **pipes, text=True, env=environment)


def waited_for(true: Callable[[], Any], seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_of_two_services_started_at_the_same_moment_one_serves_and_the_first_run_is_one(fresh: Any) -> None:
    both = [begun(fresh.home.path, "serve") for _ in range(2)]
    waited_for(lambda: any(service.poll() is not None for service in both))
    refused, serving = sorted(both, key=lambda service: service.poll() is None)
    assert (refused.returncode, "is served by" in refused.communicate()[1]) == (1, True)
    waited_for(lambda: fresh.logling("history", "--json").stdout.count('"outcome"'))
    serving.send_signal(signal.SIGTERM)
    serving.communicate(timeout=300)
    (run,) = json.loads(fresh.logling("history", "--json").stdout)["runs"]
    assert (serving.returncode, run["outcome"], run["attempt"]) == (0, "committed", 1)


def test_of_several_pulls_at_the_same_moment_no_line_is_read_twice(fresh: Any) -> None:
    fresh.append([f"line {number} {number**5}" for number in range(50_000)])
    pulls = [begun(fresh.home.path, "pull") for _ in range(3)]
    said = [process.communicate(timeout=600)[1] for process in pulls]
    assert {process.returncode for process in pulls} <= {0, 1}
    assert all("is in use by" in words for process, words in zip(pulls, said, strict=True) if process.returncode)
    with Corpus(fresh.home.corpus, 10**9) as corpus:
        counts = Counter(line for document in corpus.documents() for line in document.lines)
    assert sum(count for line, count in counts.items() if line.startswith("line ")) == 50_000


def test_a_corpus_that_another_process_writes_to_is_waited_for_in_the_middle_of_a_pull(logs: Any) -> None:
    logs.write("a.log", "".join(f"line {number}\n" for number in range(20_000)))
    with Corpus(logs.corpus) as corpus, closing(sqlite3.connect(logs.corpus, check_same_thread=False)) as other:
        other.isolation_level = None

        def lock(*_: object) -> None:
            if not other.in_transaction and corpus.newest_id() < 20_000:
                other.execute("BEGIN IMMEDIATE")
                Timer(0.2, other.rollback).start()

        report = pull([Source(files=f"{logs.folder}/*")], corpus, lock)
    assert (report.new, len(set(logs.lines()))) == (20_000, 20_000)

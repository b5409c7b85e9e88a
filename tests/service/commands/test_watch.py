"""`logling watch` as a real process beside a log that grows."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command, is_sentence
from tests.support.waiting import PATIENCE, wait_until

STRANGE = "valve burst beside the greenhouse wall"


def usual(count: int, seed: int = 0) -> list[str]:
    chance = random.Random(seed)
    names = ["alpha", "bravo", "delta", "gamma"]
    return [
        f"bed {chance.randrange(9)} {chance.choice(['is dry', 'is wet'])} by {chance.choice(names)}"
        for _ in range(count)
    ]


class Watched:
    """The command, its log, and what it printed."""

    def __init__(self, folder: Path, *arguments: object, **environment: str) -> None:
        self.log = folder / "app.log"
        self.log.write_text("\n".join(usual(20, seed=1)) + "\n")
        self.printed: list[str] = []
        self.said: list[str] = []
        command = [str(Path(sys.executable).with_name("logling")), "watch", *map(str, arguments or [self.log])]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        streams = ((self.process.stdout, self.printed), (self.process.stderr, self.said))
        self._readers = [
            threading.Thread(target=list.extend, args=(lines, stream), daemon=True) for stream, lines in streams
        ]
        for reader in self._readers:
            reader.start()

    def begin(self) -> None:
        wait_until(lambda: any("watching" in line for line in self.said) or self.process.poll() is not None)
        assert self.process.poll() is None, self.said

    def append(self, *lines: str) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.writelines(f"{line}\n" for line in lines)

    def until(self, word: str) -> None:
        wait_until(lambda: word in "".join(self.printed), shown=lambda: "".join(self.printed + self.said))

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join()
        return status

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.printed]


Watch = Callable[..., Watched]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A log that was fine."""
    path = tmp_path / "good.log"
    path.write_text("\n".join(usual(2000)) + "\n")
    return path


@pytest.fixture
def watch(tmp_path: Path, good: Path) -> Iterator[Watch]:
    """`logling watch` of a log beside one that was fine, begun; ended with the test."""
    begun: list[Watched] = []

    def begin(*arguments: object, source: list[object] | None = None, **environment: str) -> Watched:
        log = [tmp_path / "app.log"] if source is None else source
        begun.append(Watched(tmp_path, *log, "--good", good, *arguments, **environment))
        begun[-1].begin()
        return begun[-1]

    yield begin
    for watched in begun:
        watched.end()


def test_usual_lines_print_nothing(watch: Watch) -> None:
    watched = watch()
    watched.append(*usual(300, seed=2))
    assert (watched.end(), watched.printed) == (0, [])


def test_what_stands_out_is_printed_with_the_lines_around_it(watch: Watch) -> None:
    watched = watch()
    watched.append("bed 1 is dry by alpha", STRANGE, "bed 2 is wet by bravo")
    watched.until("  > " + STRANGE)
    watched.end()
    assert [line.strip() for line in watched.printed[-3:]] == [
        "bed 1 is dry by alpha",
        f"> {STRANGE}",
        "bed 2 is wet by bravo",
    ]


def test_json_is_one_object_a_line(watch: Watch) -> None:
    watched = watch("--json")
    watched.append(STRANGE, *usual(4, seed=2))
    watched.until(STRANGE)
    watched.end()
    (finding,) = watched.documents()
    assert (finding["event"], finding["line"], finding["text"], finding["kind"]) == ("finding", 1, STRANGE, "new")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_status_0(watch: Watch, number: signal.Signals) -> None:
    assert watch().end(number) == 0


def test_what_waits_for_lines_is_printed_at_the_end(watch: Watch) -> None:
    watched = watch("--json")
    watched.append(STRANGE)
    watched.until(STRANGE)
    assert watched.end() == 0


def test_lines_that_stood_there_are_not_told(tmp_path: Path, watch: Watch) -> None:
    (tmp_path / "other.log").write_text(f"{STRANGE}\n")
    watched = watch("--json", source=[tmp_path / "other.log"])
    with (tmp_path / "other.log").open("a") as log:
        log.write("pump on fire\n")
    watched.until("pump on fire")
    watched.end()
    assert [news["text"] for news in watched.documents()] == ["pump on fire"]


def test_it_goes_on_after_a_rotation(watch: Watch) -> None:
    watched = watch("--json")
    watched.log.rename(watched.log.with_name("app.log.1"))
    watched.append(STRANGE, *usual(4, seed=2))
    watched.until(STRANGE)


def test_a_log_that_is_missing_is_said_once(watch: Watch) -> None:
    watched = watch()
    watched.log.unlink()
    wait_until(lambda: any("No such file" in line for line in watched.said))
    watched.append(STRANGE)
    watched.until(STRANGE)
    watched.end()
    assert len([line for line in watched.said if "No such file" in line]) == 1


def test_no_more_than_the_budget_is_told_and_the_rest_is_counted(watch: Watch) -> None:
    watched = watch("--json", "--budget", "1 a day")
    watched.append(STRANGE, *usual(20, seed=2), "pump on fire", *usual(20, seed=3), "the roof has blown away")
    watched.append(*usual(20, seed=4))
    watched.until(STRANGE)
    watched.end()
    told = [(news["event"], news["count"]) for news in watched.documents()]
    assert told == [("finding", 1), ("held_back", 2)]


def test_what_rules_call_normal_is_not_told(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "normal.txt").write_text("valve burst *\n")
    watched = watch("--json", "--rules", tmp_path / "normal.txt")
    watched.append(STRANGE, *usual(20, seed=2), "pump on fire", *usual(4, seed=3))
    watched.until("pump on fire")
    watched.end()
    assert [news["text"] for news in watched.documents()] == ["pump on fire"]


def test_standard_input_is_watched_until_it_ends(watch: Watch) -> None:
    watched = watch("--json", source=["-"])
    assert watched.process.stdin
    watched.process.stdin.write("\n".join([*usual(20, seed=2), STRANGE]) + "\n")
    watched.process.stdin.close()
    assert watched.process.wait(PATIENCE) == 0
    watched.end()
    assert [news["text"] for news in watched.documents()] == [STRANGE]


def test_a_container_is_watched(watch: Watch, tmp_path: Path) -> None:
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\ncase "$*" in *--follow*) echo "{STRANGE}"; sleep 600 ;; esac\n')
    docker.chmod(0o755)
    watched = watch("--json", source=["--docker", "garden"], PATH=f"{docker.parent}:{os.environ['PATH']}")
    watched.until(STRANGE)
    assert watched.end() == 0


def test_the_weights_of_a_home_tell_what_is_strange(committed: Any, tmp_path: Path) -> None:
    watched = Watched(tmp_path, committed.log, "--json", LOGLING_HOME=str(committed.home.path))
    watched.begin()
    committed.append([STRANGE])
    committed.append_usual(4)
    watched.until(STRANGE)
    assert watched.end() == 0


@pytest.mark.parametrize("arguments", [[], ["app.log", "--journal", "ssh"], ["--journal", "ssh", "--docker", "garden"]])
def test_exactly_one_log_is_watched(logling: Command, arguments: list[str]) -> None:
    result = logling("watch", *arguments)
    assert (result.returncode, "one log is watched" in result.stderr) == (2, True)


def test_a_file_that_is_not_there_is_named(logling: Command, good: Path) -> None:
    assert is_sentence(logling("watch", good.with_name("no.log"), "--good", good), "no.log", "No such file")


def test_a_docker_that_is_not_there_is_named(logling: Command, good: Path, tmp_path: Path) -> None:
    result = logling("watch", "--docker", "garden", "--good", good, PATH=str(tmp_path))
    assert is_sentence(result, "docker is not installed")


def test_a_journal_that_is_not_there_is_named(logling: Command, good: Path, tmp_path: Path) -> None:
    result = logling("watch", "--journal", "ssh", "--good", good, PATH=str(tmp_path))
    assert is_sentence(result, "journalctl is not installed")

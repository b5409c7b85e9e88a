"""A marker planted in a log is in no byte that a home has or prints, but in the corpus and in what the watch found.

There is no learner's memory in a home: what learns from a text forgets it with its process.
"""

from __future__ import annotations

import base64
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parent.parent.parent / "deploy" / "docs"
MARKER = "zyxquartz0marker"  # a word that nothing else has; in a few lines, so that it is not the log's language


def forms(marker: str) -> list[bytes]:
    """The marker as text, as UTF-16, and as it is within a base64 text, wherever it begins there."""
    text = marker.encode()
    within = [base64.b64encode(b"\0" * shift + text)[4 * bool(shift) :].rstrip(b"=")[:-1] for shift in range(3)]
    return [text, marker.encode("utf-16-le"), *within]


def has_marker(data: bytes) -> bool:
    return any(form in data for form in forms(MARKER))


def everything(place: Any) -> Iterator[tuple[str, bytes]]:
    """Every file but the log itself, every object of every repository unpacked, and the weights behind their base64."""
    for path in sorted(place.folder.rglob("*")):
        if path.is_file() and not path.is_relative_to(place.log.parent):
            yield str(path.relative_to(place.folder)), path.read_bytes()
            if path.name == "weights.js":
                yield f"{path.name} decoded", base64.b64decode(re.findall(rb'"(.*)"', path.read_bytes())[0])
    for repository in (place.home.site, place.folder / "remote.git"):
        command = ["git", "-C", str(repository), "cat-file", "--batch-all-objects", "--batch", "--buffer"]
        yield f"objects of {repository.name}", subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
def planted(committed: Any) -> Any:
    """A home that has committed, pushed and rejected with a log in which the marker stands."""
    committed.add_remote()
    lines = [f"{n:02d} alpha fan slow {MARKER} ok" for n in range(2)]
    committed.append([*lines[:1], *(f"{n % 60:02d} bravo fan fast ok" for n in range(200)), *lines[1:]])
    committed.retrain()
    return committed


def test_the_search_finds_the_marker_where_it_may_be(planted: Any) -> None:
    found = [name for name, data in everything(planted) if has_marker(data)]
    assert {Path(name).name.removesuffix("-wal") for name in found} == {"corpus.db"}


@pytest.mark.parametrize("shift", range(3))
def test_the_search_finds_it_behind_base64(shift: int) -> None:
    assert has_marker(base64.b64encode(b"x" * shift + MARKER.encode() + b"yz"))


@pytest.mark.parametrize(
    "command", [["history"], ["history", "--json"], ["doctor"], ["retrain"], ["pull", "--json"], ["verify", "HEAD"]]
)
def test_no_command_prints_it(planted: Any, command: list[str]) -> None:
    done = planted.logling(*command)
    assert not has_marker((done.stdout + done.stderr).encode())


def test_a_failed_run_leaves_it_nowhere_else(planted: Any) -> None:
    planted.append([f"{MARKER} again"] * 60)
    hook = planted.home.site / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    planted.logling("retrain")
    found = [name for name, data in everything(planted) if has_marker(data)]
    assert {Path(name).name.removesuffix("-wal") for name in found} == {"corpus.db"}


@pytest.fixture
def watched(planted: Any) -> Any:
    """A home whose watch has found the marker."""
    planted.logling("findings", "--now")
    planted.append([f"valve {MARKER} burst beside the wall"])
    planted.logling("findings", "--now")
    return planted


def test_what_the_watch_found_is_in_its_database_alone(watched: Any) -> None:
    found = [name for name, data in everything(watched) if has_marker(data)]
    assert {Path(name).name.removesuffix("-wal") for name in found} == {"corpus.db", "findings.db"}


def test_after_a_withdrawal_it_is_nowhere(watched: Any) -> None:
    (command,) = re.findall("^cd HOME && (rm .*)$", (DOCS / "withdraw.md").read_text(), re.MULTILINE)
    subprocess.run(command, shell=True, cwd=watched.home.path, check=True)
    assert [name for name, data in everything(watched) if has_marker(data)] == []

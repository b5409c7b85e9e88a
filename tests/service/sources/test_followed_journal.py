"""New entries of the journal, through a journalctl that prints what is in a folder, and waits with --follow."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from service.reading.reading import Reading
from service.sources.followed_journal import FollowedJournal
from service.sources.journal import JournalError, NoJournal
from tests.support.waiting import wait_until

START = 1_795_442_401_000_000  # Nov 23 14:00:01

JOURNALCTL = """#!/bin/sh
cd {folder}
echo "$@" >>asked
case "$*" in
    *--follow*) cat now; while [ ! -e stop ]; do sleep 0.05; done; echo "journal gone" >&2; exit 1 ;;
    *--lines=1\\ * | *--lines=1) tail -n 1 journal ;;
    *) cat journal ;;
esac
"""


def entry(number: int, unit: str = "ssh.service") -> dict[str, Any]:
    return {
        "__CURSOR": f"s=5a;i={number:x}",
        "__REALTIME_TIMESTAMP": str(START + number * 1_000_000),
        "MESSAGE": f"message {number}",
        "SYSLOG_IDENTIFIER": "sshd",
        "_SYSTEMD_UNIT": unit,
    }


class Journal:
    """A made-up journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "journalctl").write_text(JOURNALCTL.format(folder=folder))
        (folder / "journalctl").chmod(0o755)

    def write(self, name: str, *entries: dict[str, Any] | str) -> None:
        lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in entries]
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines))


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    made = Journal(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    made.write("journal", entry(0), entry(1))
    made.write("now", entry(1), entry(2), entry(3, "cron.service"), "-- no entry --", "{broken", entry(4))
    return made


def lines_of(followed: FollowedJournal, count: int) -> list[str]:
    lines: list[str] = []
    wait_until(lambda: lines.extend(followed.read(0)) or len(lines) >= count)
    followed.close()
    return lines


def test_entries_before_are_known(journal: Journal) -> None:
    followed = FollowedJournal("ssh", lambda _: Reading())
    followed.close()
    assert followed.before == ["Nov 23 14:00:01 sshd: message 0", "Nov 23 14:00:02 sshd: message 1"]


def test_new_entries_of_the_unit_are_read_once(journal: Journal) -> None:
    lines = lines_of(FollowedJournal("ssh", lambda _: Reading()), 2)
    assert [line.partition(": ")[2] for line in lines] == ["message 2", "message 4"]


def test_of_all_units_all_new_entries_are_read(journal: Journal) -> None:
    lines = lines_of(FollowedJournal("*", lambda _: Reading()), 3)
    assert [line.partition(": ")[2] for line in lines] == ["message 2", "message 3", "message 4"]


def test_it_is_followed_from_its_newest_entry(journal: Journal) -> None:
    lines_of(FollowedJournal("ssh", lambda _: Reading()), 2)
    assert "--follow --no-tail --cursor=s=5a;i=1" in (journal.folder / "asked").read_text()


def test_a_journal_without_entries_is_named(journal: Journal) -> None:
    journal.write("journal")
    with pytest.raises(NoJournal, match="no entry, or none that this user may read"):
        FollowedJournal("ssh", lambda _: Reading())


def test_a_journalctl_that_ends_is_told(journal: Journal) -> None:
    followed = FollowedJournal("ssh", lambda _: Reading())
    (journal.folder / "stop").touch()
    with pytest.raises(JournalError, match="journalctl ended: journal gone"):
        wait_until(lambda: followed.read(0) is None)
    followed.close()

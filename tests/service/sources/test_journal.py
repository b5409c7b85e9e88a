"""The journal: each entry once, through a journalctl that behaves like systemd 252, recorded entries included."""

import json
import os
import shutil
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.reading.lines import Oddities
from service.reading.reading import Reading
from service.settings import Source
from service.sources import journal
from service.sources.journal import belongs, line_of
from service.sources.pull import pull
from service.sources.pull_report import PullReport
from service.sources.source_reading import states_after
from service.storage.corpus import Corpus

# Entries are lines of JSON in the folder of the script. A cursor that is not there lands on its neighbour, exit 0.
JOURNALCTL = """#!{python}
import json, pathlib, sys, time
folder = pathlib.Path(__file__).parent
(folder / "asked").open("a").write(json.dumps(sys.argv[1:]) + "\\n")
options = dict(word.partition("=")[::2] for word in sys.argv[1:])
assert "-u" not in options and "--after-cursor" not in options
print((folder / "stderr").read_text() if (folder / "stderr").exists() else "", end="", file=sys.stderr)
lines = (folder / "journal").read_text().splitlines()
def parsed(line):
    try:
        entry = json.loads(line)
        int(entry["__REALTIME_TIMESTAMP"]), entry["__CURSOR"]
        return entry
    except Exception:
        return {{"__CURSOR": None, "__REALTIME_TIMESTAMP": "0"}}
entries = [parsed(line) for line in lines]
first = 0
if "--cursor" in options:
    at = [n for n, entry in enumerate(entries) if entry["__CURSOR"] == options["--cursor"]]
    first = at[0] if at else max(0, len(lines) // 2 - 1)
if "--since" in options:
    since = int(options["--since"].removeprefix("@")) * 10**6
    first = next((n for n, entry in enumerate(entries) if int(entry["__REALTIME_TIMESTAMP"]) >= since), len(lines))
for line in lines[first:]:
    print(line)
if not lines[first:]:
    print("-- No entries --")
sys.stdout.flush()
if (folder / "hangs").exists():
    time.sleep(60)
sys.exit(int((folder / "status").read_text()) if (folder / "status").exists() else 0)
"""

START = 1_795_442_401_000_000  # Nov 23 14:00:01


def entry(number: int, message: Any = None, **fields: Any) -> dict[str, Any]:
    when = START + number * 1_000_000
    return {
        "__CURSOR": f"s=5a;i={number:x};b=b0;m={number:x};t={when:x};x={number * 7919:x}",
        "__REALTIME_TIMESTAMP": str(when),
        "MESSAGE": f"message {number}" if message is None else message,
        "SYSLOG_IDENTIFIER": "sshd",
        "_PID": "123",
        "_SYSTEMD_UNIT": "ssh.service",
        **fields,
    }


class Journal:
    """A fake journalctl in front of PATH, and a corpus."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        script = self.folder / "journalctl"
        script.write_text(JOURNALCTL.format(python=sys.executable))
        script.chmod(0o755)
        self.corpus = folder / "corpus.db"
        self.write()

    def write(self, *entries: dict[str, Any] | str) -> None:
        """An entry that is given as text is written as it stands."""
        lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in entries]
        (self.folder / "journal").write_text("".join(f"{line}\n" for line in lines))

    def set(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text)

    def pull(self, unit: str = "ssh.service", **settings: Any) -> PullReport:
        with Corpus(self.corpus) as corpus:
            return pull([Source(journal=unit, **settings)], corpus)

    def lines(self) -> list[str]:
        with Corpus(self.corpus) as corpus:
            return [line for document in corpus.documents() for line in document.lines]

    def messages(self) -> list[str]:
        return [line.partition(": ")[2] for line in self.lines()]


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    made = Journal(tmp_path)
    monkeypatch.setenv("PATH", f"{made.folder}:{os.environ['PATH']}")
    return made


def test_an_entry_is_a_line_in_the_short_form(recorded: Journal) -> None:
    recorded.write(entry(0), entry(1, SYSLOG_IDENTIFIER=None, _COMM="cron", _PID=None))
    report = recorded.pull()
    assert recorded.lines() == ["Nov 23 14:00:01 sshd[123]: message 0", "Nov 23 14:00:02 cron: message 1"]
    (source,) = report.as_json()["sources"]  # type: ignore[misc]
    assert source == {"path": "journal:ssh.service", "position": START + 10**6, "lines": 2}


def test_each_entry_is_read_once(recorded: Journal) -> None:
    entries = [entry(number) for number in range(20)]
    for count in (3, 3, 4, 11, 20):
        recorded.write(*entries[:count])
        report = recorded.pull()
        assert (report.gaps, report.problems) == ([], [])
    assert recorded.messages() == [f"message {number}" for number in range(20)]


def test_units_are_chosen_here_and_their_cursor_moves_past_other_units(recorded: Journal) -> None:
    recorded.write(entry(0), entry(1, _SYSTEMD_UNIT="cron.service"))
    recorded.pull()
    recorded.write(entry(0), entry(1, _SYSTEMD_UNIT="cron.service"), entry(2))
    recorded.pull()
    assert recorded.messages() == ["message 0", "message 2"]
    asked = [json.loads(line) for line in (recorded.folder / "asked").read_text().splitlines()]
    assert any(f"--cursor={entry(1)['__CURSOR']}" in words for words in asked)


def test_a_cursor_that_is_gone_is_a_gap_and_reading_goes_on_from_what_is_newer(recorded: Journal) -> None:
    recorded.write(*(entry(number) for number in range(5)))
    recorded.pull()
    recorded.write(*(entry(number) for number in (2, 3, 7, 8)))
    (gap,) = recorded.pull().gaps
    assert (gap.source, "no longer in the journal" in gap.reason) == ("journal:ssh.service", True)
    assert recorded.messages() == [f"message {number}" for number in (0, 1, 2, 3, 4, 7, 8)]
    recorded.write(*(entry(number) for number in (7, 8, 9)))
    assert recorded.pull().gaps == []
    assert recorded.messages()[-2:] == ["message 8", "message 9"]


def test_a_clock_that_was_ahead_hides_no_later_entry(recorded: Journal) -> None:
    ahead = str(4_102_444_800_000_000)  # 2100
    recorded.write(entry(0), {**entry(1), "__REALTIME_TIMESTAMP": ahead})
    recorded.pull()
    recorded.write(entry(2), entry(3))
    (gap,) = recorded.pull().gaps
    assert ("yet to come" in gap.reason, recorded.messages()[2:]) == (True, ["message 2", "message 3"])


def test_a_journal_emptied_under_a_clock_ahead_is_read_on(recorded: Journal) -> None:
    recorded.write({**entry(0), "__REALTIME_TIMESTAMP": str(4_102_444_800_000_000)})
    recorded.pull()
    recorded.write()
    recorded.pull()
    recorded.write(entry(1))
    assert (recorded.pull().gaps, recorded.messages()) == ([], ["message 0", "message 1"])


def test_an_emptied_journal_is_one_gap_and_not_one_at_every_pull(recorded: Journal) -> None:
    recorded.write(entry(0))
    recorded.pull()
    recorded.write()
    assert [len(recorded.pull().gaps) for _ in range(3)] == [1, 0, 0]
    recorded.write(entry(5))
    assert (recorded.pull().gaps, recorded.messages()) == ([], ["message 0", "message 5"])


def test_a_cursor_is_the_same_entry_after_journald_has_moved_it_to_another_file(recorded: Journal) -> None:
    recorded.write(entry(0))
    recorded.pull()
    moved = {**entry(0), "__CURSOR": entry(0)["__CURSOR"].replace("s=5a", "s=77")}
    script = recorded.folder / "journalctl"
    script.write_text(script.read_text().replace("at = [", "at = [0] if True else ["))
    recorded.write(moved, entry(1))
    assert recorded.pull().gaps == []
    assert recorded.messages() == ["message 0", "message 1"]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("Traceback\n  File x\n\nError\n", "Traceback⏎  File x⏎Error"),
        (list("größe\n".encode()), "größe"),
        ([99, 97, 102, 233], "caf\ufffd"),
        (["one", [116, 119, 111]], "one⏎two"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\ud800", "\ufffd"),
    ],
)
def test_a_message_may_be_text_bytes_or_several_and_of_many_lines(message: Any, line: str) -> None:
    said = line_of(entry(0, message), Oddities()).partition(": ")[2]
    assert said == line
    assert said == line or said.endswith(" <cut>")


@pytest.mark.parametrize("message", [[], "", " \n "])
def test_an_entry_without_a_message_is_no_line(message: Any) -> None:
    oddities = Oddities()
    assert (line_of(entry(0, message), oddities), oddities.blank) == ("", 1)
    assert line_of({**entry(0), "MESSAGE": None}, oddities) == ""


@pytest.mark.parametrize(
    ("fields", "unit", "expected"),
    [
        ({}, "ssh.service", True),
        ({}, "ssh", True),
        ({}, "ss*", True),
        ({}, "*", True),
        ({}, "", True),
        ({}, "cron", False),
        ({"_SYSTEMD_UNIT": "init.scope", "UNIT": "cron.service", "_PID": "1"}, "cron", True),
        ({"UNIT": "cron.service"}, "cron", False),  # only systemd itself may speak for a unit
        ({"OBJECT_SYSTEMD_UNIT": "cron.service", "_UID": "0"}, "cron", True),
        ({"COREDUMP_UNIT": "cron.service", "_UID": "0"}, "cron", False),
        (
            {"COREDUMP_UNIT": "cron.service", "_UID": "0", "MESSAGE_ID": "fc2e22bc6ee647b6b90729ab34a250b1"},
            "cron",
            True,
        ),
        ({"CONTAINER_NAME": "web", "_SYSTEMD_UNIT": "docker.service"}, "CONTAINER_NAME=web", True),
        ({"CONTAINER_NAME": "web-2"}, "CONTAINER_NAME=web", False),
        ({}, "CONTAINER_NAME=web", False),
    ],
)
def test_a_unit_has_the_entries_that_journalctl_would_show(fields: dict[str, str], unit: str, expected: bool) -> None:
    assert belongs(entry(0, **fields), unit) is expected


def test_format_and_time_and_redaction_apply_to_the_journal(recorded: Journal) -> None:
    recorded.write(entry(0, "password=example0"))
    recorded.pull(keep_time=False)
    assert recorded.lines() == ["sshd[123]: password=<secret>"]


def test_what_journalctl_complains_of_is_a_problem_and_its_entries_are_read(recorded: Journal) -> None:
    recorded.write(entry(0))
    recorded.set("stderr", "Hint: You are currently not seeing messages from other users and the system.\n")
    report = recorded.pull()
    assert (report.new, "not seeing messages" in report.problems[0]) == (1, True)


def test_a_journalctl_that_fails_is_a_problem_with_its_words(recorded: Journal) -> None:
    recorded.write(entry(0))
    recorded.set("stderr", "Failed to open: permission denied\n")
    recorded.set("status", "1")
    (problem,) = recorded.pull().problems
    assert "status 1" in problem
    assert "permission denied" in problem


def test_a_journalctl_that_falls_silent_is_stopped_and_what_it_gave_is_kept(recorded: Journal) -> None:
    recorded.write(entry(0))
    recorded.set("hangs")
    begun, report = time.monotonic(), PullReport()
    with Corpus(recorded.corpus) as corpus:
        journal.pull_journal("*", corpus, report, Reading(), silence=1.0)
    assert time.monotonic() - begun < 20
    assert "silent for 1 seconds" in report.problems[0]
    assert recorded.messages() == ["message 0"]


def test_without_journalctl_the_problem_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with Corpus(tmp_path / "corpus.db") as corpus:
        report = pull([Source(journal="ssh")], corpus)
    assert report.problems == [
        "journal:ssh: journalctl is not installed: a journal can be read only where systemd runs"
    ]


def test_a_unit_without_any_entry_is_a_problem_at_first(recorded: Journal) -> None:
    recorded.write(entry(0))
    assert ["no entry of it" in problem for problem in recorded.pull("shh").problems] == [True]
    assert recorded.pull("shh").problems == []


def states_of(report: PullReport) -> list[str]:
    return [state.state for state in states_after(report.readings, (), datetime.now(UTC))]


def test_a_unit_without_any_entry_stays_missing(recorded: Journal) -> None:
    recorded.write(entry(0))
    assert [states_of(recorded.pull("shh")), states_of(recorded.pull("shh"))] == [["missing"], ["missing"]]


def test_a_journal_that_was_read_and_may_not_be_is_unreadable(recorded: Journal) -> None:
    recorded.write(entry(0))
    read = states_of(recorded.pull())
    recorded.set("stderr", "No journal files were opened due to insufficient permissions.\n")
    recorded.set("status", "1")
    (reading,) = recorded.pull().readings
    assert (read, states_after([reading], (), datetime.now(UTC))[0].is_in_trouble) == (["reading"], True)


def test_a_journal_of_which_a_part_may_be_read_is_read(recorded: Journal) -> None:
    recorded.write(entry(0))
    recorded.set("stderr", "Hint: You are currently not seeing messages from other users and the system.\n")
    assert states_of(recorded.pull()) == ["reading"]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in entry(1).items() if key != name}


MALFORMED: list[dict[str, Any] | str] = [
    json.dumps(entry(1))[:60],
    "{",
    '{"half": ',
    "{}",
    without("__CURSOR"),
    without("__REALTIME_TIMESTAMP"),
    entry(1, __CURSOR=None),
    entry(1, __CURSOR=""),
    entry(1, __CURSOR=7),
    entry(1, __CURSOR="\ud800"),
    entry(1, __CURSOR="s=\0"),
    entry(1, __CURSOR="s" * 5_000),
    *(entry(1, __REALTIME_TIMESTAMP=when) for when in (None, [], {}, True, 1.5, "", "yesterday", "-1", "1e9", "²")),
    *(entry(1, __REALTIME_TIMESTAMP=when) for when in ("9" * 18, 9**99, -1)),
    '{"__REALTIME_TIMESTAMP": ' + "9" * 10_000 + "}",
    '{"__REALTIME_TIMESTAMP": 1e999, "__CURSOR": "s=1"}',
    '{"MESSAGE": ' + "[" * 100_000,
]


@pytest.mark.parametrize("malformed", MALFORMED, ids=range(len(MALFORMED)))
def test_an_entry_that_is_cut_or_malformed_is_skipped_and_the_later_ones_are_read(
    recorded: Journal, malformed: dict[str, Any] | str
) -> None:
    recorded.write(entry(0), malformed, malformed, entry(2))
    (problem,) = recorded.pull().problems
    assert "2 entries were cut or malformed" in problem
    assert recorded.messages() == ["message 0", "message 2"]
    recorded.write(entry(0), malformed, malformed, entry(2), entry(3))
    report = recorded.pull()
    assert (report.problems, report.gaps, report.new) == ([], [], 1)  # it was reported once


@pytest.mark.parametrize("message", [{"a": 1}, 7, 1e300, True, [[[["deep"]]]], [None, {}, 5.5], [256, -1]])
def test_a_message_of_a_wrong_kind_stops_nothing(recorded: Journal, message: Any) -> None:
    odd = entry(1, message, SYSLOG_IDENTIFIER=[{}], _PID={"a": 1}, _SYSTEMD_UNIT="ssh.service", UNIT=3)
    recorded.write(entry(0), odd, entry(2))
    assert recorded.pull().problems == []
    assert [recorded.messages()[at] for at in (0, -1)] == ["message 0", "message 2"]


def test_a_long_journal_takes_no_memory(recorded: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.sources.journal.BATCH_ENTRIES", 200)
    recorded.write(*(entry(number, "x" * 2500) for number in range(6_000)))
    tracemalloc.start()
    report = recorded.pull()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    assert report.new == 6_000


def test_lines_and_cursor_are_written_both_or_neither(recorded: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.sources.journal.BATCH_ENTRIES", 4)
    recorded.write(*(entry(number) for number in range(30)))
    for lives in (1, 2, 3, 99):
        with monkeypatch.context() as patch:
            left, add = [lives], Corpus.add_entries

            def dies(self: Corpus, *rest: Any, left: list[int] = left, add: Any = add) -> None:
                left[0] -= 1
                if not left[0]:
                    raise KeyboardInterrupt
                add(self, *rest)

            patch.setattr(Corpus, "add_entries", dies)
            try:
                recorded.pull()
            except KeyboardInterrupt:
                continue
    assert recorded.messages() == [f"message {number}" for number in range(30)]


def test_the_real_journal_is_read_or_it_is_said_that_there_is_none(tmp_path: Path) -> None:
    with Corpus(tmp_path / "corpus.db") as corpus:
        first = pull([Source(journal="*")], corpus)
        again = pull([Source(journal="*")], corpus)
    if first.new:
        assert (again.gaps, first.sources[0].position > 0) == ([], True)
    elif shutil.which("journalctl"):
        assert "journal" in first.problems[0]
    else:
        assert "journalctl is not installed" in first.problems[0]

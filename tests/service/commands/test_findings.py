"""`logling findings`: what the watch found, one round by hand, and what is called normal."""

from __future__ import annotations

import json
import shlex
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import document, is_sentence
from tests.support.homes import Place
from tests.support.listener import listening

STRANGE = "valve burst beside the greenhouse wall"
NOTE = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read())"


@pytest.fixture
def found(committed: Place) -> Place:
    """A home whose watch found one line strange, after a first round that found nothing."""
    assert document(committed.logling("findings", "--now", "--json"))["round"]["new"] == 0
    committed.append([STRANGE])
    assert document(committed.logling("findings", "--now", "--json"))["round"]["new"] == 1
    return committed


def findings(place: Place, *arguments: object) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = document(place.logling("findings", "--json", *arguments))["findings"]
    return listed


def test_before_a_round_it_says_what_to_do(reader: Place) -> None:
    assert is_sentence(reader.logling("findings"), "not checked yet", "watch.every", "--now")


def test_a_home_without_weights_checks_nothing_and_fails_nothing(fresh: Place) -> None:
    done = fresh.logling("findings", "--now")
    assert done.returncode == 0
    assert "there are no weights yet" in done.stderr


def test_a_finding_is_shown_with_number_log_and_time(found: Place) -> None:
    shown = found.logling("findings").stdout
    assert "1. new, rarer than" in shown
    assert f"> 501  {STRANGE}" in shown
    assert "app, 20" in shown


def test_json_has_what_a_check_has_and_its_number(found: Place) -> None:
    (one,) = findings(found)
    assert (one["number"], one["log"], one["kind"], one["text"], one["told"]) == (1, "app", "new", STRANGE, True)
    assert one["first"] == one["last"]


def test_a_number_stays_with_its_finding(found: Place) -> None:
    found.append(["the roof of the pump house has blown away", *["00 alpha fan slow ok"] * 3, STRANGE])
    found.logling("findings", "--now")
    assert {one["number"]: one["text"] for one in findings(found)}[1] == STRANGE


def test_what_is_older_than_asked_for_is_not_shown(found: Place) -> None:
    assert findings(found, "--since", "2099-01-01") == []
    assert len(findings(found, "--since", "30d")) == 1


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "5"])
def test_a_wrong_time_is_refused(reader: Place, since: str) -> None:
    done = reader.logling("findings", "--since", since, COLUMNS="200")
    assert done.returncode == 2
    assert f"such as 2026-03-01, not '{since}'" in done.stderr


def test_what_is_called_normal_is_shown_and_found_no_more(found: Place) -> None:
    assert "1 rule added" in found.logling("findings", "--normal", 1).stderr
    assert findings(found) == []
    found.append([STRANGE])
    found.logling("findings", "--now")
    assert STRANGE not in [one["text"] for one in findings(found)]
    assert STRANGE in found.home.normal_rules.read_text()


def test_what_stayed_away_is_hidden_without_a_rule_for_the_usual_lines(found: Place) -> None:
    with sqlite3.connect(found.home.findings) as database:
        (text,) = database.execute("SELECT finding FROM findings").fetchone()
        away = json.dumps({**json.loads(text), "kind": "fewer"})
        database.execute("UPDATE findings SET finding = ?", (away,))
    told = found.logling("findings", "--normal", 1).stderr
    assert "0 rules added" in told
    assert "a later absence is a new one" in told
    assert findings(found) == []


def test_a_number_that_no_finding_has_is_refused(found: Place) -> None:
    assert is_sentence(found.logling("findings", "--normal", 7), "there is no finding 7")
    assert not found.home.normal_rules.exists()


def test_the_page_has_all_in_it_and_its_file_is_for_its_owner(found: Place, tmp_path: Path) -> None:
    file = tmp_path / "week.html"
    assert found.logling("findings", "--html", "--to", file).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == found.logling("findings", "--html").stdout.removesuffix("\n")
    assert "burst" in file.read_text()
    assert "src=" not in file.read_text()


def test_a_file_without_html_is_wrong_usage(reader: Place, tmp_path: Path) -> None:
    assert reader.logling("findings", "--to", tmp_path / "x").returncode == 2


def test_the_database_is_for_its_owner(found: Place) -> None:
    assert stat.S_IMODE(found.home.findings.stat().st_mode) == 0o600


def test_the_admin_page_and_the_ledger_know_nothing_of_it(found: Place) -> None:
    assert b"greenhouse" not in found.home.ledger.read_bytes()
    assert "finding" not in found.logling("history", "--json").stdout


def test_a_secret_is_masked_in_it(committed: Place) -> None:
    committed.logling("findings", "--now")
    committed.append(["login failed password=made-up-made-up-123"])
    committed.logling("findings", "--now")
    (one,) = findings(committed)
    assert "made-up" not in json.dumps(one)


def test_lines_that_a_run_has_read_are_checked_all_the_same(committed: Place) -> None:
    committed.logling("findings", "--now")
    committed.append([STRANGE])
    committed.logling("pull")
    assert document(committed.logling("findings", "--now", "--json"))["round"]["new"] == 1


def told(place: Place, **settings: str) -> str:
    """What a command of one's own got, of one strange line."""
    note = place.folder / "told"
    command = shlex.join([sys.executable, "-c", NOTE, str(note)])
    lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
    place.set("[watch]\n", f"[watch]\ncommand = '''{command}'''\n{lines}")
    place.logling("findings", "--now")
    place.append([STRANGE])
    done = place.logling("findings", "--now")
    assert "problem" not in done.stderr
    return note.read_text() if note.exists() else ""


def test_numbers_are_told_and_no_line(committed: Place) -> None:
    text = told(committed)
    assert text.startswith(
        "1 finding in app: 1 new; rarer than 1 in 10,000,000 lines. On the machine: logling findings"
    )
    assert "greenhouse" not in text


def test_lines_are_told_where_that_is_wanted(committed: Place) -> None:
    assert told(committed, include_lines="true").splitlines()[1] == STRANGE


def test_in_quiet_hours_nothing_is_told(committed: Place) -> None:
    assert told(committed, quiet='"00:00-23:59"') == ""


def test_a_message_that_could_not_be_sent_is_sent_with_the_next_round(committed: Place) -> None:
    with listening() as server:
        server.status = 500
        committed.set("[watch]\n", f'[watch]\nnotify = ["{server.apprise}"]\n')
        committed.logling("findings", "--now")
        committed.append([STRANGE])
        failed = committed.logling("findings", "--now")
        assert "problem: watch.notify, address 1: json://… did not take the message" in failed.stderr
        server.status, server.requests = 200, []
        committed.logling("findings", "--now")
        committed.logling("findings", "--now")
        (body,) = [json.loads(body) for _, _, body in server.requests]
        assert (body["title"], body["message"][:16]) == ("Logling: app", "1 finding in app")

"""Messages on their way: to a real server by Apprise, to a command; none lost, none twice, no address told."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.checking.findings_database import FindingsDatabase
from service.errors import LoglingError
from service.home import Home
from service.settings import WatchSettings
from service.telling import delivery
from service.telling.delivery import apprise_of, check_apprise, deliver, names_of_addresses
from tests.support.listener import Listener, listening

FACTS = {"findings": 3, "grown": 1, "held": 0, "logs": {"shop log": 3}, "kinds": {"new": 2, "more": 1}, "strangest": 9}
SHOW = (
    "import os, sys; print([sys.stdin.read(), *(os.environ['LOGLING_' + name] for name in "
    "('EVENT', 'FINDINGS', 'GROWN', 'STRANGEST', 'KINDS', 'LOGS'))], file=open(sys.argv[1], 'a'))"
)


@pytest.fixture
def outbox(home: Home) -> Iterator[FindingsDatabase]:
    with FindingsDatabase(home.findings) as database:
        yield database


def told(outbox: FindingsDatabase, settings: WatchSettings, *texts: str) -> None:
    for at, text in enumerate(texts):
        outbox.add_message(at, text, FACTS, list(names_of_addresses(settings)))


def bodies(server: Listener) -> list[tuple[str, str]]:
    return [(json.loads(body)["title"], json.loads(body)["message"]) for _, _, body in server.requests]


def test_a_message_arrives_with_its_title(outbox: FindingsDatabase, home: Home, server: Listener) -> None:
    settings = WatchSettings.model_validate({"notify": [server.apprise]})
    told(outbox, settings, "3 findings")
    assert deliver(outbox, settings, home, "Logling: shop") == []
    assert bodies(server) == [("Logling: shop", "3 findings")]


def test_what_was_sent_is_not_sent_again(outbox: FindingsDatabase, home: Home, server: Listener) -> None:
    settings = WatchSettings.model_validate({"notify": [server.apprise]})
    told(outbox, settings, "3 findings")
    deliver(outbox, settings, home, "")
    deliver(outbox, settings, home, "")
    assert len(server.requests) == 1


def test_what_could_not_be_sent_comes_with_the_next_one(outbox: FindingsDatabase, home: Home, server: Listener) -> None:
    settings = WatchSettings.model_validate({"notify": [server.apprise]})
    server.status = 500
    told(outbox, settings, "first")
    assert deliver(outbox, settings, home, "") == ["watch.notify, address 1: json://… did not take the message"]
    server.status, server.requests = 200, []
    told(outbox, settings, "second")
    assert deliver(outbox, settings, home, "t") == []
    assert bodies(server) == [("t", "first\n\nsecond")]


def test_an_address_that_fails_keeps_nothing_from_the_others(
    outbox: FindingsDatabase, home: Home, server: Listener
) -> None:
    with listening() as failing:
        failing.status = 500
        settings = WatchSettings.model_validate({"notify": [failing.apprise, server.apprise]})
        told(outbox, settings, "once")
        deliver(outbox, settings, home, "")
        deliver(outbox, settings, home, "")
        assert (len(failing.requests), len(server.requests)) == (2, 1)


def test_a_server_that_hangs_is_left(
    outbox: FindingsDatabase, home: Home, server: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SECONDS", 0.5)
    server.hangs = True
    settings = WatchSettings.model_validate({"notify": [f"{server.apprise}made-up-secret"]})
    told(outbox, settings, "3 findings")
    (problem,) = deliver(outbox, settings, home, "")
    assert problem == "watch.notify, address 1: there was no answer within 0.5 s"
    assert len(outbox.unsent()) == 1


def test_an_address_that_apprise_does_not_know_is_refused_and_not_shown() -> None:
    with pytest.raises(LoglingError, match="does not know such an address") as error:
        apprise_of("nosuchservice://made-up-secret")
    assert "made-up-secret" not in str(error.value)


def test_without_apprise_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "find_spec", lambda _: None)
    with pytest.raises(LoglingError, match=r"watch.notify is set.*pip install 'logling\[notify\]'"):
        check_apprise(WatchSettings.model_validate({"notify": ["json://127.0.0.1/"]}))


def test_a_command_gets_the_text_and_the_numbers(outbox: FindingsDatabase, home: Home, tmp_path: Path) -> None:
    settings = WatchSettings(command=shlex.join([sys.executable, "-c", SHOW, str(tmp_path / "out")]))
    told(outbox, settings, "first", "second")
    assert deliver(outbox, settings, home, "") == []
    expected = ["first\nsecond\n", "findings", "3", "1", "9", "new=2 more=1", "shop_log=3"]
    assert (tmp_path / "out").read_text() == f"{expected}\n"


def test_a_command_that_fails_is_tried_again(outbox: FindingsDatabase, home: Home) -> None:
    settings = WatchSettings(command="false")
    told(outbox, settings, "first")
    assert deliver(outbox, settings, home, "") == ["watch.command: false: its process ended with exit status 1"]
    assert [message.text for message in outbox.unsent()] == ["first"]


def test_what_was_for_an_address_that_is_no_longer_set_is_forgotten(outbox: FindingsDatabase, home: Home) -> None:
    told(outbox, WatchSettings(command="false"), "first")
    assert deliver(outbox, WatchSettings(), home, "") == []
    assert outbox.unsent() == []


def test_no_address_is_in_the_database(outbox: FindingsDatabase, home: Home) -> None:
    told(outbox, WatchSettings.model_validate({"notify": ["json://127.0.0.1/made-up-secret"]}), "first")
    data = home.findings.read_bytes() + home.findings.with_name("findings.db-wal").read_bytes()
    assert b"made-up-secret" not in data

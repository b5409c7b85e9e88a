"""What `logling doctor` says of the watch and of hooks."""

from __future__ import annotations

import pytest

from service.commands.doctor_modes import has_secret
from service.commands.doctor_telling import check_hooks, check_watch
from service.errors import LoglingError
from service.settings import HookSettings, WatchSettings
from tests.support.commands import document
from tests.support.homes import Place


def refused(**values: object) -> str:
    with pytest.raises(LoglingError) as error:
        check_watch(WatchSettings.model_validate(values))
    assert "made-up-secret" not in str(error.value)
    return str(error.value)


def test_a_watch_that_is_off_is_well() -> None:
    assert check_watch(WatchSettings()) == "off: watch.every is not set"


def test_a_watch_that_is_on_is_described() -> None:
    watch = WatchSettings.model_validate({"every": "1h", "notify": ["json://127.0.0.1/"], "command": "true"})
    assert check_watch(watch) == "every 1h, tells 1 address and a command, at most 2 a day"


def test_an_address_that_apprise_does_not_know_is_bad() -> None:
    assert "watch.notify, address 1: Apprise does not know" in refused(every="1h", notify=["made-up-secret"])


def test_a_command_that_is_not_there_is_bad() -> None:
    assert "watch.command: there is no command '/no/such'" in refused(every="1h", command="/no/such --made-up-secret")


def test_somebody_to_tell_without_a_watch_is_bad() -> None:
    assert "watch.every is not" in refused(command="true")


def test_the_command_of_a_hook_that_is_not_there_is_bad() -> None:
    with pytest.raises(LoglingError, match=r"hooks.on_failure: there is no command '/no/such'"):
        check_hooks(HookSettings.model_validate({"on_failure": "/no/such --x", "on_start": "https://example.org/"}))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('[watch]\nnotify = ["json://127.0.0.1/"]', True),
        ('[hooks]\non_start = "https://example.org/made-up"', True),
        ('[hooks]\non_start = "true"', False),
    ],
)
def test_addresses_are_secrets_of_the_settings_file(committed: Place, text: str, secret: bool) -> None:
    committed.home.settings_file.write_text(text)
    assert has_secret(committed.home.settings_file) is secret


def test_doctor_looks_at_both(committed: Place) -> None:
    committed.set("[hooks]\n", "[hooks]\non_start = 'true'\n")
    checks = {check["name"]: check["detail"] for check in document(committed.logling("doctor", "--json"))["checks"]}
    assert (checks["watch"], checks["hooks"]) == ("off: watch.every is not set", "on_start")
    assert checks["findings"] == "none yet: the first round of the watch makes it"

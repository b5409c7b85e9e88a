"""The command line, as a process: what it prints where, and with which status it ends."""

from pathlib import Path

import pytest

from tests.support.commands import Command, is_sentence

COMMANDS = ["init", "pull", "retrain", "history", "score", "predict", "backtest", "audit", "export", "doctor", "demo"]
HOME_COMMANDS = [
    ["pull"],
    ["retrain"],
    ["history"],
    ["score", "x.log"],
    ["predict"],
    ["backtest"],
    ["audit"],
    ["export"],
    ["doctor"],
]


def test_every_command_explains_itself(logling: Command) -> None:
    result = logling("--help")
    assert result.returncode == 0
    assert [command for command in COMMANDS if f" {command} " not in result.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_help(logling: Command, command: str) -> None:
    result = logling(command, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert "Usage" in result.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["score"], ["predict", "--samples", "0"], ["init"]])
def test_wrong_usage_ends_with_2(logling: Command, arguments: list[str]) -> None:
    result = logling(*arguments)
    assert (result.returncode, result.stdout) == (2, "")


@pytest.mark.parametrize("arguments", HOME_COMMANDS)
def test_without_a_home_there_is_a_sentence(logling: Command, tmp_path: Path, arguments: list[str]) -> None:
    assert is_sentence(logling(*arguments, "--home", tmp_path), str(tmp_path), "not a Logling home", "logling init")


def test_wrong_settings_are_a_sentence(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "logling.toml").write_text('preset = "huge"')
    assert is_sentence(logling("retrain", "--home", tmp_path), "preset", "huge", "'seed' or 'full'")

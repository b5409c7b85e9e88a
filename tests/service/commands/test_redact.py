"""`logling redact`."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command, document, is_sentence


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("all is well\nlogin password=Hunter22x ok\nsee TCK-123456\n")
    return path


def test_redact_shows_what_would_be_masked_and_by_which_rule(logling: Command, log: Path) -> None:
    done = logling("redact", log)
    assert done.stdout == "       2  login password=Hunter22x ok  ← named_value\n"
    assert done.stderr == "1 of 3 lines have something to mask: 1 by named_value\n"


def test_redact_as_json_has_no_secret(logling: Command, log: Path) -> None:
    done = logling("redact", "--json", log)
    assert "Hunter22x" not in done.stdout
    found = document(done)
    assert (found["total"], found["masked"]) == (3, {"named_value": 1})
    assert found["lines"] == [{"number": 2, "rules": ["named_value"], "text": "login password=<secret> ok"}]


def test_redact_tries_the_rules_of_a_home(logling: Command, log: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    logling("init", home, "--source", log)
    rule = "\n[[mask]]\nname = 'ticket'\npattern = 'TCK-[0-9]{6}'\n"
    with (home / "logling.toml").open("a") as settings:
        settings.write(rule)
    assert document(logling("redact", "--home", home, "--json", log))["masked"] == {"named_value": 1, "ticket": 1}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("name = 'x'\npattern = '(?=a)b'", "look-around"),
        ("name = 'x'\npattern = 'a*'", "matches nothing at all"),
        ("name = 'x'\npattern = 'TCK-[0-9]{6}'\nexample = 'TCK-1'", "masks nothing in its example"),
        ("name = 'An X'\npattern = 'a'", "mask.0.name"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(
    logling: Command, log: Path, tmp_path: Path, rule: str, words: str
) -> None:
    home = tmp_path / "home"
    logling("init", home, "--source", log)
    with (home / "logling.toml").open("a") as settings:
        settings.write(f"\n[[mask]]\n{rule}\n")
    assert is_sentence(logling("redact", "--home", home, log), words)


def test_redact_of_a_file_that_is_not_there_is_a_sentence(logling: Command, tmp_path: Any) -> None:
    assert is_sentence(logling("redact", tmp_path / "none.log"), "none.log")

"""The doctor tells who may read or change a home though they should not, and how to mend it."""

import os
import subprocess

import pytest

from service.commands.doctor_modes import check_modes, foreign_owners, has_secret, loose_modes
from service.errors import LoglingError
from tests.support.homes import Place

TOKEN = 'token = "made-up-made-up-made-up"'


def said_and_mended(fresh: Place) -> str:
    """What is loose; after the command that is named at its end, nothing is any more."""
    (words,) = loose_modes(fresh.home)
    subprocess.run(words.rpartition(": ")[2], shell=True, check=True)
    assert list(loose_modes(fresh.home)) == []
    return words


def test_a_new_home_is_well(fresh: Place) -> None:
    assert check_modes(fresh.home).startswith("only ")


def test_settings_with_a_token_that_others_may_read(fresh: Place) -> None:
    fresh.set("[admin]\n", f"[admin]\n{TOKEN}\n")
    fresh.home.settings_file.chmod(0o644)
    assert "has a secret and can be read by others (mode 644)" in said_and_mended(fresh)


def test_settings_without_a_secret_may_be_read(fresh: Place) -> None:
    fresh.home.settings_file.chmod(0o644)
    assert list(loose_modes(fresh.home)) == []


@pytest.mark.parametrize("name", ["", "logling.toml", "site", "site/web"])
def test_what_others_may_change(fresh: Place, name: str) -> None:
    path = fresh.home.path / name
    path.chmod(path.stat().st_mode | 0o020)
    assert f"{path} can be changed by others" in said_and_mended(fresh)


def test_a_file_of_the_state_that_others_may_read(fresh: Place) -> None:
    (fresh.home.state / "corpus.db.format-1").touch(mode=0o644)
    assert "files in" in said_and_mended(fresh)


def test_a_home_of_another_user(fresh: Place) -> None:
    (words,) = foreign_owners(fresh.home, os.geteuid() + 1)
    assert f"{fresh.home.path} belongs to " in words
    assert "sudo -u " in words
    assert "chown -R " in words


@pytest.mark.parametrize(
    ("remote", "is_secret"),
    [
        ("https://me:made-up@example.org/x.git", True),
        ("https://made-up-token@example.org/x.git", True),
        ("https://example.org/x.git", False),
        ("git@example.org:me/x.git", False),
        ("ssh://git@example.org/x.git", False),
        ("/srv/x.git", False),
    ],
)
def test_a_remote_with_a_password_is_a_secret(fresh: Place, remote: str, is_secret: bool) -> None:
    fresh.set('# remote = ""', f"remote = '{remote}'")
    assert has_secret(fresh.home.settings_file) is is_secret


def test_the_doctor_has_it_among_its_checks(fresh: Place) -> None:
    fresh.home.path.chmod(0o777)
    ended = fresh.logling("doctor")
    assert f"BAD  modes: {fresh.home.path} can be changed by others (mode 777): chmod go-w" in ended.stdout
    with pytest.raises(LoglingError):
        check_modes(fresh.home)

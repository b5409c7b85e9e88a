"""`logling init`."""

from pathlib import Path
from typing import Any

from tests.support.commands import Command, is_sentence


def test_init_makes_a_home_with_these_sources_and_says_how_to_go_on(logling: Command, tmp_path: Path) -> None:
    home = tmp_path / "a [b] :lock:"
    result = logling("init", home, "--source", "logs/*.log", "--preset", "seed")
    assert result.returncode == 0
    assert str(home) in result.stdout.splitlines()[0]
    assert f'files = "{Path.cwd()}/logs/*.log"' in (home / "logling.toml").read_text()


def test_init_does_not_touch_a_home_that_is_there(logling: Command, reader: Any) -> None:
    assert is_sentence(logling("init", reader.home.path), "is a Logling home already")


def test_init_refuses_an_unknown_preset_and_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("init", tmp_path / "home", "--preset", "huge"), "huge", "seed or full")
    assert not (tmp_path / "home").exists()


def test_init_with_a_remote_that_is_not_there_leaves_nothing(logling: Command, tmp_path: Path) -> None:
    assert is_sentence(logling("init", tmp_path / "home", "--remote", tmp_path / "gone.git"), "gone.git")
    assert not (tmp_path / "home").exists()


def test_init_says_what_each_source_matches(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("line\n" * 1800)
    result = logling("init", tmp_path / "home", "--source", tmp_path / "app.log")
    assert (f"{tmp_path}/app.log: 1 file, 1,800 lines" in result.stdout, result.stderr) == (True, "")


def test_init_warns_of_a_source_that_matches_nothing_yet(logling: Command, tmp_path: Path) -> None:
    result = logling("init", tmp_path / "home", "--source", tmp_path / "later*.log")
    assert (result.returncode, result.stderr) == (0, f"warning: {tmp_path}/later*.log: matches nothing yet\n")


def test_init_warns_of_a_source_that_is_no_log(logling: Command, tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(bytes(range(256)) * 20)
    result = logling("init", tmp_path / "home", "--source", tmp_path / "app.log")
    assert "warning: cannot be read: " in result.stderr
    assert "looks binary" in result.stderr

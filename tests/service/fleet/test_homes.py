"""Which homes a fleet has: every folder below with a `logling.toml`, by its path."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import LoglingError
from service.fleet.homes import check_name, find_homes


def make(folder: Path, *names: str) -> None:
    """Folders that look like homes."""
    for name in names:
        (folder / name).mkdir(parents=True)
        (folder / name / "logling.toml").touch()


def names(folder: Path) -> list[str]:
    return list(find_homes(folder).homes)


def test_a_home_is_called_by_its_path_from_the_folder(tmp_path: Path) -> None:
    make(tmp_path, "web", "db/one", "db/two", "a/b/c")
    assert names(tmp_path) == ["a/b/c", "db/one", "db/two", "web"]


def test_a_home_too_deep_is_none(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c/d")
    assert names(tmp_path) == []


def test_nothing_is_looked_for_below_a_home(tmp_path: Path) -> None:
    make(tmp_path, "web", "web/site")
    assert names(tmp_path) == ["web"]


def test_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    make(tmp_path, ".old/web", "here/.web")
    assert names(tmp_path) == []


def test_links_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "outside/web", "fleet/here")
    (tmp_path / "fleet" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "fleet" / "web").symlink_to(tmp_path / "outside" / "web")
    (tmp_path / "fleet" / "round").symlink_to(tmp_path / "fleet")
    assert names(tmp_path / "fleet") == ["here"]


def test_a_folder_in_place_of_the_settings_makes_no_home(tmp_path: Path) -> None:
    (tmp_path / "web" / "logling.toml").mkdir(parents=True)
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["two\nlines", "x" * 101, " space", b"\xff".decode(errors="surrogateescape")])
def test_a_home_whose_name_cannot_be_shown_is_passed_over_and_named(tmp_path: Path, name: str) -> None:
    make(tmp_path, name, "web")
    found = find_homes(tmp_path)
    assert list(found.homes) == ["web"]
    (path,) = found.problems
    assert path.isprintable()


def test_a_folder_that_is_a_home_itself_is_refused_with_what_is_right(tmp_path: Path) -> None:
    make(tmp_path, "web")
    with pytest.raises(LoglingError, match="is a home itself: serve it by `logling serve --home"):
        find_homes(tmp_path / "web")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoglingError, match="nowhere is no folder of homes: No such file"):
        find_homes(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["", "..", "../web", "a/../b", ".web", "a/.web", "/web", "a//b", "a/b/c/d", "x\ty"])
def test_a_name_that_would_not_be_found_is_refused(name: str) -> None:
    with pytest.raises(LoglingError):
        check_name(name)


@pytest.mark.parametrize("name", ["web", "a/b/c", "Übersicht", "with space", "100%", "what?", "a#b"])
def test_a_name_is_any_that_can_be_shown(tmp_path: Path, name: str) -> None:
    check_name(name)
    make(tmp_path, name)
    assert names(tmp_path) == [name]

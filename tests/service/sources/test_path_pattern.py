"""Patterns of paths: what the standard library's glob matches, each folder once, and never without end."""

import glob
import os
import time
from pathlib import Path

import pytest

from service.sources import path_pattern
from service.sources.path_pattern import search

FILES = [
    "a.log",
    "b.txt",
    "a/a.log",
    "a/b/c.log",
    "a/b/.hidden.log",
    ".secret/d.log",
    "a[1].log",
    "[x]/e.log",
    "b/a.log",
]
PATTERNS = [
    *("*", "*.log", "?.log", "[ab].*", "[!a]*", "**", "**/*", "**/*.log", "**/a.log", "a/**", "a/**/c.log", "*/*.log"),
    *("**/**/*.log", "**/b/**", "**/b/*", ".*", ".secret/*", "**/.*", "**/.secret/*", "a[[]1].log", "[[]x]/*", "a**"),
    *("a/../*.log", "./*.log", "*/../b/*", "nowhere/*", "a.log/*", "*/", "**/", "*/b/*.log", "a//b//*"),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


def found(pattern: str) -> list[str]:
    """The files that a pattern matches."""
    return sorted({str(Path(match.path).resolve()) for match in search(pattern).matches if Path(match.path).is_file()})


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_rules_are_those_of_glob(tree: Path, pattern: str) -> None:
    pattern = f"{tree}/{pattern}"
    expected = {str(Path(name).resolve()) for name in glob.glob(pattern, recursive=True) if Path(name).is_file()}  # noqa: PTH207
    assert found(pattern) == sorted(expected)


def test_links_to_folders_are_followed_out_of_the_tree_and_in_circles_once(tree: Path) -> None:
    outside = tree.parent / f"{tree.name}-outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "out.log").write_text("one\n")
    (tree / "out").symlink_to(outside)
    for number in range(8):
        (tree / f"self{number}").symlink_to(".")
        (outside / f"back{number}").symlink_to(tree)
    (tree / "circle").symlink_to("circle")
    begun = time.monotonic()
    names = sorted(Path(path).name for path in found(f"{tree}/**/*.log"))
    assert names == ["a.log", "a.log", "a.log", "a[1].log", "c.log", "e.log", "out.log"]
    assert len(found(f"{tree}/**/**/**/*.log")) == len(names)
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(("folders", "links"), [(50, 2), (50, 10)])
def test_each_folder_is_listed_once_for_each_part_of_the_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folders: int, links: int
) -> None:
    for number in range(folders):
        folder = tmp_path / f"f{number}"
        folder.mkdir()
        for link in range(links):
            (folder / f"link{link}").symlink_to(tmp_path)
    listed: list[str] = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: (listed.append(folder), scandir(folder))[1])
    assert search(f"{tmp_path}/**/*.log").matches == []
    assert len(listed) == 2 * (folders + 1)


def test_a_chain_of_folders_without_end_is_cut_and_the_rest_is_found(tmp_path: Path) -> None:
    deep = tmp_path / "a"
    for _ in range(path_pattern.MOST_FOLDERS_DEEP + 20):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "deep.log").write_text("one\n")
    (tmp_path / "z").mkdir()
    (tmp_path / "z" / "near.log").write_text("one\n")
    result = search(f"{tmp_path}/**/*.log")
    assert [Path(match.path).name for match in result.matches] == ["near.log"]
    assert result.is_cut


def test_more_names_than_the_bound_are_cut_and_it_is_said(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_pattern, "MOST_ENTRIES", 5)
    assert search(f"{tree}/**/*.log").is_cut


def test_a_pattern_of_many_stars_takes_no_time(tmp_path: Path) -> None:
    (tmp_path / ("a" * 250)).write_text("one\n")
    assert search(f"{tmp_path}/{'*a' * 60}*b").matches == []

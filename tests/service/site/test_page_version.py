"""The page's files of a site carry one version, by which the page notices one that is not of the others."""

from pathlib import Path

from service.installation import page_folder
from service.site.page_files import VERSION_MARK, page_files


def small_page(folder: Path, text: str) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_bytes(VERSION_MARK + b"\n")
    (folder / "style.css").write_text(text)
    return page_files(folder)


def test_it_changes_with_any_file_and_with_nothing_else(tmp_path: Path) -> None:
    first, other = small_page(tmp_path, "one"), small_page(tmp_path, "two")
    assert first["index.html"] != other["index.html"]
    assert small_page(tmp_path, "one") == first


def test_every_file_that_is_read_beside_the_weights_has_it() -> None:
    files = page_files(page_folder())
    version = files["index.html"].decode().partition('data-version="')[2][:12]
    assert [name for name, content in files.items() if version.encode() not in content] == ["icon.svg"]
    assert not any(VERSION_MARK in content for content in files.values())

"""A site gets one script of each room: the files as they are, one after the other, under their names."""

from pathlib import Path

import pytest

from service.installation import page_folder
from service.site.page_files import page_files, script

ROOMS = ["engine", "page"]


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A small page with two rooms."""
    for name, text in {
        "engine/order.txt": "second.js\nfirst.js\n",
        "engine/first.js": "const one = two;\n",
        "engine/second.js": "const two = 2;\n",
        "page/order.txt": "view.js\n",
        "page/view.js": "show(one);\n",
        "index.html": "<p>é</p>\n",
        "weights.js": "of a person who tries it here",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_script_is_its_rooms_files_in_their_order(web: Path) -> None:
    assert page_files(web)["page.js"].decode() == "'use strict';\n\n// page/view.js\n\nshow(one);\n"
    assert page_files(web)["engine.js"].decode() == (
        "'use strict';\n\nfunction loglingEngine() {\n"
        "\n// engine/second.js\n\nconst two = 2;\n\n// engine/first.js\n\nconst one = two;\n"
        "}\nloglingEngine();\n"
    )


def test_other_files_stay_as_they_are_and_weights_are_not_among_them(web: Path) -> None:
    files = page_files(web)
    assert list(files) == ["engine.js", "index.html", "page.js"]
    assert files["index.html"] == (web / "index.html").read_bytes()


def test_the_page_has_these_files() -> None:
    assert list(page_files(page_folder())) == ["engine.js", "icon.svg", "index.html", "page.js", "style.css"]


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_of_a_room_is_in_its_order_once(room: str) -> None:
    order = (page_folder() / room / "order.txt").read_text(encoding="utf-8").split()
    assert sorted(order) == sorted(path.name for path in (page_folder() / room).glob("*.js"))


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_is_in_the_script_unchanged(room: str) -> None:
    whole = script(page_folder() / room).decode()
    for path in (page_folder() / room).glob("*.js"):
        assert f"\n// {room}/{path.name}\n\n{path.read_text(encoding='utf-8')}" in whole

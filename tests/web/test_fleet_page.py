"""The page of a fleet in a browser: accessible, of any width, and usable without a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browsers import PAGE_PATIENCE, open_chromium, open_firefox
from tests.support.fleets import Folder, page_of

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
OPENERS = [open_chromium, open_firefox]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a few homes of each kind, one with a long name."""
    folder = Folder(tmp_path_factory.mktemp("fleet"))
    folder.beat(under_way=["site/one"], waiting=2)
    folder.make("site/one", 30)
    folder.make("site/two", 30, unwell=True)
    folder.make("new", 0)
    folder.make("failed", outcome="failed", reason="no")
    folder.make("broken", settings='preset = "huge"')
    folder.make("a-very-long-name-without-any-space-in-it-as-hosts-have-them.example.org")
    with page_of(folder.path) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "?q=nothing", "homes/site/one/", "homes/nope/"])
def test_axe_finds_no_violation(launched: Callable[..., Browser], address: str, scheme: str, path: str) -> None:
    page = launched(open_chromium).new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(PAGE_PATIENCE)
    page.goto(address + path)
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    page.close()
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]] == []


@pytest.mark.parametrize("width", [320, 375, 900])
@pytest.mark.parametrize("path", ["", "homes/site/one/"])
def test_nothing_is_wider_than_the_screen(
    launched: Callable[..., Browser], address: str, path: str, width: int
) -> None:
    page = launched(open_chromium).new_page(viewport={"width": width, "height": 700})
    page.goto(address + path)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('table')].filter(
            (one) => one.getBoundingClientRect().right > one.parentElement.getBoundingClientRect().right,
        ).length"""
    )
    page.close()
    assert beyond == 0


def homes(page: Page) -> list[str]:
    return page.locator("table.homes th[scope=row] a").all_inner_texts()


@pytest.mark.parametrize("opener", OPENERS)
def test_homes_are_found_and_opened_without_a_script_and_nothing_is_refused(
    launched: Callable[..., Browser], address: str, opener: Callable[..., Browser]
) -> None:
    context = launched(opener).new_context(java_script_enabled=False)
    page = context.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(address)
    assert homes(page)[:2] == ["broken", "site/two"]
    page.fill("#q", "site")
    page.click("button")
    assert homes(page) == ["site/two", "site/one"]
    page.click("nav.kinds a.good")
    assert homes(page) == ["site/one"]
    page.click("table.homes th a")
    assert page.url == f"{address}homes/site/one/"
    page.click("header a")
    assert page.url == address
    context.close()
    assert messages == []

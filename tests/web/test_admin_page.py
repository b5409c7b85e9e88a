"""The admin page in a browser: accessible, of any width, and asking for nothing that is not its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page

from service.home import Home
from service.storage.ledger import Ledger
from service.storage.run_progress import TaskProgress, write_run_progress
from service.storage.run_record import RunRecord
from tests.benchmarks import admin
from tests.support.browsers import PAGE_PATIENCE, open_chromium, open_firefox

TESTS = Path(__file__).parents[1]
AXE = TESTS / "web" / "node_modules" / "axe-core" / "axe.min.js"
LARGEST = 100_000  # bytes
STATES = ["0", "3", "52", "5000", "failing", "running"]
PAGES = [(state, place) for state in STATES for place in ("front", "run") if (state, place) != ("0", "run")]

Address = Callable[[str], str]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """Where the page is of a home in one of the STATES; each is made when it is first asked for."""
    found: dict[str, str] = {}
    with ExitStack() as opened:

        def of(state: str) -> str:
            if state not in found:
                home = Home(tmp_path_factory.mktemp("homes") / state)
                make(home, state, admin.fill)
                found[state] = opened.enter_context(admin.shown(home, **status_of(state)))
            return found[state]

        yield of


def status_of(state: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    if state == "failing":
        return {"unpushed_since": now - timedelta(days=2), "next_push": now + timedelta(hours=3)}
    return {"is_running": True} if state == "running" else {}


def make(home: Home, state: str, fill: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    if state.isdigit():
        count = int(state)
        fill(home, count, now - timedelta(hours=1), timedelta(weeks=1) if count < 1000 else timedelta(hours=6))
    elif state == "failing":
        problems = ["not pushed: git push: connection refused", "/var/log/air.log: Permission denied"]
        words = "the word " + "verylongwithoutanyspace" * 20
        fill(home, 30, now - timedelta(days=20), outcome="failed", reason=words, pushed=False, problems=problems)
    else:
        fill(home, 8, now - timedelta(days=6))
        tasks = [
            TaskProgress("train", "training", 0, None, ""),
            TaskProgress("train", "training, fresh start", 21, 60, "0.447 bits"),
        ]
        with Ledger(home.ledger) as ledger:
            ledger.begin(RunRecord(), now)
            write_run_progress(home.ledger, tasks)


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def chromium(launched: Callable[..., Browser]) -> Browser:
    return launched(open_chromium)


@pytest.fixture
def page(chromium: Browser, scheme: str) -> Iterator[Page]:
    page = chromium.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(PAGE_PATIENCE)
    yield page
    page.close()


def open_place(page: Page, address: str, place: str) -> None:
    page.goto(address)
    if place == "run":
        href = page.locator("table.runs tbody a").first.get_attribute("href")
        page.goto(urljoin(address, str(href)))


@pytest.mark.parametrize(("state", "place"), PAGES)
def test_axe_finds_no_violation(page: Page, address: Address, state: str, place: str) -> None:
    open_place(page, address(state), place)
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"] != []
    violations = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
    assert violations == []


@pytest.mark.parametrize("width", [320, 900])
@pytest.mark.parametrize(("state", "place"), PAGES)
def test_nothing_is_wider_than_the_screen(
    chromium: Browser, address: Address, state: str, place: str, width: int
) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 700})
    open_place(page, address(state), place)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('table')].filter(
            (one) => one.getBoundingClientRect().right > one.parentElement.getBoundingClientRect().right,
        ).length"""
    )
    assert beyond == 0
    page.close()


@pytest.mark.parametrize("opener", [open_chromium, open_firefox])
@pytest.mark.parametrize("state", ["52", "running"])
def test_the_page_asks_for_its_own_files_alone_and_nothing_is_refused(
    launched: Callable[..., Browser], address: Address, opener: Any, state: str
) -> None:
    page = launched(opener).new_page()
    messages: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    open_place(page, address(state), "run")
    page.close()
    assert messages == []
    assert [url for url in asked if not url.startswith(address(state))] == []


def test_nothing_is_painted_before_the_style_is_there(page: Page, address: Address) -> None:
    page.goto(address("52"))
    page.wait_for_function("() => performance.getEntriesByType('paint').length > 0")
    painted, styled = page.evaluate(
        """() => [
            performance.getEntriesByType('paint')[0].startTime,
            performance.getEntriesByType('resource').find((entry) => entry.name.includes('admin.css')).responseEnd,
        ]"""
    )
    assert styled <= painted


@pytest.mark.parametrize(("state", "place"), PAGES)
def test_a_page_is_small(page: Page, address: Address, state: str, place: str) -> None:
    open_place(page, address(state), place)
    assert len(page.content().encode()) < LARGEST


def test_the_chart_of_5000_runs_has_few_marks_and_a_click_leads_to_their_part_of_the_table(
    page: Page, address: Address
) -> None:
    page.goto(address("5000"))
    assert page.locator(".chart *").count() < 500
    page.locator(".chart a:has(.group)").first.click()
    first = page.locator("table.runs tbody time").first.get_attribute("datetime")
    page.goto(address("5000"))
    newest = page.locator("table.runs tbody time").first.get_attribute("datetime")
    assert str(first) < str(newest)


def test_a_mark_leads_to_its_run(page: Page, address: Address) -> None:
    page.goto(address("52"))
    mark = page.locator(".chart a.committed").last
    title = mark.locator("title").text_content()
    mark.click()
    assert str(title)[:10] in str(page.locator("h1").text_content())


def test_outcomes_differ_in_shape_colour_and_word(page: Page, address: Address) -> None:
    page.goto(address("52"))
    seen = page.evaluate(
        """() => [...document.querySelectorAll('.legend li:has(.icon)')].map((item) => {
            const shape = document.querySelector(item.querySelector('use').getAttribute('href'));
            return [shape.innerHTML, getComputedStyle(item.querySelector('svg')).color, item.textContent.trim()];
        })"""
    )
    assert len(seen) == 5
    for values in zip(*seen, strict=True):
        assert len(set(values)) == 5


def test_the_keyboard_reaches_every_link_of_the_table_and_no_mark_of_the_chart(page: Page, address: Address) -> None:
    page.goto(address("3"))
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("() => document.activeElement.closest('svg') ? 'mark' : document.activeElement.href || ''")
        )
    links = page.evaluate("() => [...document.querySelectorAll('table.runs a')].map((link) => link.href)")
    assert "mark" not in reached
    assert set(links) <= set(reached)


def test_in_forced_colours_the_lines_and_marks_are_still_there(chromium: Browser, address: Address) -> None:
    page = chromium.new_page(forced_colors="active")
    page.goto(address("52"))
    shown = page.evaluate(
        """() => {
            const paper = getComputedStyle(document.querySelector('.card')).backgroundColor;
            const drawn = ['polyline.champion', 'polyline.challenger', '.grid'];
            const strokes = drawn.map((one) => getComputedStyle(document.querySelector(one)).stroke);
            return strokes.map((colour) => colour !== paper && colour !== 'none');
        }"""
    )
    page.close()
    assert shown == [True, True, True]

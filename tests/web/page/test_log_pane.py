"""The whole log beside its findings: own rows, a bounded memory, search."""

import gzip

import pytest

from tests.support.check_view import STRANGE, check, finished, greenhouse, open_file


@pytest.fixture
def page(view):
    page = view("#check")
    finished(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    return page


def rows(page):
    return page.locator("#log-rows .text").all_text_contents()


def test_the_whole_log_stands_beside_the_findings(page):
    check(page, "\n".join(greenhouse(9, strange=5)))
    assert rows(page) == greenhouse(9, strange=5)
    found, log = page.locator("#findings").bounding_box(), page.locator("#log-scroller").bounding_box()
    assert found["x"] + found["width"] < log["x"]


def test_on_a_narrow_window_the_log_stands_below(page):
    check(page, "\n".join(greenhouse(9, strange=5)))
    page.set_viewport_size({"width": 375, "height": 667})
    found, log = page.locator("#findings").bounding_box(), page.locator("#log-scroller").bounding_box()
    assert found["y"] + found["height"] < log["y"]


def entries(lines):
    """The lines as the journal exports them."""
    return "".join(f"__CURSOR=s={i}\n_COMM=app\nMESSAGE={line}\n\n" for i, line in enumerate(lines)).encode()


FORMS = {
    "gzip": lambda lines: gzip.compress("\n".join(lines).encode()),
    "utf-16": lambda lines: "\n".join(lines).encode("utf-16"),
    "blank lines": lambda lines: "\n\n".join(lines).encode(),
    "the journal's export": entries,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_number_of_a_finding_is_that_of_its_line_beside(page, tmp_path, form):
    open_file(page, tmp_path / "some.log", FORMS[form](greenhouse(9, strange=5)))
    page.locator("#findings .finding", has_text="FIRE").click()
    row = page.locator("#log-rows [aria-current]")
    assert STRANGE in row.locator(".text").inner_text()
    assert row.locator(".number").inner_text() == page.locator("#findings .number").first.inner_text()


def test_only_the_rows_in_sight_are_in_the_document(page, tmp_path):
    open_file(page, tmp_path / "long.log", "\n".join(greenhouse(4000)).encode())
    assert page.inner_text("#log-status") == "4,000 lines"
    assert len(rows(page)) < 100
    page.evaluate("() => { const box = document.getElementById('log-scroller'); box.scrollTop = box.scrollHeight; }")
    page.wait_for_function("() => document.getElementById('log-rows').lastChild.dataset.line === '4000'")
    assert rows(page)[-1] == greenhouse(4000)[-1]


def test_the_log_scrolls_to_the_line_of_the_chosen_finding(page, tmp_path):
    open_file(page, tmp_path / "long.log", "\n".join(greenhouse(3000, strange=2000)).encode())
    page.locator("#findings .finding").first.click()
    row = page.locator("#log-rows [aria-current]")
    assert row.locator(".text").inner_text() == STRANGE
    box, pane = row.bounding_box(), page.locator("#log-scroller").bounding_box()
    assert pane["y"] < box["y"] < pane["y"] + pane["height"] - box["height"]


def test_lines_that_stand_out_are_marked_in_the_log(page):
    check(page, "\n".join(greenhouse(9, strange=5)))
    assert page.locator("#log-rows .stands-out .text").all_text_contents() == [STRANGE]


def test_a_marked_line_leads_to_its_finding(page):
    check(page, "\n".join(greenhouse(9, strange=5)))
    page.click("#log-rows .stands-out")
    assert page.locator("#findings [aria-current] .finding .text").inner_text() == STRANGE


def test_a_search_shows_the_lines_that_hold_it(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    page.fill("#search", "fire")
    page.wait_for_function("() => document.getElementById('log-status').textContent === '1 of 200 lines'")
    assert rows(page) == [STRANGE]
    assert page.locator("#log-rows mark").all_text_contents() == ["FIRE"]


def test_escape_ends_a_search_with_the_chosen_line_in_sight(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    page.fill("#search", "fire")
    page.wait_for_function("() => document.getElementById('log-status').textContent.startsWith('1 of')")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.getElementById('log-status').textContent === '200 lines'")
    assert page.inner_text("#log-rows [aria-current] .number") == "150"


def test_the_search_goes_to_the_next_and_the_one_before(page):
    lines = greenhouse(90)
    for i in (9, 49, 79):
        lines[i] = "pump stuck"
    check(page, "\n".join(lines))
    page.fill("#search", "stuck")
    page.wait_for_function("() => document.getElementById('log-status').textContent.startsWith('3 of')")
    seen = []
    for button in ("after", "after", "before", "before", "after"):
        page.click(f"#search-{button}")
        seen.append(page.inner_text("#log-rows [aria-current] .number"))
    assert seen == ["10", "50", "10", "80", "10"]


def test_without_a_search_the_arrows_go_to_what_stands_out(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    page.click("#search-after")
    assert page.inner_text("#log-rows [aria-current] .text") == STRANGE


def test_a_longer_log_than_browsers_can_scroll_is_shown_to_its_end(page):
    last = page.evaluate(
        """async () => {
            const log = new WholeLog(new File([''], 'x'));
            log.lines = Array.from({ length: 900_000 }, (_, i) => `line ${i + 1}`);
            const pane = new LogPane(() => {}, new AbortController().signal);
            pane.open(log);
            pane.goTo(900_000);
            const row = document.querySelector('#log-rows [aria-current]').getBoundingClientRect();
            const box = document.getElementById('log-scroller').getBoundingClientRect();
            return [document.getElementById('log-rows').lastChild.textContent, row.bottom <= box.bottom + 2];
        }"""
    )
    assert last == ["900,000line 900000", True]


def test_more_than_64_mb_are_not_kept_and_that_is_told(page):
    told = page.evaluate(
        """async () => {
            const log = new WholeLog(new File([('x'.repeat(8000) + '\\n').repeat(9000)], 'x'));
            await log.read(RAW, () => {});
            new LogPane(() => {}, new AbortController().signal).open(log);
            const size = log.lines.reduce((sum, line) => sum + line.length, 0);
            return [size <= 64 * 2 ** 20, log.isCut, document.getElementById('log-status').textContent];
        }"""
    )
    assert told == [True, True, "The first 8,371 lines: more than 64 MB are not kept here"]

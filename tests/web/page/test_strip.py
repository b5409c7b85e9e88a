"""The strip over a log: at the width of its box, with the times of the lines, and a way to them."""

import pytest

from tests.support.check_view import STRANGE, check, finished, greenhouse


@pytest.fixture
def page(view):
    page = view("#check")
    finished(page)
    return page


def is_as_wide_as_its_box(page):
    return page.evaluate(
        """() => {
            const box = document.getElementById('strip');
            return Math.abs(box.querySelector('svg').getBoundingClientRect().width - box.clientWidth) < 2;
        }"""
    )


def test_the_strip_is_as_wide_as_its_box_from_the_first_check_on(page):
    assert is_as_wide_as_its_box(page)


def test_a_log_opened_in_another_view_has_a_strip_of_full_width(view, tmp_path):
    page = view("#about")
    (tmp_path / "some.log").write_text("\n".join(greenhouse(50, strange=9)), encoding="utf-8")
    page.evaluate(
        """(text) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], 'dropped.log'));
            for (const type of ['dragover', 'drop'])
                document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        "\n".join(greenhouse(50, strange=9)),
    )
    finished(page)
    assert is_as_wide_as_its_box(page)


def test_the_strip_grows_with_the_window(page):
    page.set_viewport_size({"width": 700, "height": 800})
    page.wait_for_function(
        """() => {
            const box = document.getElementById('strip');
            return Math.abs(box.querySelector('svg').getBoundingClientRect().width - box.clientWidth) < 2;
        }"""
    )


def test_the_strip_leads_to_the_lines_by_keyboard(page):
    check(page, "\n".join(greenhouse(100, strange=31)))
    page.focus("#strip")
    page.keyboard.press("Home")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert page.inner_text("#log-rows [aria-current] .text") == STRANGE
    assert page.get_attribute("#strip", "aria-valuetext").startswith("Line 31 (12:03:00): ")


def test_the_strip_leads_to_the_lines_by_pointer(page):
    check(page, "\n".join(greenhouse(100, strange=31)))
    box = page.locator("#strip").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.305, box["y"] + 5)
    assert page.inner_text("#log-rows [aria-current] .text") == STRANGE
    assert page.locator("#findings [aria-current]").count() == 1


def test_a_bar_says_its_lines_under_the_pointer(page):
    check(page, "\n".join(greenhouse(100, strange=31)))
    box = page.locator("#strip").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.305, box["y"] + 5)
    assert page.inner_text("#strip-tip").startswith("Line 31 (12:03:00): ")


def test_where_lines_have_times_the_strip_has_them(page):
    lines = [f"2026-11-{1 + i // 24:02d}T{i % 24:02d}:00:00Z bed1 air 20.0°C ok" for i in range(120)]
    check(page, "\n".join(lines))
    assert page.inner_text("#strip-first") == "1 Nov 2026 00:00:00"
    assert page.inner_text("#strip-last") == "5 Nov 2026 23:00:00"
    assert {"2 Nov", "5 Nov"} <= set(page.locator("#strip text").all_text_contents())


def test_the_words_on_the_strip_leave_each_other_room(page):
    hours = [*[0] * 40, 3, 6, *[9] * 60, *[12] * 60]  # a tick each three hours, of which some come close together
    check(page, "\n".join(f"2026-11-01T{hour:02d}:00:{i % 60:02d}Z bed1 air 20.0°C ok" for i, hour in enumerate(hours)))
    ends = page.eval_on_selector_all(
        "#strip text",
        "all => all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right])",
    )
    (_, first_ends), (second_begins, _) = ends
    assert first_ends < second_begins


def test_where_lines_have_no_times_the_strip_has_their_numbers(page):
    check(page, "\n".join(["the pump is on", "the pump is off"] * 50))
    assert page.inner_text("#strip-first") == "Line 1"
    assert page.locator("#strip text").all_text_contents() == ["25", "50", "75"]


TIMES = {
    "2026-11-23T03:30:05Z door": "23 Nov 2026 03:30:05",
    "[2026-11-23 03:30:05,123] INFO door": "23 Nov 2026 03:30:05",
    "20261123T033005 door": "23 Nov 2026 03:30:05",
    "2026/11/23 03:30:05 [error] door": "23 Nov 2026 03:30:05",
    "Nov  3 03:30:05 mx door": "3 Nov 03:30:05",
    "Mon Nov  3 03:30:05 2026 door": "3 Nov 2026 03:30:05",
    '192.0.2.7 - - [23/Nov/2026:03:30:05 +0000] "GET /"': "23 Nov 2026 03:30:05",
    "23.11.2026 03:30:05 door": "23 Nov 2026 03:30:05",
    "03:30:05 door": "03:30:05",
    "1795404605.250 door": "23 Nov 2026 03:30:05",
    "1795404605250 door": "23 Nov 2026 03:30:05",
    '{"log": "door\\n", "stream": "stdout", "time": "2026-11-23T03:30:05.5Z"}': "23 Nov 2026 03:30:05",
    "door 5 opened": None,
    "12345678901 doors": None,
}


@pytest.mark.parametrize("line", TIMES)
def test_the_time_of_a_line_is_read(page, line):
    given = "(line) => { const time = timeOf(line); return time ? formatTime(time) : null; }"
    assert page.evaluate(given, line) == TIMES[line]

"""The view that completes a line as one types."""

import numpy as np
import pytest

from model.sampling import primed
from tests.support.check_view import go_to

LOG = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
VARIED = [f"12:{minute:02d} bed1 air {degrees}°C ok" for minute, degrees in enumerate((20.0, 31.9, 4.5, 17.2, 26.8))]
SURE = "\n".join([*LOG, "12:03 bed1 air 20.0°C "])  # ok is more likely than not, fan on comes next


@pytest.fixture
def page(view):
    return view("#complete")


def write(page, text):
    page.fill("#editor", text)
    page.click("#editor")
    page.keyboard.press("Control+End")
    page.wait_for_selector("#next-characters li", state="attached")


def offered(page):
    page.wait_for_selector("#completions li")
    return page.locator("#completions .rest").all_text_contents()


@pytest.mark.everywhere
def test_what_is_sure_is_offered_in_grey_and_tab_takes_it(page):
    begun = "12:03 bed1 a"
    write(page, "\n".join([*VARIED, begun]))
    rest = page.locator("#ghost .rest").inner_text()
    assert rest == offered(page)[0] == "ir"
    page.keyboard.press("Tab")
    assert page.input_value("#editor") == "\n".join([*VARIED, begun + rest])
    assert page.evaluate("() => document.activeElement.id") == "editor"


def test_a_value_that_would_be_a_guess_is_not_offered(page):
    page.fill("#editor", "\n".join([*VARIED, "12:03 bed1 air"]))
    page.click("#editor")
    page.keyboard.press("Control+End")
    page.wait_for_function("() => document.getElementById('completions-note').textContent.includes('a number')")
    assert page.locator("#ghost .rest").inner_text() == ""
    assert page.is_disabled("#take")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") != "editor"


def test_a_long_line_is_broken_and_the_grey_text_stands_behind_it(page):
    page.set_viewport_size({"width": 375, "height": 700})
    write(page, "\n".join(["x" * 500 + " " + LOG[0], "12:03 bed1 a"]))
    sizes = page.evaluate(
        """() => ['editor', 'ghost'].map((id) => document.getElementById(id))
            .map(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth - clientWidth])"""
    )
    assert sizes[0] == sizes[1]
    assert sizes[0][1] == 0
    rows = page.evaluate(
        """() => {
            const [editor, ghost] = ['editor', 'ghost'].map((id) => document.getElementById(id));
            ghost.querySelector('.rest').remove();
            return [editor.scrollHeight, ghost.scrollHeight];
        }"""
    )
    assert abs(rows[0] - rows[1]) <= 1


def test_what_was_taken_can_be_undone(page):
    write(page, SURE)
    page.keyboard.press("Tab")
    assert len(page.input_value("#editor")) > len(SURE)
    page.keyboard.press("Control+Z")
    assert page.input_value("#editor") == SURE


def test_escape_lets_tab_move_on(page):
    write(page, SURE)
    page.keyboard.press("Escape")
    assert page.locator("#ghost .rest").inner_text() == ""
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") != "editor"
    assert page.input_value("#editor") == SURE


def test_arrow_keys_choose_another(page):
    write(page, SURE)
    second = offered(page)[1]
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#editor", "aria-activedescendant") == "rest-1"
    assert page.locator("#ghost .rest").inner_text() == second
    page.keyboard.press("Tab")
    assert page.input_value("#editor") == SURE + second


def test_a_click_takes_an_alternative(page):
    write(page, SURE)
    second = offered(page)[1]
    page.locator("#completions li").nth(1).click()
    assert page.input_value("#editor") == SURE + second


def test_the_end_of_a_line_is_taken_as_a_new_line(page):
    write(page, "\n".join([*LOG, LOG[0]]))
    assert page.locator("#completions .rest").first.inner_text().startswith("⏎")
    page.keyboard.press("Tab")
    assert page.input_value("#editor") == "\n".join([*LOG, LOG[0], ""])


def test_the_next_characters_have_pythons_probabilities(page, trained):
    page.click("#next summary")
    write(page, "\n".join([*LOG, "12:03 be"]))
    _, logits = primed(trained.model, LOG)
    state, _ = primed(trained.model, LOG)
    for token in trained.model.vocabulary.encode("12:03 be"):
        logits = state.read(np.array([token]))
    p = np.exp(logits[0] - logits[0].max())
    best = trained.model.vocabulary.decode([int(p.argmax())])
    rows = page.locator("#next-characters .text").all_text_contents()
    assert rows[0] == best
    shown = float(page.locator("#next-characters .figure").first.inner_text().split()[0])
    assert shown == pytest.approx(100 * p.max() / p.sum(), abs=0.51)


def test_nothing_is_offered_in_the_middle_of_a_line(page):
    write(page, LOG[0])
    page.keyboard.press("Home")
    page.wait_for_selector("#completions:empty", state="attached")
    assert page.locator("#ghost .rest").inner_text() == ""
    assert page.inner_text("#completions-note").startswith("Put the caret at the end of a line")


def test_wide_and_right_to_left_text_can_be_completed(page):
    for begun in ("漢字 ", "שלום עולם 12", "e\u0301 👩‍👩‍👧 ", "\t"):
        write(page, LOG[0] + "\n" + begun)
        assert page.input_value("#editor").endswith(begun)


def test_the_views_share_the_lines(page):
    write(page, SURE)
    go_to(page, "predict")
    assert page.input_value("#log") == SURE

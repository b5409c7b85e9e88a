"""The page for everyone: by keyboard, by screen reader, in light and dark, at any width and in any script."""

from pathlib import Path

import pytest

from tests.support.check_view import check, finished, go_to, unfold

AXE = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
VIEWS = ["predict?futures=20&word=pump", "complete", "check", "about"]
WIDE = [
    "שלום עולם 12:00 שגיאה",
    "漢字とかな 表示テスト，全角文字",
    "👩‍👩‍👧‍👦🌱🚀 e\u0301\u0323 Z͑ͫ̓ͪ̂ͫ̽͏̴",
    "\u202etxt.exe \u2066isolated",
    "x" * 3000,
    "مرحبا بالعالم 404",
]


def show_all(page, view):
    """Wait for a view's results, and unfold all that is folded."""
    if view.startswith("predict"):
        page.wait_for_function("() => document.getElementById('futures-status').textContent.includes('sampled')")
    if view == "complete":
        page.focus("#editor")
        page.keyboard.press("Control+End")
        page.wait_for_selector("#next-characters li", state="attached")
    if view == "check":
        finished(page)
        for part in ("paste", "options", "export"):
            unfold(page, part)
        page.locator("#findings .finding").first.click()
        page.get_by_text("This is normal").click()
        page.locator("#familiar .finding").first.click()
        page.focus("#strip")
        page.keyboard.press("Home")
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_no_violation(view, name, scheme):
    page = view(f"#{name}")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    show_all(page, name)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'], preload: false })")
    assert [
        (one["id"], node["target"], node["failureSummary"]) for one in found["violations"] for node in one["nodes"]
    ] == []


@pytest.mark.parametrize("width", [320, 768, 1280, 3840])
@pytest.mark.parametrize("name", VIEWS)
def test_nothing_is_wider_than_the_window(view, name, width):
    page = view(f"#{name}")
    page.set_viewport_size({"width": width, "height": 800})
    show_all(page, name)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_any_script_leaves_the_layout_whole(view):
    page = view("#predict?futures=10&lines=2")
    go_to(page, "check")
    page.set_viewport_size({"width": 320, "height": 800})
    check(page, "\n".join(WIDE))
    go_to(page, "predict")
    page.fill("#log", "\n".join(WIDE))
    page.wait_for_function("() => document.getElementById('futures-status').textContent.includes('sampled')")
    for name in ("check", "predict"):
        go_to(page, name)
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_right_to_left_line_does_not_turn_its_number_around(view):
    page = view("#check")
    check(page, "\n".join([WIDE[0], *WIDE[:2]]))
    row = page.locator(".finding", has_text="שלום")
    number, times = row.locator(".number").bounding_box(), row.locator(".times").bounding_box()
    assert number["x"] < times["x"]


@pytest.mark.parametrize("name", VIEWS)
def test_everything_can_be_reached_by_tab_and_shows_it(view, name):
    page = view(f"#{name}")
    show_all(page, name)
    if name == "complete":
        page.press("#editor", "Escape")  # puts the grey text away, and with it the button that accepts it
    wanted = page.evaluate(
        """() => {
            document.body.tabIndex = -1;
            document.body.focus();
            return Array.from(document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex="0"]'))
                .filter((one) => one.checkVisibility() && !one.disabled).length;
        }"""
    )
    for reached in range(1, wanted + 1):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.id") == "editor":
            page.keyboard.press("Escape")  # lets the next one move on
        outline = page.evaluate(
            """() => {
                const one = document.activeElement;
                const shows = one.matches('input[type=file]') ? one.labels[0] : one;
                return one === document.body ? 'left' : getComputedStyle(shows).outlineStyle;
            }"""
        )
        assert outline not in ("left", "none"), f"number {reached} of {wanted}"

"""What someone calls normal is a rule: seen, undone, saved and opened, with its effect at once."""

import pytest

from tests.support.check_view import STRANGE, check, finished, greenhouse, saved, standing_out, unfold

FAILED = ["disk sda7 FAILED (again)", "disk sda8 FAILED (again)"]
LINES = [*greenhouse(40, strange=20), *FAILED]


@pytest.fixture
def page(view):
    page = view("#check")
    finished(page)
    check(page, "\n".join(LINES))
    return page


def call_normal(page, text):
    page.locator("#findings .finding", has_text=text).click()
    page.locator("#findings li", has_text=text).get_by_text("This is normal").click()


def rules(page):
    return page.locator("#rules code").all_text_contents()


def test_calling_a_finding_normal_takes_effect_at_once(page):
    assert page.inner_text("#verdict").startswith("3 of 42 lines stand out")
    call_normal(page, "FAILED")
    assert standing_out(page) == [STRANGE]
    assert page.inner_text("#verdict").startswith("1 of 42 lines stands out; 2 are called normal")
    assert rules(page) == ["disk # FAILED (again)"]


def test_of_lines_that_stand_together_the_others_are_not_called_normal(page):
    trace = ["panic: no such table", "  at store.read", "  caused by disk gone"]
    check(page, "\n".join([*greenhouse(40), *trace, *greenhouse(40)]))
    assert "3\u00a0lines" in page.locator("#findings .times").all_inner_texts()
    call_normal(page, standing_out(page)[0].strip())
    finished(page)
    assert "2 of 83 lines stand out; 1 is called normal" in page.inner_text("#verdict")


def test_a_rule_is_undone_by_the_button_right_after(page):
    call_normal(page, "FAILED")
    assert page.evaluate("() => document.activeElement.id") == "undo"
    page.keyboard.press("Enter")
    assert rules(page) == []
    assert page.inner_text("#verdict").startswith("3 of 42 lines stand out")


def test_a_removed_rule_lists_its_lines_again(page):
    call_normal(page, "FAILED")
    unfold(page, "options")
    page.click("#rules button")
    assert page.inner_text("#verdict").startswith("3 of 42 lines stand out")
    page.click("#undo")
    assert rules(page) == ["disk # FAILED (again)"]


def test_rules_hold_for_the_next_log(page):
    call_normal(page, "FAILED")
    check(page, "\n".join([*LINES, "disk sda9 FAILED (again)"]))
    assert page.inner_text("#verdict").startswith("1 of 43 lines stands out; 3 are called normal")


def test_a_rule_that_the_check_began_with_is_removed_at_once(page):
    call_normal(page, "FAILED")
    check(page, "\n".join(LINES))
    unfold(page, "options")
    page.click("#rules button")
    finished(page)
    assert page.inner_text("#verdict").startswith("3 of 42 lines stand out")


def test_a_rule_is_written_by_hand(page):
    unfold(page, "options")
    page.fill("#rule", "disk * FAILED*")
    page.keyboard.press("Enter")
    assert standing_out(page) == [STRANGE]


def test_saved_rules_are_opened_again(page, tmp_path):
    call_normal(page, "FAILED")
    unfold(page, "options")
    text = saved(page, "#save-rules")
    assert text.splitlines()[-1] == "disk # FAILED (again)"
    page.click("#rules button")
    (tmp_path / "normal.txt").write_text(text, encoding="utf-8")
    page.set_input_files("#open-rules", tmp_path / "normal.txt")
    page.wait_for_selector("#rules code")
    assert rules(page) == ["disk # FAILED (again)"]
    assert standing_out(page) == [STRANGE]


def test_a_file_that_holds_no_rules_is_told(page, tmp_path):
    (tmp_path / "image.png").write_bytes(bytes(range(256)))
    page.set_input_files("#open-rules", tmp_path / "image.png")
    page.wait_for_selector("#rules-problem:not(:empty)", state="attached")
    assert "image.png is not a file of rules" in page.text_content("#rules-problem")
    assert rules(page) == []


def test_what_is_called_normal_is_calm_on_the_strip(page):
    strange = "() => document.querySelector('#strip .strange').getAttribute('d').split('M').length - 1"
    before = page.evaluate(strange)
    call_normal(page, "FAILED")
    assert page.evaluate(strange) == before - 2


def test_a_model_may_bring_rules(open_page, trained):
    page = open_page(trained.rewritten(lambda _, card: card.update(normal=["ERROR: disk # *"])))
    finished(page)
    assert rules(page) == ["ERROR: disk # *"]
    assert page.inner_text("#verdict").startswith("Nothing stands out")

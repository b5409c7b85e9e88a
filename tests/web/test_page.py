"""The page in real browsers, opened from file:// and used through its buttons."""

import numpy as np
import pytest

from model.sampling import continue_log, pick, primed
from model.scoring import bits_per_character, score_lines

LOG = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> <script>document.title='taken'</script>"


def mixed_lines(count):
    rng = np.random.default_rng(3)
    alphabet = list("0123456789 :.abcdeo°C🌱漢Z")
    return [
        "",
        "\t\x1b[0m\u202e",
        "é" * 500,
        *("".join(rng.choice(alphabet, rng.integers(0, 50))) for _ in range(count)),
    ]


def set_number(page, name, value):
    page.focus(f"#{name}")
    page.keyboard.press("Control+A")  # Firefox's fill() appends to a number field
    page.keyboard.type(str(value))


def continued(page):
    page.click("#go-on")
    page.wait_for_selector("#continued:not([hidden])")
    return page.locator("#continued-lines .text").all_text_contents()


def checked(page, text):
    page.fill("#lines-to-check", text)
    page.click("#check-lines")
    page.wait_for_function("() => document.getElementById('check-summary').textContent.includes('per character')")
    return page.locator("#checked-lines .text").all_text_contents()


def test_it_says_that_it_checked_itself(page):
    assert page.inner_text("#self-check").startswith("Checked itself")


def test_it_shows_the_card_as_facts(page, trained):
    facts = page.inner_text("#facts")
    assert f"{trained.model.config.parameters(trained.model.vocabulary.size):,}" in facts
    assert "22 November 2026" in facts
    assert "0.910" in facts
    assert page.locator("#history polyline").count() == 1


def test_it_starts_from_the_sample_that_the_model_wrote(page):
    assert page.input_value("#log").startswith("00:00 bed")
    assert page.is_visible("#log-note")


def test_a_card_with_nothing_optional_is_enough(open_page, bare):
    page = open_page(bare.file)
    assert page.inner_text("#self-check").startswith("Checked itself")
    assert page.locator("#facts div").count() >= 2


def test_it_continues_a_pasted_log_as_python_does(page, trained):
    page.fill("#log", "\n".join(LOG) + "\n")
    for name, value in {"steps": 3, "seed": 41, "temperature": 0.9}.items():
        set_number(page, name, value)
    assert continued(page) == continue_log(trained.model, LOG, steps=3, seed=41, temperature=0.9)[0].lines


def test_another_takes_the_next_seed(page, trained):
    page.fill("#log", "\n".join(LOG) + "\n")
    set_number(page, "steps", 1)
    set_number(page, "seed", 41)
    set_number(page, "temperature", 1)
    page.click("#another")
    page.wait_for_selector("#continued:not([hidden])")
    expected = continue_log(trained.model, LOG, seed=42)[0].lines
    assert page.locator("#continued-lines .text").all_text_contents() == expected


def test_it_completes_a_line_that_stops_half_way(page, trained):
    begun, rest = "12:03 bed1 a", ""
    state, _ = primed(trained.model, LOG)
    for token in trained.model.vocabulary.encode(begun):
        logits = state.read(np.array([token]))
    while (token := pick(logits[0], 0, 0, 0.0)) != 1:
        rest += trained.model.vocabulary.decode([token])
        logits = state.read(np.array([token]))
    page.fill("#log", "\n".join([*LOG, begun]))
    set_number(page, "temperature", 0)
    assert continued(page)[0] == begun + rest


def test_sampled_lines_can_be_added_to_the_log(page):
    page.fill("#log", "12:03 be")
    lines = continued(page)
    page.click("#append")
    assert page.input_value("#log") == "".join(line + "\n" for line in lines)


def test_seeded_text_is_pythons(page, trained):
    for seed, temperature, top_k in [(0, 1.0, 0), (1, 0, 0), (2, 0.5, 4), (2**32 - 1, 2.0, 0)]:
        given = {"seed": seed, "temperature": temperature, "steps": 2}
        lines = page.evaluate(
            """([context, options]) =>
                continueLog(decodeWeights(LOGLING_WEIGHTS).model, context, options)[0].lines""",
            [LOG, {**given, "topK": top_k}],
        )
        assert lines == continue_log(trained.model, LOG, **given, top_k=top_k)[0].lines


def test_scores_are_pythons_on_a_thousand_lines(page, trained):
    lines = mixed_lines(997)
    scores = page.evaluate(
        """(lines) => {
            const scores = scoreLines(decodeWeights(LOGLING_WEIGHTS).model, lines);
            return [bitsPerCharacter(scores), scores.map((score) => score.bits / score.characters)];
        }""",
        lines,
    )
    expected = list(score_lines(trained.model, lines))
    assert abs(scores[0] - bits_per_character(expected)[0]) < 1e-9
    assert np.allclose(scores[1], [score.bits / score.characters for score in expected], atol=1e-9, rtol=0)


def test_the_strangest_line_comes_first(page):
    strange = "12:03 bed1 FIRE °°°"
    assert checked(page, "\n".join([*LOG, strange, *LOG]))[0] == strange
    assert page.locator("#checked-lines li").first.locator(".number").inner_text() == "4"
    page.select_option("#order", "number")
    assert page.locator("#checked-lines .text").all_text_contents() == [*LOG, strange, *LOG]


def test_markup_in_a_log_stays_text(page, trained):
    assert checked(page, HOSTILE) == [HOSTILE]
    page.fill("#log", HOSTILE)
    assert continued(page)[0].startswith(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    assert page.title() == "Logling"


def test_a_file_is_checked(page, tmp_path):
    log = tmp_path / "greenhouse.log"
    log.write_bytes("\r\n".join([*LOG, ""]).encode())
    page.set_input_files("#file", log)
    page.wait_for_selector("#checked:not([hidden])")
    assert sorted(page.locator("#checked-lines .text").all_text_contents()) == LOG


def test_a_binary_file_gets_a_plain_answer(page, tmp_path):
    (tmp_path / "core").write_bytes(bytes(range(256)))
    page.set_input_files("#file", tmp_path / "core")
    page.wait_for_function("() => document.getElementById('check-summary').textContent.includes('not a text file')")


def test_nothing_to_check_gets_a_plain_answer(page):
    page.click("#check-lines")
    assert page.inner_text("#check-summary").startswith("There is nothing to check yet")


def test_stop_ends_a_long_check_and_keeps_what_is_done(page, tmp_path):
    (tmp_path / "long.log").write_text("\n".join(LOG * 8000))
    page.set_input_files("#file", tmp_path / "long.log")
    page.wait_for_selector("#checked-lines li")
    page.click("#stop")
    page.wait_for_function("() => document.getElementById('check-summary').textContent.includes('Stopped')")
    assert page.locator("#checked-lines li").count() > 0


TROUBLES = {
    "missing": (lambda w: None, "There is no model here yet", "logling retrain"),
    "truncated": (lambda w: w.file[:5000], "This model is damaged", "truncated"),
    "altered": (lambda w: w.with_data(w.data.replace(b"2026", b"2025", 1)), "This model is damaged", "checksum"),
    "of another mind about the golden text": (
        lambda w: w.rewritten(lambda _, card: card["golden"].update(bits=1.5)),
        "This model is damaged",
        "the card says 1.5: do not trust it",
    ),
    "of a newer format": (
        lambda w: w.rewritten(lambda _, card: card.update(format=2)),
        "This page is older than its model",
        "logling upgrade",
    ),
    "foreign": (lambda w: b"globalThis.SOMETHING = 1;\n", "This is not a model of Logling", "does not assign"),
    "another safetensors file": (
        lambda w: w.rewritten(lambda header, _: header.pop("__metadata__")),
        "This is not a model of Logling",
        "without a card",
    ),
    "empty": (lambda w: b"", "This is not a model of Logling", "does not assign"),
}


@pytest.mark.parametrize("kind", TROUBLES)
def test_it_says_what_to_do_about_weights_that_are(open_page, trained, kind):
    spoil, title, word = TROUBLES[kind]
    page = open_page(spoil(trained))
    assert title in page.inner_text("#trouble-title")
    assert word in page.inner_text("#trouble")
    assert not page.is_visible("#instrument")


def test_the_policy_refuses_any_connection(open_page, trained):
    page = open_page(trained.file)
    assert page.evaluate("() => fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')") == "refused"
    for _ in range(50):  # the browser tells of it in its own time
        if page.troubles:
            break
        page.wait_for_timeout(100)
    assert "default-src 'none'" in page.troubles[0]

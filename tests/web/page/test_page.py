"""The page as a whole, in real browsers: what it opens with, how one gets about, and what it never does."""

import base64
import gzip

import numpy as np
import pytest

from model.sampling import continue_log
from model.scoring import bits_per_character, score_lines
from model.weights_file import LARGEST_FILE
from tests.support.check_view import check, finished, go_to, paste, saved, standing_out, unfold
from tests.support.weights import weights_of

LOG = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> <script>document.title='taken'</script>"
VIEWS = ["check", "predict", "complete", "about"]


def mixed_lines(count):
    rng = np.random.default_rng(3)
    alphabet = list("0123456789 :.abcdeo°C🌱漢Z")
    return [
        "",
        "\t\x1b[0m\u202e",
        "é" * 500,
        *("".join(rng.choice(alphabet, rng.integers(0, 50))) for _ in range(count)),
    ]


def futures_have_come(page):
    page.wait_for_function("() => document.getElementById('futures-status').textContent.includes('sampled')")


@pytest.mark.everywhere
def test_it_opens_with_check_and_says_that_it_checked_itself(page):
    finished(page)
    assert standing_out(page)[0].startswith("ERROR")
    assert page.inner_text("#self-check").endswith("verified ✓")


@pytest.mark.everywhere
def test_every_feature_asks_for_the_pages_own_files_only(page, static_host):
    go_to(page, "predict")
    futures_have_come(page)
    go_to(page, "complete")
    page.click("#editor")
    page.keyboard.press("Control+End")
    page.wait_for_selector("#next-characters li", state="attached")
    go_to(page, "check")
    unfold(page, "options")
    finished(page)
    saved(page, "#save-csv")
    go_to(page, "about")
    own = {"index.html", "style.css", "icon.svg", "engine.js", "page.js", "weights.js"}
    assert {url.removeprefix(page.address + "/") for url in page.requests if not url.startswith("blob:")} <= own
    if page.address.startswith("https:"):  # what the server saw, since Firefox does not report all
        host = page.address.removeprefix(static_host.address)
        asked = [path for path in static_host.paths if not path.startswith("/test")]
        assert asked == []
        assert f"{host}/index.html" in static_host.paths


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_has_an_address_and_a_title(view, name):
    page = view(f"#{name}")
    assert page.locator("main > section:visible").evaluate_all("all => all.map((one) => one.id)") == [f"{name}-view"]
    assert page.get_attribute(f"#to-{name}", "aria-current") == "page"
    assert page.title() != "Logling"


def test_the_views_are_reached_by_keyboard_and_the_back_button(page):
    page.focus("#to-complete")
    page.keyboard.press("Enter")
    page.wait_for_selector("#complete-view:visible")  # what a new address asks for comes with an event, a moment later
    page.evaluate("() => history.back()")
    page.wait_for_selector("#check-view:visible")
    assert not page.is_visible("#complete-view")


def test_it_shows_the_card_as_facts(view, trained):
    page = view("#about")
    facts = page.inner_text("#facts")
    assert f"{trained.model.config.parameters(trained.model.vocabulary.size):,}" in facts
    assert "22 November 2026" in facts
    assert "none of 41 values asked for of 900 came back, nor in 2,000 sampled lines" in facts
    assert "0.910" in page.inner_text("#score-words")
    assert page.inner_text("#history-caption").startswith("29 trainings since 1 September 2026")
    assert page.locator("#history svg path").count() == 1


def test_it_says_why_an_ngram_may_be_better(open_page, trained):
    page = open_page(weights_of(trained.model, bits_per_char=0.9, ngram=0.5).file)
    go_to(page, "about")
    assert "worse, because an n-gram needs fewer lines" in page.inner_text("#score-words")


def test_it_shows_the_score_of_each_log(open_page, trained):
    logs = [
        {"name": "auth", "lines": 1200, "bits_per_char": 0.21, "ngram": 1.5},
        {"name": "dpkg", "lines": 40, "bits_per_char": 0.4},
    ]
    page = open_page(trained.rewritten(lambda _, card: card.update(by_log=logs)), "#about")
    rows = page.locator(".by-log tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [["auth", "0.210", "1.500", "1,200"], ["dpkg", "0.400", "40"]]


def test_a_card_with_nothing_optional_is_enough(open_page, bare):
    page = open_page(bare.file)
    assert page.inner_text("#self-check").endswith("verified ✓")
    go_to(page, "about")
    assert page.locator("#facts div").count() >= 2
    go_to(page, "check")
    paste(page, "")
    page.wait_for_selector("#check-problem:not(:empty)")


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


def test_markup_in_a_log_stays_text(page):
    go_to(page, "predict")
    page.fill("#log", HOSTILE)
    futures_have_come(page)
    page.fill("#word", HOSTILE[:8])
    page.click("#append")
    go_to(page, "complete")
    page.click("#editor")
    page.keyboard.press("Control+End")
    page.wait_for_selector("#next-characters li", state="attached")
    go_to(page, "check")
    check(page, "\n".join([HOSTILE, *LOG, HOSTILE.upper()]))
    for finding in page.locator(".finding").all():
        finding.click()
    assert HOSTILE in page.locator(".findings .text").all_text_contents()
    assert HOSTILE in page.locator("#log-rows .text").all_text_contents()
    assert page.locator("main img, main script").count() == 0
    assert "taken" not in page.title()


def test_where_workers_are_refused_it_works_in_slices(open_page, trained, where):
    page = open_page(trained.file)
    page.add_init_script("globalThis.Worker = function () { throw new DOMException('refused', 'SecurityError') }")
    page.reload()
    finished(page)
    assert standing_out(page)
    go_to(page, "predict")
    futures_have_come(page)
    assert page.problems == []


def test_the_page_and_the_largest_weights_are_small_as_hosts_and_git_send_them(site_files):
    largest = base64.b64encode(np.random.default_rng(0).bytes(LARGEST_FILE * 3 // 4))
    assert sum(len(gzip.compress(content)) for content in [largest, *site_files.values()]) < 265_000


PROBLEMS = {
    "missing": (lambda w: None, "There is no model here yet", "logling retrain"),
    "truncated": (lambda w: w.file[:5000], "This model is damaged", "truncated"),
    "altered": (lambda w: w.with_data(w.data.replace(b"2026", b"2025", 1)), "This model is damaged", "checksum"),
    "of another mind about the golden text": (
        lambda w: w.rewritten(lambda _, card: card["golden"].update(bits=1.5)),
        "This model is damaged",
        "the card says 1.5: do not trust it",
    ),
    "of a newer format": (
        lambda w: w.rewritten(lambda _, card: card.update(format=3)),
        "This page is older than its model",
        "logling upgrade",
    ),
    "foreign": (lambda w: b"globalThis.SOMETHING = 1;\n", "This is not a model of Logling", "does not assign"),
    "another safetensors file": (
        lambda w: w.rewritten(lambda header, _: header.pop("__metadata__")),
        "This is not a model of Logling",
        "without a card",
    ),
    "a getter": (
        lambda w: b"Object.defineProperty(globalThis, 'LOGLING_WEIGHTS', { get: () => 'x' });\n",
        "This is not a model of Logling",
        "does not just assign a text",
    ),
    "no text": (
        lambda w: b"globalThis.LOGLING_WEIGHTS = [1];\n",
        "This is not a model of Logling",
        "just assign a text",
    ),
    "empty": (lambda w: b"", "This is not a model of Logling", "does not assign"),
}


@pytest.mark.parametrize("kind", PROBLEMS)
def test_it_says_what_to_do_about_weights_that_are(open_page, trained, kind):
    spoil, title, word = PROBLEMS[kind]
    page = open_page(spoil(trained))
    assert title in page.inner_text("#problem-title")
    assert word in page.inner_text("#problem")
    assert page.locator("main > section:visible").count() == 1
    assert not page.is_visible("#views")


@pytest.mark.everywhere
def test_the_policy_refuses_any_connection(open_page, trained):
    page = open_page(trained.file)
    assert page.evaluate("() => fetch('https://127.0.0.1:9/').then(() => 'sent', () => 'refused')") == "refused"
    for _ in range(50):  # the browser tells of it in its own time
        if page.problems:
            break
        page.wait_for_timeout(100)
    assert "default-src 'none'" in page.problems[0]

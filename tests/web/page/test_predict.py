"""The view that predicts: the likeliest line, sampled futures, their numbers and their words."""

import re

import numpy as np
import pytest

from model.sampling import continue_log
from model.scoring import score_lines

LOG = [
    "12:00 bed1 air 20.0°C ok",
    "12:01 bed2 air 20.1°C ok",
    "12:02 pump: flow 4 l/min 🌱",
    "12:03 bed3 air 21.5°C fan on",
]


@pytest.fixture
def page(view):
    return view("#predict")


def set_number(page, name, value):
    page.focus(f"#{name}")
    page.keyboard.press("Control+A")  # Firefox's fill() appends to a number field
    page.keyboard.type(str(value))


def sampled(page, count):
    page.wait_for_function(
        "(count) => document.getElementById('futures-status').textContent.startsWith(`${count} futures sampled`)",
        arg=count,
    )


def shown_future(page):
    return page.locator("#future-lines .text").all_text_contents()


def likely(page):
    """The likeliest lines that a worker found, which are more than the first one alone."""
    page.wait_for_selector("#likely li:nth-child(2)")
    return page.locator("#likely .text").all_text_contents(), page.locator("#likely .figure").all_text_contents()


def as_percent(text):
    """A probability as the page writes it, as a number."""
    if match := re.fullmatch(r"1\sin\s([\d.,]+)(M|B|T|)", text):
        return 1 / (float(match[1].replace(",", "")) * {"": 1, "M": 1e6, "B": 1e9, "T": 1e12}[match[2]])
    return float(text.split()[0]) / 100


def python_futures(trained, context, **given):
    return [sample.lines for sample in continue_log(trained.model, context, **given)]


@pytest.mark.everywhere
def test_the_most_likely_lines_have_pythons_probabilities(page, trained):
    page.fill("#log", "\n".join(LOG))
    sampled(page, 100)
    lines, figures = likely(page)
    for line, figure in zip(lines, figures, strict=True):
        (score,) = score_lines(trained.model, [line], LOG)
        assert as_percent(figure) == pytest.approx(2**-score.bits, rel=0.06, abs=0.0051)
    assert len(set(lines)) == len(lines)


@pytest.mark.everywhere
def test_the_futures_are_pythons(view, trained):
    page = view("#predict?futures=20&lines=3&temperature=0.9&seed=41")
    page.fill("#log", "\n".join(LOG))
    sampled(page, 20)
    expected = python_futures(trained, LOG, samples=20, steps=3, seed=41, temperature=0.9)
    assert shown_future(page) == expected[0]
    page.click("#future-before")
    assert shown_future(page) == expected[-1]


def test_a_permalink_gives_the_same_futures_and_holds_no_text(view, trained):
    page = view("#predict")
    set_number(page, "futures", 30)
    set_number(page, "steps", 4)
    page.click("#another")
    sampled(page, 30)
    address, lines = page.url, shown_future(page)
    assert page.evaluate("() => document.getElementById('permalink').href") == address
    assert "seed=2" in address
    assert "bed" not in address.partition("#")[2]
    page.goto("about:blank")
    page.goto(address)
    sampled(page, 30)
    assert shown_future(page) == lines
    assert page.input_value("#steps") == "4"


def test_an_address_with_wrong_settings_is_harmless(view):
    page = view("#predict?futures=lots&seed=-3&lines=9999&temperature=2&nonsense=1")
    sampled(page, 100)
    assert page.input_value("#temperature") == "2"
    assert page.input_value("#steps") == "12"


def test_the_bands_are_the_quantiles_of_a_field(view, trained):
    page = view("#predict?futures=40&lines=5")
    sampled(page, 40)
    key = page.locator("#field option", has_text="°C").first.get_attribute("value")
    page.select_option("#field", key)
    assert key == "3 #°C"
    page.click("#fan-table summary")
    sample = page.input_value("#log").splitlines()
    futures = python_futures(trained, sample, samples=40, steps=5, seed=1)
    pattern = re.compile(r"^\S+\s+\S+\s+\S+\s+([-+]?\d+(?:\.\d+)?)°C(?:\s|$)")
    rows = page.locator("#fan-table tbody tr").all_text_contents()
    assert rows
    for step in range(5):
        values = [float(match[1]) for lines in futures if (match := pattern.match(lines[step]))]
        expected = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
        cells = page.locator("#fan-table tbody tr").nth(step).locator("td").all_text_contents()
        assert cells[0] == f"+{step + 1}"
        assert np.allclose([float(cell) for cell in cells[1:]], expected, rtol=1e-3)
    assert page.locator("#fan-chart svg[role=img][aria-label]").count() == 1


def test_the_share_of_futures_that_hold_a_word(view, trained):
    page = view("#predict?futures=40&lines=5&word=PUMP")
    sampled(page, 40)
    futures = python_futures(trained, page.input_value("#log").splitlines(), samples=40, steps=5, seed=1)
    share = sum(any("pump" in line.lower() for line in lines) for lines in futures) / 40
    assert as_percent(page.inner_text("#word-share b")) == pytest.approx(share, abs=0.0051)
    page.fill("#word", "no such word")
    assert page.inner_text("#word-share b").startswith("0")


def test_a_word_can_be_chosen_from_those_that_appear(view):
    page = view("#predict?futures=40")
    sampled(page, 40)
    page.fill("#word", "")
    chip = page.locator("#word-chips button").first
    word = chip.inner_text()
    chip.click()
    assert page.input_value("#word") == word
    assert page.is_visible("#word-chart svg")


def test_a_word_of_the_pages_example_goes_into_the_address(view):
    page = view("#predict?futures=10&lines=2")
    sampled(page, 10)
    word = next(word for word in page.input_value("#log").split() if word.isascii() and word.isalnum())
    page.fill("#word", word)
    page.click("#another")
    sampled(page, 10)
    assert f"word={word}" in page.url


def test_a_word_is_suggested_until_somebody_writes_one(view):
    page = view("#predict?futures=40")
    sampled(page, 40)
    assert page.input_value("#word") == page.locator("#word-chips button").first.inner_text()
    page.fill("#word", "FIRE")
    page.click("#another")
    sampled(page, 40)
    assert page.input_value("#word") == "FIRE"


def test_a_word_that_is_not_in_the_pages_example_stays_out_of_the_address(view):
    page = view("#predict?futures=10&lines=2&word=pump")
    sampled(page, 10)
    page.fill("#word", "sesame-7")
    page.fill("#log", "12:00 sesame-7 opened")
    sampled(page, 10)
    page.click("#another")
    sampled(page, 10)
    assert page.is_visible("#word-share b")
    assert "seed=2" in page.url
    assert "sesame" not in page.url + page.get_attribute("#permalink", "href")


FIELDS = {
    "t=10 load: 5 up": {"t": 10, "load": 5},
    '{"temp":20.5,"hum": 40}': {"temp": 20.5, "hum": 40},
    "12:00 bed1 air -3.5°C ok": {"bed": 1, "air, °C": -3.5},
    "at 2026-11-22 12:00:01 from 10.0.0.1": {},
    "sol 9997 t-075 s131 w32": {"sol": 9997, "t": -75, "s": 131, "w": 32},
    "took 12ms, 3 of 4": {"took, ms": 12, "word 3": 3, "of": 4},
    "": {},
}


@pytest.mark.parametrize("line", FIELDS)
def test_numbers_are_recognised_as_fields(page, line):
    numbers = page.evaluate("(line) => numbersOf(line).map(({ name, value }) => [name, value])", line)
    assert dict(numbers) == FIELDS[line]


def test_a_future_can_be_added_to_the_lines(view):
    page = view("#predict?futures=20&lines=2")
    sampled(page, 20)
    before, lines = page.input_value("#log"), shown_future(page)
    page.click("#append")
    assert page.input_value("#log") == before + "".join(line + "\n" for line in lines)


def test_the_last_lines_of_a_file_are_continued(page, tmp_path):
    path = tmp_path / "greenhouse.log"
    path.write_text("\n".join([f"11:{i % 60:02d} bed1 air 19.0°C ok" for i in range(5000)] + LOG))
    page.set_input_files("#log-file", path)
    page.wait_for_function("() => document.getElementById('log').value.endsWith('fan on\\n')")
    lines = page.input_value("#log").splitlines()
    assert lines[-4:] == LOG
    assert len(lines) == 200


def test_an_empty_log_is_continued_from_nothing(page, trained):
    page.fill("#log", "")
    sampled(page, 100)
    assert shown_future(page) == python_futures(trained, [], samples=1, steps=12, seed=1)[0]

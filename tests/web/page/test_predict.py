"""The view that predicts: the kinds of next lines, sampled futures, their quantities and their words."""

import json
import re

import numpy as np
import pytest

from model.sampling import continue_log

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


def kinds(page):
    """The kinds that 200 sampled lines tell, with their shares."""
    page.wait_for_function("() => document.getElementById('likely-note').textContent.includes('200 sampled lines')")
    return [page.locator(f"#likely .likelihood > .{part}").all_text_contents() for part in ("text", "figure")]


def as_percent(text):
    """A probability as the page writes it, as a number."""
    if match := re.fullmatch(r"1\sin\s([\d.,]+)(M|B|T|)", text):
        return 1 / (float(match[1].replace(",", "")) * {"": 1, "M": 1e6, "B": 1e9, "T": 1e12}[match[2]])
    return float(text.split()[0]) / 100


def python_futures(trained, context, **given):
    return [sample.lines for sample in continue_log(trained.model, context, **given)]


@pytest.mark.everywhere
def test_kinds_of_lines_come_first_with_shares_and_gaps(page):
    page.fill("#log", "\n".join(LOG))
    sampled(page, 100)
    texts, figures = kinds(page)
    assert "bed… air …°C ok" in texts
    shares = [as_percent(figure.strip("<> ")) for figure in figures]
    assert shares == sorted(shares, reverse=True)
    assert 0.5 < sum(shares) < 1.02
    assert len(set(texts)) == len(texts)


def test_a_kind_shows_examples_that_are_made_up(page):
    page.fill("#log", "\n".join(LOG))
    sampled(page, 100)
    page.locator("#likely details", has_text="°C ok").first.locator("summary").click()
    examples = page.locator("#likely details[open] .examples .text").all_text_contents()
    assert examples
    assert [line for line in examples if not re.search(r"air \S+ ok", line)] == []


def test_lines_that_were_nothing_but_noise_are_told(page):
    sampled(page, 100)
    kinds(page)
    page.evaluate(
        """() => {
            const next = new NextLines(new Profile());
            next.add('bed1 dry');
            showKinds(next, 83);
        }"""
    )
    assert page.inner_text("#likely-note").endswith("83 more became noise, and are left out.")


def test_a_line_is_shown_at_once_by_its_kind(view):
    page = view("#predict")
    page.wait_for_selector("#likely li")
    assert not re.search(r"\d\d:\d\d", page.locator("#likely .text").first.inner_text())


def test_the_likeliest_line_stands_below_if_it_is_likely(page):
    page.evaluate("() => showLikeliest('bed1 dry', 0.04)")
    assert page.inner_text("#likeliest") == "The likeliest line to the letter, 4\xa0%: bed1 dry"
    page.evaluate("() => showLikeliest('bed1 dry', 0.0004)")
    assert page.is_hidden("#likeliest")


@pytest.mark.everywhere
def test_the_futures_are_pythons(view, trained):
    page = view("#predict?futures=20&lines=3&temperature=0.3&seed=41")
    page.fill("#log", "\n".join(LOG))
    sampled(page, 20)
    expected = python_futures(trained, LOG, samples=20, steps=3, seed=41, temperature=0.3)
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
    page.click("#permalink")
    page.wait_for_function("() => document.getElementById('permalink').textContent === 'Copied'")
    assert page.url == address
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


COOL = "#predict?futures=40&lines=5&temperature=0.3"  # at which no line becomes noise


def fan_of_air(page, trained):
    """The page with the fan of °C, and the values that Python's futures have, by step."""
    sampled(page, 40)
    key = page.locator("#field option", has_text="°C").first.get_attribute("value")
    page.select_option("#field", key)
    assert key == "3 air #°C"
    sample = page.input_value("#log").splitlines()
    futures = python_futures(trained, sample, samples=40, steps=5, seed=1, temperature=0.3)
    pattern = re.compile(r"^\S+\s+\S+\s+air\s+([-+]?\d+(?:\.\d+)?)°C(?:\s|$)")
    return [[float(match[1]) for lines in futures if (match := pattern.match(lines[step]))] for step in range(5)]


def test_the_bands_are_the_quantiles_of_a_field(view, trained):
    page = view(COOL)
    values = fan_of_air(page, trained)
    page.click("#fan-table summary")
    for step, row in enumerate(page.locator("#fan-table tbody tr").all()):
        cells = row.locator("td").all_text_contents()
        assert cells[0] == f"+{step + 1}"
        expected = np.quantile(values[step], [0.05, 0.25, 0.5, 0.75, 0.95])
        assert np.allclose([float(cell) for cell in cells[1:]], expected, atol=0.051)
    assert page.locator("#fan-chart svg[role=img][aria-label]").count() == 1


def test_the_axis_has_the_unit_and_no_two_equal_labels(view, trained):
    page = view(COOL)
    fan_of_air(page, trained)
    labels = page.locator("#fan-chart text[text-anchor=end]").all_text_contents()
    assert len(labels) > 1
    assert all(label.endswith("°C") for label in labels)
    assert len(set(labels)) == len(labels)


def test_the_values_of_a_line_are_read_by_pointer_and_by_key(view, trained):
    page = view(COOL)
    fan_of_air(page, trained)
    page.focus("#fan-chart")
    page.keyboard.press("End")
    read = page.inner_text("#fan-tip")
    assert re.match(r"Line \+5: median [\d.]+\s°C · half [\d.]+\s°C to", read)
    assert page.get_attribute("#fan-chart", "aria-valuetext") == read
    page.keyboard.press("Escape")
    assert page.is_hidden("#fan-tip")
    box = page.locator("#fan-chart").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 12, box["y"] + 50)
    assert page.inner_text("#fan-tip") == read


def test_where_there_is_no_quantity_there_is_no_fan(page):
    page.evaluate(
        """() => {
            const fields = new NumberFields(['bed1 dry']);
            for (let i = 0; i < 9; i++) fields.add(['bed' + i + ' dry']);
            globalThis.named = fields.list().length;
        }"""
    )
    assert page.evaluate("() => named") == 0


def test_an_interval_holds_its_own_share(page):
    assert page.evaluate(
        "() => [[1, 100], [0, 100], [0.99, 100]].map(([share, n]) => interval(share, n).map(formatShare))"
    ) == [
        ["96\xa0%", "100\xa0%"],
        ["0\xa0%", "4\xa0%"],
        ["95\xa0%", ">\xa099\xa0%"],
    ]


def test_labels_of_an_axis_have_digits_enough_to_differ(page):
    ranges = {"[24400, 24600]": 0, "[0.01, 0.013]": 3, "[-3, 12]": 0, "[2400000, 9600000]": 0}
    for ends in ranges:
        labels = page.evaluate("([low, high]) => formatTicks(ticks(low, high))", json.loads(ends))
        assert len(set(labels)) == len(labels) > 1, labels
    assert page.evaluate("() => formatTicks([24400, 24450, 24500])") == ["24,400", "24,450", "24,500"]


def test_the_share_of_futures_that_hold_a_word(view, trained):
    page = view(f"{COOL}&word=PUMP")
    sampled(page, 40)
    context = page.input_value("#log").splitlines()
    futures = python_futures(trained, context, samples=40, steps=5, seed=1, temperature=0.3)
    share = sum(any("pump" in line.lower() for line in lines) for lines in futures) / 40
    assert as_percent(page.inner_text("#word-share b")) == pytest.approx(share, abs=0.0051)
    page.fill("#word", "no such word")
    assert page.inner_text("#word-share b").startswith("0")


def test_a_future_that_was_stopped_tells_of_the_lines_that_it_has(page):
    """By line 2, two of four have the word; the one that was stopped after its first line is not asked."""
    futures = [["a", "pump"], ["a", "b"], ["pump", "b"], ["a"]]
    shares = page.evaluate("(futures) => sharesByStep(futures, 'Pump', 2)", futures)
    assert shares["shares"] == pytest.approx([0.25, 1 - 0.75 * 0.5])
    assert shares["known"] == 3


def test_futures_that_become_noise_are_stopped_and_it_is_told(view):
    page = view("#predict?futures=30&lines=12&temperature=1.8")
    sampled(page, 30)
    told = page.inner_text("#futures-stopped")
    assert re.match(r"\d+ of 30 futures (were stopped where they became noise|became noise at once)", told)


def test_of_one_future_that_became_noise_it_is_told_as_of_one(page):
    told = page.evaluate("stoppedWords([['a', 'b'], ['a'], ['a', 'b']], 2)")
    assert told == "1 of 3 futures was stopped where it became noise, in line 2."


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
    assert "sesame" not in page.url


FIELDS = {
    "t=10 load: 5 up": {"t": 10, "load": 5},
    '{"temp":20.5,"hum": 40}': {"temp": 20.5, "hum": 40},
    "12:00 bed1 air -3.5°C ok": {"bed": 1, "air, °C": -3.5},
    "done in 34 ms": {"in, ms": 34},
    "Dec 10 09:11:06 up": {},
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
    """Until the likeliest line comes again and again."""
    set_number(page, "temperature", 0)
    page.fill("#log", "")
    sampled(page, 100)
    begun = shown_future(page)
    assert begun == python_futures(trained, [], samples=1, steps=12, temperature=0)[0][: len(begun)]

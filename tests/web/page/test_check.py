"""The view that looks for what is strange in a log, with files of every kind."""

import csv
import gzip
import io
import json
import lzma
import re

import numpy as np
import pytest

from model.scoring import bits_per_character, score_lines
from service.checking.findings import Finding
from tests.support.check_view import (
    STRANGE,
    check,
    finished,
    greenhouse,
    open_file,
    saved,
    standing_out,
    unfold,
)
from tests.support.weights import made_up_log
from tests.support.weights_cases import card_with

LOG = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
WARM = "12:05 bed2 air WARM°C ok"
FORMULA = '=HYPERLINK("x"), 1'


@pytest.fixture
def page(view):
    page = view("")
    finished(page)
    return page


def test_it_opens_with_what_stands_out_in_an_example(page):
    assert standing_out(page)[0].startswith("ERROR")
    assert page.inner_text("#log-name") == "An example"


def test_it_opens_with_the_example_of_a_card_that_has_one(open_page, trained):
    lines = greenhouse(80, strange=40)
    page = open_page(card_with(example=lines)(trained))
    finished(page)
    assert "80 lines" in page.inner_text("#log-facts")
    assert standing_out(page)[0] == STRANGE
    assert page.input_value("#log").splitlines() == lines[-8:]


def test_the_strangest_line_comes_first(page):
    assert check(page, "\n".join([*LOG, STRANGE, *LOG]))[0] == STRANGE
    assert page.locator("#findings .number").first.inner_text() == "4"


def test_findings_are_listed_as_in_the_log_on_demand(page):
    check(page, "\n".join([*LOG, "12:03 WATER IN THE CELLAR", *LOG, STRANGE]))
    page.select_option("#order", "number")
    numbers = page.locator("#findings .number").all_text_contents()
    assert numbers == sorted(numbers, key=int)
    assert len(numbers) > 1


def test_the_input_is_one_bar_once_there_is_a_log(page, tmp_path):
    open_file(page, tmp_path / "greenhouse.log", "\n".join(greenhouse(30)).encode())
    assert page.inner_text("#log-name") == "greenhouse.log"
    assert "30 lines" in page.inner_text("#log-facts")
    assert page.inner_text("#open-label") == "Open another"
    assert not page.is_visible("#lines-to-check")
    assert not page.is_visible("#options")


@pytest.mark.parametrize("size", [(1280, 800), (375, 667)])
def test_verdict_and_first_finding_are_in_sight_without_scrolling(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    check(page, "\n".join(greenhouse(200, strange=150)))
    for selector in ("#verdict", "#findings .finding"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] < size[1]


def test_the_verdict_agrees_with_the_list(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    assert page.inner_text("#verdict") == "1 of 200 lines stands out; the other 199 are familiar."
    assert standing_out(page) == [STRANGE]


def test_where_nothing_stands_out_all_is_familiar(page):
    familiar = "\n".join(made_up_log(40))
    check(page, familiar)
    count = familiar.count("\n") + 1
    assert page.inner_text("#verdict") == f"Nothing stands out: all {count} lines are familiar."
    assert not page.is_visible("#findings")


def test_what_is_familiar_stands_below_a_divider(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    assert page.inner_text("#familiar-title") == "Familiar: the strangest of the other 199 lines"
    above, below = page.locator("#findings").bounding_box(), page.locator("#familiar").bounding_box()
    assert above["y"] < page.locator("#familiar-title").bounding_box()["y"] < below["y"]


def test_a_log_of_another_kind_is_told_and_a_comparison_offered(page):
    check(page, "\n".join(f"Jabberwock {'xyzzy'[i % 5]}{chr(65 + i)} VORPAL?" for i in range(9)))
    assert page.inner_text("#verdict").startswith("This is not the kind of log that the model knows")
    assert page.is_visible("#compare-instead")


def test_a_finding_unfolds_wherever_its_row_is_clicked(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    row = page.locator("#findings .finding").first
    box = row.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)
    assert row.get_attribute("aria-expanded") == "true"


def test_the_lines_around_are_unfolded_by_keyboard(page):
    check(page, "\n".join(greenhouse(9, strange=5)))
    page.locator("#findings .finding").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#findings .around code").all_text_contents() == greenhouse(9, strange=5)[1:8]


def test_a_row_stays_unfolded_while_the_check_goes_on(page, tmp_path):
    (tmp_path / "long.log").write_text("\n".join(greenhouse(30_000, strange=20)), encoding="utf-8")
    page.set_input_files("#file", tmp_path / "long.log")
    page.locator("#findings .finding").first.click()
    before = page.inner_text("#check-status")
    page.wait_for_function("(before) => document.getElementById('check-status').textContent !== before", arg=before)
    assert page.get_attribute("#findings .finding", "aria-expanded") == "true"
    page.click("#stop")


def test_words_are_shaded_and_numbers_are_not(page):
    check(page, "\n".join([*LOG, "12:03 bed1 air 98.7°C BROKEN"]))
    shaded = page.locator("#findings .finding").first.locator("[class^=shade]").all_text_contents()
    assert "BROKEN" in shaded
    assert not any(character.isdigit() for word in shaded for character in word)


def test_the_score_is_a_sentence_and_its_figures_are_folded(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    page.locator("#findings .finding").first.click()
    assert re.search(r"1 in [\d,]+ lines", page.inner_text("#findings .why"))
    assert not page.is_visible("#findings .figures")
    page.click("#findings summary")
    assert "bits" in page.inner_text("#findings .figures")


def test_near_duplicates_are_one_line_with_a_count(page):
    lines = greenhouse(40)
    for i in (7, 19, 33):
        lines[i] = f"disk sda{i} FAILED"
    assert len([line for line in check(page, "\n".join(lines)) if "FAILED" in line]) == 1
    assert page.locator("#findings .times").first.inner_text() == "×\u00a03"


def test_new_numbers_are_less_surprising_than_new_words(page):
    assert check(page, "\n".join([*LOG, "12:04 bed1 air 98.7°C ok", "12:05 bed2 air WARM°C ok"]))[0].endswith(
        "WARM°C ok"
    )


def test_findings_are_filtered_by_kind_with_counts(page):
    burst = ["12:30 pump: flow 4 l/min 🌱"] * 40
    check(page, "\n".join([*greenhouse(40, strange=20), WARM, *burst]))
    counts = [int(chip.split(" ")[-1]) for chip in page.locator("#kinds button").all_text_contents()]
    assert counts[0] == sum(counts[1:]) == len(standing_out(page))
    page.click("#kinds [data-kind=new]")
    assert sorted(standing_out(page)) == sorted([STRANGE, WARM])
    assert page.get_attribute("#kinds [data-kind=new]", "aria-pressed") == "true"


def test_a_log_that_was_fine_makes_its_lines_familiar(page, tmp_path):
    log = "\n".join(greenhouse(60, strange=30)).encode()
    open_file(page, tmp_path / "today.log", log)
    assert standing_out(page) == [STRANGE]
    (tmp_path / "monday.log").write_bytes(log)
    (tmp_path / "tuesday.log").write_bytes(log)
    page.set_input_files("#good", [tmp_path / "monday.log", tmp_path / "tuesday.log"])
    finished(page)
    assert standing_out(page) == []
    assert page.locator("#good-files button").count() == 2


def test_a_log_that_was_fine_can_be_removed(page, tmp_path):
    log = "\n".join(greenhouse(60, strange=30)).encode()
    open_file(page, tmp_path / "today.log", log)
    page.set_input_files("#good", tmp_path / "today.log")
    finished(page)
    page.click("text=Fine: today.log")
    finished(page)
    assert standing_out(page) == [STRANGE]
    assert page.locator("#good-files button").count() == 0


def test_a_log_that_was_fine_and_cannot_be_read_is_named(page, tmp_path):
    check(page, "\n".join(greenhouse(9)))
    (tmp_path / "monday.zip").write_bytes(b"PK\x03\x04" + bytes(20))
    page.set_input_files("#good", tmp_path / "monday.zip")
    finished(page)
    assert page.inner_text("#check-problem").startswith("monday.zip is packed with zip")


def test_findings_are_saved_as_csv_that_no_spreadsheet_runs(page):
    check(page, "\n".join([*LOG, FORMULA, *LOG, STRANGE, *LOG]))
    rows = list(csv.DictReader(io.StringIO(saved(page, "#save-csv"))))
    assert {row["line"]: row["text"] for row in rows}["4"] == "'" + FORMULA
    assert {row["line"]: row["text"] for row in rows}["8"] == STRANGE


def test_the_report_is_a_page_with_the_verdict_and_the_findings(page):
    check(page, "\n".join(greenhouse(200, strange=150)))
    report = saved(page, "#save-html")
    assert page.inner_text("#verdict") in report
    assert "FIRE" in report
    assert "<script" not in report


def test_a_line_is_copied(page):
    page.evaluate("() => { navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }; }")
    check(page, "\n".join(greenhouse(9, strange=5)))
    page.locator("#findings .finding").first.click()
    page.click("#findings >> text=Copy line")
    assert page.evaluate("() => copied") == STRANGE


@pytest.mark.saves_files
@pytest.mark.parametrize("kind", ["csv", "json", "html"])
def test_saving_leaves_a_file_with_the_findings(page, tmp_path, kind):
    open_file(page, tmp_path / "green house.log", "\n".join(greenhouse(30, strange=8)).encode())
    unfold(page, "export")
    with page.expect_download() as download:
        page.click(f"#save-{kind}")
    assert download.value.suggested_filename == f"green-house-log-findings.{kind}"
    assert "FIRE" in download.value.path().read_bytes().decode()


def test_the_json_has_the_fields_of_the_command(page):
    check(page, "\n".join(greenhouse(30, strange=8)))
    found = json.loads(saved(page, "#save-json"))
    assert (found["lines"], found["stand_out"], found["complete"]) == (30, 1, True)
    assert found["findings"][0].keys() >= Finding("new", 1, "", 1.0, "", "").as_json().keys()


def test_nothing_to_check_gets_a_plain_answer(page):
    check(page, "")
    assert page.inner_text("#check-problem").startswith("There is nothing to check: Pasted lines is empty")


def test_after_a_failed_check_no_empty_heading_is_left(page, tmp_path):
    open_file(page, tmp_path / "some.log", bytes(range(256)) * 40)
    assert page.locator("#checked h4:visible, #strip:visible, #log-side:visible, #show-export:visible").count() == 0
    assert page.inner_text("#verdict") == ""


def test_a_failed_check_offers_nothing_of_the_one_before(page, tmp_path):
    check(page, "\n".join(f"Jabberwock {'xyzzy'[i % 5]}{chr(65 + i)} VORPAL?" for i in range(9)))
    assert page.is_visible("#compare-instead")
    open_file(page, tmp_path / "some.log", bytes(range(256)) * 40)
    assert not page.is_visible("#compare-instead")


def test_a_new_check_takes_the_place_of_the_one_under_way(page, tmp_path):
    (tmp_path / "long.log").write_text("\n".join(greenhouse(30_000)))
    page.set_input_files("#file", tmp_path / "long.log")
    page.wait_for_selector(".findings li")
    check(page, "\n".join(LOG))
    assert "3 lines" in page.inner_text("#verdict")


DROP = """([text, place]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], 'dropped.log'));
    for (const type of ['dragover', 'drop']) {
        const { left = 0, top = 0 } = (place && document.getElementById(place).getBoundingClientRect()) || {};
        const at = { clientX: left + 5, clientY: top + 5 };
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, ...at, bubbles: true, cancelable: true }));
        if (type === 'dragover') document.getElementById('drop-hint').getBoundingClientRect();
    }
}"""


def test_a_dropped_file_is_checked(page):
    page.evaluate(DROP, ["\n".join([*LOG, STRANGE]), ""])
    finished(page)
    assert standing_out(page)[0] == STRANGE
    assert not page.is_visible("#drop-hint")


def test_a_file_dropped_beside_is_one_that_was_fine(page):
    check(page, "\n".join([*LOG, STRANGE]))
    page.evaluate(DROP.replace("['dragover', 'drop']", "['dragover', 'dragover', 'drop']"), [STRANGE, "drop-good"])
    finished(page)
    assert page.locator("#good-files button").all_text_contents() == ["Fine: dropped.log ×"]
    assert STRANGE not in standing_out(page)


@pytest.mark.parametrize(("content", "answer"), [(b"\n\n", "has no lines"), (b"", "is empty")])
def test_a_good_log_without_lines_makes_nothing_familiar(page, tmp_path, content, answer):
    check(page, "\n".join([*LOG, STRANGE]))
    (tmp_path / "monday.log").write_bytes(content)
    page.set_input_files("#good", tmp_path / "monday.log")
    finished(page)
    assert page.inner_text("#check-problem").startswith(f"monday.log {answer}")
    assert page.inner_text("#verdict") == ""


def test_pasting_anywhere_checks_the_lines(page):
    unfold(page, "paste")
    page.fill("#lines-to-check", "\n".join([*LOG, STRANGE]))
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+C")
    page.click("#show-paste")
    page.keyboard.press("Control+V")
    page.wait_for_function("() => document.getElementById('log-name').textContent === 'Pasted lines'")
    finished(page)
    assert standing_out(page)[0] == STRANGE


def test_without_an_example_the_page_says_where_to_drop_a_log(open_page, bare):
    page = open_page(bare.file)
    assert page.inner_text("#no-log").startswith("Drop a log here")
    assert not page.is_visible("#checked")


def test_findings_are_saved_as_json_with_pythons_scores(page, trained):
    lines = greenhouse(30, strange=8)
    check(page, "\n".join(lines))
    found = json.loads(saved(page, "#save-json"))
    expected = list(score_lines(trained.model, lines))
    assert found["lines"] == 30
    assert abs(found["bits_per_char"] - bits_per_character(expected)[0]) < 1e-9
    first = found["findings"][0]
    assert (first["line"], first["text"], first["before"]) == (8, STRANGE, lines[4:7])
    assert abs(first["bits"] - expected[7].bits) < 1e-9


@pytest.mark.everywhere
def test_a_log_in_many_blocks_gets_the_scores_of_one_pass(page, trained, tmp_path):
    lines = greenhouse(2600, strange=1300)
    assert open_file(page, tmp_path / "greenhouse.log", "\n".join(lines).encode())[0] == STRANGE
    found = json.loads(saved(page, "#save-json"))
    expected = list(score_lines(trained.model, lines))
    assert abs(found["bits_per_char"] - bits_per_character(expected)[0]) < 1e-12
    for finding in found["findings"]:
        assert abs(finding["bits"] - expected[finding["line"] - 1].bits) < 1e-9
    assert [stretch["first"] for stretch in found["timeline"]] == list(range(1, 2601, 8))


def test_what_is_kept_does_not_grow_with_the_log(page):
    kept = page.evaluate(
        """() => {
            const check = new LogCheck(new Profile());
            for (let i = 1; i <= 100_000; i++) check.add(i, 'kind ' + i.toString(36).replace(/\\d/g, 'x') + ' of line');
            const { lines, groups, followers, stretches, judge } = check;
            return { lines, groups: groups.size, followed: followers.words.size, known: judge.known.size,
                     stretches: stretches.all.length, size: stretches.size };
        }"""
    )
    assert kept["lines"] == 100_000
    assert kept["groups"] <= 2000
    assert max(kept["followed"], kept["known"]) <= 20_000
    assert kept["stretches"] <= 480
    assert (kept["stretches"] - 1) * kept["size"] < 100_000 <= kept["stretches"] * kept["size"]


def test_a_model_of_an_older_version_ranks_and_lets_nothing_stand_out(open_page, trained):
    page = open_page(trained.rewritten(lambda _, card: card.pop("profile")), "#check")
    finished(page)
    assert "made by an older version" in page.inner_text("#notes")
    assert check(page, "\n".join(greenhouse(200, strange=150)))[0] == STRANGE
    assert page.inner_text("#verdict").startswith("Nothing stands out")


def test_beside_a_good_log_what_did_not_come_is_told(page, tmp_path):
    job = [f"step {word} of the job is done" for word in ("one", "two", "three", "four", "five", "six")]
    (tmp_path / "good.log").write_text("\n".join(job), encoding="utf-8")
    page.set_input_files("#good", tmp_path / "good.log")
    open_file(page, tmp_path / "today.log", "\n".join(job[:4]).encode())
    assert page.inner_text("#verdict") == "All 4 lines are familiar, but others are missing."
    assert standing_out(page) == [job[4]]
    assert page.locator("#findings .number").first.inner_text() == "–"
    assert page.locator("#findings .kind").first.inner_text() == "missing"


def test_a_gzip_file_is_unpacked(page, tmp_path):
    data = gzip.compress("\r\n".join([*LOG, STRANGE]).encode())
    assert open_file(page, tmp_path / "greenhouse.log.gz", data)[0] == STRANGE
    assert "4 lines" in page.inner_text("#log-facts")


def test_the_size_of_a_small_file_is_told_in_bytes(page, tmp_path):
    data = "\n".join([*LOG, STRANGE]).encode()
    open_file(page, tmp_path / "greenhouse.log", data)
    assert page.inner_text("#log-facts").startswith(f"{len(data)} bytes")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_utf_16_file_with_its_mark_is_read(page, tmp_path, encoding):
    data = ("\ufeff" + "\r\n".join([*LOG, STRANGE])).encode(encoding)
    assert open_file(page, tmp_path / "greenhouse.log", data)[0] == STRANGE


def test_what_is_odd_in_a_file_is_cleaned_and_told(page, tmp_path):
    data = "\n".join(LOG).encode() + b"\n\xff\xfe!\n\x1b[31m12:03 bed1\x1b[0m\n"
    lines = open_file(page, tmp_path / "odd.log", data)
    assert "��!" in lines
    assert "12:03 bed1" in lines
    told = page.inner_text("#notes")
    assert "1 line held bytes that are no valid text" in told
    assert "1 line held control characters" in told


def test_a_line_of_fifty_megabytes_is_cut_and_told(page, tmp_path):
    open_file(page, tmp_path / "long.log", b"x" * 50_000_000 + b"\n" + "\n".join(LOG).encode())
    assert "4 lines" in page.inner_text("#log-facts")
    assert "1 line cut after 8,192 characters" in page.inner_text("#notes")


ANSWERS = {
    "empty": (b"", "is empty"),
    "only blank lines": (b"\n\n\r\n", "has no lines"),
    "binary": (bytes(range(256)) * 40, "is not a text file"),
    "an image": (b"\x89PNG\r\n\x1a\n" + np.random.default_rng(0).bytes(5000), "is not a text file"),
    "only NULs": (bytes(5000), "nothing but NUL"),
    "xz": (lzma.compress(b"12:00 bed1"), "xz -dk"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(20), "zstd -d"),
    "zip": (b"PK\x03\x04" + bytes(20), "unzip"),
    "a damaged gzip": (gzip.compress(b"12:00 bed1 air 20.0 ok\n" * 9)[:-12], "cannot be unpacked to its end"),
    "a gzip of something binary": (gzip.compress(bytes(range(256)) * 40), "is not a text file"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_plain_answer_to_a_file_that_is(page, tmp_path, kind):
    content, answer = ANSWERS[kind]
    open_file(page, tmp_path / "some.log", content)
    assert answer in page.inner_text("#check-problem")
    assert "some.log" in page.inner_text("#check-problem")


def test_of_a_damaged_gzip_what_could_be_read_is_shown(page, tmp_path):
    rng = np.random.default_rng(2)
    lines = [f"12:{i % 60:02d} bed1 air {rng.integers(10, 99)}.{rng.integers(10)}°C ok" for i in range(3000)]
    data = gzip.compress("\n".join(lines).encode())
    assert open_file(page, tmp_path / "some.log.gz", data[: len(data) // 2])
    assert "cannot be unpacked to its end" in page.inner_text("#check-problem")
    assert page.inner_text("#verdict")


def test_stop_ends_a_check_of_two_gigabytes_and_keeps_what_is_done(page, tmp_path):
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.write("\n".join(greenhouse(50_000)).encode())
        file.truncate(2 * 1024**3)
    page.set_input_files("#file", path)
    page.wait_for_selector(".findings li")
    assert "of 2.15 GB" in page.inner_text("#check-status")
    page.click("#stop")
    finished(page)
    assert "Stopped after" in page.inner_text("#notes")
    assert page.locator(".findings li").count() > 0


def test_the_progress_is_the_share_of_the_lines_that_are_checked(page, tmp_path):
    (tmp_path / "long.log").write_text("\n".join(greenhouse(30_000)))
    page.set_input_files("#file", tmp_path / "long.log")
    page.wait_for_function("() => Number(/\\d+(?= %)/.exec(document.getElementById('check-status').textContent)) > 3")
    lines, share = re.match(r"([\d,]+) lines, (\d+) %", page.inner_text("#check-status")).groups()
    assert abs(int(share) - 100 * int(lines.replace(",", "")) / 30_000) < 3
    page.click("#stop")

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

LOG = ["12:00 bed1 air 20.0°C ok", "12:01 bed2 air 20.1°C ok", "12:02 pump: flow 4 l/min 🌱"]
STRANGE = "12:03 bed1 FIRE °°°"
FORMULA = '=HYPERLINK("x"), 1'


def greenhouse(count, strange=None):
    """Lines of the greenhouse; number `strange`, from 1, is not one of them."""
    lines = [f"{i // 60 % 24:02d}:{i % 60:02d} bed{i % 4 + 1} air {18 + i % 5}.{i % 10}°C ok" for i in range(count)]
    if strange:
        lines[strange - 1] = STRANGE
    return lines


@pytest.fixture
def page(view):
    page = view("#check")
    finished(page)
    return page


def finished(page):
    page.wait_for_function(
        """() => document.getElementById('under-way').hidden
            && !document.getElementById('check-summary').textContent.startsWith('Checking')""",
        timeout=60_000,
    )


def check(page, text):
    page.fill("#lines-to-check", text)
    page.click("#check-lines")
    finished(page)
    return page.locator("#checked-lines .finding .text").all_text_contents()


def open_file(page, path, content=None):
    if content is not None:
        path.write_bytes(content)
    page.set_input_files("#file", path)
    finished(page)
    return page.locator("#checked-lines .finding .text").all_text_contents()


def saved(page, button):
    """What a button gives the browser to save: automated Firefox saves nothing."""
    page.evaluate(
        """() => {
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => { globalThis.savedBlob = blob; return make.call(URL, blob); };
        }"""
    )
    page.click(button)
    return page.evaluate("() => savedBlob.text()")


def test_it_shows_an_example_at_once(page):
    assert page.locator("#checked-lines .text").first.inner_text().startswith("ERROR")
    assert "An example" in page.inner_text("#check-note")


def test_the_strangest_line_comes_first(page):
    assert check(page, "\n".join([*LOG, STRANGE, *LOG]))[0] == STRANGE
    assert page.locator("#checked-lines .number").first.inner_text() == "4"
    assert "An example" not in page.inner_text("#check-note")
    page.select_option("#order", "number")
    assert page.locator("#checked-lines .finding .text").all_text_contents()[-1] == STRANGE


def test_the_lines_around_are_unfolded_by_keyboard(page):
    check(page, "\n".join(greenhouse(9, strange=5)))
    toggle = page.locator("#checked-lines .toggle").first
    toggle.focus()
    page.keyboard.press("Enter")
    assert toggle.get_attribute("aria-expanded") == "true"
    lines = page.locator("#checked-lines > li").first.locator("code").all_text_contents()
    assert lines == greenhouse(9, strange=5)[1:8]


def test_a_strange_character_is_shaded_darker(page):
    check(page, "\n".join([*LOG, "12:03 bed1 air 20.2°C Zk"]))
    darkest = page.locator("#checked-lines > li").first.locator(".bits-5").all_text_contents()
    assert any("Z" in run for run in darkest)


def test_near_duplicates_are_one_line_with_a_count(page):
    lines = greenhouse(40)
    for i in (7, 19, 33):
        lines[i] = f"disk sda{i} FAILED"
    assert len([line for line in check(page, "\n".join(lines)) if "FAILED" in line]) == 1
    assert page.locator("#checked-lines .times").first.inner_text() == "× 3"


def test_new_numbers_are_less_surprising_than_new_words(page):
    assert check(page, "\n".join([*LOG, "12:04 bed1 air 98.7°C ok", "12:05 bed2 air WARM°C ok"]))[0].endswith(
        "WARM°C ok"
    )


def test_lines_that_match_a_pattern_are_not_listed(page):
    page.click("#ignore summary")
    page.fill("#patterns", "FI.E\n^nothing")
    assert STRANGE not in check(page, "\n".join([*LOG, STRANGE]))
    assert "1 line ignored" in page.inner_text("#check-summary")


def test_a_bad_pattern_is_told(page):
    page.click("#ignore summary")
    page.fill("#patterns", "ok\n(")
    page.click("#check-lines")
    assert page.inner_text("#patterns-problem").startswith("Not a regular expression: (")


def test_lines_like_a_finding_can_be_ignored(page):
    lines = [*LOG, "disk sda7 FAILED (again)", *LOG, "disk sda8 FAILED (again)"]
    check(page, "\n".join(lines))
    page.locator("#checked-lines .toggle").first.click()
    page.click("text=Ignore lines like this")
    assert not any("FAILED" in line for line in page.locator("#checked-lines .text").all_text_contents())
    page.click("#check-lines")
    finished(page)
    assert "2 lines ignored" in page.inner_text("#check-summary")


def test_the_strip_leads_to_the_lines(page):
    check(page, "\n".join(greenhouse(100, strange=31)))
    page.focus("#strip")
    page.keyboard.press("Home")
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert page.locator("#stretch-lines .text").all_text_contents() == [STRANGE]
    assert "line 31" in page.get_attribute("#strip", "aria-valuetext")
    box = page.locator("#strip").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.305, box["y"] + 5)
    assert page.locator("#stretch-lines .text").all_text_contents() == [STRANGE]
    page.mouse.click(box["x"] + 2, box["y"] + 5)
    assert page.locator("#stretch-lines .text").all_text_contents() == greenhouse(1)


def test_findings_are_saved_as_csv_that_no_spreadsheet_runs(page):
    check(page, "\n".join([*LOG, FORMULA, STRANGE, *LOG]))
    rows = list(csv.DictReader(io.StringIO(saved(page, "#save-csv"))))
    assert {row["line"]: row["text"] for row in rows}["4"] == "'" + FORMULA
    assert {row["line"]: row["text"] for row in rows}["5"] == STRANGE
    assert [float(row["alarm"]) for row in rows] == sorted((float(row["alarm"]) for row in rows), reverse=True)


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


@pytest.mark.saves_files
@pytest.mark.parametrize("kind", ["csv", "json"])
def test_saving_leaves_a_file_with_the_findings(page, tmp_path, kind):
    log = tmp_path / "green house.log"
    open_file(page, log, "\n".join(greenhouse(30, strange=8)).encode())
    with page.expect_download() as download:
        page.click(f"#save-{kind}")
    assert download.value.suggested_filename == f"green-house-log-findings.{kind}"
    text = download.value.path().read_bytes().decode()
    found = list(csv.DictReader(io.StringIO(text))) if kind == "csv" else json.loads(text)["findings"]
    assert (int(found[0]["line"]), found[0]["text"]) == (8, STRANGE)
    assert len(found) == page.locator("#checked-lines .finding").count()


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


def test_learning_while_reading_gives_pythons_figures_beside_the_models(page, trained):
    lines = [f"relay {i % 7} closed by hand at bench {i % 3}" for i in range(60)]
    page.check("#learn")
    check(page, "\n".join(lines))
    found = json.loads(saved(page, "#save-json"))
    alone = bits_per_character(score_lines(trained.model, lines))[0]
    learned = bits_per_character(score_lines(trained.model, lines, adapt=True))[0]
    assert abs(found["bits_per_char"] - alone) < 1e-9
    assert abs(found["adapted_bits_per_char"] - learned) < 1e-9
    assert learned < alone / 2
    assert page.locator("#scores dd").all_text_contents()[:2] == [f"{alone:.3f}", f"{learned:.3f}"]
    page.uncheck("#learn")
    finished(page)
    assert page.locator("#scores dd").first.inner_text() == f"{alone:.3f}"
    assert f"{learned:.3f}" not in page.locator("#scores dd").all_text_contents()


def test_a_pattern_that_takes_for_ever_can_be_stopped(page):
    page.click("#ignore summary")
    page.fill("#patterns", "(a+)+$")
    page.fill("#lines-to-check", "\n".join(["a" * 60 + "!", *LOG]))
    page.click("#check-lines")
    page.click("#stop")
    finished(page)
    page.fill("#patterns", "")
    assert check(page, "\n".join([*LOG, STRANGE]))[0] == STRANGE


def test_what_is_kept_does_not_grow_with_the_log(page):
    kept = page.evaluate(
        """() => {
            const findings = new Findings();
            for (let i = 0; i < 100_000; i += 50) {
                const lines = Array.from({ length: 50 }, (_, j) => 'kind ' + (i + j).toString(36) + ' of line');
                const all = (value) => lines.map(() => value);
                const byCharacter = new Float32Array(20 * 50);
                const given = { bits: all(1), adapted: all(1), characters: all(20), ignored: all(false), byCharacter };
                const numbers = lines.map((_, j) => i + j + 1);
                findings.take(lines, numbers, { ...given, surprises: lines.map((_, j) => (i + j) % 977), keys: lines });
            }
            const { lines, groups, byKey, counts, stretches, stretchLines } = findings;
            return { lines, groups: groups.length, byKey: byKey.size, counts: counts.size,
                     stretches: stretches.length, stretchLines };
        }"""
    )
    assert kept["lines"] == 100_000
    assert kept["groups"] == kept["byKey"] == 300
    assert kept["counts"] <= 40_001
    assert kept["stretches"] <= 480
    assert (kept["stretches"] - 1) * kept["stretchLines"] < 100_000 <= kept["stretches"] * kept["stretchLines"]


def test_a_gzip_file_is_unpacked(page, tmp_path):
    data = gzip.compress("\r\n".join([*LOG, STRANGE]).encode())
    assert open_file(page, tmp_path / "greenhouse.log.gz", data)[0] == STRANGE
    assert page.inner_text("#check-summary").startswith("4 lines checked")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_utf_16_file_with_its_mark_is_read(page, tmp_path, encoding):
    data = ("\ufeff" + "\r\n".join([*LOG, STRANGE])).encode(encoding)
    assert open_file(page, tmp_path / "greenhouse.log", data)[0] == STRANGE


def test_what_is_odd_in_a_file_is_cleaned_and_told(page, tmp_path):
    data = "\n".join(LOG).encode() + b"\n\xff\xfe!\n\x1b[31m12:03 bed1\x1b[0m\n"
    lines = open_file(page, tmp_path / "odd.log", data)
    assert "��!" in lines
    assert "12:03 bed1" in lines
    told = page.inner_text("#check-summary")
    assert "1 line held bytes that are no valid text" in told
    assert "1 line held control characters" in told


def test_a_line_of_fifty_megabytes_is_cut_and_told(page, tmp_path):
    open_file(page, tmp_path / "long.log", b"x" * 50_000_000 + b"\n" + "\n".join(LOG).encode())
    assert page.inner_text("#check-summary").startswith("4 lines checked")
    assert "1 line cut after 8,192 characters" in page.inner_text("#check-summary")


ANSWERS = {
    "empty": (b"", "is empty"),
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
    assert "lines checked" in page.inner_text("#check-summary")


def test_nothing_to_check_gets_a_plain_answer(page):
    page.fill("#lines-to-check", "")
    page.click("#check-lines")
    finished(page)
    assert page.inner_text("#check-problem").startswith("There is nothing to check yet")


def test_stop_ends_a_check_of_two_gigabytes_and_keeps_what_is_done(page, tmp_path):
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.write("\n".join(greenhouse(50_000)).encode())
        file.truncate(2 * 1024**3)
    page.set_input_files("#file", path)
    page.wait_for_selector("#checked-lines li")
    assert "of 2.15 GB" in page.inner_text("#check-status")
    page.click("#stop")
    finished(page)
    assert "Stopped after" in page.inner_text("#check-summary")
    assert page.locator("#checked-lines li").count() > 0


def test_the_progress_is_the_share_of_the_lines_that_are_checked(page, tmp_path):
    (tmp_path / "long.log").write_text("\n".join(greenhouse(30_000)))
    page.set_input_files("#file", tmp_path / "long.log")
    page.wait_for_function("() => Number(/\\d+(?= %)/.exec(document.getElementById('check-status').textContent)) > 3")
    lines, share = re.match(r"([\d,]+) lines, (\d+) %", page.inner_text("#check-status")).groups()
    assert abs(int(share) - 100 * int(lines.replace(",", "")) / 30_000) < 3
    page.click("#stop")


def test_a_new_check_takes_the_place_of_the_one_under_way(page, tmp_path):
    (tmp_path / "long.log").write_text("\n".join(greenhouse(30_000)))
    page.set_input_files("#file", tmp_path / "long.log")
    page.wait_for_selector("#checked-lines li")
    check(page, "\n".join(LOG))
    assert page.inner_text("#check-summary").startswith("3 lines checked")


def test_a_dropped_file_is_checked(page):
    page.evaluate(
        """(text) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], 'dropped.log'));
            for (const type of ['dragover', 'drop'])
                document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        "\n".join([*LOG, STRANGE]),
    )
    finished(page)
    assert page.locator("#checked-lines .text").first.inner_text() == STRANGE
    assert not page.is_visible("#drop-hint")

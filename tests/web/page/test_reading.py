"""The page reads files of every kind as the service does: the table of cases in real browsers."""

import base64
import gzip
import json
import random

import pytest

from tests.support.reading_cases import CASES, bytes_of

READ = """async ([files]) => {
    const read = [];
    for (const { base64, settings } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const reading = settings ? { ...AS_DEFAULT, ...settings } : RAW;
        const lines = [];
        const choose = (head) => new LogReader(reading, head);
        for await (const part of logLines(new File([bytes], 'a.log'), choose)) lines.push(...part.lines);
        read.push(lines);
    }
    return read;
}"""


@pytest.fixture
def page(view):
    return view("#check")


def read_files(page, files):
    """The lines of each file, given as bytes and settings of a reading, or None for lines as they stand."""
    given = [{"base64": base64.b64encode(data).decode(), "settings": settings} for data, settings in files]
    return page.evaluate(READ, [given])


def test_the_table_of_cases_is_read_from_files(page):
    read = read_files(page, [(bytes_of(case), case["settings"]) for case in CASES])
    wrong = [case["name"] for case, lines in zip(CASES, read, strict=True) if lines != case["lines"]]
    assert wrong == []


def test_the_table_of_cases_is_read_from_gzip(page):
    read = read_files(page, [(gzip.compress(bytes_of(case)), case["settings"]) for case in CASES])
    wrong = [case["name"] for case, lines in zip(CASES, read, strict=True) if lines != case["lines"]]
    assert wrong == []


def test_a_gzip_of_many_members_is_read_to_its_end(page):
    parts = [f"line {number} of some length\n" * (number % 7 + 1) for number in range(200)]
    packed = b"".join(gzip.compress(part.encode()) for part in parts)
    expected = "".join(parts).splitlines()
    assert read_files(page, [(packed, None), (packed + b"\0" * 512, None)]) == [expected, expected]


def test_bytes_that_look_like_a_member_within_one_are_no_end(page):
    header = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
    noise = random.Random(5)
    lines = [f"row {number} ".encode() + header.replace(b"\0", b"\x01") + b" end" for number in range(40)]
    inner = b"".join(
        bytes(noise.choices(b"abcdefghijklmnopqrstuvwxyz ", k=200)) + b"\n" + line + b"\n" for line in lines
    )
    stored = gzip.compress(inner, compresslevel=0)
    assert header[:3] in stored[20:]
    (read,) = read_files(page, [(stored, {"container": "none"})])
    assert len(read) == 80


def test_a_model_of_several_readings_reads_a_log_with_the_one_that_fits(page):
    log = "".join(json.dumps({"level": "ok", "msg": f"bed{n % 4} air 20.{n % 10}"}) + "\n" for n in range(40))
    name = page.evaluate(
        """([text]) => {
            const readings = readingsOf({ reading: [{ name: 'plain' }, { name: 'json', format: '{msg} {level}' }] });
            const { model } = decodeWeights(LOGLING_WEIGHTS);
            return cheapestReading(model, readings, new TextEncoder().encode(text)).name;
        }""",
        [log],
    )
    assert name == "json"


@pytest.mark.parametrize(
    "reading",
    [
        7,
        [{"keep_time": "no"}],
        [{"unknown": 1}],
        [{"continuation": "("}],
        [{"continuation": "(a+)+"}],
        [{"format": "x" * 201}],
        [{}] * 101,
    ],
)
def test_a_card_with_a_reading_that_cannot_be_followed_is_refused(page, reading):
    refused = page.evaluate(
        """([reading]) => {
            try {
                readingsOf({ reading });
                return false;
            } catch (error) {
                return error instanceof WeightsFileError;
            }
        }""",
        [reading],
    )
    assert refused

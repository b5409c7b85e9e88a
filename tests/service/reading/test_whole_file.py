"""One whole log, as a command reads it."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from service.errors import LoglingError
from service.reading.lines import Oddities
from service.reading.reading import Reading
from service.reading.whole_file import log_lines


def texts(file: Path) -> list[str]:
    return [line.text for line in log_lines(file)]


def test_a_gzip_file_reads_like_the_plain_one(tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(100_000)) + "unfinished"
    (tmp_path / "plain.log").write_text(text)
    # Two members and padding, as `cat a.gz b.gz` on a tape gives.
    (tmp_path / "packed.gz").write_bytes(
        gzip.compress(text[:5000].encode()) + gzip.compress(text[5000:].encode()) + b"\0" * 512
    )
    assert texts(tmp_path / "packed.gz") == texts(tmp_path / "plain.log") == text.split("\n")


def test_a_damaged_gzip_file_gives_its_lines_up_to_the_damage(tmp_path: Path) -> None:
    text = "".join(f"line {number} {number * 7919 % 10007}\n" for number in range(50_000))
    packed = gzip.compress(text.encode())
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    lines = []
    with pytest.raises(LoglingError, match="ends early"):
        lines.extend(line.text for line in log_lines(tmp_path / "cut.gz"))
    assert 20_000 < len(lines) < 30_000
    assert text.startswith("\n".join(lines))


def test_oddities_of_a_whole_file_are_added_to_those_given(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"a\r\n\n")
    oddities = Oddities(crlf=1)
    assert [line.text for line in log_lines(tmp_path / "a.log", oddities=oddities)] == ["a", ""]
    assert oddities == Oddities(crlf=2)


def test_blank_lines_of_a_whole_file_keep_their_place(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"a\n\n \nb")
    assert texts(tmp_path / "a.log") == ["a", "", " ", "b"]


def test_a_line_has_the_number_that_it_has_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("\none\n  of it\n\ntwo\n")
    lines = log_lines(tmp_path / "a.log", lambda _: Reading(continuation=r"^\s"))
    assert list(lines) == [(2, "one⏎  of it"), (5, "two")]


def test_a_dash_is_standard_input_also_when_it_is_compressed() -> None:
    program = (
        "from pathlib import Path; from service.reading.whole_file import log_lines;"
        "print([line.text for line in log_lines(Path('-'))])"
    )
    for data in (b"one\ntwo\n", gzip.compress(b"one\ntwo\n")):
        done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True)
        assert done.stdout == b"['one', 'two']\n"


def test_an_image_is_refused_before_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(bytes(range(256)) * 300)
    with pytest.raises(LoglingError, match="looks binary"):
        next(log_lines(tmp_path / "image"))

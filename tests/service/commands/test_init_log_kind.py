"""What `logling init` says of the kind of a log."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from service.commands.init_log_kind import LogKind, look_at_kind
from service.sources.files import find_files

AUTH = "Nov {day:2} 06:{minute:02}:07 zeus sshd[{minute}]: Accepted publickey for root from 192.0.2.7 port {minute}"
APP = "2026-11-{day:02} 06:{minute:02}:07 INFO shop: order {minute} sent"
JSON = '{{"time":"2026-11-{day:02}T06:{minute:02}:07Z","level":"info","shop":{{"id":{minute}}},"msg":"order sent"}}'
DOCKER = '{{"log":"order {minute} sent\\n","stream":"stdout","time":"2026-11-{day:02}T06:{minute:02}:07.123456789Z"}}'
ACCESS = '192.0.2.7 - - [{day:02}/Nov/2026:06:{minute:02}:07 +0000] "GET /item/{minute} HTTP/1.1" 200 512'
LOGFMT = 'ts=2026-11-{day:02}T06:{minute:02}:07Z level=info msg="order sent" n={minute}'

KINDS = {
    AUTH: "syslog, 1 Nov 06:00 to 9 Nov 06:19",
    APP: "lines with a time, 2026-11-01 06:00 to 2026-11-09 06:19",
    JSON: "JSON, 2026-11-01 06:00 to 2026-11-09 06:19",
    ACCESS: "access log of a web server, 2026-11-01 06:00 to 2026-11-09 06:19",
    LOGFMT: "logfmt, 2026-11-01 06:00 to 2026-11-09 06:19",
    DOCKER: "lines without a time in Docker's json-file, which is taken off, 2026-11-01 06:00 to 2026-11-09 06:19",
    "order {minute} sent": "lines without a time",
}


def lines_of(form: str, days: Sequence[int] = (1, 9)) -> list[str]:
    return [form.format(day=day, minute=minute) for day in days for minute in range(20)]


def kind_of(folder: Path, lines: Sequence[str]) -> LogKind:
    (folder / "shop.log").write_text("".join(f"{line}\n" for line in lines))
    return look_at_kind(find_files([f"{folder}/shop.log*"]).files)


@pytest.mark.parametrize("form", KINDS)
def test_the_form_of_a_log_and_its_times_are_told(tmp_path: Path, form: str) -> None:
    assert kind_of(tmp_path, lines_of(form)).describe() == KINDS[form]


@pytest.mark.parametrize("form", [AUTH, APP, ACCESS, DOCKER])
def test_an_ordinary_log_needs_no_setting(tmp_path: Path, form: str) -> None:
    assert kind_of(tmp_path, lines_of(form)).advice == ""


def test_the_times_are_those_of_the_oldest_and_the_newest_file(tmp_path: Path) -> None:
    (tmp_path / "shop.log.1").write_text("\n".join(lines_of(APP, [1])))
    found = kind_of(tmp_path, lines_of(APP, [9]))
    assert found.describe().endswith("2026-11-01 06:00 to 2026-11-09 06:19")


def test_a_long_log_is_looked_at_at_both_ends(tmp_path: Path) -> None:
    middle = lines_of(APP, [2]) * 200
    found = kind_of(tmp_path, [*lines_of(APP, [1]), *middle, *lines_of(APP, [9])])
    assert found.describe().endswith("2026-11-01 06:00 to 2026-11-09 06:19")


@pytest.mark.parametrize("form", [JSON, LOGFMT])
def test_fields_that_would_be_learned_alone_are_proposed(tmp_path: Path, form: str) -> None:
    assert kind_of(tmp_path, lines_of(form)).advice.startswith('format = "{level} {msg}" would')


def test_json_without_a_message_has_no_fields_to_propose(tmp_path: Path) -> None:
    assert kind_of(tmp_path, lines_of('{{"level":"info","n":{minute}}}')).advice == ""


TRACE = ["java.io.IOException: disk full", "\tat shop.Store.write(Store.java:7)", "Caused by: quota"]


def test_a_rule_that_joins_stack_traces_is_proposed(tmp_path: Path) -> None:
    found = kind_of(tmp_path, [*lines_of(APP), *TRACE])
    assert found.advice.startswith(r"continuation = '^\D' would join the lines that do not begin with a digit")


def test_a_rule_for_times_in_brackets_is_proposed(tmp_path: Path) -> None:
    found = kind_of(tmp_path, [*lines_of("[2026-11-{day:02} 06:{minute:02}:07] order sent"), *TRACE])
    assert found.advice.startswith(r"continuation = '^[^\[]' would")


def test_a_rule_for_lines_that_begin_with_a_space_is_proposed(tmp_path: Path) -> None:
    found = kind_of(tmp_path, [*lines_of("order {minute} failed"), "  because of the disk"] * 2)
    assert found.advice.startswith(r"continuation = '^\s' would")


def test_an_impossible_year_is_not_told(tmp_path: Path) -> None:
    assert kind_of(tmp_path, ["0000-00-00 06:00:07 order sent"] * 50).describe() == "lines with a time"


def test_an_empty_log_has_no_kind(tmp_path: Path) -> None:
    assert kind_of(tmp_path, []).describe() == ""

"""What a person called normal."""

import timeit
from pathlib import Path

import pytest

from service.checking.normal_rules import LONGEST, MOST, NormalRules, add_rules, read_rules, rule_of
from service.errors import LoglingError


@pytest.mark.parametrize(
    ("rule", "template", "covers"),
    [
        ("fan # on", "fan # on", True),
        ("fan # on", "fan # off", False),
        ("fan # on", "fan # on now", False),
        ("fan *", "fan # on", True),
        ("*on", "fan # on", True),
        ("f*n*on", "fan # on", True),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*ab*b", "ab", False),
        ("a**b", "ab", True),
        ("*aa*aa*", "aaa", False),
        ("FAN*", "fan # on", False),
        ("fan [#] (on.)", "fan [#] (on.)", True),
    ],
)
def test_a_rule_covers_a_template(rule: str, template: str, covers: bool) -> None:
    assert NormalRules([rule]).cover(template) == covers


@pytest.mark.parametrize(("rule", "piece"), [("*a*a*a*a*a*b", "a"), ("*ab*ba*c", "ab"), ("*" * 400 + "x", "a")])
def test_a_rule_takes_time_in_proportion_to_the_line(rule: str, piece: str) -> None:
    def seconds(length: int) -> float:
        rules, line = NormalRules([rule]), piece * length
        return min(timeit.repeat(lambda: rules.cover(line), number=10, repeat=3))

    assert seconds(160_000) < 40 * seconds(20_000) + 0.05  # 8 times as long; 64 times if it were quadratic


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "normal.txt"


def test_remarks_and_blank_lines_are_no_rules(file: Path) -> None:
    file.write_text("// printers\n\n  \nlpd: *\n")
    assert read_rules(file).rules == ["lpd: *"]


@pytest.mark.parametrize("text", ["\ufefffan # on\n", "fan # on\r\n", "fan # on", "// é\nfan # on\nfan # on\n"])
def test_a_file_is_read_as_editors_write_it(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    assert read_rules(file).rules == ["fan # on"]


def test_where_there_is_no_file_there_are_no_rules(file: Path) -> None:
    assert read_rules(file).rules == []


@pytest.mark.parametrize(
    ("data", "said"),
    {
        b"\xff\xfe\x00": "no text in UTF-8",
        b"ok\n" + b"x" * (LONGEST + 1): "line 2: a rule has at most 8,192 characters, not 8,193",
        b"".join(b"rule %d\n" % i for i in range(MOST + 1)): "has 10,001 rules, at most 10,000",
    }.items(),
    ids=["encoding", "length", "number"],
)
def test_a_broken_file_is_named_with_what_is_wrong(file: Path, data: bytes, said: str) -> None:
    file.write_bytes(data)
    with pytest.raises(LoglingError, match=r"normal\.txt") as error:
        read_rules(file)
    assert said in str(error.value)


def test_rules_are_added_once_and_the_rest_of_the_file_stays(file: Path) -> None:
    file.write_text("// mine\nlpd: *")
    assert add_rules(file, ["fan # on", "fan # on", "lpd: *"]) == 1
    assert file.read_text() == "// mine\nlpd: *\nfan # on\n"
    assert add_rules(file, ["fan # on"]) == 0


def test_a_new_file_says_what_it_is(file: Path) -> None:
    add_rules(file, ["fan # on"])
    assert file.read_text().startswith("// Lines that are normal")
    assert read_rules(file).rules == ["fan # on"]


@pytest.mark.parametrize("template", ["fan # on", "// built #", "//", "x" * 9000, "job * of #", "  indented #"])
def test_the_rule_of_a_line_is_read_again_and_covers_it(file: Path, template: str) -> None:
    add_rules(file, [rule_of(template)])
    assert read_rules(file).cover(template)


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        ("# certificate expires Nov # # soon", "# certificate expires * soon"),
        ("booked for # December #", "booked for *"),
        ("next run on Mon #", "next run on *"),
        ("maybe # of marching", "maybe # of marching"),
    ],
)
def test_a_rule_has_no_date(template: str, rule: str) -> None:
    assert rule_of(template) == rule

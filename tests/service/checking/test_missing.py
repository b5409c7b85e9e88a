"""Lines of good logs that did not come."""

from random import Random

import pytest

from service.checking.findings import Finding
from service.checking.learning import learn
from service.checking.missing import MOST_MISSING, ExpectedLines
from tests.support.shop_log import check, shop_log

JOB = [f"step {word} begins" for word in ("alpha", "bravo", "delta", "echo", "golf", "hotel", "kilo", "lima")]
END = ["tests passed", "report written", "all done"]
GOOD = [*JOB, *END]


def missing(log: list[str], *good: list[str], rules: tuple[str, ...] = ()) -> list[Finding]:
    profile = learn(good, same_job=True)
    found = check(log, profile, rules, ExpectedLines(good, profile), stand_out=100)
    return [finding for finding in found.findings if finding.kind == "fewer"]


def test_a_line_that_did_not_come_is_a_finding_without_a_line() -> None:
    (finding,) = missing([line for line in GOOD if line != "tests passed"], GOOD)
    assert (finding.text, finding.lines, finding.count) == ("tests passed", [], 1)
    assert finding.why == "this line of the good log is missing here"


def test_lines_that_are_missing_side_by_side_are_one_finding() -> None:
    (finding,) = missing(JOB, GOOD)
    assert (finding.text, finding.after, finding.count) == (END[0], END[1:], 3)
    assert finding.why == "3 lines of the good log, from this one on, are missing here"


def test_what_only_some_good_logs_have_is_not_missed() -> None:
    assert missing(GOOD, GOOD, [*GOOD[:3], "step extra begins", *GOOD[3:]]) == []


def test_lines_in_another_order_are_not_missed() -> None:
    assert missing(GOOD[::-1], GOOD) == []


def test_the_longest_stretches_are_told() -> None:
    words = ["".join(chr(97 + (i // 26**k) % 26) for k in range(3)) for i in range(120)]
    log = [f"step {word} begins" for word in words]
    gappy = [line for i, line in enumerate(log) if i % 12 > 3]
    assert [finding.count for finding in missing(gappy, log)] == [4] * MOST_MISSING


def test_a_rule_covers_lines_that_did_not_come() -> None:
    assert missing(JOB, GOOD, rules=("tests passed",)) == []


def test_a_log_of_a_service_misses_no_single_line() -> None:
    found = missing(shop_log(300, first=400), shop_log(300))
    assert [finding.why for finding in found if not finding.lines] == []


def test_where_lines_come_in_no_order_none_is_missed() -> None:
    colours, goods = ("red", "blue", "green", "grey", "white", "black"), ("hat", "coat", "shoe", "belt", "sock")
    choose = Random(1).choice
    visits = [f"{choose(colours)} {choose(goods)} {choose(goods)} sold" for _ in range(120)]
    assert missing(visits[60:], visits[:60]) == []


def test_a_kind_of_line_that_never_comes_is_shown_as_the_good_log_has_it() -> None:
    good = shop_log(600)
    finding, *_ = missing([line for line in shop_log(600, first=600) if "heartbeat" not in line], good)
    assert finding.text == next(line for line in good if "heartbeat" in line)
    assert finding.lines == []


@pytest.mark.parametrize("good", [[], ["one line"]])
def test_a_good_log_of_hardly_a_line_is_no_error(good: list[str]) -> None:
    assert len(missing(["another line"], good)) == len(good)


def test_the_template_of_a_long_missing_line_is_that_of_the_line() -> None:
    long = f"the long step {'x ' * 2000}ends"
    (finding,) = missing(GOOD, [*GOOD, long])
    assert finding.template == long

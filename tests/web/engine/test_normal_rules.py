"""Rules of what is normal: templates of lines, which hold next month as well."""

import pytest

from service.checking.normal_rules import rule_of
from service.checking.words import template, words_of
from tests.support.made_up_logs import made_up


def rules_of(in_node, *lines):
    return in_node("rules", "", lines=list(lines), rules=[])["rules"]


def are_normal(in_node, rules, *lines):
    return in_node("rules", "", lines=list(lines), rules=rules)["normal"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Nov  1 00:00:54 mx smtpd[2033]: connect from [192.0.2.30]", "# mx smtpd[#]: connect from [#]"),
        ("2026-11-23T03:30:00Z door open", "# door open"),
        ("certificate expires Nov 24 2026 soon", "certificate expires * soon"),
        ("last boot Mon Nov 3 10:00:00 2026", "last boot #"),
        ("next run on Mon 23", "next run on *"),
        ("booked for 24 December 2026", "booked for *"),
        ("// swept", "*/ swept"),
    ],
)
def test_a_rule_has_no_date(in_node, line, rule):
    assert rules_of(in_node, line) == [rule]


def test_a_rule_holds_in_the_next_month(in_node):
    [rule] = rules_of(in_node, "Nov 30 23:59:59 mx cron[7]: backup of disk1 done")
    assert are_normal(in_node, [rule], "Dec  1 00:10:00 mx cron[90412]: backup of disk2 done") == [True]


def test_a_rule_made_from_a_line_matches_that_line(in_node):
    lines = ["// swept", "x", "certificate expires Nov 24 2026", "a * b # c", "[23/Nov/2026:03:30:00 +0000] GET /"]
    for line in lines:
        assert are_normal(in_node, rules_of(in_node, line), line) == [True]


def test_a_star_is_any_text(in_node):
    lines = ["backup of a done", "backup of  done", "backup of a failed", "a backup of b done"]
    assert are_normal(in_node, ["backup of * done"], *lines) == [True, True, False, False]


def test_parts_between_stars_do_not_overlap(in_node):
    assert are_normal(in_node, ["ab*bc*c"], "abc", "abbcc", "abxbcxc") == [False, True, True]


def test_saved_rules_are_opened_as_they_were(in_node):
    rules = ["mx smtpd[#]: connect", " indented *", "*/ swept"]
    assert in_node("rules", "", lines=[], rules=rules)["again"] == rules


def test_the_page_makes_the_rules_that_the_command_makes(in_node):
    lines = [line for seed in range(4) for line in made_up(seed)[1][:50]]
    lines += [
        "// swept",
        "expires Nov 24 2026",
        "booked for 24 December 2026, again",
        "on Mon, 3 and Tuesday 4",
        "1 May 7",
    ]
    assert rules_of(in_node, *lines) == [rule_of(template(line, words_of(line))) for line in lines]

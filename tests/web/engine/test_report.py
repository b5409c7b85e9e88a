"""The reports of a check: whatever a log holds stays text."""

import re
from html.parser import HTMLParser

import pytest

from service.checking.findings import Finding, Findings
from service.checking.report import as_html, as_markdown
from tests.support.findings import finding

HOSTILE = '<script>alert(1)</script> & "it\'s" {name} $& `code`'
ABOUT = {"name": "night.log", "lines": 208, "standOut": 9, "ignored": 0, "complete": True, "good": []}


@pytest.fixture
def reports(in_node):
    def ask(*findings, **changed):
        return in_node("reports", "", about={**ABOUT, **changed}, findings=list(findings))

    return ask


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def test_a_report_says_the_verdict_and_each_finding(reports):
    text = Tags(reports(finding(kind="rare", count=3))["html"]).text
    assert "9 of 208 lines stand out; the other 199 are familiar." in text
    assert "1. Line 3: rare, about 1 in 20,000 lines, 3 such lines" in text


def test_markup_of_a_log_is_text_in_a_report(reports):
    page = Tags(reports(finding(HOSTILE, why=HOSTILE, before=[HOSTILE]), name=HOSTILE)["html"])
    assert "script" not in page.tags
    assert page.text.count(HOSTILE) >= 4


def test_a_report_has_its_style_inside_and_loads_nothing(reports):
    html = reports(finding())["html"]
    assert not re.search(r"\b(src|href)=|url\(|@import", html)
    assert "default-src 'none'" in html
    assert "prefers-color-scheme:dark" in html


def test_only_the_words_that_count_are_shaded(reports):
    words = [{"begin": 9, "end": 15, "weight": 0.9}]
    assert '<code>disk sda <mark class="shade-3">FAILED</mark></code>' in reports(finding(words=words))["html"]


def test_familiar_lines_are_not_in_a_report(reports):
    found = reports(finding(standsOut=False))
    assert "sda" not in found["html"] + found["markdown"]


def test_a_report_of_a_log_that_was_not_read_to_its_end_says_so(reports):
    assert "was not read to its end" in reports(complete=False)["html"]


def test_a_report_names_the_logs_that_were_fine(reports):
    assert "Compared with monday.log, tuesday.log." in reports(good=["monday.log", "tuesday.log"])["markdown"]


def test_lines_with_backticks_stay_in_their_block_of_markdown(reports):
    markdown = reports(finding("```\n# not a heading".replace("\n", " ")))["markdown"]
    assert "````text\n  1  one\n  2  two\n> 3  ``` # not a heading\n  4  four\n````" in markdown


def test_a_name_with_signs_of_markdown_stays_text(reports):
    assert reports(name="a_b*<i>.log")["markdown"].startswith("## a\\_b\\*\\<i\\>.log\n")


MISSING = {"kind": "fewer", "line": 1, "lines": [], "count": 2, "before": [], "after": ["all `done`"]}


@pytest.mark.parametrize("changed", [{}, {"count": 7}, MISSING, {**MISSING, "text": "", "after": []}])
def test_a_report_is_pythons(reports, changed):
    given = finding(**{"text": HOSTILE, **changed})
    told = reports(given, lines=5000, standOut=2, missing=int(not given["lines"]))
    fields = {name: value for name, value in given.items() if name not in ("standsOut", "key", "figures")}
    found = Findings(5000, 2, 0, [Finding(**fields, template="")])
    assert told == {"html": as_html("night.log", found), "markdown": as_markdown("night.log", found)}

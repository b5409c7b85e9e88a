"""Reports to attach to a ticket."""

import re
from html.parser import HTMLParser

from service.checking.findings import Finding, Findings, StrangeWord
from service.checking.report import as_html, as_markdown, facts_of

HOSTILE = "<script>alert('1')</script> & \"quoted\" `code` {page} ]]> <!-- ```` \\"


def finding(text: str = HOSTILE, **changes: object) -> Finding:
    facts: dict[str, object] = {
        "kind": "new",
        "line": 1234,
        "text": text,
        "strangeness": 20_000.0,
        "why": f"`{text[:7]}` is not known",
        "template": text,
        "words": [StrangeWord(1, 7, 0.2), StrangeWord(8, 13, 1.0)],
        "lines": [1234, 1300],
        "count": 2,
        "before": [HOSTILE],
        "after": [HOSTILE, ""],
    }
    return Finding(**{**facts, **changes})  # type: ignore[arg-type]


def found(*findings: Finding) -> Findings:
    return Findings(5000, 2, 0, list(findings))


MISSING = finding("tests passed", kind="fewer", line=1, lines=[], count=2, words=[], before=[], after=["all done"])
NEVER_CAME = finding("", kind="fewer", line=1, lines=[], count=0, words=[], before=[], after=[], why="it came always")


class Elements(HTMLParser):
    """The elements of a page; ValueError where one is closed that is not open."""

    EMPTY = ("meta",)

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_page_is_well_formed_and_escapes_all_of_a_log() -> None:
    elements = Elements(as_html(HOSTILE, found(finding(), MISSING, NEVER_CAME), [HOSTILE]))
    assert elements.open == []
    assert set(elements.names) == {
        *("html", "meta", "title", "style", "main", "h1", "h2", "p", "ol", "li", "span", "code", "mark"),
    }
    assert "".join(elements.texts).count(HOSTILE) == 6  # title, heading, good log, the line, one before, one after


def test_the_page_loads_nothing() -> None:
    page = as_html("a.log", found(finding()))
    assert re.findall("src=|href=|url\\(|@import", page) == []
    assert "default-src 'none'" in page


def test_lines_have_their_numbers_and_strange_words_are_marked() -> None:
    page = as_html("a.log", found(finding("fan stuck here")))
    assert [number for number in ("1,233", "1,234", "1,235", "1,236") if f"<span>{number}</span>" not in page] == []
    assert re.findall("<mark class=.shade-(.).>", page) == ["1", "3"]


def test_lines_that_did_not_come_have_no_numbers() -> None:
    page, text = as_html("a.log", found(MISSING)), as_markdown("a.log", found(MISSING))
    assert "Line 1" not in page + text
    assert [line in page and f"- {line}" in text for line in ("tests passed", "all done")] == [True, True]


def test_what_a_finding_is() -> None:
    assert facts_of(finding()) == "new, about 1 in 20,000 lines, 2 such lines"
    assert facts_of(finding(count=1)) == "new, about 1 in 20,000 lines"
    assert facts_of(MISSING) == "missing, about 1 in 20,000 lines"


def fenced(markdown: str) -> list[str]:
    """The lines within fences, as CommonMark reads them. https://spec.commonmark.org/0.31.2/#fenced-code-blocks"""
    inside, fence = [], ""
    for line in markdown.split("\n"):
        ticks = re.match("`{3,}", line)
        if fence and ticks and len(ticks[0]) >= len(fence) and not line.strip("` "):
            fence = ""
        elif fence:
            inside.append(line)
        elif ticks and "`" not in line[ticks.end() :]:
            fence = ticks[0]
    assert not fence
    return inside


def test_no_line_of_a_log_ends_its_fence() -> None:
    ticks = finding("````", words=[], before=["```"], after=["`````` text"])
    assert fenced(as_markdown("a.log", found(ticks, ticks))) == 2 * [
        "  1233  ```",
        "> 1234  ````",
        "  1235  `````` text",
    ]


def test_what_is_outside_a_fence_is_escaped_in_markdown() -> None:
    text = as_markdown("<b>_a_ [x](y)", found(finding("fan on")))
    assert text.startswith("## \\<b\\>\\_a\\_ \\[x\\]\\(y\\)\n")

"""What is told of findings: numbers, in one sentence or two."""

from __future__ import annotations

import pytest

from service.checking.findings import Finding, Kind
from service.checking.message import News, NewsOfLog


def one(kind: Kind = "new", strangeness: float = 20_000, log: str = "auth", text: str = "a line") -> NewsOfLog:
    return NewsOfLog(log, Finding(kind, 1, text, strangeness, "why", text))


@pytest.mark.parametrize(
    ("news", "text"),
    [
        (News([one()], 0, 0), "1 finding in auth: 1 new; about 1 in 20,000 lines. On the machine: look"),
        (
            News([one(), one("more", 200_000), one()], 0, 0),
            "3 findings in auth: 2 new, 1 more than usual; the strangest about 1 in 200,000 lines. "
            "On the machine: look",
        ),
        (
            News([one(), one("fewer", log="cron")], 1, 1),
            "2 findings (1 in auth, 1 in cron): 1 new, 1 fewer than usual; the strangest about 1 in 20,000 lines. "
            "1 of them came before and went beyond the budget. 1 that was told has ten times as many lines. "
            "On the machine: look",
        ),
        (News([], 0, 2), "2 that were told have ten times as many lines. On the machine: look"),
        (
            News([one(log=f"log {n}") for n in range(7)], 0, 0),
            "7 findings (1 in log 0, 1 in log 1, 1 in log 2, 1 in log 3, 1 in log 4, and 2 logs more): 7 new; "
            "the strangest about 1 in 20,000 lines. On the machine: look",
        ),
    ],
)
def test_a_message_says_how_many_of_what_how_rare_and_where(news: News, text: str) -> None:
    assert news.text("look") == text


def test_lines_are_in_it_only_where_they_are_wanted() -> None:
    news = News([one(text="weak", strangeness=2), one(text="x" * 9000)], 0, 0)
    assert "weak" not in news.text("look")
    assert news.text("look", include_lines=True).splitlines()[1:] == ["x" * 300, "weak"]


def test_of_many_lines_the_strangest_five_are_told() -> None:
    news = News([one(text=f"line {n}", strangeness=n) for n in range(9)], 0, 0)
    assert news.text("look", include_lines=True).splitlines()[1:] == [f"line {n}" for n in (8, 7, 6, 5, 4)]

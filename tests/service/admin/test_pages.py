"""What the templates are given: rows of the table, and texts with code in them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from service.admin.history import History
from service.admin.pages import mark_code, with_rollbacks
from service.storage.rollbacks import Rollback

SUNDAY = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
DAY = timedelta(days=1)


class Run:
    """As much of a run as a row needs."""

    def __init__(self, number: int) -> None:
        self.number, self.started = number, SUNDAY + number * 7 * DAY


def rollback(day: int) -> Rollback:
    return Rollback(SUNDAY + day * DAY, "b" * 40, "a" * 40, 0.4, 1.2, 4800, 9000, None)


RUNS: Any = tuple(Run(number) for number in range(3))
HISTORY = History(RUNS, rollbacks=(rollback(-1), rollback(3), rollback(10), rollback(20)))


def days(rows: list[Any]) -> list[int]:
    return [((row.at if isinstance(row, Rollback) else row.started) - SUNDAY).days for row in rows]


def test_rollbacks_stand_between_the_runs_newest_first() -> None:
    assert days(with_rollbacks(HISTORY, RUNS)) == [20, 14, 10, 7, 3, 0]


def test_each_rollback_is_on_one_page_of_the_table() -> None:
    assert days(with_rollbacks(HISTORY, RUNS[:1])) == [3, 0]
    assert days(with_rollbacks(HISTORY, RUNS[1:])) == [20, 14, 10, 7]


def test_what_stands_in_backticks_is_code_and_nothing_else_is_markup() -> None:
    assert mark_code("see `logling pull`, <b>") == "see <code>logling pull</code>, &lt;b&gt;"

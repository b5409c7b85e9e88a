"""The log of a shop that nobody has: normal lines, and a check of some lines by them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from service.checking.findings import Findings
from service.checking.learning import learn
from service.checking.log_check import LogCheck
from service.checking.missing import ExpectedLines
from service.checking.normal_rules import NormalRules
from service.checking.profile import Profile

START = datetime(2026, 3, 1, tzinfo=UTC)
PATHS = ["/", "/cart", "/item", "/login"]


def shop_log(count: int, first: int = 0) -> list[str]:
    """Lines five seconds apart; every tenth is a heartbeat."""
    return [_line(number) for number in range(first, first + count)]


def _line(number: int) -> str:
    chance = random.Random(number)
    time = (START + timedelta(seconds=5 * number)).strftime("%Y-%m-%d %H:%M:%S")
    if number % 10 == 0:
        return f"{time} shop: heartbeat {number} queue {chance.randint(3, 9)}"
    status = chance.choice([200, 200, 200, 404])
    return f"{time} shop: GET {chance.choice(PATHS)} {status} in {chance.randint(20, 90)} ms"


def check(
    lines: Iterable[str],
    good: Profile | Sequence[str],
    rules: Sequence[str] = (),
    expected: ExpectedLines | None = None,
    stand_out: int = 1000,
) -> Findings:
    """What stands out in some lines, by a profile or by lines that were fine."""
    profile = good if isinstance(good, Profile) else learn([good])
    profile.stand_out = stand_out
    log_check = LogCheck(profile, NormalRules(rules), expected)
    for number, line in enumerate(lines, 1):
        log_check.add(number, line)
    return log_check.findings()

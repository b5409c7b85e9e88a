"""What a check found, in sentences: the same as the page's verdict.js."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .findings import MOST_STRANGE, Findings

FEWEST_FOREIGN = 5  # lines; of fewer it is not said what kind of log they are
KIND_WORDS = {
    "new": "new",
    "rare": "rare",
    "more": "more than usual",
    "fewer": "fewer than usual",
    "value": "unusual value",
}


def verdict_of(findings: Findings, good: Sequence[str] = ()) -> str:
    """What stands out, in one sentence. `good`: names of logs that were fine."""
    lines, stand_out, normal = findings.lines, findings.stand_out, findings.normal
    if not lines:
        return "There are no lines."
    familiar = lines - stand_out - normal
    if not findings.findings:
        return f"Nothing stands out: {_all_familiar(lines, familiar, normal)}."
    missing = any(not finding.lines for finding in findings.findings)
    if not stand_out:
        return f"{_all(lines)} {_is(lines)} familiar, but others are missing."
    stand = f"{stand_out:,} of {_lines(lines)} stand{'s' if stand_out == 1 else ''} out"
    found = f"{_all(lines)} stand{'s' if lines == 1 else ''} out" if stand_out == lines else stand
    if 2 * stand_out > lines >= FEWEST_FOREIGN:
        unlike = (
            "This log is unlike those that were fine" if good else "This is not the kind of log that the model knows"
        )
        return f"{unlike}: {found[0].lower()}{found[1:]}."
    parts = [f"{found}, and some are missing" if missing else found]
    if normal:
        parts.append(f"{normal:,} {_is(normal)} called normal")
    if familiar:
        parts.append(f"the other{'' if familiar == 1 else f' {familiar:,}'} {_is(familiar)} familiar")
    return "; ".join(parts) + "."


def describe_strangeness(strangeness: float) -> str:
    """How rare, for people.

    >>> describe_strangeness(20_345)
    'about 1 in 20,000 lines'
    """
    if strangeness >= MOST_STRANGE:
        return f"rarer than 1 in {MOST_STRANGE:,} lines"
    whole = math.floor(strangeness + 0.5)
    if whole < 2:
        return "as common as any line"
    unit = int(10 ** max(0, len(str(whole)) - 2))
    return f"about 1 in {math.floor(whole / unit + 0.5) * unit:,} lines"


def _all_familiar(lines: int, familiar: int, normal: int) -> str:
    if not normal:
        return f"{_all(lines).lower()} {_is(lines)} familiar"
    if not familiar:
        return f"{_all(lines).lower()} {_is(lines)} called normal"
    return f"{_lines(familiar)} {_is(familiar)} familiar, {normal:,} {_is(normal)} called normal"


def _all(lines: int) -> str:
    return {1: "The only line", 2: "Both lines"}.get(lines, f"All {lines:,} lines")


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"

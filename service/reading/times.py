"""Leave out the time that a line begins with, in the forms that logs have. The forms are shared with the page."""

from __future__ import annotations

from functools import cache

from .rules import compiled, shared_rules


def drop_time(line: str) -> str:
    """The line without the time at its start, in brackets or not, also behind an address, a level or a process.

    >>> drop_time("2026-11-23T03:30:00Z door open")
    'door open'
    >>> drop_time("192.0.2.7 - - [23/Nov/2026:03:30:00 +0000] GET /")
    '192.0.2.7 - - GET /'
    """
    found = compiled(_at_start()).match(line)
    if not found:
        return line
    kept = next((group for group in found.groups() if group is not None), "")
    return kept + line[found.end() :]


@cache
def _at_start() -> str:
    return "|".join(shared_rules("reading_rules")["at_start"])

"""What kind of log a file is, from when to when it tells, and the setting that would have it read better.

It is seen by the first lines of the oldest file and the last of the newest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..checking.clock import DAY, Moment, moment_of, seconds_between
from ..checking.words import words_of
from ..reading.compression import Damaged
from ..reading.containers import unwrap, wrappings_in
from ..reading.decoding import SAMPLE_BYTES
from ..reading.fields import fields_of
from ..reading.log_reader import LogReader
from ..reading.reading import RAW
from ..reading.times import drop_time
from ..sources.log_file import LogFile, OpenLog, RefusedFile

MOST = 0.8  # of the lines that have a form, of a log of this form
FEW = 0.02
LINES = 400  # at either end that are looked at

_ACCESS = re.compile(r'\S+ \S+ \S+ \[[^\]]{10,40}\] "')
_SYSLOG = re.compile(
    r"(?:[A-Z][a-z]{2} [ 0-9]?[0-9] [0-9:]{8}|[0-9T:.+-]{19,35}Z?) \S+ [\w/.@()-]{1,60}(?:\[[0-9]+\])?: "
)
_WRAPPINGS = {
    "docker": "in Docker's json-file",
    "journal": "in the journal's JSON",
    "cri": "in Kubernetes' wrapping",
    "syslog": "with a priority of syslog",
}
# What is shown of a JSON or logfmt line, as people's loggers call it.
_FIELDS = (
    ("level", "severity", "lvl", "log.level", "levelname"),
    ("logger", "component", "module", "service", "caller"),
    ("msg", "message", "event", "log", "text"),
)
_STARTS = (("a digit", r"^\D", str.isdigit), ("a bracket", r"^[^\[]", "[".__eq__))


class LogKind(NamedTuple):
    """What a look at a log has found."""

    form: str  # as "syslog"; empty where there is no line
    first: Moment | None
    last: Moment | None
    advice: str  # a setting that would help, and how; empty: none

    def describe(self) -> str:
        """In words, as "syslog, 2026-11-01 06:25 to 2026-11-29 23:59"."""
        return ", ".join(filter(None, [self.form, _describe_span(self.first, self.last)]))


def look_at_kind(files: Sequence[LogFile]) -> LogKind:
    """The kind of a log of these files, the oldest first."""
    first, last = _sample(files[0], at_end=False), _sample(files[-1], at_end=True)
    raw = [*first, *last]
    if not raw:
        return LogKind("", None, None, "")
    wrapping, lines = _unwrapped(raw)
    form, form_advice = _form(lines)
    return LogKind(
        f"{form} {_WRAPPINGS[wrapping]}, which is taken off" if wrapping else form,
        _first_moment(first),
        _first_moment(last[::-1]),
        form_advice or _advise_continuation(lines),
    )


def _sample(file: LogFile, *, at_end: bool) -> list[str]:
    """The first or last whole lines of a file as they stand; of a compressed one always the first."""
    try:
        with OpenLog(file.path) as log:
            head = log.head(SAMPLE_BYTES)
            start = 0 if log.compressed or not at_end else max(0, log.file.size - SAMPLE_BYTES) // 2 * 2
            data = b"".join(log.chunks(start)) if start else head
    except (OSError, RefusedFile, Damaged):
        return []  # what cannot be read is told elsewhere
    reader = LogReader(RAW, head)
    lines = [line for line in reader.feed(data) + reader.finish() if line.strip()]
    if at_end and not log.compressed:
        return lines[1 if start else 0 :][-LINES:]
    return lines[: -1 if len(data) == SAMPLE_BYTES else None][:LINES]  # the last may be half a line


def _unwrapped(raw: Sequence[str]) -> tuple[str, list[str]]:
    """What most lines are wrapped in, and the lines without it."""
    for name in _WRAPPINGS:
        found = [unwrap(line, wrappings_in([line], name)) for line in raw]
        if _share([each is not None for each in found]) >= MOST:
            return name, [each.text if each else line for each, line in zip(found, raw, strict=True)]
    return "", list(raw)


def _form(lines: Sequence[str]) -> tuple[str, str]:
    """The form of the lines in words, and a setting that would help."""
    fields = [fields_of(line) for line in lines]
    if _share([bool(found) for found in fields]) >= MOST:
        is_json = _share([line.lstrip().startswith("{") for line in lines]) >= MOST
        return ("JSON" if is_json else "logfmt"), _advise_format({key for found in fields for key in found})
    if _share([bool(_ACCESS.match(line)) for line in lines]) >= MOST:
        return "access log of a web server", ""
    if _share([bool(_SYSLOG.match(line)) for line in lines]) >= MOST:
        return "syslog", ""
    timed = _share([_moment(line) is not None for line in lines])
    return ("lines with a time" if timed >= MOST / 2 else "lines without a time"), ""


def _advise_format(keys: set[str]) -> str:
    wanted = [key for names in _FIELDS if (key := next((name for name in names if name in keys), ""))]
    if not wanted or wanted[-1] not in _FIELDS[-1]:
        return ""
    template = " ".join(f"{{{key}}}" for key in wanted)
    return f'format = "{template}" would learn these fields alone, in place of whole objects'


def _advise_continuation(lines: Sequence[str]) -> str:
    """A rule that joins lines that belong to the one before, as those of a stack trace."""
    timed = [line for line in lines if drop_time(line) != line]
    others = [line for line in lines if drop_time(line) == line]
    if len(timed) >= len(lines) / 5 and len(others) >= FEW * len(lines):
        for words, rule, begins in _STARTS:
            if all(begins(line[:1]) for line in timed) and not any(begins(line[:1]) for line in others):
                return f"continuation = '{rule}' would join the lines that do not begin with {words} to the one before"
    if FEW <= _share([line[:1].isspace() for line in lines]) < MOST:
        return r"continuation = '^\s' would join the lines that begin with a space to the one before"
    return ""


def _share(have: Sequence[bool]) -> float:
    """The share of those that are true."""
    return sum(have) / max(1, len(have))


def _first_moment(lines: Sequence[str]) -> Moment | None:
    return next((found for line in lines if (found := _moment(line))), None)


def _moment(line: str) -> Moment | None:
    return moment_of(line, words_of(line))


def _describe_span(first: Moment | None, last: Moment | None) -> str:
    if not first or not last or first.round != last.round or seconds_between(first, last) < 0:
        return ""
    try:
        return f"{_describe_moment(first)} to {_describe_moment(last)}"
    except OverflowError:  # a year that no calendar has
        return ""


def _describe_moment(when: Moment) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=when.seconds)
    form = {0: "%Y-%m-%d %H:%M", DAY: "%H:%M"}.get(when.round, "%-d %b %H:%M")
    return f"{at:{form}}"

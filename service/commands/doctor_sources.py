"""What `logling doctor` checks of each source: its files or journal, and that its settings fit its newest lines."""

from __future__ import annotations

import grp
import os
import sqlite3
from collections.abc import Callable

from ..errors import LoglingError
from ..home import Home
from ..reading.fields import Template, fields_of, find_field
from ..reading.lines import Oddities
from ..reading.log_names import log_of_journal
from ..reading.times import drop_time
from ..settings import Settings, Source
from ..sources import journal
from ..sources.log_file import RefusedFile, printable
from ..sources.path_pattern import brace_hint
from ..sources.source_preview import Preview, look_at, newest_lines, user_name
from ..storage.ledger import Ledger
from ..storage.source_states import SourceState

NamedCheck = tuple[str, Callable[[], str]]


def source_checks(home: Home, settings: Settings) -> list[NamedCheck]:
    """A check of each source, by name. Each raises LoglingError that says what is wrong and what mends it."""
    if not settings.source:
        return [("sources", check_that_there_are_some)]
    states = last_states(home)
    named = [(source_name(source), source) for source in settings.source]
    return [(f"source {name}", bound(source, states.get(name))) for name, source in named]


def bound(source: Source, state: SourceState | None) -> Callable[[], str]:
    """The check of one source."""
    return lambda: check_source(source, state)


def check_that_there_are_some() -> str:
    """Fail, because no source is set."""
    raise LoglingError('none is set: add [[source]] with files = "…" or journal = "…" to logling.toml')


def source_name(source: Source) -> str:
    """A source as messages name it."""
    return printable(source.files) if source.files is not None else log_of_journal(source.journal or "")


def last_states(home: Home) -> dict[str, SourceState]:
    """How the sources stood at the last pull; empty where the ledger cannot say, which another check tells."""
    if not home.ledger.exists():
        return {}
    try:
        with Ledger(home.ledger) as ledger:
            return {state.name: state for state in ledger.sources() or ()}
    except (LoglingError, OSError, sqlite3.Error):
        return {}


def check_source(source: Source, state: SourceState | None) -> str:
    """Check one source as it is now, and say since when it has been quiet. Raises LoglingError."""
    if source.journal is not None:
        words = describe_journal(source.journal)
    else:
        found = look_at(source.files or "")
        if found.problems or not found.files:
            raise LoglingError("; ".join(found.problems) or describe_no_match(state) + brace_hint(source.files or ""))
        check_settings(source, found)
        words = found.describe()
    return f"{words}; {state.describe()}" if state and state.state == "quiet" else words


def describe_no_match(state: SourceState | None) -> str:
    """That no file matches, and whether one ever did."""
    if state and state.was_read:
        since = state.describe() if state.state == "missing" else "missing; it was read before"
        return f"no file matches: {since}: put it back, or change the source in logling.toml"
    return "no file matches yet: is the path right, and does something write it?"


def describe_journal(unit: str) -> str:
    """The newest entry of a unit. Raises LoglingError with what lets this user read the journal."""
    try:
        return journal.newest(unit)
    except journal.JournalError as error:
        if not may_read_all_journals() and any(
            word in str(error).lower() for word in ("permission", "not seeing", "may read")
        ):
            hint = f"sudo usermod -aG systemd-journal {user_name()}, then log in again, or restart the service"
            raise LoglingError(f"{error}; {hint}") from None
        raise


def may_read_all_journals() -> bool:
    """Whether this user is root, or in a group that may read every journal."""
    try:
        of_journals = {grp.getgrnam(name).gr_gid for name in ("systemd-journal", "adm")}
    except KeyError:  # no systemd here
        return True
    return os.geteuid() == 0 or bool(of_journals & {os.getegid(), *os.getgroups()})


def check_settings(source: Source, found: Preview) -> None:
    """Check that what is made of the lines fits the newest of them. Raises LoglingError."""
    newest = found.files[-1]
    reading = source.reading()._replace(format="", keep_time=True)
    try:
        lines = newest_lines(newest, reading)
    except (OSError, RefusedFile) as error:
        raise LoglingError(f"{printable(newest.path)}: {error}") from None
    if not lines:
        return
    where = f"of the newest {len(lines):,} lines of {printable(newest.path)}"
    if source.format:
        fields = [fields_of(line) for line in lines]
        template = Template(source.format)
        keys = template.keys
        absent = [key for key in keys if all(find_field(found, key) is None for found in fields)]
        if len(absent) == len(keys):
            raise LoglingError(f"format = {source.format!r} finds a field in none {where}: correct or remove it")
        if absent:
            raise LoglingError(f"format = {source.format!r} names {absent[0]!r}, which is in none {where}: correct it")
        lines = [template.apply(line, Oddities()) for line in lines]
    if not source.keep_time and all(drop_time(line) == line for line in lines):
        raise LoglingError(f"keep_time = false finds a time at the start of none {where}: remove it")

"""Hooks: a command or a web address, called when a run begins and when it has ended.

A command is told about the run by variables and by the run's summary as JSON on its stdin; an address, nothing but
that it is called. What goes wrong with a hook changes no outcome.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from types import TracebackType
from typing import Literal, Self

from ..errors import LoglingError
from ..home import Home
from ..settings import HookSettings
from ..storage.ledger import SUCCEEDED, Ledger
from ..storage.run_record import RunRecord
from .own_command import run_own_command
from .web_address import call_address

Event = Literal["start", "success", "failure", "commit"]
EVENTS = logging.getLogger("logling")
SECONDS_WHEN_STOPPED = 2.0  # for the hook of a run that was asked to stop: soon it is killed


def call_hook(event: Event, settings: HookSettings, home: Home, record: RunRecord) -> list[str]:
    """Call the hook of an event, if one is set. -> the problem, if there is one"""
    hook = getattr(settings, f"on_{event}").get_secret_value()
    seconds = min(settings.seconds, SECONDS_WHEN_STOPPED) if record.outcome == "interrupted" else settings.seconds
    try:
        if re.match("https?://", hook):
            call_address(hook, seconds)
        elif hook.strip():
            run_own_command(hook, home, facts_of(event, record), json.dumps(summary_of(record)), seconds)
    except LoglingError as error:
        return [f"the hook on_{event}: {error}"]
    return []


def call_hooks_of_end(settings: HookSettings, home: Home, record: RunRecord) -> list[str]:
    """Call the hooks of a run that has ended. -> problems"""
    problems = call_hook("commit", settings, home, record) if record.commit else []
    return problems + call_hook("success" if record.outcome in SUCCEEDED else "failure", settings, home, record)


def facts_of(event: Event, record: RunRecord) -> dict[str, str]:
    """The variables of a command."""
    return {
        "LOGLING_EVENT": event,
        "LOGLING_RUN": record.run,
        "LOGLING_OUTCOME": record.outcome or "",
        "LOGLING_REASON": record.reason.replace("\0", ""),
        "LOGLING_COMMIT": record.commit or "",
    }


def summary_of(record: RunRecord) -> dict[str, object]:
    """A run as `logling history --json` has it, without a character of what is remembered."""
    return record.without_characters().as_json()


class RunHooks:
    """The hooks of one run, as a context around it: they are called when the home's lock is free again."""

    def __init__(self, settings: HookSettings, home: Home) -> None:
        self._settings = settings
        self._home = home
        self._record: RunRecord | None = None

    def begin(self, record: RunRecord) -> None:
        """A run has begun. What goes wrong becomes a problem of it."""
        self._record = record
        record.problems += call_hook("start", self._settings, self._home, record)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._record is None or self._record.outcome is None:
            return
        if problems := call_hooks_of_end(self._settings, self._home, self._record):
            self._record.problems += problems
            try:
                with Ledger(self._home.ledger) as ledger:
                    ledger.add_problems(self._record.run, problems)
            except (LoglingError, sqlite3.Error) as failure:
                EVENTS.warning("%s; that could not be noted: %s", "; ".join(problems), failure)

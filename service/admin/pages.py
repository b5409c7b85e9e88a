"""The pages as HTML, by Jinja2. The chart is drawn anew only when a run has been added."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..errors import LoglingError
from ..storage.hold import Hold
from ..storage.run_record import parse_time
from . import run_charts as figures
from .health import Health
from .history import Document, History, Reader, Short
from .history_chart import Chart, draw
from .status import stand

if TYPE_CHECKING:
    from ..serve import Service

TEMPLATES = Path(__file__).parent / "templates"
STYLE = TEMPLATES / "admin.css"

TROUBLES = {
    404: ("There is no such page", "No run has this name, or none has it any more."),
    405: ("This page can only be read", "It answers GET and HEAD; nothing here changes anything."),
    422: ("That was not understood", "The address has a value that this page cannot use."),
    503: (
        "The ledger cannot be read",
        "Nothing can be shown of the runs. On the machine itself, logling doctor says what is wrong with it.",
    ),
}


class Pages:
    """Makes the pages of a service, for any thread."""

    def __init__(self, service: Service, reader: Reader) -> None:
        self._service = service
        self._reader = reader
        self._chart: tuple[tuple[Short, ...], Chart | None] = ((), None)
        self._templates = environment(service.schedule.zone)
        self._templates.globals |= {
            "name": service.home.path.name,
            "version": version("logling"),
            "style": f"/admin.css?{hashlib.sha256(STYLE.read_bytes()).hexdigest()[:12]}",
            "zone": service.schedule.zone.key,
        }

    def front(self, history: History, health: Health, runs: Sequence[Short], size: int, now: datetime) -> str:
        """The page of all runs; its table has the newest `size` of `runs`."""
        shown = runs[-size:]
        return self._filled(
            "front.html",
            standing=stand(history, health, self._service, self._reader, hold_in_words(self._service), now),
            chart=self._chart_of(history.runs),
            all=history.runs,
            shown=shown[::-1],
            older=shown[0].run if len(runs) > size else "",
            newer=newer(history.runs, runs, size),
            now=now,
        )

    def run(self, record: Document, runs: Sequence[Short]) -> str:
        """The page of one run, ended or under way."""
        names = [run.run for run in runs]
        at = names.index(record["run"]) if record["run"] in names else None
        started = parse_time(record["started"])
        finished = parse_time(record["finished"]) if record["finished"] else None
        return self._filled(
            "run.html",
            record=record,
            started=started,
            finished=finished,
            slot=parse_time(record["slot"]) if record.get("slot") else None,
            before=names[at - 1] if at else "",
            after=names[at + 1] if at is not None and at + 1 < len(names) else "",
            curve=figures.loss_curve(record),
            interval=figures.interval(record["gain"]),
            scores=figures.score_bars(record),
            steps=figures.step_bars(record),
            seconds=sum(record["seconds"].values()),
        )

    def trouble(self, status: int) -> str:
        """A page for a status of HTTP that is not 200."""
        headline, sentence = TROUBLES.get(status, ("This cannot be shown", "The service's log may say why."))
        return self._filled("trouble.html", headline=headline, sentence=sentence, status=status)

    def _filled(self, template: str, **values: object) -> str:
        return without_indentation(self._templates.get_template(template).render(**values))

    def _chart_of(self, runs: tuple[Short, ...]) -> Chart | None:
        known, chart = self._chart
        if known is not runs:
            chart = draw(runs, self._service.schedule.zone)
            self._chart = (runs, chart)
        return chart


def environment(zone: ZoneInfo) -> Environment:
    """The templates, with times in this zone."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip

    def day(when: datetime) -> str:
        return f"{when.astimezone(zone):%Y-%m-%d}"

    def clock(when: datetime) -> str:
        return f"{when.astimezone(zone):%H:%M}"

    templates.filters |= {"day": day, "clock": clock, "utc": utc, "score": score}
    return templates


def without_indentation(text: str) -> str:
    """A page without what is a sixth of it."""
    return re.sub(r"\n\s+", "\n", text)


def newer(all_runs: Sequence[Short], runs: Sequence[Short], size: int) -> str | None:
    """The `before` of the page with newer runs: a run, empty for the first page, None when this is the first."""
    if len(runs) == len(all_runs):
        return None
    first = len(runs) + size
    return all_runs[first].run if first < len(all_runs) else ""


def hold_in_words(service: Service) -> str:
    """Why nothing is published, if a person has said so."""
    try:
        return Hold(service.home).describe()
    except LoglingError as error:
        return str(error)


def utc(when: datetime) -> str:
    """A moment for `datetime` of HTML's time element."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def score(bits: float | None) -> str:
    """Bits per character in a table."""
    return "–" if bits is None else f"{bits:.3f}"

"""The pages, from Jinja2 templates. The chart is drawn again only when a run has been added."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..installation import program_version
from ..schedule.schedule import Schedule
from ..storage.rollbacks import Rollback
from ..storage.run_record import RunRecord, parse_time
from . import run_charts
from .badge import make_badge
from .health import Health
from .history import History, LedgerReader, RunSummary
from .history_chart import Chart, draw_history
from .status import current_model, make_overview, shorten_reason

TEMPLATES = Path(__file__).parent / "templates"
STYLE = TEMPLATES / "admin.css"

ERRORS = {
    404: ("There is no such page", "No run has this name, or none has it any more."),
    405: ("This page can only be read", "It answers GET and HEAD; nothing here changes anything."),
    422: ("That was not understood", "The address has a value that this page cannot use."),
    503: (
        "The ledger cannot be read",
        "Nothing can be shown of the runs. On the machine itself, logling doctor says what is wrong with it.",
    ),
}


class Pages:
    """Makes the pages of a home with this name. May be used from any thread."""

    def __init__(
        self, name: str, schedule: Schedule, reader: LedgerReader, page: str, file: str, above: str = ""
    ) -> None:
        """`page` is the web address of the model's own page, `file` its `file://` address, `above` the way up to the
        page of a fleet; all may be empty."""
        self._schedule = schedule
        self._reader = reader
        self._chart: tuple[tuple[RunSummary, ...], Chart | None] = ((), None)
        self._templates = template_environment(schedule.zone)
        self._templates.globals |= {"name": name, "page": page, "file": file, "above": above}

    def front(
        self, history: History, health: Health, runs: Sequence[RunSummary], size: int, now: datetime, renewed: int
    ) -> str:
        """The page of all runs. Its table has the newest `size` of `runs`. It is `renewed` after so many seconds, or
        never (0)."""
        shown = runs[-size:]
        return self._render(
            "front.html",
            overview=make_overview(history, health, self._schedule, self._reader, now),
            chart=self._chart_of(history.runs),
            all=history.runs,
            shown=with_rollbacks(history, shown),
            renewed=renewed,
            older=shown[0].run if len(runs) > size else "",
            newer=newer_page(history.runs, runs, size),
            now=now,
        )

    def run(self, record: RunRecord, runs: Sequence[RunSummary]) -> str:
        """The page of one run, which has ended or is under way."""
        names = [run.run for run in runs]
        at = names.index(record.run) if record.run in names else None
        return self._render(
            "run.html",
            root="../",
            record=record,
            started=parse_time(record.started or ""),
            finished=parse_time(record.finished) if record.finished else None,
            slot=parse_time(record.slot) if record.slot else None,
            before=names[at - 1] if at else "",
            after=names[at + 1] if at is not None and at + 1 < len(names) else "",
            curve=run_charts.loss_curve(record),
            interval=run_charts.gain_interval(record.gain),
            scores=run_charts.score_bars(record),
            logs=run_charts.log_bars(record),
            steps=run_charts.step_bars(record),
            seconds=sum(record.seconds.values()),
        )

    def error(self, status: int, root: str) -> str:
        """The page for an HTTP status that is not 200."""
        headline, sentence = ERRORS.get(status, ("This cannot be shown", "The service's log may say why."))
        return self._render("error.html", headline=headline, sentence=sentence, status=status, root=root)

    def badge(self, history: History, health: Health) -> str:
        """The badge as SVG."""
        model = current_model(history)
        return self._render("badge.svg", badge=make_badge(health.is_well, model.score if model else None))

    def _render(self, template: str, root: str = "./", **values: object) -> str:
        """A page whose links begin with `root`, the way from it to the page of all runs: a proxy may add a prefix."""
        return self._templates.get_template(template).render(root=root, **values)

    def _chart_of(self, runs: tuple[RunSummary, ...]) -> Chart | None:
        known, chart = self._chart
        if known is not runs:
            chart = draw_history(runs, self._schedule.zone)
            self._chart = (runs, chart)
        return chart


def template_environment(zone: ZoneInfo, *folders: Path) -> Environment:
    """The templates of the admin page and of other folders, with times in this zone."""
    templates = Environment(
        loader=FileSystemLoader([TEMPLATES, *folders]), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip

    def day(when: datetime) -> str:
        return f"{when.astimezone(zone):%Y-%m-%d}"

    def clock(when: datetime) -> str:
        return f"{when.astimezone(zone):%H:%M}"

    templates.filters |= {
        "day": day, "clock": clock, "utc": format_utc, "score": format_bits, "shorten_reason": shorten_reason,
        "code": mark_code,
    }  # fmt: skip
    templates.globals |= {
        "version": program_version(),
        "style": f"admin.css?{hashlib.sha256(STYLE.read_bytes()).hexdigest()[:12]}",
        "zone": zone.key,
    }
    return templates


def mark_code(text: str) -> Markup:
    """A text for HTML, with what stands in backticks as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def with_rollbacks(history: History, shown: Sequence[RunSummary]) -> list[RunSummary | Rollback]:
    """Some runs that follow each other, and the rollbacks between them and up to the next one; newest first."""
    if not shown:
        return []
    after = next((run.started for run in history.runs if run.number > shown[-1].number), None)
    between = [
        rollback
        for rollback in history.rollbacks
        if shown[0].started <= rollback.at and (after is None or rollback.at < after)
    ]
    rows: list[RunSummary | Rollback] = [*shown, *between]
    return sorted(rows, key=lambda row: row.at if isinstance(row, Rollback) else row.started, reverse=True)


def newer_page(all_runs: Sequence[RunSummary], runs: Sequence[RunSummary], size: int) -> str | None:
    """The `before` of the page with newer runs: a run, empty for the first page, None when this is the first."""
    if len(runs) == len(all_runs):
        return None
    first = len(runs) + size
    return all_runs[first].run if first < len(all_runs) else ""


def format_utc(when: datetime) -> str:
    """A moment for the attribute `datetime` of HTML's time element."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def format_bits(bits: float | None) -> str:
    """Bits per character in a table."""
    return "–" if bits is None else f"{bits:.3f}"

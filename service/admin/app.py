"""The admin page: the history of runs, for anyone who may look. All routes only read.

The page is a process of its own and reads nothing but the settings and the ledger. `logling serve` starts it
(`server.py`); by hand, with the home in LOGLING_HOME:

    uvicorn --factory service.admin.app:create_app
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.routing import Route
from starlette.types import ASGIApp

from ..errors import LoglingError
from ..home import Home, find_home
from ..installation import page_folder
from ..schedule.schedule import Schedule
from ..settings import AdminSettings, ScheduleSettings
from .access import Guard
from .feed import make_feed, newest_entries
from .health import UNREADABLE, check_health, last_success
from .history import History, LedgerReader, RunSummary
from .home_summary import summarise
from .metrics import CONTENT_TYPE, make_metrics
from .own_path import AnyPrefix
from .pages import STYLE, Pages
from .runs_csv import make_csv
from .status import is_busy

ROWS = 50  # of the table on one page
RECORDS = 25  # in one document of /runs.json, loss curves included
SECONDS_TO_RENEW = 10  # while a run is under way
READ = ["GET", "HEAD"]
FOR_EVER = {"Cache-Control": "max-age=31536000, immutable"}
CSV = "text/csv; charset=utf-8"

Clock = Callable[[], datetime]


def create_app() -> ASGIApp:
    """The page of the home that LOGLING_HOME names, else of the current directory. Raises SystemExit without one."""
    try:
        home = find_home(None)
        settings = home.settings()
    except LoglingError as error:
        raise SystemExit(f"logling: {error}") from None
    return application(home, settings.admin, settings.schedule, lambda: datetime.now(UTC), settings.model_name)


def application(home: Home, settings: AdminSettings, schedule: ScheduleSettings, now: Clock, name: str = "") -> ASGIApp:
    """The page of a home, whose model has this name. It has read the history once, so that the first visitor need not
    wait."""
    page = AdminPage(home, name or home.path.name, settings, Schedule.of(schedule), now)
    page.read_ahead()
    app = add_routes(page)
    return AnyPrefix(Guard(app, settings), names_at_top(app))


def names_at_top(app: FastAPI) -> set[str]:
    """The names of an application's routes that begin with no other name."""
    return {route.path.removeprefix("/") for route in app.routes if isinstance(route, Route)} - {""}


class AdminPage:
    """What each route answers. The methods may be called from any thread, and raise sqlite3.Error."""

    def __init__(
        self, home: Home, name: str, settings: AdminSettings, schedule: Schedule, now: Clock,
        reader: LedgerReader | None = None, above: str = "",
    ) -> None:  # fmt: skip
        """`above` is the way from this page up to the page of a fleet; empty: there is none."""
        self._name = name
        self._schedule = schedule
        self._now = now
        self._reader = reader or LedgerReader(home.ledger)
        # Only who is on this machine can open its files, and needs to know where they are.
        file = home.page.absolute().as_uri() if settings.is_local else ""
        self._pages = Pages(self._name, schedule, self._reader, settings.page, file, above)
        self._csv: tuple[tuple[RunSummary, ...] | None, bytes] = (None, b"")

    def read_ahead(self) -> None:
        """Read the history. An error is reported on the next request."""
        try:
            self.front("")
        except sqlite3.Error:
            return

    def front(self, before: str, *, still: bool = False) -> tuple[str, int]:
        """The page of all runs, and after how many seconds it is to be asked for again (0: never).

        Its table begins with the run before `before`, or with the newest; such a page of older runs stays as it is.
        """
        history, now = self._reader.history(), self._now()
        health = check_health(history, self._schedule, now)
        seconds = SECONDS_TO_RENEW if is_busy(history) and not before and not still else 0
        return self._pages.front(history, health, runs_before(history, before), ROWS, now, seconds), seconds

    def run(self, run: str) -> str:
        """The page of one run."""
        record = self._reader.run(run)
        if record is None:
            raise HTTPException(404)
        return self._pages.run(record, self._reader.history().runs)

    def records(self, before: str, limit: int) -> dict[str, Any]:
        """Whole records, newest first, and a link to older ones, relative to this one."""
        history = self._reader.history()
        runs = runs_before(history, before)[-limit:]
        records = [record.without_characters().as_json() for record in self._reader.records([r.number for r in runs])]
        is_last = not runs or runs[0] is history.runs[0]
        older = None if is_last else f"runs.json?limit={limit}&before={runs[0].run}"
        return {"runs": records, "older": older}

    def csv(self) -> bytes:
        """The summaries of all runs as CSV."""
        runs = self._reader.history().runs
        if self._csv[0] is not runs:
            self._csv = (runs, make_csv(runs))
        return self._csv[1]

    def feed(self) -> bytes:
        """The Atom feed."""
        return make_feed(newest_entries(self._reader.history().runs), self._name)

    def metrics(self) -> bytes:
        """The figures for Prometheus."""
        return make_metrics({"": summarise(self._reader.history(), self._schedule, self._now())}, is_fleet=False)

    def badge(self) -> str:
        """The badge; it also says so when the ledger cannot be read."""
        try:
            history = self._reader.history()
        except sqlite3.Error:
            return self._pages.badge(History(), UNREADABLE)
        return self._pages.badge(history, check_health(history, self._schedule, self._now()))

    def health(self) -> tuple[int, dict[str, Any]]:
        """Whether the service is well: an HTTP status, and a document that says why."""
        try:
            history = self._reader.history()
            health = check_health(history, self._schedule, self._now())
        except sqlite3.Error:
            history, health = History(), UNREADABLE
        last, service = last_success(history.runs), history.service
        next_run = service.next_run if service else None
        return 200 if health.is_well else 503, {
            "status": health.status,
            "reasons": [symptom.text for symptom in health.reasons],
            "missing": list(health.missing),
            "warnings": [symptom.text for symptom in health.warnings],
            "runs": len(history.runs),
            "last_success": last.finished.isoformat(timespec="seconds") if last else None,
            "next": next_run.isoformat(timespec="seconds") if next_run else None,
            "running": bool(service and service.is_running),
            "sources": dict(Counter(state.state for state in history.sources or ())),
        }

    def error(self, status: int, path: str) -> tuple[int, str]:
        """A page that says why there is no other at a path, and its status."""
        return status, self._pages.error(status, "../" if path.startswith("/runs/") else "./")


def runs_before(history: History, before: str) -> tuple[RunSummary, ...]:
    """The runs older than the run `before`, or all. Raises HTTPException when there is no such run."""
    if not before:
        return history.runs
    for at, run in enumerate(history.runs):
        if run.run == before:
            return history.runs[:at]
    raise HTTPException(404)


def add_routes(page: AdminPage) -> FastAPI:
    """An application with all routes. Functions without `async` run in threads, because they wait for the disk."""
    one_document = asyncio.Semaphore(1)  # of whole records, which take long to make: other pages are answered between
    app = bare_application()

    @app.api_route("/", methods=READ)
    def front(before: str = "", still: str = "") -> Response:
        text, seconds = page.front(before, still=bool(still))
        return html(text, headers={"Refresh": str(seconds)} if seconds else None)

    @app.api_route("/runs/{run}", methods=READ)
    def run(run: str) -> Response:
        return html(page.run(run))

    @app.api_route("/runs.json", methods=READ)
    async def records(before: str = "", limit: int = RECORDS) -> Response:
        async with one_document:
            return await run_in_threadpool(lambda: JSONResponse(page.records(before, min(max(limit, 1), 500))))

    @app.api_route("/runs.csv", methods=READ)
    def csv() -> Response:
        return Response(page.csv(), media_type=CSV)

    @app.api_route("/feed.atom", methods=READ)
    def feed() -> Response:
        return Response(page.feed(), media_type="application/atom+xml")

    @app.api_route("/badge.svg", methods=READ)
    def badge() -> Response:
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache"}
        return Response(page.badge(), media_type="image/svg+xml", headers=headers)

    @app.api_route("/metrics", methods=READ)
    def metrics() -> Response:
        return Response(page.metrics(), headers={"Content-Type": CONTENT_TYPE})

    @app.api_route("/healthz", methods=READ)
    def health() -> Response:
        status, document = page.health()
        return JSONResponse(document, status)

    add_files(app)
    add_error_pages(app, page.error)
    return app


def bare_application() -> FastAPI:
    """An application without any route, not even those of FastAPI itself."""
    return FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)


def add_files(app: FastAPI) -> None:
    """What each page needs."""
    add_file(app, "/admin.css", STYLE.read_bytes(), "text/css")
    add_file(app, "/icon.svg", (page_folder() / "icon.svg").read_bytes(), "image/svg+xml")


def add_file(app: FastAPI, path: str, content: bytes, media_type: str) -> None:
    """A file that does not change while the page runs."""

    @app.api_route(path, methods=READ)
    async def file() -> Response:
        return Response(content, media_type=media_type, headers=FOR_EVER)


def add_error_pages(app: FastAPI, page_of: Callable[[int, str], tuple[int, str]]) -> None:
    """Errors are shown on a page like the others: `page_of` makes it, and its own status, from status and path."""

    @app.exception_handler(AnyHTTPException)
    async def refused(request: Request, error: AnyHTTPException) -> Response:
        status, text = page_of(error.status_code, request.scope["path"])
        return html(text, status, error.headers)

    @app.exception_handler(sqlite3.Error)
    async def unreadable(request: Request, error: sqlite3.Error) -> Response:
        status, text = page_of(503, request.scope["path"])
        return html(text, status)


def html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page."""
    return Response(text, status, dict(headers or {}), "text/html; charset=utf-8")

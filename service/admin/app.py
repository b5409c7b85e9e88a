"""The admin page: the history of runs for whoever looks in. Its routes; all are read, none changes anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.types import ASGIApp

from ..installation import page_folder
from ..settings import AdminSettings
from .access import Guard
from .badge import badge
from .feed import atom
from .health import UNREADABLE, last_success
from .history import History, Reader, Short
from .pages import STYLE, Pages
from .runs_csv import csv_of
from .status import health_of, model_of

if TYPE_CHECKING:
    from ..serve import Service

PAGE = 50  # runs in one page of the table
RECORDS = 25  # runs in one document of /runs.json, loss curves included
READ = ["GET", "HEAD"]
FOR_EVER = {"Cache-Control": "max-age=31536000, immutable"}
CSV = "text/csv; charset=utf-8"

Clock = Callable[[], datetime]


def application(service: Service, settings: AdminSettings, now: Clock) -> ASGIApp:
    """The whole page, guarded, and the history read for the first time."""
    desk = Desk(service, now)
    desk.warm_up()
    return Guard(routes(desk), settings)


class Desk:
    """Answers: what each route says. Its methods may be called from any thread."""

    def __init__(self, service: Service, now: Clock) -> None:
        self._service = service
        self._now = now
        self._since = now()
        self._reader = Reader(service.home.ledger)
        self._pages = Pages(service, self._reader)
        self._spreadsheet: tuple[tuple[Short, ...] | None, bytes] = (None, b"")

    def warm_up(self) -> None:
        """Read what is there, so that the first visitor need not wait. Trouble is told when somebody asks."""
        try:
            self.front("")
        except sqlite3.Error:
            return

    def front(self, before: str) -> str:
        """The page of all runs, with the table from the run before `before` on."""
        history = self._reader.history()
        runs = runs_before(history, before)
        health = health_of(history, self._service, self._since, self._now())
        return self._pages.front(history, health, runs, PAGE, self._now())

    def run(self, run: str) -> str:
        """The page of one run."""
        record = self._reader.run(run)
        if record is None:
            raise HTTPException(404)
        return self._pages.run(record, self._reader.history().runs)

    def records(self, before: str, limit: int) -> dict[str, Any]:
        """Runs in full, newest first, and where the older ones are."""
        history = self._reader.history()
        runs = runs_before(history, before)[-limit:]
        records = self._reader.records([run.number for run in runs])
        is_last = not runs or runs[0] is history.runs[0]
        older = None if is_last else f"/runs.json?limit={limit}&before={runs[0].run}"
        return {"runs": records, "older": older}

    def spreadsheet(self) -> bytes:
        """All runs in short, as CSV."""
        runs = self._reader.history().runs
        if self._spreadsheet[0] is not runs:
            self._spreadsheet = (runs, csv_of(runs))
        return self._spreadsheet[1]

    def feed(self, base: str) -> bytes:
        """The Atom feed, whose links begin with `base`."""
        return atom(self._reader.history().runs, self._service.home.path.name, base)

    def badge(self) -> str:
        """The badge, also of a service that is not well."""
        try:
            history = self._reader.history()
        except sqlite3.Error:
            return badge(UNREADABLE, None)
        model = model_of(history.runs)
        health = health_of(history, self._service, self._since, self._now())
        return badge(health, model.score if model else None)

    def health(self) -> tuple[int, dict[str, Any]]:
        """Whether it is well: the status of HTTP, and a document that says why."""
        history, health = History((), None), UNREADABLE
        try:
            history = self._reader.history()
            health = health_of(history, self._service, self._since, self._now())
        except sqlite3.Error:
            pass
        succeeded, wanted = last_success(history.runs), self._service.wanted
        return 200 if health.is_well else 503, {
            "status": "well" if health.is_well else "not well",
            "reasons": [finding.words for finding in health.reasons],
            "warnings": [finding.words for finding in health.warnings],
            "runs": len(history.runs),
            "last_success": succeeded.finished.isoformat(timespec="seconds") if succeeded else None,
            "next": wanted.when.isoformat(timespec="seconds") if wanted else None,
            "running": self._service.running is not None,
        }

    def trouble(self, status: int) -> str:
        """A page that says why there is no other."""
        return self._pages.trouble(status)


def runs_before(history: History, before: str) -> tuple[Short, ...]:
    """The runs older than the run `before`, or all. Raises HTTPException for a run that is not there."""
    if not before:
        return history.runs
    for at, run in enumerate(history.runs):
        if run.run == before:
            return history.runs[:at]
    raise HTTPException(404)


def routes(desk: Desk) -> FastAPI:
    """The routes. Functions without `async` run in threads, because they wait for the disk."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    @app.api_route("/", methods=READ)
    def front(before: str = "") -> Response:
        return html(desk.front(before))

    @app.api_route("/runs/{run}", methods=READ)
    def run(run: str) -> Response:
        return html(desk.run(run))

    @app.api_route("/runs.json", methods=READ)
    def records(before: str = "", limit: int = RECORDS) -> Response:
        return JSONResponse(desk.records(before, min(max(limit, 1), 500)))

    @app.api_route("/runs.csv", methods=READ)
    def spreadsheet() -> Response:
        return Response(desk.spreadsheet(), media_type=CSV)

    @app.api_route("/feed.atom", methods=READ)
    def feed(request: Request) -> Response:
        return Response(desk.feed(str(request.base_url)), media_type="application/atom+xml")

    @app.api_route("/badge.svg", methods=READ)
    def status_badge() -> Response:
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache"}
        return Response(desk.badge(), media_type="image/svg+xml", headers=headers)

    @app.api_route("/healthz", methods=READ)
    def health() -> Response:
        status, document = desk.health()
        return JSONResponse(document, status)

    still(app, "/admin.css", STYLE.read_bytes(), "text/css")
    still(app, "/icon.svg", (page_folder() / "icon.svg").read_bytes(), "image/svg+xml")
    answer_trouble(app, desk)
    return app


def still(app: FastAPI, path: str, content: bytes, kind: str) -> None:
    """A file of the page, which never changes while the service runs."""

    @app.api_route(path, methods=READ)
    async def file() -> Response:
        return Response(content, media_type=kind, headers=FOR_EVER)


def answer_trouble(app: FastAPI, desk: Desk) -> None:
    """What cannot be answered is told on a page like the others."""

    @app.exception_handler(AnyHTTPException)
    async def refused(_: Request, error: AnyHTTPException) -> Response:
        return html(desk.trouble(error.status_code), error.status_code, error.headers)

    @app.exception_handler(sqlite3.Error)
    async def unreadable(_: Request, error: sqlite3.Error) -> Response:
        return html(desk.trouble(503), 503)


def html(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A page."""
    return Response(text, status, dict(headers or {}), "text/html; charset=utf-8")

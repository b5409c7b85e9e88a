"""The page of a fleet: all homes, those that are not well first, and each with its pages as `logling serve` shows them.

A home's own pages are under `/homes/NAME/`, and the paths below that are those of `service/admin/app.py`. All else is
made of what `reader.py` keeps in memory. It works under any path of a proxy that has no `/homes/` in it.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..admin.access import POLICY, Guard
from ..admin.app import (
    READ,
    RECORDS,
    AdminPage,
    add_error_pages,
    add_files,
    add_routes,
    bare_application,
    html,
    names_at_top,
)
from ..admin.durations import format_future, format_past
from ..admin.feed import ENTRIES, FeedEntry, make_feed
from ..admin.history import LedgerReader
from ..admin.metrics import CONTENT_TYPE, make_metrics
from ..admin.own_path import own_path
from ..admin.pages import ERRORS, template_environment
from ..errors import LoglingError
from ..home import Home
from ..settings import AdminSettings
from .fleet_settings import FILE, FleetSettings, load_fleet
from .homes import home_at_start
from .member import stamp
from .reader import ORDER, Clock, FleetLedger, FleetReader, HomeState, summaries

TEMPLATES = Path(__file__).parent / "templates"
ROWS = 100  # homes on one page
HOMES = "/homes/"
OPENED = 16  # homes whose pages are kept ready
NAMED = 20  # homes that /healthz names
WITH_FORM = {"Content-Security-Policy": POLICY.replace("form-action 'none'", "form-action 'self'")}
Found = TypeVar("Found")
KINDS = {"bad": "not well", "look": "look at this", "new": "not set up yet", "good": "well"}
SPARK_WIDTH, SPARK_HEIGHT = 96, 20  # of the small chart of scores


def fleet_application(folder: Path, settings: FleetSettings, now: Clock) -> CanonicalPath:
    """The page of the fleet in a folder. It has read the homes once, as far as that worked soon; its reader goes on."""
    reader = FleetReader(folder, settings.spread, now)
    reader.begin()
    homes = HomePages(reader, settings.admin, now)
    app = add_fleet_routes(FleetPage(folder.name or "homes", reader, now))
    return CanonicalPath(Guard(Dispatch(app, homes), settings.admin, FILE), reader, names_at_top(app))


def create_fleet_app() -> ASGIApp:
    """The page of the fleet whose hidden folder LOGLING_HOME names. Raises SystemExit where its settings are wrong."""
    folder = Path(os.environ["LOGLING_HOME"]).parent
    try:
        settings = load_fleet(folder)
    except LoglingError as error:
        raise SystemExit(f"logling: {error}") from None
    return fleet_application(folder, settings, lambda: datetime.now(UTC))


class CanonicalPath:
    """An ASGI application around another one, which gets paths without the prefix that a proxy may have left."""

    def __init__(self, app: ASGIApp, reader: FleetReader, names: set[str]) -> None:
        self._app = app
        self.reader = reader
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": canonical_path(scope["path"], self.reader, self._names)}
        await self._app(scope, receive, send)


def canonical_path(path: str, reader: FleetReader, names: set[str]) -> str:
    """What a path asks for: `/homes/NAME` and what is below it, or a name at the top."""
    at = path.find(HOMES)
    if at < 0:
        return own_path(path, names)
    while at >= 0:
        if home_at_start(path[at + len(HOMES) :], reader.homes) is not None:
            return path[at:]
        at = path.find(HOMES, at + 1)
    return path[path.find(HOMES) :]


class Dispatch:
    """An ASGI application that gives each home its own paths, and the fleet the rest."""

    def __init__(self, fleet: ASGIApp, homes: HomePages) -> None:
        self._fleet = fleet
        self._homes = homes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rest = scope["path"].removeprefix(HOMES) if scope["path"].startswith(HOMES) else ""
        name = home_at_start(rest, self._homes.reader.homes) if rest else None
        if name is None:
            await self._fleet(scope, receive, send)
        elif rest == name:  # links on a page are relative to its folder
            await RedirectResponse(f"./{quote(name.rpartition('/')[2])}/")(scope, receive, send)
        else:
            app = await self._homes.of(name)
            path = rest.removeprefix(name)
            await (app or self._fleet)({**scope, "path": path} if app else scope, receive, send)


class HomePages:
    """The pages of the homes that were asked for lately."""

    def __init__(self, reader: FleetReader, admin: AdminSettings, now: Clock) -> None:
        self.reader = reader
        self._admin = admin
        self._now = now
        self._lock = Lock()
        self._opened: OrderedDict[str, tuple[object, ASGIApp]] = OrderedDict()

    async def of(self, name: str) -> ASGIApp | None:
        """The pages of a home; None where they cannot be shown now."""
        if name in self.reader.crew.hanging():  # whoever asks would hang, too
            return None
        return await run_in_threadpool(self._make, name)

    def _make(self, name: str) -> ASGIApp | None:
        found = self.reader.homes.get(name)
        if found is None:
            return None
        written = stamp(found.home.settings_file)
        with self._lock:
            known, app = self._opened.get(name, (None, None))
        if app is None or known != written:
            app = self._page_of(name, found.home)
            if app is None:
                return None
        with self._lock:
            self._opened[name] = (written, app)
            self._opened.move_to_end(name)
            while len(self._opened) > OPENED:
                self._opened.popitem(last=False)
        return app

    def _page_of(self, name: str, home: Home) -> ASGIApp | None:
        try:
            settings = home.settings()
        except LoglingError:
            return None
        ledger = FleetLedger(home.ledger, alive_at=lambda: self.reader.alive_at(name))
        # Who may see the page, and from where, the fleet says; where the model's page is, the home.
        admin = self._admin.model_copy(update={"page": settings.admin.page})
        above = "../" * (name.count("/") + 2)
        shown = settings.model_name if settings.model_name in ("", name) else f"{name}: {settings.model_name}"
        schedule = self.reader.schedule_of(name, settings)
        return add_routes(AdminPage(home, shown or name, admin, schedule, self._now, ledger, above))


class FleetPage:
    """What each route of the fleet answers, out of the reader's memory. Only `records` and `feed` read ledgers."""

    def __init__(self, name: str, reader: FleetReader, now: Clock) -> None:
        self._name = name
        self._reader = reader
        self._now = now
        self._templates = template_environment(ZoneInfo("UTC"), TEMPLATES)
        self._templates.globals |= {"name": name, "page": "", "file": "", "above": "", "kinds": KINDS}
        self._templates.globals |= {"SPARK": (SPARK_WIDTH, SPARK_HEIGHT)}

    def index(self, wanted: str, kind: str, number: int) -> str:
        """All homes that have what is `wanted` in their name, model or state, and are of this kind; page `number`."""
        now, states = self._now(), self._reader.states()
        counts = Counter(state.kind for state in states)
        matching = [state for state in states if matches(state, wanted) and kind in ("", state.kind)]
        pages = max(1, -(-len(matching) // ROWS))
        number = min(max(number, 1), pages)
        beat = self._reader.heartbeat

        def address(page: int = 1, kind: str = kind) -> str:
            given = {"q": wanted, "kind": kind, "page": str(page) if page > 1 else ""}
            return "./?" + urlencode({key: value for key, value in given.items() if value})

        return self._templates.get_template("fleet.html").render(
            root="./",
            now=now,
            wanted=wanted,
            kind=kind,
            total=len(states),
            matching=len(matching),
            counts={kind: counts[kind] for kind in ORDER if counts[kind]},
            rows=[Row(state, now) for state in matching[(number - 1) * ROWS : number * ROWS]],
            number=number,
            pages=pages,
            address=address,
            is_alive=self._reader.is_alive(),
            under_way=beat.under_way if beat else [],
            waiting=beat.waiting if beat else 0,
            problem=self._reader.problem,
            passed_over=self._reader.passed_over,
        )

    def health(self) -> tuple[int, dict[str, Any]]:
        """Whether all homes are well: an HTTP status, and a document that names those that are not."""
        states = self._reader.states()
        counts = Counter(state.kind for state in states)
        unwell = [state.name for state in states if state.kind == "bad"]
        is_alive = self._reader.is_alive()
        reasons = [] if is_alive else ["the service gives no sign of life"]
        if self._reader.problem:
            reasons.append("homes cannot be looked for")
        if unwell:
            reasons.append(f"{len(unwell)} of {len(states)} homes {'is' if len(unwell) == 1 else 'are'} not well")
        return 503 if reasons else 200, {
            "status": "not well" if reasons else "well",
            "reasons": reasons,
            "homes": len(states),
            "not_well": unwell[:NAMED],
            "counts": {KINDS[kind]: counts[kind] for kind in ORDER},
        }

    def metrics(self) -> bytes:
        """The figures for Prometheus."""
        return make_metrics(summaries(self._reader.states()))

    def records(self, before: str, limit: int) -> dict[str, Any]:
        """Whole records of all homes, newest first, each with its home, and a link to older ones."""
        newest = [run for run in self._newest() if not before or run[0] < before]
        shown = []
        for _, name, number in newest[:limit]:
            records = self._read(name, number, LedgerReader.records)
            shown += [{"home": name, **record.without_characters().as_json()} for record in records]
        older = f"runs.json?limit={limit}&before={newest[limit - 1][0]}" if len(newest) > limit else None
        return {"runs": shown, "older": older}

    def feed(self) -> bytes:
        """The Atom feed of the newest runs of all homes."""
        entries = []
        for _, name, number in self._newest()[:ENTRIES]:
            runs = self._read(name, number, LedgerReader.summaries)
            entries += [FeedEntry(run, f"homes/{quote(name)}/", f"{name}: ") for run in runs]
        return make_feed(entries, self._name)

    def error(self, status: int, path: str) -> tuple[int, str]:
        """A page that says why there is no other at a path, and its status: 503 for a home that is there."""
        headline, sentence = ERRORS.get(status, ("This cannot be shown", "The service's log may say why."))
        root = "../" * path.count("/", 1) or "./"
        if path.startswith(HOMES) and status == 404:
            name = home_at_start(path.removeprefix(HOMES), self._reader.homes)
            if name:
                status, headline = 503, "This home cannot be shown now"
                sentence = "Its settings are wrong, or its disk does not answer. The page of all homes says which."
            else:
                headline, sentence = "There is no such home", "It may have gone, or has another name."
        template = self._templates.get_template("fleet_error.html")
        return status, template.render(headline=headline, sentence=sentence, status=status, root=root)

    def _read(self, name: str, number: int, read: Callable[[LedgerReader, Sequence[int]], list[Found]]) -> list[Found]:
        """What is read of a run of a home; nothing where that does not work, so that the others are shown."""
        found = self._reader.homes.get(name)
        if found is None or name in self._reader.crew.hanging():
            return []
        with suppress(sqlite3.Error):
            return read(FleetLedger(found.home.ledger), [number])
        return []

    def _newest(self) -> list[tuple[str, str, int]]:
        """The runs that are known by name, newest first: run, home, and number in its ledger. A run's id begins with
        its time."""
        return sorted(
            ((run, state.name, number) for state in self._reader.states() for run, number in state.summary.newest),
            reverse=True,
        )


class Row:
    """A home as the index shows it."""

    def __init__(self, state: HomeState, now: datetime) -> None:
        summary = state.summary
        self.name = state.name
        self.address = f"homes/{quote(state.name)}/"
        self.model = state.model if state.model != state.name else ""
        self.kind = state.kind
        self.last = summary.last
        self.ago = format_past(now - summary.last.finished) if summary.last else ""
        self.score = summary.score
        self.next = describe_next(state, now)
        self.spark = spark_line(summary.scores)
        self.reasons = [symptom.text for symptom in (*summary.health.reasons, *summary.health.warnings)]
        if summary.is_held and not any("hold" in reason for reason in self.reasons):
            self.reasons.append("publishing is held")


def describe_next(state: HomeState, now: datetime) -> str:
    """When the next run is, in a word or two."""
    summary = state.summary
    if summary.is_running:
        return "running"
    if summary.next_run is None:
        return "–"
    return format_future(summary.next_run - now) if summary.next_run > now else "waits its turn"


def matches(state: HomeState, wanted: str) -> bool:
    """Whether all words that are looked for are in what is shown of a home."""
    last = state.summary.last
    text = f"{state.name} {state.model} {KINDS[state.kind]} {last.outcome if last else ''}".casefold()
    return all(word in text for word in wanted.casefold().split())


def spark_line(scores: Sequence[float]) -> str:
    """The points of a small line through scores, the lowest at the bottom; empty for fewer than two."""
    if len(scores) < 2:
        return ""
    low, high = min(scores), max(scores)
    step, height = SPARK_WIDTH / (len(scores) - 1), SPARK_HEIGHT - 4
    shares = [(high - score) / (high - low) if high > low else 0.5 for score in scores]
    return " ".join(f"{at * step:.0f},{2 + height * share:.1f}" for at, share in enumerate(shares))


def add_fleet_routes(shown: FleetPage) -> FastAPI:
    """An application with the fleet's routes. What takes long is made in a thread, one after the other."""
    one_document = asyncio.Semaphore(1)
    app = bare_application()

    async def alone(make: Callable[[], Response]) -> Response:
        async with one_document:
            return await run_in_threadpool(make)

    @app.api_route("/", methods=READ)
    async def front(q: str = "", kind: str = "", page: int = 1) -> Response:
        return html(shown.index(q[:200], kind if kind in KINDS else "", page), headers=WITH_FORM)

    @app.api_route("/runs.json", methods=READ)
    async def records(before: str = "", limit: int = RECORDS) -> Response:
        return await alone(lambda: JSONResponse(shown.records(before, min(max(limit, 1), 500))))

    @app.api_route("/feed.atom", methods=READ)
    async def feed() -> Response:
        return await alone(lambda: Response(shown.feed(), media_type="application/atom+xml"))

    @app.api_route("/metrics", methods=READ)
    async def metrics() -> Response:
        return await alone(lambda: Response(shown.metrics(), headers={"Content-Type": CONTENT_TYPE}))

    @app.api_route("/healthz", methods=READ)
    async def health() -> Response:
        status, document = shown.health()
        return JSONResponse(document, status)

    add_files(app)
    add_error_pages(app, shown.error)
    return app

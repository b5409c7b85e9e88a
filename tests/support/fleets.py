"""Folders of homes whose runs are made up, and the page of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn

from service.admin.server import server_config
from service.fleet.fleet_settings import FleetSettings
from service.fleet.heartbeat import Heartbeat, fleet_state, write_heartbeat
from service.fleet.page import fleet_application
from service.home import Home
from service.schedule.admin_process import listen, url_of
from service.settings import AdminSettings
from service.storage.service_status import ServiceStatus, write_service_status
from tests.benchmarks import admin

NOW = datetime.now(UTC).replace(microsecond=0)  # all the time, however long the tests take


@contextmanager
def page_of(folder: Path, admin_settings: AdminSettings | None = None) -> Iterator[str]:
    """The page of a folder, in a thread; gives its address."""
    settings = FleetSettings(admin=admin_settings or AdminSettings())
    app = fleet_application(folder, settings, lambda: NOW)
    server = uvicorn.Server(server_config(app))
    listener = listen("127.0.0.1", 0)
    thread = Thread(target=server.run, args=([listener],))
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join()
    app.reader.end()


@dataclass
class Folder:
    """A folder with homes whose runs are made up."""

    path: Path

    def make(
        self, name: str, runs: int = 3, settings: str = 'name = "a model"', unwell: bool = False, **last: Any
    ) -> Home:
        """A home whose service last said so long ago that it lives; `last` is changed in its last run."""
        home = Home(self.path / name)
        home.path.mkdir(parents=True)
        home.settings_file.write_text(settings)
        admin.fill(home, runs, NOW - timedelta(hours=2), **last)
        long_ago = NOW - timedelta(days=1)
        unpushed = NOW - timedelta(days=3) if unwell else None
        status = ServiceStatus(long_ago, long_ago, next_run=NOW + timedelta(days=6), unpushed_since=unpushed)
        write_service_status(home.ledger, status)
        return home

    def beat(self, at: datetime = NOW, **values: Any) -> None:
        """Have the service of the fleet say that it lives."""
        fleet_state(self.path).make_state()
        write_heartbeat(self.path, Heartbeat(at, **values))

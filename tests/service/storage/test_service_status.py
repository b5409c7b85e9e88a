"""How the service stands, in the ledger."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.storage.ledger import Ledger
from service.storage.service_status import (
    ServiceStatus,
    clear_service_status,
    read_service_status,
    write_service_status,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL = ServiceStatus(
    NOON, NOON + timedelta(hours=1), True, NOON, NOON - timedelta(minutes=5), 3, NOON, NOON, "publishing is held"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    with Ledger(path):
        return path


def read(path: Path) -> ServiceStatus | None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return read_service_status(database)


def test_a_new_ledger_has_no_status(ledger: Path) -> None:
    assert read(ledger) is None


@pytest.mark.parametrize("status", [ServiceStatus(NOON, NOON), FULL])
def test_a_status_is_read_as_it_was_written(ledger: Path, status: ServiceStatus) -> None:
    write_service_status(ledger, status)
    assert read(ledger) == status


def test_the_newest_status_counts(ledger: Path) -> None:
    write_service_status(ledger, FULL)
    write_service_status(ledger, ServiceStatus(NOON, NOON))
    assert read(ledger) == ServiceStatus(NOON, NOON)


def test_a_status_can_be_cleared(ledger: Path) -> None:
    write_service_status(ledger, FULL)
    clear_service_status(ledger)
    assert read(ledger) is None


def test_no_ledger_is_made_for_a_status(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        write_service_status(tmp_path / "ledger.db", FULL)
    assert list(tmp_path.iterdir()) == []

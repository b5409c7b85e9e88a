"""What the first screen of the admin page says of models that were committed, and of those that were pushed."""

from datetime import UTC, datetime, timedelta

import pytest

from service.admin.history import LedgerReader
from service.admin.status import describe_runs
from service.home import Home
from service.storage.ledger import Ledger
from service.storage.run_record import HoldoutScores, RunRecord

SUNDAY = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def sentences(home: Home, pushed: list[bool | None]) -> str:
    """What is said of runs that committed."""
    home.make_state()
    with Ledger(home.ledger) as ledger:
        for week, is_pushed in enumerate(pushed):
            when = SUNDAY + timedelta(weeks=week)
            record = ledger.begin(RunRecord(), when)
            scores = HoldoutScores(challenger=0.5, ngram=1.0)
            changes = {"outcome": "committed", "pushed": is_pushed, "bits_per_char": scores}
            ledger.end(record.model_copy(update=changes), when)
    return " ".join(describe_runs(LedgerReader(home.ledger).history().runs, SUNDAY + timedelta(weeks=4)))


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


def test_without_a_remote_models_are_committed(home: Home) -> None:
    assert "2 models were committed in 4 weeks." in sentences(home, [None, None])


def test_published_are_those_that_were_pushed(home: Home) -> None:
    assert "3 models were committed in 4 weeks, and 2 of them published." in sentences(home, [True, True, False])


def test_what_waits_to_be_pushed_is_not_published(home: Home) -> None:
    assert "published" not in sentences(home, [False, False])

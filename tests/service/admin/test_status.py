"""What the first screen of the admin page says of models that were committed, and of those that were pushed."""

from datetime import UTC, datetime, timedelta

import pytest

from service.admin.history import LedgerReader
from service.admin.status import current_model, describe_runs, shorten_reason
from service.home import Home
from service.storage.ledger import Ledger
from service.storage.rollbacks import Rollback
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


def test_where_all_were_pushed_it_says_so(home: Home) -> None:
    assert "2 models were committed in 4 weeks, and all of them published." in sentences(home, [True, True])


def test_what_waits_to_be_pushed_is_not_published(home: Home) -> None:
    assert "published" not in sentences(home, [False, False])


REASONS = {
    "better: 0.398 bits per character against the champion's 0.412": "better than the champion",
    "not better: 0.540 bits per character against the champion's 0.533": "not better than the champion",
    "better, but it may be luck: 0.398 bits per character against the champion's 0.412, "
    "the gain's lower bound is -0.0012": "better, but it may be luck",
    "the first model: better than an order-2 n-gram, 0.412 bits per character against 2.710; not yet better than an "
    "n-gram of as many bytes, 0.355, which needs fewer lines": (
        "the first model: better than an order-2 n-gram; not yet better than an n-gram of as many bytes, which needs "
        "fewer lines"
    ),
    "better on new lines, but it forgot older ones: 0.320 against 0.300 there": (
        "better on new lines, but it forgot older ones: 0.320 against 0.300 there"
    ),
    "37 new lines, 100 are needed": "37 new lines, 100 are needed",
}


@pytest.mark.parametrize("reason", REASONS)
def test_why_is_told_without_the_figures_that_stand_beside_it(reason: str) -> None:
    assert shorten_reason(reason) == REASONS[reason]


def rolled_back(home: Home, *, champion_later: float | None = None) -> tuple[float, str]:
    """The current score, and the commit that it is of, after two commits and a rollback to the first."""
    sentences(home, [None, None])
    with Ledger(home.ledger) as ledger:
        when = SUNDAY + timedelta(weeks=2)
        ledger.note_rollback(Rollback(when, "c" * 40, "a" * 40, 0.75, 1.0, 4800, 9000, None))
        if champion_later is not None:
            record = ledger.begin(RunRecord(), when + timedelta(weeks=1))
            scores = HoldoutScores(challenger=0.9, champion=champion_later, ngram=1.0)
            changes = {"outcome": "rejected", "bits_per_char": scores}
            ledger.end(record.model_copy(update=changes), when + timedelta(weeks=1))
    model = current_model(LedgerReader(home.ledger).history())
    assert model
    return model.score, model.restored


def test_after_a_rollback_the_score_is_that_of_the_restored_weights(home: Home) -> None:
    assert rolled_back(home) == (0.75, "a" * 40)


def test_restored_weights_have_the_score_of_the_newest_comparison(home: Home) -> None:
    assert rolled_back(home, champion_later=0.8) == (0.8, "a" * 40)


def test_a_later_commit_ends_what_a_rollback_began(home: Home) -> None:
    home.make_state()
    with Ledger(home.ledger) as ledger:
        ledger.note_rollback(Rollback(SUNDAY - timedelta(weeks=1), "c" * 40, "a" * 40, 0.75, 1.0, 4800, 9000, None))
    sentences(home, [None])
    model = current_model(LedgerReader(home.ledger).history())
    assert model
    assert (model.score, model.restored) == (0.5, "")

"""The champion: the weights at the tip of the site, and what they were trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from model import weights_file
from model.transformer import Model
from model.weights_file import Card

from ..checking.sound_weights import decode_weights
from ..errors import LoglingError
from ..home import Home
from ..storage.ledger import Ledger
from ..storage.reserve import Reserve
from ..storage.run_record import RunRecord
from .site import Site

MOST_WEEKS = 200  # of which it is known where they end
NO_WEIGHTS = "there are no weights yet: the first comes with `logling retrain`"


class Champion(NamedTuple):
    """A committed model and its card. Both are None where there is none."""

    model: Model | None
    card: Card | None
    problem: str = ""  # why weights that are there are not used


def read_champion(site: Site, commit: str = "HEAD") -> Champion:
    """The model at the tip of the site, or of another commit.

    Weights that only an older version can read count as none, with the reason as `problem`. Raises LoglingError when
    the file is damaged.
    """
    file = site.weights(commit)
    if file is None:
        return Champion(None, None)
    try:
        return Champion(*decode_weights(file))
    except weights_file.OlderFormat as error:
        problem = f"trained afresh, with no champion to compare with: {site.path / site.weights_name}: {error}"
        return Champion(None, None, problem)
    except weights_file.WeightsFileError as error:
        raise LoglingError(
            f"{site.path / site.weights_name}: {error}; `logling rollback` brings earlier ones back"
        ) from None


def committed_weights(home: Home) -> bytes:
    """The weights file at the tip of the site. Raises LoglingError when there is none."""
    file = weights_at_tip(home)
    if file is None:
        raise LoglingError(NO_WEIGHTS)
    return file


def weights_at_tip(home: Home) -> bytes | None:
    """The same; None where no weights are committed."""
    return Site(home.site, home.settings().git).weights()


def committed_model(home: Home) -> tuple[Model, Card]:
    """The model at the tip of the site and its card.

    Raises LoglingError when there is none, WeightsFileError when it is damaged.
    """
    return decode_weights(committed_weights(home))


class Past(NamedTuple):
    """What a champion was trained on, as far as a corpus has it."""

    seen: dict[str, int]  # the newest line of each source; empty where it is not known
    reserve: Reserve
    usual: Mapping[str, float] | None  # the shares of kinds that had many of the lines
    compared: Mapping[int, bool]  # the newest line of each run that compared models, and whether it committed one


def past_of(card: Card | None, ledger: Ledger, corpus_id: str, newest_line: int) -> Past:
    """What a champion was trained on.

    Weights that this ledger does not know may have been trained on any line up to `newest_line`, and so may weights
    of before a corpus was lost and read anew: the ids of its lines are others then. Of weights that a version without
    a reserve made, it begins behind the lines of their run.
    """
    if card is None:
        return Past({}, Reserve(corpus_id), None, {})
    record = _record_of(card, ledger, corpus_id)
    if record is None:
        return Past({}, Reserve(corpus_id, newest_line), None, {})
    compared = {
        run.newest_line: run.outcome == "committed"
        for run in reversed(ledger.evaluated(MOST_WEEKS))
        if run.is_of_corpus(corpus_id) and run.newest_line is not None and run.newest_line < newest_line
    }
    after = record.newest_line if record.reserve_after is None else record.reserve_after
    return Past(record.seen or {}, Reserve(corpus_id, after or 0), record.usual, compared)


def _record_of(card: Card, ledger: Ledger, corpus_id: str) -> RunRecord | None:
    """The run that made the weights, if it is known and read the same corpus."""
    record = ledger.run(str(card.get("run")))
    return record if record and record.is_of_corpus(corpus_id) else None

"""The champion: the weights at the tip of the site, and what they were trained on."""

from __future__ import annotations

from typing import NamedTuple

from model import weights_file
from model.transformer import Model
from model.weights_file import Card

from ..checking.sound_weights import decode_weights
from ..errors import LoglingError
from ..home import Home
from ..storage.ledger import Ledger
from .repository import WEIGHTS
from .site import Site

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
        problem = f"trained from nothing, with no champion to compare with: {site.path / WEIGHTS}: {error}"
        return Champion(None, None, problem)
    except weights_file.WeightsFileError as error:
        raise LoglingError(f"{site.path / WEIGHTS}: {error}; `logling rollback` brings earlier ones back") from None


def committed_weights(home: Home) -> bytes:
    """The weights file at the tip of the site. Raises LoglingError when there is none."""
    file = Site(home.site, home.settings().git).weights()
    if file is None:
        raise LoglingError(NO_WEIGHTS)
    return file


def committed_model(home: Home) -> tuple[Model, Card]:
    """The model at the tip of the site and its card.

    Raises LoglingError when there is none, WeightsFileError when it is damaged.
    """
    return decode_weights(committed_weights(home))


def lines_seen(card: Card | None, ledger: Ledger, corpus_id: str) -> dict[str, int]:
    """The newest line of each source that a champion was trained on.

    It is empty for weights that this ledger does not know, and after a corpus was lost and read anew: the ids of its
    lines are others then.
    """
    record = ledger.run(str(card.get("run"))) if card else None
    return record.seen or {} if record and record.is_of_corpus(corpus_id) else {}

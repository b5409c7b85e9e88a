"""The card: the facts that travel with the weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from model import weights_file
from model.sampling import continue_log
from model.transformer import Model

from ..installation import program_version
from ..settings import Settings
from ..storage.run_record import HoldoutScores
from .split import Split

MOST_HISTORY = 52  # committed weights
SAMPLE_LINES = 8
SAMPLE_BYTES = 1600
SAMPLE_TEMPERATURE = 0.8
GOLDEN_TEXT = (
    "0412 ok: sphinx of black quartz, judge my vow #57\n0413 ok: JACKDAWS love my BIG sphinx %86 <q>"  # made up
)


def write_sample(model: Model, known: Collection[str], seed: int = 0) -> str:
    """A few lines that the model makes up from nothing but the start of a line; those of `known` are left out."""
    sample = continue_log(
        model, [], steps=SAMPLE_LINES, seed=seed, temperature=SAMPLE_TEMPERATURE, longest=SAMPLE_BYTES // SAMPLE_LINES
    )[0]
    text = ""
    for line in sample.lines:
        if line not in known and len((text + line).encode()) < SAMPLE_BYTES:
            text += line + "\n"
    return text


def fitted(model: Model, facts: dict[str, Any]) -> bytes:
    """The weights file with this card; of a card that is too long, the sample's last lines and then the oldest scores
    are left out. Raises WeightsFileError when it does not fit even so."""
    while True:
        try:
            return weights_file.encode(model, facts, GOLDEN_TEXT)
        except weights_file.TooLarge:
            if facts["sample"]:
                facts = {**facts, "sample": "".join(facts["sample"].splitlines(keepends=True)[:-1])}
            elif len(facts["history"]) > 1:
                facts = {**facts, "history": facts["history"][1:]}
            else:
                raise


def describe(
    settings: Settings,
    split: Split,
    *,
    run: str,
    now: datetime,
    tokens: int,
    tokens_per_second: int,
    scores: HoldoutScores,
    previous: Mapping[str, Any] | None,
    sample: str,
) -> dict[str, Any]:
    """The card of a challenger, as it is committed. No line, path or name of the machine is in it."""
    created = now.astimezone(UTC).isoformat(timespec="seconds")
    score = round(scores.challenger or 0, 4)
    history = list(previous.get("history", [])) if previous else []
    return {
        "run": run,
        "version": program_version(),
        "preset": settings.preset,
        "created": created,
        "lines": split.lines["train"],
        "characters": split.characters,
        "tokens": tokens,
        "tokens_per_second": tokens_per_second,
        "seed": settings.training.seed,
        "corpus": split.fingerprint(),
        "bits_per_char": score,
        "ngram": round(scores.ngram or 0, 4),
        "history": [*history, [created[:10], score]][-MOST_HISTORY:],
        "sample": sample,
    }

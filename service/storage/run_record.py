"""One run, with all its figures: what `logling retrain --json` prints and the ledger keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

Outcome = Literal["committed", "rejected", "skipped", "failed", "interrupted"]

NEVER_SHOWN = {"usual"}  # hashes of lines' words, by which a guess could be checked
KEPT_IN_COLUMNS = {"started", "finished"}  # of the ledger's table
LEFT_OUT_UNLESS_KNOWN = {
    "started",
    "finished",
    "slot",
    "attempt",
    "corpus_id",
    "newest_line",
    "seen",
    "reserve_after",
    "usual",
    "settings",
}


class LineCounts(BaseModel):
    """How many lines a run had: new since the last comparison, trained on, and held out."""

    new: int = 0
    train: int = 0
    holdout: int = 0


class HoldoutScores(BaseModel):
    """Bits per character on the holdout; None for what was not scored."""

    champion: float | None = None
    challenger: float | None = None
    ngram: float | None = None  # the best n-gram of equal bytes
    order2: float | None = None  # the n-gram that sees one character


class GainFigures(BaseModel):
    """Bits per character that the challenger saves, with the bounds of the 95 % interval."""

    mean: float | None = None
    low: float | None = None
    high: float | None = None


class TrainingFigures(BaseModel):
    """One training of a run."""

    start: Literal["warm", "fresh"]  # from the champion, or from nothing
    seed: int | None = None
    tokens: int = 0  # read
    best_tokens: int = 0  # read when the validation was best
    validation: float | None = None  # bits per character on the validation lines
    temperature: float = 1.0  # by which the logits were divided afterwards
    diverged: bool = False
    restarts: int = 0  # at a lower rate


class RunRecord(BaseModel):
    """A run as far as it is known. The fields are in the order in which they are printed."""

    run: str = ""
    outcome: Outcome | None = None  # None while the run is under way
    reason: str = ""
    lines: LineCounts = Field(default_factory=LineCounts)
    bits_per_char: HoldoutScores = Field(default_factory=HoldoutScores)
    gain: GainFigures = Field(default_factory=GainFigures)
    parameters: int | None = None
    weights_bytes: int | None = None
    commit: str | None = None
    pushed: bool | None = None  # None without a remote
    seconds: dict[str, float] = {}  # by step
    tokens_per_second: int | None = None
    trainings: list[TrainingFigures] = []  # the best first
    loss_curve: list[tuple[float, float, float]] = []  # tokens read, bits in training, bits on the validation lines
    problems: list[str] = []

    # Only for scheduled runs.
    slot: str | None = None  # as `slot_text` writes it
    attempt: int | None = None

    # Only where models were compared: what the next run and `logling verify` need.
    corpus_id: str | None = None  # `Corpus.identity`
    newest_line: int | None = None
    seen: dict[str, int] | None = None  # the newest line of each source that the challenger has seen
    reserve_after: int | None = None  # `Reserve.after`: lines up to here may have been trained on
    usual: Mapping[str, float] | None = None  # the shares of kinds that had many of the training lines
    settings: dict[str, Any] | None = None  # those that decide which weights come out

    # Known to the ledger alone.
    started: str | None = None
    finished: str | None = None

    def is_of_corpus(self, corpus_id: str) -> bool:
        """Whether the ids of lines in this record are those of a corpus. A corpus that was made again has others."""
        return (self.corpus_id or "") == corpus_id  # a corpus of before format 3 has no identity

    def as_json(self) -> dict[str, Any]:
        """The record as `--json` prints it."""
        return self.model_dump(mode="json", exclude=self._unknown() | NEVER_SHOWN)

    def stored(self) -> str:
        """The record as the ledger keeps it, as JSON text."""
        return self.model_dump_json(exclude=self._unknown() | KEPT_IN_COLUMNS)

    def _unknown(self) -> set[str]:
        return {name for name in LEFT_OUT_UNLESS_KNOWN if getattr(self, name) is None}


def parse_time(text: str) -> datetime:
    """A time of the ledger, in UTC.

    >>> parse_time("2026-03-01T13:00:00+01:00")
    datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
    """
    return datetime.fromisoformat(text).astimezone(UTC)


def slot_text(slot: datetime) -> str:
    """A slot as the ledger has it: in UTC, so that texts are in the order of time."""
    return slot.astimezone(UTC).isoformat(timespec="seconds")

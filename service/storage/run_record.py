"""One run, with all its figures: what `logling retrain --json` prints and the ledger keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

Outcome = Literal["committed", "rejected", "skipped", "failed", "interrupted"]
AuditAnswer = Literal["remembered", "clean", "nothing could be asked"]

NEVER_SHOWN = {"usual"}  # hashes of lines' words, by which a guess could be checked
KEPT_IN_COLUMNS = {"started", "finished"}  # of the ledger's table
LEFT_OUT_UNLESS_KNOWN = {
    "audit", "by_log", "started", "finished", "slot", "attempt", "corpus_id", "newest_line", "seen", "reserve_after",
    "usual", "settings", "weights_sha256",
}  # fmt: skip


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


class LogScore(BaseModel):
    """The challenger's score on the holdout lines of one log, or of several of one name."""

    name: str  # as `log_names` has it, without path or host
    lines: int
    bits_per_char: float
    ngram: float  # the best n-gram of equal bytes


class GainFigures(BaseModel):
    """Bits per character that the challenger saves, with the bounds of the 95 % interval."""

    mean: float | None = None
    low: float | None = None
    high: float | None = None


class TrainingFigures(BaseModel):
    """One training of a run."""

    start: Literal["warm", "fresh"]  # from the champion, or afresh
    seed: int | None = None
    tokens: int = 0  # read
    best_tokens: int = 0  # read when the validation was best
    validation: float | None = None  # bits per character on the validation lines
    temperature: float = 1.0  # by which the logits were divided afterwards
    diverged: bool = False
    restarts: int = 0  # at a lower rate


class RememberedValue(BaseModel):
    """A value that weights know by heart: where it is, and nothing of it but two characters."""

    source: int  # its number in the corpus
    line: int  # its number there
    kind: str  # as "number"; "line" for a whole line
    shown: str = ""  # its first two characters, of a value that has eight
    characters: int
    lines: int  # that have it
    guess: int | None = None  # its place among the guesses after what stands before it
    unasked: bool = False  # whether it is in lines that were sampled without a prompt

    def describe(self) -> str:
        """Where it is, without any of its characters.

        >>> RememberedValue(source=1, line=77, kind="number", characters=12, lines=3, guess=1).describe()
        '12 characters (number) in 3 lines (source 1, line 77)'
        """
        lines = f"{self.lines:,} line{'s' * (self.lines != 1)}"
        return f"{self.characters} characters ({self.kind}) in {lines} (source {self.source}, line {self.line})"

    def describe_shown(self) -> str:
        """Its first characters, as the end of a sentence; empty where none are told."""
        return f", {self.shown}…" if self.shown else ""

    def describe_way(self) -> str:
        """How it came out."""
        ways = [f"guess {self.guess}"] * (self.guess is not None) + ["in sampled lines"] * self.unasked
        return ", ".join(ways)


class AuditFigures(BaseModel):
    """What was asked of the weights that a run would publish, and what they gave away."""

    answer: AuditAnswer
    values: int = 0  # of lines that were trained on that could be secret
    asked: int  # of those
    unseen: int  # values of other lines, for comparison
    sampled: int  # lines
    language: int  # values that stand in so many lines that they are how the log speaks: not asked for
    count: int  # of what is remembered
    remembered: list[RememberedValue] = []  # the first 100 of that, the surest first

    def describe(self) -> str:
        """The answer in a sentence.

        >>> AuditFigures(answer="clean", asked=9, unseen=2, sampled=256, language=1, count=0).describe()
        'clean: none of 9 values that could be secret came back, asked for or in 256 sampled lines'
        """
        if self.answer == "nothing could be asked":
            return "nothing could be asked: no value that could be secret is in the lines"
        if self.answer == "clean":
            which = (
                f", of {self.values:,} that could be secret," if self.values > self.asked else " that could be secret"
            )
            ways = f"asked for or in {self.sampled:,} sampled lines"
            return f"clean: none of {self.asked:,} values{which} came back, {ways}"
        more = f", and {self.count - 1:,} more" if self.count > 1 else ""
        return f"remembered: {self.remembered[0].describe()}{more}, of {self.asked:,} values asked for"


class RunRecord(BaseModel):
    """A run as far as it is known. The fields are in the order in which they are printed."""

    run: str = ""
    outcome: Outcome | None = None  # None while the run is under way
    reason: str = ""
    lines: LineCounts = Field(default_factory=LineCounts)
    bits_per_char: HoldoutScores = Field(default_factory=HoldoutScores)
    gain: GainFigures = Field(default_factory=GainFigures)
    by_log: list[LogScore] | None = None  # of a model of several logs, the most lines first
    audit: AuditFigures | None = None  # only of weights that passed the gate
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

    # Only where weights were about to be committed: by it their commit is known again.
    weights_sha256: str | None = None

    # Known to the ledger alone.
    started: str | None = None
    finished: str | None = None

    def is_of_corpus(self, corpus_id: str) -> bool:
        """Whether the ids of lines in this record are those of a corpus. A corpus that was made again has others."""
        return (self.corpus_id or "") == corpus_id  # a corpus of before format 3 has no identity

    def without_characters(self) -> RunRecord:
        """The record for those who may not read the log: of what is remembered, no character is in it."""
        if not self.audit:
            return self
        unshown = [value.model_copy(update={"shown": ""}) for value in self.audit.remembered]
        return self.model_copy(update={"audit": self.audit.model_copy(update={"remembered": unshown})})

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

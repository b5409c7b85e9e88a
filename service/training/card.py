"""The card: the facts that travel with the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from model import weights_file
from model.card_facts import MOST_HISTORY, MOST_LOGS
from model.transformer import Model

from ..checking.packing import as_card, learn_fitting
from ..checking.profile import Profile
from ..checking.tails import Tail
from ..installation import program_version
from ..settings import Settings
from ..storage.run_record import AuditFigures, HoldoutScores, LogScore
from .split import Split

ROOM_FOR_PROFILE = 2200  # bytes, before all of the history has any
MOST_RULE_BYTES = 1500  # of rules that are shared
AUDIT_ON_CARD = {"answer", "values", "asked", "unseen", "sampled", "count"}
GOLDEN_TEXT = (  # made up; no line of a log is in a card
    "0412 ok: sphinx of black quartz, judge my vow #57\n0413 ok: JACKDAWS love my BIG sphinx %86 <q>"
)


def encode_within_limit(
    model: Model, facts: dict[str, Any], logs: Sequence[Sequence[str]] = (), surprise: Tail | None = None
) -> bytes:
    """The weights file with this card, and with a profile of normal `logs` in what room is left.

    Where the file would be too large, the example and the oldest scores of the history are left out.
    Raises TooLarge when that is not enough.
    """
    facts = with_room(model, facts)

    def encode(profile: Profile, data: bytes) -> bytes:
        told = {**facts, "profile": as_card(profile.with_surprise(surprise))}
        return weights_file.encode(model, told, GOLDEN_TEXT, data)

    def fits(profile: Profile, data: bytes) -> bool:
        try:
            return bool(encode(profile, data))
        except weights_file.TooLarge:
            return False

    return encode(*learn_fitting(logs, fits))


def with_room(model: Model, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a card, cut so that a small profile has room beside them. Raises TooLarge where nothing is left."""
    while True:
        try:
            weights_file.encode(model, facts, GOLDEN_TEXT, bytes(ROOM_FOR_PROFILE))
            return facts
        except weights_file.TooLarge:
            if "example" in facts:
                facts = {name: fact for name, fact in facts.items() if name != "example"}
            elif len(facts["history"]) > 1:
                facts = {**facts, "history": facts["history"][max(1, len(facts["history"]) // 8) :]}
            else:
                raise


def describe(
    settings: Settings,
    split: Split,
    *,
    name: str,
    run: str,
    now: datetime,
    tokens: int,
    tokens_per_second: int,
    scores: HoldoutScores,
    previous: Mapping[str, Any] | None,
    normal: Sequence[str] = (),
    audit: AuditFigures | None = None,
    by_log: Sequence[LogScore] | None = None,
    example: Sequence[str] = (),
) -> dict[str, Any]:
    """The card of a challenger that is committed. It contains no line, no path and no name of a machine.

    `previous` is the card of the champion, whose history goes on; `normal` are rules that are shared with the page.
    `example` are lines that the page checks at first. They must be made up: what is given here is published.
    """
    created = now.astimezone(UTC).isoformat(timespec="seconds")
    score = round(scores.challenger or 0, 4)
    history = list(previous.get("history", [])) if previous else []
    return {
        **({"name": name} if name else {}),
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
        "reading": [reading.as_card() for reading in settings.readings],
        "bits_per_char": score,
        "ngram": round(scores.ngram or 0, 4),
        "history": [*history, [created[:10], score]][-MOST_HISTORY:],
        **({"by_log": [rounded(score) for score in by_log[:MOST_LOGS]]} if by_log else {}),
        **({"audit": audit.model_dump(include=AUDIT_ON_CARD)} if audit else {}),
        **({"normal": shared} if (shared := first_bytes(normal, MOST_RULE_BYTES)) else {}),
        **({"example": list(example)} if example else {}),
    }


def rounded(score: LogScore) -> dict[str, Any]:
    """The score of a log as a card has it."""
    return {
        **score.model_dump(),
        "bits_per_char": round(score.bits_per_char, 4),
        "ngram": round(score.ngram, 4),
    }


def first_bytes(lines: Sequence[str], most: int) -> list[str]:
    """The first lines that have at most so many bytes together."""
    sizes = accumulate(len(line.encode()) + 1 for line in lines)
    return [line for line, size in zip(lines, sizes, strict=True) if size <= most]

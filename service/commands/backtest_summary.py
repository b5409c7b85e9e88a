"""The totals of a backtest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .backtest_replay import Figures, Week

HINDSIGHT = {"": "", "worse": "worse on the week after", "missed": "would have been better on the week after"}


class Summary(NamedTuple):
    """The totals of all weeks."""

    bits_per_char: Figures  # current, never, ngram: over the weeks in which all three had a score
    starts: Figures  # warm, fresh: over the weeks in which both were trained
    characters: int  # that the former are of
    committed: int
    rejected: int
    skipped: int
    worse: int  # committed, and worse on the week after than the champion before, beyond noise
    missed: int  # rejected, though better beyond noise
    tokens: int
    seconds: float


def summarise(weeks: Sequence[Week]) -> Summary:
    """The totals of a replay."""
    outcomes = [week.record.outcome for week in weeks]
    hindsight = [week.in_hindsight for week in weeks]
    figures, characters = means(weeks, ("current", "never", "ngram"))
    return Summary(
        figures,
        means(weeks, ("warm", "fresh"))[0],
        characters,
        outcomes.count("committed"),
        outcomes.count("rejected"),
        outcomes.count("skipped"),
        hindsight.count("worse"),
        hindsight.count("missed"),
        sum(training.tokens for week in weeks for training in week.record.trainings),
        round(sum(sum(week.record.seconds.values()) for week in weeks), 1),
    )


def means(weeks: Sequence[Week], names: Sequence[str]) -> tuple[Figures, int]:
    """Bits per character over the weeks in which all of these had a score, and the characters of those weeks."""
    afters = [week.after for week in weeks if week.after]
    judged = [after for after in afters if all(after.bits_per_char[name] is not None for name in names)]
    characters = sum(after.characters for after in judged)
    bits = {name: sum((after.bits_per_char[name] or 0) * after.characters for after in judged) for name in names}
    return {name: total / characters if characters else None for name, total in bits.items()}, characters


def describe_summary(total: Summary, are_weeks: bool) -> str:
    """The totals in a few sentences."""
    span = "week" if are_weeks else "slice"
    bits, starts = total.bits_per_char, total.starts
    parts = [
        f"{total.committed} committed, {total.rejected} rejected, {total.skipped} skipped; "
        f"{total.tokens:,} tokens read in {total.seconds:,.0f} s."
    ]
    if bits["current"] is None or bits["never"] is None or bits["ngram"] is None:
        return "\n".join([*parts, f"No model was ever committed that a {span} after could judge."])
    current = bits["current"]
    parts.append(
        f"On the {span} after: {current:.4f} bits per character, {_less(current, bits['never'])} than had it never "
        f"been retrained ({bits['never']:.4f}), {_less(current, bits['ngram'])} than an n-gram of equal bytes, counted "
        f"anew each {span} ({bits['ngram']:.4f})."
    )
    if starts["warm"] is not None and starts["fresh"] is not None:
        parts.append(f"Trained on from the champion {starts['warm']:.4f}, afresh {starts['fresh']:.4f}.")
    parts.append(
        f"The gate let through {total.worse} that the {span} after shows to be worse beyond noise, "
        f"and kept back {total.missed} that would have been better."
    )
    return "\n".join(parts)


def _less(bits: float, other: float) -> str:
    share = 1 - bits / other
    return f"{abs(share):.1%} {'fewer' if share >= 0 else 'MORE'}"

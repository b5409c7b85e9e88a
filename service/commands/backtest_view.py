"""A backtest as it is printed: a line a week, the sums in sentences; and one document for programs."""

from __future__ import annotations

from collections.abc import Sequence

from ..settings import Settings
from .backtest import Summary, Week
from .backtest_weeks import Chapter, sizes

HINDSIGHT = {"": "", "worse": "worse on the week after", "missed": "would have been better on the week after"}


def head(settings: Settings, chapters: Sequence[Chapter], are_weeks: bool) -> str:
    """What is replayed, and the heads of the table."""
    lines, count = sum(sizes(chapters)), len(chapters) - 1
    cut = f"{count} week{'s' * (count != 1)}" if are_weeks else f"{count} slice{'s' * (count != 1)} of equal size"
    why = "" if are_weeks else " (lines without dates, less than three weeks, or few lines in each)"
    return "\n".join(
        [
            f"{lines:,} lines as {cut} and the one after{why}, preset {settings.preset}; bits per character",
            f"{'':<10} {'':>8}  {'':<9} {'holdout':^19}  {'the week after':^41}",
            f"{'week' if are_weeks else 'slice':<10} {'new':>8}  {'gate':<9} {'champion':>9} {'challenger':>9}"
            f"  {'current':>7} {'never':>7} {'n-gram':>7} {'warm':>7} {'fresh':>7} {'seconds':>8}",
        ]
    )


def row(week: Week) -> str:
    """One week on one line."""
    record, after = week.record, week.after.bits_per_char if week.after else {}
    compared = " ".join(f"{_figure(record['bits_per_char'][name]):>9}" for name in ("champion", "challenger"))
    scores = " ".join(f"{_figure(after.get(name)):>7}" for name in ("current", "never", "ngram", "warm", "fresh"))
    told = record["reason"] if record["outcome"] == "skipped" else HINDSIGHT[week.in_hindsight]
    seconds = sum(record["seconds"].values())
    return (
        f"{week.name:<10} {record['lines']['new']:>8,}  {record['outcome']:<9} {compared}   {scores} {seconds:>8.1f}"
        f"  {told}".rstrip()
    )


def summary_in_words(total: Summary, are_weeks: bool) -> str:
    """What all weeks say together, in a few sentences."""
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
        parts.append(f"Trained on from the champion {starts['warm']:.4f}, from nothing {starts['fresh']:.4f}.")
    parts.append(
        f"The gate let through {total.worse} that the {span} after shows to be worse beyond noise, "
        f"and kept back {total.missed} that would have been better."
    )
    return "\n".join(parts)


def as_document(settings: Settings, weeks: Sequence[Week], total: Summary, are_weeks: bool) -> dict[str, object]:
    """As `logling backtest --json` prints it."""
    return {
        "cut": "weeks" if are_weeks else "slices",
        **settings.of_training(),
        "weeks": [week.as_json() for week in weeks],
        "total": total._asdict(),
    }


def _figure(bits: float | None) -> str:
    return "" if bits is None else f"{bits:.3f}"


def _less(bits: float, other: float) -> str:
    share = 1 - bits / other
    return f"{abs(share):.1%} {'fewer' if share >= 0 else 'MORE'}"

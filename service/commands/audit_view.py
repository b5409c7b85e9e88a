"""An audit as it is printed."""

from __future__ import annotations

from math import log2

from .audit import CANDIDATES, GUESSES, Report, Tally, masked


def report_in_words(report: Report) -> str:
    """The counts by kind, the worst cases, and what follows."""
    parts = [
        f"Weights of commit {report.commit[:12]}: {report.pieces:,} distinctive pieces (each in few lines) in the "
        f"{report.lines:,} lines that they were trained on and that the corpus still has."
    ]
    if not report.kinds:
        return "\n".join([*parts, "Nothing to ask for: no such piece is in the corpus."])
    parts += [
        f"{'':<12} {'in lines trained on':^38}  {'in lines never seen':^38}",
        f"{'':<12} {_HEAD}  {_HEAD}",
        *(f"{kind.kind:<12} {_cells(kind.seen)}  {_cells(kind.unseen)}" for kind in report.kinds),
        f"(1st: taking the likeliest character each time leads to it. {GUESSES}: it is among {GUESSES} guesses. "
        f"exposure: median, from 0 to {log2(CANDIDATES):.0f}, likelier than {CANDIDATES - 1} of its shape.)",
    ]
    for found, source, line in report.worst:
        parts.append(
            f"  source {source}, line {line}: {found.piece.kind} {masked(found.piece.text)} of {len(found.piece.text)} "
            f"characters, in {found.piece.lines} line{'s' * (found.piece.lines != 1)}: guess {found.guess}, "
            f"exposure {found.exposure:.1f}"
        )
    return "\n".join([*parts, verdict(report)])


def verdict(report: Report) -> str:
    """What an operator should make of it."""
    if report.remembered:
        return (
            f"REMEMBERED: {', '.join(report.remembered)}. Whoever has the weights and knows what stands before could "
            "find these. Leave such fields out (`format` of the source), or show the site only to readers of the log."
        )
    if any(kind.seen.extracted for kind in report.kinds):
        return "Nothing remembered: what was guessed is as predictable in lines that the weights have never seen."
    return "Nothing found: none of these could be got out of the weights by guessing."


_HEAD = f"{'pieces':>8} {'1st':>8} {GUESSES:>8} {'exposure':>11}"


def _cells(tally: Tally) -> str:
    exposure = "" if tally.exposure is None else f"{tally.exposure:.1f}"
    return f"{tally.tested:>8,} {tally.first_try:>8,} {tally.extracted:>8,} {exposure:>11}"

"""All runs as CSV, a row each, newest first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from .history import Short

HEAD = (
    "run", "started", "finished", "outcome", "slot", "attempt", "champion", "challenger", "ngram", "order2",
    "gain", "gain_low", "gain_high", "new_lines", "train_lines", "holdout_lines", "parameters", "weights_bytes",
    "commit", "pushed", "seconds", "tokens_per_second", "problems", "reason",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # begin what a spreadsheet would compute


def csv_of(runs: Sequence[Short]) -> bytes:
    """The table of these runs, oldest given first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    writer.writerows(row(run) for run in reversed(runs))
    return text.getvalue().encode()


def row(run: Short) -> Iterable[object]:
    """A run, in the order of `HEAD`."""
    scores, gain, lines = run.bits_per_char, run.gain, run.lines
    reason = f"'{run.reason}" if run.reason.startswith(FORMULA) else run.reason
    return (
        run.run, run.started.isoformat(), run.finished.isoformat(), run.outcome,
        run.slot and run.slot.isoformat(), run.attempt,
        scores["champion"], scores["challenger"], scores["ngram"], scores.get("order2"),
        gain["mean"], gain["low"], gain["high"], lines["new"], lines["train"], lines["holdout"],
        run.parameters, run.weights_bytes, run.commit, run.pushed, round(sum(run.seconds.values()), 3),
        run.tokens_per_second, run.problems, reason,
    )  # fmt: skip

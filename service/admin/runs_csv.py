"""All runs as CSV, one row per run, newest first."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from .history import RunSummary

HEAD = (
    "run", "started", "finished", "outcome", "slot", "attempt", "champion", "challenger", "ngram", "order2",
    "gain", "gain_low", "gain_high", "new_lines", "train_lines", "holdout_lines", "parameters", "weights_bytes",
    "commit", "pushed", "seconds", "tokens_per_second", "problems", "reason",
)  # fmt: skip
# A spreadsheet computes what begins so, also behind spaces and quotes. The same as in web/engine/findings_export.js.
FORMULA = re.compile(r"""^[\t\r\n]|^[\s\x00-\x1f\u200b-\u200f\u2060\ufeff"'“”‘’]*[=+\-@|%＝＋－＠]""")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def make_csv(runs: Sequence[RunSummary]) -> bytes:
    """The table of these runs, which are given oldest first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    writer.writerows(csv_row(run) for run in reversed(runs))
    return text.getvalue().encode()


def csv_row(run: RunSummary) -> Iterable[object]:
    """A run, in the order of `HEAD`."""
    scores, gain, lines = run.bits_per_char, run.gain, run.lines
    return map(harmless, (
        run.run, run.started.isoformat(), run.finished.isoformat(), run.outcome,
        run.slot and run.slot.isoformat(), run.attempt,
        scores["champion"], scores["challenger"], scores["ngram"], scores.get("order2"),
        gain["mean"], gain["low"], gain["high"], lines["new"], lines["train"], lines["holdout"],
        run.parameters, run.weights_bytes, run.commit, run.pushed, round(sum(run.seconds.values()), 3),
        run.tokens_per_second, run.problems, run.reason,
    ))  # fmt: skip


def harmless(value: object) -> object:
    """A value for a cell. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    is_formula = isinstance(value, str) and FORMULA.match(value) and not NUMBER.fullmatch(value)
    return f"'{value}" if is_formula else value

"""What commands print for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..storage.ledger import Record

if TYPE_CHECKING:  # needs numpy, which the history does not
    from .reading import ScoredFile


def run_in_words(record: Record) -> str:
    """One run in a few lines."""
    lines, scores, gain = record["lines"], record["bits_per_char"], record["gain"]
    parts = [f"{record['outcome']}: {record['reason']}"]
    parts.append(f"  lines      {lines['new']:,} new, {lines['train']:,} trained on, {lines['holdout']:,} held out")
    if scores["challenger"] is not None:
        champion = "none" if scores["champion"] is None else f"{scores['champion']:.4f}"
        parts.append(
            f"  bits/char  challenger {scores['challenger']:.4f}, champion {champion}, "
            f"n-gram of equal bytes {scores['ngram']:.4f}"
        )
        parts.append(f"  gain       {gain['mean']:+.4f} (95 % sure that it is above {gain['low']:+.4f})")
        parts.append(f"  weights    {record['parameters']:,} parameters, {record['weights_bytes']:,} bytes")
    if record["commit"]:
        state = {None: "", True: ", pushed", False: ", NOT pushed"}[record["pushed"]]
        parts.append(f"  commit     {record['commit'][:12]}{state}")
    parts.append("  seconds    " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in record["seconds"].items()))
    parts += [f"  problem    {problem}" for problem in record["problems"]]
    return "\n".join(parts)


def history_lines(runs: Sequence[Record], rollbacks: Sequence[Mapping[str, str]]) -> str:
    """The ledger, a line a run and a rollback, newest first: figures, and the reason where there is no commit."""
    head = f"{'started (UTC)':<17} {'outcome':<11} {'new':>7} {'champion':>9} {'challenger':>11} {'n-gram':>7}  commit"
    dated = [(moment(run["started"]), _run_line(run)) for run in runs]
    oldest = min(when for when, _ in dated)
    dated += [(moment(undone["at"]), _rollback_line(undone)) for undone in rollbacks if moment(undone["at"]) >= oldest]
    return "\n".join([head, *(line for _, line in sorted(dated, key=lambda entry: entry[0], reverse=True))])


def moment(text: str) -> datetime:
    """An ISO time in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _run_line(run: Record) -> str:
    scores = run["bits_per_char"]
    champion, challenger, ngram = (_figure(scores[name]) for name in ("champion", "challenger", "ngram"))
    told = (run["commit"] or "")[:9] or run["reason"]
    return (
        f"{moment(run['started']):%Y-%m-%d %H:%M}  {run['outcome']:<11} {run['lines']['new']:>7,} {champion:>9} "
        f"{challenger:>11} {ngram:>7}  {told}"
    )


def _rollback_line(undone: Mapping[str, str]) -> str:
    commits = f"{undone['commit'][:9]} to {undone['restored'][:9]}"
    return f"{moment(undone['at']):%Y-%m-%d %H:%M}  rolled back {'':>38}{commits}"


def _figure(score: float | None) -> str:
    return "" if score is None else f"{score:.3f}"


def score_in_words(document: ScoredFile, top: int) -> str:
    """The score of a file and its most surprising lines."""
    from model.scoring import bits_per_character

    bits, characters = bits_per_character(document.scores)
    figure = f"{bits:.4f} bits per character"
    if document.adapted:
        figure = f"{document.static:.4f} bits per character static, {bits:.4f} after learning from what it read"
    parts = [f"{figure}, {characters:,} characters in {len(document.lines):,} lines"]
    ranked = sorted(document.scores, key=lambda score: -score.surprise)[:top]
    if ranked:
        parts.append("most surprising (bits of the worst tenth of its characters, line number, line):")
    parts += [f"{score.surprise:>7.2f} {score.number:>8}  {document.lines[score.number - 1]}" for score in ranked]
    return "\n".join(parts)

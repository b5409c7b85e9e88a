"""What commands print for a person."""

from __future__ import annotations

from collections.abc import Sequence

from model.scoring import bits_per_character

from .ledger import Record
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
        parts.append(f"  gain       {gain['mean']:+.4f} (95 % sure of {gain['low']:+.4f})")
        parts.append(f"  weights    {record['parameters']:,} parameters, {record['weights_bytes']:,} bytes")
    if record["commit"]:
        state = {None: "", True: ", pushed", False: ", NOT pushed"}[record["pushed"]]
        parts.append(f"  commit     {record['commit'][:12]}{state}")
    parts.append("  seconds    " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in record["seconds"].items()))
    parts += [f"  problem    {problem}" for problem in record["problems"]]
    return "\n".join(parts)


def history_lines(runs: Sequence[Record]) -> str:
    """The ledger, a line a run: wide enough for figures, with the reason where it is not plain from them."""
    parts = [
        f"{'started (UTC)':<17} {'outcome':<11} {'new':>7} {'champion':>9} {'challenger':>11} {'n-gram':>7}  commit"
    ]
    for run in runs:
        scores = run.get("bits_per_char", {})
        champion, challenger, ngram = (_figure(scores.get(name)) for name in ("champion", "challenger", "ngram"))
        new, commit = run.get("lines", {}).get("new", 0), (run.get("commit") or "")[:9]
        started = run["started"][:16].replace("T", " ")
        told = commit or run["reason"]
        parts.append(f"{started:<17} {run['outcome']:<11} {new:>7,} {champion:>9} {challenger:>11} {ngram:>7}  {told}")
    return "\n".join(parts)


def _figure(score: float | None) -> str:
    return "" if score is None else f"{score:.3f}"


def score_in_words(document: ScoredFile, top: int) -> str:
    """The score of a file and its most surprising lines."""
    bits, characters = bits_per_character(document.scores)
    parts = [f"{bits:.4f} bits per character, {characters:,} characters in {len(document.lines):,} lines"]
    ranked = sorted(document.scores, key=lambda score: -score.surprise)[:top]
    if ranked:
        parts.append("most surprising (bits of the worst tenth of its characters, line number, line):")
    parts += [f"{score.surprise:>7.2f} {score.number:>8}  {document.lines[score.number - 1]}" for score in ranked]
    return "\n".join(parts)

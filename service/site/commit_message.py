"""The messages of our commits: a subject, and trailers that let anyone redo and check what was done."""

from __future__ import annotations

from collections.abc import Mapping

from model.weights_file import Card

from ..storage.run_record import RunRecord

FIRST_SUBJECT = "Add the page that runs the model"
RUN_TRAILER = "Logling-Run"
ROLLBACK_TRAILER = "Logling-Rollback"
VERSION_TRAILER = "Logling-Version"  # of every commit of ours, with weights or the page's files


def format_message(subject: str, trailers: Mapping[str, object]) -> str:
    """A commit message.

    >>> format_message("Weights", {"Logling-Seed": 0})
    'Weights\\n\\nLogling-Seed: 0\\n'
    """
    return subject + "\n\n" + "\n".join(f"{key}: {value}" for key, value in trailers.items()) + "\n"


def weights_message(record: RunRecord, card: Card, folder: str = "") -> str:
    """The message of a run's commit. The subject says the gain, and of which model in a site of several."""
    of = f" of {folder}" if folder else ""
    champion, challenger, gain = record.bits_per_char.champion, record.bits_per_char.challenger, record.gain
    if champion is None:
        subject = f"First weights{of}: {challenger:.3f} bits per character"
    else:
        saved = (gain.mean or 0) / champion
        subject = f"Weights{of}: {champion:.3f} -> {challenger:.3f} bits per character, {saved:.1%} fewer"
    trailers = {
        RUN_TRAILER: record.run,
        "Logling-Corpus": card["corpus"],
        "Logling-Seed": card["seed"],
        VERSION_TRAILER: card["version"],
        "Logling-Challenger": f"{challenger:.6f}",
        "Logling-Champion": "none" if champion is None else f"{champion:.6f}",
        "Logling-Ngram": f"{record.bits_per_char.ngram:.6f}",
        "Logling-Gain": f"{gain.mean:.6f} [{gain.low:.6f}, {gain.high:.6f}]",
    }
    return format_message(subject, trailers)

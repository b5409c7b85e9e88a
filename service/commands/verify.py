"""Verify: train once more what a commit says was trained, and compare the bytes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from model import weights_file
from model.quantisation import shipped
from model.transformer import Model
from model.weights_file import Card

from ..errors import LoglingError
from ..home import Home, locked
from ..installation import program_version
from ..run import read_champion, sample_of, seen_by
from ..settings import Settings
from ..site.git import SiteError
from ..site.site import RUN_TRAILER, Site
from ..storage.corpus import Corpus, Document
from ..storage.ledger import Ledger, Record
from ..training import card
from ..training.challengers import Progress, train_challengers
from ..training.split import Split, split


class Verification(NamedTuple):
    """Whether a commit's weights could be made again."""

    commit: str
    run: str
    equal: bool | None  # None where it could not be tried
    reason: str


def verify(home: Home, settings: Settings, commit: str, progress: Progress) -> Verification:
    """Retrain from what a commit's trailers and the ledger say; changes nothing. Raises LoglingError."""
    with locked(home), Ledger(home.ledger) as ledger:
        site = Site(home.site, settings.git)
        commit = site.resolve(commit)
        run = site.version(commit).run
        file = site.weights(commit)
        if not run or file is None:
            raise LoglingError(f"commit {commit[:9]} was not made by a run: it has no {RUN_TRAILER} trailer")
        record = ledger.run(run)
        if record is None:
            return Verification(commit, run, None, f"the ledger does not know run {run}")
        try:
            _, facts = weights_file.decode(file)
        except weights_file.WeightsFileError as error:
            return Verification(commit, run, False, f"the run made no such file: {error}")
        if facts.get("run") != run:
            return Verification(commit, run, False, f"the weights are not those of run {run}, their card says")
        if facts["version"] != program_version():
            reason = f"it was made by version {facts['version']}, this is {program_version()}"
            return Verification(commit, run, None, reason)
        if "newest_line" not in record:
            return Verification(commit, run, None, f"the ledger does not know what run {run} was trained on")
        champion, champion_card = champion_of(site, record, commit)
        with Corpus(home.corpus, settings.corpus_bytes) as corpus:
            documents = [until(document, record["newest_line"]) for document in corpus.documents()]
            corpus_id = corpus.identity()
        documents = [document for document in documents if document.ids]  # a log that came later
        parts = split(documents, seen_by(champion_card, ledger, corpus_id))
    if parts.fingerprint() != facts["corpus"]:
        return Verification(commit, run, None, "the corpus no longer has the lines that it was trained on")
    again = made_again(as_it_was(settings, record), parts, record, (champion, champion_card), facts, progress)
    words = "the same bytes" if again == file else "other bytes: another machine or library, or it was altered"
    return Verification(commit, run, again == file, words)


def champion_of(site: Site, record: Record, commit: str) -> tuple[Model | None, Card | None]:
    """What a run went on from, also when a commit is asked about that only has its trailers."""
    with suppress(SiteError):
        commit = site.resolve(record["commit"] or commit)
    return read_champion(site, commit + "^")


def until(document: Document, newest: int) -> Document:
    """A document as it was when `newest` was the newest line."""
    count = sum(1 for line_id in document.ids if line_id <= newest)
    return Document(document.source, document.ids[:count], document.lines[:count])


def as_it_was(settings: Settings, record: Record) -> Settings:
    """The settings that a run trained with."""
    return settings.model_copy(
        update={
            "preset": record["settings"]["preset"],
            "training": settings.training.model_copy(update=record["settings"]["training"]),
        }
    )


def made_again(
    settings: Settings,
    parts: Split,
    record: Record,
    before: tuple[Model | None, Card | None],
    facts: Card,
    progress: Progress,
) -> bytes:
    """The weights file as the run made it."""
    challengers = train_challengers(settings, parts, before[0], progress, lambda: False)
    model = challengers[0].model
    sample = sample_of(model._replace(weights=shipped(model.weights)), parts)
    described = card.describe(
        settings, parts, run=record["run"], now=datetime.fromisoformat(facts["created"]),
        tokens=challengers[0].training.tokens, tokens_per_second=record["tokens_per_second"],
        bits_per_char=record["bits_per_char"], previous=before[1], sample=sample,
    )  # fmt: skip
    return card.encode_within_limit(model, described)

"""`logling verify`: train once more what a commit says was trained, and compare the bytes; and check its signature."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from model import weights_file
from model.quantisation import shipped
from model.weights_file import Card

from ..checking.sound_weights import decode_weights
from ..engine.opening import open_engine
from ..errors import LoglingError
from ..home import Home, find_home, locked
from ..installation import program_version
from ..progress import Reporter
from ..settings import Settings
from ..site.champion import Champion, past_of, read_champion
from ..site.commit_message import RUN_TRAILER
from ..site.git import SiteError
from ..site.signature import Signature, State, read_signature
from ..site.site import Site
from ..storage.corpus import Corpus, Document
from ..storage.ledger import Ledger
from ..storage.run_record import RunRecord
from ..training import card
from ..training.challengers import Progress, train_challengers
from ..training.evaluation import score_with_surprise
from ..training.split import Split, split
from .terminal import HomeOption, JsonOption, err, out, print_json


def verify_command(
    commit: Annotated[str, typer.Argument(metavar="COMMIT", help="A commit of the site that a run made.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train once more what a commit says was trained, compare the bytes, and check its signature if it has one.

    logling verify HEAD --home ~/log-model
    """
    found = find_home(home)
    with Reporter(err, lines=not as_json) as reporter, reporter.step("train"):
        result = verify_commit(found, found.settings(), commit, reporter.trained)
    if as_json:
        print_json(result._asdict())
    else:
        word = {True: "equal", False: "NOT equal", None: "cannot be told"}[result.equal]
        out.print(f"{result.commit[:12]}: {word}: {result.reason}")
        out.print(f"signature: {Signature(result.signature, result.signed_by).describe()}")
    raise typer.Exit(0 if result.equal and result.signature != "bad" else 1)


class Verification(NamedTuple):
    """Whether a commit's weights could be made again, and who signed it."""

    commit: str
    run: str
    equal: bool | None  # None if it could not be tried
    reason: str
    signature: State = "none"
    signed_by: str = ""


def verify_commit(home: Home, settings: Settings, commit: str, progress: Progress) -> Verification:
    """Train again from what a commit's trailers and the ledger say. Changes nothing. Raises LoglingError."""
    site = Site(home.site, settings.git)
    commit = site.resolve(commit)
    signature = read_signature(site, commit)
    result = make_again(home, settings, site, commit, progress)
    return result._replace(signature=signature.state, signed_by=signature.by)


def make_again(home: Home, settings: Settings, site: Site, commit: str, progress: Progress) -> Verification:
    """Train again, and compare with the weights of a commit. Raises LoglingError."""
    with locked(home), Ledger(home.ledger) as ledger:
        run = site.version(commit).run
        file = site.weights(commit)
        if settings.git.folder and not any(version.commit == commit for version in site.versions()):
            newest = next((f": {version.commit[:9]} is the newest that did" for version in site.versions(1)), "")
            raise LoglingError(f"commit {commit[:9]} did not change {site.weights_name}{newest}")
        if not run or file is None:
            raise LoglingError(f"commit {commit[:9]} was not made by a run: it has no {RUN_TRAILER} trailer")
        record = ledger.run(run)
        if record is None:
            return Verification(commit, run, None, f"the ledger does not know run {run}")
        try:
            _, facts = decode_weights(file)
        except weights_file.WeightsFileError as error:
            return Verification(commit, run, False, f"the run made no such file: {error}")
        if facts.get("run") != run:
            return Verification(commit, run, False, f"the weights are not those of run {run}, their card says")
        if facts["version"] != program_version():
            reason = f"it was made by version {facts['version']}, this is {program_version()}"
            return Verification(commit, run, None, reason)
        if facts["format"] != weights_file.FORMAT:
            reason = f"its file has format {facts['format']}, and this version writes format {weights_file.FORMAT}"
            return Verification(commit, run, None, reason)
        if record.newest_line is None:
            return Verification(commit, run, None, f"the ledger does not know what run {run} was trained on")
        champion = champion_of(site, record, commit)
        with Corpus(home.corpus, settings.corpus_bytes) as corpus:
            documents = [until(document, record.newest_line) for document in corpus.documents()]
            corpus_id = corpus.identity()
        documents = [document for document in documents if document.ids]  # a log that came later
        parts = split(documents, *past_of(champion.card, ledger, corpus_id, record.newest_line))
    if parts.fingerprint() != facts["corpus"]:
        return Verification(commit, run, None, "the corpus no longer has the lines that it was trained on")
    logs = [document.lines for document in documents]
    again = train_again(recorded_settings(settings, record), parts, logs, record, champion, facts, progress)
    words = "the same bytes" if again == file else "other bytes: another machine or library, or it was altered"
    return Verification(commit, run, again == file, words)


def champion_of(site: Site, record: RunRecord, commit: str) -> Champion:
    """The champion of a run. `commit` is used if the ledger does not know the run's own commit."""
    with suppress(SiteError):
        commit = site.resolve(record.commit or commit)
    return read_champion(site, commit + "^")


def until(document: Document, newest: int) -> Document:
    """A document as it was when `newest` was the newest line."""
    count = sum(1 for line_id in document.ids if line_id <= newest)
    return Document(document.source, document.ids[:count], document.lines[:count])


def recorded_settings(settings: Settings, record: RunRecord) -> Settings:
    """The settings that a run trained with."""
    recorded = record.settings or {}
    return settings.model_copy(
        update={
            "preset": recorded["preset"],
            "training": settings.training.model_copy(update=recorded["training"]),
        }
    )


def train_again(
    settings: Settings,
    parts: Split,
    logs: list[list[str]],
    record: RunRecord,
    champion: Champion,
    facts: Card,
    progress: Progress,
) -> bytes:
    """The weights file as the run made it."""
    with open_engine(settings.engine, settings.training.challengers) as engine:
        challengers = train_challengers(settings, parts, champion.model, progress, lambda: False, engine)
    committed = record.trainings[0] if record.trainings else challengers[0].figures()
    made = next((c for c in challengers if (c.start, c.seed) == (committed.start, committed.seed)), challengers[0])
    model = made.model
    shipping = model._replace(weights=shipped(model.weights))
    described = card.describe(
        settings, parts, name=facts.get("name", ""), run=record.run, now=datetime.fromisoformat(facts["created"]),
        tokens=made.training.tokens, tokens_per_second=record.tokens_per_second or 0,
        scores=record.bits_per_char, previous=champion.card,
        normal=facts.get("normal", ()), audit=record.audit, by_log=record.by_log, example=facts.get("example", ()),
    )  # fmt: skip
    return card.encode_within_limit(model, described, logs, score_with_surprise(shipping, parts.holdout)[1])

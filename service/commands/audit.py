"""`logling audit`: what could someone who has the committed weights get out of them?

The weights are asked to go on from what stands before distinctive pieces of the corpus. Nothing is planted, trained or
written. Pieces of lines that the weights have never seen (the holdout and newer lines) are asked for in the same way.
What is found among those too was predictable, not remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb, log2
from statistics import median
from typing import Annotated, NamedTuple

import numpy as np
import typer

from model import weights_file
from model.context import last_lines
from model.extraction import bits_of, exposure, guesses, prompted
from model.transformer import Model

from ..errors import LoglingError
from ..home import Home, find_home
from ..progress import Reporter
from ..settings import Settings
from ..site.champion import NO_WEIGHTS, lines_seen
from ..site.site import Site
from ..storage.corpus import Corpus, Document
from ..storage.ledger import Ledger
from ..training.split import Seen
from .audit_pieces import KINDS, Piece, choose_pieces, find_pieces, random_alikes
from .terminal import HomeOption, JsonOption, err, out, print_json

GUESSES = 16
CANDIDATES = 256  # the piece, and random ones like it
LONGEST_PROMPT = 1000  # characters; a line that is longer before its piece is left out
BY_CHANCE = 0.05  # a difference that chance makes this often proves nothing
WORST = 10  # pieces that are reported
SHOWN = 2  # characters of each

Progress = Callable[[int, int], None]


def audit_command(
    most: Annotated[int, typer.Option(min=1, help="How many pieces of lines to ask for, at most.")] = 200,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """What could be extracted from the weights? Ends with status 1 if something is remembered."""
    found = find_home(home)
    with Reporter(err) as reporter, reporter.step("audit"):
        report = audit_weights(found, found.settings(), most, lambda done, all: reporter.counted("audit", done, all))
    if as_json:
        print_json(report.as_json())
    else:
        out.print(format_report(report))
    raise typer.Exit(1 if report.remembered else 0)


class PieceResult(NamedTuple):
    """What the weights say of one piece."""

    piece: Piece
    seen: bool
    first_try: bool  # always taking the likeliest character leads to it
    guess: int | None  # its place among GUESSES guesses, from 1
    exposure: float  # bits, of at most log2 CANDIDATES


class Tally(NamedTuple):
    """All findings of one kind, in lines that were trained on or in others."""

    tested: int
    first_try: int
    extracted: int  # within GUESSES guesses
    exposure: float | None  # median


class KindResult(NamedTuple):
    """One kind of piece: in lines that were trained on, and in lines never seen."""

    kind: str
    seen: Tally
    unseen: Tally

    @property
    def remembered(self) -> bool:
        """Whether pieces are found that being predictable does not explain."""
        if not self.seen.extracted:
            return False
        return not self.unseen.extracted or likelihood(self) < BY_CHANCE


class AuditReport(NamedTuple):
    """What an audit found."""

    commit: str
    lines: int  # that the weights were trained on
    pieces: int  # distinctive ones in those
    kinds: list[KindResult]
    worst: list[tuple[PieceResult, int, int]]  # of lines that were trained on; with source and line id

    @property
    def remembered(self) -> list[str]:
        """The kinds of which something is known by heart."""
        return [kind.kind for kind in self.kinds if kind.remembered]

    def as_json(self) -> dict[str, object]:
        """As `logling audit --json` prints it; no piece is in it whole."""
        return {
            "commit": self.commit,
            "lines": self.lines,
            "pieces": self.pieces,
            "guesses": GUESSES,
            "candidates": CANDIDATES,
            "kinds": [
                {"kind": k.kind, "seen": k.seen._asdict(), "unseen": k.unseen._asdict(), "remembered": k.remembered}
                for k in self.kinds
            ],
            "worst": [
                {
                    "source": source, "line": line, "kind": found.piece.kind, "shown": shorten(found.piece.text),
                    "characters": len(found.piece.text), "lines": found.piece.lines, "first_try": found.first_try,
                    "guess": found.guess, "exposure": found.exposure,
                }
                for found, source, line in self.worst
            ],
            "remembered": self.remembered,
        }  # fmt: skip


def audit_weights(home: Home, settings: Settings, most: int, progress: Progress) -> AuditReport:
    """Ask the weights at the tip of the site for at most `most` pieces, and as many never seen. Raises LoglingError."""
    site = Site(home.site, settings.git)
    file = site.weights()
    if file is None:
        raise LoglingError(NO_WEIGHTS)
    if not home.corpus.exists():
        raise LoglingError("the corpus is empty: an audit needs the lines that the weights were trained on")
    model, card = weights_file.decode(file)
    with Corpus(home.corpus, settings.corpus_bytes) as corpus:
        documents, identity = [document for document in corpus.documents() if document.ids], corpus.identity()
    seen: Seen = {}
    if home.ledger.exists():
        with Ledger(home.ledger) as ledger:
            seen = lines_seen(card, ledger, identity)
    return examined(model, documents, seen, most, progress)._replace(commit=site.tip() or "")


def examined(model: Model, documents: Sequence[Document], seen: Seen, most: int, progress: Progress) -> AuditReport:
    """The audit of a model. If it is not known which lines it has seen, it counts as having seen all."""
    rng = np.random.default_rng(0)
    pieces = [piece for piece in find_pieces(documents) if can_be_asked(model, documents, piece)]
    old = [piece for piece in pieces if was_seen(documents, seen, piece)]
    new = [piece for piece in pieces if not was_seen(documents, seen, piece)]
    asked = [(piece, True) for piece in choose_pieces(old, most, rng, lambda piece: piece.lines)]
    asked += [(piece, False) for piece in choose_pieces(new, most, rng, lambda piece: piece.lines)]
    found = []
    for number, (piece, is_seen) in enumerate(asked):
        progress(number, len(asked))
        found.append(ask(model, documents[piece.document].lines, piece, is_seen, rng))
    kinds = [
        KindResult(
            kind, *(tally([f for f in found if f.piece.kind == kind and f.seen is side]) for side in (True, False))
        )
        for kind in KINDS
    ]
    worst = [f for f in found if f.seen and f.guess is not None]
    worst.sort(key=lambda f: (f.guess or 0, -f.exposure, -len(f.piece.text)))
    lines = sum(
        sum(line_id <= seen.get(str(document.source), line_id if not seen else 0) for line_id in document.ids)
        for document in documents
    )
    return AuditReport("", lines, len(old), [kind for kind in kinds if kind.seen.tested or kind.unseen.tested], [
        (f, documents[f.piece.document].source, documents[f.piece.document].ids[f.piece.at]) for f in worst[:WORST]
    ])  # fmt: skip


def was_seen(documents: Sequence[Document], seen: Seen, piece: Piece) -> bool:
    """Whether the line where a piece stands first was trained on."""
    document = documents[piece.document]
    return not seen or document.ids[piece.at] <= seen.get(str(document.source), 0)


def can_be_asked(model: Model, documents: Sequence[Document], piece: Piece) -> bool:
    """Whether the model knows all its characters, and its line is not too long before it."""
    known = model.vocabulary.characters
    return piece.begin < LONGEST_PROMPT and all(character in known for character in piece.text)


def ask(model: Model, lines: Sequence[str], piece: Piece, seen: bool, rng: np.random.Generator) -> PieceResult:
    """Let the model go on from the lines before a piece, and its line up to it."""
    earlier = lines[max(0, piece.at - model.config.n_context) : piece.at]
    before = last_lines(earlier, model.config.n_context)
    prompt = prompted(model, "".join(line + "\n" for line in before) + lines[piece.at][: piece.begin])
    texts = [piece.text, *random_alikes(piece, model.vocabulary.characters, CANDIDATES - 1, rng)]
    tokens = np.array([model.vocabulary.encode(text) for text in texts])
    bits, first_try = bits_of(prompt, tokens)
    hits = np.flatnonzero((guesses(prompt, len(piece.text), GUESSES) == tokens[0]).all(axis=1))
    return PieceResult(piece, seen, first_try, int(hits[0]) + 1 if len(hits) else None, exposure(bits))


def tally(found: Sequence[PieceResult]) -> Tally:
    """Count findings."""
    return Tally(
        len(found),
        sum(finding.first_try for finding in found),
        sum(finding.guess is not None for finding in found),
        round(median(finding.exposure for finding in found), 2) if found else None,
    )


def likelihood(kind: KindResult) -> float:
    """How likely so many were extracted of those trained on if both sides were alike (Fisher's exact test)."""
    tested = kind.seen.tested + kind.unseen.tested
    extracted = kind.seen.extracted + kind.unseen.extracted
    most = min(kind.seen.tested, extracted)
    ways = (
        comb(kind.seen.tested, count) * comb(kind.unseen.tested, extracted - count)
        for count in range(kind.seen.extracted, most + 1)
    )
    return sum(ways) / comb(tested, extracted)


def shorten(text: str) -> str:
    """The beginning of a piece: enough to find it in the log."""
    return text[:SHOWN] + "…"


def format_report(report: AuditReport) -> str:
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
            f"  source {source}, line {line}: {found.piece.kind} {shorten(found.piece.text)} of "
            f"{len(found.piece.text)} characters, in {found.piece.lines} line{'s' * (found.piece.lines != 1)}: "
            f"guess {found.guess}, exposure {found.exposure:.1f}"
        )
    return "\n".join([*parts, describe_verdict(report)])


def describe_verdict(report: AuditReport) -> str:
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

"""Use the committed weights on a file: score it, or continue it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from model import weights_file
from model.context import last_lines, reach
from model.sampling import Sample, continue_log
from model.scoring import LineScore, bits_per_character, score_lines
from model.transformer import Model

from ..errors import LoglingError
from ..home import Home
from ..reading.compression import Damaged
from ..reading.lines import lines_of
from ..site.site import Site
from ..sources.log_file import OpenLog, RefusedFile
from ..storage.corpus import Corpus


class ScoredFile(NamedTuple):
    """A file's lines and what each cost: with what was learned from the lines before, where `adapted`."""

    scores: list[LineScore]
    lines: list[str]
    adapted: bool = False

    @property
    def static(self) -> float:
        """Bits per character by the weights alone."""
        _, characters = bits_per_character(self.scores)
        return sum(score.static_bits for score in self.scores) / characters

    def as_json(self) -> dict[str, object]:
        """As `logling score --json` prints it."""
        bits, characters = bits_per_character(self.scores)
        return {
            "bits_per_char": bits,
            **({"static_bits_per_char": self.static} if self.adapted else {}),
            "characters": characters,
            "lines": [
                {"number": s.number, "bits": s.bits, "characters": s.characters, "surprise": s.surprise}
                for s in self.scores
            ],
        }


def champion(home: Home) -> Model:
    """The model at the tip of the site. Raises LoglingError when there is none, WeightsFileError when it is damaged."""
    file = Site(home.site, home.settings().git).weights()
    if file is None:
        raise LoglingError("there are no weights yet: the first comes with `logling retrain`")
    return weights_file.decode(file)[0]


def score_file(home: Home, file: Path, context: Path | None, adapt: bool = False) -> ScoredFile:
    """Score every line of a file, after those of `context`. Raises LoglingError, OSError.

    With `adapt`, what is learned on the way, from all of `context` too, is mixed in; it is written nowhere.
    """
    model = champion(home)
    before = log_lines(context) if context else iter(())
    seen = before if adapt else last_lines(before, reach(model.config))
    lines = read_lines(file)
    return ScoredFile(list(score_lines(model, lines, seen, adapt)), lines, adapt)


def predict_lines(
    home: Home, context: Path | None, *, samples: int, steps: int, seed: int, temperature: float, top_k: int
) -> list[Sample]:
    """Sample what may follow a file, or else the newest lines of the corpus. Raises LoglingError, OSError."""
    model = champion(home)
    before = last_lines(log_lines(context) if context else newest_lines(home), reach(model.config))
    return continue_log(model, before, samples=samples, steps=steps, seed=seed, temperature=temperature, top_k=top_k)


def newest_lines(home: Home) -> list[str]:
    """The kept lines of the log that was read last."""
    if not home.corpus.exists():
        return []
    with Corpus(home.corpus, home.settings().corpus_bytes) as corpus:
        documents = [document for document in corpus.documents() if document.ids]
    newest = max(documents, key=lambda document: document.ids[-1], default=None)
    return newest.lines if newest else []


def read_lines(file: Path) -> list[str]:
    """The clean lines of a file. Raises LoglingError when it has none, or is no log."""
    lines = list(log_lines(file))
    if not any(lines):
        raise LoglingError(f"{file} has no lines")
    return lines


def log_lines(file: Path) -> Iterator[str]:
    """The clean lines of a file. Raises LoglingError when it is no log, or damaged."""
    try:
        with OpenLog(file) as log:
            log.refuse_binary()
        yield from lines_of(file)
    except RefusedFile as error:
        raise LoglingError(str(error)) from None
    except Damaged as error:
        raise LoglingError(f"{file} is damaged: {error}") from None

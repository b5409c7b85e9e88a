"""`logling predict`: continue a log."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from model.context import reach
from model.forecast import FORECAST_LINES
from model.sampling import continue_log

from ..home import Home, find_home
from ..reading.whole_file import log_lines
from ..site.champion import committed_model
from ..storage.corpus import Corpus
from .reading_choice import RawOption, ReadingOption, choose_reading
from .terminal import HomeOption, JsonOption, out, print_json


def predict_command(
    context: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The log to continue; else the newest lines of the corpus.")
    ] = None,
    samples: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many futures.")] = 3,
    steps: Annotated[int, typer.Option(metavar="LINES", min=1, max=1000, help="Lines in each.")] = 1,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="The same seed gives the same text.")] = 0,
    temperature: Annotated[float, typer.Option(metavar="T", min=0, help="0: always the likeliest character.")] = 1.0,
    top_k: Annotated[
        int, typer.Option(metavar="K", min=0, help="Choose among the K likeliest characters; 0: all.")
    ] = 0,
    raw: RawOption = False,
    reading: ReadingOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Continue a log: next lines, with the bits each would cost.

    logling predict --home ~/log-model --samples 5 --steps 10
    """
    found_home = find_home(home)
    model, card = committed_model(found_home)
    choice = choose_reading(model, card, reading, raw)
    lines = (line.text for line in log_lines(context, choice.choose)) if context else newest_lines(found_home)
    before = list(deque(lines, max(FORECAST_LINES, reach(model.config))))
    found = continue_log(model, before, samples=samples, steps=steps, seed=seed, temperature=temperature, top_k=top_k)
    if as_json:
        print_json({"samples": [list(s.lines) for s in found], "bits": [list(s.bits) for s in found]})
        return
    for sample in found:
        for line, bits in zip(sample.lines, sample.bits, strict=True):
            out.print(f"{bits:>8.1f} bits  {line}")
        if steps > 1:
            out.print()


def newest_lines(home: Home) -> list[str]:
    """The kept lines of the log that was read last."""
    if not home.corpus.exists():
        return []
    with Corpus(home.corpus, home.settings().corpus_bytes) as corpus:
        documents = [document for document in corpus.documents() if document.ids]
    newest = max(documents, key=lambda document: document.ids[-1], default=None)
    return newest.lines if newest else []

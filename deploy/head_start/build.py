"""Train the weights that a first model begins with, on made-up logs, and write them into the package.

    .venv/bin/python deploy/head_start/build.py [seed full] [--tokens N] [--folder FOLDER]

Each round trains on documents that were never read before. They are sorted by the length of their lines, since how far
a prediction sees depends on it. The same code and arguments give the same bytes on the same kind of machine. It takes a
minute and a half of a core for `seed` and five for `full`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402
from made_up_logs import documents  # noqa: E402

from model.config import PRESETS, Config  # noqa: E402
from model.gradient import loss_and_gradients  # noqa: E402
from model.optimizer import LearningRates, fresh_moments, update  # noqa: E402
from model.training import validation_bits  # noqa: E402
from model.transformer import Weights, init_weights  # noqa: E402
from model.windows import batch_at, fitted_context, lay_out, window_starts  # noqa: E402
from service.training.head_start import VOCABULARY, file_of, written  # noqa: E402

TOKENS = {"seed": 20_000_000, "full": 12_000_000}
ROUND = 100_000  # tokens; so many are read of each group of documents
BATCH = 1536  # tokens a step
RATES = LearningRates(0.01, 0.01)
WARM_UP = 100  # steps in which the rates rise
DECAY = 0.4  # share of all tokens in which they fall to zero
GROUPS = 6  # of documents, by the length of their lines
OPENINGS = 1 / 8  # of the windows, about, are read as if the text began with them
UNSEEN = 1 << 40  # the seed of documents that are never trained on
REPORTS = 20


def main() -> None:
    """Train the weights of each preset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("presets", nargs="*", default=[*PRESETS], metavar="preset")
    parser.add_argument("--tokens", type=int, help="how many, instead of TOKENS")
    parser.add_argument("--folder", type=Path, help="where to write, instead of the package")
    arguments = parser.parse_args()
    for preset in arguments.presets:
        path = file_of(preset)
        path = arguments.folder / path.name if arguments.folder else path
        path.write_bytes(written(trained(preset, arguments.tokens or TOKENS[preset])))
        print(f"{path}: {path.stat().st_size:,} bytes")


def trained(preset: str, tokens: int) -> Weights:
    """The weights of a preset's shape after so many tokens of made-up logs."""
    config = PRESETS[preset].config
    weights = init_weights(config, VOCABULARY.size, np.random.default_rng(0))
    moments = fresh_moments(weights)
    step = read = reports = 0
    while read < tokens:
        made = groups(step, ROUND // 2)
        for group in np.random.default_rng([step, 1]).permutation(GROUPS):
            shape, text = fitted_context(config, made[group]), lay_out(VOCABULARY, made[group])
            starts = window_starts(text, shape.n_context)
            until = min(read + ROUND, tokens)
            while read < until:
                step += 1
                rng = np.random.default_rng(step)
                chosen = rng.choice(starts, BATCH // shape.n_context)
                batch = batch_at(text, chosen, shape.n_context, int(rng.random() < OPENINGS * len(chosen)))
                _, gradients = loss_and_gradients(shape, weights, batch)
                factor = min(1.0, step / WARM_UP, max(0.0, (1 - read / tokens) / DECAY))
                update(weights, gradients, moments, step, RATES.scaled(factor))
                read += batch.targets.size
        if read * REPORTS >= reports * tokens:
            reports += 1
            report(preset, config, weights, read)
    return weights


def groups(seed: int, characters: int) -> list[list[list[str]]]:
    """Made-up documents in GROUPS groups of about so many characters each, those of the shortest lines first."""
    made = sorted(documents(seed, GROUPS * characters), key=lambda lines: sum(map(len, lines)) / len(lines))
    sizes = np.cumsum([sum(map(len, lines)) for lines in made])
    group_of = (GROUPS * (sizes - 1) / sizes[-1]).astype(int)
    return [[lines for lines, own in zip(made, group_of, strict=True) if own == group] for group in range(GROUPS)]


def report(preset: str, config: Config, weights: Weights, read: int) -> None:
    """Print how well formats are read that were never seen."""
    bits = [
        validation_bits(fitted_context(config, group), weights, lay_out(VOCABULARY, group))
        for group in groups(UNSEEN, 20_000)
    ]
    print(f"{preset}, {read:,} tokens, {time.process_time():.0f} s: {np.mean(bits):.4f} bits a character", flush=True)


if __name__ == "__main__":
    main()

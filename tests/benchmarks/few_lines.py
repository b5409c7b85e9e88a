"""First models of few lines: from how many characters on is the shape of `full` better than that of `seed`?

    .venv/bin/python tests/benchmarks/few_lines.py LOG… [--lines N …]

Both are trained as a first run trains them, on the first lines of a log, and scored on its next 300 lines.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def main() -> None:
    """Print a row for each log and number of lines."""
    from model import ngram
    from model.quantisation import shipped
    from service.engine.worker_processes import WorkerProcesses
    from service.settings import Settings
    from service.storage.corpus import Document
    from service.training import challengers
    from service.training.evaluation import score
    from service.training.split import part_of, split

    parser = argparse.ArgumentParser(description="First models of few lines")
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--lines", nargs="+", type=int, default=[150, 300, 600])
    given = parser.parse_args()
    challengers.FEW_CHARACTERS = 10**9  # one of each shape, however many lines there are
    print("| log | lines | characters | `full` | `seed` | on validation: `full` | `seed` | n-gram |")
    print("|---|---|---|---|---|---|---|---|")
    for log in given.logs:
        lines = log.read_bytes().decode().split("\n")[:-1]
        for count in given.lines:
            parts = split([Document(1, list(range(1, count + 1)), lines[:count])], {})
            with WorkerProcesses(2) as engine:
                trained = challengers.train_challengers(
                    Settings(preset="full"), parts, None, lambda *_: None, lambda: False, engine
                )
            by_shape = {challenger.model.config.n_layer: challenger for challenger in trained}
            after = part_of(lines, count, count + 300)
            bits = {
                n: score(found.model._replace(weights=shipped(found.model.weights)), [after]).bits_per_char
                for n, found in by_shape.items()
            }
            best = ngram.best(trained[0].model.vocabulary, parts.train[0], parts.validation[0], 100_000)
            counted = best.bits(after.lines, after.context).mean()
            print(
                f"| {log.stem} | {count} | {parts.characters:,} | {bits[2]:.3f} | {bits[1]:.3f}"
                f" | {by_shape[2].validation:.3f} | {by_shape[1].validation:.3f} | {counted:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

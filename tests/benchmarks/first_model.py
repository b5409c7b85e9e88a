"""What the first model of a home is worth and what it costs: two trainings side by side, the better one taken.

    python tests/benchmarks/first_model.py LOG… [--preset seed] [--seeds N …] [--share S]

A home that holds the oldest 90 % of the lines of LOG trains its first challengers as a run does, in two processes.
Every challenger is scored as it would be shipped, on the newest 10 % of the lines. "one" is the training with the
seed itself, "other" that with the second seed, "taken" the one that is better on the validation lines. S is the share
of the usual tokens that each training may read.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="+", type=Path)
    parser.add_argument("--preset", default="seed", choices=["seed", "full"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--share", type=float, default=1.0)
    arguments = parser.parse_args()
    print(f"| {arguments.preset}, seed | taken | one | other | tokens of one, other | CPU s | s by the clock | load |")
    print("|---|---|---|---|---|---|---|---|")
    for log in arguments.logs:
        for seed in arguments.seeds:
            print(row(log, arguments.preset, seed, arguments.share), flush=True)


def row(log: Path, preset: str, seed: int, share: float) -> str:
    """Train the first challengers of a log and score them."""
    from model.quantisation import shipped
    from service.engine.worker_processes import WorkerProcesses
    from service.settings import Settings
    from service.storage.corpus import Document
    from service.training.challengers import train_challengers
    from service.training.evaluation import score
    from service.training.split import part_of, split
    from service.training.training_plan import plan_for

    lines = log.read_bytes().decode().split("\n")[:-1]
    cut = len(lines) * 9 // 10
    parts = split([Document(1, list(range(1, cut + 1)), lines[:cut])], {})
    settings = Settings.model_validate({"preset": preset, "training": {"seed": seed}})
    usual = plan_for(settings, parts, "fresh", seed, first=True).tokens
    settings = settings.with_tokens(int(share * usual))
    clock, processor = time.monotonic(), processor_seconds()
    with WorkerProcesses(2) as engine:
        challengers = train_challengers(settings, parts, None, lambda *_: None, lambda: False, engine)
    clock, processor = time.monotonic() - clock, processor_seconds() - processor
    bits = {}
    for challenger in challengers:
        model = challenger.model._replace(weights=shipped(challenger.model.weights))
        bits[challenger.seed] = score(model, [part_of(lines, cut, len(lines))]).bits_per_char
    one = next(challenger for challenger in challengers if challenger.seed == seed)
    other = next(challenger for challenger in challengers if challenger.seed != seed)
    figures = " | ".join(f"{bits[challenger.seed]:.4f}" for challenger in (challengers[0], one, other))
    tokens = f"{one.training.tokens:,}, {other.training.tokens:,}"
    load = os.getloadavg()[0]
    return f"| {log.stem}, {seed} | {figures} | {tokens} | {processor:.1f} | {clock:.1f} | {load:.0f} |"


def processor_seconds() -> float:
    """Of this process and of those that it has waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


if __name__ == "__main__":
    main()

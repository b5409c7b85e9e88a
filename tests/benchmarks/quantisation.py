"""What rounding the weights costs: python tests/benchmarks/quantisation.py [TOKENS] [PRESET]

Trains on a simulated habitat and scores the sols that follow with the weights rounded in several ways. Beside
each score stands its difference to float32 with the standard error of that difference over lines.
"""

import sys
from collections.abc import Callable

import numpy as np

from model.array_types import Array
from model.config import PRESETS
from model.quantisation import shipped
from model.scoring import score_lines
from model.training import Plan, train
from model.transformer import Model, Weights, init_weights
from model.vocabulary import Vocabulary
from model.windows import fitted_context, lay_out
from service.commands.demo_habitat import entropy_rate, lines

TRAINED, VALIDATED, SCORED = 4000, 200, 1000  # lines


def rounded(weights: Weights, bits: int, per_row: bool) -> Weights:
    """The nearest multiples of an exact scale for each row, or for each tensor, in so many bits."""

    def nearest(tensor: Array) -> Array:
        largest = np.abs(tensor).max(axis=1 if per_row else None, keepdims=True)
        scale = np.maximum(largest, 1e-30) / (2 ** (bits - 1) - 1)
        return np.rint(tensor / scale) * scale

    return {name: nearest(tensor) for name, tensor in weights.items()}


WAYS: dict[str, Callable[[Weights], Weights]] = {
    "float32": dict,
    "int8 per row (ships)": shipped,
    "int8 per tensor": lambda weights: rounded(weights, 8, per_row=False),
    "6 bits per row": lambda weights: rounded(weights, 6, per_row=True),
    "4 bits per row": lambda weights: rounded(weights, 4, per_row=True),
}


def trained(log: list[str], tokens: int, preset: str) -> Model:
    documents, validation = [log[:TRAINED]], [log[TRAINED : TRAINED + VALIDATED]]
    config = fitted_context(PRESETS[preset].config, documents)
    vocabulary = Vocabulary("").extended(documents[0], PRESETS[preset].vocabulary_cap)
    start = init_weights(config, vocabulary.size, np.random.default_rng(0))
    texts = (lay_out(vocabulary, part) for part in (documents, validation))
    training = train(
        config,
        Plan(tokens=tokens),
        *texts,
        start,
        progress=lambda state: print(f"{state.tokens:>9,} tokens, {state.curve[-1:]}", file=sys.stderr),
    )
    return Model(config, vocabulary, training.best)


def main() -> None:
    tokens = int(sys.argv[1]) if len(sys.argv) > 1 else 1_500_000
    preset = sys.argv[2] if len(sys.argv) > 2 else "seed"
    log = lines(start_sol=1, count=TRAINED + VALIDATED + SCORED, seed=1)
    model = trained(log, tokens, preset)
    context, scored = log[:-SCORED], log[-SCORED:]
    characters = sum(len(line) + 1 for line in scored)
    print(f"{preset}, {tokens:,} tokens; the habitat's entropy rate is {entropy_rate(scored, context[-1]):.4f}")
    print(f"{'':22}{'bits/char':>10}{'difference':>12}{'± s.e.':>9}")
    exact = np.zeros(SCORED)
    for name, way in WAYS.items():
        model_so = model._replace(weights=way(model.weights))
        bits = np.array([score.bits for score in score_lines(model_so, scored, context[-3:])])
        if name == "float32":
            exact = bits
        error = (bits - exact).std() * SCORED**0.5 / characters
        print(f"{name:22}{bits.sum() / characters:>10.4f}{(bits - exact).sum() / characters:>+12.5f}{error:>9.5f}")


if __name__ == "__main__":
    main()

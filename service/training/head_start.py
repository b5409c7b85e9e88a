"""A head start: weights to begin a training with, half trained and half random (their mean).

The trained ones know how logs go on (times, counters, columns, what comes back) and the content of none: they were
trained on made-up text by `deploy/head_start/build.py`. They are in the package, a file for each preset, as int8 with
a scale per row. By themselves they are harder to train further than the mean, and two seeds would begin alike
(tests/benchmarks/EXPERIMENTS.md).
"""

from __future__ import annotations

from pathlib import Path
from string import ascii_letters

import numpy as np
from safetensors.numpy import load, save

from model.config import PRESETS, Config, same_shape
from model.quantisation import dequantise, quantise
from model.transformer import Weights, for_rows, init_weights
from model.vocabulary import ESCAPE, Tokens, Vocabulary

VOCABULARY = Vocabulary("".join(map(chr, range(32, 127))) + "\t")  # of the trained weights
TRAINED = np.float32(0.5)  # the share of the trained weights; random ones have the rest
SCALE = ".scale"


def fresh_weights(config: Config, vocabulary: Vocabulary, rng: np.random.Generator) -> Weights:
    """Weights to begin a training with, in the shape of a preset."""
    random = init_weights(config, vocabulary.size, rng)
    trained = for_rows(trained_weights(preset_of(config)), trained_rows(vocabulary, rng))
    return {name: TRAINED * trained[name] + (1 - TRAINED) * random[name] for name in random}


def trained_rows(vocabulary: Vocabulary, rng: np.random.Generator) -> Tokens:
    """The id in VOCABULARY with which each id begins. Characters that it does not have begin like letters. -> [size]

    Each takes another letter as long as there are any, so that they can be told apart.
    """
    rows = vocabulary.rows_in(VOCABULARY)
    unknown = np.flatnonzero(rows == ESCAPE)[1:]  # behind the escape itself
    rows[unknown] = np.resize(rng.permutation(VOCABULARY.encode(ascii_letters)), len(unknown))
    return rows


def preset_of(config: Config) -> str:
    """The preset whose weights fit a shape."""
    return next(name for name, preset in PRESETS.items() if same_shape(preset.config, config))


def trained_weights(preset: str) -> Weights:
    """The weights in the package for the shape of a preset; their vocabulary is VOCABULARY."""
    tensors = load(file_of(preset).read_bytes())
    return {name: dequantise(w, tensors[name + SCALE]) for name, w in tensors.items() if not name.endswith(SCALE)}


def written(weights: Weights) -> bytes:
    """The bytes of a file of weights."""
    quantised = {name: quantise(w) for name, w in weights.items()}
    scales = {name + SCALE: scale for name, (_, scale) in quantised.items()}
    return save({**{name: steps for name, (steps, _) in quantised.items()}, **scales})


def file_of(preset: str) -> Path:
    """Where the weights of a preset are."""
    return Path(__file__).with_name(f"head_start_{preset}.safetensors")

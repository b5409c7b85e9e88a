"""Models for the tests: random weights in every tensor, so that no part of a model is silently zero."""

from collections.abc import Callable

import numpy as np
import pytest

from model.config import PRESETS, Config
from model.transformer import Model
from model.vocabulary import Vocabulary

CHARACTERS = "0123456789abcdefghijklmnop -"  # with the escape and the newline, a vocabulary of 30

TINY = Config(n_layer=1, n_head=2, n_embd=4, n_context=12, n_position=5)
FORMS = {
    "seed": PRESETS["seed"].config,
    "two layers, three heads": Config(n_layer=2, n_head=3, n_embd=9, n_context=11, n_position=7, n_smear=1),
    "no smear": Config(n_layer=1, n_head=2, n_embd=6, n_context=10, n_position=4, n_smear=0),
    "smear 3": Config(n_layer=1, n_head=1, n_embd=5, n_context=9, n_position=6, n_smear=3),
    "no recall": Config(n_layer=1, n_head=2, n_embd=6, n_context=9, n_position=5, recall=False),
    "no final norm": Config(n_layer=2, n_head=2, n_embd=4, n_context=8, n_position=5, final_norm=False),
    "no smear, no final norm": Config(
        n_layer=1, n_head=4, n_embd=16, n_context=48, n_position=48, n_smear=0, final_norm=False
    ),
}

MakeModel = Callable[..., Model]


def random_model(config: Config = TINY, characters: str = CHARACTERS, seed: int = 0, scale: float = 0.4) -> Model:
    rng = np.random.default_rng(seed)
    vocabulary = Vocabulary(characters)
    shapes = config.shapes(vocabulary.size)
    return Model(config, vocabulary, {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()})


@pytest.fixture
def make_model() -> MakeModel:
    """`random_model(config, characters, seed, scale)`, in float64."""
    return random_model


@pytest.fixture(params=FORMS.values(), ids=FORMS.keys())
def form(request: pytest.FixtureRequest) -> Config:
    """Each form a model can have."""
    config: Config = request.param
    return config

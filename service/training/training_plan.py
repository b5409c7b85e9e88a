"""How much and how fast a preset learns, and from it the plan of each training.

Every figure was chosen by measurement: tests/benchmarks/EXPERIMENTS.md has the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from model.optimizer import LearningRates
from model.training import Plan

from ..settings import Settings
from .split import Split

Start = Literal["warm", "fresh"]  # from the champion's weights, or from those of head_start.py


@dataclass(frozen=True, kw_only=True)
class PresetPlan:
    """The figures from which the trainings of one preset are planned.

    Lengths are in tokens, of which one is a character that a step reads. Windows overlap, because each shows lines
    together with the lines before them, so a character counts as often as it is read.
    """

    # First model: two fresh trainings, with no champion to go on from.
    first_epochs: int = 24  # tokens to read, for each character of the training lines
    most_first_tokens: int = 6_000_000  # tokens to read, at most
    first_steps: int = 8000  # steps to divide the tokens into, as far as the bounds of a step allow
    fewest_first_batch: int  # tokens of a step, at least
    most_first_batch: int = 1536  # tokens of a step, at most

    # Later models: a warm and a fresh training.
    epochs: int = 12  # tokens that the fresh one reads, for each character of the training lines
    warm_share: float = 0.3  # of those tokens, the share that the warm one reads
    most_tokens: int = 1_800_000  # tokens of either, at most; with more the warm one is still the better one
    batch_tokens: int  # tokens of a step

    # All of them.
    fewest_tokens: int = 400_000  # tokens of a fresh training, at least
    rates: LearningRates = field(default_factory=lambda: LearningRates(0.01, 0.01))
    dropout: float  # share of activations that a step leaves out
    long_log: int = 400_000  # characters of training lines from which half of that dropout is enough
    tokens_per_check: int = 8  # tokens between two scores of the validation, for each of its characters
    fewest_checks: int = 12  # scores of the validation in a training, at least
    most_checks: int = 24  # and at most
    patience: float = 0.25  # share of the checks without a better score after which a fresh training ends


PLANS = {
    "seed": PresetPlan(fewest_first_batch=512, batch_tokens=768, dropout=0.0),
    "full": PresetPlan(fewest_first_batch=1536, batch_tokens=1536, dropout=0.1),
}


def plan_for(settings: Settings, split: Split, start: Start, seed: int, first: bool) -> Plan:
    """The plan of one training: how long as fits the training lines, or as the settings say.

    `first` is true where there is no champion to compare with.
    """
    preset = PLANS[settings.preset]
    epochs, most = (preset.first_epochs, preset.most_first_tokens) if first else (preset.epochs, preset.most_tokens)
    share = preset.warm_share if start == "warm" else 1.0
    fitting = max(preset.fewest_tokens, epochs * split.characters)
    tokens = int(share * settings.training.tokens) or min(most, int(share * fitting))
    checks = validation_checks(preset, split, tokens)
    return Plan(
        tokens=tokens,
        batch_tokens=first_batch_tokens(preset, tokens) if first else preset.batch_tokens,
        rates=preset.rates,
        dropout=preset.dropout / (2 if split.characters >= preset.long_log else 1),
        rounds=checks,
        # The champion's rate had fallen to zero: at a high rate a warm training is worse for a while, so it goes on.
        patience=checks if start == "warm" else int(checks * preset.patience),
        seed=seed,
    )


def first_batch_tokens(preset: PresetPlan, tokens: int) -> int:
    """Tokens a step of a first model that reads so many tokens. Example: `seed` reads 8,000,000 in 1,000 a step."""
    return min(max(tokens // preset.first_steps, preset.fewest_first_batch), preset.most_first_batch)


def validation_checks(preset: PresetPlan, split: Split, tokens: int) -> int:
    """How often a training scores the validation lines: not so often that it costs much beside the training."""
    length = sum(len(line) + 1 for lines in split.validation for line in lines)
    return min(max(tokens // max(1, preset.tokens_per_check * length), preset.fewest_checks), preset.most_checks)

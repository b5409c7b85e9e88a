"""How sure a model is of what it predicts, set after training by lines that it did not learn.

Weights that were trained for long are too sure of what they say about lines that come later. Dividing all logits by a
temperature (Guo et al., "On calibration of modern neural networks", 2017) mends that. It goes into the head, so
weights, page and scores know nothing of it.
"""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .training import validation_bits
from .transformer import Weights
from .windows import Text

TEMPERATURES = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.7, 2.0)
AS_GOOD = 1.002  # times the best score: of temperatures that are as good, the highest, because later lines want more


class Calibrated(NamedTuple):
    """Weights that are as sure as they may be, and how."""

    weights: Weights
    temperature: float
    bits: float  # per character of the validation, with these weights


def calibrated(config: Config, weights: Weights, validation: Text) -> Calibrated:
    """The weights at the temperature that is best for a text; as they are, for a text that has nothing to predict.

    Bits only grow at temperatures above one that is worse than the best, so those are not tried.
    """
    if len(validation.tokens) < 2:
        return Calibrated(weights, 1.0, 0.0)
    found: list[Calibrated] = []
    for temperature in TEMPERATURES:
        tempered = at_temperature(weights, temperature)
        found.append(Calibrated(tempered, temperature, validation_bits(config, tempered, validation)))
        if found[-1].bits > AS_GOOD * min(one.bits for one in found):
            break
    best = min(one.bits for one in found)
    return next(one for one in reversed(found) if one.bits <= AS_GOOD * best)


def at_temperature(weights: Weights, temperature: float) -> Weights:
    """The same weights with all logits divided by a temperature; no other tensor is copied."""
    return weights | {"lm_head": weights["lm_head"] / weights["lm_head"].dtype.type(temperature)}

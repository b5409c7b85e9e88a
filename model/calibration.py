"""Calibration: set how confident a model is, after training, by lines that it did not learn.

A model that was trained for long is too confident about later lines. Dividing all logits by a temperature corrects
that (Guo et al., "On calibration of modern neural networks", 2017). The division is done once, in the weights of the
head, so whatever reads the weights needs no temperature.
"""

from __future__ import annotations

from typing import NamedTuple

from .config import Config
from .training import validation_bits
from .transformer import Weights
from .windows import Text

TEMPERATURES = (1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.7, 2.0)
AS_GOOD = 1.002  # times the best score counts as equally good; of these the highest is taken, as later lines need more


class Calibrated(NamedTuple):
    """Calibrated weights, and how they were calibrated."""

    weights: Weights
    temperature: float
    bits: float  # per character of the validation, with these weights


def calibrated(config: Config, weights: Weights, validation: Text) -> Calibrated:
    """The weights at the temperature that suits a text best; unchanged for a text with nothing to predict.

    Temperatures are tried from 1 upwards until one is clearly worse than the best so far: higher ones are worse still.
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
    """The same weights with the head divided by a temperature; the other tensors are shared, not copied.

    The rows of the head are recalled too, and count as much there as before.
    """
    factor = weights["lm_head"].dtype.type(temperature)
    tempered = weights | {"lm_head": weights["lm_head"] / factor}
    return tempered | {"recall": weights["recall"] * factor} if "recall" in weights else tempered

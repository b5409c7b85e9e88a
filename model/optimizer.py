"""One step of optimisation: Adam for embeddings, bias and head, Muon for the matrices between them.

Adam is used with decoupled weight decay (Loshchilov and Hutter, 2019). Muon (Jordan et al., 2024) replaces a matrix's
momentum by a matrix close to the nearest orthogonal one, found by five Newton–Schulz steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .array_types import Array
from .transformer import Weights

MATRICES = ("wq", "wk", "wv", "wo", "fc1", "fc2")
ADAM_BETAS = (0.9, 0.99)
ADAM_EPSILON = 1e-8
MUON_MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5


@dataclass(frozen=True)
class LearningRates:
    """How far one step goes."""

    rate: float = 0.02  # of Adam
    matrix_rate: float = 0.01  # of Muon; 0: Adam moves the matrices too
    weight_decay: float = 0.0  # share of a matrix lost per step and unit of rate
    clip: float = 1.0  # largest norm of the whole gradient

    def scaled(self, factor: float) -> LearningRates:
        """The same with both rates multiplied."""
        return LearningRates(self.rate * factor, self.matrix_rate * factor, self.weight_decay, self.clip)


def is_matrix(name: str) -> bool:
    """Whether a tensor is one of the matrices inside the layers."""
    return name.rpartition(".")[2] in MATRICES


def fresh_moments(weights: Weights) -> Weights:
    """Zeros for the running means of gradients (`m.`) and of their squares (`v.`)."""
    return {kind + name: np.zeros_like(tensor) for name, tensor in weights.items() for kind in ("m.", "v.")}


def clip(grads: Weights, largest: float) -> float:
    """Scale gradients in place so that their joint norm is at most `largest`; return the norm they had."""
    norm = float(np.sqrt(sum(float(np.vdot(grad, grad)) for grad in grads.values())))
    if norm > largest:
        for grad in grads.values():
            grad *= largest / norm
    return norm


def update(weights: Weights, grads: Weights, moments: Weights, step: int, rates: LearningRates) -> None:
    """Move the weights one step, in place; `step` counts from 1."""
    clip(grads, rates.clip)
    matrices = [name for name in weights if is_matrix(name)]
    by_muon = matrices if rates.matrix_rate > 0 else []
    if rates.weight_decay:
        for name in matrices:
            weights[name] *= 1 - (rates.matrix_rate if by_muon else rates.rate) * rates.weight_decay
    directions = muon_directions([grads[name] for name in by_muon], [moments["m." + name] for name in by_muon])
    for name, direction in zip(by_muon, directions, strict=True):
        weights[name] -= rates.matrix_rate * direction
    by_adam = [name for name in weights if name not in by_muon]
    grad, m, v = (joined(tensors, by_adam, kind) for tensors, kind in ((grads, ""), (moments, "m."), (moments, "v.")))
    change = rates.rate * adam_direction(grad, m, v, step)
    begin = 0
    for name in by_adam:
        part, shape = slice(begin, begin + weights[name].size), weights[name].shape
        weights[name] -= change[part].reshape(shape)
        moments["m." + name][...] = m[part].reshape(shape)
        moments["v." + name][...] = v[part].reshape(shape)
        begin = part.stop


def joined(tensors: Weights, names: list[str], kind: str) -> Array:
    """Tensors as one row of numbers, because few large operations are faster than many small ones. -> [n]"""
    return np.concatenate([tensors[kind + name].ravel() for name in names])


def adam_direction(grad: Array, m: Array, v: Array, step: int) -> Array:
    """The bias-corrected mean gradient over its root mean square; updates m and v in place."""
    b1, b2 = ADAM_BETAS
    m += (1 - b1) * (grad - m)
    v += (1 - b2) * (np.square(grad) - v)
    return np.asarray(m / (1 - b1**step) / (np.sqrt(v / (1 - b2**step)) + ADAM_EPSILON))


def muon_directions(grads: list[Array], momenta: list[Array]) -> list[Array]:
    """The orthogonalised Nesterov momentum of each matrix, scaled for tall ones; updates the momenta in place.

    Matrices of one shape, or of its transpose, are computed together. [n, k] each
    """
    nesterov = []
    for grad, m in zip(grads, momenta, strict=True):
        m *= MUON_MOMENTUM
        m += grad
        nesterov.append(grad + MUON_MOMENTUM * m)
    wide = [x if x.shape[0] <= x.shape[1] else x.T for x in nesterov]
    directions = dict[int, Array]()
    for shape in dict.fromkeys(x.shape for x in wide):
        alike = [i for i, x in enumerate(wide) if x.shape == shape]
        directions |= zip(alike, orthogonalised(np.stack([wide[i] for i in alike])), strict=True)
    return [directions[i] if x is wide[i] else directions[i].T * tall_scale(x) for i, x in enumerate(nesterov)]


def tall_scale(x: Array) -> float:
    """How much further a tall matrix moves, so that each of its outputs changes as much as a square one's."""
    return float(np.sqrt(x.shape[0] / x.shape[1]))


def orthogonalised(x: Array) -> Array:
    """Roughly U·Vᵀ of each x = U·S·Vᵀ: singular values end between 0.7 and 1.2. [..., n, k], n <= k"""
    a, b, c = NEWTON_SCHULZ
    x = x / (np.linalg.norm(x, axis=(-2, -1), keepdims=True) + x.dtype.type(1e-7))
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.swapaxes(-1, -2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x

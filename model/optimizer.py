"""One step of optimisation: Adam for embeddings, bias and head, Muon for the matrices between them.

Adam with decoupled weight decay is Loshchilov and Hutter's (2019). Muon (Jordan et al., 2024) replaces a
matrix's momentum by the nearest orthogonal matrix, found by five Newton–Schulz steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .transformer import Array, Weights

MATRICES = ("wq", "wk", "wv", "wo", "fc1", "fc2")
ADAM_BETAS = (0.9, 0.99)
ADAM_EPSILON = 1e-8
MUON_MOMENTUM = 0.95
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
NEWTON_SCHULZ_STEPS = 5


@dataclass(frozen=True)
class Rates:
    """How far one step goes."""

    rate: float = 0.02  # of Adam
    matrix_rate: float = 0.01  # of Muon; 0 gives the matrices to Adam as well
    weight_decay: float = 0.0  # share of a matrix lost per step and unit of rate
    clip: float = 1.0  # largest norm of the whole gradient

    def scaled(self, factor: float) -> Rates:
        """The same with both rates multiplied."""
        return Rates(self.rate * factor, self.matrix_rate * factor, self.weight_decay, self.clip)


def is_matrix(name: str) -> bool:
    """Whether a tensor is one of the matrices inside the layers."""
    return name.rpartition(".")[2] in MATRICES


def fresh_moments(weights: Weights) -> Weights:
    """Zeros for the running means of gradients (`m.`) and of their squares (`v.`)."""
    return {kind + name: np.zeros_like(tensor) for name, tensor in weights.items() for kind in ("m.", "v.")}


def clip(grads: Weights, largest: float) -> float:
    """Scale gradients in place so that their joint norm is at most `largest`; returns the norm before."""
    norm = float(np.sqrt(sum(float(np.vdot(grad, grad)) for grad in grads.values())))
    if norm > largest:
        for grad in grads.values():
            grad *= largest / norm
    return norm


def update(weights: Weights, grads: Weights, moments: Weights, step: int, rates: Rates) -> None:
    """Move the weights one step, in place; `step` counts from 1."""
    clip(grads, rates.clip)
    for name, w in weights.items():
        matrix = is_matrix(name)
        muon = matrix and rates.matrix_rate > 0
        rate = rates.matrix_rate if muon else rates.rate
        if matrix and rates.weight_decay:
            w *= 1 - rate * rates.weight_decay
        if muon:
            w -= rate * muon_direction(grads[name], moments["m." + name])
        else:
            w -= rate * adam_direction(grads[name], moments["m." + name], moments["v." + name], step)


def adam_direction(grad: Array, m: Array, v: Array, step: int) -> Array:
    """The bias-corrected mean gradient over its root mean square; updates m and v in place."""
    b1, b2 = ADAM_BETAS
    m += (1 - b1) * (grad - m)
    v += (1 - b2) * (np.square(grad) - v)
    return np.asarray(m / (1 - b1**step) / (np.sqrt(v / (1 - b2**step)) + ADAM_EPSILON))


def muon_direction(grad: Array, m: Array) -> Array:
    """The orthogonalised Nesterov momentum, scaled for tall matrices; updates m in place. [n, k] -> [n, k]"""
    m *= MUON_MOMENTUM
    m += grad
    direction = orthogonalised(grad + MUON_MOMENTUM * m)
    return np.asarray(direction * direction.dtype.type(max(1.0, grad.shape[0] / grad.shape[1]) ** 0.5))


def orthogonalised(x: Array) -> Array:
    """Roughly U·Vᵀ of x = U·S·Vᵀ: singular values end between 0.7 and 1.2. [n, k] -> [n, k]"""
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    a, b, c = NEWTON_SCHULZ
    x = x / (np.linalg.norm(x) + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x

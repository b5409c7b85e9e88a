"""The same model in PyTorch, for `training.py` to compare with: forward, loss, backward, and a step of Muon and Adam.

Attention is written in several ways, and the benchmark takes the fastest: PyTorch's fused kernel cannot learn a bias.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from model.config import N_BUCKETS, Config
from model.optimizer import ADAM_BETAS, MUON_MOMENTUM, NEWTON_SCHULZ, NEWTON_SCHULZ_STEPS, LearningRates, is_matrix
from model.positions import buckets
from model.transformer import EPSILON, MASKED, Weights, hidden_pairs, position_rows
from model.windows import Batch

Tensors = dict[str, torch.Tensor]


class Inputs(NamedTuple):
    """A batch as tensors. All [B, T], but for the buckets [B, T, T] and what is recalled [N_RECALLED, B, T]."""

    tokens: torch.Tensor
    rows: torch.Tensor
    recalled: torch.Tensor
    bucket: torch.Tensor
    targets: torch.Tensor
    weight: torch.Tensor


def inputs_of(config: Config, batch: Batch) -> Inputs:
    """A batch for PyTorch; the bucket of each pair is found in numpy, and that is not timed."""
    window = batch.window
    bucket = buckets(window.columns, window.lines, window.columns, window.lines).astype(np.int64)
    n_token = bucket.shape[1]
    bucket[:, hidden_pairs(n_token, n_token, config.n_context)] = N_BUCKETS
    integers = (window.tokens, position_rows(config, window), window.recalled, bucket, batch.targets)
    weight = torch.from_numpy(batch.weight.astype(np.float32))
    return Inputs(*(torch.from_numpy(x.astype(np.int64)) for x in integers), weight)


def bias_by_embedding(bias: torch.Tensor, bucket: torch.Tensor) -> torch.Tensor:
    """[H, N_BUCKETS], [B, T, S] -> [B, H, T, S]"""
    table = functional.pad(bias, (0, 1), value=MASKED).T
    return functional.embedding(bucket, table).permute(0, 3, 1, 2)


def bias_by_index(bias: torch.Tensor, bucket: torch.Tensor) -> torch.Tensor:
    """[H, N_BUCKETS], [B, T, S] -> [B, H, T, S]"""
    return functional.pad(bias, (0, 1), value=MASKED)[:, bucket].transpose(0, 1)


BIASES: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "embedding": bias_by_embedding,
    "index": bias_by_index,
}


def rms_norm(x: torch.Tensor) -> torch.Tensor:
    return functional.rms_norm(x, x.shape[-1:], eps=EPSILON)


def loss_of(config: Config, weights: Tensors, inputs: Inputs, dropout: float, bias: str, fused: bool) -> torch.Tensor:
    """The weighted mean −ln p of the targets, in nats."""
    characters = weights["wte"][inputs.tokens]
    x = characters + weights["wpe"][inputs.rows]
    for back in range(1, config.n_smear + 1):
        x = x + functional.pad(characters[:, :-back], (0, 0, back, 0)) * weights["smear"][back - 1]
    x = functional.dropout(rms_norm(x), dropout)
    for layer in range(config.n_layer):
        h = f"h{layer}."
        normed = rms_norm(x)
        q, k, v = (
            (normed @ weights[h + name].T).unflatten(2, (config.n_head, -1)).transpose(1, 2)
            for name in ("wq", "wk", "wv")
        )
        mixed = attention(q, k, v, BIASES[bias](weights[h + "bias"], inputs.bucket), fused)
        x = x + functional.dropout(mixed.transpose(1, 2).flatten(2) @ weights[h + "wo"].T, dropout)
        if config.recall and layer == config.n_layer - 1:
            x = x + recalled(weights, inputs.recalled)
        hidden = functional.relu(rms_norm(x) @ weights[h + "fc1"].T)
        x = x + functional.dropout(hidden @ weights[h + "fc2"].T, dropout)
    logits = (rms_norm(x) if config.final_norm else x) @ weights["lm_head"].T
    losses = functional.cross_entropy(logits.flatten(0, 1), inputs.targets.flatten(), reduction="none")
    return (losses * inputs.weight.flatten()).sum() / inputs.weight.sum()


def recalled(weights: Tensors, ids: torch.Tensor) -> torch.Tensor:
    """[N_RECALLED, B, T] -> [B, T, C]"""
    head = weights["lm_head"]
    rows = functional.embedding(ids, torch.cat([torch.zeros_like(head[:1]), head[1:]]))
    return (rows * weights["recall"][:, None, None]).sum(dim=0)


def attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, bias: torch.Tensor, fused: bool) -> torch.Tensor:
    if fused:
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    return torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + bias, dim=-1) @ v


class Muon:
    """Muon for the matrices and Adam for the rest, as `model/optimizer.py` has them; equal shapes in one batch."""

    def __init__(self, weights: Tensors, rates: LearningRates) -> None:
        self.rates = rates
        shapes: dict[tuple[int, ...], list[torch.Tensor]] = {}
        for name, w in weights.items():
            if is_matrix(name):
                shapes.setdefault(tuple(w.shape), []).append(w)
        self.groups = [(group, torch.zeros(len(group), *shape)) for shape, group in shapes.items()]
        rest = [w for name, w in weights.items() if not is_matrix(name)]
        self.adam = torch.optim.Adam(rest, lr=rates.rate, betas=ADAM_BETAS, fused=True)
        self.all = list(weights.values())

    def step(self) -> None:
        torch.nn.utils.clip_grad_norm_(self.all, self.rates.clip)
        self.adam.step()
        with torch.no_grad():
            for group, momentum in self.groups:
                grads = torch.stack([w.grad for w in group])
                momentum.mul_(MUON_MOMENTUM).add_(grads)
                direction = orthogonalised(grads + MUON_MOMENTUM * momentum)
                scale = max(1.0, grads.shape[1] / grads.shape[2]) ** 0.5
                for w, part in zip(group, direction, strict=True):
                    w.sub_(part, alpha=self.rates.matrix_rate * scale)


def orthogonalised(x: torch.Tensor) -> torch.Tensor:
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.transpose(1, 2)
    a, b, c = NEWTON_SCHULZ
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + 1e-7)
    for _ in range(NEWTON_SCHULZ_STEPS):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.transpose(1, 2) if tall else x


class Trainer:
    """Steps of one way to do it."""

    def __init__(
        self,
        config: Config,
        weights: Weights,
        rates: LearningRates,
        *,
        dropout: float = 0.0,
        bias: str = "embedding",
        fused: bool = False,
        compiled: bool = False,
    ) -> None:
        self.weights = {name: torch.tensor(w, requires_grad=True) for name, w in weights.items()}
        self.optimizer = Muon(self.weights, rates)

        def loss(inputs: Inputs) -> torch.Tensor:
            return loss_of(config, self.weights, inputs, dropout, bias, fused)

        self.loss = torch.compile(loss) if compiled else loss

    def gradients(self, inputs: Inputs) -> float:
        """The loss in nats; leaves the gradients in the weights."""
        for w in self.weights.values():
            w.grad = None
        loss = self.loss(inputs)
        loss.backward()
        return float(loss.detach())

    def step(self, inputs: Inputs) -> float:
        """Learn from one batch."""
        loss = self.gradients(inputs)
        self.optimizer.step()
        return loss

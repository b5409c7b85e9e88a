"""The loss of a batch and its gradients, written plainly: the reference for `model/gradient.py`.

Each step's backward stands below its forward, in the order of `model/transformer.py`, with the shapes and letters of
that file. Finite differences test these gradients; these gradients test the fast ones.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from model.array_types import Array
from model.config import N_BUCKETS, Config
from model.gradient import Dropout
from model.positions import buckets
from model.transformer import (
    EPSILON,
    Weights,
    Window,
    bias_of_pairs,
    earlier_embeddings,
    hidden_pairs,
    linear,
    merge_heads,
    position_rows,
    query_blocks,
    recallable,
    recalled,
    smear,
    softmax,
    split_heads,
)
from model.vocabulary import ESCAPE
from model.windows import Batch


def plain_loss_and_gradients(
    config: Config, weights: Weights, batch: Batch, dropout: Dropout | None = None
) -> tuple[float, Weights]:
    """The weighted mean −ln p of the targets, in nats, and the gradient of every tensor."""
    logits, cache = forward(config, weights, batch.window, dropout)
    loss, dlogits = cross_entropy(logits, batch.targets, batch.weight)
    return loss, backward(config, weights, dlogits, cache)


# ---- one step each; a backward takes the gradient of what its forward returned


def rms_norm(x: Array) -> tuple[Array, Array]:
    """x over its root mean square. [..., C] -> [..., C], and 1/rms [..., 1]"""
    scale = 1.0 / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + x.dtype.type(EPSILON))
    return x * scale, scale


def rms_norm_backward(dy: Array, y: Array, scale: Array) -> Array:
    """[..., C] -> [..., C]"""
    return np.asarray((dy - y * np.mean(dy * y, axis=-1, keepdims=True)) * scale)


def drop(x: Array, dropout: Dropout | None) -> tuple[Array, Array | None]:
    """x with a share of its numbers at zero and the others enlarged for it, and the factors. [B, T, C] -> twice"""
    if dropout is None:
        return x, None
    factors = np.moveaxis(dropout.factors((x.shape[2], *x.shape[:2]), x.dtype), 0, 2)
    return x * factors, factors


def drop_backward(dy: Array, factors: Array | None) -> Array:
    """[...] -> [...]"""
    return dy if factors is None else dy * factors


def linear_backward(dy: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """The gradients of x and of w. -> [..., n_in], [n_out, n_in]"""
    flat = dy.reshape(-1, dy.shape[-1])
    return dy @ w, flat.T @ x.reshape(-1, x.shape[-1])


def attention(q: Array, k: Array, v: Array, bias: Array, bucket: Array) -> tuple[Array, list[Array]]:
    """As in `model/transformer.py`, and the probabilities of each block of queries, [B, H, block, seen]."""
    q = q * q.dtype.type(q.shape[-1] ** -0.5)
    out, probabilities = np.empty_like(q), []
    for rows, seen in query_blocks(q.shape[2], k.shape[2]):
        scores = q[:, :, rows] @ k[:, :, seen].transpose(0, 1, 3, 2)
        scores += bias_of_pairs(bias, bucket[:, rows, seen])
        probabilities.append(softmax(scores))
        out[:, :, rows] = probabilities[-1] @ v[:, :, seen]
    return out, probabilities


def attention_backward(
    dy: Array, q: Array, k: Array, v: Array, probabilities: list[Array], bucket: Array
) -> tuple[Array, Array, Array, Array]:
    """The gradients of q, k, v and of the bias."""
    root = q.dtype.type(q.shape[-1] ** -0.5)
    dq, dk, dv = np.empty_like(q), np.zeros_like(k), np.zeros_like(v)
    dbias = np.zeros((q.shape[1], N_BUCKETS), dtype=q.dtype)
    for (rows, seen), p in zip(query_blocks(q.shape[2], k.shape[2]), probabilities, strict=True):
        dscores = dy[:, :, rows] @ v[:, :, seen].transpose(0, 1, 3, 2)
        dscores -= np.einsum("bhts,bhts->bht", dscores, p)[..., None]
        dscores *= p
        dv[:, :, seen] += p.transpose(0, 1, 3, 2) @ dy[:, :, rows]
        dq[:, :, rows] = dscores @ k[:, :, seen] * root
        dk[:, :, seen] += dscores.transpose(0, 1, 3, 2) @ q[:, :, rows] * root
        dbias += bias_of_pairs_backward(dscores, bucket[:, rows, seen])
    return dq, dk, dv, dbias


def bias_of_pairs_backward(dscores: Array, bucket: Array) -> Array:
    """The gradient of the bias; masked pairs have none, since their probability is 0. -> [H, N_BUCKETS]"""
    flat = bucket.ravel()
    rows = [np.bincount(flat, d.ravel(), N_BUCKETS + 1)[:N_BUCKETS] for d in dscores.transpose(1, 0, 2, 3)]
    return np.array(rows, dtype=dscores.dtype)


# ---- the whole


class Cache(NamedTuple):
    """What the backward pass needs of the forward pass."""

    window: Window
    bucket: Array
    embedded: Array
    embedding_scale: Array
    kept: Array | None
    layers: list[dict[str, Any]]
    final: Array
    final_scale: Array | None


def forward(config: Config, weights: Weights, window: Window, dropout: Dropout | None = None) -> tuple[Array, Cache]:
    """The logits of every next token, [B, T, V], and the cache for `backward`."""
    characters = weights["wte"][window.tokens] + weights["wpe"][position_rows(config, window)]
    if config.n_smear:
        characters += smear(config, weights, window, None)
    embedded, embedding_scale = rms_norm(characters)
    x, kept = drop(embedded, dropout)
    bucket = buckets(window.columns, window.lines, window.columns, window.lines)  # [B, T, T]
    bucket[:, hidden_pairs(bucket.shape[1], bucket.shape[2], config.n_context)] = N_BUCKETS
    layers: list[dict[str, Any]] = []
    for layer in range(config.n_layer):
        guesses = recalled(weights, window) if config.recall and layer == config.n_layer - 1 else 0
        x, saved = block(config, weights, f"h{layer}.", x, bucket, dropout, guesses)
        layers.append(saved)
    final, final_scale = rms_norm(x) if config.final_norm else (x, None)
    logits = linear(final, weights["lm_head"])  # [B, T, V]
    return logits, Cache(window, bucket, embedded, embedding_scale, kept, layers, final, final_scale)


def smear_backward(config: Config, weights: Weights, dx: Array, window: Window) -> tuple[Array, Array]:
    """The gradients of the characters' embeddings by way of the smear, and of the smear. -> [B, T, C], [n_smear, C]"""
    dcharacters = np.zeros_like(dx)
    for back, s in enumerate(weights["smear"], 1):
        dcharacters[:, :-back] += dx[:, back:] * s
    before = earlier_embeddings(config, weights, window, None)
    return dcharacters, np.array([(dx * part).sum(axis=(0, 1)) for part in before])


def recall_backward(weights: Weights, dx: Array, window: Window) -> tuple[Array, Array]:
    """The gradients of the head by way of the recall, and of the recall. -> [V, C], [N_RECALLED, C]"""
    drows = np.zeros_like(weights["lm_head"])
    for ids, part in zip(window.recalled, weights["recall"], strict=True):
        drows += scatter_add(dx * part, ids, len(drows))
    drows[ESCAPE] = 0
    guesses = [recallable(weights)[ids] for ids in window.recalled]
    return drows, np.array([(dx * guess).sum(axis=(0, 1)) for guess in guesses])


def block(
    config: Config,
    weights: Weights,
    h: str,
    x: Array,
    bucket: Array,
    dropout: Dropout | None,
    guesses: Array | int,
) -> tuple[Array, dict[str, Any]]:
    """One layer: attention, then the two-matrix perceptron, each added to the stream, `guesses` between them.

    [B, T, C] -> [B, T, C]
    """
    normed, scale = rms_norm(x)
    q, k, v = (linear(normed, weights[h + name]) for name in ("wq", "wk", "wv"))
    by_head = [split_heads(part, config.n_head) for part in (q, k, v)]
    attended, p = attention(*by_head, weights[h + "bias"], bucket)
    mixed = merge_heads(attended)  # [B, T, C]
    attention_out, kept = drop(linear(mixed, weights[h + "wo"]), dropout)
    x = x + attention_out + guesses
    normed2, scale2 = rms_norm(x)
    hidden = np.maximum(linear(normed2, weights[h + "fc1"]), 0)  # [B, T, 4C]
    perceptron_out, kept2 = drop(linear(hidden, weights[h + "fc2"]), dropout)
    saved: dict[str, Any] = {"normed": normed, "scale": scale, "q": q, "k": k, "v": v, "p": p, "mixed": mixed}
    saved |= {"normed2": normed2, "scale2": scale2, "hidden": hidden, "kept": kept, "kept2": kept2}
    return x + perceptron_out, saved


def block_backward(
    config: Config,
    weights: Weights,
    grads: Weights,
    h: str,
    dx: Array,
    saved: dict[str, Any],
    bucket: Array,
    guessed: Window | None,
) -> Array:
    """Adds the layer's gradients to `grads` and returns that of its input. [B, T, C] -> [B, T, C]"""
    dout = drop_backward(dx, saved["kept2"])
    dhidden, grads[h + "fc2"] = linear_backward(dout, saved["hidden"], weights[h + "fc2"])
    dhidden *= saved["hidden"] > 0
    dnormed2, grads[h + "fc1"] = linear_backward(dhidden, saved["normed2"], weights[h + "fc1"])
    dx = dx + rms_norm_backward(dnormed2, saved["normed2"], saved["scale2"])
    if guessed:
        drows, grads["recall"] = recall_backward(weights, dx, guessed)
        grads["lm_head"] = grads["lm_head"] + drows
    dout = drop_backward(dx, saved["kept"])
    dmixed, grads[h + "wo"] = linear_backward(dout, saved["mixed"], weights[h + "wo"])
    q, k, v = (split_heads(saved[name], config.n_head) for name in "qkv")
    dattended = split_heads(dmixed, config.n_head)
    *dqkv, grads[h + "bias"] = attention_backward(dattended, q, k, v, saved["p"], bucket)
    dnormed = np.zeros_like(dx)
    for name, dpart in zip(("wq", "wk", "wv"), dqkv, strict=True):
        dinput, grads[h + name] = linear_backward(merge_heads(dpart), saved["normed"], weights[h + name])
        dnormed += dinput
    return np.asarray(dx + rms_norm_backward(dnormed, saved["normed"], saved["scale"]))


def backward(config: Config, weights: Weights, dlogits: Array, cache: Cache) -> Weights:
    """The gradient of every tensor, given that of the logits [B, T, V]."""
    grads: Weights = {}
    dx, grads["lm_head"] = linear_backward(dlogits, cache.final, weights["lm_head"])
    if cache.final_scale is not None:
        dx = rms_norm_backward(dx, cache.final, cache.final_scale)
    for layer in reversed(range(config.n_layer)):
        guessed = cache.window if config.recall and layer == config.n_layer - 1 else None
        dx = block_backward(config, weights, grads, f"h{layer}.", dx, cache.layers[layer], cache.bucket, guessed)
    dx = rms_norm_backward(drop_backward(dx, cache.kept), cache.embedded, cache.embedding_scale)
    grads["wpe"] = scatter_add(dx, position_rows(config, cache.window), config.n_position)
    if config.n_smear:
        dcharacters, grads["smear"] = smear_backward(config, weights, dx, cache.window)
        dx = dx + dcharacters
    grads["wte"] = scatter_add(dx, cache.window.tokens, len(weights["wte"]))
    return grads


def scatter_add(dx: Array, rows: Array, n_rows: int) -> Array:
    """Sum the gradients of the tokens that share a row. [B, T, C], [B, T] -> [n_rows, C]"""
    one_hot = (rows.ravel()[None, :] == np.arange(n_rows)[:, None]).astype(dx.dtype)
    return np.asarray(one_hot @ dx.reshape(-1, dx.shape[-1]))


def cross_entropy(logits: Array, targets: Array, weight: Array) -> tuple[float, Array]:
    """Weighted mean −ln p of the targets, and the gradient of the logits. [B, T, V], [B, T] twice -> nats, [B, T, V]"""
    p = softmax(logits.copy())
    b, t = np.indices(targets.shape)
    count = max(1e-9, float(weight.sum()))
    picked = p[b, t, targets]
    loss = -float(np.sum(np.log(np.maximum(picked, 1e-30)) * weight, dtype=np.float64)) / count
    p[b, t, targets] -= 1
    p *= (weight / count).astype(p.dtype)[..., None]
    return loss, p

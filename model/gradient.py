"""The loss of a batch and the gradients of all weights: what each training step computes.

The steps have the names that they have in `transformer.py`, with each backward beside its forward; attention is in
`attention.py`. To be fast, activations are stored by feature, [C, N] for the N = B·T tokens of a batch: heads are
split without copying, and norms are sums of whole rows. All numbers are float32. Windows have no past. Letters in the
shapes are those of `transformer.py`. A plainly written reference in tests/support/plain_gradient.py tests this file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .array_types import Array, Int32s
from .config import Config
from .transformer import EPSILON, Weights, Window, position_rows, recallable
from .vocabulary import ESCAPE
from .windows import STEP, Batch

LOG2_E = 1.4426950408889634
PADDING = STEP  # tokens, the lanes of `attention.py`


class Dropout(NamedTuple):
    """What is left out at random while training, so that a few lines are not learned by heart."""

    share: float
    rng: np.random.Generator

    def factors(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Zero for a random share of the numbers and 1 / (1 - share) for the others, so that their sum stays."""
        kept = np.frombuffer(self.rng.bytes(int(np.prod(shape))), np.uint8) >= round(256 * self.share)
        factors = kept.reshape(shape).astype(dtype)
        factors *= 1 / (1 - round(256 * self.share) / 256)
        return factors


def loss_and_gradients(
    config: Config, weights: Weights, batch: Batch, dropout: Dropout | None = None
) -> tuple[float, Weights]:
    """The weighted mean −ln p of the batch's targets, in nats, and the gradient of every tensor by name."""
    grads = Weights()
    batch = padded(batch)
    logits, cache = forward(config, weights, batch.window, dropout)
    loss, dlogits = cross_entropy(logits, batch.targets.ravel(), batch.weight.ravel())
    dx, grads["lm_head"] = linear_backward(dlogits, cache.final, weights["lm_head"])
    if cache.final_scale is not None:
        dx = rms_norm_backward(dx, cache.final, cache.final_scale)
    for layer in reversed(range(config.n_layer)):
        guessed = batch.window if config.recall and layer == config.n_layer - 1 else None
        dx = block_backward(config, weights, grads, f"h{layer}.", dx, cache.layers[layer], cache.places, guessed)
    embed_backward(config, weights, grads, dx, cache.embedded, batch.window)
    return loss, grads


def predictions(config: Config, weights: Weights, window: Window) -> Array:
    """The logits of every next token. -> [B, T, V]"""
    n_window, n_token = window.tokens.shape
    batch = padded(Batch(window, window.tokens, window.tokens))
    logits, _ = forward(config, weights, batch.window, None)
    return logits.T.reshape(n_window, -1, len(logits))[:, :n_token]


def padded(batch: Batch) -> Batch:
    """Windows of a whole number of PADDING tokens: what is added stands behind the others and counts nothing."""
    n_token = batch.targets.shape[1]
    if not (extra := -n_token % PADDING):
        return batch

    def longer(x: Array) -> Array:
        return np.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, extra)])

    window = batch.window
    columns = np.concatenate([window.columns, window.columns[:, -1:] + np.arange(1, extra + 1, dtype=np.int32)], axis=1)
    lines = np.pad(window.lines, [(0, 0), (0, extra)], mode="edge")
    return Batch(
        Window(longer(window.tokens), columns, lines, longer(window.recalled)),
        longer(batch.targets),
        longer(batch.weight),
    )


class Cache(NamedTuple):
    """What the backward pass needs of the forward pass."""

    embedded: dict[str, Any]
    places: Int32s  # [2, B, T] the columns and the lines
    layers: list[dict[str, Any]]
    final: Array
    final_scale: Array | None


def forward(config: Config, weights: Weights, window: Window, dropout: Dropout | None) -> tuple[Array, Cache]:
    """The logits of every next token, [V, N], and the cache for the backward pass."""
    x, embedded = embed(config, weights, window, dropout)
    places = np.array([window.columns, window.lines], np.int32)
    layers = []
    for layer in range(config.n_layer):
        guessed = window if config.recall and layer == config.n_layer - 1 else None
        x, saved = block(config, weights, f"h{layer}.", x, places, dropout, guessed)
        layers.append(saved)
    final, final_scale = rms_norm(x) if config.final_norm else (x, None)
    return weights["lm_head"] @ final, Cache(embedded, places, layers, final, final_scale)


# ---- one step each, forward and backward


def rms_norm(x: Array) -> tuple[Array, Array]:
    """x over its root mean square. [C, N] -> [C, N], and 1/rms [N]"""
    scale = 1.0 / np.sqrt(np.square(x).sum(axis=0) * x.dtype.type(1 / len(x)) + x.dtype.type(EPSILON))
    return x * scale, scale


def rms_norm_backward(dy: Array, y: Array, scale: Array) -> Array:
    """[C, N] -> [C, N]"""
    dx = y * ((dy * y).sum(axis=0) * y.dtype.type(-1 / len(y)))
    dx += dy
    return np.asarray(dx * scale)


def drop(x: Array, dropout: Dropout | None) -> tuple[Array, Array | None]:
    """x times the factors of a dropout, in place, and the factors. [C, N] -> [C, N] twice"""
    if dropout is None:
        return x, None
    factors = dropout.factors(x.shape, x.dtype)
    x *= factors
    return x, factors


def drop_backward(dy: Array, factors: Array | None) -> Array:
    """[C, N] -> [C, N]"""
    return dy if factors is None else dy * factors


def linear_backward(dy: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """The gradients of x and of w. [n_out, N], [n_in, N], [n_out, n_in] -> [n_in, N], [n_out, n_in]"""
    return w.T @ dy, dy @ x.T


def cross_entropy(logits: Array, targets: Array, weight: Array) -> tuple[float, Array]:
    """The weighted mean −ln p, and the gradient of the logits, which overwrites them.

    [V, N], [N] twice -> nats, [V, N]
    """
    token = np.arange(len(targets))
    count = max(1e-9, float(weight.sum()))
    logits -= logits.max(axis=0)
    picked = logits[targets, token]
    p = np.exp(logits, out=logits)
    total = p.sum(axis=0)
    loss = float(np.sum((np.log(total) - picked) * weight, dtype=np.float64)) / count
    share = (weight / count).astype(p.dtype)
    p *= share / total
    p[targets, token] -= share
    return loss, p


# ---- the embedding


def embed(config: Config, weights: Weights, window: Window, dropout: Dropout | None) -> tuple[Array, dict[str, Any]]:
    """The normalised sum of character, position and smear. -> [C, N], and what the backward pass needs"""
    tokens, rows = window.tokens, position_rows(config, window)
    characters = np.ascontiguousarray(weights["wte"].T).take(tokens, axis=1)  # [C, B, T]
    x = np.ascontiguousarray(weights["wpe"].T).take(rows, axis=1)
    x += characters
    for back in range(1, config.n_smear + 1):
        x[:, :, back:] += characters[:, :, :-back] * weights["smear"][back - 1, :, None, None]
    normed, scale = rms_norm(x.reshape(config.n_embd, -1))
    out, kept = drop(normed.copy() if dropout else normed, dropout)
    saved = {"characters": characters, "rows": rows}
    return out, saved | {"normed": normed, "scale": scale, "kept": kept}


def embed_backward(
    config: Config, weights: Weights, grads: Weights, dx: Array, saved: dict[str, Any], window: Window
) -> None:
    """Adds the gradients of wte, wpe and smear to `grads`."""
    characters = saved["characters"]
    dx = rms_norm_backward(drop_backward(dx, saved["kept"]), saved["normed"], saved["scale"])
    grads["wpe"] = scatter_add(dx, saved["rows"], config.n_position)
    dcharacters = dx.reshape(characters.shape)
    if config.n_smear:
        dcharacters, dsmear = dcharacters.copy(), []
        for back, s in enumerate(weights["smear"], 1):
            dlater = dx.reshape(characters.shape)[:, :, back:]
            dcharacters[:, :, :-back] += dlater * s[:, None, None]
            dsmear.append((dlater * characters[:, :, :-back]).sum(axis=(1, 2)))
        grads["smear"] = np.array(dsmear)
    grads["wte"] = scatter_add(dcharacters.reshape(dx.shape), window.tokens, len(weights["wte"]))


def scatter_add(dx: Array, rows: Array, n_rows: int) -> Array:
    """Sum the gradients of the tokens that share a row. [C, N], [B, T] -> [n_rows, C]"""
    one_hot = (rows.ravel() == np.arange(n_rows)[:, None]).astype(dx.dtype)
    return np.asarray(one_hot @ dx.T)


# ---- a layer


def block(
    config: Config,
    weights: Weights,
    h: str,
    x: Array,
    places: Int32s,
    dropout: Dropout | None,
    guessed: Window | None,
) -> tuple[Array, dict[str, Any]]:
    """One layer: attention, then the two-matrix perceptron, each added to the stream; what is recalled between them.

    `h` begins the names of the layer's tensors; `guessed` is the window whose guesses it gets.
    [C, N] -> [C, N], and what the backward pass needs
    """
    normed, scale = rms_norm(x)
    from . import attention  # here, because numba takes a while to import and not every command trains

    q, k, v, bias = attention_inputs(config, weights, h, normed)
    mixed, shift = attention.attention(q, k, v, bias, places)
    attention_out, kept = drop(weights[h + "wo"] @ mixed.reshape(x.shape), dropout)
    x = x + attention_out
    guesses = add_recalled(weights, x, guessed) if guessed else []
    normed2, scale2 = rms_norm(x)
    hidden = weights[h + "fc1"] @ normed2
    np.maximum(hidden, 0, out=hidden)
    perceptron_out, kept2 = drop(weights[h + "fc2"] @ hidden, dropout)
    saved: dict[str, Any] = {"normed": normed, "scale": scale, "q": q, "k": k, "v": v, "bias": bias, "shift": shift}
    saved |= {"mixed": mixed, "guesses": guesses, "normed2": normed2, "scale2": scale2, "hidden": hidden}
    return x + perceptron_out, saved | {"kept": kept, "kept2": kept2}


def add_recalled(weights: Weights, x: Array, window: Window) -> list[Array]:
    """Add to x, [C, N], what the characters that earlier lines recall are worth. -> their rows, [C, N] each"""
    by_feature = np.ascontiguousarray(recallable(weights).T)
    rows = [by_feature.take(ids, axis=1).reshape(x.shape) for ids in window.recalled]
    for row, part in zip(rows, weights["recall"], strict=True):
        x += row * part[:, None]
    return rows


def add_recalled_backward(
    weights: Weights, grads: Weights, dx: Array, guesses: Sequence[Array], window: Window
) -> None:
    """Adds the gradient of recall to `grads`, and that of recalled rows to the one of lm_head."""
    drecall = []
    for ids, guess, part in zip(window.recalled, guesses, weights["recall"], strict=True):
        drecall.append((dx * guess).sum(axis=1))
        drows = scatter_add(dx * part[:, None], ids, len(weights["lm_head"]))
        drows[ESCAPE] = 0
        grads["lm_head"] = grads["lm_head"] + drows
    grads["recall"] = np.array(drecall)


def attention_inputs(config: Config, weights: Weights, h: str, normed: Array) -> tuple[Array, Array, Array, Array]:
    """What `attention.attention` takes: queries, keys, values and bias. Scores become base-2 logarithms.

    [C, N] -> [H, D, N] three times, [H, N_BUCKETS]
    """
    scaled = weights[h + "wq"] * normed.dtype.type(LOG2_E * config.head_size**-0.5)
    shape = (config.n_head, config.head_size, -1)
    q, k, v = ((w @ normed).reshape(shape) for w in (scaled, weights[h + "wk"], weights[h + "wv"]))
    return q, k, v, weights[h + "bias"] * normed.dtype.type(LOG2_E)


def block_backward(
    config: Config,
    weights: Weights,
    grads: Weights,
    h: str,
    dx: Array,
    saved: dict[str, Any],
    places: Int32s,
    guessed: Window | None,
) -> Array:
    """Adds the layer's gradients to `grads` and returns that of its input. [C, N] -> [C, N]"""
    dout = drop_backward(dx, saved["kept2"])
    dhidden, grads[h + "fc2"] = linear_backward(dout, saved["hidden"], weights[h + "fc2"])
    dhidden *= saved["hidden"] > 0
    dnormed2, grads[h + "fc1"] = linear_backward(dhidden, saved["normed2"], weights[h + "fc1"])
    dx = dx + rms_norm_backward(dnormed2, saved["normed2"], saved["scale2"])
    if guessed:
        add_recalled_backward(weights, grads, dx, saved["guesses"], guessed)
    dout = drop_backward(dx, saved["kept"])
    dmixed, grads[h + "wo"] = linear_backward(dout, saved["mixed"].reshape(dout.shape), weights[h + "wo"])
    dnormed = attention_inputs_backward(config, weights, grads, h, dmixed, saved, places)
    return np.asarray(dx + rms_norm_backward(dnormed, saved["normed"], saved["scale"]))


def attention_inputs_backward(
    config: Config,
    weights: Weights,
    grads: Weights,
    h: str,
    dmixed: Array,
    saved: dict[str, Any],
    places: Int32s,
) -> Array:
    """Adds the gradients of wq, wk, wv and bias, and returns that of the normalised input. [C, N] -> [C, N]"""
    from . import attention  # here, as in `block`

    d, dtype = config.head_size, dmixed.dtype.type
    mixed, shift, q, k, v, bias = (saved[name] for name in ("mixed", "shift", "q", "k", "v", "bias"))
    dout = dmixed.reshape(q.shape)
    dqkv, grads[h + "bias"] = attention.attention_backward(dout, mixed, shift, q, k, v, bias, places)
    names, factors = ("wq", "wk", "wv"), (d**-0.5, 1 / LOG2_E, 1.0)
    scaled = [weights[h + name] * dtype(factor) for name, factor in zip(names, factors, strict=True)]
    dnormed, dw = linear_backward(dqkv.reshape(-1, dmixed.shape[1]), saved["normed"], np.concatenate(scaled))
    for name, part, factor in zip(names, np.split(dw, 3), factors, strict=True):
        grads[h + name] = part * dtype(factor)
    return dnormed

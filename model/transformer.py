"""The transformer: weights, forward, and beside each step its backward.

It follows GPT-2 in the small form of Karpathy's microgpt: root-mean-square norms without gain, ReLU, no
biases, an untied head. What it adds is in `positions.py` and in one learned number per head and bucket that
is added to the attention scores. Weight tying and rotary positions are left out.

All functions work in the dtype of the weights. Letters in the shapes: B windows, T tokens (queries), S keys,
C = n_embd, H heads, D = C / H, V = vocabulary size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .config import N_BUCKETS, Config
from .positions import buckets
from .vocabulary import Vocabulary

Array = NDArray[Any]
Weights = dict[str, Array]

EPSILON = 1e-5
MASKED = -1e9
QUERY_BLOCK = 64


class Model(NamedTuple):
    """What a model is, the characters it knows, and what it has learned."""

    config: Config
    vocabulary: Vocabulary
    weights: Weights


class Window(NamedTuple):
    """Stretches of text to predict from. All [B, T]."""

    tokens: Array
    columns: Array
    lines: Array  # any numbering that counts newlines


class Past(NamedTuple):
    """Keys and values that a later window can still see, oldest first, with their tokens and places."""

    tokens: Array  # [B, S]
    keys: list[Array]  # per layer [B, S, C]
    values: list[Array]  # per layer [B, S, C]
    columns: Array  # [B, S]
    lines: Array  # [B, S]


def init_weights(config: Config, vocabulary_size: int, rng: np.random.Generator) -> Weights:
    """Fresh float32 weights: embeddings at 0.2, the smear at 0.5, matrices at 0.5/√fan_in (output
    projections at half of it), bias and head at zero."""
    weights: Weights = {}
    for name, shape in config.shapes(vocabulary_size).items():
        kind = name.rpartition(".")[2]
        if kind in ("bias", "lm_head"):
            scale = 0.0
        elif kind == "smear":
            scale = 0.5
        elif kind in ("wte", "wpe"):
            scale = 0.2
        else:
            scale = (0.25 if kind in ("wo", "fc2") else 0.5) / np.sqrt(shape[1])
        weights[name] = (scale * rng.standard_normal(shape)).astype(np.float32)
    return weights


def grown(weights: Weights, vocabulary_size: int) -> Weights:
    """The same weights with rows for a larger vocabulary; a new character begins as a copy of the escape."""
    weights = dict(weights)
    for name in ("wte", "lm_head"):
        old = weights[name]
        weights[name] = np.concatenate([old, np.repeat(old[:1], vocabulary_size - len(old), axis=0)])
    return weights


def as_dtype(weights: Weights, dtype: type[np.floating[Any]]) -> Weights:
    """The same weights in another precision."""
    return {name: tensor.astype(dtype) for name, tensor in weights.items()}


class Dropout(NamedTuple):
    """What is left out at random while training, so that few lines are not learned by heart."""

    share: float
    rng: np.random.Generator

    def factors(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Zero for a random share of numbers and, so that their sum stays, 1 / (1 - share) for the others."""
        kept = np.frombuffer(self.rng.bytes(int(np.prod(shape))), np.uint8) >= round(256 * self.share)
        factors = kept.reshape(shape).astype(dtype)
        factors *= 1 / (1 - round(256 * self.share) / 256)
        return factors


# ---- one step each, forward and backward; a backward takes the gradient of what its forward returned


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


def linear(x: Array, w: Array) -> Array:
    """[..., n_in], [n_out, n_in] -> [..., n_out]"""
    return np.asarray(x @ w.T)


def linear_backward(dy: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """The gradients of x and of w. -> [..., n_in], [n_out, n_in]"""
    flat = dy.reshape(-1, dy.shape[-1])
    return dy @ w, flat.T @ x.reshape(-1, x.shape[-1])


def split_heads(x: Array, n_head: int) -> Array:
    """[B, T, C] -> [B, H, T, D]"""
    b, t, c = x.shape
    return x.reshape(b, t, n_head, c // n_head).transpose(0, 2, 1, 3)


def merge_heads(x: Array) -> Array:
    """[B, H, T, D] -> [B, T, C]"""
    b, h, t, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(b, t, h * d)


def softmax(scores: Array) -> Array:
    """Probabilities over the last axis, in place. [..., S] -> [..., S]"""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def query_blocks(n_query: int, n_key: int) -> Iterator[tuple[slice, slice]]:
    """Blocks of queries, and the keys that each may see: half of all pairs lie in the future and are skipped."""
    for begin in range(0, n_query, QUERY_BLOCK):
        end = min(begin + QUERY_BLOCK, n_query)
        yield slice(begin, end), slice(0, n_key - n_query + end)


def attention(q: Array, k: Array, v: Array, bias: Array | None, bucket: Array) -> tuple[Array, list[Array]]:
    """softmax(q·k/√D + bias)·v, and the probabilities of each block of queries.

    [B, H, T, D], [B, H, S, D] twice, [H, N_BUCKETS] or None, [B, T, S] -> [B, H, T, D], list of [B, H, block, seen]
    """
    q = q * q.dtype.type(q.shape[-1] ** -0.5)
    out, probabilities = np.empty_like(q), []
    for rows, seen in query_blocks(q.shape[2], k.shape[2]):
        scores = q[:, :, rows] @ k[:, :, seen].transpose(0, 1, 3, 2)
        scores += offsets(bias, bucket[:, rows, seen])
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
        dbias += offsets_backward(dscores, bucket[:, rows, seen])
    return dq, dk, dv, dbias


def offsets(bias: Array | None, bucket: Array) -> Array:
    """What is added to the attention scores: the bias of each pair's bucket, MASKED where it is N_BUCKETS.

    [H, N_BUCKETS] or None, [B, T, S] -> [B, H or 1, T, S]
    """
    if bias is None:
        return np.where(bucket == N_BUCKETS, MASKED, 0.0).astype(np.float32)[:, None]
    out = np.empty((bucket.shape[0], len(bias), *bucket.shape[1:]), dtype=bias.dtype)
    for head, row in enumerate(bias):
        out[:, head] = np.append(row, bias.dtype.type(MASKED)).take(bucket)
    return out


def offsets_backward(dscores: Array, bucket: Array) -> Array:
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


def position_rows(config: Config, window: Window, n_past: int = 0) -> Array:
    """Which row of `wpe` each token has. -> [B, T]"""
    if config.positions == "absolute":
        t = window.tokens.shape[1]
        if n_past + t > config.n_context:
            raise ValueError(f"{n_past + t} tokens, but absolute positions place at most {config.n_context}")
        return np.broadcast_to(np.arange(n_past, n_past + t), window.tokens.shape)
    return np.asarray(window.columns % config.n_position)


def forward(
    config: Config, weights: Weights, window: Window, past: Past | None = None, dropout: Dropout | None = None
) -> tuple[Array, Cache, Past]:
    """Predict every next token; `dropout` is for training alone.

    Returns the logits [B, T, V], the cache for `backward`, and what a following window can see: its own keys
    and values behind those of `past`, cut to the last `n_context - 1`. With "absolute" positions a window
    and its past fill at most one context, and nothing is seen beyond a full one.
    """
    rows = position_rows(config, window, past.columns.shape[1] if past else 0)
    characters = weights["wte"][window.tokens] + weights["wpe"][rows]
    if config.n_smear:
        characters += smeared(config, weights, window, past)
    embedded, embedding_scale = rms_norm(characters)
    x, kept = drop(embedded, dropout)
    key_tokens, key_columns, key_lines = visible(window, past)
    bucket = buckets(window.columns, window.lines, key_columns, key_lines)  # [B, T, S]
    bucket[:, hidden_pairs(bucket.shape[1], bucket.shape[2], config.n_context)] = N_BUCKETS
    layers: list[dict[str, Any]] = []
    for layer in range(config.n_layer):
        seen = (past.keys[layer], past.values[layer]) if past else None
        x, saved = block(config, weights, f"h{layer}.", x, bucket, seen, dropout)
        layers.append(saved)
    final, final_scale = rms_norm(x) if config.final_norm else (x, None)
    logits = linear(final, weights["lm_head"])  # [B, T, V]
    old = 0  # keys that no later window can see
    if key_columns.shape[1] >= config.n_context:
        old = key_columns.shape[1] - (config.n_context - 1 if config.positions == "columns" else 0)
    following = Past(
        key_tokens[:, old:],
        [saved["k"][:, old:] for saved in layers],
        [saved["v"][:, old:] for saved in layers],
        key_columns[:, old:],
        key_lines[:, old:],
    )
    return logits, Cache(window, bucket, embedded, embedding_scale, kept, layers, final, final_scale), following


def visible(window: Window, past: Past | None) -> tuple[Array, Array, Array]:
    """Tokens, columns and lines of all keys, those of `past` first. -> [B, S] three times"""
    if past is None:
        return window.tokens, window.columns, window.lines
    parts = ((past.tokens, window.tokens), (past.columns, window.columns), (past.lines, window.lines))
    tokens, columns, lines = (np.concatenate(pair, axis=1) for pair in parts)
    return tokens, columns, lines


def smeared(config: Config, weights: Weights, window: Window, past: Past | None) -> Array:
    """What the characters before each token add to its embedding; nothing before the text. -> [B, T, C]"""
    before = earlier_embeddings(config, weights, window, past)
    return np.asarray(sum(part * s for part, s in zip(before, weights["smear"], strict=True)))


def earlier_embeddings(config: Config, weights: Weights, window: Window, past: Past | None) -> list[Array]:
    """The embedding of the character 1, 2, … n_smear before each token. -> [B, T, C] each"""
    n, (b, t) = config.n_smear, window.tokens.shape
    tokens = window.tokens if past is None else np.concatenate([past.tokens[:, -n:], window.tokens], axis=1)
    rows = weights["wte"][tokens]
    missing = n + t - rows.shape[1]
    if missing:
        rows = np.concatenate([np.zeros((b, missing, config.n_embd), rows.dtype), rows], axis=1)
    return [rows[:, n - back : n - back + t] for back in range(1, n + 1)]


def smeared_backward(config: Config, weights: Weights, dx: Array, window: Window) -> tuple[Array, Array]:
    """The gradients of the characters' embeddings by way of the smear, and of the smear. -> [B, T, C], [n_smear, C]"""
    dcharacters = np.zeros_like(dx)
    for back, s in enumerate(weights["smear"], 1):
        dcharacters[:, :-back] += dx[:, back:] * s
    before = earlier_embeddings(config, weights, window, None)
    return dcharacters, np.array([(dx * part).sum(axis=(0, 1)) for part in before])


def hidden_pairs(n_query: int, n_key: int, n_context: int) -> Array:
    """Which keys a query must not see: later ones, and those `n_context` or more back. -> [T, S]"""
    back = np.arange(n_key - n_query, n_key)[:, None] - np.arange(n_key)[None, :]
    return np.asarray((back < 0) | (back >= n_context))


def block(
    config: Config,
    weights: Weights,
    h: str,
    x: Array,
    bucket: Array,
    seen: tuple[Array, Array] | None,
    dropout: Dropout | None,
) -> tuple[Array, dict[str, Any]]:
    """One layer: attention, then the two-matrix perceptron, each added to the stream. [B, T, C] -> [B, T, C]"""
    normed, scale = rms_norm(x)
    q, k, v = (linear(normed, weights[h + name]) for name in ("wq", "wk", "wv"))
    if seen:
        k, v = np.concatenate([seen[0], k], axis=1), np.concatenate([seen[1], v], axis=1)
    by_head = [split_heads(part, config.n_head) for part in (q, k, v)]
    attended, p = attention(by_head[0], by_head[1], by_head[2], weights.get(h + "bias"), bucket)
    mixed = merge_heads(attended)  # [B, T, C]
    attention_out, kept = drop(linear(mixed, weights[h + "wo"]), dropout)
    x = x + attention_out
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
) -> Array:
    """Adds the layer's gradients to `grads` and returns that of its input. [B, T, C] -> [B, T, C]"""
    dout = drop_backward(dx, saved["kept2"])
    dhidden, grads[h + "fc2"] = linear_backward(dout, saved["hidden"], weights[h + "fc2"])
    dhidden *= saved["hidden"] > 0
    dnormed2, grads[h + "fc1"] = linear_backward(dhidden, saved["normed2"], weights[h + "fc1"])
    dx = dx + rms_norm_backward(dnormed2, saved["normed2"], saved["scale2"])
    dout = drop_backward(dx, saved["kept"])
    dmixed, grads[h + "wo"] = linear_backward(dout, saved["mixed"], weights[h + "wo"])
    q, k, v = (split_heads(saved[name], config.n_head) for name in "qkv")
    dattended = split_heads(dmixed, config.n_head)
    *dqkv, dbias = attention_backward(dattended, q, k, v, saved["p"], bucket)
    if h + "bias" in weights:
        grads[h + "bias"] = dbias
    dnormed = np.zeros_like(dx)
    for name, dpart in zip(("wq", "wk", "wv"), dqkv, strict=True):
        dinput, grads[h + name] = linear_backward(merge_heads(dpart), saved["normed"], weights[h + name])
        dnormed += dinput
    return np.asarray(dx + rms_norm_backward(dnormed, saved["normed"], saved["scale"]))


def backward(config: Config, weights: Weights, dlogits: Array, cache: Cache) -> Weights:
    """The gradient of every tensor, given that of the logits [B, T, V]; for windows without a past."""
    grads: Weights = {}
    dx, grads["lm_head"] = linear_backward(dlogits, cache.final, weights["lm_head"])
    if cache.final_scale is not None:
        dx = rms_norm_backward(dx, cache.final, cache.final_scale)
    for layer in reversed(range(config.n_layer)):
        dx = block_backward(config, weights, grads, f"h{layer}.", dx, cache.layers[layer], cache.bucket)
    dx = rms_norm_backward(drop_backward(dx, cache.kept), cache.embedded, cache.embedding_scale)
    grads["wpe"] = scatter_add(dx, position_rows(config, cache.window), config.n_position)
    if config.n_smear:
        dcharacters, grads["smear"] = smeared_backward(config, weights, dx, cache.window)
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


def token_bits(logits: Array, targets: Array) -> Array:
    """−log2 p of each target. [B, T, V], [B, T] -> [B, T]"""
    top = logits.max(axis=-1)
    log_total = top + np.log(np.exp(logits - top[..., None]).sum(axis=-1))
    picked = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return np.asarray((log_total - picked) / np.log(2))

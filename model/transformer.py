"""The transformer: its weights, and a plain forward pass for texts of any length.

Scores (`scoring.py`) and the audit (`extraction.py`) are computed here. Training takes another path: `gradient.py`
and `attention.py` compute the same logits, and the gradients of all weights, 2 to 3 times as fast, for windows of
one length that have nothing before them. `state.py` computes the same function one token at a time, with the same bits
as the page. The tests compare all three.

The model follows GPT-2 in the small form of Karpathy's microgpt: root-mean-square norms without gain, ReLU, no
biases, an untied head. It adds positions by column and line (`positions.py`), one learned number per head and bucket
in the attention scores, the smear of earlier characters, and what earlier lines recall (`recall.py`), which the last
perceptron weighs against what attention has found. It leaves out weight tying and rotary positions.

All functions work in the dtype of the weights. Letters in the shapes: B windows, T tokens (queries), S keys,
C = n_embd, H heads, D = C / H, V = vocabulary size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from .array_types import Array, Int32s
from .config import N_BUCKETS, Config
from .positions import buckets
from .vocabulary import ESCAPE, Vocabulary

Weights = dict[str, Array]

EPSILON = 1e-5
MASKED = -1e9  # an attention score that leaves a key no probability
QUERY_BLOCK = 64


class Model(NamedTuple):
    """A trained model: its shape, the characters it knows, and its weights."""

    config: Config
    vocabulary: Vocabulary
    weights: Weights


class Window(NamedTuple):
    """Stretches of text to predict from."""

    tokens: Array  # [B, T]
    columns: Array  # [B, T]
    lines: Array  # [B, T]; any numbering that grows by one at each newline
    recalled: Array  # [N_RECALLED, B, T]; a model without recall does not look at it


class Past(NamedTuple):
    """Keys and values that a later window can still see, oldest first, with their tokens and places."""

    tokens: Array  # [B, S]
    keys: list[Array]  # per layer [B, S, C]
    values: list[Array]  # per layer [B, S, C]
    columns: Array  # [B, S]
    lines: Array  # [B, S]


def init_weights(config: Config, vocabulary_size: int, rng: np.random.Generator) -> Weights:
    """Fresh float32 weights: normal numbers, scaled by the kind of tensor.

    Embeddings have a scale of 0.2, smear and recall 0.5, matrices 0.5/√fan_in and output projections half of that.
    Bias and head begin at zero, so that an untrained model predicts all characters alike.
    """
    weights: Weights = {}
    for name, shape in config.shapes(vocabulary_size).items():
        kind = name.rpartition(".")[2]
        if kind in ("bias", "lm_head"):
            scale = 0.0
        elif kind in ("smear", "recall"):
            scale = 0.5
        elif kind in ("wte", "wpe"):
            scale = 0.2
        else:
            scale = (0.25 if kind in ("wo", "fc2") else 0.5) / np.sqrt(shape[1])
        weights[name] = (scale * rng.standard_normal(shape)).astype(np.float32)
    return weights


def for_rows(weights: Weights, rows: Int32s) -> Weights:
    """The same weights for another vocabulary, of which each id has the row that it had before. [V] -> [V, C] each"""
    return {name: w[rows] if name in ("wte", "lm_head") else w for name, w in weights.items()}


def as_dtype(weights: Weights, dtype: type[np.floating[Any]]) -> Weights:
    """The same weights in another precision."""
    return {name: tensor.astype(dtype) for name, tensor in weights.items()}


# ---- the steps, in the order in which a token meets them


def forward(config: Config, weights: Weights, window: Window, past: Past | None = None) -> tuple[Array, Past]:
    """Predict every next token. -> logits [B, T, V], and what the following window can see

    `past` is what the window before returned. The new one holds that window's keys and values too, cut to the last
    `n_context - 1` tokens. Windows that follow each other give the logits of one long window.
    """
    x = embed(config, weights, window, past)
    key_tokens, key_columns, key_lines = visible_tokens(window, past)
    bucket = buckets(window.columns, window.lines, key_columns, key_lines)  # [B, T, S]
    bucket[:, hidden_pairs(bucket.shape[1], bucket.shape[2], config.n_context)] = N_BUCKETS
    keys, values = [], []
    for layer in range(config.n_layer):
        before = (past.keys[layer], past.values[layer]) if past else None
        guesses = recalled(weights, window) if config.recall and layer == config.n_layer - 1 else None
        x, k, v = block(config, weights, f"h{layer}.", x, bucket, before, guesses)
        keys.append(k)
        values.append(v)
    logits = linear(rms_norm(x) if config.final_norm else x, weights["lm_head"])
    old = max(0, key_tokens.shape[1] - (config.n_context - 1))  # tokens that no later window can see
    following = Past(
        key_tokens[:, old:],
        [k[:, old:] for k in keys],
        [v[:, old:] for v in values],
        key_columns[:, old:],
        key_lines[:, old:],
    )
    return logits, following


def embed(config: Config, weights: Weights, window: Window, past: Past | None) -> Array:
    """The normalised sum of character, position and smear. -> [B, T, C]"""
    x = weights["wte"][window.tokens] + weights["wpe"][position_rows(config, window)]
    if config.n_smear:
        x += smear(config, weights, window, past)
    return rms_norm(x)


def position_rows(config: Config, window: Window) -> Array:
    """The row of `wpe` for each token. -> [B, T]"""
    return np.asarray(window.columns % config.n_position)


def smear(config: Config, weights: Weights, window: Window, past: Past | None) -> Array:
    """What the characters before each token add to its embedding; nothing before the text. -> [B, T, C]"""
    before = earlier_embeddings(config, weights, window, past)
    return np.asarray(sum(part * s for part, s in zip(before, weights["smear"], strict=True)))


def recalled(weights: Weights, window: Window) -> Array:
    """What the last layer gets of the characters that earlier lines recall. -> [B, T, C]"""
    rows = recallable(weights)
    return np.asarray(sum(rows[ids] * part for ids, part in zip(window.recalled, weights["recall"], strict=True)))


def recallable(weights: Weights) -> Array:
    """What each id adds to the stream when it is recalled: its row of the head, from which it is predicted.

    Nothing for id 0, which says that nothing is recalled. -> [V, C]
    """
    rows = weights["lm_head"].copy()
    rows[ESCAPE] = 0
    return rows


def earlier_embeddings(config: Config, weights: Weights, window: Window, past: Past | None) -> list[Array]:
    """The embedding of the character 1, 2, … n_smear before each token. -> [B, T, C] each"""
    n, (b, t) = config.n_smear, window.tokens.shape
    tokens = window.tokens if past is None else np.concatenate([past.tokens[:, -n:], window.tokens], axis=1)
    rows = weights["wte"][tokens]
    missing = n + t - rows.shape[1]
    if missing:
        rows = np.concatenate([np.zeros((b, missing, config.n_embd), rows.dtype), rows], axis=1)
    return [rows[:, n - back : n - back + t] for back in range(1, n + 1)]


def visible_tokens(window: Window, past: Past | None) -> tuple[Array, Array, Array]:
    """Tokens, columns and lines of all keys, those of `past` first. -> [B, S] three times"""
    if past is None:
        return window.tokens, window.columns, window.lines
    parts = ((past.tokens, window.tokens), (past.columns, window.columns), (past.lines, window.lines))
    tokens, columns, lines = (np.concatenate(pair, axis=1) for pair in parts)
    return tokens, columns, lines


def hidden_pairs(n_query: int, n_key: int, n_context: int) -> Array:
    """True where a query must not see a key: a later one, or one `n_context` or more tokens back. -> [T, S]

    The last query stands at the last key.
    """
    back = np.arange(n_key - n_query, n_key)[:, None] - np.arange(n_key)[None, :]
    return np.asarray((back < 0) | (back >= n_context))


def block(
    config: Config,
    weights: Weights,
    h: str,
    x: Array,
    bucket: Array,
    before: tuple[Array, Array] | None,
    guesses: Array | None,
) -> tuple[Array, Array, Array]:
    """One layer: attention, then the two-matrix perceptron, each added to the stream; `guesses` between them.

    `h` begins the names of the layer's tensors; `before` has the keys and values of earlier tokens.
    [B, T, C], [B, T, S] -> [B, T, C], and all keys and values, [B, S, C] each
    """
    normed = rms_norm(x)
    q, k, v = (linear(normed, weights[h + name]) for name in ("wq", "wk", "wv"))
    if before:
        k, v = np.concatenate([before[0], k], axis=1), np.concatenate([before[1], v], axis=1)
    by_head = [split_heads(part, config.n_head) for part in (q, k, v)]  # [B, H, T or S, D] each
    mixed = merge_heads(attention(by_head[0], by_head[1], by_head[2], weights[h + "bias"], bucket))  # [B, T, C]
    x = x + linear(mixed, weights[h + "wo"])
    if guesses is not None:
        x = x + guesses
    hidden = np.maximum(linear(rms_norm(x), weights[h + "fc1"]), 0)  # [B, T, 4C]
    return x + linear(hidden, weights[h + "fc2"]), k, v


def rms_norm(x: Array) -> Array:
    """x over its root mean square. [..., C] -> [..., C]"""
    return np.asarray(x * (1.0 / np.sqrt(np.mean(np.square(x), axis=-1, keepdims=True) + x.dtype.type(EPSILON))))


def linear(x: Array, w: Array) -> Array:
    """[..., n_in], [n_out, n_in] -> [..., n_out]"""
    return np.asarray(x @ w.T)


def split_heads(x: Array, n_head: int) -> Array:
    """[B, T, C] -> [B, H, T, D]"""
    b, t, c = x.shape
    return x.reshape(b, t, n_head, c // n_head).transpose(0, 2, 1, 3)


def merge_heads(x: Array) -> Array:
    """[B, H, T, D] -> [B, T, C]"""
    b, h, t, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(b, t, h * d)


def attention(q: Array, k: Array, v: Array, bias: Array, bucket: Array) -> Array:
    """softmax(q·k/√D + bias)·v, in blocks of queries.

    [B, H, T, D], [B, H, S, D] twice, [H, N_BUCKETS], [B, T, S] -> [B, H, T, D]
    """
    q = q * q.dtype.type(q.shape[-1] ** -0.5)
    out = np.empty_like(q)
    for rows, seen in query_blocks(q.shape[2], k.shape[2]):
        scores = q[:, :, rows] @ k[:, :, seen].transpose(0, 1, 3, 2)
        scores += bias_of_pairs(bias, bucket[:, rows, seen])
        out[:, :, rows] = softmax(scores) @ v[:, :, seen]
    return out


def query_blocks(n_query: int, n_key: int) -> Iterator[tuple[slice, slice]]:
    """Blocks of queries and the keys that each may see: half of all pairs lie in the future and are skipped."""
    for begin in range(0, n_query, QUERY_BLOCK):
        end = min(begin + QUERY_BLOCK, n_query)
        yield slice(begin, end), slice(0, n_key - n_query + end)


def bias_of_pairs(bias: Array, bucket: Array) -> Array:
    """The bias of each pair's bucket; MASKED where the bucket is N_BUCKETS, which stands for a hidden pair.

    [H, N_BUCKETS], [B, T, S] -> [B, H, T, S]
    """
    out = np.empty((bucket.shape[0], len(bias), *bucket.shape[1:]), dtype=bias.dtype)
    for head, row in enumerate(bias):
        out[:, head] = np.append(row, bias.dtype.type(MASKED)).take(bucket)
    return out


def softmax(scores: Array) -> Array:
    """Probabilities over the last axis, in place. [..., S] -> [..., S]"""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def token_bits(logits: Array, targets: Array) -> Array:
    """−log2 p of each target. [B, T, V], [B, T] -> [B, T]"""
    top = logits.max(axis=-1)
    log_total = top + np.log(np.exp(logits - top[..., None]).sum(axis=-1))
    picked = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return np.asarray((log_total - picked) / np.log(2))

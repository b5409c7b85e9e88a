"""The transformer one token at a time, with the same bits as the page's engine in JavaScript.

The steps are those of `transformer.py`, in float64 and with every sum in index order, with the names that they have
in the engine. N texts advance side by side; each keeps the keys and values of what it has read in a ring, and can go
back to a copy of itself. Samples are drawn with this; whole logs are scored by `scoring.py`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .array_types import Array, Floats
from .exact import STEPS_PER_NAT, linear, power, total
from .positions import buckets, columns_and_lines
from .recall import Recall
from .transformer import EPSILON, Model, as_dtype, recallable
from .vocabulary import NEWLINE, Tokens

MOST_STEPS = 262144  # steps of 2^(1/512): the power of an attention score is at most 2^512 and at least 2^-512


class _Seen(NamedTuple):
    """What each newest token can see, oldest first: slots of the ring, and whether a token is there. Both [N, S]."""

    slots: Array
    exist: Array


class State:
    """What N texts have read so far: keys and values, [layer, N, n_context, C], and the place of each token."""

    def __init__(self, model: Model, n: int = 1) -> None:
        config = model.config
        self.model = model._replace(weights=as_dtype(model.weights, np.float64))
        # Attention scores are in the unit that `exact.power` takes.
        weights, steps = self.model.weights, STEPS_PER_NAT / np.sqrt(config.head_size)
        self.queries = [weights[f"h{layer}.wq"] * steps for layer in range(config.n_layer)]
        self.biases = [weights[f"h{layer}.bias"] * STEPS_PER_NAT for layer in range(config.n_layer)]
        shape = (config.n_layer, n, config.n_context, config.n_embd)
        self.keys = np.zeros(shape)
        self.values = np.zeros(shape)
        self.columns = np.zeros((n, config.n_context), dtype=np.int32)
        self.lines = np.zeros((n, config.n_context), dtype=np.int32)
        self.column = np.zeros(n, dtype=np.int32)
        self.line = np.zeros(n, dtype=np.int32)
        self.before = np.zeros((n, config.n_smear, config.n_embd))  # embeddings of the last characters, newest first
        self.recalls = [Recall(model.vocabulary) for _ in range(n)]
        self.recallable = recallable(self.model.weights)
        self.length = np.zeros(n, dtype=np.int64)  # tokens read

    def replicated(self, n: int) -> State:
        """N texts that have all read what this one text has read."""
        copy = State(self.model, n)
        for i in range(n):
            copy.replace(i, self)
        return copy

    def text(self, i: int) -> State:
        """A copy of one of the texts."""
        copy = State(self.model)
        copy.replace(0, self, i)
        return copy

    def replace(self, i: int, other: State, j: int = 0) -> None:
        """Put a copy of text j of another state in the place of text i."""
        for name in ("columns", "lines", "column", "line", "before", "length"):
            getattr(self, name)[i] = getattr(other, name)[j]
        self.keys[:, i], self.values[:, i] = other.keys[:, j], other.values[:, j]
        self.recalls[i] = other.recalls[j].copy()

    def skim(self, tokens: Tokens) -> None:
        """Note what a beginning that is out of sight may recall. The same one for all texts, before any other. [n]"""
        for recall in self.recalls:
            recall.read_all(tokens)
        columns, lines = columns_and_lines(tokens)
        self.column += columns[-1]
        self.line += lines[-1]

    def read(self, tokens: Tokens) -> Floats:
        """Read one more token of each text and predict the next. [N] -> logits [N, V]"""
        config, _, weights = self.model
        newline = tokens == NEWLINE
        self.column = np.where(newline, 0, self.column + 1).astype(np.int32)
        self.line = self.line + newline
        seen = self._remember_place()
        x = rms_norm(self._embed(tokens, weights["wpe"][self.column % config.n_position]))
        guesses = np.array([recall.read(token) for recall, token in zip(self.recalls, tokens.tolist(), strict=True)])
        columns, lines = (np.take_along_axis(places, seen.slots, 1) for places in (self.columns, self.lines))
        bucket = buckets(self.column[:, None], self.line[:, None], columns, lines)[:, 0]
        for layer in range(config.n_layer):
            x = self._block(layer, x, seen, bucket, guesses)
        self.length += 1
        return linear(rms_norm(x) if config.final_norm else x, weights["lm_head"])

    def _embed(self, tokens: Tokens, position: Floats) -> Floats:
        """The sum of character, position and smear. -> [N, C]"""
        character = self.model.weights["wte"][tokens]
        x = character + position
        for back in range(self.model.config.n_smear):
            x = x + self.before[:, back] * self.model.weights["smear"][back]
        if self.model.config.n_smear:
            self.before = np.concatenate([character[:, None], self.before[:, :-1]], axis=1)
        return x

    def _remember_place(self) -> _Seen:
        """Note the newest token's place in the ring. -> what it can see"""
        n_context = self.model.config.n_context
        texts, slot = np.arange(len(self.length)), self.length % n_context
        self.columns[texts, slot] = self.column
        self.lines[texts, slot] = self.line
        most = min(int(self.length.max()) + 1, n_context)
        tokens = self.length[:, None] - np.arange(most)[::-1]
        return _Seen(tokens % n_context, tokens >= 0)

    def _block(self, layer: int, x: Floats, seen: _Seen, bucket: Array, guesses: Array) -> Floats:
        """One layer; notes the newest token's key and value. [N, C], …, [N, S], [N, N_RECALLED] -> [N, C]"""
        config, _, weights = self.model
        h, n, texts, slot = f"h{layer}.", len(x), np.arange(len(x)), self.length % config.n_context
        normed = rms_norm(x)
        q = linear(normed, self.queries[layer])
        self.keys[layer, texts, slot] = linear(normed, weights[h + "wk"])
        self.values[layer, texts, slot] = linear(normed, weights[h + "wv"])
        by_head = (n, seen.slots.shape[1], config.n_head, config.head_size)
        k, v = (ring[layer, texts[:, None], seen.slots].reshape(by_head) for ring in (self.keys, self.values))
        scores = total(q.reshape(n, 1, config.n_head, config.head_size) * k).transpose(0, 2, 1)  # [N, H, S]
        scores = scores + self.biases[layer][:, bucket].transpose(1, 0, 2)
        p = power(np.clip(scores, -MOST_STEPS, MOST_STEPS)) * seen.exist[:, None, :]
        mixed = total(p[:, :, None, :] * v.transpose(0, 2, 3, 1)) * (1.0 / total(p))[:, :, None]
        x = x + linear(mixed.reshape(n, config.n_embd), weights[h + "wo"])
        if config.recall and layer == config.n_layer - 1:
            for kind, part in enumerate(weights["recall"]):
                x = x + self.recallable[guesses[:, kind]] * part
        hidden = np.maximum(linear(rms_norm(x), weights[h + "fc1"]), 0.0)
        return x + linear(hidden, weights[h + "fc2"])


def rms_norm(x: Floats) -> Floats:
    """x over its root mean square, summed in index order. [N, C] -> [N, C]"""
    mean = total(x * x) / x.shape[-1]
    return np.asarray(x * (1.0 / np.sqrt(mean + EPSILON))[:, None])

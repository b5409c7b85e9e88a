"""The transformer one token at a time, with the same bits as the page's engine in JavaScript.

The steps are those of `transformer.py`, in float64 and with every sum in index order, with the names that they have
in the engine. N texts advance side by side; each keeps the keys and values of what it has read in a ring. Samples
are drawn with this; whole logs are scored by `scoring.py`.
"""

from __future__ import annotations

import numpy as np

from .array_types import Array, Floats
from .exact import STEPS_PER_NAT, linear, power, total
from .positions import buckets, columns_and_lines
from .recall import Recall
from .transformer import EPSILON, Model, as_dtype, recallable
from .vocabulary import NEWLINE, Tokens

MOST_STEPS = 262144  # steps of 2^(1/512): the power of an attention score is at most 2^512 and at least 2^-512


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
        self.length = 0  # tokens read

    def replicated(self, n: int) -> State:
        """N texts that have all read what this one text has read."""
        copy = State(self.model, n)
        for name in ("columns", "lines", "column", "line", "before"):
            setattr(copy, name, np.repeat(getattr(self, name), n, axis=0))
        copy.keys = np.repeat(self.keys, n, axis=1)
        copy.values = np.repeat(self.values, n, axis=1)
        copy.recalls = [self.recalls[0].copy() for _ in range(n)]
        copy.length = self.length
        return copy

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
        bucket = buckets(self.column[:, None], self.line[:, None], self.columns[:, seen], self.lines[:, seen])[:, 0]
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

    def _remember_place(self) -> Array:
        """Note the newest token's place in the ring. -> the slots that it can see, oldest first"""
        config = self.model.config
        slot = self.length % config.n_context
        self.columns[:, slot] = self.column
        self.lines[:, slot] = self.line
        count = min(self.length + 1, config.n_context)
        return np.arange(self.length + 1 - count, self.length + 1) % config.n_context

    def _block(self, layer: int, x: Floats, seen: Array, bucket: Array, guesses: Array) -> Floats:
        """One layer; notes the newest token's key and value. [N, C], slots [S], [N, S], [N, N_RECALLED] -> [N, C]"""
        config, _, weights = self.model
        h, n, slot = f"h{layer}.", len(x), self.length % config.n_context
        normed = rms_norm(x)
        q = linear(normed, self.queries[layer])
        self.keys[layer, :, slot] = linear(normed, weights[h + "wk"])
        self.values[layer, :, slot] = linear(normed, weights[h + "wv"])
        by_head = (n, len(seen), config.n_head, config.head_size)
        k, v = (ring[layer][:, seen].reshape(by_head) for ring in (self.keys, self.values))
        scores = total(q.reshape(n, 1, config.n_head, config.head_size) * k).transpose(0, 2, 1)  # [N, H, S]
        scores = scores + self.biases[layer][:, bucket].transpose(1, 0, 2)
        p = power(np.clip(scores, -MOST_STEPS, MOST_STEPS))
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

"""Karpathy's microgpt for `training.py` to compare with: a scalar autograd in pure Python, at its shape.

Characters are placed by their index in a window, up to 48; there is no bias in attention and no final norm.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from model.config import Config
from model.optimizer import ADAM_BETAS, ADAM_EPSILON
from model.transformer import EPSILON, Weights

SHAPE = Config(n_layer=1, n_head=4, n_embd=16, n_context=48, n_position=48, n_smear=0, final_norm=False)


class Value:
    """A number that remembers what it was made of."""

    __slots__ = ("data", "grad", "parents", "slopes")

    def __init__(self, data: float, parents: tuple[Value, ...] = (), slopes: tuple[float, ...] = ()) -> None:
        self.data, self.grad, self.parents, self.slopes = data, 0.0, parents, slopes

    def __add__(self, other: Value | float) -> Value:
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other: Value | float) -> Value:
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def power(self, exponent: float) -> Value:
        return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1),))

    def exp(self) -> Value:
        e = math.exp(self.data)
        return Value(e, (self,), (e,))

    def log(self) -> Value:
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self) -> Value:
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    def backward(self) -> None:
        order: list[Value] = []
        seen: set[Value] = set()
        stack = [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif value not in seen:
                seen.add(value)
                stack.append((value, True))
                stack.extend((parent, False) for parent in value.parents)
        self.grad = 1.0
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                parent.grad += slope * value.grad


Vector = Sequence[Value]


def total(values: Sequence[Value]) -> Value:
    out = values[0]
    for value in values[1:]:
        out = out + value
    return out


def dot(a: Vector, b: Vector) -> Value:
    return total([x * y for x, y in zip(a, b, strict=True)])


def linear(x: Vector, w: Sequence[Vector]) -> list[Value]:
    return [dot(row, x) for row in w]


def softmax(x: Vector) -> list[Value]:
    top = max(value.data for value in x)
    e = [(value + -top).exp() for value in x]
    over = total(e).power(-1)
    return [value * over for value in e]


def rms_norm(x: Vector) -> list[Value]:
    scale = (dot(x, x) * (1 / len(x)) + EPSILON).power(-0.5)
    return [value * scale for value in x]


class Trainer:
    """Steps of one text at a time, with Adam, as microgpt has it."""

    def __init__(self, weights: Weights, rate: float) -> None:
        self.weights = {name: [[Value(float(x)) for x in row] for row in w] for name, w in weights.items()}
        self.numbers = [value for w in self.weights.values() for row in w for value in row]
        self.moments = [[0.0, 0.0] for _ in self.numbers]
        self.rate, self.steps = rate, 0

    def loss(self, tokens: Sequence[int]) -> Value:
        """Mean −ln p of each token after the first."""
        keys: list[Vector] = []
        values: list[Vector] = []
        losses = []
        for place, (token, target) in enumerate(pairwise(tokens)):
            p = softmax(self.logits(token, place, keys, values))
            losses.append(p[target].log() * -1.0)
        return total(losses) * (1 / len(losses))

    def logits(self, token: int, place: int, keys: list[Vector], values: list[Vector]) -> list[Value]:
        w, d = self.weights, SHAPE.head_size
        x = rms_norm([a + b for a, b in zip(w["wte"][token], w["wpe"][place], strict=True)])
        normed = rms_norm(x)
        q = linear(normed, w["h0.wq"])
        keys.append(linear(normed, w["h0.wk"]))
        values.append(linear(normed, w["h0.wv"]))
        mixed: list[Value] = []
        for head in range(0, SHAPE.n_embd, d):
            here = slice(head, head + d)
            p = softmax([dot(q[here], k[here]) * d**-0.5 for k in keys])
            mixed += [dot(p, [v[i] for v in values]) for i in range(head, head + d)]
        x = [a + b for a, b in zip(x, linear(mixed, w["h0.wo"]), strict=True)]
        hidden = [value.relu() for value in linear(rms_norm(x), w["h0.fc1"])]
        x = [a + b for a, b in zip(x, linear(hidden, w["h0.fc2"]), strict=True)]
        return linear(x, w["lm_head"])

    def gradients(self, tokens: Sequence[int]) -> float:
        """The loss in nats; leaves the gradients in the weights."""
        for value in self.numbers:
            value.grad = 0.0
        loss = self.loss(tokens)
        loss.backward()
        return loss.data

    def step(self, tokens: Sequence[int]) -> float:
        """Learn from one text."""
        loss = self.gradients(tokens)
        self.steps += 1
        b1, b2 = ADAM_BETAS
        for value, moment in zip(self.numbers, self.moments, strict=True):
            moment[0] += (1 - b1) * (value.grad - moment[0])
            moment[1] += (1 - b2) * (value.grad**2 - moment[1])
            mean, square = moment[0] / (1 - b1**self.steps), moment[1] / (1 - b2**self.steps)
            value.data -= self.rate * mean / (math.sqrt(square) + ADAM_EPSILON)
        return loss

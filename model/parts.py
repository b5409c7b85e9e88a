"""A step in parts, so that two processes can share it.

Both processes run the same training, each works out the gradients of the parts that fall to it, and they tell each
other. All parts are added in their order, whoever made them: one process or two, the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np

from .transformer import Array, Weights

Made = TypeVar("Made")

SECONDS_AWAKE = 0.01  # a process that sleeps is woken too late: a part takes about a millisecond


class PartnerLost(ConnectionError):
    """The other process of a training has ended."""


class Part(NamedTuple):
    """What one part of a step's windows says."""

    loss: float  # the weighted mean, in nats
    weight: float  # how much the part's characters count in all
    grads: Array  # all tensors as one row


class Line(Protocol):
    """A connection of `multiprocessing`."""

    def send(self, message: object, /) -> None:
        """Pass a message on."""

    def poll(self, timeout: float, /) -> bool:
        """Whether there is a message, or nobody can send one any more."""

    def recv(self) -> object:
        """Wait for a message. Raises EOFError when nobody can send one."""


class Partner:
    """The other of two processes that run the same training; `number` is 0 here and 1 there, or the other way round.

    When `given_up()` is true, which is asked at every step, it counts as lost.
    """

    def __init__(self, line: Line, number: int, given_up: Callable[[], bool] = lambda: False) -> None:
        self._line = line
        self._number = number
        self._given_up = given_up

    def all_of(self, made: Sequence[Made | None]) -> list[Made]:
        """Everything, in order: what was made here, and what the other made of the rest. Raises PartnerLost.

        One sends while the other receives, or two large messages would wait for each other.
        """
        own = [thing for thing in made if thing is not None]
        if self._number:
            theirs = self.hear()
            self.tell(own)
        else:
            self.tell(own)
            theirs = self.hear()
        others = iter(theirs)  # type: ignore[call-overload]
        return [thing if thing is not None else next(others) for thing in made]

    def falls_here(self, number: int) -> bool:
        """Whether a piece of work is for this process."""
        return number % 2 == self._number

    def tell(self, message: object) -> None:
        """Send something. Raises PartnerLost."""
        if self._given_up():
            raise PartnerLost("the training was given up")
        try:
            self._line.send(message)
        except OSError:
            raise PartnerLost("the other process of the training has ended") from None

    def hear(self) -> object:
        """Wait for something. Raises PartnerLost."""
        try:
            until = time.monotonic() + SECONDS_AWAKE
            while not self._line.poll(0) and time.monotonic() < until:
                pass
            return self._line.recv()
        except (EOFError, OSError):
            raise PartnerLost("the other process of the training has ended") from None


def part_of(loss: float, weight: float, grads: Weights, names: Sequence[str]) -> Part:
    """A part as it is told."""
    return Part(loss, weight, np.concatenate([grads[name].ravel() for name in names]))


def put_together(parts: Sequence[Part], shapes: Weights) -> tuple[float, Weights]:
    """Loss and gradients of all parts, each as much as its characters count. `shapes`: tensors of the same shapes."""
    total = sum(part.weight for part in parts) or 1.0
    grads = sum(part.grads * part.grads.dtype.type(part.weight / total) for part in parts)
    ends = np.cumsum([tensor.size for tensor in shapes.values()])
    pieces = np.split(np.asarray(grads), ends[:-1])
    named = {name: piece.reshape(shapes[name].shape) for name, piece in zip(shapes, pieces, strict=True)}
    return sum(part.loss * part.weight / total for part in parts), named

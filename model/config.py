"""The shape of a model: its sizes, the two presets, and how many parameters a shape has."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import prod

N_BUCKETS = 16  # of the attention bias, for each head: see model/positions.py
N_RECALLED = 3  # guesses at the next character: see model/recall.py
POSITIONS = "columns"  # the only kind there is; a card names it, so that a reader can tell
MOST = {"n_layer": 64, "n_head": 32, "n_embd": 4096, "n_context": 4096, "n_position": 4096}


@dataclass(frozen=True)
class Config:
    """The shape of one transformer.

    The embedding of a token also contains those of the `n_smear` characters before it, each with a learned weight
    for every dimension. A key therefore knows what came before it, and a single layer can copy.

    A token's position is its column in its line; columns that are `n_position` apart share a row of `wpe`. A learned
    bias for each head knows how many lines back a key is and how its column differs. The last `n_context` tokens are
    visible, whatever lines they are on. See model/positions.py. The last layer also gets what followed when a line last
    began like this one, from much further back: see model/recall.py.

    Raises ValueError for an impossible shape.
    """

    n_layer: int
    n_head: int
    n_embd: int
    n_context: int  # tokens that a prediction can see, the newest included
    n_position: int  # rows of wpe
    n_smear: int = 2  # earlier characters that are mixed into a token's embedding
    final_norm: bool = True  # whether the last layer's output is normalised before lm_head
    recall: bool = True  # whether the last layer gets what followed earlier lines

    def __post_init__(self) -> None:
        sizes = (self.n_layer, self.n_head, self.n_embd, self.n_context, self.n_position)
        if not all(type(size) is int for size in (*sizes, self.n_smear)):
            raise ValueError("every size of a model is a whole number")
        for size, (name, most) in zip(sizes, MOST.items(), strict=True):
            if not 1 <= size <= most:
                raise ValueError(f"{name} is from 1 to {most:,}, not {size:,}")
        for name in ("final_norm", "recall"):
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"{name} is true or false")
        if self.n_embd % self.n_head:
            raise ValueError(f"n_embd ({self.n_embd}) must be a multiple of n_head ({self.n_head})")
        if self.n_smear < 0 or self.n_smear >= self.n_context:
            raise ValueError(f"n_smear is from 0 to n_context - 1, not {self.n_smear}")

    @property
    def head_size(self) -> int:
        """Dimensions of one head."""
        return self.n_embd // self.n_head

    def shapes(self, vocabulary_size: int) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor by name, in reading order; matrices are [n_out, n_in]."""
        c = self.n_embd
        shapes: dict[str, tuple[int, ...]] = {"wte": (vocabulary_size, c), "wpe": (self.n_position, c)}
        if self.n_smear:
            shapes["smear"] = (self.n_smear, c)
        if self.recall:
            shapes["recall"] = (N_RECALLED, c)
        for layer in range(self.n_layer):
            shapes[f"h{layer}.bias"] = (self.n_head, N_BUCKETS)
            for name in ("wq", "wk", "wv", "wo"):
                shapes[f"h{layer}.{name}"] = (c, c)
            shapes[f"h{layer}.fc1"] = (4 * c, c)
            shapes[f"h{layer}.fc2"] = (c, 4 * c)
        shapes["lm_head"] = (vocabulary_size, c)
        return shapes

    def parameters(self, vocabulary_size: int) -> int:
        """How many numbers the model learns."""
        return sum(prod(shape) for shape in self.shapes(vocabulary_size).values())

    def as_dict(self) -> dict[str, int | str | bool]:
        """The fields by name, as the card has them."""
        return {**asdict(self), "positions": POSITIONS}


def same_shape(one: Config, other: Config) -> bool:
    """Whether the weights of one shape fit another; how far a prediction sees does not matter."""
    return replace(one, n_context=other.n_context) == other


@dataclass(frozen=True)
class Preset:
    """A named shape, and the most ids that its vocabulary may have so that the weights file is not too large."""

    config: Config
    vocabulary_cap: int


PRESETS = {
    "seed": Preset(Config(n_layer=1, n_head=4, n_embd=16, n_context=256, n_position=39), 160),
    "full": Preset(Config(n_layer=2, n_head=4, n_embd=48, n_context=384, n_position=64), 96),
}

"""What a model is: its shape, the presets, and how many parameters that makes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

N_BUCKETS = 16  # of the attention bias: see model/positions.py

Positions = Literal["columns", "absolute"]


@dataclass(frozen=True)
class Config:
    """The shape of one transformer.

    A token's embedding has those of the `n_smear` characters before it mixed in, each with a learned weight
    for every dimension: a key then knows what came before it, and one layer can copy.
    `positions` says what the rows of `wpe` stand for. With "columns" a token is placed by its column in its
    line (columns that are `n_position` apart share a row), a learned bias for each head knows how far back a
    key's line is and how its column differs, and the last `n_context` tokens are visible, whatever lines they
    are on. With "absolute" a row is an index in a window of `n_context` tokens, and nothing else is visible:
    with `final_norm=False` that is Karpathy's microgpt.
    """

    n_layer: int
    n_head: int
    n_embd: int
    n_context: int  # tokens that a prediction can see, itself included
    n_position: int  # rows of wpe
    n_smear: int = 2  # characters before that are mixed into a token's embedding
    positions: Positions = "columns"
    final_norm: bool = True

    def __post_init__(self) -> None:
        sizes = (self.n_layer, self.n_head, self.n_embd, self.n_context, self.n_position)
        if not all(isinstance(size, int) for size in (*sizes, self.n_smear)):
            raise ValueError(f"every size of a model is a whole number: {self}")
        if min(sizes) < 1:
            raise ValueError(f"every size of a model is at least 1: {self}")
        if self.n_embd % self.n_head:
            raise ValueError(f"n_embd ({self.n_embd}) must be a multiple of n_head ({self.n_head})")
        if self.n_smear < 0 or self.n_smear >= self.n_context:
            raise ValueError(f"n_smear is from 0 to n_context - 1, not {self.n_smear}")
        if self.positions not in ("columns", "absolute"):
            raise ValueError(f'positions is "columns" or "absolute", not {self.positions!r}')
        if self.positions == "absolute" and self.n_position < self.n_context:
            raise ValueError("absolute positions need a row for every token of the context")

    @property
    def head_size(self) -> int:
        """Dimensions of one head."""
        return self.n_embd // self.n_head

    def shapes(self, vocabulary_size: int) -> dict[str, tuple[int, ...]]:
        """The tensors of the model by name, in reading order; matrices are [n_out, n_in]."""
        c = self.n_embd
        shapes: dict[str, tuple[int, ...]] = {"wte": (vocabulary_size, c), "wpe": (self.n_position, c)}
        if self.n_smear:
            shapes["smear"] = (self.n_smear, c)
        for layer in range(self.n_layer):
            if self.positions == "columns":
                shapes[f"h{layer}.bias"] = (self.n_head, N_BUCKETS)
            for name in ("wq", "wk", "wv", "wo"):
                shapes[f"h{layer}.{name}"] = (c, c)
            shapes[f"h{layer}.fc1"] = (4 * c, c)
            shapes[f"h{layer}.fc2"] = (c, 4 * c)
        shapes["lm_head"] = (vocabulary_size, c)
        return shapes

    def parameters(self, vocabulary_size: int) -> int:
        """How many numbers the model learns."""
        total = 0
        for shape in self.shapes(vocabulary_size).values():
            size = 1
            for side in shape:
                size *= side
            total += size
        return total

    def as_dict(self) -> dict[str, int | str | bool]:
        """The fields by name, for the card."""
        return asdict(self)


@dataclass(frozen=True)
class Preset:
    """A named shape, and the most ids its vocabulary may have so that the weights file stays in bounds."""

    config: Config
    vocabulary_cap: int


PRESETS = {
    "seed": Preset(Config(n_layer=1, n_head=4, n_embd=16, n_context=256, n_position=42), 160),
    "full": Preset(Config(n_layer=2, n_head=4, n_embd=48, n_context=384, n_position=64), 96),
}

MICROGPT = Config(
    n_layer=1,
    n_head=4,
    n_embd=16,
    n_context=48,
    n_position=48,
    n_smear=0,
    positions="absolute",
    final_norm=False,
)

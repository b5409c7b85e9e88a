"""A weights file that all of Logling can use: the model, and what its card says of readings and normal lines."""

from __future__ import annotations

from model import weights_file
from model.transformer import Model
from model.weights_file import Card

from ..reading.reading import of_card
from .packing import unpack

LONGEST = 200  # characters of a reason, which may quote what it is about


def decode_weights(file: bytes) -> tuple[Model, Card]:
    """The model and the card of a weights file, after all the checks that the page makes. Raises WeightsFileError."""
    model, card = weights_file.decode(file)
    try:
        of_card(card)
    except ValueError as error:
        raise weights_file.damaged(f"its card has a reading that cannot be followed: {str(error)[:LONGEST]}") from None
    if "profile" in card:
        profile = weights_file.profile_bytes(file)
        if profile is None:
            raise weights_file.WeightsFileError("the weights file lacks the tensor 'profile'")
        try:
            unpack(card["profile"], profile)
        except ValueError as error:
            raise weights_file.damaged(str(error)) from None
    return model, card

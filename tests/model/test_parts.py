"""A step in parts: one process or two, the same bytes; and a partner that ends is noticed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import Pipe

import numpy as np
import pytest

from model.config import Config
from model.gradient import loss_and_gradients
from model.parts import Partner, PartnerLost, part_of, put_together
from model.training import Plan, Training, train
from model.transformer import init_weights
from model.vocabulary import Vocabulary
from model.windows import batch_at, lay_out, placed, window_starts

SHAPE = Config(n_layer=1, n_head=2, n_embd=8, n_context=48, n_position=16)
LINES = ["pump on", "valve shut", "fan 12 slow"] * 60
LETTERS = Vocabulary("").extended(LINES, 50)
TEXT, VALIDATION = lay_out(LETTERS, [LINES]), lay_out(LETTERS, [LINES[:40]])
START = init_weights(SHAPE, LETTERS.size, np.random.default_rng(0))
IN_PARTS = Plan(tokens=4_000, batch_tokens=256, rounds=4, parts=2)


def in_two(plan: Plan) -> tuple[Training, Training]:
    """The two ends of a shared training."""
    lines = Pipe()
    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(
            lambda number: train(SHAPE, plan, TEXT, VALIDATION, START, partner=Partner(lines[number], number)), (0, 1)
        )
    return one, other


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_a_shared_training_gives_the_bytes_of_one_that_is_not(dropout: float) -> None:
    plan = replace(IN_PARTS, dropout=dropout)
    alone = train(SHAPE, plan, TEXT, VALIDATION, START)
    for shared in in_two(plan):
        assert shared.curve == alone.curve
        assert all(w.tobytes() == alone.best[name].tobytes() for name, w in shared.best.items())


def test_parts_together_have_the_gradients_of_the_whole() -> None:
    text = placed(TEXT)
    begins = window_starts(text, SHAPE.n_context)[:6]
    names, parts = list(START), []
    for some in np.split(begins, [4]):  # of different sizes
        batch = batch_at(text, some, SHAPE.n_context)
        loss, grads = loss_and_gradients(SHAPE, START, batch)
        parts.append(part_of(loss, float(batch.weight.sum()), grads, names))
    loss, grads = put_together(parts, START)
    whole_loss, whole = loss_and_gradients(SHAPE, START, batch_at(text, begins, SHAPE.n_context))
    assert loss == pytest.approx(whole_loss, rel=1e-6)
    for name in names:
        np.testing.assert_allclose(grads[name], whole[name], rtol=1e-4, atol=1e-6)


def test_every_part_of_a_step_has_as_many_windows() -> None:
    assert Plan(tokens=1, batch_tokens=5 * 48, parts=2).n_window(48) == 6
    assert Plan(tokens=1, batch_tokens=5 * 48).n_window(48) == 5


def test_a_partner_that_has_ended_is_noticed() -> None:
    here, there = Pipe()
    there.close()
    with pytest.raises(PartnerLost, match="other process"):
        train(SHAPE, IN_PARTS, TEXT, VALIDATION, START, partner=Partner(here, 0))


def test_what_is_given_up_ends_at_the_next_step() -> None:
    here, there = Pipe()
    with pytest.raises(PartnerLost, match="given up"):
        train(SHAPE, IN_PARTS, TEXT, VALIDATION, START, partner=Partner(here, 0, lambda: True))
    there.close()

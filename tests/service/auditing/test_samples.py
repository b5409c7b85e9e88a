"""Samples: values and rare lines are found whole, and the order does not depend on the clock."""

from itertools import chain

import numpy as np

from model.config import Config
from model.transformer import Model, init_weights
from model.vocabulary import Vocabulary
from service.auditing.candidates import AuditedLog, find_candidates
from service.auditing.samples import found_in, rare_lines, sample, sought_in

LINES = [*["fan slow ok"] * 50, "anna wrote about her divorce to karl", "code 482119073311 set"]


def log(lines: list[str]) -> list[AuditedLog]:
    return [AuditedLog(1, range(1, len(lines) + 1), lines, [True] * len(lines))]


def test_a_rare_line_has_rare_words() -> None:
    (rare,) = rare_lines(log([f"2026-11-23 03:30:{n:02d} {line}" for n, line in enumerate(LINES)])).items()
    assert (rare[0], rare[1].lines) == ("anna wrote about her divorce to karl", 1)


def test_values_and_rare_lines_are_found_whole() -> None:
    logs = log(LINES)
    known = "".join({*"".join(LINES)})
    sought = sought_in(logs, find_candidates(logs, known).seen)
    sampled = [
        "2026-11-23 03:31:07 anna wrote about her divorce to karl",
        "x code=482119073311",
        "code 4821190733",
        "fan slow ok",
    ]
    assert found_in(sampled, sought) == ({"482119073311"}, {"anna wrote about her divorce to karl"})
    assert found_in(sampled[2:], sought) == (set(), set())


def test_a_shorter_sampling_is_the_beginning_of_a_longer_one() -> None:
    config = Config(n_layer=1, n_head=2, n_embd=8, n_context=12, n_position=7)
    model = Model(config, Vocabulary("abc"), init_weights(config, 5, np.random.default_rng(0)))
    short, long = (list(chain.from_iterable(sample(model, most))) for most in (64, 200))
    assert (len(short), len(long)) == (64, 200)
    assert long[:64] == short

"""Training plans: how long and how fast, by preset, log and kind of start."""

from model.training import Plan
from service.settings import Settings, TrainingSettings
from service.training.split import Split
from service.training.training_plan import PLANS, Start, first_batch_tokens, plan_for

LINES = [f"{n % 60:02d} fan {'slow' if n % 3 else 'fast'}" for n in range(300)]
SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=6_000))
PARTS = Split([LINES[:260]], [LINES[260:]], [], [], {})


def plan(settings: Settings, split: Split, start: Start, first: bool = False) -> Plan:
    return plan_for(settings, split, start, 0, first)


def test_a_warm_start_reads_less_than_a_fresh_one() -> None:
    assert plan(SETTINGS, PARTS, "warm").tokens < plan(SETTINGS, PARTS, "fresh").tokens == 6_000


def test_without_a_budget_in_the_settings_it_fits_the_corpus_and_has_an_end() -> None:
    settings = Settings(preset="seed")
    small, large = (Split([LINES * times], [], [], [], {}) for times in (1, 1000))
    assert plan(settings, small, "fresh").tokens < plan(settings, large, "fresh").tokens < 10_000_000


def test_a_fresh_model_beside_a_warm_one_reads_no_more_than_that() -> None:
    settings, large = Settings(preset="seed"), Split([LINES * 1000], [], [], [], {})
    fresh, warm = plan(settings, large, "fresh"), plan(settings, large, "warm")
    assert fresh.tokens == warm.tokens < plan(settings, large, "fresh", first=True).tokens


def test_a_longer_training_takes_larger_steps_up_to_a_bound() -> None:
    few, more, many, most = (first_batch_tokens(PLANS["seed"], n * 1_000_000) for n in (1, 8, 12, 1000))
    assert few < more < many <= most == first_batch_tokens(PLANS["seed"], 10**10)


def test_the_longer_the_validation_lines_the_fewer_the_looks_at_them() -> None:
    settings = Settings(preset="seed")
    few, many = (Split([LINES * 100], [LINES * times], [], [], {}) for times in (1, 100))
    assert plan(settings, many, "fresh").rounds < plan(settings, few, "fresh").rounds


def test_the_longer_the_log_the_less_is_dropped_out() -> None:
    settings = Settings(preset="full")
    short, long = (Split([LINES * times], [], [], [], {}) for times in (1, 10_000))
    assert plan(settings, short, "fresh").dropout > plan(settings, long, "fresh").dropout > 0

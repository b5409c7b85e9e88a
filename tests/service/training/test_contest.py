"""The contest, with real trainings: ordinary lines do not pay for a flood, and later weeks are learned."""

from io import StringIO
from pathlib import Path
from random import Random

import pytest
from rich.console import Console

from model.transformer import Model
from service.active_run import ActiveRun
from service.progress import Reporter
from service.settings import Settings, TrainingSettings
from service.storage.corpus import Corpus
from service.storage.position import Position
from service.storage.reserve import Reserve
from service.storage.run_record import RunRecord
from service.training.contest import Contest, hold_contest
from service.training.evaluation import score
from service.training.kinds import Usual
from service.training.split import part_of, split

WEEK = 300  # ordinary lines
SETTINGS = Settings(preset="seed", training=TrainingSettings(tokens=20_000))


def ordinary(first: int, count: int) -> list[str]:
    chance = Random(first)
    units, states = ["attic", "cellar", "hall"], ["on", "off"]
    return [
        f"{number // 12 % 24:02d}:{number * 5 % 60:02d} heater {chance.choice(units)} {chance.choice(states)}"
        for number in range(first, first + count)
    ]


def flood(count: int) -> list[str]:
    chance = Random(1)
    return [f"BUG: bad page map pte:{chance.getrandbits(64):016x}" for _ in range(count)]


class Home:
    """A corpus and a champion, as runs keep them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "corpus.db"
        self.champion: Model | None = None
        self.seen: dict[str, int] = {}
        self.usual: Usual | None = None
        self.compared: dict[int, bool] = {}

    def week(self, lines: list[str], settings: Settings = SETTINGS) -> Contest:
        """Pull the lines, hold a contest, and take the challenger if it passes."""
        with Corpus(self.path) as corpus:
            corpus.add(lines, Position("/a.log", "/a.log", 1, 7, 10, False, 0))
            past = (self.seen, Reserve(corpus.identity()), self.usual, self.compared)
            parts, newest = split(corpus.documents(), *past), corpus.newest_id()
        with Reporter(Console(file=StringIO())) as reporter:
            contest = hold_contest(ActiveRun(RunRecord(), reporter), settings, parts, self.champion)
        self.compared[newest] = contest.verdict.passed
        if contest.verdict.passed:
            self.champion, self.seen, self.usual = contest.shipping, parts.seen, parts.usual
        return contest


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, float, float, Contest]:
    """Three weeks, of which the last ends with a flood, and a fourth without; and what ordinary lines cost before and
    after the flood."""
    home = Home(tmp_path_factory.mktemp("home"))
    for number in range(2):
        home.week(ordinary(WEEK * number, WEEK))
    before = bits_of(home.champion)
    home.week([*ordinary(2 * WEEK, WEEK), *flood(2000)])
    after = bits_of(home.champion)
    return home, before, after, home.week(ordinary(3 * WEEK, WEEK))


def bits_of(model: Model | None) -> float:
    """What a model needs for ordinary lines that it has not seen."""
    assert model is not None
    lines = ordinary(9000, 240)
    return score(model, [part_of(lines, 40, 240)]).bits_per_char


def test_ordinary_lines_do_not_pay_for_a_flood(flooded: tuple[Home, float, float, Contest]) -> None:
    _, before, after, _ = flooded
    assert after <= 1.05 * before


def test_the_week_after_a_flood_is_judged_and_learned_as_ever(flooded: tuple[Home, float, float, Contest]) -> None:
    home, _, after, last = flooded
    assert last.verdict.passed, last.verdict.reason
    assert bits_of(home.champion) < after


def test_a_first_model_of_the_smaller_shape_is_named(tmp_path: Path) -> None:
    settings = Settings(preset="full", training=TrainingSettings(tokens=20_000))
    contest = Home(tmp_path).week(ordinary(0, 200), settings)
    assert ("in the shape of `seed`" in contest.verdict.reason) == (contest.shipping.config.n_layer == 1)

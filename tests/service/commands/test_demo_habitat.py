"""The simulated habitat: the same for everyone, obedient to its own rules, and of a known entropy rate."""

import math
import re
from collections import Counter, defaultdict
from itertools import pairwise
from statistics import correlation, mean

import pytest

from service.commands import demo_habitat as simulator
from service.commands.demo_habitat import Habitat, entropy_rate, line_bits, lines, parse

LOG = lines(0, 5_000, seed=7)
STATES = [parse(line) for line in LOG]
PAIRS = list(pairwise(STATES))


def test_the_same_seed_gives_the_same_log():
    assert lines(0, 300, seed=3) == lines(0, 300, seed=3)


def test_another_seed_gives_another_log():
    assert lines(0, 300, seed=3) != lines(0, 300, seed=4)


def test_the_log_of_a_seed_stays_what_it_was():
    assert lines(0, 3, seed=1) == [
        "0000 clear -55c +426w -275w 098% 0838m ok",
        "0001 clear -56c +431w -267w 100% 0826m ok",
        "0002 clear -56c +433w -272w 100% 0815m ok",
    ]


@pytest.mark.parametrize("chunks", [[1] * 60, [7, 53], [0, 59, 1]])
def test_week_by_week_it_is_the_same_series(chunks):
    habitat = Habitat(seed=5)
    assert [line for count in chunks for line in habitat.next(count)] == lines(0, 60, seed=5)


def test_it_starts_at_any_sol_and_counts_on_past_four_digits():
    assert [line.split()[0] for line in lines(9_998, 3, seed=1)] == ["9998", "9999", "10000"]
    assert entropy_rate(lines(9_990, 20, seed=1)) > 0


def test_every_line_parses_to_the_state_that_wrote_it():
    assert [str(state) for state in STATES] == LOG


def test_its_alphabet_is_28_characters_and_the_newline():
    assert len(set("".join(LOG))) == 28


@pytest.mark.parametrize("text", ["", "0000 clear", LOG[0] + " ", LOG[0].replace("clear", "cloud")])
def test_other_text_is_refused(text):
    with pytest.raises(ValueError, match="not a line"):
        parse(text)


def test_storms_cut_the_sun():
    sun = {sky: mean(s.sun for s in STATES if s.sky == sky) for sky in simulator.SUNLIGHT}
    assert sun["storm"] < 0.5 * sun["clear"]
    assert sun["storm"] < sun["dusty"] < sun["clear"]


def test_storms_come_and_go_through_dust():
    steps = {(before.sky, after.sky) for before, after in PAIRS}
    assert ("clear", "storm") not in steps
    assert ("storm", "clear") not in steps
    assert {("dusty", "storm"), ("storm", "dusty")} <= steps


def test_the_battery_integrates_sun_minus_use():
    for before, after in PAIRS:
        assert after.battery == min(100, max(0, before.battery + math.floor((after.sun - after.use) / 8)))


def test_the_heating_is_cut_when_the_battery_was_nearly_empty():
    cut = [after for before, after in PAIRS if before.battery < 15]
    assert cut
    assert max(s.use for s in cut) < min(s.use for s in STATES if s not in cut)


def test_meals_rise_only_when_a_ship_docks():
    assert any(after.status == "dock" for _, after in PAIRS)
    for before, after in PAIRS:
        assert (after.meals > before.meals) == (after.status == "dock")
        assert after.meals > 0


def test_the_air_stays_within_bounds_and_follows_the_season():
    assert all(-90 < s.air < -35 for s in STATES)
    clear = [s for s in STATES if s.sky == "clear"]
    season = [math.sin(2 * math.pi * s.sol / simulator.YEAR) for s in clear]
    assert correlation(season, [float(s.air) for s in clear]) > 0.9


@pytest.mark.parametrize("table", [*simulator.SKY.values(), simulator.AIR, simulator.SUN, simulator.USE])
def test_the_weights_of_a_chance_add_up_to_64(table):
    assert sum(table.values()) == 64


def test_every_draw_can_be_told_from_the_line_so_that_the_next_lines_add_up_to_certainty():
    before = STATES[200]
    followers = {
        str(simulator.advance(before, simulator.Draw(sky, air, sun, use, eaten, ships)))
        for sky in simulator.SKY[before.sky]
        for air in simulator.AIR
        for sun in simulator.SUN
        for use in simulator.USE
        for eaten in simulator.EATEN
        for ships in simulator._ship(before)
    }
    total = math.fsum(2 ** -line_bits(str(before), line) for line in followers)
    assert total == pytest.approx(1, abs=1e-12)


def test_a_line_that_cannot_follow_is_refused():
    with pytest.raises(ValueError, match="cannot follow"):
        line_bits(LOG[10], LOG[12])
    with pytest.raises(ValueError, match="cannot follow"):
        line_bits(LOG[10], LOG[11].replace("m ok", "m low"))


def _plug_in_bits(draws):
    """The empirical entropy of draws, in bits each."""
    counts = Counter(draws)
    return -sum(n / len(draws) * math.log2(n / len(draws)) for n in counts.values())


def _fields(line):
    """sol, sky (0 clear, 1 dusty, 2 storm), air, sun, use, battery, meals."""
    sky = ["clear", "dusty", "storm"].index(line.split()[1])
    sol, *rest = map(int, re.findall(r"\d+", line))
    return sol, sky, *rest


def test_the_entropy_rate_agrees_with_draws_counted_from_the_text_alone():
    """Nothing of the simulator's is used here: its physics are written out a second time."""
    cooling, passed = (0, 3, 7), (100, 70, 35)
    log = lines(0, 20_000, seed=11)
    draws = defaultdict(list)
    for (sol, sky, air, _, _, battery, meals), (_, sky2, air2, sun2, use2, _, meals2) in pairwise(map(_fields, log)):
        season = [math.sin(2 * math.pi * ((sol + day) % 668) / 668) for day in (0, 1)]
        usual = [round(-57 + 13 * x) for x in season]
        carried = math.trunc((-air - usual[0] + cooling[sky]) * 3 / 4)
        draws["sky", sky].append(sky2)
        draws["air"].append(-air2 - usual[1] + cooling[sky2] - carried)
        draws["sun"].append(sun2 - round(430 + 140 * season[1]) * passed[sky2] // 100)
        draws["use"].append(use2 - 240 - 2 * max(0, air2 - 40) + 90 * (battery < 15))
        draws["eaten"].append((meals - meals2) % 900)
        draws["ship", (meals < 400) + (meals < 100)].append(meals2 > meals)
    counted = sum(len(each) * _plug_in_bits(each) for each in draws.values())
    rate = counted / sum(len(line) + 1 for line in log[1:])

    assert entropy_rate(log) > 0.1
    assert entropy_rate(log) == pytest.approx(rate, rel=0.005)


def test_the_entropy_rate_of_parts_averages_to_that_of_the_whole():
    whole = entropy_rate(LOG)
    first = entropy_rate(LOG[:1_001])
    rest = entropy_rate(LOG[1_001:], previous=LOG[1_000])
    characters = [sum(len(line) + 1 for line in part) for part in (LOG[1:1_001], LOG[1_001:])]
    assert whole == pytest.approx((first * characters[0] + rest * characters[1]) / sum(characters))


def test_the_entropy_rate_of_a_single_line_without_context_is_refused():
    with pytest.raises(ValueError, match="at least one line"):
        entropy_rate(LOG[:1])

"""An incident in the simulated habitat: a pump of the heating fails, and then works again.

The lines are those of the week after the last run, which no model has seen. They are made up as the whole log is.
"""

from __future__ import annotations

from .demo_habitat import Habitat, HabitatState

SOLS_BEFORE, SOLS_AFTER = 48, 24
SOLS_COOLING, SOLS_SILENT = 4, 4  # in the second the recorder is without power
COLDER = 7  # degrees a sol
HEATER = 160  # watts more a sol, which empty the battery
HOTTER, WARM = 9, 61  # degrees of the pump's motor


def week_with_incident(habitat: Habitat) -> list[str]:
    """Normal lines that continue the habitat's, then the incident, then normal ones again."""
    return [*habitat.next(SOLS_BEFORE), *fail_and_mend(habitat), *habitat.next(SOLS_AFTER)]


def fail_and_mend(habitat: Habitat) -> list[str]:
    """The lines of the incident. The habitat goes on from the sol after it, as if nothing had been."""
    before = state = habitat.state
    lines = []
    for sol in range(1, SOLS_COOLING + SOLS_SILENT + 1):
        lines.append(f"{before.sol + sol:04d} pump 2: no flow, motor {WARM + sol * HOTTER}c, trying again")
        if sol <= SOLS_COOLING:
            state = colder(state)
            lines.append(str(state))
    mended = before._replace(sol=before.sol + SOLS_COOLING + SOLS_SILENT, battery=max(state.battery, 50), status="ok")
    lines.append(f"{mended.sol:04d} pump 2: flow")
    habitat.state = mended
    return lines


def colder(before: HabitatState) -> HabitatState:
    """The next sol while nothing heats, and the heater takes ever more power."""
    use = before.use + HEATER
    return before._replace(
        sol=before.sol + 1,
        air=before.air - COLDER,
        use=use,
        battery=min(100, max(0, before.battery + (before.sun - use) // 8)),
        meals=before.meals - 12,
        status="ok",
    )

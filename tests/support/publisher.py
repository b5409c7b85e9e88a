"""A process that publishes made-up weights of a home round after round, as a run does without the training.

    python -m tests.support.publisher HOME ROUNDS

A round that was published is not made again, so that a process that was killed can be started once more.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from service.home import Home, locked
from service.site.commit_message import RUN_TRAILER, format_message
from service.site.publish import make_ready, publish
from service.site.site import Site
from service.storage.hold import Hold
from service.storage.ledger import Ledger

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run_id(home: Home, number: int) -> str:
    """Of one round."""
    return f"{home.path.name}-{number:02d}"


def publish_round(home: Home, number: int) -> list[str]:
    """Make ready, commit and push. Returns what went wrong."""
    settings = home.settings().git
    with locked(home), Ledger(home.ledger) as ledger:
        site = Site(home.site, settings)
        problems = make_ready(site, ledger, Hold(home), NOON)
        run = run_id(home, number)
        if run not in [version.run for version in site.versions()]:
            problems.append(site.commit_weights(f"{run}\n".encode(), format_message(run, {RUN_TRAILER: run}), NOON)[1])
        problems.append(publish(home, site, ledger)[1])
    return [problem for problem in problems if problem]


if __name__ == "__main__":
    for number in range(int(sys.argv[2])):
        for problem in publish_round(Home(Path(sys.argv[1])), number):
            print(problem, flush=True)

"""`logling serve`: puts the schedule, the scheduler, the loop and the admin page together, and runs until stopped."""

from __future__ import annotations

import os
import signal

from .exit_status import ending_signals
from .home import Home, only_service
from .schedule.admin_process import AdminProcess
from .schedule.event_log import EVENTS, begin_log
from .schedule.home_loop import make_loop
from .schedule.scheduler import HEARTBEAT, Scheduler
from .schedule.service_loop import Clock, run_until_stopped
from .schedule.systemd import from_environment
from .storage.ledger import Ledger
from .telling.delivery import check_apprise


def serve(home: Home, now: Clock) -> None:
    """Run what is due until SIGTERM, SIGINT or SIGHUP. Raises LoglingError when this home already has a service."""
    settings = home.settings()
    check_apprise(settings.watch)
    notifier = from_environment(os.environ)
    begin_log()
    with (
        only_service(home),
        Ledger(home.ledger) as ledger,
        Scheduler(min(HEARTBEAT, notifier.ping_seconds or HEARTBEAT)) as scheduler,
        AdminProcess(home, settings.admin) as page,
    ):
        loop = make_loop(home, settings, ledger, scheduler.wake, notifier)

        def stop(*_: object) -> None:
            page.ask_to_stop()  # first, so that it ends while the run does
            scheduler.stop()

        for number in ending_signals():
            signal.signal(number, stop)
        EVENTS.info("serving %s, process %d", home.path, os.getpid())
        notifier.send(READY="1")
        run_until_stopped(loop, now, scheduler.wait)
    EVENTS.info("stopped")

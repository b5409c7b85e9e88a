"""`logling fleet FOLDER`: one service for all homes below a folder, until stopped.

The loop here touches no home itself, so that none can hold it up: it gives looks at homes to the crew, and lets the
home whose run has waited longest begin while fewer than `runs` are under way on this machine. Homes are looked for once
a minute; one that comes is served from then on, and one that goes is let go when its run has ended.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ..errors import LoglingError
from ..exit_status import ending_signals
from ..home import only_service
from ..schedule.admin_process import AdminProcess
from ..schedule.child_process import SECONDS_TO_END
from ..schedule.event_log import EVENTS, begin_log
from ..schedule.home_loop import Place
from ..schedule.run_places import MustWait, take_place
from ..schedule.scheduler import HEARTBEAT, Scheduler
from ..schedule.service_loop import Clock
from ..schedule.systemd import Notifier, from_environment
from .crew import Crew
from .fleet_settings import FleetSettings
from .heartbeat import Heartbeat, clear_heartbeat, fleet_state, write_heartbeat
from .homes import FoundHomes, find_homes
from .member import AT_ONCE, Member, Permission

FIND_EVERY = timedelta(seconds=60)
BEAT_EVERY = timedelta(seconds=30)
ASK_AGAIN = timedelta(seconds=1)  # for a place, while runs of others on this machine have all
PERMITTED_FOR = timedelta(seconds=60)  # then a home that has not begun its run lets the next one go first
SIDE_JOBS = 4  # pushes and the like at once
WALK = ("walk",)  # the key of the walk among the crew's jobs; those of homes are their names
PAGE_MODULE = "service.fleet.page_server"


def serve_fleet(folder: Path, settings: FleetSettings, now: Clock) -> None:
    """Run what is due in all homes until SIGTERM, SIGINT or SIGHUP. Raises LoglingError when the folder has a service
    already, or is none of homes."""
    notifier = from_environment(os.environ)
    begin_log()
    found = find_homes(folder)
    with (
        only_service(fleet_state(folder)),
        Scheduler(min(HEARTBEAT, notifier.ping_seconds or HEARTBEAT)) as scheduler,
        AdminProcess(fleet_state(folder), settings.admin, module=PAGE_MODULE) as page,
    ):
        fleet = Fleet(folder, settings, scheduler, notifier)

        def stop(*_: object) -> None:
            page.ask_to_stop()
            scheduler.stop()

        for number in ending_signals():
            signal.signal(number, stop)
        EVENTS.info("serving %d homes in %s, process %d", len(found.homes), folder, os.getpid())
        notifier.send(READY="1")
        fleet.take(found)
        while scheduler.wait(fleet.turn(now())):
            pass
        fleet.stop(now())
    EVENTS.info("stopped")


class Fleet:
    """All homes, and whose turn it is."""

    def __init__(self, folder: Path, settings: FleetSettings, scheduler: Scheduler, notifier: Notifier) -> None:
        self._folder = folder
        self._settings = settings
        self._scheduler = scheduler
        self._notifier = notifier
        self._crew = Crew(self._wake)
        self._is_woken = False
        self._members: dict[str, Member] = {}
        self._found: FoundHomes | None = None  # what the last walk found, until it is taken
        self._passed_over: dict[str, str] = {}
        self._walk_problem = ""
        self._next_walk = AT_ONCE
        self._next_place = AT_ONCE
        self._last_turn = AT_ONCE
        self._beaten: Heartbeat | None = None
        self._said = ""

    def turn(self, now: datetime) -> datetime:
        """Do what is to be done now. Returns when to call this again."""
        self._notifier.feed_watchdog()
        self._is_woken = False
        if now < self._last_turn:  # the clock was set back, and all that waits would wait for too long
            self._begin_anew()
        self._last_turn = now
        self._look_for_homes(now)
        self._permit(now)
        for member in list(self._members.values()):
            if member.next_look <= now:
                self._look(member, now)
        self._beat(now)
        return min([self._next_walk, *(self._moments_of(now))])

    def _begin_anew(self) -> None:
        """Forget all moments that were planned."""
        self._next_walk = self._next_place = AT_ONCE
        for member in self._members.values():
            member.wake()

    def _moments_of(self, now: datetime) -> Iterable[datetime]:
        """When homes are to be looked at. Those that are under way, or found no thread, are told of by the crew."""
        if any(member.waits_since for member in self._members.values()):
            yield max(self._next_place, now + timedelta(seconds=1))
        for member in self._members.values():
            if now < member.next_look:
                yield member.next_look
        yield now + BEAT_EVERY

    def _wake(self) -> None:
        """Have the next turn now. Called from any thread."""
        if not self._is_woken:
            self._is_woken = True
            self._scheduler.wake()

    def _child_has_ended(self) -> None:
        self._next_place = AT_ONCE
        self._wake()

    # ---- which homes there are

    def _look_for_homes(self, now: datetime) -> None:
        if found := self._found:
            self._found = None
            self.take(found)
        if self._next_walk <= now:
            self._next_walk = now + FIND_EVERY
            self._crew.give(WALK, WALK, self._walk)
            if WALK in self._crew.hanging():
                self._tell_of_walk("a disk there does not answer")

    def _walk(self) -> None:
        try:
            self._found = find_homes(self._folder)
            self._walk_problem = ""
        except LoglingError as error:
            self._tell_of_walk(str(error))

    def _tell_of_walk(self, problem: str) -> None:
        """Log once why homes cannot be looked for. Those that are known are served on."""
        if problem != self._walk_problem:
            EVENTS.error("homes cannot be looked for in %s: %s; those that are known go on", self._folder, problem)
        self._walk_problem = problem

    def take(self, found: FoundHomes) -> None:
        """Begin to serve the homes that came, and let those go that are no more."""
        for name, home in found.homes.items():
            if name not in self._members:
                self._members[name] = Member(
                    name, home, self._settings.spread, self._child_has_ended, self._take_side_place
                )
        gone = [member for name, member in self._members.items() if name not in found.homes]
        for member in gone:
            member.is_gone = True
            if not member.is_at_work and not self._crew.is_at(member.name):
                del self._members[member.name]
                EVENTS.info("%s: is no home here any more", member.name)
        for path, problem in found.problems.items():
            if self._passed_over.get(path) != problem:
                EVENTS.warning("%s is passed over: %s", path, problem)
        self._passed_over = dict(found.problems)

    # ---- whose turn it is

    def _look(self, member: Member, now: datetime) -> bool:
        """Have a home looked at. False if that cannot begin now, as when it is being looked at."""
        return self._crew.give(member.name, member.found.device, lambda: member.look(now))

    def _permit(self, now: datetime) -> None:
        """Let the homes whose runs have waited longest begin, as many as may."""
        self._take_back(now)
        waiting = sorted(
            (member for member in self._members.values() if member.waits_since and not member.permission),
            key=lambda member: (member.waits_since, member.name),
        )
        for member in waiting:
            if self._under_way() >= self._settings.runs or now < self._next_place:
                return
            if self._crew.is_at(member.name):
                continue
            try:
                place = take_place(self._settings.runs)
            except MustWait:
                self._next_place = now + ASK_AGAIN
                return
            member.permission = Permission(place, now)
            if not self._look(member, now):
                member.permission.take_back()
                member.permission = None

    def _take_back(self, now: datetime) -> None:
        """Take permissions back that were used, or not used in time: another home may use the place."""
        for member in self._members.values():
            if member.permission and (
                not self._crew.is_at(member.name) or not timedelta(0) <= now - member.permission.given <= PERMITTED_FOR
            ):
                member.permission.take_back()
                member.permission = None

    def _under_way(self) -> int:
        """How many runs of homes are under way, or about to begin."""
        return sum(member.is_at_work or member.permission is not None for member in self._members.values())

    def _take_side_place(self) -> Place:
        try:
            return take_place(SIDE_JOBS, f"logling-fleet-{os.getpid()}")
        except MustWait:
            raise MustWait from None

    # ---- what is told

    def _beat(self, now: datetime) -> None:
        members = self._members.values()
        hanging = set(self._crew.hanging())
        problems = {member.name: member.problem for member in members if member.problem}
        problems |= {name: "its disk does not answer" for name in self._members if name in hanging}
        beat = Heartbeat(
            now,
            sorted(member.name for member in members if member.is_at_work),
            sum(member.waits_since is not None for member in members),
            problems,
        )
        before = self._beaten
        if before and replace(beat, at=before.at) == before and timedelta(0) <= now - before.at < BEAT_EVERY:
            return
        self._beaten = beat
        write_heartbeat(self._folder, beat)
        self._tell_systemd(beat)

    def _tell_systemd(self, beat: Heartbeat) -> None:
        runs = f"{len(beat.under_way)} under way, {beat.waiting} waiting"
        said = f"{len(self._members)} homes, {len(beat.problems)} not served; runs: {runs}"
        if said != self._said:
            self._notifier.send(STATUS=said)
            self._said = said

    def stop(self, now: datetime) -> None:
        """End what is under way, all of it at once."""
        self._notifier.send(STOPPING="1")
        ending = {name: member for name, member in self._members.items() if member.loop and member.loop.has_child()}
        deadline = time.monotonic() + 2 * SECONDS_TO_END
        begun: set[str] = set()
        while time.monotonic() < deadline and (
            len(begun) < len(ending) or any(self._crew.is_at(("stop", name)) for name in begun)
        ):
            begun |= {name for name in ending.keys() - begun if self._stop(ending[name], now)}
            time.sleep(0.02)
        self._crew.close(SECONDS_TO_END)
        with suppress(OSError):
            clear_heartbeat(self._folder)

    def _stop(self, member: Member, now: datetime) -> bool:
        """Have a home's children ended, when it is not being looked at. False if that cannot begin now."""
        if self._crew.is_at(member.name):
            return False
        return self._crew.give(("stop", member.name), member.found.device, lambda: member.stop(now))

"""What a container prints, by `docker logs --follow`. A container that stops is followed on when it runs again."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime

from ..errors import LoglingError
from ..reading.log_reader import LogReader
from ..reading.whole_file import Chooser
from .child import end_child, start_child
from .docker import ask_docker
from .followed_file import LINES_BEFORE
from .followed_pipe import FollowedPipe


class FollowedContainer:
    """The lines that a container prints from now on, and the last ones before."""

    def __init__(self, name: str, choose: Chooser) -> None:
        """Raises LoglingError where there is no docker, or no such container."""
        self.name = name
        self.trouble = ""
        self.ended = False
        self._ended_at = ""
        printed = ask_docker("logs", "--tail", str(LINES_BEFORE), "--", name)
        self._reading = choose(printed)
        reader = LogReader(self._reading, printed)
        self.before = reader.feed(printed) + reader.finish()
        self._start("--tail", "0")

    def read(self, wait: float) -> list[str]:
        """The lines that came. Where none did, waits for so many seconds."""
        if self._pipe.ended:
            if not self._runs():
                time.sleep(wait)
                return []
            self._start("--since", self._ended_at)
            self.trouble = ""
        lines = self._pipe.read(wait)
        if self._pipe.ended:
            self.close()
            self._ended_at = datetime.now(UTC).isoformat()
            self.trouble = f"container {self.name} does not run: waiting for it"
        return lines

    def close(self) -> None:
        """End `docker logs`."""
        end_child(self._child)

    def _start(self, *since: str) -> None:
        self._child = start_child(["docker", "logs", "--follow", *since, "--", self.name], subprocess.STDOUT)
        assert self._child.stdout
        self._pipe = FollowedPipe(self._child.stdout.fileno(), lambda _: self._reading)

    def _runs(self) -> bool:
        try:
            return ask_docker("inspect", "--format", "{{.State.Running}}", "--", self.name).strip() == b"true"
        except LoglingError:  # removed, and perhaps made anew later
            return False

"""What systemd is told of the service (sd_notify(3)): ready, its status, that it lives, that it stops.

A datagram to a socket; no library, because the pure ones have had no release since 2017 and 2020 and the kept
ones need libsystemd's headers to build. Nothing happens where NOTIFY_SOCKET is not set.
"""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import dataclass

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@dataclass(frozen=True)
class Notifier:
    """Tells systemd, if it listens."""

    address: str  # a path, "@" and a name for an abstract socket, or empty
    ping_seconds: float | None  # how often `alive` is wanted: half of the watchdog's time

    def tell(self, **state: str) -> None:
        """Send variables such as `READY="1"`, a datagram for all. What cannot be delivered is lost, as in libsystemd:
        a service must not end because nobody listens."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        message = "\n".join(f"{name}={' '.join(value.split())}" for name, value in state.items())
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling:
            telling.setblocking(False)
            telling.sendto(message.encode(), address)

    def alive(self) -> None:
        """Feed the watchdog."""
        if self.ping_seconds:
            self.tell(WATCHDOG="1")


def from_environment(environment: MutableMapping[str, str]) -> Notifier:
    """The notifier that systemd's variables ask for. They are taken out, because they are not for child processes."""
    address, microseconds, process = (environment.pop(name, "") for name in VARIABLES)
    if process not in ("", str(os.getpid())) or not microseconds.isdigit():
        return Notifier(address, None)
    return Notifier(address, int(microseconds) / 2e6 or None)

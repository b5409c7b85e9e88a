"""Messages to systemd (sd_notify(3)): the service is ready, what it does now, that it is alive, that it stops.

Each message is a datagram to a socket. The libraries for it in pure Python had their last releases in 2017 and 2020,
and the maintained ones need libsystemd's headers to build, so this is our own. Without NOTIFY_SOCKET nothing is sent.
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
    """Sends messages to systemd, where there is one."""

    address: str  # a path, "@" and a name for an abstract socket, or empty
    ping_seconds: float | None  # how often systemd wants `feed_watchdog`: half of its time limit

    def send(self, **state: str) -> None:
        """Send variables such as `READY="1"` in one datagram. If that fails, nothing happens, as in libsystemd."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        message = "\n".join(f"{name}={' '.join(value.split())}" for name, value in state.items())
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(message.encode(), address)

    def feed_watchdog(self) -> None:
        """Say that the service is alive, if systemd wants to know."""
        if self.ping_seconds:
            self.send(WATCHDOG="1")


def from_environment(environment: MutableMapping[str, str]) -> Notifier:
    """The notifier that systemd's variables ask for. They are removed, so that no child process inherits them."""
    address, microseconds, process = (environment.pop(name, "") for name in VARIABLES)
    if process not in ("", str(os.getpid())) or not microseconds.isdigit():
        return Notifier(address, None)
    return Notifier(address, int(microseconds) / 2e6 or None)

"""Send the messages of the watch: by Apprise to its addresses, and to a command of one's own.

What could not be sent stays in the database, and is sent with the next round's. Each address gets all that waits for it
as one message, and none twice: what it took is noted before the next one is asked.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.util import find_spec
from typing import Any, Protocol

from ..errors import LoglingError
from ..home import Home
from ..settings import WatchSettings
from .own_command import run_own_command
from .time_limit import within

SECONDS = 30.0  # for each address
LONGEST = 4000  # characters of a message; of more the newest are sent
NO_APPRISE = "Apprise is not installed: pip install 'logling[notify]' (pipx: pipx inject logling apprise)"


class Waiting(Protocol):
    """A message that waits."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def facts(self) -> dict[str, Any]:
        """Its numbers."""

    @property
    def unsent(self) -> list[str]:
        """The addresses that it is for, by `names_of_addresses`."""


class Outbox(Protocol):
    """Where messages wait."""

    def unsent(self) -> Sequence[Any]:
        """Those that were not sent to all."""

    def note_sent(self, messages: Any, address: str) -> None:
        """Note that an address has them."""


def names_of_addresses(settings: WatchSettings) -> dict[str, str]:
    """Each address of the settings, the command among them, by a name that does not tell it."""
    given = [*(address.get_secret_value() for address in settings.notify), *filter(None, [settings.command])]
    return {sha256(address.encode()).hexdigest()[:16]: address for address in given}


def check_apprise(settings: WatchSettings) -> None:
    """Raise LoglingError if addresses are set, and what sends to them is not installed."""
    if settings.notify and find_spec("apprise") is None:
        raise LoglingError(f"watch.notify is set, but {NO_APPRISE}")


def deliver(outbox: Outbox, settings: WatchSettings, home: Home, title: str) -> list[str]:
    """Send what waits. -> problems, in which no address is"""
    addresses = names_of_addresses(settings)
    problems = []
    waiting = outbox.unsent()
    for gone in {name for message in waiting for name in message.unsent} - addresses.keys():
        outbox.note_sent(waiting, gone)
    for place, (name, address) in enumerate(addresses.items(), 1):
        messages = [message for message in waiting if name in message.unsent]
        if not messages:
            continue
        is_command = address == settings.command and place == len(addresses)
        try:
            if is_command:
                text = "\n".join(message.text for message in messages)
                run_own_command(address, home, facts_of(messages[-1].facts), text + "\n", SECONDS)
            else:
                text = "\n\n".join(message.text for message in messages)
                notify(address, title, text[-LONGEST:])
        except LoglingError as error:
            problems.append(f"{'watch.command' if is_command else f'watch.notify, address {place}'}: {error}")
            continue
        outbox.note_sent(messages, name)
    return problems


def facts_of(facts: dict[str, Any]) -> dict[str, str]:
    """The variables of a command."""
    return {
        "LOGLING_EVENT": "findings",
        "LOGLING_FINDINGS": str(facts["findings"]),
        "LOGLING_GROWN": str(facts["grown"]),
        "LOGLING_STRANGEST": str(facts["strangest"]),
        "LOGLING_KINDS": " ".join(f"{kind}={count}" for kind, count in facts["kinds"].items()),
        "LOGLING_LOGS": " ".join(f"{log.replace(' ', '_')}={count}" for log, count in facts["logs"].items()),
    }


def notify(address: str, title: str, text: str) -> None:
    """Send a message by Apprise. Raises LoglingError, in which the address is not."""
    server = apprise_of(address)
    try:
        sent = within(SECONDS, lambda: server(text, title))
    except LoglingError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin of Apprise may raise anything, with its address in it
        raise LoglingError(f"{scheme_of(address)} could not be sent to: {type(error).__name__}") from None
    if not sent:
        raise LoglingError(f"{scheme_of(address)} did not take the message")


def apprise_of(address: str) -> Callable[[str, str], bool]:
    """What sends a text and a title to an address. Raises LoglingError for one that Apprise does not know."""
    if find_spec("apprise") is None:
        raise LoglingError(NO_APPRISE)
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it may write an address into our log
    asset = apprise.AppriseAsset(
        app_id="Logling", app_desc="Logling", app_url="", async_mode=False, image_url_mask="", image_url_logo="",
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )  # fmt: skip
    sender = apprise.Apprise(asset=asset)
    if not sender.add(address):
        raise LoglingError(f"Apprise does not know such an address ({scheme_of(address)}): see its list of services")
    return lambda text, title: bool(sender.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT))


def scheme_of(address: str) -> str:
    """The kind of an address, which is no secret."""
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]{0,20}(?=://)", address)
    return f"{found[0].lower()}://…" if found else "an address without ://"

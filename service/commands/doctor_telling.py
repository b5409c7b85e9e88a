"""What `logling doctor` checks of the watch and of hooks: that what they call is there."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable

from ..errors import LoglingError
from ..settings import HookSettings, Settings, WatchSettings
from ..telling.delivery import apprise_of, check_apprise


def telling_checks(settings: Settings) -> list[tuple[str, Callable[[], str]]]:
    """The checks of what is set, by name. Each raises LoglingError."""
    checks: list[tuple[str, Callable[[], str]]] = [("watch", lambda: check_watch(settings.watch))]
    if hooks_of(settings.hooks):
        checks.append(("hooks", lambda: check_hooks(settings.hooks)))
    return checks


def check_watch(settings: WatchSettings) -> str:
    """Check that what tells of findings is there, and that it will be used."""
    check_apprise(settings)
    for place, address in enumerate(settings.notify, 1):
        try:
            apprise_of(address.get_secret_value())
        except LoglingError as error:
            raise LoglingError(f"watch.notify, address {place}: {error}") from None
    check_command("watch.command", settings.command)
    count = len(settings.notify)
    told = [f"{count} address{'' if count == 1 else 'es'}"] if count else []
    told += ["a command"] if settings.command else []
    if not settings.every:
        if told:
            raise LoglingError("watch.notify or watch.command is set, but watch.every is not, so nothing is checked")
        return "off: watch.every is not set"
    return f"every {settings.every}, tells {' and '.join(told) or 'nobody'}, at most {settings.budget}"


def check_hooks(settings: HookSettings) -> str:
    """Check that the commands of hooks are there."""
    hooks = hooks_of(settings)
    for name, hook in hooks.items():
        if not re.match("https?://", hook):
            check_command(f"hooks.{name}", hook)
    return ", ".join(hooks)


def hooks_of(settings: HookSettings) -> dict[str, str]:
    """The hooks that are set, by name."""
    given = {name: getattr(settings, name) for name in ("on_start", "on_success", "on_failure", "on_commit")}
    return {name: hook.get_secret_value() for name, hook in given.items() if hook.get_secret_value().strip()}


def check_command(name: str, command: str) -> None:
    """Check that a command can be started. Raises LoglingError."""
    words = shlex.split(command)
    if words and not shutil.which(words[0], path=None):
        raise LoglingError(f"{name}: there is no command {words[0]!r} that may be run: give its whole path")

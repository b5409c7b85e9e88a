"""The `LOGLING_…` variables: which are settings, and which something else put there.

Kubernetes gives every pod variables for each service of its namespace, and Docker's links give a container variables
for each container that it is linked to. Beside a service named `logling` or `logling-web` they begin with LOGLING_ too:

- LOGLING_SERVICE_HOST, LOGLING_SERVICE_PORT, LOGLING_SERVICE_PORT_HTTP
- LOGLING_PORT, and LOGLING_PORT_80_TCP alone or followed by _PROTO, _PORT or _ADDR; where Docker gives a range of
  ports, also by _START, _END, _PORT_START or _PORT_END
- LOGLING_NAME and LOGLING_ENV_…, by Docker

These are passed over, with one warning. LOGLING_PORT and LOGLING_PORT_80_TCP count only with a value such as
tcp://10.0.0.1:80, LOGLING_NAME only with one such as /web/logling, and a name with two underscores never does: what a
person may have meant as a setting is still refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock

PREFIX = "LOGLING_"
SERVED = "LOGLING_SERVED"  # a variable of a child and of all that it starts: the home's path
HOME_VARIABLE = "LOGLING_HOME"  # the home of a command without --home
TOLD = ("RUN", "OUTCOME", "REASON", "COMMIT", "EVENT", "FINDINGS", "GROWN", "STRANGEST", "KINDS", "LOGS")
FACTS = {PREFIX + name for name in TOLD}  # variables that a hook, or the command of a watch, is told facts by
NOT_SETTINGS = {HOME_VARIABLE, SERVED, *FACTS}

_OWNER = r"LOGLING(?:_[A-Z0-9]+)*?"
_ADDRESS = r"(?:tcp|udp|sctp)://.+"
_LINKS = tuple(
    (re.compile(_OWNER + name), re.compile(value, re.DOTALL))
    for name, value in (
        (r"_SERVICE_HOST", ".*"),
        (r"_SERVICE_PORT(?:_[A-Z0-9]+)*", r"\d+"),
        (r"_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_START|_END)?)?", _ADDRESS),
        (r"_PORT_\d+_(?:TCP|UDP|SCTP)_(?:PROTO|ADDR|PORT|PORT_START|PORT_END)", ".*"),
        (r"_NAME", r"/.+/.+"),
        (r"_ENV_\w+", ".*"),
    )
)


def is_link(name: str, value: str) -> bool:
    """Whether Kubernetes or Docker made this variable.

    >>> is_link("LOGLING_PORT", "tcp://10.0.0.1:80"), is_link("LOGLING_PORT", "8101")
    (True, False)
    """
    return "__" not in name and any(of.fullmatch(name) and like.fullmatch(value) for of, like in _LINKS)


def setting_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The variables that are meant as settings, rightly spelt or not."""
    return [
        name
        for name, value in environment.items()
        if name.upper().startswith(PREFIX) and name.upper() not in NOT_SETTINGS and not is_link(name, value)
    ]


_hiding = RLock()


@contextmanager
def hidden_settings() -> Iterator[None]:
    """While a program is started that is not Logling's own service: it, and what it starts, gets no LOGLING_ setting.

    One may be a secret, and the hooks of a repository or ssh's commands have no need of it. They are taken out of
    `os.environ` itself, because neither GitPython nor multiprocessing lets a caller leave a variable out.
    """
    with _hiding:
        held = {name: os.environ.pop(name) for name in setting_variables(os.environ)}
        try:
            yield
        finally:
            os.environ.update(held)


def describe_links(environment: Mapping[str, str] = os.environ) -> str:
    """A warning that names the variables passed over. Empty where there are none, and in what a service started."""
    links = [name for name, value in environment.items() if name.startswith(PREFIX) and is_link(name, value)]
    if not links or SERVED in environment:
        return ""
    return f"passed over, because Kubernetes or Docker made them for a service of this name: {', '.join(sorted(links))}"

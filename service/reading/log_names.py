"""What a log is called where others may see it: on the page, and in the card, which is committed.

A name is made of words of the file's name, as "auth" of /var/log/auth.log.1. No part of a path goes into a commit that
nobody was shown, so these are words that are known to be a log's or a program's. What `logling init` writes into the
settings may have others; it leaves out what may name a host: words with digits or dots, those before a number, those of
this machine's own name, and, in folders that hold the logs of many machines, all that are not known.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from pathlib import PurePosixPath

LONGEST_NAME = 40  # characters of a model's name, as in model/card_facts.py
NAMELESS = "log"
JOURNAL = "journal"
CONTAINER_FIELD = "CONTAINER_NAME="  # of a journal's entries; what follows is the name of a container

_PROGRAMS = """
apache apache2 apt audit caddy cups docker dovecot dpkg exim fail2ban gitlab haproxy httpd installer jenkins journal
letsencrypt lighttpd mail mariadb mongodb mysql nginx php postfix postgresql redis samba squid tomcat traefik
"""
_LOGS = """
access alternatives auth boot cron daemon debug dmesg error faillog fpm history kern kernel lastlog maillog messages
secure security slow ssh sshd sudo syslog system term ufw user
"""
PROGRAMS, LOGS = frozenset(_PROGRAMS.split()), frozenset(_LOGS.split())
# Words of many programs' logs: the folder says of which.
VAGUE = frozenset({"access", "current", "debug", "error", "history", "log", "main", "output", "slow", "term"})
# Folders that hold the logs of other machines, by name.
OF_MACHINES = frozenset({"clients", "devices", "hosts", "machines", "network", "nodes", "remote", "rsyslog", "servers"})

_ENDING = re.compile(r"(?:\.(?:log|txt|jsonl?|out|err|gz|xz|zst|bz2|old|bak)|\.\d+|[.-]\d{4}[\d_.:T-]{4,30}|~)\Z")
_UNIT_ENDING = re.compile(r"\.(?:service|socket|mount|timer|scope|slice|target|path)\Z")
_WILDCARD = re.compile(r"\[[^\]]*\]|[*?]+")
_BETWEEN = re.compile(r"[\s_-]+")


def name_of_files(pattern: str) -> str:
    """The name of a log that a path or glob finds, in known words alone.

    >>> [name_of_files(path) for path in ("/var/log/auth.log*", "/var/log/nginx/access.log", "/srv/shop.log")]
    ['auth', 'nginx-access', 'log']
    """
    return _name_of_files(pattern, "", known_only=True)


def proposed_name(pattern: str, host: str) -> str:
    """The same with other words too, for a person to see, on a machine of this name.

    >>> proposed_name("/srv/shop.log", "zeus"), proposed_name("/srv/zeus-shop.log", "zeus")
    ('shop', 'shop')
    >>> proposed_name("/var/log/remote/athena.log", "zeus")
    'log'
    """
    folders = [folder.casefold() for folder in PurePosixPath(pattern).parts[:-1]]
    of_machines = bool(OF_MACHINES.intersection(folders)) or any(map(_WILDCARD.search, folders))
    return _name_of_files(pattern, host, known_only=of_machines)


def _name_of_files(pattern: str, host: str, *, known_only: bool) -> str:
    path = PurePosixPath(pattern)
    folders = [folder.casefold() for folder in path.parts[:-1]]
    words = _words(_without_endings(_WILDCARD.sub("-", path.name)), host, known_only=known_only)
    program = folders[-1] if folders and folders[-1] in PROGRAMS else ""
    if program and program not in words and VAGUE.issuperset(words):
        words = [program, *words]
    return "-".join(words)[:LONGEST_NAME] or NAMELESS


def log_of_journal(unit: str) -> str:
    """How corpus, ledger and messages call the log of a unit; it stands where other logs have a path."""
    return f"journal:{unit or '*'}"


def name_of_journal(unit: str, host: str) -> str:
    """The name of the log that a unit of the journal writes; what stands behind its @ may be a host.

    >>> [name_of_journal(unit, "zeus") for unit in ("ssh.service", "*", "tunnel@athena.service", "CONTAINER_NAME=web")]
    ['ssh', 'journal', 'tunnel', 'web']
    """
    if unit.startswith(CONTAINER_FIELD):
        return unit.removeprefix(CONTAINER_FIELD)[:LONGEST_NAME]
    plain = _WILDCARD.sub("-", _UNIT_ENDING.sub("", unit)).partition("@")[0]
    return "-".join(_words(plain, host))[:LONGEST_NAME] or JOURNAL


def name_of_all(names: Sequence[str]) -> str:
    """The name of a model of logs with these names; empty where there are none.

    >>> name_of_all(["auth"]), name_of_all(["auth", "dpkg", "nginx"]), name_of_all(["auth", "auth"])
    ('auth', 'auth and 2 more', 'auth')
    """
    different = list(dict.fromkeys(names))
    if len(different) < 2:
        return different[0][:LONGEST_NAME] if different else ""
    more = f" and {len(different) - 1} more"
    return different[0][: LONGEST_NAME - len(more)] + more


def unique_names(names: Iterable[str]) -> list[str]:
    """The names, each with a number behind it that another one has already.

    >>> unique_names(["auth", "dpkg", "auth", "auth 2"])
    ['auth', 'dpkg', 'auth 2', 'auth 2 2']
    """
    unique: list[str] = []
    for name in names:
        number, told = 1, name
        while told in unique:
            number += 1
            told = f"{name} {number}"
        unique.append(told)
    return unique


def _without_endings(name: str) -> str:
    """A file's name without what says its kind or rotation."""
    while (shorter := _ENDING.sub("", name.rstrip("-"))) != name:
        name = shorter
    return name


def _words(name: str, host: str, *, known_only: bool = False) -> list[str]:
    """The words of a name that name no host."""
    of_host = {label.casefold() for label in re.split(r"[.\s_-]", host)} | {host.casefold()}
    found: list[str] = []
    pieces = [piece for piece in _BETWEEN.split(name) if piece]
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=False):
        if "." in piece:  # as a host and its domain
            found += [word for label in piece.split(".") if (word := _known(label))]
        elif word := _known(piece):
            found.append(word)
        elif not known_only and _is_plain(piece, after, of_host):
            found.append(piece)
    return found


def _is_plain(word: str, after: str, of_host: Container[str]) -> bool:
    """Whether a word is of letters, with no number behind it, and not of this machine's name."""
    return word.isalpha() and not after.isdigit() and word.casefold() not in of_host


def _known(word: str) -> str:
    """A word that is known to be a log's or a program's, without the version behind it; else nothing."""
    for form in (word.casefold(), word.casefold().rstrip("0123456789")):
        if form in PROGRAMS or form in LOGS:
            return form
    return ""

"""What a log is called where others may see it."""

import re

import pytest

from service.reading.log_names import (
    LOGS,
    LONGEST_NAME,
    PROGRAMS,
    name_of_all,
    name_of_files,
    name_of_journal,
    proposed_name,
    unique_names,
)

NAMES = {
    "/var/log/auth.log*": "auth",
    "/var/log/dpkg.log": "dpkg",
    "/var/log/syslog-20260101.gz": "syslog",
    "/var/log/app-2024-01-31.log": "app",
    "/var/log/nginx/access.log": "nginx-access",
    "/var/log/nginx/*.log": "nginx",
    "/var/log/apt/history.log.1.gz": "apt-history",
    "/var/log/php8.3-fpm.log": "php-fpm",
    "/var/log/postgresql/postgresql-16-main.log": "postgresql-main",
    "~/logs/shop.log": "shop",
    "/var/log/*.log": "log",
}
# What names a host, or may. `zeus` is the machine itself.
HOSTS = {
    "/var/log/remote/athena/auth.log": "auth",
    "/var/log/remote/*/auth.log": "auth",
    "/srv/*/athena.log": "log",
    "/var/log/remote/athena.log": "log",
    "/var/log/hosts/athena/shop.log": "log",
    "/var/log/athena.example.org.log": "log",
    "/srv/www/athena.example.org-access.log": "access",
    "/var/log/192.0.2.7.log": "log",
    "/var/log/athena-01.log": "log",
    "/var/log/athena-01-auth.log": "auth",
    "/var/log/Zeus-shop.log": "shop",
    "/var/log/[zeus]*.log": "log",
}


@pytest.mark.parametrize("pattern", NAMES)
def test_a_log_is_called_by_its_file(pattern: str) -> None:
    assert proposed_name(pattern, "zeus") == NAMES[pattern]


@pytest.mark.parametrize("pattern", HOSTS)
def test_no_host_is_in_the_name_of_a_log(pattern: str) -> None:
    assert proposed_name(pattern, "zeus.example.org") == HOSTS[pattern]


@pytest.mark.parametrize("pattern", [*NAMES, *HOSTS])
def test_where_nobody_sees_a_name_first_it_has_known_words_alone(pattern: str) -> None:
    name = name_of_files(pattern)
    assert name == "log" or {*re.split("-", name)} <= PROGRAMS | LOGS


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("ssh", "ssh"),
        ("ssh.service", "ssh"),
        ("", "journal"),
        ("*", "journal"),
        ("php8.3-fpm.service", "php-fpm"),
        ("tunnel@athena.service", "tunnel"),
        ("CONTAINER_NAME=web", "web"),
    ],
)
def test_a_log_of_the_journal_is_called_by_its_unit(unit: str, name: str) -> None:
    assert name_of_journal(unit, "zeus") == name


def test_a_model_of_many_logs_is_called_by_the_first() -> None:
    assert name_of_all(["auth", "dpkg", "auth", "nginx"]) == "auth and 2 more"
    assert name_of_all([]) == ""


def test_no_name_is_longer_than_the_card_allows() -> None:
    long = "x" * 200
    names = [
        proposed_name(f"/{long}.log", ""),
        name_of_journal(long, ""),
        name_of_all([long]),
        name_of_all([long, "b"]),
    ]
    assert [len(name) for name in names] == [LONGEST_NAME] * 4
    assert names[3].endswith(" and 1 more")


def test_two_logs_of_one_name_are_told_apart() -> None:
    assert unique_names(["auth", "auth", "auth 2", "dpkg"]) == ["auth", "auth 2", "auth 2 2", "dpkg"]

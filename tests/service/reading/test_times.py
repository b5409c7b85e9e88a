"""Times are left out at the start of a line, in the forms that logs have, and nowhere else."""

import pytest

from service.reading.times import drop_time

TIMES = [
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.123456+01:00",
    "2026-01-02 03:04:05,678",
    "2026-01-02 03:04:05.678 +0100",
    "2026-01-02 03:04",
    "20260102T030405Z",
    "Dec 10 06:55:46",
    "Jan  2 03:04:05",
    "[Sun Dec 04 04:47:44 2005]",
    "Sun Dec 04 04:47:44 2005",
    "2017/2/14 12:11",
    "2026-01-02 03:04:05.123 CET",
    "02-Jan-2026 03:04:05.123",
    "23.11.2026 10:00:00",
    "1/2/2026 3:04:05 PM",
    "01-02 03:04:05.678",
    "Jan  2 2026 03:04:05",
    "03:04:05.678",
    "[   12.345678]",
    'time="2026-01-02T03:04:05Z"',
    "2017/02/14 12:11:10.5",
    "[10/Oct/2000:13:55:36 -0700]",
    "10/Oct/2000:13:55:36 -0700",
    "Fri, 02 Jan 2026 03:04:05 GMT",
    "1767322445",
    "1767322445.123",
    "1767322445123",
    "[1767322445]",
]


@pytest.mark.parametrize("time", TIMES)
def test_a_time_at_the_start_is_dropped_and_nothing_else(time: str) -> None:
    rest = "host sshd[123]: at 2026-01-02 03:04:05 - done"
    assert drop_time(f"{time} {rest}") == rest
    assert drop_time(f"host: {time} {rest}") == f"host: {time} {rest}" or time.startswith("[")


@pytest.mark.parametrize(
    "line",
    [
        "12:00:01 started",
        "2026 was good",
        "17673224451 is a number",
        "1767322445abc",
        "2026-01-02T03:04:05x",
        "2026-01-02-03",
        "192.0.2.1 - - [10/Oct/2000 and more]",
        "2026-01-02T03:04:05INFO",
        "Dec is cold",
        "[error] x",
        "",
    ],
)
def test_what_only_resembles_a_time_stays(line: str) -> None:
    assert drop_time(line) == line


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ('192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 5', '192.0.2.7 - - "GET / HTTP/1.1" 200 5'),
        ("I0102 03:04:05.123456       1 main.go:12] up", "I       1 main.go:12] up"),
        ("1:M 02 Jan 2026 03:04:05.678 * Ready", "1:M * Ready"),
        ("INFO 2026-01-02 03:04:05,678 up", "INFO up"),
        ("<34>1 2026-01-02T03:04:05.003Z host app - - - up", "<34>1 host app - - - up"),
        ('{"ts":1767322445.12,"msg":"up"}', '{"msg":"up"}'),
        ('{"time":"2026-01-02T03:04:05Z","msg":"up"}', '{"msg":"up"}'),
    ],
)
def test_a_time_behind_what_such_logs_put_first_is_dropped_whole(line: str, rest: str) -> None:
    assert drop_time(line) == rest

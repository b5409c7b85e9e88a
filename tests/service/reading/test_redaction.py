"""Redaction: made-up secrets are masked and counted, ordinary lines pass untouched."""

import json
import timeit
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reading.redaction import OPTIONS, OwnRule, Redactor

CASES = [json.loads(line) for line in (Path(__file__).parents[2] / "masking_cases.jsonl").read_text().splitlines()]

BASE64 = "MIIExampleExampleExample0Example/Example+ExampleExampleExample00"
SECRETS = [
    ("aws_key", "key AKIAEXAMPLEEXAMPLE00 used", "key <secret> used"),
    ("authorization", "Authorization: Bearer example-not-a-token", "Authorization: Bearer <secret>"),
    ("authorization", "authorization: Basic ZXhhbXBsZTpleGFtcGxl", "authorization: Basic <secret>"),
    ("authorization", "sent Bearer EXAMPLE0example0", "sent Bearer <secret>"),
    ("jwt", "got eyJleGFtcGxl.eyJleGFtcGxl.ZXhhbXBsZQ ok", "got <secret> ok"),
    ("named_value", "password=Example-1! from 192.0.2.1", "password=<secret> from 192.0.2.1"),
    ("named_value", "DB_PASSWORD='two words' ok", "DB_PASSWORD=<secret> ok"),
    ("named_value", '{"token": "example0", "user": 7}', '{"token": <secret>, "user": 7}'),
    ("named_value", r"{\"secret\":\"example0\"}", r"{\"secret\":<secret>}"),
    ("named_value", "token: example0", "token: <secret>"),
    ("named_value", "GET /?api_key=example0&page=2", "GET /?api_key=<secret>&page=2"),
    ("named_value", "client_secret=example0;x=1", "client_secret=<secret>;x=1"),
    ("named_value", "aws_secret_access_key = EXAMPLE/example0", "aws_secret_access_key = <secret>"),
    (
        "url_password",
        "git clone https://me:example0@example.org/a.git",
        "git clone https://me:<secret>@example.org/a.git",
    ),
    ("service_token", "ghp_EXAMPLEexampleEXAMPLEexample00000000 used", "<secret> used"),
    ("service_token", "xoxb-0000000000-EXAMPLE", "<secret>"),
    ("long_value", "signature=00ffexample00ffexample00ff00ff ok", "signature=<secret> ok"),
    ("private_key", r'k="-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"', 'k="<secret>"'),
    ("email", "mail from owner@example.org.", "mail from <email>."),
]
ORDINARY = [
    "Failed password for invalid user admin from 1.2.3.4 port 22 ssh2",
    "Started getty@tty1.service - Getty on tty1.",
    "pam_unix(sshd:auth): check pass; user unknown",
    "password: incorrect",
    "invalid token: unexpected end of input",
    "Basic authentication is enabled, bearer certificates too",
    "public key: ssh-ed25519",
    "session opened for user root(uid=0)",
    "GET https://example.org:8443/a@b HTTP/1.1",
    "npm install left-pad@1.3.0",
    "Linux version 6.1.0 (builder@kernel.example.org) (gcc-12 (Debian 12.2.0) 12.2.0)",
    "pam_unix(passwd:chauthtok): password changed for owner",
    "sudo: owner : TTY=pts/0 ; PWD=/home/owner ; USER=root ; COMMAND=/bin/ls",
    "key=value monkey=7 keys: 12",
    'usage {"prompt_tokens": 512, "total_tokens": 1024}',
    "tokens: 5 to 8 %, secrets = 3",
    "AUTH LOGIN failed, user LOGIN ok",
    "neighbor 192.0.2.1 password is set",
    '["password", "email"]',
    '<label id="password">Password</label>',
]


@pytest.mark.parametrize(("kind", "line", "masked"), SECRETS)
def test_a_secret_is_masked_and_counted_under_its_kind(kind: str, line: str, masked: str) -> None:
    redactor = Redactor()
    assert redactor.redact([line]) == [masked]
    assert redactor.masked == {kind: 1}


@pytest.mark.parametrize("line", ORDINARY)
def test_an_ordinary_line_is_not_touched(line: str) -> None:
    redactor = Redactor()
    assert redactor.redact([line]) == [line]
    assert not redactor.masked


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_no_shape_of_the_table_of_secrets_stays(case: dict[str, str]) -> None:
    (masked,) = Redactor().redact([case["line"]])
    assert case["must_not_stay"] not in masked
    assert Redactor().redact([masked]) == [masked]


@pytest.mark.parametrize(
    ("option", "line", "masked"),
    [
        ("ip", "from 192.0.2.7 port 22", "from <ip> port 22"),
        ("ip", "from 2001:db8::7 port 22", "from <ip> port 22"),
        ("mac", "link 02:00:00:aa:bb:cc up", "link <mac> up"),
        ("host", "Nov  1 10:00:00 greenhouse cron[1]: job", "Nov  1 10:00:00 <host> cron[1]: job"),
        ("host", "rhost=mail.example.org", "rhost=<host>"),
        ("user", "Failed password for anna from 192.0.2.7", "Failed password for <user> from 192.0.2.7"),
        ("user", "open /home/anna/notes", "open /home/<user>/notes"),
    ],
)
def test_a_kind_of_value_is_masked_where_a_setting_asks_for_it(option: str, line: str, masked: str) -> None:
    assert Redactor().redact([line]) == [line]
    assert Redactor([option]).redact([line]) == [masked]
    assert Redactor([option]).redact([masked]) == [masked]


def test_a_rule_of_ones_own_is_masked_by_its_name() -> None:
    redactor = Redactor(own=[OwnRule("ticket", "TCK-[0-9]{6}")])
    assert redactor.redact(["see TCK-123456 and TCK-1"]) == ["see <ticket> and TCK-1"]
    assert redactor.masked == {"ticket": 1}


@pytest.mark.parametrize("number", ["4111 1111 1111 1112", "1111111111111117", "4111-1111 1111 1111"])
def test_a_number_without_the_check_digit_or_form_of_a_card_stays(number: str) -> None:
    assert Redactor().redact([f"id {number} ok"]) == [f"id {number} ok"]


@given(st.lists(st.sampled_from([line for _, line, _ in SECRETS] + ORDINARY + ["İ password=example0"]), max_size=9))
def test_masking_many_lines_at_once_gives_what_one_by_one_gives_and_a_second_time_changes_nothing(
    lines: list[str],
) -> None:
    together, alone = Redactor(), Redactor()
    masked = together.redact(lines)
    assert masked == [alone.redact([line])[0] for line in lines]
    assert together.masked == alone.masked
    again = Redactor()
    assert again.redact(masked) == masked
    assert not again.masked


@pytest.mark.parametrize("prefix", ["", "Jan 31 10:00:00 greenhouse app: "])
@pytest.mark.parametrize("batch", [1, 2, 9])
def test_the_lines_of_a_private_key_are_masked_over_any_batches(prefix: str, batch: int) -> None:
    key = ["-----BEGIN RSA PRIVATE KEY-----", BASE64, BASE64, "ZXhhbXBsZQ==", "-----END RSA PRIVATE KEY-----"]
    lines = [prefix + line for line in [*key, "then work went on"]]
    redactor = Redactor()
    masked = [out for at in range(0, 6, batch) for out in redactor.redact(lines[at : at + batch])]
    assert masked[:4] == [prefix + "<secret>"] * 4
    assert masked[5] == prefix + "then work went on"


def test_a_key_whose_end_never_came_does_not_swallow_the_log_after_it() -> None:
    lines = ["-----BEGIN PRIVATE KEY-----", BASE64, "service started", BASE64[:20]]
    assert Redactor().redact(lines) == ["<secret>", "<secret>", "service started", BASE64[:20]]


def test_a_line_of_a_key_whose_begin_was_in_an_earlier_pull_is_masked() -> None:
    assert Redactor().redact([BASE64]) == ["<secret>"]


STUFFINGS = sorted(
    {"a.", "key=", "bearer ", "http://", "eyJ", "a@a.", '"', "-----BEGIN PRIVATE KEY", "key", "x://::::", ".", "-", "0"}
    | {'password="', "\\", "'", "%", "a@", "@", "1234 ", "DE89", "::", "4111 ", "Cookie: a=", "<password>", "curl -u "}
    | {
        "login a password ",
        "neighbor a ",
        "ppp chap ",
        "radius-server a ",
        "net use ",
        "lftp ",
        'name="password"',
        '"pw",',
    }
    | {"mysql -p", "a:", "-p ", "pass", "token", "=", "é@é.", "1.1.", "aa:", "$1$", "user ", "https://a:"}
)


@pytest.mark.parametrize("stuffing", STUFFINGS)
def test_a_hostile_line_takes_time_in_proportion_to_its_length(stuffing: str) -> None:
    def seconds(length: int) -> float:
        line = (stuffing * length)[:length]
        return min(timeit.repeat(lambda: Redactor(OPTIONS).redact([line]), number=1, repeat=3))

    assert seconds(65_536) < 40 * seconds(8_192) + 0.05  # 8 times as long; 64 times if it were quadratic

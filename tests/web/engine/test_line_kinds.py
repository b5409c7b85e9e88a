"""The kinds of sampled lines: what lines have in common, with gaps where they differ."""

import pytest

GOOD = [
    f"Dec 10 09:{n % 60:02d}:01 host sshd[{1000 + n}]: {text.format(n)}"
    for n in range(200)
    for text in ("Failed password for root from 10.0.0.{0} port 4{0} ssh2", "Connection closed by 10.0.0.{0}")
]
FAILED = "Dec 10 10:00:{:02d} host sshd[7{}]: Failed password for {} from 10.1.0.{} port 5{} ssh2"


@pytest.fixture
def kinds(in_node):
    def of(lines, good=()):
        return in_node("kinds", "", good=list(good), lines=lines)

    return of


def texts(answer):
    return [(kind["text"], round(kind["share"], 3)) for kind in answer["kinds"]]


def test_lines_that_differ_in_values_are_one_kind_with_gaps(kinds):
    lines = [FAILED.format(n, n, "root", n, n) for n in range(9)] + ["Dec 10 10:00:00 host sshd[7]: restarted"]
    assert texts(kinds(lines)) == [
        ("host sshd[…]: Failed password for root from … port … ssh2", 0.9),
        ("host sshd[…]: restarted", 0.1),
    ]


def test_a_value_that_is_always_the_same_is_shown(kinds):
    assert texts(kinds([f"t-0{n} w1{n} e100 ok" for n in range(5)])) == [("t-… w… e100 ok", 1)]


def test_names_in_one_place_are_a_gap(kinds):
    names = ["anna", "ben", "cara", "dora", "eli"]
    assert texts(kinds([f"login of {name} failed" for name in names])) == [("login of … failed", 1)]


def test_a_name_that_is_most_of_them_is_a_kind_of_its_own(kinds):
    lines = [f"login of {name} failed" for name in ["root"] * 8 + ["ben", "cara"]]
    assert texts(kinds(lines))[0] == ("login of root failed", 0.8)


def test_a_line_that_becomes_noise_counts_for_what_it_began_as(kinds):
    lines = [
        *[FAILED.format(n, n, "root", n, n) for n in range(4)],
        *[f"Dec 10 10:00:0{n} host sshd[7{n}]: Connection closed by 10.1.0.{n}" for n in range(4)],
        "Dec 10 10:00:09 host sshd[77]: Connection clo by frou [ssh port",
        "Dec 10 10:00:09 host sshd[78]: Connec[tion qroot failed",
    ]
    answer = kinds(lines, GOOD)
    assert answer["noise"] == 2
    assert texts(answer) == [
        ("host sshd[…]: Connection closed by …", 0.55),
        ("host sshd[…]: Failed password for root from … port … ssh2", 0.45),
    ]


def test_a_new_name_is_no_noise(kinds):
    answer = kinds([FAILED.format(1, 1, "zoe", 1, 1)], GOOD)
    assert answer["noise"] == 0
    assert texts(answer) == [("host sshd[…]: Failed password for … from … port … ssh2", 1)]


def test_where_all_become_noise_it_is_said_how_they_begin(kinds):
    lines = [f"Dec 10 10:00:0{n} host sshd[7{n}]: Failed passw{n} qx{n} [ssh from{n}" for n in range(9)]
    assert texts(kinds(lines, GOOD)) == [("host sshd[…]: Failed …", 1)]


def test_examples_are_lines_of_the_kind(kinds):
    lines = [FAILED.format(n, n, "root", n, n) for n in range(9)]
    (kind,) = kinds(lines)["kinds"]
    assert kind["examples"] == lines[:5]


def test_an_empty_line_is_a_kind(kinds):
    assert texts(kinds(["", ""])) == [("", 1)]

"""Which numbers of a log are quantities."""

import random

import pytest

CHANCE = random.Random(1)


def lines(write, count, first=0):
    return [write(n) for n in range(first, first + count)]


def drawn(least, most):
    return CHANCE.randint(least, most)


QUANTITIES = {
    "a temperature": (lambda n: f"bed {drawn(18, 25)}.{drawn(0, 9)}°C", ["bed, °C"]),
    "a duration": (lambda n: f"GET /a completed in {drawn(3, 400)} ms", ["in, ms"]),
    "a size": (lambda n: f"queue active, size={drawn(900, 9999)}", ["size"]),
    "a count": (lambda n: f"sync finished: {drawn(800, 1300)} items", ["finished, items"]),
    "a price": (lambda n: f"total {drawn(3, 900)}.{drawn(10, 99)} EUR", ["total, EUR"]),
    "a letter and its level": (lambda n: f"t-0{drawn(40, 55)} ok", ["t"]),
    "what runs low": (lambda n: f"tank {5000 - 7 * n - drawn(0, 9)} left", ["tank"]),
}
OTHERS = {
    "a process id": lambda n: f"sshd[{drawn(10000, 32000)}]: closed",
    "a port": lambda n: f"from 10.0.0.1 port {drawn(30000, 60000)} ssh2",
    "a date": lambda n: f"Dec {drawn(10, 28)} 09:11:{drawn(10, 59)} host up",
    "a time": lambda n: f"{drawn(10, 23)}:{drawn(10, 59)} host up",
    "an order": lambda n: f"order {drawn(100000, 999999)} placed",
    "an identifier with a name": lambda n: f"closed id={drawn(10, 99)}",
    "a line's number": lambda n: f"line {n} read",
    "an event's number": lambda n: f"event {1000 + n} at {n * 3}",
    "a name with a number": lambda n: f"bed{drawn(1, 9)} is dry",
    "a protocol": lambda n: f'"GET / HTTP/{drawn(1, 3)}"',
    "an address": lambda n: f"from 10.0.{drawn(0, 9)}.{drawn(1, 250)}",
    "a hash": lambda n: f"commit {drawn(16**7, 16**8):08x}",
}


def named(in_node, write):
    context, futures = lines(write, 12), [lines(write, 5, 12) for _ in range(20)]
    return [field["name"] for field in in_node("quantities", "", context=context, futures=futures)]


@pytest.mark.parametrize("name", QUANTITIES)
def test_this_is_a_quantity(in_node, name):
    write, expected = QUANTITIES[name]
    assert named(in_node, write) == expected


@pytest.mark.parametrize("name", OTHERS)
def test_this_is_none(in_node, name):
    assert named(in_node, OTHERS[name]) == []

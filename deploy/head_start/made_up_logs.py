"""Made-up logs of very many formats: text from which a model learns how logs go on, and no content.

A document has one format, made of random parts: when its clock ticks and how the time is written, who speaks, and the
messages, of which each is words and fields. A field keeps to a habit: it counts, drifts, is one of a few, is new each
time, or stays as it was. Words come from a short list of ordinary ones or are spelt at random. Nothing here was taken
from a log.
"""

from __future__ import annotations

import json
import time
from bisect import bisect
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

Field = Callable[[], str]

WORDS = Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()
LEVELS = [
    ["warn", "notice", "info"],
    ["ERROR", "WARN", "INFO"],
    ["D", "E", "W"],
    ["debug", "error", "warn"],
    ["FATAL", "WARNING", "NOTICE"],
    ["[error]", "[warn]", "[info]"],
    ["high", "low", "ok"],
    ["Error", "Warning", "Info"],
    ["<5>", "<3>", "<4>"],
    ["SEVERE", "INFO", "TRACE"],
]
PLACES = ["/var/lib", "/usr/bin", "/home", "/etc", "/srv/data", "/api/v1", "/api", "/static", "/tmp", "/opt", "C:", ""]
ENDS = ["log", "conf", "txt", "py", "js", "html", "gz", "db", "so.1", "service", "c", "java", "tmp", "json", "png"]
UNITS = ["", "", "", "", "ms", "s", "V", "A", "W", "C", "%", " ms", " kB", "MB", " bytes", "KB", " s", "us", "°C", "h"]
QUANTITIES = [
    "t", "h", "p", "v", "w", "e", "f", "s", "x", "y", "q", "id", "pid", "tid", "uid", "cpu", "mem", "temp", "hum",
    "volt", "cur", "load", "len", "size", "rtt", "ttl", "seq", "n",
]  # fmt: skip
ONSETS = [
    "b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "br", "ch", "cl", "dr",
    "fl", "gr", "pl", "pr", "sh", "st", "str", "th", "tr",
]  # fmt: skip
VOWELS = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "ai", "ea", "ou"]
CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "d", "x", "ck", "ng", "st"]
FOREIGN = "éüßñ°µ→…åλ"
CLOCKS = [
    ("%b %d %H:%M:%S", 4), ("%Y-%m-%dT%H:%M:%SZ", 1), ("%Y-%m-%d %H:%M:%S", 3), ("%Y-%m-%d %H:%M:%S,{ms}", 1),
    ("%Y-%m-%d %H:%M:%S.{ms}", 1), ("%Y-%m-%dT%H:%M:%S.{ms}Z", 1), ("%Y-%m-%dT%H:%M:%S.{us}+00:00", 1), ("{s}", 1),
    ("[%a %b %d %H:%M:%S %Y]", 2), ("[%d/%b/%Y:%H:%M:%S +0000]", 1), ("%y%m%d %H%M%S", 1), ("%H:%M:%S", 1), ("{up}", 1),
    ("%Y/%m/%d %H:%M:%S", 1), ("%Y-%m-%d-%H.%M.%S.{us}", 1), ("%d.%m.%Y %H:%M", 1), ("%Y-%m-%d", 1), ("[{up}]", 1),
    ("%H:%M:%S.{ms}", 1), ("%Y%m%d-%H:%M:%S:{ms}", 1), ("%m-%d %H:%M:%S.{ms}", 1), ("{s}.{ms}", 1), ("%Y.%m.%d", 1),
    ("%m/%d/%Y %H:%M", 1), ("day {day} %H:%M", 1), ("{day}", 1), ("%a %b %d %H:%M:%S %Y", 1),
]  # fmt: skip


class Format:
    """A random format of a log. `document` writes lines in it."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.seconds = self.rng.uniform(5e8, 1.9e9)
        self.began = self.seconds - self.rng.choice([0, 0, 1e3, 1e5])
        self.tick = self._ticks()
        self.names = [self._word() for _ in range(self.rng.randint(3, 40))]
        self.shared = [self._value() for _ in range(self.rng.randint(1, 4))]  # as a session's address, user and port
        self.in_session = [field() for field in self.shared]
        self.line = self._lines()

    def document(self, n_line: int) -> list[str]:
        """So many lines, one after the other."""
        return [self.line() for _ in range(n_line)]

    # ---- lines

    def _lines(self) -> Field:
        """What writes a line: the beginning, and one of some messages."""
        rng, kind = self.rng, self.rng.random()
        begin = self._beginning()
        if kind < 0.22:  # rows of values, all alike
            row = self._row()
            return lambda: self._ticked(begin) + row()
        if kind < 0.28:  # each line another, as when a machine boots
            return lambda: self._ticked(begin) + self._message(few=True)()
        messages = [self._message() for _ in range(int(rng.choice([2, 3, 5, 8, 12, 20, 30])))]
        speakers = [self._speaker() if rng.random() < 0.5 else None for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.3:
            speakers = [None]
        said = [(rng.choice(speakers), message) for message in messages]
        choose = self._order(len(said))

        def line() -> str:
            speaker, message = said[choose()]
            return self._ticked(begin) + (speaker() if speaker else "") + message()

        return line

    def _ticked(self, begin: Field) -> str:
        self.seconds += self.tick()
        return begin()

    def _order(self, n: int) -> Callable[[], int]:
        """Which message comes next: any, the same for a while, or sessions that go through some in order."""
        rng, kind = self.rng, self.rng.random()
        ranked = self._ranked(n, 0.3, 2)
        again = rng.choice([0.0, 0.3, 0.8])
        story: list[int] = []
        length, stray = rng.randint(2, min(n, 8)) if n > 1 else 1, rng.choice([0, 0.05, 0.2])
        state = [0]

        def any_one() -> int:
            if rng.random() >= again:
                state[0] = ranked()
                if rng.random() < 0.5:
                    self._new_session()
            return state[0]

        def next_of_story() -> int:
            if not story:
                self._new_session()
                story.extend(reversed(range(rng.choice([0, 0, rng.randrange(n)]) if stray else 0, length)))
            if not story or rng.random() < stray:
                return rng.randrange(n)
            return story.pop()

        return any_one if kind < 0.55 else next_of_story

    def _new_session(self) -> None:
        self.in_session = [field() for field in self.shared]

    # ---- the beginning of a line

    def _ticks(self) -> Callable[[], float]:
        """How the seconds between two lines are drawn."""
        rng, kind = self.rng, self.rng.random()
        period = rng.choice([0.01, 0.2, 1, 1, 2, 5, 10, 30, 60, 300, 600, 3600, 86400])
        jitter = rng.choice([0, 0, 0.001, 0.02, 0.3]) * period
        still = rng.choice([0.3, 0.6, 0.9])
        if kind < 0.4:
            return lambda: period + jitter * rng.random()
        if kind < 0.7:
            return lambda: 0.0 if rng.random() < still else rng.expovariate(1 / period)
        return lambda: rng.expovariate(1 / period)

    def _time(self) -> Field:
        """The time, as this format writes it."""
        style = self.rng.choices([style for style, _ in CLOCKS], [weight for _, weight in CLOCKS])[0]
        decimals = self.rng.choice([3, 6])
        padded = self.rng.random() < 0.7

        def written() -> str:
            moment = time.gmtime(self.seconds)
            text = time.strftime(style, moment) if "%" in style else style
            if "{" in text:
                part = self.seconds % 1
                text = text.replace("{ms}", f"{int(part * 1e3):03d}").replace("{us}", f"{int(part * 1e6):06d}")
                text = text.replace("{s}", str(int(self.seconds)))
                text = text.replace("{up}", f"{self.seconds - self.began:{12 if padded else 1}.{decimals}f}")
                text = text.replace("{day}", f"{int((self.seconds - self.began) // 86400):04d}")
            return text.replace(" 0", "  ", 1) if style.startswith("%b") and moment.tm_mday < 10 else text

        return written

    def _beginning(self) -> Field:
        """Times, host, level: what all lines begin with."""
        rng = self.rng
        parts: list[Field] = []
        if rng.random() < 0.9:
            parts.append(self._time())
        if rng.random() < 0.45:
            parts.append(self._few(self._host, 1 if rng.random() < 0.6 else 12))
        if rng.random() < 0.1:
            parts.append(self._time())
        if rng.random() < 0.4:
            parts.append(self._one_of(rng.choice(LEVELS)))
        if rng.random() < 0.15:
            parts.append(self._value())
        if rng.random() < 0.2:
            rng.shuffle(parts)
        between = rng.choice([" ", " ", " ", " ", ",", " - ", "  ", "|", ": ", "\t"])
        end = rng.choice([" ", " ", " ", ": ", between])
        return lambda: between.join([part() for part in parts]) + (end if parts else "")

    def _speaker(self) -> Field:
        """The program, perhaps with its process or thread."""
        rng = self.rng
        name = rng.choice(["", "", "", "kernel.", "com.", "org."]) + self._joined(rng.randint(1, 2))
        about = rng.choice(["{}[{}]: ", "{}[{}]: ", "{}({}): ", "[{}-{}] ", "{}: ", "[{}] ", "{}/{} "])
        process = self._shared() if rng.random() < 0.3 else self._number(rng.choice([300, 40000]))
        return lambda: about.format(name, process()) if about.count("{}") == 2 else about.format(name)

    # ---- messages

    def _message(self, few: bool = False) -> Field:
        """Words and fields, keys with values, or JSON."""
        kind = self.rng.random()
        if kind < 0.12 and not few:
            return self._pairs(self.rng.randint(2, 7))
        if kind < 0.18 and not few:
            return self._object(self.rng.randint(2, 6))
        parts: list[Field | str] = []
        for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])):
            parts.extend(self._listed() for _ in range(self.rng.randint(1, 4)))
            if self.rng.random() < (0.4 if few else 0.7):
                parts.append(self._part())
        if self.rng.random() < 0.4:
            parts[0] = str(parts[0] if isinstance(parts[0], str) else self._listed()).capitalize()
        last = self.rng.choice(["", "", "", "", ".", " ", "!", " [" + self._listed() + "]"])
        return lambda: " ".join([part if isinstance(part, str) else part() for part in parts]) + last

    def _part(self) -> Field:
        """A field of a message, with what stands around it."""
        field = self._shared() if self.rng.random() < 0.35 else self._value()
        name = self._listed()
        around = self.rng.choice(
            ["{}"] * 7 + ["({})", "'{}'", '"{}"', "[{}]", f"{name}={{}}", f"{name}={{}}", f"{name}: {{}}",
             f"{name} {{}};", "<{}>", "{},", "#{}", f"{name}({{}})", f"{name}[{{}}]", "-> {}"])  # fmt: skip
        return lambda: around.format(field())

    def _pairs(self, n: int) -> Field:
        keys = [self._key() for _ in range(n)]
        fields = [self._shared() if self.rng.random() < 0.2 else self._value() for _ in range(n)]
        equal = self.rng.choice(["=", "=", "=", ":", ": "])
        between = self.rng.choice([" ", " ", ", ", "; ", ","])
        begin = self._listed() + " " if self.rng.random() < 0.4 else ""
        return lambda: begin + between.join([key + equal + f() for key, f in zip(keys, fields, strict=True)])

    def _object(self, n: int) -> Field:
        keys = [self._key() for _ in range(n)]
        fields = [self._value() for _ in range(n)]
        separators = self.rng.choice([(",", ":"), (", ", ": ")])

        def written() -> str:
            values: dict[str, Any] = {}
            for key, field in zip(keys, fields, strict=True):
                value = field()
                values[key] = int(value) if value.isdigit() and value[0] != "0" else value
            return json.dumps(values, separators=separators, ensure_ascii=False)

        return written

    def _row(self) -> Field:
        """Values in columns: sensors' rows, tables."""
        rng = self.rng
        named, between = rng.random() < 0.5, rng.choice([" ", " ", ",", ";", "\t", ", ", "  ", " | "])
        parts: list[tuple[str, Field]] = []
        for _ in range(rng.choice([1, 2, 3, 4, 5, 6, 8, 12, 20])):
            field = self._reading() if rng.random() < 0.7 else self._value()
            key = rng.choice([*QUANTITIES, self._listed(), self._listed()]) + rng.choice(["", "=", ":", " "])
            parts.append((key if named else "", field))
        return lambda: between.join([key + field() for key, field in parts])

    # ---- fields

    def _shared(self) -> Field:
        at = self.rng.randrange(len(self.shared))
        return lambda: self.in_session[at]

    def _value(self) -> Field:
        """Any field."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.3:
            return self._number(rng.choice([3, 10, 64, 300, 1000, 9999, 65536, 10**6, 10**9]))
        if kind < 0.4:
            return self._reading()
        make = rng.choice([
            self._address, self._address, self._hex, self._hex, self._file, self._file, self._host,
            self._word, self._word, self._listed, self._code, self._version, self._sentence,
        ])  # fmt: skip
        habit = rng.random()
        if habit < 0.25:
            return make
        if habit < 0.35:
            same = make()
            return lambda: same
        if habit < 0.6:
            return self._staying(make, rng.choice([0.5, 0.8, 0.95]))
        return self._few(make, rng.choice([2, 4, 8, 20]))

    def _few(self, make: Field, most: int) -> Field:
        """One of a few values."""
        return self._one_of([make() for _ in range(self.rng.randint(1, most))])

    def _one_of(self, values: list[str]) -> Field:
        """One of these values, the first more often than the others."""
        place = self._ranked(len(values), 0, 2)
        return lambda: values[place()]

    def _ranked(self, n: int, low: float, high: float) -> Callable[[], int]:
        """A number below n, mostly a low one: in proportion to 1 / (number + 1) ** a power from `low` to `high`."""
        rng = self.rng
        sums = list(accumulate(1 / (rank + 1) ** rng.uniform(low, high) for rank in range(n)))
        return lambda: min(n - 1, bisect(sums, rng.random() * sums[-1]))

    def _staying(self, make: Field, stays: float) -> Field:
        rng, kept = self.rng, [make()]

        def value() -> str:
            if rng.random() >= stays:
                kept[0] = make()
            return kept[0]

        return value

    def _number(self, below: int) -> Field:
        """A whole number that counts, stays, is one of a few or is any."""
        rng, habit = self.rng, self.rng.random()
        width = rng.choice([0, 0, 0, len(str(below))])
        unit = rng.choice(UNITS) if rng.random() < 0.3 else ""
        value = [rng.randrange(below)]
        step = rng.choice([1, 1, 1, 1, 2, -1, 3, 5, 10, 16, 60, 100])
        skips = rng.choice([0.0, 0.0, 0.3, 0.7])
        any_one: Field = lambda: f"{rng.randrange(below):0{width}d}{unit}"  # noqa: E731
        if habit < 0.35:

            def counted() -> str:
                if rng.random() >= skips:
                    value[0] = max(0, value[0] + step)
                return f"{value[0]:0{width}d}{unit}"

            return counted
        if habit < 0.45:

            def grown() -> str:
                value[0] += int(rng.expovariate(1 / (1 + abs(step))))
                return f"{value[0]:0{width}d}{unit}"

            return grown
        if habit < 0.6:
            return any_one
        if habit < 0.75:
            return self._staying(any_one, rng.choice([0.5, 0.8, 0.95]))
        return self._few(any_one, rng.choice([2, 4, 10]))

    def _reading(self) -> Field:
        """A measured quantity: it drifts, and turns back at its ends."""
        rng = self.rng
        decimals = rng.choice([0, 0, 1, 1, 2, 2, 3])
        middle = rng.choice([0, 1, 5, 12, 25, 60, 100, 230, 500, 1000]) * rng.choice([1, 1, 1, -1])
        spread = max(2, abs(middle)) * rng.choice([0.02, 0.1, 0.3])
        move = spread * rng.choice([0.01, 0.05, 0.2, 0.5])
        back, still = rng.choice([0.0, 0.02, 0.1]), rng.choice([0.0, 0.0, 0.5, 0.9])
        width = rng.choice([0, 0, len(f"{abs(middle) + spread:.{decimals}f}")])
        unit = rng.choice(UNITS) if rng.random() < 0.4 else ""
        value = [rng.gauss(middle, spread)]

        def measured() -> str:
            if rng.random() >= still:
                value[0] += rng.gauss(0, move) + back * (middle - value[0])
            shown = value[0] if middle <= 0 else max(0.0, value[0])
            return f"{shown:0{width}.{decimals}f}{unit}"

        return measured

    def _listed(self) -> str:
        return self.rng.choice(WORDS) if self.rng.random() < 0.75 else self.rng.choice(self.names)

    def _word(self) -> str:
        """A word that can be spoken."""
        rng = self.rng
        word = "".join(
            [rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(rng.choice([1, 2, 2, 3]))]
        )
        if rng.random() < 0.01:
            word += rng.choice(FOREIGN)
        case = rng.random()
        return word if case < 0.8 else word.capitalize() if case < 0.93 else word.upper()

    def _key(self) -> str:
        return self.rng.choice([*QUANTITIES, self._joined(2), self._joined(1), self._joined(1), self._joined(1)])

    def _joined(self, n: int) -> str:
        """Some words as one name."""
        words, way = [self._listed() for _ in range(n)], self.rng.choice(["_", "-", ".", "camel", "_"])
        return "".join([word.capitalize() for word in words]) if way == "camel" else way.join(words)

    def _host(self) -> str:
        rng, n = self.rng, self.rng.randint(0, 99)
        return rng.choice([
            rng.choice(self.names), f"{rng.choice(self.names)}{n}", f"{rng.choice(self.names)}-{n:02d}",
            f"{self._word()}.{rng.choice(self.names)}.{rng.choice(['com', 'net', 'org', 'local', 'example'])}",
            self._rack(), f"node{n:03d}", f"{rng.choice(self.names)}@{self._word()}",
        ])  # fmt: skip

    def _rack(self) -> str:
        """Letters with numbers: where something stands."""
        rng, n = self.rng, self.rng.randint(2, 4)
        return rng.choice("-:.").join([rng.choice("ABCJMNRSU") + f"{rng.randint(0, 40):02d}" for _ in range(n)])

    def _address(self) -> str:
        rng = self.rng
        numbers = [rng.choice([10, 172, 192, rng.randint(1, 223)]), *(rng.randint(0, 255) for _ in range(3))]
        address = ".".join(map(str, numbers))
        kind = rng.random()
        if kind < 0.6:
            return address
        if kind < 0.8:
            return f"{address}:{rng.randint(1024, 65535)}"
        if kind < 0.9:
            return ":".join([f"{rng.getrandbits(8):02x}" for _ in range(6)])
        return f"fe80::{rng.getrandbits(16):x}:{rng.getrandbits(16):x}"

    def _hex(self) -> str:
        rng = self.rng
        length = rng.choice([2, 4, 8, 8, 12, 16, 32])
        text = f"{rng.getrandbits(4 * length):0{length}x}"
        kind = rng.random()
        if kind < 0.25:
            return "0x" + text
        if kind < 0.35:
            return text.upper()
        if kind < 0.45:
            whole = f"{rng.getrandbits(128):032x}"
            return "-".join([whole[:8], whole[8:12], whole[12:16], whole[16:20], whole[20:]])
        return text

    def _file(self) -> str:
        rng = self.rng
        folders = "/".join([rng.choice(PLACES), *(rng.choice(self.names) for _ in range(rng.randint(0, 2)))])
        name = self._listed() + rng.choice(["", "", str(rng.randint(0, 999)), f"-{rng.randint(0, 99)}"])
        ends = ["", "." + rng.choice(ENDS), "." + rng.choice(ENDS), f"?{self._listed()}={rng.randint(0, 999)}"]
        return f"{folders}/{name}{rng.choice(ends)}"

    def _code(self) -> str:
        rng = self.rng
        letters = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=rng.randint(1, 4)))
        return letters + rng.choice(["", "-", "_", ":"]) + str(rng.randint(0, 9999))

    def _version(self) -> str:
        rng = self.rng
        return (
            rng.choice(["", "v"])
            + f"{rng.randint(0, 12)}.{rng.randint(0, 30)}"
            + rng.choice(["", f".{rng.randint(0, 99)}"])
        )

    def _sentence(self) -> str:
        return " ".join([self._listed() for _ in range(self.rng.randint(2, 5))])


def documents(seed: int, characters: int) -> list[list[str]]:
    """Documents of about so many characters in all, each of a format of its own; the same for the same seed."""
    rng, found, total = Random(seed), [], 0
    while total < characters:
        lines = Format(rng.getrandbits(64)).document(rng.choice([20, 40, 60, 100, 150]))
        found.append(lines)
        total += sum(len(line) + 1 for line in lines)
    return found

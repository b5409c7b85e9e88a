"""What a person has called normal: templates of lines, one a line of a small text file.

    // printers wake up at night
    cupsd[#]: Listening to *

`#` stands for one number, identifier or time, `*` for any text; lines that begin with `//` are remarks. Command, page
and service share such files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..errors import LoglingError
from ..storage.atomic_write import write_durably

REMARK = "//"
HEAD = """\
// Lines that are normal, one template a line.
// # is a number, an identifier or a time, * is any text.
"""
DATE = re.compile(  # in a template
    "(?:\\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? +)?(?:# +)?"
    "\\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6},? +#(?:,? +#)*"
    "|\\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +#",
    re.ASCII,
)
LONGEST = 8192  # characters of a rule
LONGEST_WRITTEN = 1000  # characters of a rule that is made of a line
MOST = 10_000  # rules


class NormalRules:
    """Rules, each the template of lines that are normal."""

    def __init__(self, rules: Iterable[str] = ()) -> None:
        self.rules = list(dict.fromkeys(rules))
        self._whole = {rule for rule in self.rules if "*" not in rule}
        self._parts = [rule.split("*") for rule in self.rules if "*" in rule]

    def cover(self, template: str) -> bool:
        """Whether lines of this template are normal."""
        return template in self._whole or any(_has_parts(template, parts) for parts in self._parts)


def read_rules(file: Path) -> NormalRules:
    """The rules of a file; none where there is no such file. Raises LoglingError, OSError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return NormalRules()
    except UnicodeDecodeError:
        raise LoglingError(f"{file} is no text in UTF-8: a file of rules has one template a line") from None
    return NormalRules(rules_in(text, str(file)))


def rules_in(text: str, name: str) -> list[str]:
    """The rules of a text. Raises LoglingError for too long a rule, or too many."""
    lines = text.split("\n")
    rules = [line for line in lines if line.strip() and not line.startswith(REMARK)]
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST:
            raise LoglingError(f"{name}, line {number}: a rule has at most {LONGEST:,} characters, not {len(line):,}")
    if len(rules) > MOST:
        raise LoglingError(f"{name} has {len(rules):,} rules, at most {MOST:,} are read")
    return rules


def rule_of(template: str) -> str:
    """The rule for lines of a template: without dates, so that it holds next month as well, and not too long.

    >>> rule_of("# certificate expires Nov # # soon")
    '# certificate expires * soon'
    """
    rule = DATE.sub("*", template)
    rule = f"*{rule[1:]}" if rule.startswith(REMARK) else rule
    return rule if len(rule) <= LONGEST_WRITTEN else rule[:LONGEST_WRITTEN] + "*"


def _has_parts(template: str, parts: list[str]) -> bool:
    """Whether a template is these parts with any text in between; in linear time."""
    first, last = parts[0], parts[-1]
    if not (template.startswith(first) and template.endswith(last) and len(template) >= len(first) + len(last)):
        return False
    at, end = len(first), len(template) - len(last)
    for part in parts[1:-1]:
        found = template.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def add_rules(file: Path, rules: Iterable[str]) -> int:
    """Add rules that a file does not have yet; it is made where it is missing. -> how many were added.

    Raises LoglingError, OSError.
    """
    known = read_rules(file).rules
    new = [rule for rule in dict.fromkeys(rules) if rule and rule not in known]
    if new:
        head = "" if file.exists() else HEAD
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        between = "" if not text or text.endswith("\n") else "\n"
        write_durably(file, (head + text + between + "".join(rule + "\n" for rule in new)).encode())
    return len(new)

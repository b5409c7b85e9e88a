"""Mask secrets and e-mail addresses in lines, before anything keeps them.

It knows the shapes below and no others: a secret in free prose is not masked. What it finds becomes <secret> or
<email>. Masking twice changes nothing. It is fast because a few literal searches over many lines at once find the lines
that may have a secret.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

SECRET = "<secret>"
EMAIL = "<email>"
OPTIONS = ("ip", "mac", "host", "user")  # kinds that are masked where a setting asks for it

_KEY_LINES = 240  # a key of 16,384 bits has 197; an ordinary one 27 to 52

_WORD = r"""(?:\\?"[^"]*"|\\?'[^']*'|[^\s"',;&)\]}<>]+)"""
# Words that follow "password:" or "token:" in prose, or "passwd:" in PAM's messages, and are no secret.
_PROSE = (
    r"(?!(?:invalid|incorrect|expired|missing|required|unexpected|not|none|null|nil|true|false|yes|no|is|was"
    r"|has|for|the|empty|wrong|failed|error|unknown|ok"
    r"|all|password|account|auth|session|chauthtok|\(null\)|\*+)(?![\w-]))"
)
_SECRET_NAME = (
    # sudo logs PWD=/the/folder
    r"(?:pass(?:word|wd|phrase|code)?|pwd(?!\s*=\s*[/~])|secret|token|credentials?"
    r"|(?:api|access|private|secret|encryption|signing)"
    r"[_-]?key(?:[_-]?id)?)"
)


# What may stand between a name and its value, in lower case.
_ASSIGNED = r"""(?:[_-]?(?:key|id|value|hash))*\\?["']?\s*[=:]"""


class Rule(NamedTuple):
    """One shape of secret. Every line that `pattern` matches has one of `traces`, in lower case unless it is `cased`.

    Each trace begins with literal characters, because `re` finds those at gigabytes per second.
    """

    kind: str
    traces: tuple[re.Pattern[str], ...]
    pattern: re.Pattern[str]
    replacement: str
    cased: bool = False


def _traces(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


_RULES = (
    Rule(
        "private_key",
        _traces("private key-----"),
        re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)"),
        SECRET,
    ),
    Rule("jwt", _traces("eyj"), re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"), SECRET),
    Rule(
        "aws_key",
        _traces("A(?:KIA|SIA|ROA|IDA)[A-Z0-9]{16}"),
        re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b"),
        SECRET,
        cased=True,
    ),
    Rule(
        "service_token",
        _traces(
            *("gh[pousr]_", "github_pat_", "glpat-", "xox", r"sk-[\w-]{20}", "k_(?:live|test)_", "aiza"),
            *("npm_", "pypi-", "hooks.slack.com"),
        ),
        re.compile(
            r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[a-z]-[\w-]{10,}"
            r"|sk-[A-Za-z0-9_-]{20,}|[sr]k_(?:live|test)_\w{16,}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}"
            r"|pypi-[\w-]{30,}|(?<=hooks\.slack\.com/services/)[\w/]+)"
        ),
        SECRET,
    ),
    Rule(
        "authorization",
        _traces("authorization"),
        re.compile(
            r"""(?i)\b(authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|token|negotiate|apikey)\s+)?)"""
            r"""(?!<secret>)(?!(?:basic|bearer|digest|token|negotiate|apikey)\b)[^\s"',;]+"""
        ),
        r"\1" + SECRET,
    ),
    Rule(
        "authorization",
        _traces("bearer ", "basic "),
        # Something other than a plain word must follow: "basic authentication" is prose.
        re.compile(r"\b((?i:bearer|basic) +)(?=\S+[0-9A-Z=])[A-Za-z0-9._~+/-]{8,}=*"),
        r"\1" + SECRET,
    ),
    Rule(
        "url_password",
        _traces(r"://[^\s/@]*:[^\s/@]+@"),
        re.compile(r"(\b\w+://[^\s/:@]*:)(?!<secret>)[^\s/@]+(?=@)"),
        r"\1" + SECRET,
    ),
    Rule(
        "named_value",
        _traces(
            rf"pass(?:word|wd|phrase|code)?{_ASSIGNED}",
            *(rf"{name}{_ASSIGNED}" for name in ("pwd", "secret", "token", "credentials?", "key")),
        ),
        re.compile(
            rf"""(?i)({_SECRET_NAME}(?:[_-]?(?:key|value|hash))?(?:\\?["'])?\s*[=:]\s*)"""
            rf"""(?!["']?<secret>){_PROSE}{_WORD}"""
        ),
        r"\1" + SECRET,
    ),
    Rule(
        "long_value",
        _traces(
            *(rf"{name}{_ASSIGNED}" for name in ("key", "auth", "session", "sid", "cookie", "sig(?:nature)?", "nonce"))
        ),
        re.compile(
            r"""(?i)((?:key|auth|session(?:[_-]?id)?|sid|cookie|sig(?:nature)?|nonce)["']?\s*[=:]\s*["']?)"""
            r"(?=[A-Za-z+/_-]*[0-9])(?=[0-9+/_-]*[A-Za-z])[A-Za-z0-9+/_-]{20,}={0,2}"
        ),
        r"\1" + SECRET,
    ),
    Rule(
        "email",
        _traces("@"),
        # Not systemd's names (getty@tty1.service), nor who built the kernel, in its first line at boot.
        re.compile(
            r"(?<![\w.+-])[\w.+-]+@"
            r"(?!(?:[A-Za-z0-9-]+\.)+(?:service|socket|slice|scope|timer|mount|device|target|path|swap)\b)"
            r"(?![\w.-]+\) \(\S*(?:gcc|clang))"
            r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}\b"
        ),
        EMAIL,
    ),
)

_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY-----")
_KEY_BODY = re.compile(r"(?:(?<=\s)|^)(?:[A-Za-z0-9+/]{16,}={0,2}|[A-Za-z0-9+/]+={1,2})$")
_KEY_HEADER = re.compile(r"(?:Proc-Type|DEK-Info): ")
# The widths at which PEM, OpenSSH and MIME break base64.
_KEY_LINE = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/]+$")
_KEY_WIDTHS = frozenset((64, 70, 76))


class Redactor:
    """Masks the lines of one file, in order. `masked` counts what was masked, by kind."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self.masked: Counter[str] = Counter()
        self._key_lines_left = 0

    def redact(self, lines: list[str]) -> list[str]:
        """The same lines, with fixed marks in place of secrets and addresses."""
        if not lines:
            return lines
        text = "\n".join(lines)
        lower = text.lower()
        lines = self._mask_key_bodies(lines, lower)
        for rule in _RULES:
            suspects = {at for trace in rule.traces for at in _lines_with(trace, text if rule.cased else lower)}
            if suspects:
                lines = self._apply(rule, lines, suspects)
        return lines

    def _apply(self, rule: Rule, lines: list[str], suspects: set[int]) -> list[str]:
        masked = list(lines)
        for at in suspects:
            masked[at], count = rule.pattern.subn(rule.replacement, masked[at])
            if count:
                self.masked[rule.kind] += count
        return masked

    def _mask_key_bodies(self, lines: list[str], text: str) -> list[str]:
        """Mask the lines between BEGIN and END of a private key, also behind a syslog prefix.

        A single line that looks like part of a key is masked too: its BEGIN may have been in an earlier pull.
        """
        if self._key_lines_left or "private key-----" in text:
            return [self._mask_key_body(line) for line in lines]
        if _KEY_WIDTHS.isdisjoint(map(len, lines)):
            return lines
        return [self._mask_lone(line) for line in lines]

    def _mask_key_body(self, line: str) -> str:
        if _KEY_BEGIN.search(line):
            self._key_lines_left = 0 if _KEY_END.search(line) else _KEY_LINES
            return line
        if not self._key_lines_left:
            return self._mask_lone(line)
        masked, count = _KEY_BODY.subn(SECRET, line)
        self.masked["private_key"] += count
        # A key without END must not hide the log after it.
        is_inside = (count or _KEY_HEADER.search(line)) and not _KEY_END.search(line)
        self._key_lines_left = self._key_lines_left - 1 if is_inside else 0
        return masked

    def _mask_lone(self, line: str) -> str:
        if len(line) not in _KEY_WIDTHS or not _KEY_LINE.match(line):
            return line
        self.masked["private_key"] += 1
        return SECRET


def _lines_with(trace: re.Pattern[str], text: str) -> Iterator[int]:
    """The numbers of the lines of `text`, from 0, in which the trace is found."""
    number = end = 0
    for match in trace.finditer(text):
        number += text.count("\n", end, match.start())
        end = match.start()
        yield number

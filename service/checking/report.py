"""A report of a check to attach to a ticket: one static page without a script, or Markdown. The same as the page's."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ..reading.rules import shared_rules
from .findings import Finding, Findings
from .verdict import KIND_WORDS, describe_strangeness, verdict_of

MARKDOWN_SIGNS = re.compile(r"[\\`*_{}\[\]<>()#+!|~&-]")


def as_html(name: str, findings: Findings, good: Sequence[str] = (), numbers: Sequence[int] = ()) -> str:
    """One page. `name`: of the log; `good`: names of logs that were fine; `numbers`: of findings, else ranks."""
    ranks = numbers or range(1, len(findings.findings) + 1)
    parts = shared_rules("report_template")
    return _filled(
        parts["page"],
        name=_escaped(name),
        style=parts["style"],
        verdict=_escaped(verdict_of(findings, good)),
        notes=_escaped(_notes(good)),
        findings="".join(
            _finding_as_html(parts, i, finding) for i, finding in zip(ranks, findings.findings, strict=True)
        ),
    )


def _finding_as_html(parts: dict[str, str], rank: int, finding: Finding) -> str:
    facts = {"rank": str(rank), "facts": _escaped(facts_of(finding)), "why": _why_as_html(finding.why)}
    if not finding.lines:
        lines = [_filled(parts["line"], number="", text=_escaped(text)) for text in missing_lines(finding)]
        return _filled(parts["missing"], lines="".join(lines), **facts)
    lines = [
        _filled(parts["here"], number=f"{number:,}", text=_words_as_html(parts, finding))
        if number == finding.line
        else _filled(parts["line"], number=f"{number:,}", text=_escaped(text))
        for number, text in finding.rows()
    ]
    return _filled(parts["finding"], line=f"{finding.line:,}", lines="".join(lines), **facts)


def _why_as_html(why: str) -> str:
    return re.sub("`([^`]*)`", r"<code>\1</code>", _escaped(why))


def _words_as_html(parts: dict[str, str], finding: Finding) -> str:
    text, at = "", 0
    for word in finding.words:
        shade = 1 if word.weight < 1 / 3 else 2 if word.weight < 2 / 3 else 3
        text += _escaped(finding.text[at : word.begin])
        text += _filled(parts["word"], shade=str(shade), text=_escaped(finding.text[word.begin : word.end]))
        at = word.end
    return text + _escaped(finding.text[at:])


def as_markdown(name: str, findings: Findings, good: Sequence[str] = ()) -> str:
    """The same in Markdown, as GitHub and GitLab show it."""
    notes = _notes(good)
    head = [f"## {_escaped_markdown(name)}", "", verdict_of(findings, good), *(["", notes] if notes else []), ""]
    body = [line for i, finding in enumerate(findings.findings, 1) for line in _finding_as_markdown(i, finding)]
    return "\n".join([*head, *body])


def _finding_as_markdown(rank: int, finding: Finding) -> list[str]:
    if finding.lines:
        rows = finding.rows()
        width = len(str(rows[-1][0]))
        lines = [f"{'>' if number == finding.line else ' '} {number:>{width}}  {text}" for number, text in rows]
    else:
        lines = [f"- {text}" for text in missing_lines(finding)]
    longest = max([2, *(len(ticks) for line in lines for ticks in re.findall("`+", line))])
    fence = "`" * (longest + 1)
    why = f": {_escaped_markdown(finding.why)}" if finding.why else ""
    place = f" Line {finding.line:,}" if finding.lines else ""
    return [f"**{rank}.{place}**: {facts_of(finding)}{why}", "", f"{fence}text", *lines, fence, ""]


def facts_of(finding: Finding) -> str:
    """What a finding is: its kind, its strangeness and how many lines it has."""
    kind = KIND_WORDS[finding.kind] if finding.lines else "missing"
    facts = [kind, describe_strangeness(finding.strangeness)]
    if finding.lines and finding.count > 1:
        facts.append(f"{finding.count:,} {'lines' if finding.is_episode else 'such lines'}")
    return ", ".join(facts)


def missing_lines(finding: Finding) -> list[str]:
    """The lines that did not come, of a finding without lines; none where they are not known."""
    return [finding.text, *finding.after] if finding.text else []


def _notes(good: Sequence[str]) -> str:
    return f"Compared with {', '.join(good)}." if good else ""


def _filled(template: str, **values: str) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda name: values[name[1]], template)


def _escaped(text: str) -> str:
    return html.escape(text).replace("&#x27;", "&#39;")


def _escaped_markdown(text: str) -> str:
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return MARKDOWN_SIGNS.sub(r"\\\g<0>", text)
    return "`".join(part if i % 2 else MARKDOWN_SIGNS.sub(r"\\\g<0>", part) for i, part in enumerate(parts))

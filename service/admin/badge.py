"""The badge: whether it is well and the score, in words and colour, for a dashboard or another page."""

from __future__ import annotations

from markupsafe import Markup

from .health import Health

GOOD, BAD, NONE = "#0f6b5c", "#b3261e", "#5c666e"  # each readable under white
LABEL = "logling"
CHARACTER, ROOM = 6.2, 14  # pixels: of a character, and beside a text

TEMPLATE = Markup("""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{label}: {words}">
<title>{label}: {words}</title>
<rect width="{width}" height="20" rx="4" fill="#343b41"/>
<path d="M{left} 0h{flat}a4 4 0 0 1 4 4v12a4 4 0 0 1 -4 4h-{flat}z" fill="{colour}"/>
<g fill="#fff" font-family="system-ui,Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{label_at}" y="14" textLength="{label_length}">{label}</text>
<text x="{words_at}" y="14" textLength="{words_length}">{words}</text>
</g>
</svg>
""")


def badge(health: Health, score: float | None) -> str:
    """The badge as SVG; `score` is the bits per character of the weights that clients have."""
    words = "not well" if not health.is_well else "no model yet" if score is None else "well"
    if score is not None:
        words += f" · {score:.3f} bits/char"
    colour = BAD if not health.is_well else NONE if score is None else GOOD
    label_length, words_length = (round(len(text) * CHARACTER) for text in (LABEL, words))
    left, right = label_length + ROOM, words_length + ROOM
    return TEMPLATE.format(
        label=LABEL, words=words, colour=colour, width=left + right, left=left, flat=right - 4,
        label_at=left / 2, words_at=left + right / 2, label_length=label_length, words_length=words_length,
    )  # fmt: skip

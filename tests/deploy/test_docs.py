"""README and manual: short, linked, and with every command and setting in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from service.cli import COMMANDS
from service.settings import Settings, Source

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "deploy" / "docs"
PAGES = [ROOT / "README.md", *sorted(MANUAL.glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as a link has them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-") for head in heads}


def test_the_readme_is_read_in_five_minutes() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 1200


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not link.startswith("http") and not (target.exists() and (not anchor or anchor in anchors(target))):
            broken.append(link)
    assert broken == []


def test_every_page_of_the_manual_is_linked_from_the_readme_and_the_contents() -> None:
    for contents in (ROOT / "README.md", MANUAL / "README.md"):
        linked = {Path(link.partition("#")[0]).name for link in LINK.findall(contents.read_text(encoding="utf-8"))}
        assert {page.name for page in MANUAL.glob("*.md")} - linked <= {"README.md"}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_manual(command: str) -> None:
    assert f"| `logling {command}" in (MANUAL / "commands.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_manual_with_its_default() -> None:
    text = (MANUAL / "settings.md").read_text(encoding="utf-8")
    missing = []
    tables: dict[str, type[BaseModel]] = {"source": Source}
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables[name] = field.annotation
    for table, model in tables.items():
        section = text.partition(f"\n## {table}\n")[2].partition("\n## ")[0]
        for key, field in model.model_fields.items():
            (row,) = [row for row in section.splitlines() if row.startswith("|") and f"`{key}`" in row] or [""]
            default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            if not row or (isinstance(field.default, bool | int | float | str | list) and default not in row):
                missing.append(f"{table}.{key}")
    assert missing == []

"""Attributes, settings and variables of a person's git: they work as with plain git, or are refused by name."""

import os
import shutil
from pathlib import Path

import pytest

from service.settings import GitSettings
from service.site.git import SiteError
from service.site.page_difference import compare
from service.site.repository import WEIGHTS
from service.site.site import Site, create
from tests.support.repositories import Pair, git, write_hook, write_script

SETTINGS = GitSettings()


def attribute(pair: Pair, line: str) -> None:
    (pair.site / ".gitattributes").write_text(line + "\n")
    git(pair.site, "add", ".gitattributes")
    git(pair.site, "commit", "--quiet", "--message", "attributes")

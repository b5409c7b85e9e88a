from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.home import Home
from tests.support.listener import Listener, listening


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.make_state()
    return home

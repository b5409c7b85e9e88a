"""The page of a fleet as `logling fleet` starts it; `service/admin/server.py` is that of one home."""

from __future__ import annotations

import os

from ..admin.server import serve_page
from .page import create_fleet_app

if __name__ == "__main__":
    serve_page(create_fleet_app)
    os._exit(0)  # its threads may be at work, or hang; they write nothing

"""Jobs of pytest: a made-up project of sixteen test files."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pair import Fault, Job, pair

PARTS = [
    "accounts",
    "baskets",
    "catalogue",
    "coupons",
    "delivery",
    "exports",
    "invoices",
    "ledger",
    "mailing",
    "orders",
    "payments",
    "prices",
    "refunds",
    "search",
    "stock",
    "taxes",
]
VERBS = [
    "adds",
    "clears",
    "copies",
    "counts",
    "finds",
    "keeps",
    "merges",
    "orders",
    "renames",
    "rounds",
    "saves",
    "totals",
]


def run_tests(
    job: Job,
    conftest: str = "",
    changed: dict[str, str] | None = None,
    left_out: str = "",
    parts: Sequence[str] = PARTS,
) -> None:
    """Write the project and run its tests. `changed`: the body of a test, as `part.verb`, that is unusual."""
    job.write("shop/__init__.py", "")
    job.write(
        "tests/conftest.py", "import pytest\n\n@pytest.fixture\ndef shelf():\n    return list(range(20))\n" + conftest
    )
    for place, part in enumerate(parts):
        job.write(
            f"shop/{part}.py", f"NAME = '{part}'\n\ndef amount(values, extra=0):\n    return sum(values) + extra\n"
        )
        head = f"import time\nimport warnings\n\nimport pytest\nfrom shop import {part}\n\n"
        tests = []
        for number, verb in enumerate(VERBS):
            usual = f"time.sleep(0.00{number % 3 + 1})\n    assert {part}.amount(shelf, {number}) == {190 + number}"
            if (place + number) % 37 == 5:
                usual = "pytest.skip('needs the network')"
            if (place + number) % 41 == 7:
                usual = f"warnings.warn('{part}.amount() will want a currency', UserWarning)\n    " + usual
            body = (changed or {}).get(f"{part}.{verb}", usual)
            tests.append(f"def test_{part}_{verb}(shelf):\n    {body}\n")
        if part != left_out:
            job.write(f"tests/test_{part}.py", (changed or {}).get(part, head) + "\n\n".join(tests))
    command = [
        "-m",
        "pytest",
        "-v",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--durations=15",
        "--durations-min=0.001",
        "-c",
        "/dev/null",
    ]
    job.run([sys.executable, *command, "--rootdir=.", "tests"], PYTHONPATH=str(job.folder), PYTHONDONTWRITEBYTECODE="1")


@pair(
    Fault("the test that fails", r"test_refunds_totals FAILED"),
    Fault("what was compared", r"^E +assert 190 == 191|^E +\+ +where 190"),
    Fault("the summary", r"^FAILED tests/test_refunds|1 failed,"),
    goods=3,
)
def pytest_assertion(job: Job) -> None:
    """A test fails."""
    run_tests(job, changed={"refunds.totals": "assert refunds.amount(shelf) == 191"} if job.failing else None)


@pair(
    Fault("no such module", r"ModuleNotFoundError: No module named 'shop.currencies'"),
    Fault("file not collected", r"ERROR collecting|^ERROR tests/test_prices|Interrupted: 1 error"),
    Fault("no test ran", r"test_orders_adds PASSED", "fewer"),
)
def pytest_import_error(job: Job) -> None:
    """A test file imports a module that is not there."""
    changed = {"prices": "import pytest\nfrom shop import prices\nfrom shop.currencies import EURO\n\n"}
    run_tests(job, changed=changed if job.failing else None)


@pair(
    Fault("tests with an error", r"test_ledger_\w+ ERROR"),
    Fault("no connection", r"^E +ConnectionRefusedError|ConnectionRefusedError:"),
    Fault("the summary", r"^ERROR tests/test_ledger"),
    goods=2,
)
def pytest_fixture_error(job: Job) -> None:
    """A fixture of one file connects to a port on which nobody listens; when all is well, somebody does."""
    conftest = f"""
import socket

@pytest.fixture(scope="session")
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]

@pytest.fixture(autouse=True)
def ledger_connection(request, listener):
    if "ledger" in request.node.nodeid:
        socket.create_connection(("127.0.0.1", {"1" if job.failing else "listener"}), timeout=2).close()
"""
    run_tests(job, conftest)


@pair(
    Fault("the new warning", r"DeprecationWarning: datetime.datetime.utcfromtimestamp|utcfromtimestamp"),
    Fault("one more warning", r"test_exports\.py: \d+ warnings?|^tests/test_exports.py::test_exports_saves$"),
)
def pytest_new_warning(job: Job) -> None:
    """Among warnings that were always there is a new one; all tests pass."""
    body = (
        "import datetime\n    warnings.warn('datetime.datetime.utcfromtimestamp() is deprecated', DeprecationWarning)\n"
        "    assert exports.amount(shelf, 10) == 200"
    )
    run_tests(job, changed={"exports.saves": body} if job.failing else None)


@pair(Fault("a hundred times slower", r"^[1-9]\.\d+s call", "value"), goods=3)
def pytest_slow(job: Job) -> None:
    """A test takes a hundred times as long as before."""
    run_tests(job, changed={"search.finds": "time.sleep(3.2)"} if job.failing else None)


@pair(
    Fault("segmentation fault", r"Fatal Python error: Segmentation fault"),
    Fault("where", r"File .*test_payments\.py.*in test_payments_keeps"),
    Fault("no later test ran", r"test_refunds_adds PASSED", "fewer"),
    Fault("no summary", r"^=+ .*passed.* in ", "fewer"),
)
def pytest_segfault(job: Job) -> None:
    """The interpreter dies in a test."""
    body = "import ctypes\n    ctypes.string_at(0)"
    run_tests(job, changed={"payments.keeps": body} if job.failing else None)


@pair(Fault("skipped instead of passed", r"test_taxes_\w+ SKIPPED"), goods=2, stamped=True)
def pytest_skipped(job: Job) -> None:
    """The tests of one file are skipped, an ordinary word in a new place, and the run is green."""
    head = "import time, warnings\nimport pytest\nfrom shop import taxes\n"
    head += "pytestmark = pytest.mark.skip('needs the network')\n\n"
    run_tests(job, changed={"taxes": head} if job.failing else None)


@pair(Fault("tests that did not run", r"test_stock_\w+ PASSED", "fewer"), goods=2)
def pytest_lost_file(job: Job) -> None:
    """A test file is gone, and the run is green."""
    run_tests(job, left_out="stock" if job.failing else "")


@pair(
    Fault("the test that fails", r"test_vouchers_rounds FAILED"),
    Fault("what was compared", r"^E +assert 200 == 199|^E +\+ +where 200"),
    Fault("the summary", r"^FAILED tests/test_vouchers|1 failed,"),
    goods=2,
)
def pytest_another_commit(job: Job) -> None:
    """The project has grown and a part of it has another name, which is as it should be; a test of a new part fails."""
    grown = ["carts" if part == "baskets" else part for part in PARTS] + ["vouchers", "wishes", "zones"]
    body = "assert vouchers.amount(shelf, 10) == 199"
    run_tests(job, changed={"vouchers.rounds": body}, parts=grown if job.failing else PARTS)

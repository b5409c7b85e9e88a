"""A real Dask cluster as an engine: the same results, and what becomes of workers and schedulers that fail."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from service.engine.engine import CallFailed, Engine
from service.engine.opening import open_engine
from service.schedule.child_process import processes
from service.settings import EngineSettings
from service.training.challengers import candidates_for, train_side_by_side, training_data
from tests.service.training.test_challengers import PARTS, SETTINGS
from tests.support.clusters import DaskCluster
from tests.support.waiting import wait_until

SECONDS = 600  # after which a call that still waits counts as forgotten
NOWHERE = "tcp://127.0.0.1:9"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    with DaskCluster(tmp_path) as started:
        yield started


def engine_of(address: str, *, workers: int = 0, **settings: Any) -> Engine:
    """The engine of a cluster, once it has so many workers."""
    engine = open_engine(EngineSettings(executor="dask", scheduler=address, **settings), 2)
    wait_until(lambda: len(getattr(engine, "_slots", ())) >= workers)
    return engine


def children_of(process: int) -> list[int]:
    found = []
    for child in processes():
        with suppress(OSError):  # it has just ended
            if int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1]) == process:
                found.append(child)
    return found


def only_worker_at_work(cluster: DaskCluster) -> Any:
    """The worker that makes a call, once one does."""
    at_work: list[Any] = []

    def look() -> bool:
        at_work[:] = [worker for worker in cluster.workers if children_of(worker.pid)]
        return bool(at_work)

    wait_until(look)
    return at_work[0]


def test_each_call_is_made_in_a_process_of_its_own_on_a_worker(cluster: DaskCluster) -> None:
    worker = cluster.add_worker()
    with engine_of(cluster.address, workers=1) as engine:
        assert engine.submit(os.getppid).result(SECONDS) == worker.pid
        assert engine.submit(os.getpid).result(SECONDS) != engine.submit(os.getpid).result(SECONDS)
        assert engine.problems == []


def test_what_a_call_raises_is_raised_here_and_the_worker_goes_on(cluster: DaskCluster) -> None:
    cluster.add_worker()
    with engine_of(cluster.address, workers=1) as engine:
        with pytest.raises(ZeroDivisionError):
            engine.submit(divmod, 1, 0).result(SECONDS)
        assert engine.submit(divmod, 7, 2).result(SECONDS) == (3, 1)
        assert engine.problems == []


def test_a_training_on_the_cluster_gives_the_same_bytes_as_one_on_this_machine(cluster: DaskCluster) -> None:
    cluster.add_worker()
    cluster.add_worker()
    data = training_data(SETTINGS, PARTS, None)
    candidates = candidates_for(SETTINGS, PARTS, None, data)

    def weights(engine: Engine) -> list[dict[str, bytes]]:
        with engine:
            trained = train_side_by_side(engine, data, candidates, lambda *_: None, lambda: False)
        return [{name: w.tobytes() for name, w in challenger.model.weights.items()} for challenger in trained]

    assert weights(engine_of(cluster.address, workers=2)) == weights(open_engine(EngineSettings(), 2))


def test_a_call_whose_worker_is_killed_is_made_by_another_one(cluster: DaskCluster) -> None:
    cluster.add_worker()
    cluster.add_worker()
    with engine_of(cluster.address, workers=2) as engine:
        call = engine.submit(time.sleep, 3)
        only_worker_at_work(cluster).kill()
        assert call.result(SECONDS) is None
        (problem,) = engine.problems
        assert "worker tcp://127.0.0.1:" in problem


def test_a_call_whose_worker_hangs_is_made_by_another_one(cluster: DaskCluster) -> None:
    cluster.add_worker()
    cluster.add_worker()
    with engine_of(cluster.address, workers=2, minutes=0.1) as engine:
        call = engine.submit(time.sleep, 3)
        only_worker_at_work(cluster).send_signal(signal.SIGSTOP)
        assert call.result(SECONDS) is None
        (problem,) = engine.problems
        assert problem.endswith("did not answer within 6 s")


def test_a_call_that_takes_too_long_is_ended_and_told(cluster: DaskCluster) -> None:
    worker = cluster.add_worker()
    with engine_of(cluster.address, workers=1, minutes=0.02, tries=1, fallback=False) as engine:
        with pytest.raises(CallFailed, match=r"worker tcp://\S+ of tcp://\S+: a call took more than 1.2 s"):
            engine.submit(time.sleep, 600).result(SECONDS)
        assert children_of(worker.pid) == []


LACKING = {"service.py": "raise ModuleNotFoundError('No module named service', name='service')\n"}
OLDER = {"service/__init__.py": "", "service/installation.py": "def program_version():\n    return '0.0.1'\n"}


@pytest.mark.parametrize(("files", "words"), [(LACKING, "lacks the package logling"), (OLDER, "has logling 0.0.1")])
def test_a_worker_without_this_package_is_told_and_passed_over(
    cluster: DaskCluster, tmp_path: Path, files: dict[str, str], words: str
) -> None:
    for name, text in files.items():
        (tmp_path / "path" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "path" / name).write_text(text)
    cluster.add_worker(tmp_path / "path")
    with engine_of(cluster.address, workers=1) as engine:
        assert engine.submit(os.getppid).result(SECONDS) == os.getpid()
        first, *_, last = engine.problems
        assert words in first
        assert last == "computed on this machine instead"


def test_a_scheduler_that_ends_in_the_middle_leaves_the_call_to_this_machine(cluster: DaskCluster) -> None:
    cluster.add_worker()
    with engine_of(cluster.address, workers=1) as engine:
        call = engine.submit(time.sleep, 3)
        only_worker_at_work(cluster)
        cluster.scheduler.kill()
        assert call.result(SECONDS) is None
        assert engine.problems[-1] == "computed on this machine instead"


def test_without_a_scheduler_the_work_is_done_here_and_that_is_told() -> None:
    with engine_of(NOWHERE, tries=1) as engine:
        assert engine.submit(divmod, 7, 2).result(SECONDS) == (3, 1)
        (problem,) = engine.problems
        assert problem.startswith(f"the Dask scheduler {NOWHERE} cannot be reached")


def test_without_a_scheduler_and_without_fallback_there_is_an_error() -> None:
    with pytest.raises(CallFailed, match=f"the Dask scheduler {NOWHERE} cannot be reached"):
        engine_of(NOWHERE, tries=1, fallback=False)


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, str]:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    for name, blob in (
        ("ca", authority.cert_pem),
        ("cert", issued.cert_chain_pems[0]),
        ("key", issued.private_key_pem),
    ):
        blob.write_to_path(str(tmp_path / f"{name}.pem"))
    return {name: str(tmp_path / f"{name}.pem") for name in ("ca", "cert", "key")}


def tls_options(files: dict[str, str]) -> Sequence[str]:
    return ["--tls-ca-file", files["ca"], "--tls-cert", files["cert"], "--tls-key", files["key"], "--protocol", "tls"]


def test_a_scheduler_behind_tls_is_reached_with_its_certificates(tmp_path: Path, certificates: dict[str, str]) -> None:
    with DaskCluster(tmp_path, tls_options(certificates)) as cluster:
        cluster.add_worker()
        assert cluster.address.startswith("tls://")
        with engine_of(cluster.address, workers=1, **certificates) as engine:
            assert engine.submit(divmod, 7, 2).result(SECONDS) == (3, 1)


def test_closing_the_engine_ends_calls_under_way(cluster: DaskCluster) -> None:
    cluster.add_worker()
    with engine_of(cluster.address, workers=1) as engine:
        call = engine.submit(time.sleep, 600)
        only_worker_at_work(cluster)
    with pytest.raises(CallFailed):
        call.result(SECONDS)


def test_a_run_uses_the_cluster_and_its_record_tells_what_failed(
    fresh: Any, cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.add_worker()
    monkeypatch.setenv("LOGLING_ENGINE__EXECUTOR", "dask")
    monkeypatch.setenv("LOGLING_ENGINE__SCHEDULER", cluster.address)
    monkeypatch.setenv("LOGLING_ENGINE__TRIES", "1")
    record = fresh.retrain()
    assert (record["outcome"], record["problems"]) == ("committed", [])
    cluster.scheduler.kill()
    fresh.append_usual(150)
    record = fresh.retrain()
    assert "computed on this machine instead" in " ".join(record["problems"])


def test_doctor_has_a_call_made_on_the_cluster(fresh: Any, cluster: DaskCluster) -> None:
    cluster.add_worker()
    engine_of(cluster.address, workers=1).shutdown()
    environment = {"LOGLING_ENGINE__EXECUTOR": "dask", "LOGLING_ENGINE__SCHEDULER": cluster.address}
    assert f"ok   engine: {cluster.address}: 1 calls at a time" in fresh.logling("doctor", **environment).stdout
    cluster.scheduler.kill()
    told = fresh.logling("doctor", **environment).stdout
    assert f"BAD  engine: the Dask scheduler {cluster.address} cannot be reached" in told

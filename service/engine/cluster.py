"""The operator's own Dask cluster as an engine: each call goes to a worker that has room, and elsewhere if that fails.

Dask itself makes a call again when its worker dies, but waits for ever where no worker is left, and calls a worker
that hangs again. So the worker is chosen here, through executors of `Client.get_executor()` that are bound to one
worker each; one that is gone, hangs or lacks the package is told by its address and passed over.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec, TypeVar

import cloudpickle
from distributed import Client, Security

from ..installation import program_version
from ..settings import EngineSettings
from . import on_worker
from .engine import CallFailed, Engine
from .task_process import packed_call, unpacked_answer
from .worker_processes import WorkerProcesses

P = ParamSpec("P")
T = TypeVar("T")

SECONDS_TO_CONNECT = 10.0
LOOK_EVERY = 1.0  # seconds, for workers that came or went
SECONDS_SILENT = 60.0  # after which a scheduler that says nothing counts as away
SECONDS_FOR_A_WORKER = 30.0  # that a call waits for one with room while there is none at all

cloudpickle.register_pickle_by_value(on_worker)


def open_cluster(settings: EngineSettings, local: int) -> Engine:
    """The cluster of the settings, or processes of this machine where it cannot be reached and `fallback` is set.

    Raises CallFailed where it is not.
    """
    reason = ""
    for _ in range(settings.tries):
        try:
            return Cluster(settings, local)
        except (OSError, ValueError, ImportError) as error:
            first = str(error).partition("\n")[0] or type(error).__name__
            reason = f"the Dask scheduler {settings.scheduler} cannot be reached: {first}"
    if not settings.fallback:
        raise CallFailed(reason)
    processes = WorkerProcesses(local)
    processes.problems.append(f"{reason}; computed on this machine instead")
    return processes


class Cluster(Engine):
    """Makes calls on the workers of a Dask scheduler. Raises OSError when that does not answer."""

    def __init__(self, settings: EngineSettings, local: int) -> None:
        for name in ("distributed", "distributed.client"):  # what they would log, `problems` says in a sentence
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._settings = settings
        self._local_width = local
        self._client = Client(
            settings.scheduler,
            security=security_of(settings),
            timeout=SECONDS_TO_CONNECT,
            set_as_default=False,
            name="logling",
        )
        self._slots: list[str] = []  # the address of each worker, as often as it makes calls at a time
        self._heard = time.monotonic()  # when the scheduler last said which workers there are
        self._look()
        super().__init__(max(1, len(self._slots)))
        self._lock = threading.Condition()
        self._busy: list[str] = []  # addresses of workers, once for each call under way
        self._unusable: set[str] = set()  # workers that are asked no more
        self._local: WorkerProcesses | None = None
        self._is_closed = False
        self._threads = ThreadPoolExecutor(max(self.width, local), "cluster")
        threading.Thread(target=self._keep_looking, name="cluster workers", daemon=True).start()

    def submit(self, function: Callable[P, T], /, *arguments: P.args, **options: P.kwargs) -> Future[T]:
        """Make a call on a worker. The future raises CallFailed if there is no result, and none can be had here."""
        return self._threads.submit(self._call, function, arguments, options)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the cluster. Calls under way there are cancelled."""
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
        with suppress(Exception):  # it may be away
            self._client.close(timeout=SECONDS_TO_CONNECT)
        if self._local:
            self._local.shutdown(wait)
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    def _call(self, function: Callable[..., T], arguments: tuple[Any, ...], options: dict[str, Any]) -> T:
        payload = packed_call(function, arguments, options)
        reason = ""
        for _ in range(self._settings.tries):
            try:
                answer = self._answer_of_some_worker(payload)
            except CallFailed as failure:
                reason = str(failure)
                if self._is_closed:
                    raise
                self._note(reason)
                continue
            result, error = unpacked_answer(answer)
            if error is not None:
                raise error
            return result  # type: ignore[no-any-return]
        if not self._settings.fallback:
            raise CallFailed(reason)
        return self._processes().submit(function, *arguments, **options).result()

    def _answer_of_some_worker(self, payload: bytes) -> bytes:
        """The packed answer. Raises CallFailed that names the worker."""
        with self._worker() as address:
            executor = self._client.get_executor(workers=[address], allow_other_workers=False, pure=False, retries=0)
            seconds = self._settings.minutes * 60
            future = executor.submit(_ByValue(on_worker.call_on_worker), payload, program_version(), seconds)
            try:
                answer, trouble = self._wait(future, address, seconds)
            except CallFailed:
                self._pass_over(address)
                raise
            finally:
                future.cancel()
            if trouble:
                self._pass_over(address)
                raise CallFailed(f"worker {address} of {self._settings.scheduler}: {trouble}")
            return answer

    def _wait(self, future: Future[tuple[bytes, str]], address: str, seconds: float) -> tuple[bytes, str]:
        deadline = time.monotonic() + seconds + SECONDS_TO_CONNECT  # the worker itself gives up before
        gone = f"worker {address} of {self._settings.scheduler}"
        while True:
            try:
                return future.result(LOOK_EVERY)
            except NotYet:
                if self._is_closed:
                    raise CallFailed("the engine was closed") from None
                if address not in self._slots:
                    raise CallFailed(f"{gone} has ended") from None
                if not self._is_connected():
                    raise CallFailed(f"the Dask scheduler {self._settings.scheduler} is away") from None
                if time.monotonic() > deadline:
                    raise CallFailed(f"{gone} did not answer within {seconds:g} s") from None
            except Exception as error:  # noqa: BLE001 - of Dask: what the call itself raises comes back as its answer
                raise CallFailed(f"{gone} gave no answer ({type(error).__name__})") from None

    @contextmanager
    def _worker(self) -> Iterator[str]:
        """The address of a worker with room. Raises CallFailed when none comes."""
        deadline = time.monotonic() + SECONDS_FOR_A_WORKER
        with self._lock:
            while not (free := self._free()):
                if self._is_closed:
                    raise CallFailed("the engine was closed")
                if not self._is_connected():
                    raise CallFailed(f"the Dask scheduler {self._settings.scheduler} is away")
                if self._busy:
                    deadline = time.monotonic() + SECONDS_FOR_A_WORKER
                elif self._unusable or time.monotonic() > deadline:
                    raise CallFailed(f"the Dask scheduler {self._settings.scheduler} has no worker that can be used")
                self._lock.wait(LOOK_EVERY)
            address = free[0]
            self._busy.append(address)
        try:
            yield address
        finally:
            with self._lock:
                self._busy.remove(address)
                self._lock.notify()

    def _free(self) -> list[str]:
        """The addresses of workers with room, the least busy first."""
        slots = [address for address in self._slots if address not in self._unusable]
        room = {address: slots.count(address) - self._busy.count(address) for address in slots}
        return sorted((address for address in room if room[address] > 0), key=lambda address: -room[address])

    def _look(self) -> None:
        """Ask the scheduler which workers there are."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        self._slots = [address for address, worker in workers.items() for _ in range(worker["nthreads"])]
        self._heard = time.monotonic()

    def _keep_looking(self) -> None:
        """In a thread of its own, because a scheduler that hangs does not answer."""
        while not self._is_closed:
            with suppress(Exception):  # told by `_is_connected`
                self._look()
            time.sleep(LOOK_EVERY)

    def _is_connected(self) -> bool:
        return self._client.status == "running" and time.monotonic() - self._heard < SECONDS_SILENT

    def _pass_over(self, address: str) -> None:
        with self._lock:
            self._unusable.add(address)

    def _processes(self) -> WorkerProcesses:
        """Processes of this machine, in place of the cluster."""
        with self._lock:
            if self._local is None:
                self._local = WorkerProcesses(self._local_width)
                self._note("computed on this machine instead")
            return self._local

    def _note(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)


class _ByValue:
    """A function that travels as code, so that neither scheduler nor worker needs the module that it is in."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        return self._function(*arguments)

    def __reduce__(self) -> tuple[Callable[[bytes], Any], tuple[bytes]]:
        return pickle.loads, (cloudpickle.dumps(self._function),)


def security_of(settings: EngineSettings) -> Security | None:
    """The keys for a scheduler that is reached by TLS."""
    if not settings.scheduler.startswith("tls://"):
        return None
    return Security(
        tls_ca_file=settings.ca, tls_client_cert=settings.cert, tls_client_key=settings.key, require_encryption=True
    )

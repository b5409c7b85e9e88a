"""Where the pure functions of `model/` are computed: processes of this machine, or the operator's own Dask cluster.

Work is handed to a `concurrent.futures.Executor`. It knows neither homes nor runs. Begin with `opening.py`, which opens
the engine that the settings name: `worker_processes.py` or `cluster.py`. On a worker of a cluster a call arrives in
`on_worker.py`, which has it made by `task_process.py`.
"""

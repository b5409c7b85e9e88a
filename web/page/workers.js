// Workers compute beside the page, so that it never waits. A worker on a page from file:// cannot load a script. So the
// page gives it one as text: all of engine.js is one function, `loglingEngine`, and the text of this function makes the same
// engine in the worker. There serveJobs (engine/worker_loop.js) answers. If the browser allows no worker, the same jobs
// run on the page, in slices.

const MOST_WORKERS = 8;

/**
 * A job that was given to a worker.
 * @typedef {object} PendingJob
 * @property {(part: any) => void} take
 * @property {() => void} resolve
 * @property {(error: Error) => void} reject
 */

/** One worker and its jobs. It starts when it is first needed. */
class JobWorker {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Map<number, PendingJob>} */
    this.pending = new Map();
    /** @type {Promise<Worker | undefined> | undefined} */
    this.starting = undefined;
    this.given = 0;
    this.load = 0; // jobs given and not done
    this.ending = new AbortController();
  }

  /** End it. What it was doing comes to no end. */
  end() {
    this.ending.abort();
    this.starting?.then((worker) => worker?.terminate());
  }

  /** The worker, or undefined if the browser allows none. */
  started() {
    this.starting ??= startWorker(this.model, (data) => this.receive(data)).catch(() => undefined);
    return this.starting;
  }

  /** @param {{ id: number, part?: unknown, done?: boolean, error?: string }} data */
  receive({ id, part, done, error }) {
    const pending = this.pending.get(id);
    if (!pending) return;
    if (part !== undefined) pending.take(part);
    if (!done) return;
    this.pending.delete(id);
    if (error) pending.reject(new Error(error));
    else pending.resolve();
  }

  /**
   * Run a job to its end, or until the signal stops it. Nothing is passed on after that.
   * @param {JobName} job
   * @param {any} request
   * @param {(part: any) => void} take
   * @param {AbortSignal} signal
   */
  async run(job, request, take, signal) {
    if (this.ending.signal.aborted) await never();
    this.load++;
    try {
      const worker = await this.started();
      if (signal.aborted) return;
      if (worker) await this.give(worker, { job, request }, take, signal);
      else await this.runOnPage({ job, request }, take, signal);
    } finally {
      this.load--;
    }
  }

  /**
   * @param {{ job: JobName, request: any }} order
   * @param {(part: any) => void} take
   * @param {AbortSignal} signal
   */
  async runOnPage({ job, request }, take, signal) {
    const either = new AbortController();
    for (const one of [signal, this.ending.signal]) one.addEventListener('abort', () => either.abort());
    const unlessEnded = (/** @type {any} */ part) => either.signal.aborted || take(part);
    await new OnPage(this.model).run(job, request, unlessEnded, either.signal);
    if (this.ending.signal.aborted) await never();
  }

  /**
   * @param {Worker} worker
   * @param {{ job: JobName, request: any }} order
   * @param {(part: any) => void} take
   * @param {AbortSignal} signal
   */
  async give(worker, order, take, signal) {
    const id = ++this.given;
    await new Promise((resolve, reject) => {
      this.pending.set(id, { take, resolve: () => resolve(undefined), reject });
      signal.addEventListener('abort', () => {
        if (!this.pending.delete(id)) return;
        worker.postMessage({ id, stop: true });
        resolve(undefined);
      });
      worker.postMessage({ id, ...order });
    });
  }
}

/**
 * Resolves when the worker is ready; rejects if the browser allows none.
 * @param {Model} model
 * @param {(data: any) => void} receive
 * @returns {Promise<Worker>}
 */
function startWorker(model, receive) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(/** @type {string} */ (workerUrl()));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.onmessage = ({ data }) => (data.ready ? resolve(worker) : receive(data));
    const characters = model.vocabulary.alphabet.slice(RESERVED).join('');
    worker.postMessage({ model: { config: model.config, weights: model.weights, characters } });
  });
}

/** Resolves never: what waits for a worker that was ended is dropped. */
function never() {
  return new Promise(() => undefined);
}

/** As many workers as the machine has cores, at most MOST_WORKERS. */
class Workers {
  /**
   * @param {Model} model
   * @param {AbortSignal} signal ends them
   */
  constructor(model, signal) {
    this.model = model;
    this.signal = signal;
    const size = Math.max(1, Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS));
    this.all = Array.from({ length: size }, () => new JobWorker(model));
    signal.addEventListener('abort', () => this.all.forEach((worker) => worker.end()));
  }

  /** How many jobs are worth giving at a time: one if there are no workers. */
  async width() {
    return (await this.all[0].started()) ? this.all.length : 1;
  }

  /** The worker with the least to do. */
  idlest() {
    return this.all.reduce((idlest, worker) => (worker.load < idlest.load ? worker : idlest));
  }

  /**
   * @param {JobName} job
   * @param {any} request
   * @param {(part: any) => void} take
   * @param {AbortSignal} signal
   */
  run(job, request, take, signal) {
    return this.idlest().run(job, request, take, signal);
  }
}

/** Runs jobs on the page, in slices: what is short is done before a worker has started. */
class OnPage {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
  }

  async width() {
    return 1;
  }

  idlest() {
    return this;
  }

  /**
   * @param {JobName} job
   * @param {any} request
   * @param {(part: any) => void} take
   * @param {AbortSignal} signal
   */
  async run(job, request, take, signal) {
    await inSlices(/** @type {Iterable<unknown>} */ (jobs[job](this.model, request)), take, signal);
  }
}

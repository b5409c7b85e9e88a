// Workers compute beside the page, so that it never waits. A worker on a page from file:// cannot load a script. So the
// page gives it one as text: all of engine.js is one function, `loglingEngine`, and the text of this function makes the same
// engine in the worker. There serveJobs (engine/worker_loop.js) answers. If the browser allows no worker, the same jobs
// run on the page, in slices.

const MOST_WORKERS = 8;
const PATIENCE = 2000; // milliseconds in which a worker must stop when it is asked to

/**
 * A job that was given to a worker.
 * @typedef {object} PendingJob
 * @property {{ job: JobName, request: any }} order
 * @property {boolean} begun whether a part has come
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
    /** @type {Map<number, number>} */
    this.stopping = new Map(); // jobs that were asked to stop, and the timers that end the worker if they do not
    /** @type {Promise<Worker | undefined> | undefined} */
    this.starting = undefined;
    this.given = 0;
    this.load = 0; // jobs given and not done
  }

  /** The worker, or undefined if the browser allows none. */
  started() {
    this.starting ??= startWorker(this.model, (data) => this.receive(data)).catch(() => undefined);
    return this.starting;
  }

  /** @param {{ id: number, part?: unknown, done?: boolean, error?: string }} data */
  receive({ id, part, done, error }) {
    if (done) {
      clearTimeout(this.stopping.get(id));
      this.stopping.delete(id);
    }
    const pending = this.pending.get(id);
    if (!pending) return;
    if (part !== undefined) {
      pending.begun = true;
      pending.take(part);
    }
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
    this.load++;
    try {
      const worker = await this.started();
      if (signal.aborted) return;
      if (worker) await this.give(worker, { job, request }, take, signal);
      else await inSlices(/** @type {Iterable<unknown>} */ (jobs[job](this.model, request)), take, signal);
    } finally {
      this.load--;
    }
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
      this.pending.set(id, { order, begun: false, take, resolve: () => resolve(undefined), reject });
      signal.addEventListener('abort', () => {
        if (!this.pending.delete(id)) return;
        this.stop(id, order);
        resolve(undefined);
      });
      worker.postMessage({ id, ...order });
    });
  }

  /**
   * @param {number} id
   * @param {PendingJob['order']} order
   */
  async stop(id, { request }) {
    (await this.starting)?.postMessage({ id, stop: true });
    // Only a pattern to ignore can be slow enough to keep a worker from stopping.
    if (request.ignored?.length)
      this.stopping.set(
        id,
        window.setTimeout(() => this.replace(), PATIENCE),
      );
  }

  /** End a worker that does not stop. A new one takes over the jobs that had not begun. */
  async replace() {
    const orphans = Array.from(this.pending);
    for (const timer of this.stopping.values()) clearTimeout(timer);
    this.stopping.clear();
    (await this.starting)?.terminate();
    this.starting = undefined;
    const next = await this.started();
    for (const [id, { order, begun, reject }] of orphans) {
      if (!this.pending.has(id)) continue;
      if (next && !begun) next.postMessage({ id, ...order });
      else {
        this.pending.delete(id);
        reject(new Error('its worker had to be stopped'));
      }
    }
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

/** @type {unknown} */
let madeUrl;

/** The address of the workers' script. The page's policy allows no other script address. */
function workerUrl() {
  if (madeUrl) return madeUrl;
  const source = `'use strict';\n(${loglingEngine})();\nserveJobs(self);`;
  const blob = new Blob([source], { type: 'text/javascript' });
  const url = URL.createObjectURL(blob);
  const policy = Reflect.get(window, 'trustedTypes')?.createPolicy('logling-worker', {
    createScriptURL: (/** @type {string} */ wanted) => (wanted === url ? wanted : ''),
  });
  madeUrl = policy ? policy.createScriptURL(url) : url;
  return madeUrl;
}

/** As many workers as the machine has cores, at most MOST_WORKERS. */
class Workers {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    const size = Math.max(1, Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS));
    this.all = Array.from({ length: size }, () => new JobWorker(model));
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

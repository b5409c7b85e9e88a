// Workers that compute beside the page, so that it never waits. A page from file:// can load no script into a worker,
// so they are made of the text of the page's own functions. Where the browser refuses them, the same jobs run on the
// page, in slices.

const MOST_WORKERS = 8;
const PATIENCE = 2000; // milliseconds in which a worker that was told to stop must do so

/**
 * Who waits for a job.
 * @typedef {object} PendingJob
 * @property {{ job: JobName, request: any }} order
 * @property {boolean} begun whether a part has come
 * @property {(part: any) => void} take
 * @property {() => void} resolve
 * @property {(error: Error) => void} reject
 */

/** One worker, and what it was given to do. Started when it is first needed. */
class JobWorker {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    /** @type {Map<number, PendingJob>} */
    this.pending = new Map();
    /** @type {Map<number, number>} */
    this.stopping = new Map(); // jobs that were told to stop, and the timers that wait for it
    /** @type {Promise<Worker | undefined> | undefined} */
    this.starting = undefined;
    this.given = 0;
    this.load = 0; // jobs given and not done
  }

  /** The worker, or undefined where the browser refuses one. */
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
   * Run a job to its end, or until the signal ends it. What comes after that is not handed on.
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
    // A pattern to ignore can take for ever on a line; nothing else does.
    if (request.ignored?.length)
      this.stopping.set(
        id,
        window.setTimeout(() => this.replace(), PATIENCE),
      );
  }

  /** Put an end to a worker that does not stop. Another one takes over what this one had not begun. */
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
 * Resolves when the worker is ready; rejects where the browser refuses it.
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

/** The address of the workers' script, which nothing but this page can make. */
function workerUrl() {
  if (madeUrl) return madeUrl;
  const source = `'use strict';\n(${loglingEngine})();\nserveJobs(self);`;
  const blob = new Blob([source], { type: 'text/javascript' });
  const url = URL.createObjectURL(blob);
  // The page's policy takes no other script address than one that this policy has made.
  const policy = Reflect.get(window, 'trustedTypes')?.createPolicy('logling-worker', {
    createScriptURL: (/** @type {string} */ wanted) => (wanted === url ? wanted : ''),
  });
  madeUrl = policy ? policy.createScriptURL(url) : url;
  return madeUrl;
}

/** As many workers as the machine has cores to spare, the first of which answers what is short. */
class Workers {
  /** @param {Model} model */
  constructor(model) {
    this.model = model;
    const size = Math.max(1, Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS));
    this.all = Array.from({ length: size }, () => new JobWorker(model));
  }

  /** How many jobs are worth giving at a time: one, where there are no workers. */
  async width() {
    return (await this.all[0].started()) ? this.all.length : 1;
  }

  /** The one with the least to do. */
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

// What runs in a worker, which has the same engine as the page: it takes a model, then jobs, and posts their parts.

/**
 * Answer the page's messages from now on.
 * @param {{ onmessage: ((event: MessageEvent) => void) | null, postMessage: (message: unknown) => void }} worker its scope
 */
function serveJobs(worker) {
  /** @type {Map<number, AbortController>} */
  const running = new Map();
  /** @type {Model} */
  let model;

  worker.onmessage = ({ data }) => {
    if (data.model) {
      const { config, characters, weights } = data.model;
      model = { config, weights, vocabulary: new Vocabulary(characters) };
      worker.postMessage({ ready: true });
    } else if (data.stop) running.get(data.id)?.abort();
    else run(data);
  };

  /** @param {{ id: number, job: JobName, request: any }} order */
  async function run({ id, job, request }) {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      await inSlices(
        /** @type {Iterable<unknown>} */ (jobs[job](model, request)),
        (part) => worker.postMessage({ id, part }),
        controller.signal,
      );
      worker.postMessage({ id, done: true });
    } catch (error) {
      worker.postMessage({ id, done: true, error: String(error) });
    }
    running.delete(id);
  }
}

// Long work in short slices. Between two slices the page can draw, and a worker can receive a stop.

const SLICE = 12; // milliseconds

/**
 * Run a generator in slices, and pass on what it yields, except undefined. Resolves to whether it came to its end.
 * @template T
 * @param {Iterable<T | undefined>} work
 * @param {(value: T) => void} take
 * @param {AbortSignal} signal ends it between two slices
 */
async function inSlices(work, take, signal) {
  let until = performance.now() + SLICE;
  for (const value of work) {
    if (value !== undefined) take(value);
    if (performance.now() < until) continue;
    await nextTurn();
    if (signal.aborted) return false;
    until = performance.now() + SLICE;
  }
  return true;
}

/** Resolves after other waiting tasks had their turn. A message waits less than a timer. */
function nextTurn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(undefined);
  });
}

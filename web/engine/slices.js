// Long work in slices, so that whoever does it stays awake: the page, or a worker that may be told to stop.

const SLICE = 12; // milliseconds

/**
 * Run a generator in slices, handing on what it yields except undefined. Resolves to whether it came to its end.
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

/** Resolves after the browser had a chance to do other things. A message waits less than a timer does. */
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
